"""JSON bodies as typed: where one ends, where its variables stand, whether it is JSON.

Strategy: a scanner walks the text once and knows only strings, brackets and variables. It never
rewrites: the body is the slice of the cell from the first bracket to the one that closes it.
Whether that slice is JSON is judged by ``strictjson`` alone, with each variable replaced by an atom
that cannot combine with what is next to it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from okx_magic import strictjson
from okx_magic.cell.lines import WHITESPACE, Line
from okx_magic.cell.template import Place, Text, Variable, end_of_variable
from okx_magic.errors import CellError

if TYPE_CHECKING:
    from collections.abc import Sequence

# RFC 8259, section 7: a string ends at a quote that no backslash stands before; no line end in it.
_IN_STRING = re.compile(r'\\[^\n]|["\n]|\{\{')
# RFC 8259, section 2: outside strings, "{{", # and / never occur in JSON.
_OUTSIDE = re.compile(r'\{\{|//|["{}\[\]#/]')

# A whole string that looks like a variable of another language; keys are left alone. A quote after
# a backslash does not open the string: it is part of one.
_FOREIGN_VARIABLE = re.compile(r'(?<!\\)"(\$\{?[A-Za-z_]\w*\}?|\{[A-Za-z_]\w*\})"(?!\s*:)')

# Python 3.13 names the place of this comma, older ones that of the bracket after it: here the bracket.
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")

_COMMENT_REMEDY = "a comment begins with // or #"

# By what stands at the place where JSON ended: the usual mistake and its remedy.
_REMEDIES = (
    (re.compile("[\u2018-\u201f\u00ab\u00bb]"), 'quotation marks in JSON are straight ones: "'),
    (
        re.compile(r"[^\x00-\x7f]"),
        "a look-alike character from a web page: type it again",
    ),
    (re.compile(r'"'), "check for a missing comma or colon before it"),
    (re.compile(r"'"), 'JSON uses double quotes; write a Python dict as {{ {"key": value} }}'),
    (re.compile(r"[}\]]"), "check for a comma before the closing bracket, or a missing value"),
    (re.compile(r"True|False|None"), "in JSON, write true, false and null"),
    (re.compile(r"\$|\{?[A-Za-z_]\w*\}?"), "write a variable as {{ name }}, and text in quotes"),
    (re.compile(r"\\"), r"JSON knows \" \\ \/ \b \f \n \r \t and \u with four digits"),
)


class Body(NamedTuple):
    """A body, the line it begins on, and the lines after it."""

    text: Text
    line: int
    rest: Sequence[Line]
    notices: tuple[str, ...] = ()


def read_body(lines: Sequence[Line]) -> Body:
    """The body that begins on the first of these lines, from its first bracket to the last.

    Raises CellError for one that is not closed, for text after it on its last line, and for what
    is not strict JSON.
    """
    source = _Source(lines)
    start = len(source.text) - len(source.text.lstrip(WHITESPACE))
    end, text, comments = _scan(source, start)
    last = bisect_right(source.starts, end - 1)
    behind = source.text[end:].partition("\n")[0].strip(WHITESPACE + "\r")
    if behind.startswith(("#", "//")):
        comments.append(source.line_at(end - 1))
    elif behind:
        raise CellError(
            "text after the body",
            line=source.line_at(end - 1),
            remedy="the body is one JSON value, and nothing may follow it on its last line",
        )
    _check(text, lines)
    return Body(text, lines[0].number, lines[last:], _dropped(comments))


def _dropped(comments: Sequence[int]) -> tuple[str, ...]:
    if not comments:
        return ()
    which = ", ".join(map(str, dict.fromkeys(comments)))
    return (f"the comments after values are dropped: line {which}",)


class _Source:
    """Lines as one text that knows on which line of the cell each place stands."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.text = "\n".join(line.text for line in lines)
        self.starts = list(accumulate((len(line.text) + 1 for line in lines[:-1]), initial=0))
        self._numbers = [line.number for line in lines]

    def line_at(self, place: int) -> int:
        return self._numbers[bisect_right(self.starts, place) - 1]

    def end_of_line(self, place: int) -> int:
        end = self.text.find("\n", place)
        return len(self.text) if end < 0 else end


