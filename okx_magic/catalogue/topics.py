"""What traders call things: wordings with the endpoints that answer them, filler words, rare families.

    topics.txt ─► Topics ─► the searches for endpoints, channels, columns and codes

The facts are in ``data/topics.txt``, a line each. A wording is a word or a few words near each other;
the longest that a question holds counts.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WORD = re.compile(r"[a-z0-9]+")
# 3x, 20x
_TIMES = re.compile(r"[0-9]+x")
_SHORTEST_PLURAL = 4
# So many other words may stand between those of one wording: "cancel all of my open orders".
_WIDEST_GAP = 3

Words = tuple[str, ...]
# Method and path; of a channel SUBSCRIBE and its name.
Key = tuple[str, str]
SUBSCRIBE: Final = "SUBSCRIBE"


@dataclass(frozen=True, slots=True)
class Topics:
    """``endpoints`` and ``channels`` of each wording, the likeliest first, and the ``magics`` that do it,
    of which those ``alone`` are no matter of OKX's API;
    ``filler`` are words that tell nothing; ``aside`` are the first parts of paths that few people mean;
    ``live`` are words that ask for a stream.
    """

    endpoints: Mapping[Words, tuple[Key, ...]]
    channels: Mapping[Words, tuple[Key, ...]]
    magics: Mapping[Words, str]
    alone: frozenset[str]
    filler: frozenset[str]
    aside: frozenset[str]
    live: frozenset[str]

    def split(self, words: Sequence[str], known: Iterable[Words]) -> tuple[list[Words], list[str]]:
        """Which of the ``known`` wordings words hold, the longest first, and the words that are left. The
        words of a wording stand near each other, in any order unless one is a filler ("my stop loss" is
        no "stop loss on my position"); one in a row goes before one with gaps.
        """
        places: dict[str, list[int]] = {}
        for place, word in enumerate(words):
            places.setdefault(word, []).append(place)
        fits = [
            (found, wording)
            for wording in known
            if wording[0] in places and (found := _nearest(wording, places)) is not None
            if self.filler.isdisjoint(wording) or list(found) == sorted(found)
        ]
        wordings: list[Words] = []
        taken: set[int] = set()
        for found, wording in sorted(fits, key=_worth):
            if not taken.intersection(found):
                taken.update(found)
                wordings.append(wording)
        left = [
            word
            for place, word in enumerate(words)
            if place not in taken and word not in self.filler
        ]
        return wordings, left


def _nearest(wording: Words, places: Mapping[str, Sequence[int]]) -> tuple[int, ...] | None:
    """Where the words of a wording stand, if they stand near each other."""
    chosen: list[int] = []
    for word in wording:
        free = [place for place in places.get(word, ()) if place not in chosen]
        if not free:
            return None
        last = chosen[-1] if chosen else free[0] - 1
        chosen.append(min(free, key=lambda place: abs(place - last - 1)))
    near = max(chosen) - min(chosen) < len(wording) + _WIDEST_GAP
    return tuple(chosen) if near else None


def _worth(fit: tuple[tuple[int, ...], Words]) -> tuple[int, int, bool, int]:
    found, wording = fit
    return -len(wording), max(found) - min(found), list(found) != sorted(found), found[0]


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, each without the ``s`` of a plural, and of words that mean the
    same the one that OKX's paths have.
    """
    words = (_singular(word) for word in _WORD.findall(text.lower().replace("'", "")))
    return [_same().get(word, "leverage" if _TIMES.fullmatch(word) else word) for word in words]


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or word.endswith(("ss", "us")):
        return word
    return word.removesuffix("s")


@cache
def _same() -> Mapping[str, str]:
    lines = (
        line.split() for line in read_text("topics.txt").split("\n") if line.startswith("! same:")
    )
    return {other: word for _, _, word, *others in lines for other in others}


@cache
def topics() -> Topics:
    """The topics of the data file."""
    found: dict[Words, tuple[Key, ...]] = {}
    channels: dict[Words, tuple[Key, ...]] = {}
    magics: dict[Words, str] = {}
    alone: set[str] = set()
    filler: set[str] = set()
    aside: set[str] = set()
    live: set[str] = set()
    named = classes()
    for line in read_text("topics.txt").split("\n"):
        if line.startswith("! filler:"):
            filler.update(words_of(line.partition(":")[2]))
        elif line.startswith("! aside:"):
            aside.update(line.partition(":")[2].split())
        elif line.startswith("! live:"):
            live.update(words_of(line.partition(":")[2]))
        elif "|" in line and not line.startswith("#"):
            wordings, _, endpoints = line.partition("|")
            if "%" in endpoints:
                told = endpoints.strip().removeprefix("! ")
                magics |= dict.fromkeys(_spelled_out(wordings, named), told)
                alone.update({told} if told != endpoints.strip() else ())
                continue
            keys = tuple(_keys(endpoints))
            to = channels if keys[0][0] == SUBSCRIBE else found
            to |= dict.fromkeys(_spelled_out(wordings, named), keys)
    several = (frozenset(each) for each in (alone, filler, aside, live))
    return Topics(found, channels, magics, *several)


def classes() -> Mapping[str, Sequence[str]]:
    """The words that a name in capitals stands for in a wording: ``CHANGE`` is change, move, raise."""
    lines = read_text("topics.txt").split("\n")
    found = (line.partition(":")[2].split() for line in lines if line.startswith("! any:"))
    return {name: words for name, *words in found}


def _spelled_out(wordings: str, named: Mapping[str, Sequence[str]]) -> Iterator[Words]:
    for wording in wordings.split(","):
        choices = [named.get(word, (word,)) for word in wording.split()]
        for chosen in itertools.product(*choices):
            yield tuple(words_of(" ".join(chosen)))


def _keys(endpoints: str) -> Iterator[Key]:
    for each in endpoints.split(","):
        method, path = each.split()
        yield method, path if method == SUBSCRIBE else f"/api/v5/{path}"
