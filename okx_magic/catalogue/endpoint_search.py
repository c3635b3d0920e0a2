"""Finds endpoints: by the words of traders for ``%okx_find``, and the nearest paths to a wrong one.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import difflib
import re
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.catalogue.asked import questions
from okx_magic.catalogue.described import Described
from okx_magic.catalogue.sayings import does, wish
from okx_magic.catalogue.similar import Similar
from okx_magic.catalogue.stems import stems
from okx_magic.catalogue.topics import topics

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from okx_magic.catalogue import Endpoint
    from okx_magic.catalogue.sayings import Wish
    from okx_magic.catalogue.topics import Key

# What an endpoint is spoken of with, beside one: how like the questions are that it answers.
_DESCRIBED = 1.2
# Word for word a known question: its answers stand first.
_KNOWN = 9
# Where a known question is nearly the same, the rest says less.
_LESS, _NEARLY, _NEARLY_ALL = 0.9, 4, 6
# What is to be done and what is not; a family that is named and another.
_DOES, _DOES_NOT = 1.12, 0.75
_NAMED, _NOT_NAMED = 1.5, 0.5
# Retired endpoints, and families that few people mean.
_RETIRED, _ASIDE = 0.7, 0.93
# After the first few, what is much farther off than the best is no answer, unless its title or path has
# all words.
_FEW, _LEAST_SHARE, _ALL_WORDS = 3, 0.4, 0.75

_SHORTEST_MISSPELLED = 5


class Search:
    """The endpoints with all that is known of them, made ready once: ``texts`` have known answers."""

    def __init__(self, texts: Sequence[tuple[str, Sequence[Key]]]) -> None:
        titles = [(stems(each.title), [_key(each)]) for each in catalogue.endpoints().values()]
        told = [(stems(text), keys) for text, keys in texts]
        self._answers = {_bare(text): keys for text, keys in reversed(texts)}
        self._similar = Similar([*titles, *told])
        self._described = Described(told)
        self._vocabulary = self._similar.words | self._described.words

    def best(self, text: str) -> tuple[Endpoint, ...]:
        """The endpoints that answer a question, best first."""
        words = [_spelled(word, self._vocabulary) for word in stems(text)]
        if self._vocabulary.isdisjoint(words):
            words = [_alike(word, self._vocabulary) for word in words]
        spoken = self._described.scores(words)
        scores = self._scores(words, spoken, wish(text))
        least = _LEAST_SHARE * max(scores.values(), default=0)
        for rank, key in enumerate(self._answers.get(_bare(text), ())):
            scores[key] = scores.get(key, 0) + _KNOWN - rank
        best = sorted(scores, key=lambda key: (-scores[key], len(key[1]), key))
        return tuple(
            catalogue.endpoints()[key]
            for place, key in enumerate(best)
            if place < _FEW or scores[key] >= least or spoken.get(key, 0) >= _ALL_WORDS
        )

    def _scores(
        self, words: Sequence[str], spoken: Mapping[Key, float], wished: Wish
    ) -> dict[Key, float]:
        likeness = self._similar.scores(words)
        nearest = min(1, max(likeness.values(), default=0))
        described = _DESCRIBED * (1 - _LESS * nearest**_NEARLY)
        rest = 1 - _LESS * nearest**_NEARLY_ALL
        return {
            key: (likeness.get(key, 0) + described * spoken.get(key, 0))
            * _fits(key, wished) ** rest
            for key in {**likeness, **spoken}
        }


def exactly(text: str) -> tuple[Endpoint, ...]:
    """The endpoints whose path is this text, whatever method or query it has."""
    path = re.sub(r"^(?:GET|POST)\s+", "", text.strip()).partition("?")[0].rstrip("/")
    return tuple(each for each in catalogue.endpoints().values() if each.path == path)


def search(text: str) -> tuple[Endpoint, ...]:
    """The endpoints that answer a question, best first.

    The questions that are most like it count most (``data/asked.txt``, ``data/topics.txt``), then the
    words of title, path and parameters with what people say for them (``data/said.txt``). What is to be
    done, and a family that is named, choose among them.
    """
    return _usual().best(text)


def known_texts(without: str = "") -> list[tuple[str, Sequence[Key]]]:
    """The texts whose answers are known: the sets of questions (but for one), and traders' wordings."""
    asked = [
        (each.text, each.endpoints())
        for name, several in questions().items()
        if name != without
        for each in several
    ]
    said = [(" ".join(wording), keys) for wording, keys in topics().endpoints.items()]
    return [*asked, *said]


def nearest_paths(method: str, path: str) -> tuple[str, ...]:
    """Up to three known paths of this method, the likeliest to be meant first."""
    paths = [known for kind, known in catalogue.endpoints() if kind == method]
    return tuple(difflib.get_close_matches(path, paths, n=3, cutoff=0.6))


def _fits(key: Key, wished: Wish) -> float:
    """Whether an endpoint is one that people mean, is of what is named, and does what is wished."""
    endpoint, usual = _weighed()[key]
    if wished.actions:
        usual *= _DOES_NOT if wished.actions.isdisjoint(_done()[key]) else _DOES
    if wished.families:
        # Of a family few questions are known: what is to be done chooses all the more.
        usual *= _NAMED * usual if wished.names(endpoint) else _NOT_NAMED
    return usual


@cache
def _weighed() -> Mapping[Key, tuple[Endpoint, float]]:
    return {key: (each, _usually(each)) for key, each in catalogue.endpoints().items()}


@cache
def _done() -> Mapping[Key, frozenset[str]]:
    return {key: does(each) for key, each in catalogue.endpoints().items()}


def _usually(endpoint: Endpoint) -> float:
    aside = endpoint.path.split("/")[3] in topics().aside
    retired = endpoint.status != "documented" or "retired" in endpoint.title
    return (_RETIRED if retired else 1) * (_ASIDE if aside else 1)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))


def _key(endpoint: Endpoint) -> Key:
    return endpoint.method, endpoint.path


def _spelled(word: str, vocabulary: Container[str]) -> str:
    """The word, or the one that a letter too many, too few, wrong or swapped makes of it: "cancle"."""
    if word in vocabulary or len(word) < _SHORTEST_MISSPELLED:
        return word
    return next((each for each in _slips(word) if each in vocabulary), word)


def _slips(word: str) -> Iterator[str]:
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1)
    yield from (left + right[1:] for left, right in cuts if right)
    for letter in ascii_lowercase:
        yield from (left + letter + right for left, right in cuts)
        yield from (left + letter + right[1:] for left, right in cuts if right)


def _alike(word: str, vocabulary: Iterable[str]) -> str:
    return next(iter(difflib.get_close_matches(word, vocabulary, n=1, cutoff=0.7)), word)


@cache
def _usual() -> Search:
    return Search(known_texts())