def _scan(source: _Source, start: int) -> tuple[int, Text, list[int]]:
    """The index after the value that begins at ``start``, the value as pieces, and the lines of the
    comments that were left out of it.
    """
    pieces: list[str | Variable] = []
    comments: list[int] = []
    literal = place = start
    depth, in_string = 0, False
    while token := (_IN_STRING if in_string else _OUTSIDE).search(source.text, place):
        mark, place = token[0], token.end()
        if mark == "{{":
            kind: Place = "string" if in_string else "value" if depth else "body"
            variable = _variable(source, token.start(), kind)
            pieces += [source.text[literal : token.start()], variable]
            literal = place = token.start() + len(variable.source)
        elif mark == '"':
            in_string = not in_string
        elif in_string:
            _refuse_line_end(mark, source.line_at(token.start()))
        elif mark in ("#", "//"):
            pieces.append(source.text[literal : token.start()].rstrip(WHITESPACE))
            comments.append(source.line_at(token.start()))
            literal = place = source.end_of_line(token.start())
        elif mark == "/":
            raise CellError(
                "a / outside JSON strings",
                line=source.line_at(token.start()),
                remedy=_COMMENT_REMEDY,
            )
        else:
            depth += 1 if mark in "{[" else -1
        if depth == 0:
            pieces.append(source.text[literal:place])
            return place, tuple(piece for piece in pieces if piece != ""), comments
    raise CellError(
        "the body is not closed",
        line=source.line_at(start),
        remedy="check the brackets and quotes from here on: one is not closed",
    )


def _variable(source: _Source, opening: int, place: Place) -> Variable:
    # In a string a variable ends on its line, as the string does. Elsewhere it may take several.
    line = source.line_at(opening)
    stop = source.end_of_line(opening) if place == "string" else None
    end = end_of_variable(source.text, opening, line=line, stop=stop)
    return Variable(source.text[opening:end], line, place)


def _refuse_line_end(mark: str, line: int) -> None:
    if mark == "\n":
        raise CellError(
            "a JSON string is not closed on its line",
            line=line,
            remedy=r'close it with "; a line break in a string is written \n',
        )


def _check(text: Text, lines: Sequence[Line]) -> None:
    json_text = "".join(
        piece if isinstance(piece, str) else _atom(number, piece)
        for number, piece in enumerate(text)
    )
    try:
        strictjson.loads(json_text)
    except json.JSONDecodeError as problem:
        place = _place(problem)
        raise CellError(
            f"the body is not JSON: {problem.msg}",
            line=lines[json_text.count("\n", 0, place)].number,
            remedy=_remedy(json_text, place),
        ) from None
    except ValueError as problem:
        raise CellError(
            f"the body is refused: {problem}",
            line=lines[0].number,
            remedy="OKX and this client could read it differently; write it once and plainly",
        ) from None
    if foreign := _FOREIGN_VARIABLE.search(json_text):
        raise CellError(
            f"{foreign[0]} looks like a variable and would be sent as it is",
            line=lines[json_text.count("\n", 0, foreign.start())].number,
            remedy=f"a variable is written {{{{ name }}}}; as text: {{{{ '{foreign[1]}' }}}}",
        )


# In a string: "{{" is never literal text, so that its number makes the atom unlike any other
# string, and two keys with variables are not taken for equal. Elsewhere: null, because no digit or
# letter beside it gives another JSON value (1 beside a number would). Line ends stay, for the line
# numbers.
def _atom(number: int, variable: Variable) -> str:
    if variable.place == "string":
        return f"{{{{{number}}}}}"
    return "null" + "\n" * variable.source.count("\n")


def _place(problem: json.JSONDecodeError) -> int:
    comma = _TRAILING_COMMA.match(problem.doc, problem.pos)
    return comma.end() if comma else problem.pos


def _remedy(text: str, place: int) -> str:
    for pattern, remedy in _REMEDIES:
        if pattern.match(text, place):
            return remedy
    return 'a JSON value looks like this: {"instId": "BTC-USDT"}'
