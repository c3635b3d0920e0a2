"""The words of a text as the search for endpoints compares them: no filler words, no endings.

topics.txt (filler, words that are the same) ─► words_of ─► stems

Tested in ``tests/catalogue/test_search_parts.py``.
"""

from __future__ import annotations

import re
from functools import cache

from okx_magic.catalogue.topics import classes, topics, words_of

# posSide, accFillSz: two words, and three.
_INSIDE = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUMBER = re.compile(r"[0-9]+[km]?")
_ENDINGS = ("ing", "ed", "ly")
_SHORTEST_STEM = 3
# Which coin, or which number, says nothing of which endpoint: that there is one does.
_COIN, _ANY_NUMBER = "#coin", "#number"


def stems(text: str) -> list[str]:
    """The words that tell something, each cut to what "cancelled" and "cancelling" have in common. Of a
    text of nothing but filler words, those.
    """
    return [_general(stem) for stem in named_stems(text)]


def named_stems(text: str) -> list[str]:
    """The same, with the names of coins as they are."""
    words = words_of(_INSIDE.sub(" ", text))
    return [_stem(word) for word in words if word not in topics().filler] or words


@cache
def _general(stem: str) -> str:
    if _NUMBER.fullmatch(stem):
        return _ANY_NUMBER
    return _COIN if stem in _coins() else stem


@cache
def _coins() -> frozenset[str]:
    named = classes()
    return frozenset(_stem(each) for name in ("COIN", "CASH") for each in named[name])


@cache
def _stem(word: str) -> str:
    word = _without_ending(word)
    if len(word) <= _SHORTEST_STEM:
        return word
    if word.endswith("y"):
        return word[:-1] + "i"
    return word.removesuffix("e")


def _without_ending(word: str) -> str:
    for ending in _ENDINGS:
        cut = word.removesuffix(ending)
        if cut != word and len(cut) >= _SHORTEST_STEM:
            # "stopped", but "selling".
            doubled = cut[-1] == cut[-2] and cut[-1] not in "ls"
            return cut[:-1] if doubled and len(cut) > _SHORTEST_STEM else cut
    return word
