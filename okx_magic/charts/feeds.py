"""What a live view keeps of a stream, and what of it has changed since the last look.

``note`` runs in the thread that reads the stream and does little; ``changes`` in the one that paints.
"""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from okx_magic.charts import market
from okx_magic.charts.columns import TIMES
from okx_magic.charts.pictures import Candles, Depth, NoPictureError, Table
from okx_magic.charts.scales import moment, span_text, tick_size
from okx_magic.charts.spec import bar_rows, data_of, packed
from okx_magic.charts.svg import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from okx_magic.charts.pictures import Picture

Row = dict[str, Any]
Change = tuple[str, list[bytes], dict[str, Any]]
MOST_BARS: Final = 20_000
_TIMES: Final = frozenset({*TIMES, "nextFundingTime"})


class Feed(Protocol):
    """The state of one live view."""

    def note(self, row: Mapping[str, Any]) -> None:
        """A row has come, as OKX sent it."""

    def changes(self) -> Change | None:
        """A message for the widget: kind, bytes, and what else; None if nothing has changed."""

    def picture(self) -> Picture:
        """All of it, for a still."""


class CandleFeed:
    """Bars by their time; a late one takes its place, and one that came before is replaced."""

    def __init__(self, title: str, frame: pd.DataFrame | None) -> None:
        self._title = title
        self._bars: dict[float, tuple[float, ...]] = {}
        self._fresh: set[float] = set()
        self._lock = threading.Lock()
        if frame is not None and len(frame):
            for row in bar_rows(market.candles(frame)):
                self._bars[row[0]] = tuple(row)

    def note(self, row: Mapping[str, Any]) -> None:
        """One bar: ts, o, h, l, c, vol."""
        time = float(row["ts"])
        prices = (float(row[name]) for name in "ohlc")
        self._set(time, (time, *prices, float(row.get("vol") or 0)))

    def changes(self) -> Change | None:
        """The bars that are new or changed."""
        with self._lock:
            fresh = [self._bars[time] for time in sorted(self._fresh)]
            self._fresh.clear()
        return ("bars", [packed(np.array(fresh))], {}) if fresh else None

    def picture(self) -> Candles:
        """The bars in the order of time."""
        with self._lock:
            rows = np.array(sorted(self._bars.values()), float).reshape(-1, 6)
        tick = tick_size(rows[:, 1:5])
        return Candles(self._title, rows[:, 0], rows[:, 1:5], rows[:, 5], tick)

    def _set(self, time: float, bar: tuple[float, ...]) -> None:
        with self._lock:
            self._bars[time] = bar
            self._fresh.add(time)
            if len(self._bars) > MOST_BARS:
                first = min(self._bars)
                del self._bars[first]
                self._fresh.discard(first)


class TradeFeed(CandleFeed):
    """Trades as bars of ``each`` milliseconds."""

    def __init__(self, title: str, frame: pd.DataFrame | None, each: int = 5_000) -> None:
        super().__init__(f"{title} as {span_text(each)} candles", None)
        self._each = each
        if frame is not None and len(frame):
            rows = market.trade_rows(frame)
            starts, bars, volume = market.of_trades(*rows, each)
            for row in np.column_stack([starts, bars, volume]):
                self._bars[row[0]] = tuple(row)

    def note(self, row: Mapping[str, Any]) -> None:
        """One trade: ts, px, sz."""
        price, size = float(row["px"]), float(row["sz"])
        time = math.floor(float(row["ts"]) / self._each) * float(self._each)
        bar = self._bars.get(time)
        if bar is None:
            self._set(time, (time, price, price, price, price, size))
        else:
            _, opened, high, low, _, volume = bar
            high, low = max(high, price), min(low, price)
            self._set(time, (time, opened, high, low, price, volume + size))


class BookFeed:
    """A book, read when it is painted."""

    def __init__(self, title: str, read: Callable[[], pd.DataFrame]) -> None:
        self.title = title
        self._read = read
        self._fresh = True

    def note(self, _: Mapping[str, Any]) -> None:
        """The book has changed."""
        self._fresh = True

    def changes(self) -> Change | None:
        """Both sides of it."""
        if not self._fresh:
            return None
        self._fresh = False
        return "book", data_of(self.picture()), {}

    def picture(self) -> Depth:
        """Both sides. Raises NoPictureError as long as there is none."""
        depth = market.book(self._read())
        return Depth(self.title, depth.bids, depth.asks, depth.tick)


class TableFeed:
    """The newest row of each key, as the texts that OKX sent. What is ``expected`` has its row from the
    first on, in that order: else the rows would stand as they happened to come.
    """

    def __init__(
        self, title: str, keys: Sequence[str], expected: Sequence[Mapping[str, str]] = ()
    ) -> None:
        self.title = title
        self._keys = tuple(keys)
        self._expected = [each for each in expected if set(self._keys) <= each.keys()]
        self.names: tuple[str, ...] = ()
        self.rows: list[list[str]] = []
        self._places: dict[tuple[str, ...], int] = {}
        self._cells: dict[tuple[int, int], tuple[str, int]] = {}
        self._sent = 0
        self._lock = threading.Lock()

    def note(self, row: Mapping[str, Any]) -> None:
        """The row of one key: the cells that differ from those before are fresh."""
        with self._lock:
            if not self.names:
                first = [name for name in self._keys if name in row]
                self.names = (*first, *(name for name in row if name not in first))
                self._expect()
            texts = [_text(name, row.get(name)) for name in self.names]
            key = tuple(str(row.get(name, "")) for name in self._keys)
            place = self._places.setdefault(key, len(self.rows))
            if place == len(self.rows):
                self.rows.append(texts)
                return
            before, self.rows[place] = self.rows[place], texts
            for column, (old, new) in enumerate(zip(before, texts, strict=True)):
                if new != old:
                    # A later id is not a higher one.
                    way = 0 if self.names[column].endswith("Id") else _way(old, new)
                    self._cells[place, column] = (new, way)

    def _expect(self) -> None:
        for each in self._expected if len(self._expected) > 1 else ():
            key = tuple(each[name] for name in self._keys)
            if self._places.setdefault(key, len(self.rows)) == len(self.rows):
                self.rows.append([_text(name, each.get(name)) for name in self.names])

    def changes(self) -> Change | None:
        """New rows, and cells as row, column, text, and 1 or -1 where a number went up or down."""
        with self._lock:
            cells, self._cells = self._cells, {}
            first, self._sent = self._sent, len(self.rows)
            rows = self.rows[first:]
        if not cells and not rows:
            return None
        some = [[*place, *change] for place, change in cells.items() if place[0] < first]
        return "cells", [], {"rows": rows, "cells": some}

    def picture(self) -> Table:
        """The rows as they are now. Raises NoPictureError before the first, which brings the columns."""
        if not self.rows:
            raise NoPictureError("no rows have come")
        rows = tuple(map(tuple, self.rows))
        numeric = tuple(
            any(row[at] for row in rows)
            and all(_number(row[at]) is not None for row in rows if row[at])
            for at in range(len(self.names))
        )
        return Table(self.title, self.names, rows, numeric)


def _text(name: str, value: Any) -> str:
    """A cell: digits as they came; a time by the clock."""
    if value is None:
        return ""
    if name in _TIMES and str(value).isdigit():
        at = float(value)
        return moment(at)[11:19] if at % 60_000 else moment(at)[11:] + ":00"
    return clean(str(value))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _way(before: str, after: str) -> int:
    old, new = _number(before), _number(after)
    return 0 if old is None or new is None or old == new else 1 if new > old else -1
