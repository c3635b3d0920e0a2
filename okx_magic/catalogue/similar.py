"""Texts whose answers are known, and how like them a question is: the cosine of their words and pairs
of words, of which the rare ones count more.

Tested in ``tests/catalogue/test_search_parts.py``.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okx_magic.catalogue.topics import Key

# Of the answers to one text the first is meant most often.
_RANK, _LAST_RANK = 0.08, 3
# The text that is most like a question counts whole, the next ones less and less.
_NEXT, _TEXTS = 0.4, 4
# How much a word counts that no text has, beside the rarest: it may be a name.
_UNKNOWN = 0.6


class Similar:
    """``texts``, as their stems with their answers, made ready once for many questions."""

    def __init__(self, texts: Iterable[tuple[Sequence[str], Sequence[Key]]]) -> None:
        parts = [(set(_parts(words)), keys) for words, keys in texts]
        count = Counter(part for known, _ in parts for part in known)
        self._rarity = {part: math.log(1 + len(parts) / (0.5 + n)) for part, n in count.items()}
        self._unknown = _UNKNOWN * math.log(1 + len(parts))
        self._answers = [keys for _, keys in parts]
        self._texts: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (known, _) in enumerate(parts):
            length = self._length(known)
            for part in known:
                self._texts[part].append((number, self._rarity[part] ** 2 / length))

    def scores(self, words: Sequence[str]) -> Mapping[Key, float]:
        """How well each answer's texts fit the words."""
        asked = set(_parts(words))
        length = self._length(asked)
        likeness: dict[int, float] = defaultdict(float)
        for part in asked:
            for number, weight in self._texts.get(part, ()):
                likeness[number] += weight / length
        found: dict[Key, list[float]] = defaultdict(list)
        for number, like in likeness.items():
            for rank, key in enumerate(self._answers[number]):
                found[key].append(like * (1 - _RANK * min(rank, _LAST_RANK)))
        return {key: _together(likes) for key, likes in found.items()}

    @property
    def words(self) -> frozenset[str]:
        """Every word that any text has."""
        return frozenset(part for part in self._rarity if " " not in part)

    def _length(self, parts: Iterable[str]) -> float:
        squares = sum(self._rarity.get(part, self._unknown) ** 2 for part in parts)
        return math.sqrt(squares) or 1


def _parts(words: Sequence[str]) -> list[str]:
    pairs = (f"{one} {other}" for one, other in itertools.pairwise(words))
    return [*words, *pairs]


def _together(likes: list[float]) -> float:
    best = sorted(likes, reverse=True)[:_TEXTS]
    return sum(like * _NEXT**place for place, like in enumerate(best))
