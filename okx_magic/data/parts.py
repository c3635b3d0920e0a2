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
        self._high = high
        self._most = most
        self._unique = unique
        self._due = due
        self._month: int | None = None
        self._rows: list[Any] = []
        self._times: list[int] = []

    def lower(self, high: int) -> None:
        """The range ends earlier. Only before the first part."""
        self._high = min(self._high, high)

    def add(self, rows: list[Any], times: list[int]) -> Iterator[Part]:
        """The parts that are complete with this page."""
        for row, time in zip(rows, times, strict=True):
            if time >= self._high:
                # Its part is written already: it would be missing, or there twice after a break-off.
                raise TransportError("OKX's rows are not in the order of their times", written=True)
            if self._month is None or time < self._month:
                if self._month is not None and self._rows:
                    yield self._flush(self._month)
                self._month = month_start(time)
            self._rows.append(row)
            self._times.append(time)
        if len(self._rows) >= self._most or (self._rows and self._due()):
            yield from self.cut()

    def cut(self) -> Iterator[Part]:
        """What is complete so far."""
        if self._rows:
            oldest = min(self._times)
            edge = oldest if self._unique else oldest + 1
            if any(time >= edge for time in self._times):
                yield self._flush(edge)

    def end(self) -> Part:
        """The last part, after the last page: down to the lower bound, perhaps without rows."""
        return self._flush(self._low)

    def _flush(self, edge: int) -> Part:
        pairs = list(zip(self._rows, self._times, strict=True))
        done = [(row, time) for row, time in pairs if time >= edge]
        kept = [(row, time) for row, time in pairs if time < edge]
        part = Part(edge, self._high, [row for row, _ in done], [time for _, time in done])
        self._rows, self._times = [row for row, _ in kept], [time for _, time in kept]
        self._high = edge
        return part
