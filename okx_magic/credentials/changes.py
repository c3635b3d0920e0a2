"""The one table of changes: what happens to a text on its way into a signature, whichever text it is.

A row of ``changes.json`` says how usual a change is, what it is called, how it is put right, and what
it makes of a text: a template in which … stands for the text, or a function of ``FUNCTIONS`` with its
arguments, or several of them one after the other. A row of the section "any" happens to several
texts; it says to which, each by a letter, and for each how usual.

Tested in ``tests/detective/test_grammar.py``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
import re
import unicodedata
from functools import cache, partial
from importlib import resources
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeVar
from urllib.parse import quote, quote_plus, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Operation = Callable[[str], "str | bytes | None"]


class Cost:
    """What a mistake costs by how usual it is. The costs of several add up, and the search goes from the
    cheapest explanation to the dearest: to three usual ones, 21, or two rare ones.
    """

    USUAL: Final = 7
    KNOWN: Final = 8
    RARE: Final = 10
    SELDOM: Final = 14
    PLAIN: Final = 15
    ALONE: Final = 19


COSTS: Final = {name[0]: cost for name, cost in vars(Cost).items() if name.isupper()}
"""The costs by the letters of the table."""

SUBJECTS: Final = {
    "t": "the timestamp",
    "m": "the method",
    "p": "the path",
    "q": "the query",
    "b": "the body",
    "w": "the prehash",
    "s": "the secret",
}
"""The letters of the texts that a change is made to."""


class Mistake(NamedTuple):
    """One thing done wrong. ``name`` completes "signed with …", ``correction`` says what to do
    instead; mistakes with the same correction are of one kind. ``cost`` tells how unusual it is.
    """

    name: str
    correction: str
    cost: int = Cost.KNOWN

    @classmethod
    def of(cls, name: str, kind: str, cost: int = Cost.KNOWN) -> Mistake:
        """A mistake of a kind that the table knows to put right."""
        return cls(name, instead(kind), cost)


_T = TypeVar("_T")


class Wrong(NamedTuple, Generic[_T]):
    """What stands in place of the right thing after these ``mistakes``: a text, a way to join texts, a
    digest, a function that makes one. ``also`` are other mistakes, each of which alone gives the same.
    """

    what: _T
    mistakes: tuple[Mistake, ...] = ()
    also: tuple[Mistake, ...] = ()

    @property
    def cost(self) -> int:
        """Of all its mistakes together."""
        return sum([mistake.cost for mistake in self.mistakes])

    @property
    def names(self) -> list[str]:
        """What its mistakes are called, and the others."""
        return [mistake.name for mistake in (*self.mistakes, *self.also)]


class Change(NamedTuple):
    """A row: a mistake and what it makes of a text, None where it cannot be made.

    ``pieces`` are what stands around the text, where the row is a template.
    """

    mistake: Mistake
    of: Operation
    pieces: tuple[str, ...] | None = None


def plain(text: str) -> bytes:
    """The bytes of a text; those that were no UTF-8 come back as they were."""
    try:
        return text.encode("utf-8", "surrogatepass")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")


def _hashed(text: str, name: str, form: str = "") -> str | bytes | None:
    try:
        digest = hashlib.new(name, plain(text), usedforsecurity=False)
    except ValueError:  # this OpenSSL does not have it
        return None
    return digest.hexdigest() if form else digest.digest()


def _decoded(text: str, decode: Callable[[str], bytes]) -> bytes | None:
    try:
        return decode(text)
    except (binascii.Error, ValueError):
        return None


def _from_base32(text: str) -> bytes:
    return base64.b32decode(text + "=" * (-len(text) % 8), casefold=True)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "swapcase": str.swapcase,
    "capitalize": str.capitalize,
    "strip": str.strip,
    "replace": str.replace,
    "sub": lambda text, pattern, to: re.sub(pattern, to, text),
    "where": lambda text, pattern, do: re.sub(pattern, lambda m: FUNCTIONS[do](m[0]), text),
    "escaped": lambda text, marks: re.sub(marks, lambda m: f"\\u{ord(m[0]):04x}", text),
    "cut": lambda text, start, end=None: text[start:end],
    "before": lambda text, mark: text.partition(mark)[0] if mark in text else None,
    "behind": lambda text, mark: text.partition(mark)[2] if mark in text else None,
    "reverse": lambda text: text[::-1],
    "length": lambda text: str(len(plain(text))),
    "repr": lambda text: repr(plain(text)),
    # []byte as Go's %v prints it.
    "byte list": lambda text: f"[{' '.join(map(str, plain(text)))}]",
    "json": lambda text, ascii_only=True: json.dumps(text, ensure_ascii=ascii_only),
    "snake": lambda text: re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", text).lower(),
    "sorted": lambda text, between, by="": between.join(
        sorted(text.split(between), key=FUNCTIONS.get(by))
    ),
    "reversed": lambda text, between: between.join(text.split(between)[::-1]),
    "filled": lambda text, length: text.ljust(length),
    "html": html.escape,
    "unhtml": html.unescape,
    "unescape": lambda text: json.loads(f'"{text}"'),
    "match": lambda text, pattern: (
        (found := re.fullmatch(pattern, text)) and found[found.lastindex or 0]
    ),
    "normal": lambda text, form: unicodedata.normalize(form, text),
    "quote": lambda text, safe="": quote(plain(text), safe=safe),
    "quote+": lambda text, safe="": quote_plus(plain(text), safe=safe),
    "unquote": unquote,
    "unquote+": unquote_plus,
    "encoded again": lambda text: quote(text, safe="=&") if "%" in text else text,
    "base64": lambda text: base64.b64encode(plain(text)).decode(),
    "hex": lambda text: plain(text).hex(),
    "hash": _hashed,
    # What a coding does not have becomes a ?, as most languages do it.
    "encode": lambda text, coding: text.encode(coding, "replace"),
    "read": lambda text, coding: plain(text).decode(coding),
    # Of each UTF-16 unit the low byte: Node's latin1 and binary.
    "low bytes": lambda text: text.encode("utf-16-le", "surrogatepass")[::2],
    # As most libraries read it: other characters are passed over, and missing padding is no error.
    "from base64": lambda text: _decoded(text + "===", base64.b64decode),
    "from hex": lambda text: _decoded(text, bytes.fromhex),
    "from base32": lambda text: _decoded(text, _from_base32),
}


def _in_turn(steps: list[Any], made: Any) -> Any:
    for step in steps:
        made = None if made is None else step(made)
    return made


def operation(row: Any) -> Operation:
    """What a row says is made of a text."""
    if isinstance(row, str):
        pieces = row.split("…")
        return lambda text: text.join(pieces)
    if any(isinstance(step, list) for step in row):
        return partial(_in_turn, [operation(step) for step in row])
    function, *arguments = row
    return lambda text: FUNCTIONS[function](text, *arguments)


@cache
def table(path: str = "credentials/changes.json") -> Any:
    """All that a file of data has, by its sections."""
    return json.loads(resources.files("okx_magic").joinpath(path).read_text("utf-8"))


def instead(key: str) -> str:
    """What to do instead of the mistakes of this kind."""
    return table()["instead"][key]  # type: ignore[no-any-return]


def titled(name: str, made: list[Any]) -> Iterator[tuple[str, Any]]:
    """What a row makes, by name: each that it has; or each for every word in the place of @, if it ends
    in such words.
    """
    *given, words = made
    if not isinstance(words, dict):
        yield from ((name, each) for each in made)
        return
    for word, each in product(words["@"], given):
        filled = json.dumps(each).replace("@", json.dumps(word)[1:-1])
        yield name.replace("@", word), json.loads(filled)


@cache
def rows(section: str) -> tuple[Change, ...]:
    """The changes of a section, which happen to one text alone."""
    return tuple(
        _change(title, instead(kind), COSTS[usual], row)
        for kind, found in table()[section].items()
        for usual, name, *made in found
        for title, row in titled(name, made)
    )


@cache
def changes(letter: str) -> tuple[Change, ...]:
    """The changes that happen to the text of this letter as they happen to others."""
    return tuple(
        _change(name.format(SUBJECTS[letter]), instead(kind), COSTS[place[1]], row)
        for name, where, row, kind in _any(letter)
        for place in where.split()
        if place[0] == letter
    )


def _change(name: str, correction: str, cost: int, row: Any) -> Change:
    pieces = tuple(row.split("…")) if isinstance(row, str) else None
    return Change(Mistake(name, correction, cost), operation(row), pieces)


def _any(letter: str) -> Iterator[tuple[str, str, Any, str]]:
    """The rows of all texts as they are called at this one: name, places, row, kind of correction."""
    whole, secret = letter == "w", letter == "s"
    around = "s around" if secret else "ends" if whole else letter
    for noun, text, behind, before in table()["ends"]:
        told = noun.removesuffix(" (CR LF)") if whole else noun
        start = "at the start of" if whole and noun in ("a blank", "a line break") else "before"
        yield f"{told} {'at the end of' if whole else 'behind'} {{}}", behind, f"…{text}", around
        yield f"{told} {start} {{}}", before, f"{text}…", around
    for noun, left, right, where in table()["around"]:
        outside = secret or noun == "blanks"
        name = f"{noun} around {{}}" if outside else f"{{}} in {noun}"
        yield name, where, f"{left}…{right}", around if outside else letter
    for kind, found in table()["any"].items():
        usual = around if kind == "around" else f"s {kind}" if secret else letter
        if kind == "coded" and letter == "b":
            usual = "coding"
        for name, where, *made in found:
            for title, row in titled(name, made):
                yield title, where, row, usual
