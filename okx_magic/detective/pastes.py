"""What people paste, made into a request with its headers in lines: the notations of other programs.

Each reader takes one kind of text and leaves every other as it is. A log-in message of a WebSocket is
no request of HTTP and is read as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.detective.body import literal

if TYPE_CHECKING:
    from collections.abc import Callable


class LogIn(NamedTuple):
    """The signature and the timestamp of a WebSocket's log-in."""

    signature: str
    timestamp: str


class Plain(NamedTuple):
    """A request, read without the grammar of cells: the body can be any text."""

    method: str
    target: str
    body: str


# ---- the log-in of a WebSocket --------------------------------------------------------------------

_LOG_IN = re.compile(r"['\"]?op['\"]?\s*:\s*['\"]login['\"]")
_ARGUMENT = (
    r"(?<![A-Za-z])['\"]?{}['\"]?\s*:\s*(?:b?['\"](?P<quoted>[^'\"]*)['\"]|(?P<bare>[^\s,}}\]]+))"
)


def log_in(text: str) -> LogIn | None:
    """The log-in message in a text, as JSON or as a program prints it; None in any other."""
    plain = text.replace('\\"', '"')
    if not _LOG_IN.search(plain):
        return None
    found = []
    for name in ("sign", "timestamp"):
        match = re.search(_ARGUMENT.format(name), plain)
        found.append("" if match is None else match["quoted"] or match["bare"] or "")
    return LogIn(*found)


# ---- requests -------------------------------------------------------------------------------------


def _from_curl(text: str) -> str:
    """What ``curl -v`` prints: of it the lines that were sent, marked by >, and the body behind them."""
    lines = text.split("\n")
    sent = [number for number, line in enumerate(lines) if re.match(r"\s*>( |$)", line)]
    if not sent:
        return text
    before = [line for line in lines[: sent[0]] if re.match(r"\s*(\$ )?curl\s", line)]
    headers = [re.sub(r"^\s*> ?", "", lines[number]).rstrip("\r") for number in sent]
    behind = []
    for line in lines[sent[-1] + 1 :]:
        if re.match(r"\s*<( |$)", line):
            break
        if not re.match(r"\s*(\*|[{}] \[\d+ bytes)", line):
            behind.append(line)
    body = "\n".join(behind).strip("\n")
    if not body and before and (data := _DATA.search("\n".join(lines[: sent[0]]))):
        body = data["single"] if data["single"] is not None else data["double"].replace('\\"', '"')
    return "\n".join([*headers, "", body]) if body else "\n".join(headers)


_DATA = re.compile(
    r"\s(?:-d|--data(?:-raw|-binary|-ascii)?|--json)[ =]?"
    r"(?:'(?P<single>[^']*)'|\"(?P<double>(?:\\.|[^\"\\])*)\")"
)


_ARRAY = re.compile(
    r"^[^\S\n]*(?:\S.*)?Array\s*\n[ \t]*\(\n(?:.*\n)*?[ \t]*\)[ \t]*$", re.MULTILINE
)
_DUMP = re.compile(r"^[ \t]*array\(\d+\) \{\n(?:.*\n)*?[ \t]*\}[ \t]*$", re.MULTILINE)
_ROW = re.compile(
    r"^\s*\[\"?([^\]\"]+)\"?\]\s*=>\s*(?:string\(\d+\) )?\"?(.*?)\"?\s*$", re.MULTILINE
)


def _from_php(text: str) -> str:
    """Headers that print_r or var_dump has printed, as lines of headers."""
    for block in (_ARRAY, _DUMP):
        for match in block.finditer(text):
            if "ACCESS" in match[0].upper():
                return _headers_in_lines(text, match[0], _pairs_of(match[0]))
    return text


def _pairs_of(block: str) -> list[str]:
    rows = re.sub(r"=>\n\s*", "=> ", block)
    return [value if name.isdigit() else f"{name}: {value}" for name, value in _ROW.findall(rows)]


_GO = re.compile(r"(?:\w+:)?\s*(?:http\.Header)?map\[(?:[\w-]+:\[[^\]]*\]\s*)+\]")


