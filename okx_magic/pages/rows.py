"""A page of rows, newest first: lists of what OKX sent, or rows of numbers, as most pages of bars are.

Numbers stay packed from the answer to the frame: a page of lists is thousands of objects, and Python
would look at each of them again and again while a year of bars comes. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.model import Envelope, NumberRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    Page = list[Any] | NumberRows


def column(page: Page, place: int) -> Sequence[Any]:
    """What stands at a place of each row: numbers, or what OKX sent."""
    return page.column(place) if isinstance(page, NumberRows) else [row[place] for row in page]


def bar_times(page: Page) -> list[int]:
    """The times of bars, which stand first in their rows, in milliseconds."""
    return [int(time) for time in column(page, 0)]


def as_lists(page: Page) -> list[Any]:
    """The rows as lists of what OKX sent."""
    return page.lists if isinstance(page, NumberRows) else page


def as_envelope(page: Page) -> Envelope:
    """The page as an answer of its own, for a frame."""
    if isinstance(page, NumberRows):
        return Envelope.of_rows("0", "", page, {}, 200)
    return Envelope("0", "", page)


def chosen(page: Page, times: list[int], keep: list[bool]) -> tuple[Page, list[int]]:
    """The rows that are to be kept, with their times."""
    if all(keep):
        return page, times
    if not any(keep):
        return [], []
    first, end = keep.index(True), len(keep) - keep[::-1].index(True)
    if all(keep[first:end]):
        return page[first:end], times[first:end]
    rows = [row for row, kept in zip(as_lists(page), keep, strict=True) if kept]
    return rows, [time for time, kept in zip(times, keep, strict=True) if kept]


def between(
    page: Page, times: list[int], low: int | None, high: int | None
) -> tuple[Page, list[int]]:
    """The rows with ``low ≤ time < high``, with their times; None is no bound.

    Example:
        >>> between([["5", "a"], ["4", "b"], ["3", "c"]], [5, 4, 3], 4, 5)
        ([['4', 'b']], [4])
    """
    if not times or ((low is None or low <= min(times)) and (high is None or max(times) < high)):
        return page, times
    keep = [(low is None or low <= time) and (high is None or time < high) for time in times]
    return chosen(page, times, keep)
