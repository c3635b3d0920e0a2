"""Finds endpoints: by words for ``%okx_find``, and the nearest paths to one that does not exist."""

from __future__ import annotations

import difflib
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic import catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from okx_magic.catalogue import Endpoint

# How much a word counts that is found in the path, in the title, or among the parameters. A word
# that only begins like it counts half.
_PATH, _TITLE, _PARAMETER = 8, 4, 2

_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST_BEGINNING = 3


class _Entry(NamedTuple):
    """An endpoint with the words it can be found by."""

    endpoint: Endpoint
    path: frozenset[str]
    title: frozenset[str]
    parameters: frozenset[str]


def exactly(text: str) -> tuple[Endpoint, ...]:
    """The endpoints whose path is this text, whatever method or query it has."""
    path = re.sub(r"^(?:GET|POST)\s+", "", text.strip()).partition("?")[0].rstrip("/")
    return tuple(each for each in catalogue.endpoints().values() if each.path == path)


def search(text: str) -> tuple[Endpoint, ...]:
    """The endpoints that have all words of the text, best first.

    Where no endpoint has a word, those nearest to it in spelling are used instead.
    Words of the path count most, then those of the title, then parameter names.
    """
    words = [_stem(word) for word in _WORD.findall(text.lower()) if word not in ("api", "v5")]
    if not words:
        return ()
    scores = [(_score(entry, words), entry.endpoint) for entry in _entries()]
    if not any(score for score, _ in scores):
        words = [_nearest_word(word) for word in words]
        scores = [(_score(entry, words), entry.endpoint) for entry in _entries()]
    found = [(score, endpoint) for score, endpoint in scores if score]
    found.sort(key=lambda each: (-each[0], len(each[1].path), each[1].path))
    return tuple(endpoint for _, endpoint in found)


def nearest_paths(method: str, path: str) -> tuple[str, ...]:
    """Up to three known paths of this method, the likeliest to be meant first."""
    paths = [known for kind, known in catalogue.endpoints() if kind == method]
    return tuple(difflib.get_close_matches(path, paths, n=3, cutoff=0.6))


def _score(entry: _Entry, words: Sequence[str]) -> float:
    """0 if a word is missing; else the sum over its words, halved for endpoints that OKX retired."""
    total = 0.0
    for word in words:
        best = max(
            _PATH * _likeness(word, entry.path),
            _TITLE * _likeness(word, entry.title),
            _PARAMETER * _likeness(word, entry.parameters),
        )
        if not best:
            return 0
        total += best
    return total if entry.endpoint.status == "documented" else total / 2


def _likeness(word: str, known: Iterable[str]) -> float:
    if word in known:
        return 1
    if len(word) >= _SHORTEST_BEGINNING and any(each.startswith(word) for each in known):
        return 0.5
    return 0


def _nearest_word(word: str) -> str:
    known = frozenset().union(
        *(entry.path | entry.title | entry.parameters for entry in _entries())
    )
    if word in known:
        return word
    return next(iter(difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.7)), word)


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            endpoint,
            _words(endpoint.path),
            _words(endpoint.title),
            frozenset(param.name.lower() for param in endpoint.params),
        )
        for endpoint in catalogue.endpoints().values()
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(map(_stem, _WORD.findall(text.lower())))


def _stem(word: str) -> str:
    return word.removesuffix("s") if len(word) > _SHORTEST_BEGINNING else word
