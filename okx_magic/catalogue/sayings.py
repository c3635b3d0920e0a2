"""What people say for OKX's words (``data/said.txt``): what they want done, and which family they mean.

said.txt ─┬─► meanings ─► described (what an endpoint is spoken of with)
          └─► Wish: what is to be done, of which families

Tested in ``tests/catalogue/test_search_parts.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.catalogue.reader import read_text
from okx_magic.catalogue.stems import named_stems
from okx_magic.catalogue.topics import words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okx_magic.catalogue import Endpoint

_READ, _END, _CHANGE, _BEGIN = "read", "end", "change", "begin"
_ACTIONS = (_BEGIN, _END, _CHANGE)
# What is to be done stands at the beginning of a question, if anywhere.
_FIRST_WORDS = 3
_EFFECTS: Mapping[str, frozenset[str]] = {
    "read": frozenset({_READ}),
    "cancel": frozenset({_END}),
    "undo": frozenset({_END}),
    "amend": frozenset({_CHANGE}),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a question wants done (any of ``actions``; none: it is not said) and the ``families`` that it
    names, as parts of paths.
    """

    actions: frozenset[str]
    families: tuple[str, ...]

    def names(self, endpoint: Endpoint) -> bool:
        """Whether the endpoint is of a family that is named."""
        return any(family in endpoint.path for family in self.families)


class _Said(NamedTuple):
    meanings: Mapping[str, Sequence[str]]
    families: Mapping[str, Sequence[frozenset[str]]]
    verbs: Mapping[str, frozenset[str]]
    reads: Sequence[str]
    nouns: Sequence[str]


def wish(text: str) -> Wish:
    """What a question says of what is to be done, and where."""
    return Wish(_wanted(text), _families(named_stems(text)))


def does(endpoint: Endpoint) -> frozenset[str]:
    """What a request of an endpoint does, in the words for a wish."""
    if endpoint.effect in _EFFECTS:
        return _EFFECTS[endpoint.effect]
    # "Recurring buy: stop": what stands before the colon is a name.
    title = endpoint.title.rpartition(":")[2]
    found = _actions(words_of(f"{title} {endpoint.path.rpartition('/')[2]}"))
    if endpoint.effect == "setting":
        return found | {_CHANGE}
    return found or frozenset({_BEGIN})


def meanings(word: str) -> Sequence[str]:
    """What people say who mean this word of OKX's."""
    return _said().meanings.get(word, ())


def _wanted(text: str) -> frozenset[str]:
    bare = f"{' '.join(text.lower().split())} "
    if bare.startswith(tuple(f"{each} " for each in _said().reads)):
        return frozenset({_READ})
    for noun in _said().nouns:
        bare = bare.replace(f"{noun} ", " ")
    words = bare.split()[:_FIRST_WORDS]
    return next((found for word in words if (found := _actions([word]))), frozenset())


def _actions(words: Iterable[str]) -> frozenset[str]:
    verbs = _said().verbs
    return frozenset().union(*(verbs.get(word, frozenset()) for word in words))


def _families(words: Sequence[str]) -> tuple[str, ...]:
    """The families that are named, of each its nearest part: of "grid bot" the grids, not all bots."""
    known = set(words)
    named = [
        name
        for name, wordings in _said().families.items()
        if any(wording <= known for wording in wordings)
    ]
    return tuple(
        name
        for name in named
        if not any(other != name and other.startswith(name) for other in named)
    )


@cache
def _said() -> _Said:
    lines = [line for line in read_text("said.txt").split("\n") if line and line[0] != "#"]
    told = [line.partition(": ") for line in lines]
    listed = {
        kind: [each for name, _, words in told if name == f"! {kind}" for each in words.split(", ")]
        for kind in ("read", "noun")
    }
    verbs: dict[str, set[str]] = {}
    for action in _ACTIONS:
        for word in next(words for name, _, words in told if name == f"! {action}").split():
            verbs.setdefault(word, set()).add(action)
    families = {
        name.removeprefix("! family "): [frozenset(named_stems(each)) for each in words.split(",")]
        for name, _, words in told
        if name.startswith("! family ")
    }
    return _Said(
        {name: words.split() for name, _, words in told if name[0] != "!"},
        families,
        {word: frozenset(actions) for word, actions in verbs.items()},
        listed["read"],
        listed["noun"],
    )
