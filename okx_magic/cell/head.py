"""The head of a request: the target, as it will stand in the signed request line, and the header lines.

Strategy: the path is matched against a grammar that leaves nothing to interpret, so that no text
can lead a signed request to another host or another path. The query is kept byte for byte where it
consists of URL characters. The rest is written the one way that HTTP libraries agree on, so that
the text that is signed is the text that travels: preparing it once more changes nothing. Of the headers
some are sent, some left out and some refused.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from okx_magic.cell.template import MARK, mask, unmask
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from okx_magic.cell.lines import Line
    from okx_magic.cell.template import Headers, Text, Variable


class _Rule(NamedTuple):
    """What must not occur, what to call it, and what to do instead."""

    pattern: re.Pattern[str]
    reason: str
    remedy: str


_WRITE_PATH = "write the path as in the OKX docs: GET /api/v5/account/balance"

# segment = 1*( ALPHA / DIGIT / "_" / "." / "~" / "-" ), RFC 3986 "unreserved". The first rule that
# is found gives the reason; together they leave "/segment/segment…" and nothing else.
_PATH_RULES = (
    _Rule(re.compile(MARK), "a variable in the path", "put variables in the query or the body"),
    _Rule(re.compile(r"[{}$]"), "a brace or $ in the path", "write the path out in full"),
    _Rule(re.compile(r"^(?!/)"), "the path does not begin with /", _WRITE_PATH),
    _Rule(re.compile(r"//"), "the path has //", _WRITE_PATH),
    _Rule(re.compile(r"/$"), "the path ends with /", "drop the / at the end"),
    _Rule(re.compile(r"%"), "percent-encoding in the path", "OKX's paths do not need it"),
    _Rule(re.compile(r"/\.\.?(?:/|$)"), "the path has a . or .. segment", _WRITE_PATH),
    _Rule(re.compile(r"#"), "a # in the path", "put comments on their own line"),
    _Rule(
        re.compile(r"[^A-Za-z0-9_.~/-]"),
        "the path has a character that is not allowed in a path",
        _WRITE_PATH,
    ),
)

_QUERY_RULES = (
    _Rule(
        re.compile(r"[\x01-\x1f\x7f-\x9f\u2028\u2029]"),
        "a control character in the query",
        "delete it, or give the value as a variable",
    ),
    _Rule(
        re.compile(r"#"),
        "a # in the query",
        "put comments on their own line; in a value, write it as %23",
    ),
    _Rule(
        re.compile(r"[{}]|=\$[A-Za-z_]\w*(?:&|$)"),
        "a brace or $name in the query",
        "write a variable as {{ name }}",
    ),
    _Rule(
        re.compile(r"%(?![0-9A-Fa-f]{2})"),
        "a % that does not begin a percent-encoding",
        "write a percent sign as %25",
    ),
    _Rule(
        re.compile(rf"(?:^|&)[^=&]*{MARK}"),
        "a variable that is not a value of the query",
        "write ?key={{ expr }}",
    ),
)

# RFC 3986, section 3.4, less what the rules above refuse: these stay as they are. (A single quote
# is a legal character there too.)
_ENCODABLE = re.compile(rf"%[0-9A-Fa-f]{{2}}|[^A-Za-z0-9._~!$&'()*+,;=:@/?{MARK}-]")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)(.*)", re.DOTALL)


class Target(NamedTuple):
    """A path, its query with the ``?`` (empty when there is none), and what was rewritten in it."""

    path: str
    query: Text
    notices: tuple[str, ...]


def read_target(text: str, added: Iterable[Line], *, line: int, hosts: Collection[str]) -> Target:
    """The target typed on ``line``, with the query lines ``added`` to it.

    A full URL is accepted for ``https`` and one of the ``hosts``, and loses both. Raises CellError
    for whatever could be read in two ways.
    """
    masked, variables = mask(text, line=line, place="query")
    path, _, query = _without_host(masked, line, hosts).partition("?")
    _refuse(path, _PATH_RULES, line)
    parts = [_Part(line, query, variables), *map(_added_query, added)]
    return _joined(path, [part for part in parts if part.query])


def read_query(text: str, added: Iterable[Line], *, line: int) -> tuple[Text, tuple[str, ...]]:
    """The query of a subscription with its ``?``, and what was rewritten in it. Raises CellError."""
    masked, variables = mask(text, line=line, place="query")
    parts = [_Part(line, masked.removeprefix("?"), variables), *map(_added_query, added)]
    joined = _joined("", [part for part in parts if part.query])
    return joined.query, joined.notices


class _Part(NamedTuple):
    """What one line gives to the query: masked text and the variables in it."""

    line: int
    query: str
    variables: tuple[Variable, ...]


def _joined(path: str, parts: list[_Part]) -> Target:
    queries: list[str] = []
    variables: list[Variable] = []
    notices: list[str] = []
    for part in parts:
        _refuse(part.query, _QUERY_RULES, part.line)
        sent = _ENCODABLE.sub(_encoded, part.query)
        if sent != part.query:
            shown = sent.replace(MARK, "{{…}}")
            notices.append(f"line {part.line}: the query is sent percent-encoded: {shown}")
        queries.append(sent)
        variables += part.variables
    query = "?" + "&".join(queries) if queries else ""
    return Target(path, unmask(query, variables), tuple(notices))


def _added_query(added: Line) -> _Part:
    line = added.number
    masked, variables = mask(added.stripped[1:], line=line, place="query")
    pairs = [pair.partition("=") for pair in masked.split("&")]
    if not all(key.strip() and equals for key, equals, _ in pairs):
        raise CellError(
            "a query line is ?key=value or &key=value",
            line=line,
            remedy="for example: ?instId=BTC-USDT",
        )
    query = "&".join(f"{key.strip()}={value.strip()}" for key, _, value in pairs)
    return _Part(line, query, variables)


def _without_host(masked: str, line: int, hosts: Collection[str]) -> str:
    url = _URL.fullmatch(masked)
    if url is None:
        return masked
    scheme, authority, rest = url.groups()
    if scheme.lower() != "https":
        raise CellError(
            f"{scheme}:// is refused: a signed request must be encrypted",
            line=line,
            remedy="write only the path: GET /api/v5/…",
        )
    if authority.lower() not in {host.lower() for host in hosts}:
        # Only the host is shown: before an @ there may be a password.
        host = authority.rpartition("@")[2].replace(MARK, "{{…}}")[:80]
        raise CellError(
            f"{host!r} is not the account's host: signed requests go to no other",
            line=line,
            remedy="write only the path: GET /api/v5/…",
        )
    return rest


def _refuse(text: str, rules: tuple[_Rule, ...], line: int) -> None:
    for rule in rules:
        if rule.pattern.search(text):
            raise CellError(rule.reason, line=line, remedy=rule.remedy)


# RFC 3986, section 6.2.2: equal URLs differ in the case of the hex digits (upper is the normal
# form) and in needless escapes (%7E is ~). HTTP libraries write the normal form whatever was typed.
def _encoded(match: re.Match[str]) -> str:
    typed = match[0]
    if len(typed) == 1:
        return quote(typed, safe="")
    character = chr(int(typed[1:], 16))
    return character if _UNRESERVED.fullmatch(character) else typed.upper()


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
