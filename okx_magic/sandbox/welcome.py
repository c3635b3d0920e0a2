"""The page at ``/``, for people who look: what this is, and how to use it. It knows no secrets."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from okx_magic.sandbox.facts import text
from okx_magic.sandbox.faults import described
from okx_magic.sandbox.replies import HTML, Reply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.catalogue import Endpoint

_HEADERS = (("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),)


def welcome(host: str, served: Iterable[Endpoint]) -> Reply:
    """The page, for whoever asked for ``host``; no script, nothing from elsewhere."""
    page = text("welcome.html").format(
        host=escape(host),
        endpoints=_rows((f"{each.method} {each.path}", each.title) for each in served),
        faults=_rows(described().items()),
    )
    return Reply(200, page.encode(), HTML, _HEADERS)


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(says)}\n" for name, says in rows
    )
