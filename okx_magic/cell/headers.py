"""Header lines: which may be sent, which are left out, which are refused."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.cell.variables import MARK, mask, unmask
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.cell.template import Headers, Text

# RFC 9110, section 5.6.2: token = 1*tchar
TOKEN = r"[A-Za-z0-9!#$%&'*+.^_`|~-]+"  # noqa: S105 - a grammar rule

# RFC 9110, section 5.5: visible characters, spaces only between them. Of the octets above ASCII
# only what Latin-1 prints: the HTTP library writes headers in Latin-1.
_VALUE = re.compile(r"[!-~\xa1-\xff](?:[\t -~\xa0-\xff]*[!-~\xa1-\xff])?")

_COMPUTED = "okx_magic computes it"
_CONNECTION = "it belongs to the connection"

# OKX docs, REST Authentication, Making Requests: the OK-ACCESS headers and application/json.
# RFC 9110, section 7.6.1: the headers of a connection are not the request's.
_DROPPED: Mapping[str, str] = MappingProxyType(
    {
        "ok-access-passphrase": "this cell holds a secret: take it out and change it at OKX",
        "host": "it comes from the account",
        "content-length": _COMPUTED,
        "content-type": "bodies are application/json",
        "content-encoding": "the body travels as typed",
        "cookie": "cookies are never sent",
        "authorization": "OKX does not read it",
        "proxy-authorization": "OKX does not read it",
        "user-agent": "the client names itself",
        "accept-encoding": _CONNECTION,
        "connection": _CONNECTION,
        "expect": _CONNECTION,
        "keep-alive": _CONNECTION,
        "proxy-connection": _CONNECTION,
        "te": _CONNECTION,
        "trailer": _CONNECTION,
        "transfer-encoding": _CONNECTION,
        "upgrade": _CONNECTION,
    }
)


class HeaderLine(NamedTuple):
    """A header as typed: name, value and the line of the cell it stands on."""

    name: str
    value: str
    line: int


def read_headers(lines: Iterable[HeaderLine]) -> tuple[Headers, tuple[str, ...]]:
    """The headers to send and a notice for each that is left out. No notice repeats a value: an
    OK-ACCESS header may hold a secret.
    """
    kept: dict[str, HeaderLine] = {}
    notices: list[str] = []
    for header in lines:
        name = header.name.lower()
        reason = _DROPPED.get(name) or (_COMPUTED if name.startswith("ok-access-") else None)
        if reason is None:
            _check_once(header, kept.get(name))
            kept[name] = header
        elif not (name == "content-type" and _is_json(header.value)):
            notices.append(f"line {header.line}: {header.name} dropped: {reason}")
    return tuple((header.name, _text(header)) for header in kept.values()), tuple(notices)


def check_value(name: str, value: str, *, line: int | None) -> None:
    """Refuses a header value that could end the header or that Latin-1 cannot write."""
    if not _VALUE.fullmatch(value):
        raise CellError(
            f"the value of the header {name} is empty or has a character that is not allowed in a header",
            line=line,
            remedy="a header is printable Latin-1 on one line, without spaces at the ends",
        )


def _text(header: HeaderLine) -> Text:
    masked, variables = mask(header.value, line=header.line, place="header")
    # A value is checked again once its variables are filled; here each counts as a letter.
    check_value(header.name, masked.replace(MARK, "x"), line=header.line)
    return unmask(masked, variables)


def _check_once(header: HeaderLine, earlier: HeaderLine | None) -> None:
    if earlier is not None:
        raise CellError(
            f"the header {header.name} appears twice",
            line=header.line,
            remedy=f"keep one of the lines {earlier.line} and {header.line}",
        )


def _is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"
