"""The target: a path of OKX and its query, as they will stand in the signed request line.

Strategy: the path is matched against a grammar that leaves nothing to interpret, so that no text
can lead a signed request to another host or another path. The query is kept byte for byte where it
consists of URL characters. The rest is written the one way that HTTP libraries agree on, so that
the text that is signed is the text that travels: preparing it once more changes nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from okx_magic.cell.variables import MARK, mask, unmask
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from okx_magic.cell.lines import Line
    from okx_magic.cell.template import Text, Variable


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