def _from_go(text: str) -> str:
    """A printed http.Header of Go, as lines of headers."""
    match = _GO.search(text)
    if match is None or "ACCESS" not in match[0].upper():
        return text
    rows = [f"{name}: {value}" for name, value in re.findall(r"([\w-]+):\[([^\]]*)\]", match[0])]
    return _headers_in_lines(text, match[0], rows)


def _headers_in_lines(text: str, block: str, rows: list[str]) -> str:
    """The text with these headers behind its request line, in place of the block."""
    before, _, behind = text.partition(block)
    rest = (before.rstrip() + "\n" + behind.lstrip("\n")).strip("\n")
    line, _, body = rest.partition("\n")
    return "\n".join([line, *rows, "", body.strip("\n")])


# A configuration of axios, requests or fetch, as node's inspect or a dict prints it.
_SETTING = r"(?<![\w-])['\"]?(?:{})['\"]?\s*[:=]\s*"
_QUOTED = r"(?P<quote>['\"`])(?P<value>(?:\\.|(?!(?P=quote)).)*)(?P=quote)"


def _from_configuration(text: str) -> str:
    """A printed object with method, url and headers, as a request in lines."""
    if not re.match(r"\s*(?:[\w.]+\s*[:=]?\s*)?[{(\[]", text):
        return text
    method = re.search(_SETTING.format("method") + _QUOTED, text, re.IGNORECASE)
    target = re.search(
        _SETTING.format("url|uri|requestPath|request_path|endpoint|path") + _QUOTED,
        text,
        re.IGNORECASE,
    )
    if method is None or target is None:
        return text
    body = re.search(_SETTING.format("body|data|payload") + _QUOTED, text, re.DOTALL)
    headers = re.findall(
        r"['\"](OK-ACCESS-[A-Z]+)['\"]\s*:\s*['\"]([^'\"]*)['\"]", text, re.IGNORECASE
    )
    rows = [f"{name}: {value}" for name, value in headers]
    sent = _unescaped(body["quote"], body["value"]) if body else ""
    return "\n".join([f"{method['value'].upper()} {target['value']}", *rows, "", sent])


def _unescaped(quote: str, value: str) -> str:
    found = literal(f"{quote}{value}{quote}") if quote != "`" else None
    return found if isinstance(found, str) else value


_BARE_URL = re.compile(r"\s*((?:https?://[^\s/]+)?/(?:api/v5|users/self)/\S*)[ \t]*(?:\n|$)")


def _with_a_method(text: str) -> str:
    """A bare URL or path with the method that it must have had: POST where a body stands below."""
    match = _BARE_URL.match(text)
    if match is None:
        return text
    body = [
        line for line in text[match.end() :].split("\n") if line.strip() and not _is_header(line)
    ]
    return f"{'POST' if body else 'GET'} {match[1]}\n{text[match.end() :]}"


def _is_header(line: str) -> bool:
    return re.match(r"\s*['\"]?[A-Za-z][\w-]*['\"]?\s*[:=]\s*\S", line) is not None


_READERS: Final[tuple[Callable[[str], str], ...]] = (
    _from_curl,
    _from_php,
    _from_go,
    _from_configuration,
    _with_a_method,
)


def in_lines(text: str) -> str:
    """The pasted text as a request in lines, if it is of a kind that is known; else as it is."""
    for reader in _READERS:
        text = reader(text)
    return text


_REQUEST = re.compile(
    r"\s*(?P<method>GET|POST|PUT|DELETE|PATCH)\s+(?:https?://[^\s/]+)?(?P<target>/\S*)"
    r"(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?(?:\n|$)",
    re.IGNORECASE,
)


def plain_request(text: str) -> Plain | None:
    """A request in lines whose body need not be JSON: a form, a JSON string, a printed object; None
    for several, and for what is none.
    """
    match = _REQUEST.match(text)
    if match is None or any(map(_REQUEST.match, text[match.end() :].split("\n"))):
        return None
    lines = text[match.end() :].split("\n")
    while lines and (not lines[0].strip() or re.match(r"[A-Za-z][\w-]*: ", lines[0])):
        lines.pop(0)
    return Plain(match["method"].upper(), match["target"], "\n".join(lines).strip("\n"))
