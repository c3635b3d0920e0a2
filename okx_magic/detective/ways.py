"""All wrong signatures of one request, by what their mistakes cost together.

A signature has seven places: the parts of the prehash, the way to join them, and the function that
makes the digest. Each has lists of what is wrong there by its cost. A block is one choice of a list
for each; its messages are the product of its lists, which itertools makes at the speed of C. One is
named only when its signature has matched.
Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from okx_magic.credentials.changes import Cost, Wrong
from okx_magic.detective import body, joining, line, timestamp
from okx_magic.detective.grammar import Place, Sweep, spent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from okx_magic.detective.records import Evidence

    Texts = Sequence[Wrong[Any]] | Sweep

TIMESTAMP, METHOD, PATH, QUERY, BODY, JOINING, DIGEST = range(7)
DEAREST: Final = 3 * Cost.USUAL
"""What mistakes at several places may cost together: three usual ones."""


class Way(tuple[Wrong[Any], ...]):
    """What stands at each place of one signature."""

    __slots__ = ()

    @property
    def message(self) -> bytes:
        """The prehash."""
        made: bytes = self[JOINING].what(tuple(each.what for each in self[:JOINING]))
        return made

    def but(self, place: int, other: Wrong[Any]) -> Way:
        """The same with something else at this place."""
        return Way((*self[:place], other, *self[place + 1 :]))


class Block(NamedTuple):
    """Lists of texts, one for each part, of ways to join them, and of functions that make digests."""

    texts: tuple[Texts, ...]
    joinings: Sequence[Wrong[Any]]
    digests: Sequence[Wrong[Any]]

    @property
    def size(self) -> int:
        """How many messages there are."""
        return prod(map(len, (*self.texts, self.joinings)))

    def messages(self) -> Iterator[bytes]:
        """The prehashes, in the order of ``itertools.product``, one way to join after the other."""
        texts = [
            part.whats if isinstance(part, Sweep) else [each.what for each in part]
            for part in self.texts
        ]
        return chain.from_iterable(map(each.what, product(*texts)) for each in self.joinings)

    def way(self, number: int, digest: Wrong[Any]) -> Way:
        """The message at this place, with this digest function."""
        picked = []
        for part in reversed(self.texts):
            number, place = divmod(number, len(part))
            picked.append(part[place])
        return Way((*reversed(picked), self.joinings[number], digest))


class Ways:
    """The wrong signatures of a request; of prehashes alone, where no ``digests`` are given."""

    def __init__(self, evidence: Evidence, digests: Place | None = None) -> None:
        stamp, method = evidence.timestamp, evidence.method
        path, mark, text = evidence.target.partition("?")
        asked = mark + text
        self._path = path
        self._parts = (
            timestamp.part(stamp),
            line.method_part(method),
            line.path_part(path, evidence.host),
            line.query_part(method, path, asked),
            body.part(method, path, asked, evidence.body),
        )
        right = tuple(each.right[0].what for each in self._parts)
        joined = joining.Joinings((joining.RIGHTLY,), 2 * Cost.RARE - 1, right)
        self._places: tuple[Place, ...] = (*self._parts, joined, digests or Place((Wrong(None),)))
        self._made: dict[tuple[int, int, bool], list[Wrong[Any]]] = {}
        self.right = self.block({})

    def block(self, lists: Mapping[int, Any]) -> Block:
        """These lists of some places, all else right."""
        *texts, joinings, digests = (
            lists.get(at, place.right) for at, place in enumerate(self._places)
        )
        return Block(tuple(texts), joinings, digests)

    def singles(self, *, odd: bool = False) -> Iterator[Block]:
        """All of one mistake: the usual ones, or those that are looked for with few others."""
        for at, place in enumerate(self._places):
            if found := place.odd if odd else place.usual:
                yield self.block({at: found})

    def blocks(self, cost: int, fixed: Mapping[int, Texts] | None = None) -> Iterator[Block]:
        """Those whose mistakes cost so much together, beside what is ``fixed`` at some places. Where
        nothing is, single ones are left out: they are done before.
        """
        fixed = fixed or {}
        free = [at for at in range(len(self._places)) if at not in fixed]
        for costs in spent(cost, len(free)):
            several = sum(map(bool, costs)) > 1
            if cost > DEAREST and several:
                continue
            two = not several and not fixed
            lists = {
                at: self._wrong(at, each, two=two)
                for at, each in zip(free, costs, strict=True)
                if each
            }
            if all(lists.values()):
                yield self.block({**fixed, **lists})

    def _wrong(self, place: int, cost: int, *, two: bool) -> list[Wrong[Any]]:
        asked = place, cost, two
        if asked not in self._made:
            self._made[asked] = self._places[place].wrong(cost, two=two)
        return self._made[asked]

    def reused(self) -> Iterator[Block]:
        """Other requests: the path of each other endpoint, the method too, and without the body."""
        lists: dict[int, Texts] = {PATH: list(line.other_paths(self._path))}
        methods = [each for each in self._parts[METHOD].usual if each.what in (b"GET", b"POST")]
        nothing = [each for each in self._parts[BODY].usual if not each.what]
        for other in ({}, {METHOD: methods}, {BODY: nothing}, {METHOD: methods, BODY: nothing}):
            if all(other.values()):
                yield self.block({**lists, **other})

    # ---- what else gives the same ------------------------------------------------------------------

    def to(self, signed: bytes, digest: Wrong[Any], blocks: Iterable[Block]) -> Iterator[Way]:
        """All ways to a prehash in these blocks, with all that would have given the same texts of its
        parts; and those with as many mistakes, of which all but one are the same.
        """
        for block in blocks:
            for number, message in enumerate(block.messages() if digest in block.digests else ()):
                if message == signed:
                    way = block.way(number, digest)
                    for at, part in enumerate(self._parts):
                        if len(way[at].mistakes) == 1:
                            known: Any = part.by_text.get(way[at].what, way[at])
                            way = way.but(at, known)
                    yield way
                    yield from self._others(way, signed)

    def _others(self, way: Way, signed: bytes) -> Iterator[Way]:
        """One mistake put right, and another one in its place, to the same effect."""
        for at, place in enumerate(self._places[:DIGEST]):
            if len(way[at].mistakes) != 1:
                continue
            less = way.but(at, place.right[0])
            for instead, other in enumerate(self._places[:DIGEST]):
                if not less[instead].mistakes:
                    others = (less.but(instead, each) for each in other.usual)
                    yield from (each for each in others if each.message == signed)
