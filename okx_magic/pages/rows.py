"""A page of rows, newest first: lists of what OKX sent, or rows of numbers, as most pages of bars are.

Numbers stay packed from the answer to the frame: a page of lists is thousands of objects, and Python
would look at each of them again and again while a year of bars comes. So do their times. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from okx_magic.model import Envelope, NumberRows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Page = list[Any] | NumberRows
    # The time of each row, in milliseconds.
    Times = NDArray[np.int64]

# The times of thirteen digits: 2001 to 2286.
_FIRST, _END = 10**12, 10**13


def times_of(moments: Iterable[int]) -> Times:
    """These times. Raises OverflowError for one that no int64 holds."""
    return np.fromiter(moments, np.int64)


def joined_times(some: Iterable[Times]) -> Times:
    """The times of several pages."""
    return np.concatenate([times_of(()), *some])


def bar_times(page: Page) -> Times:
    """The times of bars, which stand first in their rows."""
    if isinstance(page, NumberRows):
        return np.asarray(page.column(0)).astype(np.int64)
    return times_of(int(row[0]) for row in page)


def are_bars(rows: NumberRows) -> bool:
    """Whether each row begins with a time: a whole number of thirteen digits."""
    times = np.asarray(rows.column(0))
    return bool(np.all((times >= _FIRST) & (times < _END) & (times == np.floor(times))))


def noughts(page: Page, place: int) -> NDArray[np.bool_]:
    """Which rows have a 0 at a place, as ``confirm`` is of a bar that is not closed."""
    if isinstance(page, NumberRows):
        numbers: NDArray[np.float64] = np.asarray(page.column(place))
        return np.equal(numbers, 0)
    return np.fromiter((row[place] in {"0", 0} for row in page), bool)


def as_lists(page: Page) -> list[Any]:
    """The rows as lists of what OKX sent."""
    return page.lists if isinstance(page, NumberRows) else page


def as_envelope(page: Page) -> Envelope:
    """The page as an answer of its own, for a frame."""
    if isinstance(page, NumberRows):
        return Envelope.of_rows("0", "", page, {}, 200)
    return Envelope("0", "", page)


def chosen(page: Page, times: Times, keep: NDArray[np.bool_]) -> tuple[Page, Times]:
    """The rows that are to be kept, with their times."""
    places = np.flatnonzero(keep)
    if len(places) == len(times):
        return page, times
    if not len(places):
        return [], times[:0]
    first, end = int(places[0]), int(places[-1]) + 1
    if len(places) == end - first:
        return page[first:end], times[first:end]
    rows = as_lists(page)
    return [rows[place] for place in places], times[places]


def between(page: Page, times: Times, low: int | None, high: int | None) -> tuple[Page, Times]:
    """The rows with ``low ≤ time < high``, with their times; None is no bound.

    Example:
        >>> rows, times = between([["5", "a"], ["4", "b"]], times_of([5, 4]), 4, 5)
        >>> rows
        [['4', 'b']]
    """
    if not len(times):
        return page, times
    low = int(times.min()) if low is None else low
    high = int(times.max()) + 1 if high is None else high
    return chosen(page, times, (times >= low) & (times < high))


def holes(times: Times, length: int, above: int | None) -> list[tuple[int, int]]:
    """Where bars are missing between those of these times, newest first, and the bar ``above`` them: the
    first that is missing, and the first that is there again.
    """
    if above is not None:
        times = np.concatenate((times_of([above]), times))
    late = np.flatnonzero(times[:-1] - times[1:] > length)
    return [(int(times[place + 1]) + length, int(times[place])) for place in late]
