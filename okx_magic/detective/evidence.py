"""Reads what people paste when a signature was refused: headers in any notation, or a printed prehash.

Strategy: the pasted text is first searched for secrets, and refused if it holds one: a cell is saved
with its notebook. Then a text that is a prehash is cut into its parts; of any other the signature and
the timestamp are picked out, the headers around them are taken away, and the rest is a request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from okx_magic.credentials.websocket import LOGIN_PATH
from okx_magic.detective import pastes, prehash
from okx_magic.detective.records import Evidence
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.model import Request

    # What it gives fills the variables of the text: what is wrong with those is no reason to read the
    # text in another way.
    Parse = Callable[[str], Callable[[], Request]]


def read(
    text: str,
    parse: Parse,
    *,
    signature: str = "",
    timestamp: str = "",
    account: Account | None = None,
) -> Evidence:
    """The evidence in a pasted text.

    The text is a request as ``parse`` reads it (from a cell or a curl command), the same with its
    OK-ACCESS headers in whatever notation, or a printed prehash. ``signature`` and ``timestamp``
    win over those in the text; a prehash holds no signature. ``account`` is the one that is asked
    about. Raises CellError for a text with a passphrase or a secret in it (also one of the
    account's), never repeating it, for one without signature or timestamp, and for whatever
    ``parse`` refuses.
    """
    _refuse_secrets(text, account.credentials if account else None)
    found, parts = _parts(text, parse)
    return Evidence(
        signature=_given(
            "signature",
            signature or found.get("sign", ""),
            "--check SIGNATURE, or the line OK-ACCESS-SIGN: …",
        ),
        timestamp=_given(
            "timestamp",
            timestamp or parts.timestamp,
            "--timestamp TEXT, or the line OK-ACCESS-TIMESTAMP: …",
        ),
        method=parts.method,
        target=parts.target,
        body=parts.body,
        host=account.host if account else "",
    )


_MOST_SHOWN = 60


def told(evidence: Evidence) -> tuple[str, ...]:
    """What was read, a line for each part; a log-in by its name."""
    what = "a WebSocket's log-in" if evidence.target == LOGIN_PATH else "a request"
    size = len(evidence.body.encode("utf-8", "surrogatepass"))
    body = f"{size} bytes: {_in_a_line(evidence.body)}" if size else "none"
    return (
        f"  read    {what}: {evidence.method} {_in_a_line(evidence.target)}",
        f"  read    timestamp {_in_a_line(evidence.timestamp)}",
        f"  read    body {body}",
        f"  read    signature {_in_a_line(evidence.signature)}",
    )


def _in_a_line(text: str) -> str:
    """The text in one line, not too long; blanks at its ends, which no eye sees, as signs."""
    inner = text.strip(" ")
    before, _, behind = text.partition(inner) if inner else (text, "", "")
    shown = "".join(
        each if each.isprintable() else "\u240a" if each == "\n" else "\ufffd"
        for each in "\u2420" * len(before) + inner + "\u2420" * len(behind)
    )
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[: _MOST_SHOWN - 1]}…"


def _parts(text: str, parse: Parse) -> tuple[dict[str, str], prehash.Prehash]:
    """The headers and the parts of the request in a text."""
    if login := pastes.log_in(text):
        return login, prehash.Prehash(login["timestamp"], "GET", LOGIN_PATH, "")
    if parts := prehash.split(text):
        return dict(pastes.headers(text)), parts
    text = pastes.in_lines(text)
    found = dict(pastes.headers(text))
    try:
        parts = pastes.printed_request(text) or _request(pastes.without_headers(text), parse)
    except CellError:
        # Last, as a query may hold a number that looks like a time.
        if found or (parts := prehash.disordered(text)) is None:
            raise
        return {}, parts
    body = pastes.as_long_as_told(text, parts.body)
    return found, parts._replace(timestamp=found.get("timestamp", ""), body=body)


def _request(text: str, parse: Parse) -> prehash.Prehash:
    plain = pastes.plain_request(text)
    try:
        filled = parse(text)
    except CellError:
        # A cell takes JSON alone; what was signed can have been anything.
        if plain is None:
            raise
        return plain
    request = filled()
    parts = prehash.Prehash("", request.method, request.target, request.body)
    # What is sent anew has escapes in capitals; what was sent had them as they stand.
    same = plain and plain.body == parts.body and unquote(plain.target) == unquote(parts.target)
    return plain if plain and same else parts


def _given(what: str, value: str, where: str) -> str:
    if not value.strip():
        raise CellError(f"there is no {what} to look at", remedy=f"give it by {where}")
    return value.strip()


_HIDDEN = re.compile(
    r"[*•.…xX#_-]*|<[^>]*>|«[^»]*»|\[[^\]]*\]|\$\{?\w+\}?|\{\{?[^}]*\}?\}"
    r"|hidden|redacted|removed|secret|passphrase|None|null",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"""
    \b (?P<name> \w*(?:secret|passphrase|password|passwd)\w* ) \b
    ["']? \]? [ \t]* (?: => \s* (?: string\(\d+\)[ ] )? | :? \[\]string\{ | [:=] [ \t]* ) b?
    (?: (?P<quote>["']) (?P<quoted> .*? ) (?P=quote)
      | (?P<bare> [^\s,;]+? ) (?= \\r\\n | [\s,;}] | $ ) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What OKX gives out as secrets: 32 hexadecimal digits in capitals. (UUIDs without dashes, which people
# take for client order ids, are in small letters.)
_SHAPE = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[A-F])[0-9A-F]{32}(?![0-9A-Za-z])")


def _refuse_secrets(text: str, credentials: Credentials | None) -> None:
    """Raises CellError for a text that holds what no notebook should keep."""
    for name, value in pastes.headers(text):
        if name == "passphrase" and not _HIDDEN.fullmatch(value):
            raise _secret("the passphrase (OK-ACCESS-PASSPHRASE)")
    for match in _NAMED.finditer(text):
        # In a curl command a quote of the shell ends the header.
        value = match["quoted"] if match["quoted"] is not None else match["bare"].rstrip("'\"")
        if not _HIDDEN.fullmatch(value):
            raise _secret(f"a value for {match['name']}")
    if _SHAPE.search(text):
        raise _secret("what looks like a secret key: 32 hexadecimal digits in capitals")
    if credentials is not None and credentials.redact(text) != text:
        raise _secret("the secret or the passphrase of the account")


def _secret(what: str) -> CellError:
    return CellError(
        f"the text holds {what}: it is not read, and nothing was computed",
        remedy=(
            "take it out, it is not needed here; a cell is saved with its notebook, so if this one"
            " was saved or shared, make a new key at OKX"
        ),
    )
