"""A cell as lines: comments out, one block of lines for each request.

Strategy: two things of a line are decided before anything else, and nowhere again. Whether it is a
comment, and whether it begins a request. No JSON line can be taken for either: outside of strings
JSON has no ``#``, no ``//`` and no word like GET, and a JSON string cannot cross a line.

Tested in ``tests/cell/test_cell_grammar.py``.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from typing import NamedTuple

from okx_magic.errors import CellError

# Blank means blank to a person: web pages and PDFs paste U+00A0 for a space, and editors leave a byte
# order mark or a space without width.
WHITESPACE = " \t\u00a0\u200b\ufeff"

EXAMPLE = "a request looks like this: GET /api/v5/market/ticker?instId=BTC-USDT"

# What people write behind a target: an option (a front end may have made one dash of two), or a query.
OPTION = r"(?:--?|[\u2013\u2014])[A-Za-z]"
OPTIONS_FIRST = "options go before the request: %okx --chart GET …, in a cell behind %%okx"
PAIR = re.compile(r"([A-Za-z]\w{0,30})=(?!=)")

# Anything that looks like a method is read as one, so that it can be refused with a reason.
_METHOD = re.compile(r"GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|SUBSCRIBE", re.IGNORECASE)

# Methods that are taken as meant in small letters, before what looks like a target.
_TAKEN = ("GET", "POST")
_TARGET = re.compile(r"https?://\S|/api/v5/\S")

# What begins with the path of a v5 endpoint, or its URL, and stands alone: a GET.
_BARE_TARGET = re.compile(r"(?:https?://|/api/v5/)\S+")

# What the docs print around a request: several words, and nothing of a program. Chinese, in which OKX
# has its docs as well, needs no space between its words; Markdown puts its signs around them.
_PROSE = re.compile(
    r"(?!.*(?:[={}\[\]\"?&;$@\\]|\w\(|api/))(?:[>*•]+\s*)?"
    r"(?:(?!_)[\w(].*\s.*\S|[\u3400-\u9fff].*)|`{3,}[a-z]*"
)

# A sentence behind a label that is no header's name: "Example: place an order".
_LABEL = re.compile(
    r"(?:Example|Sample|Note|Request|Step|Case)s?:\s+[A-Za-z][\w,.'-]*(?:\s+[\w,.'-]+)+", re.ASCII
)

# What stands before "=" of a query line, a header or JSON is no name.
_NO_NAME = re.compile(r"[?&:\"'{}\[\]#]")

# How a frame for OKX's WebSocket begins, as its docs print it: with the URL, or with one of its members.
SOCKET = re.compile(r"wss?://\S*")
_FRAME = re.compile(r'"(?:op|args)"\s*:')

# NUL stands for a variable while a line is judged; half a surrogate pair has no UTF-8 bytes.
_UNSENDABLE = re.compile(r"[\0\ud800-\udfff]")


class Line(NamedTuple):
    """A line of the cell: its number, from 1, and its text without the line end."""

    number: int
    text: str

    @property
    def stripped(self) -> str:
        """The text without spaces at its ends."""
        return self.text.strip(WHITESPACE)


class Block(NamedTuple):
    """A request as lines: ``name = word rest`` on the first, then ``lines`` up to the next request.

    ``word`` is the method as typed, or ``curl``.
    """

    number: int
    name: str | None
    word: str
    rest: str
    lines: tuple[Line, ...]
    notices: tuple[str, ...] = ()


def blocks(text: str) -> tuple[list[Line], list[Block]]:
    """The lines of pasted frames that a cell begins with, and its requests. Raises CellError when it has
    neither, or other text before the first request.
    """
    lines = _lines(text)
    begun = [(place, block) for place, line in enumerate(lines) if (block := _begun(line))]
    first = begun[0][0] if begun else len(lines)
    frames: list[Line] = []
    if _begins_frame(lines[:first]):
        frames = lines[:first]
        if not begun:
            return frames, []
    elif begun:
        begun[0] = first, _without_prose(lines[:first], begun[0][1])
    else:
        _refuse_text(lines)
        raise CellError("the cell has no request", line=1, remedy=EXAMPLE)
    ends = [place for place, _ in begun[1:]] + [len(lines)]
    return frames, [
        block._replace(lines=tuple(lines[place + 1 : end]))
        for (place, block), end in zip(begun, ends, strict=True)
    ]


def _without_prose(lines: list[Line], first: Block) -> Block:
    """The first request, with a notice for each sentence before it. Raises CellError for other text."""
    prose = [line for line in lines if is_prose(line)]
    _refuse_text([line for line in lines if line not in prose])
    return first._replace(notices=(*map(prose_dropped, prose), *first.notices))


def _refuse_text(lines: list[Line]) -> None:
    for line in lines:
        if line.stripped:
            raise CellError(
                f"{first_word(line)!r} does not begin a request",
                line=line.number,
                remedy=f"{EXAMPLE}; put Python in a separate cell",
            )


def _begins_frame(lines: list[Line]) -> bool:
    """Whether the first line that is not blank begins a pasted frame, or the URL before one."""
    texts = [line.stripped for line in lines if line.stripped]
    if not texts:
        return False
    framed = any(_FRAME.search(text) for text in texts)
    return bool(SOCKET.match(texts[0])) or (texts[0].startswith("{") and framed)


def begins_body(text: str) -> bool:
    """Whether a line, without its indentation, begins a body."""
    return text.startswith(("{", "["))


def is_prose(line: Line) -> bool:
    """Whether a line outside of JSON is a sentence or a heading, as the docs put them at a request."""
    text = line.stripped
    first = re.split(r"[\s:]", text, maxsplit=1)[0]
    if re.match(r"[^\s:]+:", text):
        return _LABEL.fullmatch(text) is not None
    return _PROSE.fullmatch(text) is not None and not keyword.iskeyword(first)


def prose_dropped(line: Line) -> str:
    """The notice on such a line."""
    return f"line {line.number}: {first_word(line)} … dropped: it is not part of a request"


def check_name(name: str, *, line: int | None) -> str:
    """The name as Python will know it. Raises CellError when it cannot be assigned to."""
    # Every magic is called by get_ipython(): with another value in it the kernel has no magics any
    # more.
    unfit = keyword.iskeyword(name) or name.startswith("__") or name == "get_ipython"
    if unfit or not name.isidentifier():
        raise CellError(
            f"{name!r} cannot name a result",
            line=line,
            remedy="use a Python name, such as: balance = GET /api/v5/account/balance",
        )
    # Python reads identifiers in this form: a name stored in another could not be found.
    return unicodedata.normalize("NFKC", name)


def first_word(line: Line) -> str:
    """Enough of a line to recognise it, and no more: the rest may be anything, also a secret."""
    match = re.match(r"[\w.$/-]{1,30}|.", line.stripped)
    return match[0] if match else ""


def _lines(text: str) -> list[Line]:
    # Not splitlines(): it also splits at U+2028 and others, which JSON strings may hold.
    lines = [
        Line(number, text) for number, text in enumerate(text.replace("\r\n", "\n").split("\n"), 1)
    ]
    for line in lines:
        if _UNSENDABLE.search(line.text):
            raise CellError(
                "the line has a NUL or half a surrogate pair",
                line=line.number,
                remedy="delete the character; the quickest way is to type the line again",
            )
    return [line for line in lines if not line.stripped.startswith(("#", "//"))]


def _without_backquotes(text: str) -> str:
    """The text between a pair of backquotes; another text as it is."""
    inner = text.strip("`")
    return inner if text.startswith("`") and text.endswith("`") and inner else text


def _begun(line: Line) -> Block | None:
    # A request line stands between backquotes in the docs, a command behind a shell's prompt.
    typed = _without_backquotes(line.stripped).removeprefix("$ ")
    name, equals, right = typed.partition("=")
    if equals and not _NO_NAME.search(name):
        begun = _request_line(line, right.strip(WHITESPACE))
        # Of a longer line the name is part: curl … --proxy=http://…
        if begun is not None and (
            begun.word != "GET" or not begun.notices or name.strip().isidentifier()
        ):
            return begun._replace(name=name.strip(WHITESPACE))
    return _request_line(line, typed)


def _request_line(line: Line, text: str) -> Block | None:
    word, rest = _word_and_rest(text)
    if _BARE_TARGET.fullmatch(word):
        notice = f"line {line.number}: taken as GET {word.partition('?')[0]}"
        return Block(line.number, None, "GET", text, (), (notice,))
    if word == "curl" or (word.isupper() and _METHOD.fullmatch(word)):
        return Block(line.number, None, word, rest, ())
    # "Get positions" is a sentence; "Get /api/v5/…" is a request, and one that the docs print.
    if word.upper() in _TAKEN and _TARGET.match(rest):
        notice = f"line {line.number}: {word} taken as {word.upper()}"
        return Block(line.number, None, word.upper(), rest, (), (notice,))
    if _METHOD.fullmatch(word) and not is_prose(line):
        return Block(line.number, None, word, rest, ())
    return None


def _word_and_rest(text: str) -> tuple[str, str]:
    word, *rest = re.split(f"[{WHITESPACE}]+", text, maxsplit=1)
    return word, "".join(rest)
