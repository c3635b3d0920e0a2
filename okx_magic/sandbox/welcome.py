"""The page at ``/``, for people who look: what this is, and how to use it. It knows no secrets."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from okx_magic.sandbox.faults import described
from okx_magic.sandbox.replies import HTML, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.knowledge import Endpoint

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>OKX sandbox of okx_magic</title>
<style>
body {{ font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
td {{ padding-right: 1.5rem; vertical-align: top }}
</style>
<h1>An OKX to try things on</h1>
<p>This is the sandbox of okx_magic: a look-alike of OKX's v5 REST API. It runs on this machine and is
reached from this machine only. Nothing here is worth anything, and nothing goes to OKX.</p>
<p>Give a client the base URL <code>{host}</code> (with the scheme that brought you here) in the place
of OKX's, and the keys that whoever started the sandbox was given: the program
<code>python -m okx_magic.sandbox</code> printed them with examples; in Python they are
<code>sandbox.keys</code>; <code>%okx_login sandbox</code> has logged in already. Demo keys need the
header <code>x-simulated-trading: 1</code>.</p>
<p>To see it answer: <a href="/api/v5/public/time">/api/v5/public/time</a>.</p>
<h2>Endpoints</h2>
<p>These are served; all others that OKX has answer 50038, as in OKX's demo.</p>
<table>{endpoints}</table>
<h2>Faults</h2>
<p>The header <code>x-sandbox-fault</code> has one request go wrong; behind the name may stand
<code>-before</code>, <code>-after</code> or <code>-late=MS</code>: when the request is carried out.</p>
<table>{faults}</table>
</html>
"""
_HEADERS = (("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),)


def welcome(host: str, served: Iterable[Endpoint]) -> Reply:
    """The page, for whoever asked for ``host``; no script, nothing from elsewhere."""
    page = _PAGE.format(
        host=escape(host),
        endpoints=_rows((f"{each.method} {each.path}", each.title) for each in served),
        faults=_rows(described().items()),
    )
    return Reply(200, page.encode(), HTML, _HEADERS)


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(says)}\n" for name, says in rows
    )
