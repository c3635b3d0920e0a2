"""Two prehashes side by side, without any secret: where they part, and by which mistake."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from itertools import accumulate

from okx_magic.credentials.changes import Cost, plain
from okx_magic.credentials.prehash_rules import faults
from okx_magic.detective.investigation import explanations
from okx_magic.detective.prehash import Prehash, split
from okx_magic.detective.records import Comparison, Evidence, Explanation
from okx_magic.detective.search import told
from okx_magic.detective.times import instant, notation_of, write
from okx_magic.detective.ways import Ways

_PARTS = ("timestamp", "method", "path", "query", "body")
_NAMES = {
    "\n": "a line break",
    "\r": "a carriage return",
    "\t": "a tab",
    " ": "a blank",
    "\0": "a NUL character",
    "\ufeff": "a byte order mark",
    "\u00a0": "a no-break space",
    "\u200b": "a zero-width space",
}
# It could be called a prehash with two mistakes; it is likelier that the wrong text was pasted.
_REQUEST_LINE = re.compile(r"\s*[A-Za-z]+\s+(?:https?://|/)")
_SHOWN_BEFORE, _SHOWN_BEHIND = 24, 36


def compare(first: str, second: str) -> Comparison:
    """Two prehashes: the right one of a request, and the text that was signed in its place.

    No secret is needed. Where mistakes make one text of the other, they are named. Which of the two is
    the right one is told by the rules of a prehash; where both keep to them it is the first, unless only
    the first can be made of the second.
    """
    turned, sure = _turned(first, second)
    found = _compared(first, second, turned=turned, sure=sure)
    if found.byte is not None and not found.explanations and not sure:
        other = _compared(first, second, turned=not turned, sure=True)
        return other if other.explanations else found
    return found


def _turned(first: str, second: str) -> tuple[bool, bool]:
    """Whether it is the first that was signed by mistake, and whether the texts tell that."""
    broken = []
    for text in (first, second):
        parts = split(text)
        broken.append(99 if parts is None else len(list(faults(*parts))))
    return broken[0] > broken[1], broken[0] != broken[1]


def _compared(first: str, second: str, *, turned: bool, sure: bool) -> Comparison:
    mine, typed = (second, first) if turned else (first, second)
    parts = split(mine)
    theirs = _at_my_time(parts, typed)
    # As it was typed, if that is as long, so that the place is the same.
    shown = typed if len(typed) == len(theirs) else theirs
    one, other = (shown, mine) if turned else (mine, shown)
    about = Comparison(
        first,
        second,
        fault="first" if turned else "second",
        sure=sure,
        time_skipped=theirs != typed,
        no_prehash=parts is not None and split(theirs) is None,
    )
    if mine == theirs:
        return about
    pairs = enumerate(zip(mine, theirs, strict=False))
    place = next((at for at, (a, b) in pairs if a != b), min(len(mine), len(theirs)))
    his, hers = _character(mine, theirs, place), _character(theirs, mine, place)
    his, hers = (hers, his) if turned else (his, hers)
    return replace(
        about,
        byte=len(mine[:place].encode("utf-8", "surrogatepass")) + 1,
        part=_part(parts, place) if parts else "",
        found=f"the first has {his}, the second {hers}",
        view=_view(one, other, place),
        explanations=_explained(parts, theirs) if parts and not _REQUEST_LINE.match(typed) else (),
    )


def _at_my_time(mine: Prehash | None, theirs: str) -> str:
    """The other prehash with my time in its own notation: two programs never read the clock alike."""
    other = split(theirs)
    if mine is None or other is None or not theirs.startswith(other.timestamp):
        return theirs
    time, notation = instant(mine.timestamp), notation_of(other.timestamp)
    if time is None or notation is None or instant(other.timestamp) == time:
        return theirs
    return write(notation.template, time) + theirs.removeprefix(other.timestamp)


def _part(parts: Prehash, place: int) -> str:
    path, mark, query = parts.target.partition("?")
    texts = (parts.timestamp, parts.method, path, mark + query, parts.body)
    ends = accumulate(map(len, texts))
    return next((name for name, end in zip(_PARTS, ends, strict=True) if place < end), "end")


def _character(text: str, other: str, place: int) -> str:
    """The character at a place; one that cannot be seen, or looks like the other's, by its name."""
    if place >= len(text):
        return "nothing"
    character = text[place]
    if character in _NAMES:
        return _NAMES[character]
    name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
    if not character.isprintable():
        return name
    beside_ascii = place < len(other) and other[place].isascii()
    return f"{character} ({name})" if beside_ascii and not character.isascii() else character


def _view(mine: str, theirs: str, place: int) -> tuple[str, str, str]:
    """Both texts around the place, in one line each, and a line that marks it."""
    start, end = max(0, place - _SHOWN_BEFORE), place + _SHOWN_BEHIND
    lines = []
    for text in (mine, theirs):
        shown = ("…" if start else "") + _visible(text[start:end])
        lines.append(shown + ("…" if len(text) > end else ""))
    return lines[0], lines[1], " " * (place - start + bool(start)) + "^"


def _visible(text: str) -> str:
    """The text in one line, each character as wide as one; those that cannot be seen as signs."""
    signs = {"\n": "␊", "\r": "␍", "\t": "␉", "\0": "␀", " ": "·", "\u00a0": "⍽"}
    return "".join(signs.get(each, each if each.isprintable() else "�") for each in text)


def _explained(parts: Prehash, theirs: str) -> tuple[Explanation, ...]:
    """The cheapest mistakes that make theirs of mine."""
    ways = Ways(Evidence("", *parts))
    (nothing,) = ways.right.digests
    singles = (ways.singles(odd=odd) for odd in (False, True))
    for blocks in (
        *singles,
        *(ways.blocks(cost) for cost in range(2 * Cost.USUAL, 2 * Cost.RARE + 1)),
    ):
        if found := list(ways.to(plain(theirs), nothing, blocks)):
            return explanations(map(told, found))
    return ()
