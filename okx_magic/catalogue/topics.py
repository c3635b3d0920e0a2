"""What traders call things: wordings with the endpoints that answer them, filler words, rare families.

    topics.txt ─► Topics ─► search.py

The facts are in ``data/topics.txt``, a line each. A wording is a word or a few words in a row; the
longest that a question holds counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from okx_magic.catalogue.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_PLURAL = 4

Words = tuple[str, ...]
# Method and path.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Topics:
    """``endpoints`` of each wording, the likeliest first; ``filler`` are words that tell nothing;
    ``aside`` are the first parts of paths that few people mean; ``longest`` counts the words of the
    longest wording.
    """

    endpoints: Mapping[Words, tuple[Key, ...]]
    filler: frozenset[str]
    aside: frozenset[str]
    longest: int

    def split(self, words: Sequence[str]) -> tuple[list[Words], list[str]]:
        """The wordings that words hold, the longest first come, and the words that are left."""
        wordings: list[Words] = []
        left: list[str] = []
        place = 0
        while place < len(words):
            wording = self._longest_at(words, place)
            if wording:
                wordings.append(wording)
                place += len(wording)
            else:
                if words[place] not in self.filler:
                    left.append(words[place])
                place += 1
        return wordings, left

    def _longest_at(self, words: Sequence[str], place: int) -> Words:
        for length in range(min(self.longest, len(words) - place), 0, -1):
            wording = tuple(words[place : place + length])
            if wording in self.endpoints:
                return wording
        return ()


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, each without the ``s`` of a plural."""
    return [_singular(word) for word in _WORD.findall(text.lower().replace("'", ""))]


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or word.endswith(("ss", "us")):
        return word
    return word.removesuffix("s")


@cache
def topics() -> Topics:
    """The topics of the data file."""
    found: dict[Words, tuple[Key, ...]] = {}
    filler: set[str] = set()
    aside: set[str] = set()
    for line in read_text("topics.txt").split("\n"):
        if line.startswith("! filler:"):
            filler.update(words_of(line.partition(":")[2]))
        elif line.startswith("! aside:"):
            aside.update(line.partition(":")[2].split())
        elif "|" in line and not line.startswith("#"):
            wordings, _, endpoints = line.partition("|")
            keys = tuple(_keys(endpoints))
            found |= {tuple(words_of(each)): keys for each in wordings.split(",")}
    longest = max(map(len, found))
    return Topics(found, frozenset(filler), frozenset(aside), longest)


def _keys(endpoints: str) -> Iterator[Key]:
    for each in endpoints.split(","):
        method, path = each.split()
        yield method, f"/api/v5/{path}"
