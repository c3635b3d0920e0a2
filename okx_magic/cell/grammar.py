"""Cell text to templates: the rules of a request, line by line.

Strategy: ``lines`` has cut the cell into one block for each request. A block is read once, from top
to bottom: every line is a query line, a header, the word ``body``, or the beginning of the body;
nothing follows the body. A curl command gives the same parts in another order, and from there
on the way is the same. Every part is judged here, before the first request of the cell is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from okx_magic.cell import subscribe
from okx_magic.cell.curl import Command, read_curl
from okx_magic.cell.head import TOKEN, HeaderLine, read_headers, read_target
from okx_magic.cell.jsontext import Body, read_body
from okx_magic.cell.lines import (
    EXAMPLE,
    OPTION,
    OPTIONS_FIRST,
    PAIR,
    WHITESPACE,
    Block,
    Line,
    begins_body,
    blocks,
    check_name,
    first_word,
    is_prose,
    prose_dropped,
)
from okx_magic.cell.template import MARK, Cell, Template, as_typed, mask, unmask
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from okx_magic.cell.template import Variable
    from okx_magic.model import Method

# request-line = METHOD SP target [ SP "HTTP/" version ]; a variable counts as one character, so
# that spaces in it do not end the target.
_REST = re.compile(rf"(?P<target>\S+)(?:[{WHITESPACE}]+HTTP/\d(?:\.\d)?)?")

# What people write after a target, by how it starts, and where it belongs; MARK is a variable.
_BEHIND_TARGET = (
    (rf"[{{\[{MARK}]|body", "put the body on its own line, in a cell that starts with %%okx"),
    (r"[?&]", "write the query without a space, or on its own lines"),
    (OPTION, OPTIONS_FIRST),
    ("", "a comment begins with // or #; write a space in a query value as %20"),
)

# body = "body" [ ":" ], alone or before the first bracket.
_BODY_WORD = re.compile(
    rf"(?:request )?body:?[{WHITESPACE}]*(?P<json>[{{\[].*)?", re.IGNORECASE | re.DOTALL
)

# A comment after a target or a value begins after a space: https:// and /api#x have none.
_COMMENT = re.compile(rf"[{WHITESPACE}]+(?://|#).*", re.DOTALL)

# header = token ":" value; no space before the colon (RFC 9112, section 5.1).
_HEADER = re.compile(rf"(?P<name>{TOKEN}):(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the lines of one request hold, each part still to be judged."""

    method: str
    target: str
    query: Sequence[Line]
    headers: Sequence[HeaderLine]
    body: Body | None
    notices: Sequence[str] = ()


def parse(text: str, *, hosts: Collection[str] = frozenset()) -> Cell:
    """The requests of a cell, in order, with their variables unfilled.

    ``hosts`` are those whose full URLs (``https://host/path``) are accepted and reduced to path and
    query. Raises CellError, with line and remedy, at the first thing that cannot be sent as it
    stands; whether an expression can be evaluated shows only in ``fill``.
    """
    templates: list[Template] = []
    notices: list[str] = []
    frames, requests = blocks(text)
    for each in subscribe.pasted(frames) if frames else ():
        if isinstance(each, str):
            notices.append(each)
        else:
            templates.append(each)
    for block in requests:
        template, said = _template(block, hosts)
        templates.append(template)
        notices += said
    return Cell(tuple(templates), tuple(notices))


def _template(block: Block, hosts: Collection[str]) -> tuple[Template, list[str]]:
    name = None if block.name is None else check_name(block.name, line=block.number)
    if block.word.upper() == subscribe.SUBSCRIBE:
        return subscribe.template(block, name)
    parts = _curl_parts(read_curl(block)) if block.word == "curl" else _http_parts(block)
    method = _method(parts.method, block.number)
    target = read_target(parts.target, parts.query, line=block.number, hosts=hosts)
    fields, dropped = read_headers(parts.headers)
    if parts.body is not None and method == "GET":
        raise CellError(
            "a GET has no body",
            line=parts.body.line,
            remedy="put its parameters in the query: ?key=value",
        )
    body = () if parts.body is None else parts.body.text
    template = Template(method, target.path, target.query, body, fields, name, block.number)
    said = parts.body.notices if parts.body else ()
    return template, [*block.notices, *parts.notices, *target.notices, *dropped, *said]


def _http_parts(block: Block) -> _Parts:
    query: list[Line] = []
    headers: list[HeaderLine] = []
    notices: list[str] = []
    body = None
    for place, line in enumerate(block.lines):
        text = line.stripped
        if begins_body(text) or _BODY_WORD.fullmatch(text):
            body = _announced_body(block.lines[place:])
            break
        if text.startswith(("?", "&")):
            query.append(_without_comment(line, notices))
        elif is_prose(line):
            notices.append(prose_dropped(line))
        elif text:
            headers.append(_header(line))
    target, comment = _typed_target(block)
    return _Parts(block.word, target, query, headers, body, (*comment, *notices))


