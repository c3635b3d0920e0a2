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
from typing import TYPE_CHECKING

from okx_magic.debug.detective import body, method, path, query, timestamp
from okx_magic.debug.detective.joining import ONCE, PLAIN, TWICE
from okx_magic.debug.detective.mistakes import Wrong, distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from okx_magic.debug.detective.joining import Joining
    from okx_magic.debug.detective.mistakes import Mistake
    from okx_magic.debug.detective.records import Evidence


_TIMESTAMP, _METHOD, _PATH, _QUERY, _BODY = range(5)


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

    def choice(self, number: int) -> list[Wrong]:
        """The texts of the prehash at this place."""
        picked = []
        for part in reversed(self.lists):
            number, place = divmod(number, len(part))
            picked.append(part[place])
        return picked[::-1]


class Batch:
    """Blocks one after the other, their messages counted through."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = tuple(blocks)
        self._ends = list(accumulate(map(len, self._blocks)))

    def messages(self) -> Iterator[bytes]:
        """The prehashes of all blocks."""
        return chain.from_iterable(block.messages() for block in self._blocks)

    def told(self, number: int) -> tuple[tuple[Mistake, ...], tuple[Mistake, ...]]:
        """The mistakes in the prehash at this place, and others that would have given the same."""
        place = bisect_right(self._ends, number)
        block = self._blocks[place]
        choice = block.choice(number - self._ends[place] + len(block))
        mistakes = [mistake for each in choice for mistake in each.mistakes]
        also = tuple(mistake for each in choice for mistake in each.also)
        return (*mistakes, *block.joining.mistakes), also


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
            if count == 1:
                texts = [each for each in self._once[place] if each.reach >= reach]
            else:
                texts = self._twice(place, reach)
            self._made[asked] = texts
        return self._made[asked]

    def _twice(self, place: int, reach: int) -> list[Wrong]:
        found: Iterable[Wrong] = ()
        if place == _TIMESTAMP:
            found = timestamp.twice(self._evidence.timestamp, reach)
        elif place == _QUERY:
            found = query.twice(self.query, reach)
        elif place == _BODY:
            found = body.twice(self._evidence.body, reach)
        return distinct([self.right[place], *(each.text for each in self._once[place])], found)

    def batch(self, mistakes: int, reach: int) -> Batch:
        """All prehashes of so many mistakes, each of which has at least this ``reach``."""
        return Batch(self._blocks(mistakes, reach))

    def batch_with(self, place: int, texts: Sequence[Wrong], mistakes: int, reach: int) -> Batch:
        """Prehashes with these texts of the part at ``place``, and so many mistakes elsewhere."""
        return Batch(
            Block((*block.lists[:place], texts, *block.lists[place + 1 :]), block.joining)
            for block in self._blocks(mistakes, reach)
            if not block.lists[place][0].mistakes
        )

    def _blocks(self, mistakes: int, reach: int) -> Iterator[Block]:
        for joined, joinings in ((0, (PLAIN,)), (1, ONCE), (2, TWICE)):
            if joined > mistakes:
                break
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
