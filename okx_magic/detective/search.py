"""The search: every digest of the catalogue, the most usual explanation first, until one is the
signature's.

Strategy: mistakes have a cost, which tells how unusual they are. All single ones come first; then the
search goes by the cost of the whole explanation, pairs and triples alike, until its budget of digests
is spent. What takes long comes in between, at its price. No two different messages have one digest,
so nothing that comes later could explain the same signature by other bytes.
"""

from __future__ import annotations

from itertools import chain, islice, product
from typing import TYPE_CHECKING, Any, Final

from okx_magic.credentials.changes import Cost, Wrong
from okx_magic.credentials.macs import RIGHT, digest_size, schemes
from okx_magic.detective import body, timestamp
from okx_magic.detective.grammar import Place
from okx_magic.detective.joining import recipes
from okx_magic.detective.ways import BODY, DEAREST, DIGEST, JOINING, TIMESTAMP, Way, Ways
from okx_magic.detective.wrapping import damage, unhashed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.credentials.derived import MacOf
    from okx_magic.credentials.macs import Mac, Scheme
    from okx_magic.detective.grammar import Sweep
    from okx_magic.detective.records import Evidence
    from okx_magic.detective.ways import Block

    Progress = Callable[[int, int], None]
    # What was signed; its mistakes, and others that would have given the same.
    Hit = Wrong[bytes]

BUDGET: Final = 400_000
"""So many digests are computed at most."""
# An order has seven members as a rule; with other mistakes all their orders would take too long.
_MOST_KEYS: Final = 7
_DAMAGED: Final = "a signature cut off or changed"


class Spent(Exception):
    """The budget of digests is spent."""


class _Digests(Place):
    """The functions that make digests: under the right secret by the right scheme, unless the size of
    the signature's digest tells that it was another one; and wrong ones.
    """

    def __init__(self, credentials: Credentials, sizes: set[int]) -> None:
        self.form, *self.forms = credentials.wrong_forms()
        self.schemes = list(schemes(sizes))
        fits = digest_size(RIGHT.hash) in sizes
        super().__init__((Wrong(self.form.what(RIGHT)),) if fits else (), DEAREST)

    def made(self, count: int, most: int) -> Iterator[Wrong[Mac]]:
        """The functions with so many mistakes in secret and scheme."""
        if count == 1:
            found = [Wrong(self.form.what(each.what), each.mistakes) for each in self.schemes]
            found += map(_rightly, self.forms if self.right else ())
            yield from (each for each in found if each.cost <= most)
            return
        for form, scheme in product(self.forms, self.schemes):
            # A digest without a key has none that could be wrong.
            if form.cost + scheme.cost <= most and scheme.what.construction != "no key":
                told = (*form.mistakes, *scheme.mistakes)
                yield Wrong(form.what(scheme.what), told, form.also)