# The examples of the OKX docs write the word "body" between the request line and the JSON, or before
# its first bracket.
def _announced_body(lines: Sequence[Line]) -> Body:
    word = _BODY_WORD.fullmatch(lines[0].stripped)
    start = 0
    if word is not None and word["json"]:
        lines = [Line(lines[0].number, word["json"]), *lines[1:]]
    elif word is not None:
        start = next((place for place, line in enumerate(lines[1:], 1) if line.stripped), 0)
    if not begins_body(lines[start].stripped):
        raise CellError(
            "there is no JSON after the word body",
            line=lines[0].number,
            remedy="a body is {…}, […] or {{ expr }}; drop the word when there is none",
        )
    return _body(lines[start:])


def _without_comment(line: Line, notices: list[str]) -> Line:
    """A query line without the comment after its value; a notice tells it."""
    masked, variables = mask(line.text, line=line.number, place="query")
    comment = _COMMENT.search(masked)
    if comment is None:
        return line
    notices.append(_comment_dropped(line.number))
    return Line(line.number, _typed(masked[: comment.start()], variables))


def _typed(masked: str, variables: Sequence[Variable]) -> str:
    """The first part of a masked text as it was typed."""
    return as_typed(unmask(masked, variables[: masked.count(MARK)]))


def _comment_dropped(line: int) -> str:
    return f"line {line}: the comment after the value is dropped"


def _curl_parts(command: Command) -> _Parts:
    line = command.line
    for after in command.rest:
        if after.stripped:
            raise CellError(
                "text after the curl command",
                line=after.number,
                remedy="end each line of the command but the last with a backslash",
            )
    query, body = [], None
    if command.as_query:
        query = [Line(line, f"&{data}") for data in command.data]
    elif len(command.data) > 1:
        raise CellError("a second body", line=line, remedy="one request has one body")
    elif command.data:
        body = _curl_body(command.data[0], line)
    return _Parts(command.method, command.url, query, command.headers, body, command.notices)


def _curl_body(data: str, line: int) -> Body:
    lines = [Line(line, text) for text in data.strip().split("\n")]
    if not begins_body(lines[0].text):
        raise CellError(
            "the data of the curl command is not a JSON object or array",
            line=line,
            remedy="""for example: -d '{"instId": "BTC-USDT"}'; for a query add -G""",
        )
    return _body(lines)


def _body(lines: Sequence[Line]) -> Body:
    """The body. Nothing may follow it."""
    body = read_body(lines)
    told = [prose_dropped(line) for line in body.rest if is_prose(line)]
    for line in body.rest:
        if begins_body(line.stripped):
            raise CellError(
                "a second body",
                line=line.number,
                remedy="one request has one body; several orders are one array: [{…}, {…}]",
            )
        if line.stripped and not is_prose(line):
            raise CellError(
                "text after the body",
                line=line.number,
                remedy="query lines and headers come before the body; "
                "a new request begins with GET /… or POST /…",
            )
    return body._replace(notices=(*body.notices, *told))


def _method(word: str, line: int) -> Method:
    if word in ("GET", "POST"):
        return cast("Method", word)
    if word.upper() in ("GET", "POST"):
        raise CellError(f"the method {word} is written {word.upper()}", line=line, remedy=EXAMPLE)
    raise CellError(
        f"OKX does not use the method {word}",
        line=line,
        remedy="its v5 API uses GET and POST; a cancellation is a POST too",
    )


def _typed_target(block: Block) -> tuple[str, tuple[str, ...]]:
    """The target as typed, and the notice on a comment after it."""
    whole, variables = mask(block.rest, line=block.number, place="query")
    masked = _COMMENT.sub("", whole)
    notices = () if masked == whole else (_comment_dropped(block.number),)
    if match := _REST.fullmatch(masked):
        return _typed(match["target"], variables), notices
    if not masked:
        raise CellError(
            f"the path is missing after {block.word}", line=block.number, remedy=EXAMPLE
        )
    if re.match(rf"/[{WHITESPACE}]", masked):
        raise CellError(
            "this is a heading of the OKX docs, not a request",
            line=block.number,
            remedy="paste the line under HTTP Request: GET /api/v5/…",
        )
    raise CellError("text after the target", line=block.number, remedy=_where_to(masked))


def _where_to(masked: str) -> str:
    """Where the text after a target belongs."""
    target, behind = masked.split(maxsplit=1)
    if target.endswith(",") or behind.startswith(","):
        return "write a list without spaces: instId=BTC-USDT,ETH-USDT"
    if key := PAIR.match(behind):
        mark = "&" if "?" in target else "?"
        return f"join it with {mark}, without a space: {mark}{key[1]}=…"
    return next(remedy for starts, remedy in _BEHIND_TARGET if re.match(starts, behind))


def _header(line: Line) -> HeaderLine:
    header = _HEADER.fullmatch(line.stripped)
    if header is None or header["value"].startswith("//"):
        pair = "=" in line.text
        begins = (
            "query lines begin with ? or &" if pair else "requests begin with GET /… or POST /…"
        )
        raise CellError(
            f"{first_word(line)!r} is not a request, a query line, a header or a body",
            line=line.number,
            remedy=f"{begins}; put Python in a separate cell",
        )
    return HeaderLine(header["name"], header["value"].strip(WHITESPACE), line.number)
