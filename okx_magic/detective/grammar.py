"""How changes compose inside a part: the part is made in stages, and each stage can go wrong.

A body's values are changed, then serialised, then its text is touched; a time is taken elsewhere,
then written in another notation. A stage has what it makes of a right state and, at a cost, what it
makes of it by a mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from okx_magic.credentials.changes import KNOWN, USUAL, Mistake, Wrong, plain

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


class Sweep(NamedTuple):
    """Thousands of texts of a part: fast, and slowly, by their place, with their mistakes."""

    texts: Callable[[], Iterator[str]]
    told: Callable[[int], tuple[Mistake, ...]]

    def wrong(self) -> Iterator[Wrong[bytes]]:
        """All of them, each with its mistakes."""
        return (Wrong(plain(text), self.told(number)) for number, text in enumerate(self.texts()))


def made(
    stages: Sequence[Stage], state: Any, count: int, most: int, told: tuple[Mistake, ...] = ()
) -> Iterator[Wrong[bytes]]:
    """What comes out of the stages by exactly so many mistakes, which cost at most so much in all."""
    if not count:
        states = [state]
        for stage in stages:
            if stage.keep is not _same:
                states = [kept for each in states for kept in stage.keep(each)]
        yield from (
            Wrong(text if isinstance(text, bytes) else plain(text), told) for text in states
        )
        return
    if not stages:
        return
    first, *rest = stages
    limit = most - USUAL * (count - 1)
    for changed, mistake in first.change(state, limit):
        if mistake.cost <= limit:
            behind = stages if first.again and most <= 2 * KNOWN else rest
            yield from made(behind, changed, count - 1, most - mistake.cost, (*told, mistake))
    for kept in first.keep(state) if rest else ():
        yield from made(rest, kept, count, most, told)


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
    for cost in (0, *range(USUAL, total + 1)):
        if cost <= total:
            yield from ((cost, *rest) for rest in spent(total - cost, places - 1))
