"""What is traded in the market of the sandbox: the tapes of a seed, read from any time to any other.

Tested in ``tests/sandbox/test_sandbox_prices.py``.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market.instruments import worth
from okx_magic.sandbox.market.paths import MINUTES, STEPS, Paths
from okx_magic.sandbox.market.pricing import in_ticks, offset
from okx_magic.sandbox.market.tape import (
    BEAT_MS,
    BEATS,
    HIGH,
    LOW,
    OPEN,
    Events,
    day_of,
    day_of_trade,
    events_of,
    merged,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.market.noise import Ints

MINUTE_MS = 60_000
_HOUR = 60
_ALL = slice(None)


class Trade(NamedTuple):
    """A public trade; ``number`` counts up through time, ``ms`` is its time."""

    number: int
    px: Decimal
    sz: Decimal
    side: str
    ms: int


class Candle(NamedTuple):
    """A bar in prices; ``vol`` in the instrument's size unit, ``vol_ccy`` and ``vol_quote`` as OKX
    defines volCcy and volCcyQuote (spot: quote currency in both; contracts: base, then quote).
    """

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    vol: Decimal
    vol_ccy: Decimal
    vol_quote: Decimal


def beat_of(second: float) -> int:
    """The beat that ``second`` is in; its number is also that of the book's state."""
    # Milliseconds over a thousand are not always what they were.
    return int(second * 1000 + 0.001) // BEAT_MS


