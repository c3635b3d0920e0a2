"""How changes compose: inside a part, which is made in stages that can each go wrong, and across places.

A body's values are changed, then serialised, then its text is touched; a time is taken elsewhere,
then written in another notation. A stage has what it makes of a right state and, at a cost, what it
makes of it by a mistake.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from okx_magic.credentials.changes import Cost, Mistake, Wrong, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from okx_magic.credentials.changes import Change


def _same(state: Any) -> Iterable[Any]:
    return (state,)


class Stage(NamedTuple):
    """``keep`` gives the states that come of one without a mistake; ``change`` those that come of it by
    one that costs at most so much, with the mistake. One that goes wrong ``again`` can do so twice
    by mistakes that are known.
    """

    change: Callable[[Any, int], Iterable[tuple[Any, Mistake]]]
    keep: Callable[[Any], Iterable[Any]] = _same
    again: bool = False


def made(
    stages: Sequence[Stage], state: Any, count: int, most: int, told: tuple[Mistake, ...] = ()
) -> Iterator[Wrong[bytes]]:
    """What comes out of the stages by exactly so many mistakes, which cost at most so much in all."""
    if not stages:
        return
    first, *rest = stages
    limit = most - Cost.USUAL * (count - 1)
    for changed, mistake in first.change(state, limit):
        if mistake.cost > limit:
            continue
        wrong = (*told, mistake)
        if count == 1:
            for text in _kept(rest, changed):
                yield Wrong(text if isinstance(text, bytes) else plain(text), wrong)
        else:
            behind = stages if first.again and most <= 2 * Cost.KNOWN else rest
            yield from made(behind, changed, count - 1, most - mistake.cost, wrong)
    for kept in first.keep(state) if rest else ():
        yield from made(rest, kept, count, most, told)


def _kept(stages: Sequence[Stage], state: Any) -> list[Any]:
    """What comes out of the stages without a mistake."""
    states = [state]
    for stage in stages:
        if stage.keep is not _same:
            states = [kept for each in states for kept in stage.keep(each)]
    return states


def touching(rows: Iterable[Change]) -> Stage:
    """A stage of rows of the table of changes, which are made to a text."""
    known = tuple(rows)

    def change(text: str | bytes, most: int) -> Iterator[tuple[str | bytes, Mistake]]:
        # One that is bytes by now was encoded or hashed, the last that happens to it.
        for mistake, of, _ in known if isinstance(text, str) else ():
            touched = of(text) if mistake.cost <= most else None  # type: ignore[arg-type]
            if touched is not None and touched != text:
                yield touched, mistake

    return Stage(change, again=True)


def distinct(right: Iterable[bytes], found: Iterable[Wrong[bytes]]) -> list[Wrong[bytes]]:
    """Those that differ from what is ``right`` and from each other.

    Of several with the same bytes that of the fewest mistakes stays, then the more usual one, then the
    first. A mistake that changes nothing in this request cannot have been the cause, so it is left out.
    """
    known = set(right)
    kept: dict[bytes, Wrong[bytes]] = {}
    for each in found:
        if each.what in known:
            continue
        before = kept.get(each.what)
        if before is None:
            kept[each.what] = each
        elif len(each.mistakes) == len(before.mistakes) == 1:
            first, other = (before, each) if before.cost <= each.cost else (each, before)
            also = (*first.also, *other.mistakes, *other.also)
            kept[each.what] = Wrong(each.what, first.mistakes, also)
        elif each.cost < before.cost:
            kept[each.what] = each
    return list(kept.values())


def spent(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """All ways to spend ``total`` at so many places, at each nothing or what a mistake costs at least."""
    if not places:
        if not total:
            yield ()
        return
    for cost in (0, *range(Cost.USUAL, total + 1)):
        if cost <= total:
            yield from ((cost, *rest) for rest in spent(total - cost, places - 1))


@dataclass(frozen=True, slots=True, repr=False)
class Sweep:
    """Thousands of texts of a part, whose mistakes are told by their place when one is asked for."""

    whats: Sequence[bytes]
    told: Callable[[int], tuple[Mistake, ...]]

    def __len__(self) -> int:
        return len(self.whats)

    def __getitem__(self, number: int) -> Wrong[bytes]:
        return Wrong(self.whats[number], self.told(number))


def _by_cost(found: Iterable[Wrong[Any]]) -> dict[int, list[Wrong[Any]]]:
    grouped: dict[int, list[Wrong[Any]]] = {}
    for each in found:
        grouped.setdefault(each.cost, []).append(each)
    return grouped


# What two mistakes inside one part may cost together to be looked for early.
_EARLY: Final = Cost.KNOWN + Cost.KNOWN


@dataclass(eq=False, repr=False)
class Place:
    """What can stand at one place of a signature: what is ``right`` there (nothing, where that is ruled
    out), and what is wrong. Two mistakes there cost at ``most`` so much.
    """

    right: tuple[Wrong[Any], ...]
    most: int = 20

    def made(self, count: int, most: int) -> Iterable[Wrong[Any]]:  # noqa: ARG002 - nothing is wrong here
        """Those of so many mistakes, one or two, which cost at most so much together."""
        return ()

    @cached_property
    def usual(self) -> list[Wrong[Any]]:
        """Those of one mistake that is looked for in company."""
        return list(self.made(1, Cost.RARE))

    @cached_property
    def odd(self) -> list[Wrong[Any]]:
        """The others of one mistake."""
        return [each for each in self.made(1, Cost.ALONE) if each.cost > Cost.RARE]

    _usual_by_cost = cached_property(lambda self: _by_cost(self.usual))
    _odd_by_cost = cached_property(lambda self: _by_cost(self.odd))
    _early = cached_property(lambda self: _by_cost(self.made(2, _EARLY)))
    _late = cached_property(lambda self: _by_cost(self.made(2, self.most)))

    def wrong(self, cost: int, *, two: bool) -> list[Wrong[Any]]:
        """Those of this cost: of one mistake and of two, or of ``two`` alone."""
        once = {} if two else self._usual_by_cost if cost <= Cost.RARE else self._odd_by_cost
        twice = self._early if cost <= _EARLY else self._late if cost <= self.most else {}
        return [*once.get(cost, ()), *twice.get(cost, ())]


@dataclass(eq=False, repr=False, kw_only=True)
class Part(Place):
    """A part of the prehash: made in ``stages`` from a right ``state``; with ``words`` that can stand for
    any text, and ``many`` more texts.
    """

    state: Any
    stages: tuple[Stage, ...]
    words: Callable[[], Iterable[Wrong[bytes]]] = tuple
    many: Callable[[], Iterable[Wrong[bytes]]] = tuple

    @classmethod
    def of(cls, text: str, state: Any, *stages: Stage, **more: Any) -> Part:
        """The part of this right text."""
        return cls((Wrong(plain(text)),), state=state, stages=stages, **more)

    def made(self, count: int, most: int) -> Iterable[Wrong[Any]]:
        """The texts of so many mistakes that differ from each other, of two also from those of one."""
        changed = made(self.stages, self.state, count, most)
        if count > 1:
            return distinct((each.what for each in (*self.right, *self.usual)), changed)
        words = (each for each in self.words() if each.cost <= most)
        return distinct([self.right[0].what], (*words, *changed))

    @cached_property
    def by_text(self) -> dict[bytes, Wrong[bytes]]:
        """All of one mistake, by their text."""
        return {each.what: each for each in self.made(1, Cost.ALONE)}

    @cached_property
    def odd(self) -> list[Wrong[Any]]:
        """The others of one mistake; and many more."""
        odd = [each for each in self.by_text.values() if each.cost > Cost.RARE]
        return odd + distinct([self.right[0].what, *self.by_text], self.many())
