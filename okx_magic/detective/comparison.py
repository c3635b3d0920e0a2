"""Two prehashes side by side, without any secret: where they part, and by which mistake."""

from __future__ import annotations

import unicodedata
from itertools import accumulate

from okx_magic.credentials.changes import RARE, USUAL, plain
from okx_magic.detective.investigation import explanations
from okx_magic.detective.prehash import Prehash, split
from okx_magic.detective.records import Comparison, Evidence, Explanation
from okx_magic.detective.search import Hit
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
_SHOWN_BEFORE, _SHOWN_BEHIND = 24, 36


def compare(mine: str, theirs: str) -> Comparison:
    """The prehash of a request, ``mine``, beside the text that was signed in its place.

    No secret is needed. Where mistakes make the other text of this one, they are named; for that,
    ``mine`` must have the four parts of a prehash.
    """
    parts = split(mine)
    told, theirs = theirs, _at_my_time(parts, theirs)
    skipped = told != theirs
    if mine == theirs:
        return Comparison(mine, theirs, time_skipped=skipped)
    pairs = enumerate(zip(mine, theirs, strict=False))
    shorter = min(len(mine), len(theirs))
    place = next((at for at, (one, other) in pairs if one != other), shorter)
    return Comparison(
        mine,
        theirs,
        byte=len(mine[:place].encode("utf-8", "surrogatepass")) + 1,
        part=_part(parts, place) if parts else "",
        found=f"mine has {_character(mine, theirs, place)}, theirs {_character(theirs, mine, place)}",
        view=_view(mine, theirs, place),
        time_skipped=skipped,
        explanations=_explained(parts, theirs) if parts else (),
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
    start = max(0, place - _SHOWN_BEFORE)
    before = ("…" if start else "") + _visible(mine[start:place])
    lines = []
    for text in (mine, theirs):
        end = place + _SHOWN_BEHIND
        lines.append(before + _visible(text[place:end]) + ("…" if len(text) > end else ""))
    return lines[0], lines[1], " " * len(before) + "^"


def _visible(text: str) -> str:
    """The text in one line, each character as wide as one; those that cannot be seen as signs."""
    signs = {"\n": "␊", "\r": "␍", "\t": "␉", "\0": "␀", " ": "·", "\u00a0": "⍽"}
    return "".join(signs.get(each, each if each.isprintable() else "�") for each in text)


def _explained(parts: Prehash, theirs: str) -> tuple[Explanation, ...]:
    """The cheapest mistakes that make theirs of mine."""
    ways = Ways(Evidence("", *parts))
    singles = (ways.singles(odd=odd) for odd in (False, True))
    for blocks in (*singles, *(ways.blocks(cost) for cost in range(2 * USUAL, 2 * RARE + 1))):
        if found := list(ways.to(plain(theirs), list(blocks))):
            return explanations(Hit(way.mistakes, way.also) for way in found)
    return ()
