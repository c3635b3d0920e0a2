"""What is traded in the market of the sandbox: the tapes of a seed, read from any time to any other."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market import pricing
from okx_magic.sandbox.market.paths import MINUTES, STEPS, Paths
from okx_magic.sandbox.market.tape import (
    BEAT_MS,
    BEATS,
    Events,
    Stretch,
    bars_of,
    day_of_trade,
    events_of,
    hours_of,
    series_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from okx_magic.sandbox.market.instruments import Instrument

MINUTE_MS = 60_000
_HOUR = 60


class Trade(NamedTuple):
    """A public trade; ``number`` counts up through time, ``ms`` is its time."""

    number: int
    px: Decimal
    sz: Decimal
    side: str
    ms: int


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
        self._bars = lru_cache(maxsize=176)(partial(bars_of, seed, paths))
        self._hours = lru_cache(maxsize=3072)(lambda quoted, day: hours_of(self._bars(quoted, day)))
        self._events = lru_cache(maxsize=256)(self._events_of)

    def trade_numbers(self, instrument: Instrument, second: float) -> range:
        """The numbers of all trades up to ``second``; there are none of what is quoted only."""
        if not instrument.turnover:
            return range(0)
        return range(
            self._trades_before(instrument, instrument.listed * 1000),
            self._trades_before(instrument, beat_of(second) * BEAT_MS),
        )

    def trades(self, instrument: Instrument, second: float, count: int) -> list[Trade]:
        """The last ``count`` trades before ``second``, newest first."""
        numbers = self.trade_numbers(instrument, second)
        return self.trades_of(instrument, numbers[-count:][::-1])

    def trades_of(self, instrument: Instrument, numbers: range) -> list[Trade]:
        """The trades of those numbers."""
        return [self.trade(instrument, number) for number in numbers]

    def trades_in(self, instrument: Instrument, minute: int) -> list[Trade]:
        """All trades of a ``minute`` since 1970, oldest first."""
        number = int(self._bars(instrument, minute // MINUTES).first[minute % MINUTES])
        tick, lot, begin = instrument.tick, instrument.lot, minute * MINUTE_MS
        return [
            Trade(number + at, px * tick, sz * lot, "buy" if bought else "sell", begin + ms)
            for at, (ms, px, sz, bought) in enumerate(
                zip(*(each.tolist() for each in self._events(instrument, minute)), strict=True)
            )
        ]

    def trade(self, instrument: Instrument, number: int) -> Trade:
        """The trade of ``number``."""
        day = day_of_trade(self._seed, instrument, number)
        first = self._bars(instrument, day).first
        place = int(np.searchsorted(first, number, "right")) - 1
        minute = day * MINUTES + place
        events, at = self._events(instrument, minute), number - int(first[place])
        px, sz = int(events.ticks[at]) * instrument.tick, int(events.lots[at]) * instrument.lot
        side = "buy" if events.bought[at] else "sell"
        return Trade(number, px, sz, side, minute * MINUTE_MS + int(events.ms[at]))

    def first_through(
        self, instrument: Instrument, side: str, px: Decimal, start: float, end: float
    ) -> int | None:
        """The millisecond from ``start`` up to ``end`` in which the market first trades below ``px``
        (``side`` buy) or above it (sell), or None.
        """
        ticks, buying = float(px / instrument.tick), side == "buy"
        first, last = beat_of(start) * BEAT_MS, beat_of(end) * BEAT_MS
        minute = first // MINUTE_MS + 1

        def hit(minute: int) -> int | None:
            events = self._events(instrument, minute)
            there = events.ticks < ticks if buying else events.ticks > ticks
            ms = minute * MINUTE_MS + events.ms[there]
            ms = ms[(ms >= first) & (ms < last)]
            return int(ms[0]) if len(ms) else None

        # What stood there before is not of this time: the first minute is looked at trade by trade.
        if first >= last:
            return None
        if (found := hit(minute - 1)) is not None:
            return found
        for day in range(minute // MINUTES, (last - 1) // MINUTE_MS // MINUTES + 1):
            bars = self._bars(instrument, day)
            through = bars.lows < ticks if buying else bars.highs > ticks
            through[: max(0, minute - day * MINUTES)] = False
            if through.any():
                return hit(day * MINUTES + int(np.argmax(through)))
        return None

    def _last(self, quoted: Instrument, ms: int) -> tuple[int, bool]:
        # The last price in ticks, and whether a buyer took it.
        minute, inside = divmod(ms, MINUTE_MS)
        if quoted.opt_type:
            # There are hundreds, and a day of each is not needed for this.
            beat = ms // BEAT_MS - 1
            where = np.array([beat * BEAT_MS // MINUTE_MS])
            logs = self._beats(series_of(quoted), int(where[0]))[beat % BEATS : beat % BEATS + 1]
            logs = logs + pricing.offset(self._seed, quoted, where)
            ticks = pricing.in_ticks(self._seed, quoted, logs, where)
            return int(ticks[0]), False
        events = self._events(quoted, minute)
        at = int(np.searchsorted(events.ms, inside)) - 1
        if at >= 0:
            return int(events.ticks[at]), bool(events.bought[at])
        events = self._events(quoted, minute - 1)
        return int(events.ticks[-1]), bool(events.bought[-1])

    def _over(self, quoted: Instrument, start: int, end: int) -> Stretch:
        if start >= end:
            last = self._last(quoted, start)[0]
            return Stretch(last, last, last, last, 0)
        return _joined(list(self._parts(quoted, start, end)))

    def _parts(self, quoted: Instrument, start: int, end: int) -> Iterator[Stretch]:
        first, last = -(-start // MINUTE_MS), end // MINUTE_MS
        if first > last:
            yield self._within(quoted, last, start % MINUTE_MS, end % MINUTE_MS)
            return
        if start % MINUTE_MS:
            yield self._within(quoted, first - 1, start % MINUTE_MS, MINUTE_MS)
        for day in range(first // MINUTES, -(-last // MINUTES)) if first < last else ():
            left, right = max(first - day * MINUTES, 0), min(last - day * MINUTES, MINUTES)
            if left % _HOUR or right % _HOUR:
                yield self._bars(quoted, day).over(slice(left, right))
            else:
                yield self._hours(quoted, day).over(slice(left // _HOUR, right // _HOUR))
        if end % MINUTE_MS:
            yield self._within(quoted, last, 0, end % MINUTE_MS)

    def _within(self, quoted: Instrument, minute: int, start: int, end: int) -> Stretch:
        events = self._events(quoted, minute)
        left, right = (int(at) for at in np.searchsorted(events.ms, (start, end)))
        opened = int(events.ticks[left - 1]) if left else self._open(quoted, minute)
        ticks = events.ticks[left:right]
        if not len(ticks):
            return Stretch(opened, opened, opened, opened, 0)
        high, low = max(opened, int(ticks.max())), min(opened, int(ticks.min()))
        return Stretch(opened, high, low, int(ticks[-1]), int(events.lots[left:right].sum()))

    def _open(self, quoted: Instrument, minute: int) -> int:
        return int(self._bars(quoted, minute // MINUTES).opens[minute % MINUTES])

    def _trades_before(self, instrument: Instrument, ms: int) -> int:
        minute, inside = divmod(ms, MINUTE_MS)
        first = self._bars(instrument, minute // MINUTES).first[minute % MINUTES]
        return int(first + np.searchsorted(self._events(instrument, minute).ms, inside))

    def _events_of(self, quoted: Instrument, minute: int) -> Events:
        bars = self._bars(quoted, minute // MINUTES)
        path = self._beats(series_of(quoted), minute)
        return events_of(self._seed, path, quoted, bars, minute)


def _joined(parts: list[Stretch]) -> Stretch:
    opens, highs, lows, closes, volumes = zip(*parts, strict=True)
    return Stretch(opens[0], max(highs), min(lows), closes[-1], sum(volumes))
