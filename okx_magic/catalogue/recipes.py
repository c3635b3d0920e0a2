"""Cells for a wish that takes more than one request: ``data/recipes.txt``.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.catalogue.reader import read_text
from okx_magic.catalogue.topics import classes, topics, words_of

if TYPE_CHECKING:
    from okx_magic.catalogue.topics import Words

_INSTRUMENT = re.compile(r"\b[A-Za-z0-9]{2,}(?:-[A-Za-z0-9]+)+\b")
_ANY_COIN = "coin"
_TICKER = re.compile(r"\b[A-Z]{2,6}\b")
_USUAL = "BTC-USDT"


class _Recipes(NamedTuple):
    coins: frozenset[str]
    cells: dict[Words, tuple[str, ...]]


def recipe(text: str) -> tuple[str, ...]:
    """The lines that do what a question asks, with the instrument it names; none for other questions."""
    known = _recipes()
    words = [_ANY_COIN if word in known.coins else word for word in words_of(text)]
    wordings, _ = topics().split(words, known.cells)
    if not wordings:
        return ()
    return tuple(line.replace("INSTID", _instrument(text)) for line in known.cells[wordings[0]])


def _instrument(text: str) -> str:
    if found := _INSTRUMENT.search(text):
        return found[0].upper()
    coin = next((each for each in _TICKER.findall(text) if each.lower() in _recipes().coins), "")
    return f"{coin}-USDT" if coin else _USUAL


@cache
def _recipes() -> _Recipes:
    head, *blocks = read_text("recipes.txt").split("\n### ")
    coins = [*classes()["COIN"], head.partition("! coin:")[2]]
    cells: dict[Words, tuple[str, ...]] = {}
    for block in blocks:
        wordings, *lines = block.strip("\n").split("\n")
        cells |= {tuple(words_of(each)): ("", *lines) for each in wordings.split(",")}
    return _Recipes(frozenset(words_of(" ".join(coins))), cells)
