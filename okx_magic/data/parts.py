"""Cuts rows that come newest first into parts, each complete for a range of time in one month. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from okx_magic.data.ranges import month_start
from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Part:
    """All rows with ``low ≤ time < high``, newest first, with their times; all of one month."""

    low: int
    high: int
    rows: list[Any] = field(repr=False)
    times: list[int] = field(repr=False)


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
        # Upper bound and rows with their times, replaced together: Ctrl-C may come between any two
        # statements, and a bound that does not fit the rows would lose some.
        self._open: tuple[int, list[tuple[Any, int]]] = (high, [])

    def lower(self, high: int) -> None:
        """The range ends earlier. Only before the first part."""
        self._open = (min(self._open[0], high), self._open[1])

    def add(self, rows: list[Any], times: list[int]) -> Iterator[Part]:
        """The parts that are complete with this page."""
        month = self._month
        if times and month is not None and month <= min(times) and max(times) < self._open[0]:
            # As most pages: all of the month that is open.
            self._open[1].extend(zip(rows, times, strict=True))
        else:
            yield from self._add_each(rows, times)
        count = len(self._open[1])
        if count >= self._most or (count and self._due()):
            yield from self.cut()

    def _add_each(self, rows: list[Any], times: list[int]) -> Iterator[Part]:
        for pair in zip(rows, times, strict=True):
            time = pair[1]
            if time >= self._open[0]:
                # Its part is written already: it would be missing, or there twice after a break-off.
                raise TransportError("OKX's rows are not in the order of their times", written=True)
            if self._month is None or time < self._month:
                if self._month is not None and self._open[1]:
                    yield self._flush(self._month)
                self._month = month_start(time)
            self._open[1].append(pair)

    def cut(self) -> Iterator[Part]:
        """What is complete so far."""
        times = [time for _, time in self._open[1]]
        if times:
            oldest = min(times)
            edge = oldest if self._unique else oldest + 1
            if max(times) >= edge:
                yield self._flush(edge)

    def end(self) -> Part:
        """The last part, after the last page: down to the lower bound, perhaps without rows."""
        return self._flush(self._low)

    def _flush(self, edge: int) -> Part:
        high, pairs = self._open
        done = [pair for pair in pairs if pair[1] >= edge]
        part = Part(edge, high, [row for row, _ in done], [time for _, time in done])
        self._open = (edge, [pair for pair in pairs if pair[1] < edge])
        return part
