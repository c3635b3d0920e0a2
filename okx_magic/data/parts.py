"""Cuts rows that come newest first into parts, each complete for a range of time in one month. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okx_magic.data.ranges import month_start
from okx_magic.errors import TransportError
from okx_magic.pages.rows import between, joined_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.pages.rows import Page, Times


@dataclass(frozen=True, slots=True)
class Part:
    """All rows with ``low ≤ time < high``, newest first, with their times; all of one month."""

    low: int
    high: int
    pages: list[Page] = field(repr=False)
    times: Times = field(repr=False)


class Parts:
    """Takes pages of the range ``[low, high)``. ``most`` rows make a part, or the end of a month.

    ``unique`` tells that no two rows have the same time; otherwise those of the oldest time so far
    wait for the next page, as more of them may come. ``due`` asks for a part although it is small.
    """

    def __init__(
        self,
        low: int,
        high: int,
        *,
        most: int,
        unique: bool,
        due: Callable[[], bool] = lambda: False,
    ) -> None:
        self._low = low
        self._most = most
        self._unique = unique
        self._due = due
        self._month: int | None = None
        # Upper bound and pages with their times, replaced together: Ctrl-C may come between any two
        # statements, and a bound that does not fit the rows would lose some.
        self._open: tuple[int, list[tuple[Page, Times]]] = (high, [])

    def lower(self, high: int) -> None:
        """The range ends earlier. Only before the first part."""
        self._open = (min(self._open[0], high), self._open[1])

    def add(self, page: Page, times: Times) -> Iterator[Part]:
        """The parts that are complete with this page."""
        while len(times):
            newest = int(times.max())
            if newest >= self._open[0]:
                # Its part is written already: it would be missing, or there twice after a break-off.
                raise TransportError("OKX's rows are not in the order of their times", written=True)
            month = month_start(newest)
            if self._month is None or month < self._month:
                if self._month is not None and self._open[1]:
                    yield self._flush(self._month)
                self._month = month
            self._open[1].append(between(page, times, self._month, None))
            page, times = between(page, times, None, self._month)
        count = sum(len(times) for _, times in self._open[1])
        if count >= self._most or (count and self._due()):
            yield from self.cut()

    def cut(self) -> Iterator[Part]:
        """What is complete so far."""
        times = joined_times([times for _, times in self._open[1]])
        if len(times):
            oldest = int(times.min())
            edge = oldest if self._unique else oldest + 1
            if times.max() >= edge:
                yield self._flush(edge)

    def end(self) -> Part:
        """The last part, after the last page: down to the lower bound, perhaps without rows."""
        return self._flush(self._low)

    def _flush(self, edge: int) -> Part:
        high, pieces = self._open
        done = [between(*piece, edge, None) for piece in pieces]
        left = [between(*piece, None, edge) for piece in pieces]
        pages = [page for page, times in done if len(times)]
        part = Part(edge, high, pages, joined_times([times for _, times in done]))
        self._open = (edge, [piece for piece in left if len(piece[1])])
        return part