class Traded:
    """All trades under ``seed``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._paths = paths = Paths(seed)
        self._beats = lru_cache(maxsize=64)(partial(paths.beats, count=BEATS // STEPS))
        self._days = lru_cache(maxsize=176)(partial(day_of, seed, paths))
        self._hours = lru_cache(maxsize=3072)(self._hours_of)
        self._events = lru_cache(maxsize=256)(self._events_of)

    def trade_numbers(self, instrument: Instrument, second: float) -> range:
        """The numbers of all trades up to ``second``; there are none of what is quoted only."""
        if not instrument.turnover:
            return range(0)
        times = instrument.listed * 1000, beat_of(second) * BEAT_MS
        return range(*(self._trades_before(instrument, ms) for ms in times))

    def trades(self, instrument: Instrument, second: float, count: int) -> list[Trade]:
        """The last ``count`` trades before ``second``, newest first."""
        numbers = self.trade_numbers(instrument, second)
        return [self.trade(instrument, number) for number in numbers[-count:][::-1]]

    def trades_in(self, instrument: Instrument, minute: int, part: slice = _ALL) -> list[Trade]:
        """All trades of a ``minute`` since 1970, oldest first; or ``part`` of them."""
        first = int(self._days(instrument, minute // MINUTES).first[minute % MINUTES])
        tick, lot, begin = instrument.tick, instrument.lot, minute * MINUTE_MS
        events = (each[part].tolist() for each in self._events(instrument, minute))
        return [
            Trade(number, px * tick, sz * lot, "buy" if bought else "sell", begin + ms)
            for number, (ms, px, sz, bought) in enumerate(
                zip(*events, strict=True), first + (part.start or 0)
            )
        ]

    def trade(self, instrument: Instrument, number: int) -> Trade:
        """The trade of ``number``."""
        day = day_of_trade(self._seed, instrument, number)
        first = self._days(instrument, day).first
        place = int(np.searchsorted(first, number, "right")) - 1
        at = number - int(first[place])
        return self.trades_in(instrument, day * MINUTES + place, slice(at, at + 1))[0]

    def candle(self, instrument: Instrument, start: float, end: float) -> Candle:
        """What happened from ``start`` up to ``end``; nothing yet when they are the same."""
        first, last = beat_of(start) * BEAT_MS, beat_of(end) * BEAT_MS
        *ticks, lots = self._over(instrument, first, last).tolist()
        opened, high, low, closed = (price * instrument.tick for price in ticks)
        vol = lots * instrument.lot
        base, quote = worth(instrument, vol, (opened + high + low + closed) / 4)
        return Candle(opened, high, low, closed, vol, quote if instrument.is_spot else base, quote)

    def first_through(
        self, instrument: Instrument, side: str, px: Decimal, start: float, end: float
    ) -> int | None:
        """The millisecond from ``start`` up to ``end`` in which the market first trades below ``px``
        (``side`` buy) or above it (sell), or None.
        """
        ticks = float(px / instrument.tick)
        beyond, row = (np.less, LOW) if side == "buy" else (np.greater, HIGH)
        first, last = beat_of(start) * BEAT_MS, beat_of(end) * BEAT_MS
        for day, part in _by_days(first // MINUTE_MS, -(-last // MINUTE_MS)):
            there = beyond(self._bars(instrument, day)[row, part], ticks)
            for place in np.flatnonzero(there).tolist():
                # What stood there before is not of this time: that is seen in the trades.
                minute = day * MINUTES + part.start + place
                events = self._events(instrument, minute)
                ms = minute * MINUTE_MS + events.ms[beyond(events.ticks, ticks)]
                ms = ms[(ms >= first) & (ms < last)]
                if len(ms):
                    return int(ms[0])
        return None

    def _last(self, quoted: Instrument, ms: int) -> tuple[int, bool]:
        # The last price in ticks, and whether a buyer took it.
        minute, inside = divmod(ms, MINUTE_MS)
        if quoted.opt_type:
            # There are hundreds, and a day of each is not needed for this.
            minute, beat = divmod(ms // BEAT_MS - 1, BEATS)
            log = self._beats(quoted.series, minute)[beat] + offset(self._seed, quoted, minute)
            return int(in_ticks(self._seed, quoted, log, minute)), False
        events = self._events(quoted, minute)
        at = int(np.searchsorted(events.ms, inside)) - 1
        if at < 0:
            events = self._events(quoted, minute - 1)
        return int(events.ticks[at]), bool(events.bought[at])

    def _over(self, quoted: Instrument, start: int, end: int) -> Ints:
        # The one bar from ``start`` up to ``end``, in milliseconds.
        if start >= end:
            last = self._last(quoted, start)[0]
            return np.array([last, last, last, last, 0])
        return merged(np.array(list(self._parts(quoted, start, end))).T)

    def _parts(self, quoted: Instrument, start: int, end: int) -> Iterator[Ints]:
        first, last = -(-start // MINUTE_MS), end // MINUTE_MS
        if start % MINUTE_MS:
            yield self._within(quoted, first - 1, start, end)
        for day, part in _by_days(first, last):
            hour, rest = divmod(part.start, _HOUR)
            if rest or part.stop % _HOUR:
                yield merged(self._bars(quoted, day)[:, part])
            else:
                yield merged(self._hours(quoted, day)[:, hour : part.stop // _HOUR])
        if end % MINUTE_MS and first <= last:
            yield self._within(quoted, last, start, end)

    def _within(self, quoted: Instrument, minute: int, start: int, end: int) -> Ints:
        # What of a minute lies from ``start`` up to ``end``.
        events, begin = self._events(quoted, minute), minute * MINUTE_MS
        left, right = np.searchsorted(events.ms, (max(start, begin) - begin, end - begin)).tolist()
        opened = events.ticks[left - 1] if left else self._open(quoted, minute)
        ticks = np.append(opened, events.ticks[left:right])
        volume = events.lots[left:right].sum()
        return np.array([opened, ticks.max(), ticks.min(), ticks[-1], volume])

    def _open(self, quoted: Instrument, minute: int) -> int:
        return int(self._bars(quoted, minute // MINUTES)[OPEN, minute % MINUTES])

    def _trades_before(self, instrument: Instrument, ms: int) -> int:
        minute, inside = divmod(ms, MINUTE_MS)
        first = self._days(instrument, minute // MINUTES).first[minute % MINUTES]
        return int(first + np.searchsorted(self._events(instrument, minute).ms, inside))

    def _bars(self, quoted: Instrument, day: int) -> Ints:
        return self._days(quoted, day).bars

    def _hours_of(self, quoted: Instrument, day: int) -> Ints:
        return merged(self._bars(quoted, day).reshape(5, -1, _HOUR))

    def _events_of(self, quoted: Instrument, minute: int) -> Events:
        path = self._beats(quoted.series, minute)
        return events_of(self._seed, path, quoted, self._days(quoted, minute // MINUTES), minute)


def _by_days(first: int, last: int) -> Iterator[tuple[int, slice]]:
    # The minutes from ``first`` up to ``last``, day by day.
    for day in range(first // MINUTES, -(-last // MINUTES)):
        begin = day * MINUTES
        left, right = max(first - begin, 0), min(last - begin, MINUTES)
        if left < right:
            yield day, slice(left, right)
