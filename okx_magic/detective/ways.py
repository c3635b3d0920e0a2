"""All wrong prehashes of one request, by what their mistakes cost together.

Each part has lists of wrong texts by their cost, and so have the ways to join the parts. A block is one
choice of a list for each; its messages are the product of its lists, which itertools makes at the speed
of C. A message is named only when its signature has matched.
Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import ALONE, KNOWN, RARE, USUAL, Wrong, plain
from okx_magic.detective import body, joining, line, timestamp
from okx_magic.detective.grammar import Stage, distinct, made, spent
from okx_magic.detective.joining import RIGHTLY
from okx_magic.detective.times import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from okx_magic.credentials.changes import Mistake
    from okx_magic.detective.joining import Joining
    from okx_magic.detective.records import Evidence

    Text = Wrong[bytes]

# The places of the parts in a prehash, and of the way to join them behind them.
TIMESTAMP, METHOD, PATH, QUERY, BODY, JOINING = range(6)
# What two mistakes inside one part may cost together to be looked for early.
_EARLY: Final = KNOWN + KNOWN
DEAREST: Final = 3 * USUAL
"""What mistakes at several places may cost together: three usual ones."""


class Way(NamedTuple):
    """One prehash: a text for each part, and how they are joined."""

    texts: tuple[Text, ...]
    joining: Joining

    @property
    def message(self) -> bytes:
        """The prehash."""
        return self.joining.what(tuple(each.what for each in self.texts))

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """All that is wrong with it."""
        of_texts = (mistake for each in self.texts for mistake in each.mistakes)
        return (*of_texts, *self.joining.mistakes)

    @property
    def also(self) -> tuple[Mistake, ...]:
        """Other mistakes that would have given the same texts."""
        return tuple(mistake for each in self.texts for mistake in each.also)


@dataclass(frozen=True, slots=True)
class Block:
    """A product of texts, one list for each part, and of ways to join them."""

    lists: tuple[Sequence[Text], ...]
    joinings: Sequence[Joining]

    def messages(self) -> Iterator[bytes]:
        """The prehashes, in the order of ``itertools.product``, one way to join after the other."""
        texts = [[each.what for each in part] for part in self.lists]
        return chain.from_iterable(map(each.what, product(*texts)) for each in self.joinings)

    def __len__(self) -> int:
        return prod(map(len, self.lists)) * len(self.joinings)

    def way(self, number: int) -> Way:
        """The prehash at this place."""
        picked = []
        for part in reversed(self.lists):
            number, place = divmod(number, len(part))
            picked.append(part[place])
        return Way(tuple(reversed(picked)), self.joinings[number])


@dataclass(frozen=True)
class _Part:
    """The wrong texts of a part, made when they are asked for: in ``stages`` from a right ``state``;
    ``words`` that can stand for any text; and ``many`` more. Two mistakes cost at ``most`` so much.
    """

    right: bytes
    state: Any
    stages: Callable[[], tuple[Stage, ...]]
    words: Callable[[], Iterable[Text]] = tuple
    many: Callable[[], Iterable[Text]] = tuple
    most: int = 20
    _by_cost: dict[int, dict[int, list[Text]]] = field(default_factory=dict)

    @cached_property
    def usual(self) -> list[Text]:
        """Those of one mistake that is looked for in company."""
        words = (each for each in self.words() if each.cost <= RARE)
        return distinct([self.right], chain(words, made(self.stages(), self.state, 1, RARE)))

    @cached_property
    def once(self) -> dict[bytes, Text]:
        """All of one mistake, by their text."""
        found = chain(self.words(), made(self.stages(), self.state, 1, ALONE))
        return {each.what: each for each in distinct([self.right], found)}

    @cached_property
    def odd(self) -> list[Text]:
        """Those of one mistake that are not among the usual ones."""
        known = {each.what for each in self.usual}
        odd = [each for text, each in self.once.items() if text not in known]
        return odd + distinct([self.right, *self.once], self.many())

    def texts(self, cost: int, *, two: bool) -> list[Text]:
        """The texts of this cost: of one mistake, and of two, which are made up to what is looked for
        early, or all; of ``two`` alone if so asked.
        """
        once = () if two else self.usual if cost <= RARE else self.odd
        found = [each for each in once if each.cost == cost]
        if cost > self.most:
            return found
        most = _EARLY if cost <= _EARLY else self.most
        if most not in self._by_cost:
            twice = made(self.stages(), self.state, 2, most)
            known = (self.right, *(each.what for each in self.usual))
            grouped: dict[int, list[Text]] = {}
            for each in distinct(known, twice):
                grouped.setdefault(each.cost, []).append(each)
            self._by_cost[most] = grouped
        return found + self._by_cost[most].get(cost, [])


class Ways:
    """The wrong prehashes of a request."""

    def __init__(self, evidence: Evidence) -> None:
        stamp, method, sent = evidence.timestamp, evidence.method, evidence.body
        path, mark, text = evidence.target.partition("?")
        asked = mark + text
        self.path = path
        self.right = tuple(map(plain, (stamp, method, path, asked, sent)))
        moment = timestamp.Moment(instant(stamp), stamp)
        rows: tuple[tuple[Any, ...], ...] = (
            (moment, timestamp.stages, tuple, lambda: timestamp.near_readings(stamp), 24),
            (method, line.method_stages),
            (path, lambda: line.path_stages(evidence.host)),
            (
                line.Query(text, asked),
                lambda: line.query_stages(method, path, asked),
                tuple,
                lambda: line.orders(asked),
            ),
            (
                body.Body(sent),
                body.stages,
                lambda: body.words(asked, sent),
                lambda: body.many(method, path, sent),
            ),
        )
        self._parts = tuple(_Part(right, *row) for right, row in zip(self.right, rows, strict=True))
        self._made: dict[tuple[int, int, bool], Sequence[Text] | Sequence[Joining]] = {}

    # ---- ways to join ------------------------------------------------------------------------------

    @cached_property
    def _once(self) -> list[Joining]:
        less = {b"".join((*self.right[:place], *self.right[place + 1 :])) for place in range(5)}
        return [
            each
            for each in self._new(joining.once())
            # Where this looks as if one part alone had been left out, that is what is told.
            if each.mistakes[0].name not in joining.picks() or each.what(self.right) not in less
        ]

    def _new(self, joinings: Iterable[Joining]) -> Iterator[Joining]:
        """Those that are usual, or make another text of this request than those before of one name."""
        seen = set()
        for each in joinings:
            known = each.what(self.right), *(mistake.name for mistake in each.mistakes)
            if known not in seen or each.mistakes[-1].cost < RARE:
                seen.add(known)
                yield each

    @cached_property
    def _twice(self) -> list[Joining]:
        return list(self._new(joining.twice()))

    def _joinings(self, cost: int, *, two: bool) -> list[Joining]:
        found = () if two else self._once
        return [each for each in (*found, *self._twice) if each.cost == cost]

    # ---- blocks ------------------------------------------------------------------------------------

    def rightly(self) -> Block:
        """The right prehash alone."""
        return self.block({})

    def singles(self, *, odd: bool = False) -> Iterator[Block]:
        """All prehashes of one mistake: the usual ones, or those that are looked for with few others."""
        for place, part in enumerate(self._parts):
            if texts := part.odd if odd else part.usual:
                yield self.block({place: texts})
        if joinings := [each for each in self._once if (each.cost > RARE) == odd]:
            yield self.block({}, joinings)

    def blocks(
        self, cost: int, joinings: Sequence[Joining] | None = None, *, beside: bool = False
    ) -> Iterator[Block]:
        """The prehashes whose mistakes cost so much together. Single ones are left out, if nothing is
        ``beside`` them: they are done before. With these ways to join the parts, if given.
        """
        places = range(JOINING if joinings else JOINING + 1)
        for costs in spent(cost, len(places)):
            if cost > DEAREST and sum(map(bool, costs)) > 1:
                continue
            two = not beside and sum(map(bool, costs)) == 1
            lists = {
                place: self._texts(place, each, two=two) for place, each in enumerate(costs) if each
            }
            if all(lists.values()):
                joined = lists.pop(JOINING, joinings)
                yield self.block(lists, joined)  # type: ignore[arg-type]  # each place has its own

    def reused(self) -> Iterator[Block]:
        """Other requests: the path of each other endpoint, the method too, and without the body."""
        lists: dict[int, Sequence[Text]] = {PATH: list(line.other_paths(self.path))}
        methods = [each for each in self._parts[METHOD].usual if each.what in (b"GET", b"POST")]
        nothing = [each for each in self._parts[BODY].usual if not each.what]
        for other in ({}, {METHOD: methods}, {BODY: nothing}, {METHOD: methods, BODY: nothing}):
            if all(other.values()):
                yield self.block({**lists, **other})

    def _texts(self, place: int, cost: int, *, two: bool) -> Sequence[Text] | Sequence[Joining]:
        asked = place, cost, two
        if asked not in self._made:
            made = self._joinings if place == JOINING else self._parts[place].texts
            self._made[asked] = made(cost, two=two)
        return self._made[asked]

    @cached_property
    def _right(self) -> tuple[list[Text], ...]:
        return tuple([Wrong(text, ())] for text in self.right)

    def block(
        self, lists: Mapping[int, Sequence[Text]], joinings: Sequence[Joining] | None = None
    ) -> Block:
        """These texts of some parts, the others right, joined in these ways or in the right one."""
        full = tuple(lists.get(place, right) for place, right in enumerate(self._right))
        return Block(full, joinings or (RIGHTLY,))

    # ---- what else gives the same ------------------------------------------------------------------

    def to(self, message: bytes, blocks: Iterable[Block]) -> Iterator[Way]:
        """All ways to a prehash in these blocks, with all that would have given the same texts of its
        parts; and those with as many mistakes, of which all but one are the same.
        """
        for block in blocks:
            for number, made_so in enumerate(block.messages()):
                if made_so == message:
                    way = block.way(number)
                    texts = tuple(
                        part.once.get(each.what, each) if len(each.mistakes) == 1 else each
                        for part, each in zip(self._parts, way.texts, strict=True)
                    )
                    way = way._replace(texts=texts)
                    yield from (way, *self._others(way))

    def _others(self, way: Way) -> Iterator[Way]:
        for place, text in enumerate(way.texts):
            if len(text.mistakes) == 1:
                righted = (*way.texts[:place], self._right[place][0], *way.texts[place + 1 :])
                yield from self._replaced(way, way._replace(texts=righted))
        if len(way.joining.mistakes) == 1:
            yield from self._replaced(way, way._replace(joining=RIGHTLY))

    def _replaced(self, way: Way, less: Way) -> Iterator[Way]:
        """``less``, in which one mistake of ``way`` is put right, with another one to the same effect."""
        message, join = way.message, less.joining.what
        right = tuple(each.what for each in less.texts)
        for place, text in enumerate(less.texts):
            if text.mistakes:
                continue
            before, behind = right[:place], right[place + 1 :]
            for other in self._parts[place].usual:
                if join((*before, other.what, *behind)) == message:
                    texts = (*less.texts[:place], other, *less.texts[place + 1 :])
                    yield Way(texts, less.joining)
        if not less.joining.mistakes:
            for joined in self._once:
                if joined.what(right) == message:
                    yield Way(less.texts, joined)
