"""Finds endpoints: by the words of traders for ``%okx_find``, and the nearest paths to a wrong one.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

import difflib
import math
import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic import catalogue
from okx_magic.catalogue.topics import topics, words_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from okx_magic.catalogue import Endpoint
    from okx_magic.catalogue.topics import Key

# How much a word counts that is found in the path, in the title, or among the parameters. A word
# that only begins like it counts half.
_PATH, _TITLE, _PARAMETER = 8, 4, 2
# A wording that traders use counts more than words that happen to be the same, and more the longer it is.
_TOPIC, _TOPIC_WORD = 20, 10
# Of the endpoints of one topic the first is meant most often.
_RANK = 4
# Retired endpoints, and families that few people mean.
_HALF = 0.5

_SHORTEST_BEGINNING = 3
_SHORTEST_MISSPELLED = 5


# What all words together count that an endpoint is spoken of with. Where few endpoints answer, and none
# to all words, this share of them is an answer, too.
_SHARED = 24
_LEAST_SHARED = 0.35
_FEW = 3


class _Entry(NamedTuple):
    """An endpoint with the words it can be found by; ``spoken`` are those of its path, its title and all
    of its wordings.
    """

    endpoint: Endpoint
    path: frozenset[str]
    title: frozenset[str]
    parameters: frozenset[str]
    spoken: frozenset[str]


def exactly(text: str) -> tuple[Endpoint, ...]:
    """The endpoints whose path is this text, whatever method or query it has."""
    path = re.sub(r"^(?:GET|POST)\s+", "", text.strip()).partition("?")[0].rstrip("/")
    return tuple(each for each in catalogue.endpoints().values() if each.path == path)


def search(text: str) -> tuple[Endpoint, ...]:
    """The endpoints that answer a question, best first.

    What traders call things (``data/topics.txt``) counts most, then words of the path, of the title,
    and parameter names; filler words count nothing. Endpoints that have all words come before those
    that have some. Words that no endpoint has are replaced by those nearest in spelling.
    """
    asked = [_spelled(word) for word in words_of(text) if word not in ("api", "v5")]
    if not asked:
        return ()
    scores = _scores(asked)
    if not scores:
        scores = _scores([_nearest_word(word) for word in asked]) or _any_word(asked)
    found = sorted(scores, key=lambda each: (-each[0], len(each[1].path), each[1].path))
    return tuple(endpoint for _, endpoint in found)


def nearest_paths(method: str, path: str) -> tuple[str, ...]:
    """Up to three known paths of this method, the likeliest to be meant first."""
    paths = [known for kind, known in catalogue.endpoints() if kind == method]
    return tuple(difflib.get_close_matches(path, paths, n=3, cutoff=0.6))


def _scores(asked: Sequence[str]) -> list[tuple[float, Endpoint]]:
    """Each endpoint that answers any of the words, with its score."""
    known = topics()
    said = [word for word in asked if word not in known.filler] or list(asked)
    # With its filler words "is my order filled" is a wording, without them "place an order" is.
    wordings, left = max(
        (known.split(words, known.endpoints) for words in (asked, said)),
        key=lambda split: (sum(map(len, split[0])), -len(split[1])),
    )
    meant: dict[Key, float] = {}
    for wording in wordings:
        for rank, key in enumerate(known.endpoints[wording]):
            weight = _TOPIC + _TOPIC_WORD * (len(wording) - 1) - _RANK * rank
            meant[key] = meant.get(key, 0) + weight
    rated = [
        (_rated(entry, meant.get(_key(entry.endpoint), 0), said, left), _shared(entry, said), entry)
        for entry in _entries()
    ]
    answers = [share for score, share, _ in rated if score]
    if len(answers) < _FEW and max(answers, default=0) < 1:
        rated = [(score or share >= _LEAST_SHARED, share, entry) for score, share, entry in rated]
    return [
        ((score + _SHARED * share) * _weight(entry, meant), entry.endpoint)
        for score, share, entry in rated
        if score
    ]


def _any_word(asked: Sequence[str]) -> list[tuple[float, Endpoint]]:
    """The endpoints that have some of the words: better than none, where none has all."""
    told = [word for word in asked if word not in topics().filler]
    rated = [(sum(_points(entry, word) for word in told), entry) for entry in _entries()]
    return [(score * _weight(entry, ()), entry.endpoint) for score, entry in rated if score]


def _rated(entry: _Entry, meant: float, said: Sequence[str], left: Sequence[str]) -> float:
    """What the topics say of an endpoint, and its own words: all of them, or else a topic's rest."""
    points = [_points(entry, word) for word in said]
    total = meant
    if all(points):
        total += sum(points)
    elif meant:
        # The words that no topic has may still choose among its endpoints.
        total += sum(_points(entry, word) for word in left)
    return total


def _weight(entry: _Entry, meant: Container[Key]) -> float:
    family = entry.endpoint.path.split("/")[3]
    retired = entry.endpoint.status != "documented"
    aside = family in topics().aside and _key(entry.endpoint) not in meant
    return (_HALF if retired else 1) * (_HALF if aside else 1)


def _points(entry: _Entry, word: str) -> float:
    return max(
        _PATH * _likeness(word, entry.path),
        _TITLE * _likeness(word, entry.title),
        _PARAMETER * _likeness(word, entry.parameters),
    )


def _shared(entry: _Entry, said: Sequence[str]) -> float:
    """The share of what was said that this endpoint is spoken of with; a rare word counts more."""
    whole = sum(map(_rarity, said))
    return sum(_rarity(word) for word in said if word in entry.spoken) / whole if whole else 0


@cache
def _rarity(word: str) -> float:
    entries = _entries()
    return math.log(len(entries) / (0.5 + sum(word in entry.spoken for entry in entries)))


def _key(endpoint: Endpoint) -> Key:
    return endpoint.method, endpoint.path


def _likeness(word: str, known: Iterable[str]) -> float:
    if word in known:
        return 1
    if len(word) >= _SHORTEST_BEGINNING and any(each.startswith(word) for each in known):
        return 0.5
    return 0


def _spelled(word: str) -> str:
    """The word, or one with two letters swapped or one wrong: in "cancle order" the order is known."""
    return _nearest_word(word, 0.8) if len(word) >= _SHORTEST_MISSPELLED else word


def _nearest_word(word: str, cutoff: float = 0.7) -> str:
    if word in _vocabulary():
        return word
    letters = sorted(word)
    if swapped := next((each for each in _vocabulary() if sorted(each) == letters), ""):
        return swapped
    return next(iter(difflib.get_close_matches(word, _vocabulary(), n=1, cutoff=cutoff)), word)


@cache
def _vocabulary() -> Mapping[str, None]:
    known = {word for wording in topics().endpoints for word in wording}
    known.update(
        topics().filler, *(entry.path | entry.title | entry.parameters for entry in _entries())
    )
    return dict.fromkeys(sorted(known))


@cache
def _entries() -> tuple[_Entry, ...]:
    spoken: dict[Key, set[str]] = {}
    for wording, keys in topics().endpoints.items():
        for key in keys:
            spoken.setdefault(key, set()).update(wording)
    return tuple(
        _Entry(
            endpoint,
            path := frozenset(words_of(endpoint.path)),
            title := frozenset(words_of(endpoint.title)),
            frozenset(param.name.lower() for param in endpoint.params),
            path | title | spoken.get(_key(endpoint), set()),
        )
        for endpoint in catalogue.endpoints().values()
    )