class Search:
    """The search for one signature. ``tried`` counts the digests computed so far, and ``ruled_out``
    says in words what they have ruled out.
    """

    def __init__(
        self,
        evidence: Evidence,
        readings: Sequence[Wrong[bytes]],
        credentials: Credentials,
        progress: Progress | None = None,
    ) -> None:
        self._evidence = evidence
        self._targets = {each.what: each.mistakes for each in readings}
        self._sizes = {len(digest) for digest in self._targets}
        self._digests = _Digests(credentials, self._sizes)
        self._ways = Ways(evidence, self._digests)
        self._credentials = credentials
        self._progress = progress
        self.tried = 0
        self.ruled_out: list[str] = []

    def hits(self) -> list[Hit]:
        """All ways of the cheapest explanation that give the signature; empty if none is known."""
        try:
            for told, groups in self._stages():
                attempt = self._damaged if told == _DAMAGED else self._tried
                if found := next(filter(None, map(attempt, groups)), None):
                    return found
                if told:
                    self.ruled_out.append(told)
        except Spent:
            pass
        return []

    def _stages(self) -> Iterator[tuple[str, Iterable[Iterable[Block]]]]:
        """What is looked for, in this order, in blocks that cost the same; "" where the next stage has
        more of the same.
        """
        stamp, sent, ways = self._evidence.timestamp, self._evidence.body, self._ways
        level, recipes = ways.blocks, self._recipes
        yield "that it is right", [[ways.right]]
        yield "", [ways.singles()]
        yield "one mistake alone", [ways.singles(odd=True)]
        yield "the recipe of another exchange", recipes([0])
        yield "two known mistakes", map(level, range(2 * Cost.USUAL, 2 * Cost.KNOWN + 1))
        yield "such a recipe with a known mistake", recipes([Cost.USUAL, Cost.KNOWN])
        yield "a second reading of the clock", self._swept(TIMESTAMP, timestamp.readings(stamp))
        yield "another order of keys", self._swept(BODY, [body.key_orders(sent, _MOST_KEYS)])
        yield "a slip in the secret", [[self._slips()]]
        yield "another request", [ways.reused()]
        yield _DAMAGED, [self._damageable()]
        otherwise = timestamp.readings_otherwise(stamp)
        yield "a second reading in another notation", self._swept(TIMESTAMP, otherwise)
        yield "any local time", map(level, range(DEAREST + 1, DEAREST + 4))
        yield "any two mistakes", map(level, range(2 * Cost.KNOWN + 1, DEAREST))
        yield "any recipe with a mistake", recipes([Cost.RARE])
        yield "three usual mistakes", [level(DEAREST)]
        yield "a time of .NET's clock", self._swept(TIMESTAMP, timestamp.ticks(stamp))
        # Digits that the header does not show, and one more mistake, for as long as the budget lasts.
        fine = list(timestamp.microseconds(stamp))
        costs = product((Cost.USUAL, Cost.KNOWN), fine)
        told = "microseconds beside a known mistake"
        yield told, (level(cost, {TIMESTAMP: sweep}) for cost, sweep in costs)

    def _tried(self, blocks: Iterable[Block]) -> list[Hit]:
        """The hits of the first block that has any, and what else in the later ones gives the same: no
        other message and no other function give the same digest.
        """
        blocks = iter(blocks)
        for block in blocks:
            # Messages for a single function are made one by one: there can be very many.
            messages = list(block.messages()) if len(block.digests) > 1 else None
            left = self._spend(block.size * len(block.digests))
            for digest in block.digests:
                count = min(left, block.size)
                left -= count
                source = islice(block.messages() if messages is None else messages, count)
                # Compared without a step of Python for each. What is left of the source tells the place.
                if not self._targets.keys().isdisjoint(map(digest.what, source)):
                    way = block.way(count - 1 - sum(1 for _ in source), digest)
                    rest = chain([block], blocks)
                    return list(map(self._hit, self._ways.to(way.message, digest, rest)))
        return []

    def _hit(self, way: Way) -> Hit:
        return told(way, *self._targets[way[DIGEST].what(way.message)])

    def _spend(self, digests: int) -> int:
        """How many of these the budget has left; they are counted as tried."""
        if self.tried == BUDGET:
            raise Spent
        left = min(digests, BUDGET - self.tried)
        self.tried += left
        if self._progress is not None:
            self._progress(self.tried, BUDGET)
        return left

    # ---- what is tried -----------------------------------------------------------------------------

    def _recipes(self, costs: Iterable[int]) -> Iterator[Iterable[Block]]:
        """The recipes, beside mistakes in the parts that cost so much."""
        for cost, ((scheme, secret), joinings) in product(costs, recipes().items()):
            cheap = [each for each in joinings if each.cost + cost <= DEAREST]
            fits = cheap and digest_size(scheme.hash) in self._sizes
            if fits and (mac := self._mac_of(scheme, secret)):
                yield self._ways.blocks(cost, {JOINING: cheap, DIGEST: [Wrong(mac)]})

    def _mac_of(self, scheme: Scheme, secret: str) -> Mac | None:
        """The digest function of a recipe; None where this secret has no such form."""
        if not secret:
            return self._credentials.filled_mac(scheme)
        named = (form for form in self._digests.forms if secret in form.names)
        return next((form.what(scheme) for form in named), None)

    def _slips(self) -> Block:
        """Each slip of typing that makes another secret."""
        forms = self._credentials.slipped_forms() if self._digests.right else ()
        return self._ways.block({DIGEST: list(map(_rightly, forms))})

    def _swept(self, place: int, sweeps: Iterable[Sweep]) -> Iterator[Iterable[Block]]:
        """The texts of the sweeps in the place of one part, all else right."""
        return ([self._ways.block({place: sweep})] for sweep in sweeps)

    def _damageable(self) -> Iterator[Block]:
        """A right signature, or one of a single mistake."""
        right = Wrong(self._digests.form.what(RIGHT))
        yield self._ways.block({DIGEST: [right, *map(_rightly, self._digests.forms)]})
        for block in self._ways.singles():
            if block.digests == self._digests.right:
                yield block._replace(digests=[right])

    def _damaged(self, blocks: Iterable[Block]) -> list[Hit]:
        """The hits of which not all characters are left."""
        return [hit for block in blocks for hit in self._disfigured(block)]

    def _disfigured(self, block: Block) -> Iterator[Hit]:
        signature = self._evidence.signature
        self._spend(block.size * len(block.digests))
        for digest in block.digests:
            of_nothing = digest.what(b"")
            for number, message in enumerate(block.messages()):
                found = damage(signature, digest.what(message))
                if found := found or unhashed(signature, message, of_nothing):
                    yield told(block.way(number, digest), found)


def told(way: Way, *more: Any) -> Hit:
    """What was signed in a way, with all its mistakes, and more of them."""
    wrong = [way[DIGEST], *way[:DIGEST]]
    mistakes = [mistake for each in wrong for mistake in each.mistakes]
    also = [mistake for each in wrong for mistake in each.also]
    return Wrong(way.message, (*mistakes, *more), tuple(also))


def _rightly(form: Wrong[MacOf]) -> Wrong[Mac]:
    return form._replace(what=form.what(RIGHT))  # type: ignore[arg-type,return-value]  # now a Mac
