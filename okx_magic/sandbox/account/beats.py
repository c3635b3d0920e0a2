"""Looking for the moment in which something happens, tenth of a second by tenth of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.sandbox.market.tape import BEAT_MS

if TYPE_CHECKING:
    from collections.abc import Callable

BEATS = 1000 // BEAT_MS
# Hours and minutes: what begins and ends with one is looked at without its trades.
_WHOLE = (36_000, 600)


def first_beat(first: int, last: int, passes: Callable[[int, int], bool]) -> int | None:
    """The first beat from ``first`` and before ``last`` in which something happens.

    ``passes(left, right)`` is whether it is sure that nothing does from ``left`` to before ``right``; of
    a single beat it says it exactly. It is asked in the order of time: never again of what has passed.
    """
    if first >= last or passes(first, last):
        return None
    if last - first == 1:
        return first
    middle = (first + last) // 2
    whole = (middle // size * size for size in _WHOLE)
    middle = next((beat for beat in whole if first < beat), middle)
    found = first_beat(first, middle, passes)
    return first_beat(middle, last, passes) if found is None else found
