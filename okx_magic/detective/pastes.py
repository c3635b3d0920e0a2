"""What people paste, read whatever the notation: the headers in it, and the request that is left.

Each reader takes one kind of text and leaves every other as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from okx_magic.detective.prehash import Prehash, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

# A name, then whatever JSON, a dict, a list of pairs, PHP, Go, Java, Tcl, curl or HTTP puts between it
# and its value.
_HEADER = re.compile(
    r"""
    OK [-_] ACCESS [-_] (?P<name> KEY|SIGN|TIMESTAMP|PASSPHRASE ) \b
    \\?["']? \]?
    (?: [ \t]* (?: => \s* (?: string\(\d+\)[ ] )? | [:=,] [ \t]* ) | \t+ | [ ] (?= \S+ [ ]+ [A-Z]\w+- ) )
    (?: (?: b | \[\]string\{ )? \\?(?P<quote>["']) (?P<quoted> .*? ) \\?(?P=quote)
      | (?<=[:=]) \[ (?P<listed> [^\]\n]* ) \]
      | (?P<bare> [^\r\n]*? )
        (?= \s* (?: \\r\\n | \\?["'] | [\r\n] | $ | ,?[ ][A-Z]\w+-[\w-]+[= ] | \}[ ]*$ ) ) )
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_OF_HTTP = re.compile(r"(?:^|\n)OK-ACCESS-SIGN\Z")
# A dict, a list of pairs, a map of Go, an array of PHP.
_PRINTED = re.compile(
    r"""^(?:[^\n{\[(]*Array\s*\n|[ \t]*array\(\d+\)[ ])?[^\n{\[(]*[{\[(]"""
    r"""[^{}]*OK[-_]ACCESS[^{}]*[}\])][,;]?[ ]*$""",
    re.IGNORECASE | re.MULTILINE,
)


def headers(text: str) -> Iterator[tuple[str, str]]:
    """The OK-ACCESS headers in the text, the last part of their names in small letters."""
    for match in _HEADER.finditer(text):
        value = match["quoted"] or match["listed"] or match["bare"] or ""
        value = value.strip().rstrip(",").strip()
        if match["quote"] and _OF_HTTP.search(text[: match.end("name")]):
            # In a header of HTTP quotes are a part of what was sent.
            value = f"{match['quote']}{value}{match['quote']}"
        yield match["name"].lower(), value


def without_headers(text: str) -> str:
    """The text without the headers: the lines, or the printed object, that hold them.

    A curl command keeps its own: whoever parses it knows what to leave out.
    """
    if re.match(r"\s*(?:[A-Za-z_]\w*\s*=\s*)?curl\s", text):
        return text
    lines = _PRINTED.sub("", text).split("\n")
    return _with_a_method("\n".join(line for line in lines if not _HEADER.search(line)))


_BARE_URL = re.compile(r"\s*((?:https?://[^\s/]+)?/(?:api/v5|users/self)/\S*)[ \t]*(?:\n|$)")
_HEADER_LINE = re.compile(r"\s*(?:['\"]?[A-Za-z][\w-]*['\"]?\s*[:=]\s*\S|$)")


def _with_a_method(text: str) -> str:
    """A bare URL or path with the method that it must have had: POST where a body stands below."""
    if (match := _BARE_URL.match(text)) is None:
        return text
    behind = text[match.end() :]
    method = "GET" if all(map(_HEADER_LINE.match, behind.split("\n"))) else "POST"
    return f"{method} {match[1]}\n{behind}"


# A member of a printed object, by its name.
_MEMBER = (
    r"(?<![\w-])['\"]?(?:{})['\"]?\s*[:=]\s*"
    r"(?:b?(?P<quote>['\"`])(?P<quoted>(?:\\.|(?!(?P=quote)).)*)(?P=quote)|(?P<bare>[^\s'\"`,{{}}\[\]]+))"
)


def _member(names: str, text: str, beginning: str = "") -> str | None:
    """The first of the members of these names whose value begins like this."""
    for match in re.finditer(_MEMBER.format(names), text, re.IGNORECASE | re.DOTALL):
        value = match["bare"]
        if match["quote"]:
            value = _plain(f"{match['quote']}{match['quoted']}{match['quote']}")
        if re.match(beginning, value):
            return value
    return None


def _plain(quoted: str) -> str:
    """A text without its quotes, its escapes read."""
    found = literal(quoted)
    if isinstance(found, bytes):
        return found.decode("utf-8", "replace")
    return found if isinstance(found, str) else re.sub(r"^b?['\"`]|['\"`]$", "", quoted)


_LOG_IN = re.compile(r"['\"]?op['\"]?\s*:\s*['\"]login['\"]")


def log_in(text: str) -> dict[str, str] | None:
    """Signature and timestamp of the log-in message of a WebSocket, as JSON or as a program prints it;
    None in any other text.
    """
    text = text.replace('\\"', '"')
    if not _LOG_IN.search(text):
        return None
    return {name: _member(name, text) or "" for name in ("sign", "timestamp")}


# http.client of Python and Net::HTTP of Ruby print what they send as texts in quotes.
_SENT = re.compile(r"\s*(?:send:\s*|<-\s*)?(b?(['\"]).*\2)\s*")


def in_lines(text: str) -> str:
    """The pasted text as a request in lines, if it is of a kind that is known; else as it is."""
    sent = [_SENT.fullmatch(line) for line in text.strip().split("\n")]
    if "\\r\\n" in text and all(sent):
        text = "".join(_plain(line[1]) for line in sent if line).replace("\r\n", "\n")
    return _from_curl(text)


def _from_curl(text: str) -> str:
    """What ``curl -v`` prints: of it the lines that were sent, marked by >, and the body behind them."""
    before, *sent = re.split(r"^\s*>(?: |$)", text, flags=re.MULTILINE)
    if not sent:
        return text
    lines = [line.partition("\n")[0].rstrip("\r") for line in sent]
    behind = re.split(r"^\s*<(?: |$)", sent[-1].partition("\n")[2], flags=re.MULTILINE)[0]
    body = re.sub(r"^\s*(?:\*|[{}] \[\d+ bytes).*\n?", "", behind, flags=re.MULTILINE).strip("\n")
    if not body and re.search(r"^\s*(?:\$ )?curl\s", before, re.MULTILINE):
        data = _DATA.search(before)
        body = data["single"] or (data["double"] or "").replace('\\"', '"') if data else ""
    return "\n".join([*lines, "", body])


_DATA = re.compile(
    r"\s(?:-d|--data(?:-raw|-binary|-ascii)?|--json)[ =]?"
    r"(?:'(?P<single>[^']*)'|\"(?P<double>(?:\\.|[^\"\\])*)\")"
)


# A line of a log, with the headers and the body behind the request.
_LOGGED = re.compile(
    r"[^\n]*?\b(GET|POST|PUT|DELETE|PATCH)[ ]+(\S+)[ ,]+headers\s*[=:].*?\b(?:body|data)\s*[=:][ ]?(.*)",
    re.DOTALL | re.IGNORECASE,
)
_NOTHING = re.compile(r"\A(?:None|null|nil|undefined)\Z")
_BEHIND_AN_OBJECT = re.compile(r"\A(?:[^\n]*\}|.*?\n\})[ ;)]*\n(.*)", re.DOTALL)


def printed_request(text: str) -> Prehash | None:
    """A request as logs, fetch, axios, reqwest and HttpClient print it; None in any other text."""
    if _REQUEST.match(text) or re.match(r"\s*\$?\s*curl\s", text):
        return None
    if match := _LOGGED.match(text):
        method, url, body = match.groups()
        body = _NOTHING.sub("", body.strip("\n"))
        return _request(method, url, _plain(body) if re.fullmatch(r"b?(['\"]).*\1", body) else body)
    text = re.sub(r"\bfetch\(\s*", "url: ", text)
    method = _member("method", text, "[A-Za-z]+$")
    url = _member("url|uri|requestUri|requestPath|request_path|endpoint|path", text, "/|https?:")
    if not method or not url:
        return None
    query = re.search(r"\bquery: Some\(\"([^\"]*)\"\)", text)
    sent = _member("body|data|payload", text)
    if sent is not None:
        sent = _NOTHING.sub("", sent)
    else:
        sent = behind[1].strip("\n") if (behind := _BEHIND_AN_OBJECT.match(text)) else ""
    return _request(method, f"{url}?{query[1]}" if query else url, sent)


def _request(method: str, url: str, body: str) -> Prehash:
    return Prehash("", method.upper(), re.sub("^https?://[^/]*", "", url), body)


_REQUEST = re.compile(
    r"\s*(?P<method>GET|POST|PUT|DELETE|PATCH)\s+(?:https?://[^\s/]+)?(?P<target>/\S*)"
    r"(?:[ \t]+HTTP/[\d.]+)?[ \t]*\r?(?:\n|$)",
    re.IGNORECASE,
)


def plain_request(text: str) -> Prehash | None:
    """A request in lines whose body need not be JSON: a form, a JSON string, a printed object; None
    for several, and for what is none.
    """
    match = _REQUEST.match(text)
    lines = text[match.end() :].split("\n") if match else []
    if match is None or any(map(_REQUEST.match, lines)):
        return None
    while lines and (not lines[0].strip() or re.match(r"[A-Za-z][\w-]*: ", lines[0])):
        lines.pop(0)
    return _request(match["method"], match["target"], "\n".join(lines).strip("\n"))


def as_long_as_told(text: str, body: str) -> str:
    """The body with the line break at its end that no eye sees, where Content-Length counts it."""
    match = re.search(r"^Content-Length:[ ]*(\d+)\s*$", text, re.MULTILINE | re.IGNORECASE)
    missing = int(match[1]) - len(body.encode("utf-8", "replace")) if match else 0
    return body + {1: "\n", 2: "\r\n"}.get(missing, "")
