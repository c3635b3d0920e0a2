"""All wrong prehashes of one request, by the number of mistakes in them.

Strategy: each part has a list of wrong texts for one mistake and one for two. A block is one choice of
a list for each part and of a way to join them; its messages are the product of its lists, which
itertools makes at the speed of C. A message is named only when its signature has matched.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, combinations, product
from math import prod
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.detective import body, method, path, query, timestamp
from okx_magic.detective.joining import ONCE, PICKS, PLAIN, TWICE
from okx_magic.detective.mistakes import ALONE, Wrong, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from okx_magic.detective.joining import Joining
    from okx_magic.detective.mistakes import Mistake
    from okx_magic.detective.records import Evidence


# The places of the parts in a prehash.
TIMESTAMP, METHOD, PATH, QUERY, BODY = range(5)


class Way(NamedTuple):
    """One prehash: a text for each part, and how they are joined."""

    texts: tuple[Wrong, ...]
    joining: Joining

    @property
    def message(self) -> bytes:
        """The prehash."""
        return self.joining.join(tuple(each.text for each in self.texts))

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
    """A product of texts, one list for each part, all joined in the same way."""

    lists: tuple[Sequence[Wrong], ...]
    joining: Joining

    def messages(self) -> Iterator[bytes]:
        """The prehashes, in the order of ``itertools.product``."""
        texts = ([each.text for each in part] for part in self.lists)
        return map(self.joining.join, product(*texts))

    def __len__(self) -> int:
        return prod(map(len, self.lists))

    def way(self, number: int) -> Way:
        """The prehash at this place."""
        picked = []
        for part in reversed(self.lists):
            number, place = divmod(number, len(part))
            picked.append(part[place])
        return Way(tuple(reversed(picked)), self.joining)


class Batch:
    """Blocks one after the other, their messages counted through. All mistakes have this ``reach``."""

    def __init__(self, blocks: Iterable[Block], reach: int) -> None:
        self.reach = reach
        self._blocks = tuple(blocks)
        self._ends = list(accumulate(map(len, self._blocks)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def messages(self) -> Iterator[bytes]:
        """The prehashes of all blocks."""
        return chain.from_iterable(block.messages() for block in self._blocks)

    def way(self, number: int) -> Way:
        """The prehash at this place."""
        place = bisect_right(self._ends, number)
        block = self._blocks[place]
        return block.way(number - self._ends[place] + len(block))


class Ways:
    """The wrong prehashes of a request."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        path_text, mark, query_text = evidence.target.partition("?")
        self._made: dict[tuple[int, int, int], Sequence[Wrong]] = {}
        self.path = path_text
        self.query = mark + query_text
        self.right = tuple(
            each.encode("utf-8", "surrogatepass")
            for each in (evidence.timestamp, evidence.method, self.path, self.query, evidence.body)
        )
        self._joinings = (
            (PLAIN,),
            [each for each in ONCE if not self._restates_an_omission(each)],
            TWICE,
        )

    def _restates_an_omission(self, joined: Joining) -> bool:
        """Whether this request signed so looks as if one part alone had been left out."""
        if joined.mistakes[0].name not in PICKS:
            return False
        less = (
            b"".join((*self.right[:place], *self.right[place + 1 :]))
            for place in range(len(self.right))
        )
        return joined.join(self.right) in less

    @cached_property
    def _once(self) -> tuple[list[Wrong], ...]:
        """For each part, the texts of one mistake."""
        e = self._evidence
        found: tuple[Iterable[Wrong], ...] = (
            timestamp.once(e.timestamp),
            method.once(e.method),
            path.once(self.path, e.host),
            query.once(e.method, self.path, self.query),
            body.once(self.query, e.body),
        )
        return tuple(distinct([right], part) for right, part in zip(self.right, found, strict=True))

    def _texts(self, place: int, count: int, reach: int) -> Sequence[Wrong]:
        """The texts of one or two mistakes for the part at ``place``; made once."""
        asked = place, count, reach
        if asked not in self._made:
            if count == 2:
                texts = self._twice(place, reach)
            elif reach == ALONE:
                texts = self._once[place]
            else:
                texts = [each for each in self._once[place] if each.reach >= reach]
            self._made[asked] = texts
        return self._made[asked]

    def _twice(self, place: int, reach: int) -> list[Wrong]:
        found: Iterable[Wrong] = ()
        if place == TIMESTAMP:
            found = timestamp.twice(self._evidence.timestamp, reach)
        elif place == QUERY:
            found = query.twice(self.query, reach)
        elif place == BODY:
            found = body.twice(self._evidence.body, reach)
        return distinct([self.right[place], *(each.text for each in self._once[place])], found)

    def once(self, place: int) -> Sequence[Wrong]:
        """The texts of one mistake for the part at this place."""
        return self._once[place]

    def batch(self, mistakes: int, reach: int) -> Batch:
        """All prehashes of so many mistakes, each of which has at least this ``reach``."""
        return Batch(self._blocks(mistakes, reach), reach)

    def batch_joined(self, joinings: Iterable[Joining], mistakes: int, reach: int) -> Batch:
        """Prehashes joined in these ways, and so many mistakes in the parts."""
        lists = list(self._products(mistakes, reach))
        return Batch((Block(each, joining) for joining in joinings for each in lists), reach)

    def batch_with(self, place: int, texts: Sequence[Wrong], mistakes: int, reach: int) -> Batch:
        """Prehashes with these texts of the part at ``place``, and so many mistakes elsewhere."""
        blocks = (
            Block((*block.lists[:place], texts, *block.lists[place + 1 :]), block.joining)
            for block in self._blocks(mistakes, reach)
            if texts and not block.lists[place][0].mistakes
        )
        return Batch(blocks, reach)

    def others(self, way: Way) -> Iterator[Way]:
        """Ways to the same prehash with as many mistakes, of which all but one are the same."""
        for place, text in enumerate(way.texts):
            if len(text.mistakes) == 1:
                yield from self._replaced(way, way._replace(texts=self._righted(way.texts, place)))
        if len(way.joining.mistakes) == 1:
            yield from self._replaced(way, way._replace(joining=PLAIN))

    def _replaced(self, way: Way, less: Way) -> Iterator[Way]:
        """``less``, in which one mistake of ``way`` is put right, with another one to the same effect."""
        message, join = way.message, less.joining.join
        plain = tuple(each.text for each in less.texts)
        for place, text in enumerate(less.texts):
            if text.mistakes:
                continue
            before, behind = plain[:place], plain[place + 1 :]
            for other in self._once[place]:
                if join((*before, other.text, *behind)) == message:
                    texts = (*less.texts[:place], other, *less.texts[place + 1 :])
                    yield Way(texts, less.joining)
        if not less.joining.mistakes:
            for joining in self._joinings[1]:
                if joining.join(plain) == message:
                    yield Way(less.texts, joining)

    def _righted(self, texts: tuple[Wrong, ...], place: int) -> tuple[Wrong, ...]:
        return (*texts[:place], Wrong(self.right[place], ()), *texts[place + 1 :])

    def _blocks(self, mistakes: int, reach: int) -> Iterator[Block]:
        for joined, joinings in enumerate(self._joinings[: mistakes + 1]):
            lists = list(self._products(mistakes - joined, reach))
            for each in joinings:
                if each.reach >= reach:
                    yield from (Block(part_lists, each) for part_lists in lists)

    def _products(self, mistakes: int, reach: int) -> Iterator[tuple[Sequence[Wrong], ...]]:
        right = [[Wrong(text, ())] for text in self.right]
        for parts in range(min(mistakes, len(right)) + 1):
            for places in combinations(range(len(right)), parts):
                for counts in product((1, 2), repeat=parts):
                    if sum(counts) != mistakes:
                        continue
                    lists: list[Sequence[Wrong]] = list(right)
                    for place, count in zip(places, counts, strict=True):
                        lists[place] = self._texts(place, count, reach)
                    if all(lists):
                        yield tuple(lists)
