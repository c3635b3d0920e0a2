"""The search: every digest of the catalogue, the most usual explanation first, until one is the
signature's.

Strategy: mistakes have a cost, which tells how unusual they are. All single ones come first; then the
search goes by the cost of the whole explanation, pairs and triples alike, until its budget of digests
is spent. What takes long comes in between, at its price. No two different messages have one digest,
so nothing that comes later could explain the same signature by other bytes.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import KNOWN, RARE, USUAL, Mistake, Wrong, plain
from okx_magic.credentials.macs import RIGHT, digest_size, schemes
from okx_magic.detective import body, timestamp
from okx_magic.detective.joining import recipes
from okx_magic.detective.ways import BODY, DEAREST, TIMESTAMP, Ways
from okx_magic.detective.wrapping import damage, unhashed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.credentials.derived import Derived
    from okx_magic.credentials.macs import Mac, Scheme
    from okx_magic.detective.grammar import Sweep
    from okx_magic.detective.joining import Joining
    from okx_magic.detective.records import Evidence
    from okx_magic.detective.ways import Block

    Progress = Callable[[int, int], None]

BUDGET: Final = 400_000
"""So many digests are computed at most."""
# An order has seven members as a rule; with other mistakes all their orders would take too long.
_MOST_KEYS: Final = 7


class Hit(NamedTuple):
    """A way that gives the signature: its mistakes, and others that would have given the same."""

    mistakes: tuple[Mistake, ...]
    also: tuple[Mistake, ...] = ()


class Spent(Exception):
    """The budget of digests is spent."""


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
        self._ways = Ways(evidence)
        self._targets = {each.what: each.mistakes for each in readings}
        self._digests = frozenset(self._targets)
        self._sizes = {len(digest) for digest in self._targets}
        self._credentials = credentials
        self._progress = progress
        self.tried = 0
        self.ruled_out: list[str] = []

    def hits(self) -> list[Hit]:
        """All ways of the cheapest explanation that give the signature; empty if none is known."""
        try:
            for told, stage in self._stages():
                if found := list(stage()):
                    return found
                if told:
                    self.ruled_out.append(told)
        except Spent:
            pass
        return []

    def _stages(self) -> Iterator[tuple[str, Callable[[], Iterable[Hit]]]]:
        """What is looked for, in this order; "" where the next stage has more of the same."""
        stamp, sent, ways = self._evidence.timestamp, self._evidence.body, self._ways
        tried, level, recipes, swept = self._tried_all, self._level, self._recipes, self._swept
        again, otherwise = timestamp.readings, timestamp.readings_otherwise
        yield "that it is right", lambda: tried(self._right, [ways.rightly()])
        yield "", lambda: self._single(odd=False)
        yield "one mistake alone", lambda: self._single(odd=True)
        yield "the recipe of another exchange", lambda: recipes([0])
        yield "two known mistakes", lambda: level(range(2 * USUAL, 2 * KNOWN + 1))
        yield "such a recipe with a known mistake", lambda: recipes([USUAL, KNOWN])
        yield "a second reading of the clock", lambda: swept(again(stamp), TIMESTAMP)
        yield "another order of keys", lambda: swept([body.key_orders(sent, _MOST_KEYS)], BODY)
        yield "a slip in the secret", self._slips
        yield "another request", lambda: tried(self._right, ways.reused())
        yield "a signature cut off or changed", self._damaged
        yield "a second reading in another notation", lambda: swept(otherwise(stamp), TIMESTAMP)
        yield "any local time", lambda: level(range(DEAREST + 1, DEAREST + 4))
        yield "any two mistakes", lambda: level(range(2 * KNOWN + 1, DEAREST))
        yield "any recipe with a mistake", lambda: recipes([RARE])
        yield "three usual mistakes", lambda: level([DEAREST])
        yield "a time of .NET's clock", lambda: swept(timestamp.ticks(stamp), TIMESTAMP)
        yield "microseconds beside a known mistake", self._beside_microseconds

    # ---- levels ------------------------------------------------------------------------------------

    def _single(self, *, odd: bool) -> list[Hit]:
        """All ways of one mistake: the usual ones, or the others."""
        hits = self._tried_all(self._right, list(self._ways.singles(odd=odd)))
        keyed = [each for each in self._keyed_once if (each.cost > RARE) == odd]
        return hits or self._tried_all(keyed, [self._ways.rightly()])

    def _level(self, costs: Iterable[int]) -> list[Hit]:
        """All ways of several mistakes that cost so much together, one cost after the other."""
        for cost in costs:
            if hits := self._tried_all(self._right, self._ways.blocks(cost)):
                return hits
            for keyed in range(USUAL, cost + 1) if cost <= DEAREST else ():
                if keyed == cost or cost - keyed >= USUAL:
                    blocks = self._ways.blocks(cost - keyed, beside=True)
                    if hits := self._tried_all(self._keyed(keyed), blocks):
                        return hits
        return []

    def _tried_all(self, keyed: Sequence[Wrong[Mac]], blocks: Iterable[Block]) -> list[Hit]:
        """The hits of the first digest function that has any: no other gives the same digest."""
        blocks = list(blocks) if keyed else []
        for block in blocks:
            # Messages for a single function are made one by one: there can be very many.
            messages = list(block.messages()) if len(keyed) > 1 else None
            for each in keyed:
                source = block.messages() if messages is None else iter(messages)
                self._spend(len(block))
                # Compared without a step of Python for each. What is left of the source tells the place.
                if not self._digests.isdisjoint(map(each.what, source)):
                    place = len(block) - 1 - sum(1 for _ in source)
                    return list(self._matches(each, block.way(place).message, blocks))
        return []

    def _matches(self, keyed: Wrong[Mac], signed: bytes, blocks: Iterable[Block]) -> Iterator[Hit]:
        """All ways to what was signed that cost the same, and those in which one mistake is another."""
        wrapped = self._targets[keyed.what(signed)]
        for way in self._ways.to(signed, blocks):
            yield Hit((*keyed.mistakes, *way.mistakes, *wrapped), (*keyed.also, *way.also))

    def _spend(self, digests: int) -> None:
        if self.tried + digests > BUDGET:
            raise Spent
        self.tried += digests
        if self._progress is not None:
            self._progress(self.tried, BUDGET)

    # ---- secrets and schemes -----------------------------------------------------------------------

    @cached_property
    def _forms(self) -> tuple[Derived, ...]:
        return self._credentials.wrong_forms()

    @cached_property
    def _schemes(self) -> tuple[Wrong[Scheme], ...]:
        return tuple(schemes(self._sizes))

    @cached_property
    def _right(self) -> list[Wrong[Mac]]:
        """The right function, unless the signature's length tells that it was another one."""
        fits = digest_size(RIGHT.hash) in self._sizes
        return [Wrong(self._forms[0].mac(RIGHT))] if fits else []

    @cached_property
    def _keyed_once(self) -> list[Wrong[Mac]]:
        """The digest functions with one mistake in secret or scheme."""
        right, *wrong = self._forms
        keyed = [Wrong(right.mac(each.what), each.mistakes) for each in self._schemes]
        return keyed + (list(map(_with_form, wrong)) if self._right else [])

    def _keyed(self, cost: int) -> list[Wrong[Mac]]:
        """The digest functions whose mistakes in secret and scheme cost so much together."""
        found = [each for each in self._keyed_once if each.cost == cost <= RARE]
        for form in self._forms[1:]:
            first, *others = form.mistakes
            for each in self._schemes:
                # A digest without a key has none that could be wrong.
                if first.cost + each.cost == cost and each.what.construction != "no key":
                    told = (first, *each.mistakes)
                    found.append(Wrong(form.mac(each.what), told, tuple(others)))
        return found

    # ---- recipes -----------------------------------------------------------------------------------

    def _recipes(self, costs: Iterable[int]) -> list[Hit]:
        """The recipes, beside mistakes in the parts that cost so much."""
        for cost in costs:
            for (scheme, secret), joinings in self._by_mac.items():
                cheap = [each for each in joinings if each.cost + cost <= DEAREST]
                if cheap and (mac := self._mac_of(scheme, secret)):
                    blocks = self._ways.blocks(cost, cheap, beside=True)
                    if hits := self._tried_all([Wrong(mac)], blocks):
                        return hits
        return []

    @cached_property
    def _by_mac(self) -> dict[tuple[Scheme, str], list[Joining]]:
        grouped: dict[tuple[Scheme, str], list[Joining]] = {}
        for recipe in recipes():
            if digest_size(recipe.scheme.hash) in self._sizes:
                grouped.setdefault((recipe.scheme, recipe.secret), []).append(recipe.joining)
        return grouped

    def _mac_of(self, scheme: Scheme, secret: str) -> Mac | None:
        """The digest function of a recipe; None where this secret has no such form."""
        if not secret:
            return self._credentials.filled_mac(scheme)
        forms = (form for form in self._forms if secret in {each.name for each in form.mistakes})
        return next((form.mac(scheme) for form in forms), None)

    # ---- what takes long ---------------------------------------------------------------------------

    def _slips(self) -> list[Hit]:
        """Each slip of typing that makes another secret."""
        forms = self._credentials.slipped_forms() if self._right else ()
        return self._tried_all(list(map(_with_form, forms)), [self._ways.rightly()])

    def _swept(self, sweeps: Iterable[Sweep], place: int) -> Iterator[Hit]:
        """The texts of the sweeps in the place of one part, all else right."""
        right = self._ways.right
        head, tail = b"".join(right[:place]), b"".join(right[place + 1 :])
        for sweep in sweeps if self._right else ():
            texts = [head + plain(text) + tail for text in sweep.texts()]
            self._spend(len(texts))
            source, mac = iter(texts), self._right[0].what
            if not self._digests.isdisjoint(map(mac, source)):
                number = len(texts) - 1 - sum(1 for _ in source)
                yield Hit((*sweep.told(number), *self._targets[mac(texts[number])]))
                return

    def _beside_microseconds(self) -> list[Hit]:
        """Digits that the header does not show, and one more mistake, for as long as the budget lasts."""
        sweeps = list(timestamp.microseconds(self._evidence.timestamp)) if self._right else []
        for cost, sweep in product((USUAL, KNOWN), sweeps):
            texts = {TIMESTAMP: list(sweep.wrong())}
            fine = [self._ways.block(texts)]
            for each in self._keyed(cost):
                if hits := self._tried_all([each], fine):
                    return hits
            for block in self._ways.blocks(cost, beside=True):
                for way in map(block.way, range(len(block))):
                    if not way.texts[TIMESTAMP].mistakes:
                        lists = {place: [text] for place, text in enumerate(way.texts)}
                        blocks = [self._ways.block(lists | texts, [way.joining])]
                        if hits := self._tried_all(self._right, blocks):
                            return hits
        return []

    def _damaged(self) -> Iterator[Hit]:
        """A right signature, or one of a single mistake, of which not all characters are left."""
        right, *wrong = self._forms
        keyed = Wrong(right.mac(RIGHT))
        for each in (keyed, *map(_with_form, wrong)):
            yield from self._disfigured(each, self._ways.rightly())
        for block in self._ways.singles():
            yield from self._disfigured(keyed, block)

    def _disfigured(self, keyed: Wrong[Mac], block: Block) -> Iterator[Hit]:
        signature, of_nothing = self._evidence.signature, keyed.what(b"")
        self._spend(len(block))
        for number, message in enumerate(block.messages()):
            found = damage(signature, keyed.what(message))
            if found := found or unhashed(signature, message, of_nothing):
                way = block.way(number)
                yield Hit((*keyed.mistakes, *way.mistakes, found), (*keyed.also, *way.also))


def _with_form(form: Derived) -> Wrong[Mac]:
    first, *others = form.mistakes
    return Wrong(form.mac(RIGHT), (first,), tuple(others))
