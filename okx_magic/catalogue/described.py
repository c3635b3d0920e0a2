"""The words that an endpoint is spoken of with, and how many of a question's are among them.

title, path, parameters ─┐
said.txt (synonyms) ─────┼─► Described ─► scores
known questions ─────────┘

Tested in ``tests/catalogue/test_search_parts.py``.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.catalogue.sayings import meanings
from okx_magic.catalogue.stems import stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okx_magic.catalogue import Endpoint
    from okx_magic.catalogue.topics import Key

# How much a word counts by where it stands.
_TITLE, _PATH, _SAID, _MEANT, _PARAMETER = 1.0, 0.8, 0.7, 0.6, 0.15
# Of the answers to one question the second is spoken of less with its words, the others not at all.
_RANKS = (1.0, 0.7)
# A word is rare by how many endpoints have it in more than a parameter.
_SPOKEN = 0.2
_RAREST = 5.0


class Described:
    """Every endpoint with its words; ``texts`` are questions, as their stems with their answers."""

    def __init__(self, texts: Iterable[tuple[Sequence[str], Sequence[Key]]]) -> None:
        self._words = {key: _own(each) for key, each in catalogue.endpoints().items()}
        for said, keys in texts:
            for key, rank in zip(keys, _RANKS, strict=False):
                _put(self._words[key], said, _SAID * rank)
        having = Counter(
            word
            for words in self._words.values()
            for word, weight in words.items()
            if weight > _SPOKEN
        )
        self._rarity = {word: math.log(1 + len(self._words) / n) for word, n in having.items()}

    def scores(self, words: Sequence[str]) -> Mapping[Key, float]:
        """The share of the words that each endpoint is spoken of with; a rare word counts more."""
        rarity = {word: self._rarity.get(word, _RAREST) for word in words}
        whole = sum(min(each, _RAREST) for each in rarity.values()) or 1
        shares = {
            key: sum(known.get(word, 0) * rare for word, rare in rarity.items()) / whole
            for key, known in self._words.items()
        }
        return {key: share for key, share in shares.items() if share}

    @property
    def words(self) -> frozenset[str]:
        """Every word that any endpoint is spoken of with."""
        return frozenset().union(*self._words.values())


def _own(endpoint: Endpoint) -> dict[str, float]:
    found: dict[str, float] = {}
    _put(found, stems(endpoint.title), _TITLE)
    path = endpoint.path.removeprefix("/api/v5/")
    _put(found, stems(path), _PATH)
    spelled = re.findall("[a-z0-9]+", f"{endpoint.title} {path}".lower())
    for word in {*spelled, *path.split("/")}:
        _put(found, stems(" ".join(meanings(word))), _MEANT)
    for param in endpoint.params:
        _put(found, [*stems(param.name), param.name.lower()], _PARAMETER)
        _put(found, stems(" ".join(param.values)), _PARAMETER)
    return found


def _put(words: dict[str, float], more: Iterable[str], weight: float) -> None:
    for word in more:
        words[word] = max(words.get(word, 0), weight)
