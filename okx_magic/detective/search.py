"""The search: every digest of the catalogue, fewest mistakes first, until one is the signature's.

Strategy: a level is all that can be done wrong with so many mistakes, and is searched to its end, so
that explanations of equal size are all found. Whatever takes long is left until the pairs are done;
no two different messages have one digest, so nothing that comes later could explain the same
signature by other bytes.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.macs import RIGHT, digest_size
from okx_magic.detective import sweeps, timestamp
from okx_magic.detective.damage import damage, unhashed
from okx_magic.detective.digest import Named, schemes, secret_mistake
from okx_magic.detective.mistakes import ALONE, KNOWN, RARE, USUAL, Mistake
from okx_magic.detective.recipes import RECIPES
from okx_magic.detective.ways import BODY, PATH, QUERY, TIMESTAMP, Batch, Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.credentials.derived import Derived
    from okx_magic.credentials.macs import Mac, Scheme
    from okx_magic.detective.joining import Joining
    from okx_magic.detective.mistakes import Wrong
    from okx_magic.detective.records import Evidence
    from okx_magic.detective.sweeps import Sweep
    from okx_magic.detective.wrapping import Unwrapped


class Hit(NamedTuple):
    """A way that gives the signature: its mistakes, and others that would have given the same."""

    mistakes: tuple[Mistake, ...]
    also: tuple[Mistake, ...] = ()


# By the stages that are done.
_RULED_OUT = {
    0: "that it is right is ruled out",
    1: "one mistake alone is ruled out",
    3: "one mistake alone, and pairs of known ones, are ruled out",
}


class _Keyed(NamedTuple):
    """A digest function, and what is wrong with its secret or its scheme."""

    mac: Mac
    mistakes: tuple[Mistake, ...] = ()
    also: tuple[Mistake, ...] = ()

    @property
    def reach(self) -> int:
        return min((mistake.reach for mistake in self.mistakes), default=USUAL)


class Search:
    """The search for one signature. ``tried`` counts the digests computed so far, and ``ruled_out``
    says in words what they have ruled out.
    """

    def __init__(
        self, evidence: Evidence, readings: Sequence[Unwrapped], credentials: Credentials
    ) -> None:
        self._evidence = evidence
        self._ways = Ways(evidence)
        self._targets = {each.digest: each.mistakes for each in readings}
        self._digests = frozenset(self._targets)
        self._sizes = {len(digest) for digest in self._targets}
        self._credentials = credentials
        self.tried = 0
        self.ruled_out = "nothing is ruled out yet"

    def hits(self) -> list[Hit]:
        """All ways of the fewest mistakes that give the signature; empty if none is known."""
        for number, stage in enumerate(self._stages()):
            if found := list(stage()):
                return found
            self.ruled_out = _RULED_OUT.get(number, self.ruled_out)
        return []

    def _stages(self) -> Iterator[Callable[[], Iterable[Hit]]]:
        yield lambda: self._level(0, USUAL)
        yield lambda: self._level(1, ALONE)
        yield lambda: self._recipes(0, RARE)
        yield lambda: self._level(2, KNOWN)
        yield lambda: self._recipes(1, KNOWN)
        yield from self._long_singles()
        yield self._damaged
        yield lambda: self._level(2, RARE)
        yield lambda: self._recipes(1, RARE)
        yield from self._long_pairs()
        yield lambda: self._recipes(2, USUAL)
        yield lambda: self._level(3, USUAL)

    # ---- levels ------------------------------------------------------------------------------------

    def _level(self, total: int, reach: int) -> list[Hit]:
        """All ways of ``total`` mistakes, each of this reach, in prehash, secret and scheme."""
        for keyed_wrong in range(min(total, 2) + 1):
            batch = self._ways.batch(total - keyed_wrong, reach)
            if hits := self._tried_all(self._keyed(keyed_wrong, reach), batch):
                return hits
        return []

    def _tried_all(self, keyed: Iterable[_Keyed], batch: Batch) -> list[Hit]:
        """The hits of the first digest function that has any: no other gives the same digest."""
        keyed = list(keyed)
        # Messages for a single function are made one by one: there can be very many.
        messages = list(batch.messages()) if len(keyed) > 1 else None
        for each in keyed:
            self.tried += len(batch)
            source = iter(messages or batch.messages())
            # Compared without a step of Python for each. What is left of the source tells the place.
            if not self._digests.isdisjoint(map(each.mac, source)):
                place = len(batch) - 1 - sum(1 for _ in source)
                return list(self._matches(each, batch, batch.way(place).message))
        return []

    def _matches(self, keyed: _Keyed, batch: Batch, signed: bytes) -> Iterator[Hit]:
        """All ways of the batch to what was signed."""
        wrapped = self._targets[keyed.mac(signed)]
        for number, message in enumerate(batch.messages()):
            if message != signed:
                continue
            found = batch.way(number)
            # Where rare mistakes were not tried, they are looked for now, to the same effect.
            others = self._ways.others(found) if batch.reach > ALONE else ()
            for way in (found, *others):
                yield Hit((*keyed.mistakes, *way.mistakes, *wrapped), (*keyed.also, *way.also))

    # ---- secrets and schemes -----------------------------------------------------------------------

    def _keyed(self, mistakes: int, reach: int) -> Iterator[_Keyed]:
        """The digest functions with so many mistakes in secret and scheme."""
        if mistakes == 0:
            yield from self._right
        elif mistakes == 1:
            yield from (each for each in self._keyed_once if each.reach >= reach)
        else:
            yield from self._keyed_twice(reach)

    @cached_property
    def _forms(self) -> tuple[Derived, ...]:
        return self._credentials.wrong_forms()

    @cached_property
    def _schemes(self) -> list[Named]:
        return schemes(self._sizes)

    @cached_property
    def _right(self) -> list[_Keyed]:
        """The right function, unless the signature's length tells that it was another one."""
        fits = digest_size(RIGHT.hash) in self._sizes
        return [_Keyed(self._forms[0].mac(RIGHT))] if fits else []

    @cached_property
    def _keyed_once(self) -> list[_Keyed]:
        right, *wrong = self._forms
        keyed = [_Keyed(right.mac(each.scheme), (each.mistake,)) for each in self._schemes]
        if self._right:
            keyed += [_with_form(form) for form in wrong]
        return keyed

    def _keyed_twice(self, reach: int) -> Iterator[_Keyed]:
        _, *wrong = self._forms
        for form in wrong:
            first, *others = _names(form)
            if first.reach < reach:
                continue
            for scheme, mistake in self._schemes:
                # A digest without a key has none that could be wrong.
                if mistake.reach >= reach and scheme.construction != "no key":
                    yield _Keyed(form.mac(scheme), (first, mistake), tuple(others))

    # ---- recipes -----------------------------------------------------------------------------------

    def _recipes(self, more: int, reach: int) -> list[Hit]:
        """The recipes, each with so many ``more`` mistakes of this reach in the parts."""
        for (scheme, secret), joinings in self._by_mac.items():
            mac = self._mac_of(scheme, secret)
            if mac is None:
                continue
            batch = self._ways.batch_joined(joinings, more, reach)
            if hits := self._tried_all([_Keyed(mac)], batch):
                return hits
        return []

    @cached_property
    def _by_mac(self) -> dict[tuple[Scheme, str], list[Joining]]:
        grouped: dict[tuple[Scheme, str], list[Joining]] = {}
        for recipe in RECIPES:
            if digest_size(recipe.scheme.hash) in self._sizes:
                grouped.setdefault((recipe.scheme, recipe.secret), []).append(recipe.joining)
        return grouped

    def _mac_of(self, scheme: Scheme, secret: str) -> Mac | None:
        """The digest function of a recipe; None where this secret has no such form."""
        if not secret:
            return self._credentials.filled_mac(scheme)
        forms = (form for form in self._forms if secret in dict(form.names))
        return next((form.mac(scheme) for form in forms), None)

    # ---- what takes long ---------------------------------------------------------------------------

    def _long_singles(self) -> Iterator[Callable[[], Iterable[Hit]]]:
        """Single mistakes of which there are thousands."""
        evidence, ways = self._evidence, self._ways
        for sweep in (
            *sweeps.rereadings(evidence.timestamp),
            *sweeps.finer_readings(evidence.timestamp),
            *sweeps.float_readings(evidence.timestamp),
        ):
            yield partial(self._swept, sweep, TIMESTAMP)
        yield lambda: self._alone(PATH, sweeps.other_paths(ways.path))
        yield lambda: self._alone(QUERY, sweeps.query_orders(ways.query))
        yield lambda: self._alone(BODY, sweeps.key_orders(evidence.body, alone=True))
        yield self._slips

    def _alone(self, place: int, texts: Sequence[Wrong]) -> list[Hit]:
        """These texts of a part, all else right."""
        return self._tried_all(self._right, self._ways.batch_with(place, texts, 0, RARE))

    def _slips(self) -> list[Hit]:
        """Each slip of typing that makes another secret."""
        if not self._right:
            return []
        keyed = map(_with_form, self._credentials.slipped_forms())
        return self._tried_all(keyed, self._ways.batch(0, RARE))

    def _long_pairs(self) -> Iterator[Callable[[], Iterable[Hit]]]:
        """A second reading of the clock in another notation, or one of the long with any known."""
        evidence, ways = self._evidence, self._ways
        for sweep in sweeps.rereadings_otherwise(evidence.timestamp):
            yield partial(self._swept, sweep, TIMESTAMP)
        near = sweeps.near_readings(evidence.timestamp)
        yield lambda: self._with_others(TIMESTAMP, near)
        yield lambda: self._with_others(PATH, sweeps.other_paths(ways.path))
        yield lambda: self._with_others(QUERY, sweeps.query_orders(ways.query))
        yield lambda: self._with_others(BODY, sweeps.key_orders(evidence.body), KNOWN)
        yield lambda: self._alone(TIMESTAMP, list(timestamp.local_shapes(evidence.timestamp)))
        yield lambda: self._with_others(BODY, self._odd(BODY))

    def _with_others(self, place: int, texts: Sequence[Wrong], reach: int = USUAL) -> list[Hit]:
        """These texts of a part, each with one mistake of this reach elsewhere."""
        once = self._ways.batch_with(place, texts, 1, reach)
        alone = self._ways.batch_with(place, texts, 0, reach)
        return self._tried_all(self._right, once) or self._tried_all(self._keyed(1, reach), alone)

    def _odd(self, place: int) -> list[Wrong]:
        """The texts of the part that are looked for alone, and without company by no other stage."""
        return [each for each in self._ways.once(place) if each.reach == ALONE]

    def _swept(self, sweep: Sweep, place: int) -> Iterator[Hit]:
        """The sweep's texts in the place of one part, all else right."""
        right = self._ways.right
        head, tail = b"".join(right[:place]), b"".join(right[place + 1 :])
        for each in self._right:
            for number, text in enumerate(sweep.texts()):
                self.tried += 1
                if (digest := each.mac(head + text + tail)) in self._digests:
                    yield Hit((*sweep.told(number).mistakes, *self._targets[digest]))

    def _damaged(self) -> Iterator[Hit]:
        """A right signature, or one of a single mistake, of which not all characters are left."""
        right, *wrong = self._forms
        keyed = [_Keyed(right.mac(RIGHT)), *map(_with_form, wrong)]
        alone, once = self._ways.batch(0, RARE), self._ways.batch(1, RARE)
        for each in keyed:
            yield from self._disfigured(each, alone)
        yield from self._disfigured(keyed[0], once)

    def _disfigured(self, keyed: _Keyed, batch: Batch) -> Iterator[Hit]:
        signature, of_nothing = self._evidence.signature, keyed.mac(b"")
        for number, message in enumerate(batch.messages()):
            self.tried += 1
            found = damage(signature, keyed.mac(message))
            if found := found or unhashed(signature, message, of_nothing):
                way = batch.way(number)
                yield Hit((*keyed.mistakes, *way.mistakes, found), (*keyed.also, *way.also))


def _names(form: Derived) -> tuple[Mistake, ...]:
    return tuple(secret_mistake(name, kind) for name, kind in form.names)


def _with_form(form: Derived) -> _Keyed:
    first, *others = _names(form)
    return _Keyed(form.mac(RIGHT), (first,), tuple(others))
