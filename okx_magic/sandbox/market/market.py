"""The one market of the sandbox: last prices, bars, books and trades, all of one price process.

Everything is a pure function of seed, instrument and time. Times are in seconds, and what is seen
changes at tenths of them (beats): all that is said of a beat agrees. What a person does here moves no
price: the book is as deep again the next moment whatever was taken from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from math import ceil, exp, log10
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market import pricing
from okx_magic.sandbox.market.book import DEPTH, Book, Level, book_at, level_lots
from okx_magic.sandbox.market.expiries import expiry_named, option_expiries
from okx_magic.sandbox.market.instruments import (
    Candle,
    Instrument,
    futures_at,
    indices,
    instruments,
    marked,
    option_families,
    worth,
)
from okx_magic.sandbox.market.noise import key_of, uniform, wander
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

__all__ = ["DEPTH", "Book", "Level"]

# OKX docs, Get funding rate: funding is settled every eight hours of UTC.
FUNDING_PERIOD = 8 * 3600
MOST_FUNDING = Decimal("0.00375")

_MINUTE_MS = 60_000
_HOUR = 60
# In levels of the book: what is open in a contract, and in an option.
_OPEN, _OPEN_OPTION = 50_000, 100
# OKX docs, Get limit price: orders further through the mark price than this are refused.
_REACH = Decimal("0.05")


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


class Market:
    """All prices under ``seed``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._paths = paths = Paths(seed)
        self._beats = lru_cache(maxsize=64)(partial(paths.beats, count=BEATS // STEPS))
        self._bars = lru_cache(maxsize=176)(partial(bars_of, seed, paths))
        self._hours = lru_cache(maxsize=3072)(lambda quoted, day: hours_of(self._bars(quoted, day)))
        self._events = lru_cache(maxsize=256)(self._events_of)
        # Every order of a beat meets the same book.
        self._books = lru_cache(maxsize=64)(self._book)
        self._options = lru_cache(maxsize=4)(self._options_of)
        self._rates = lru_cache(maxsize=4096)(self._rate)

    def last(self, instrument: Instrument, second: float) -> Decimal:
        """The last price at ``second``."""
        ms = beat_of(second) * BEAT_MS
        if ms % _MINUTE_MS or instrument.opt_type:
            return self._last(instrument, ms)[0] * instrument.tick
        # A minute opens there: no need to look at trades.
        return self._open(instrument, ms // _MINUTE_MS) * instrument.tick

    def mark(self, instrument: Instrument, second: float) -> Decimal:
        """The mark price at ``second``; that of a spot pair is its index."""
        return self.last(marked(instrument), second)

    def index(self, index: Instrument | str, second: float) -> Decimal:
        """The index named ``index`` (``BTC-USD``), or of that instrument, at ``second``; LookupError
        for a name that no pair and no underlying has.
        """
        of = index.underlying if isinstance(index, Instrument) else index
        return self.last(indices()[of], second)

    def settlement_price(self, contract: Instrument, second: float) -> Decimal:
        """What a contract is delivered at, as far as it is known at ``second``: the mean of its index
        over the half hour before it expires, a point each 200 ms; before that, the index itself.
        """
        # OKX's announcement of March 2026; it was an hour before.
        end, first = min(beat_of(second), contract.expires * 10), contract.expires * 10 - 18_000
        index = indices()[contract.underlying]
        if end <= first:
            px = self.last(index, second)
        else:
            minutes = range(first // BEATS, -(-end // BEATS))
            ticks = np.concatenate([self._events(index, minute).ticks for minute in minutes])
            points = ticks[: end - first : 2]
            px = int(points.sum()) * index.tick / len(points)
        return round(px / contract.tick) * contract.tick

    def offers(self, one: Instrument, second: float) -> bool:
        """Whether ``one`` is on offer at ``second``."""
        if not one.expires:
            return True
        if not one.listed <= second < one.expires:
            return False
        return not one.opt_type or int(one.strike) in self._strikes(one, int(second) // 86_400)

    def offered(self, inst_type: str, second: float) -> list[Instrument]:
        """All instruments of a type that are on offer at ``second``."""
        if inst_type == "FUTURES":
            return futures_at(int(second))
        if inst_type == "OPTION":
            return self._options(int(second) // 3600)
        return [one for one in instruments().values() if one.inst_type == inst_type]

    def funding_rate(self, instrument: Instrument, second: int) -> Decimal:
        """The rate that is settled at ``second``, one of ``funding_times``: what a long position in
        the swap pays of its worth. It is fixed when the one before it is settled.
        """
        return self._rates(instrument, second)

    @staticmethod
    def funding_times(start: float, end: float) -> range:
        """The seconds after ``start`` and up to ``end`` in which funding is settled."""
        first = int(start // FUNDING_PERIOD) * FUNDING_PERIOD + FUNDING_PERIOD
        return range(first, int(end) + 1, FUNDING_PERIOD)

    def open_interest(self, instrument: Instrument, second: float) -> Decimal:
        """How many contracts are open at ``second``."""
        usual = level_lots(instrument) * (_OPEN_OPTION if instrument.opt_type else _OPEN)
        key, minute = key_of(self._seed, instrument.inst_id, "open"), np.array([int(second) // 60])
        share = sum(0.1 * wander(key, period, minute)[0] for period in (43_200, 4320, 30))
        return int(usual * (1 + share)) * instrument.lot

    def long_short(self, contract: Instrument, second: int) -> Decimal:
        """How many accounts are long in a contract for each that is short."""
        key, minute = key_of(self._seed, contract.underlying, "crowd"), np.array([second // 60])
        waves = sum(wander(key, period, minute)[0] for period in (20_160, 2880, 240))
        return round(Decimal(1.4 * exp(0.12 * waves)), 4)

    def premium(self, swap: Instrument, second: int) -> Decimal:
        """How far the swap stands above its index in the minute of ``second``, as a share."""
        minute = np.array([second // 60])
        return round(Decimal(float(pricing.premium(self._seed, swap, minute)[0])), 10)

    def volatility(self, option: Instrument, second: float) -> tuple[float, float, float]:
        """Of an option: its forward, as marked, and the volatilities of its strike and at the money."""
        beat = beat_of(second) - 1
        minute = np.array([beat * BEAT_MS // _MINUTE_MS])
        log_price = self._beats(series_of(option), int(minute[0]))[beat % BEATS]
        forward = np.exp(log_price + pricing.offset(self._seed, marked(option), minute))
        variance = pricing.variance_left(self._seed, option, minute)
        years = max(option.expires / 60 - float(minute[0]), 1.0) / 525_600
        own = float(pricing.smiled(option, forward, variance)[0])
        return float(forward[0]), (own / years) ** 0.5, float(variance[0] / years) ** 0.5

    def price_limits(self, instrument: Instrument, second: float) -> tuple[Decimal, Decimal]:
        """The highest price at which one may buy, and the lowest at which one may sell."""
        mark, tick = self.mark(instrument, second), instrument.tick
        highest, lowest = (mark * share // tick * tick for share in (1 + _REACH, 1 - _REACH))
        return max(tick, highest), max(tick, lowest)

    def candle(self, instrument: Instrument, start: float, end: float) -> Candle:
        """What happened from ``start`` up to ``end``; nothing yet when they are the same."""
        first, last = beat_of(start) * BEAT_MS, beat_of(end) * BEAT_MS
        found = self._over(instrument, first, last)
        prices = [ticks * instrument.tick for ticks in found[:4]]
        vol = found.volume * instrument.lot
        base, quote = worth(instrument, vol, sum(prices, Decimal(0)) / 4)
        opened, high, low, closed = prices
        return Candle(opened, high, low, closed, vol, quote if instrument.is_spot else base, quote)

    def book(self, instrument: Instrument, second: float, depth: int = DEPTH) -> Book:
        """The best ``depth`` levels of both sides (fewer where prices would reach zero)."""
        return self._books(instrument, beat_of(second), depth)

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
        tick, lot, begin = instrument.tick, instrument.lot, minute * _MINUTE_MS
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
        return Trade(number, px, sz, side, minute * _MINUTE_MS + int(events.ms[at]))

    def first_through(
        self, instrument: Instrument, side: str, px: Decimal, start: float, end: float
    ) -> int | None:
        """The millisecond from ``start`` up to ``end`` in which the market first trades below ``px``
        (``side`` buy) or above it (sell), or None.
        """
        ticks, buying = float(px / instrument.tick), side == "buy"
        first, last = beat_of(start) * BEAT_MS, beat_of(end) * BEAT_MS
        minute = first // _MINUTE_MS + 1

        def hit(minute: int) -> int | None:
            events = self._events(instrument, minute)
            there = events.ticks < ticks if buying else events.ticks > ticks
            ms = minute * _MINUTE_MS + events.ms[there]
            ms = ms[(ms >= first) & (ms < last)]
            return int(ms[0]) if len(ms) else None

        # What stood there before is not of this time: the first minute is looked at trade by trade.
        if first >= last:
            return None
        if (found := hit(minute - 1)) is not None:
            return found
        for day in range(minute // MINUTES, (last - 1) // _MINUTE_MS // MINUTES + 1):
            bars = self._bars(instrument, day)
            through = bars.lows < ticks if buying else bars.highs > ticks
            through[: max(0, minute - day * MINUTES)] = False
            if through.any():
                return hit(day * MINUTES + int(np.argmax(through)))
        return None

    def _last(self, quoted: Instrument, ms: int) -> tuple[int, bool]:
        # The last price in ticks, and whether a buyer took it.
        minute, inside = divmod(ms, _MINUTE_MS)
        if quoted.opt_type:
            # There are hundreds, and a day of each is not needed for this.
            beat = ms // BEAT_MS - 1
            where = np.array([beat * BEAT_MS // _MINUTE_MS])
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
        first, last = -(-start // _MINUTE_MS), end // _MINUTE_MS
        if first > last:
            yield self._within(quoted, last, start % _MINUTE_MS, end % _MINUTE_MS)
            return
        if start % _MINUTE_MS:
            yield self._within(quoted, first - 1, start % _MINUTE_MS, _MINUTE_MS)
        for day in range(first // MINUTES, -(-last // MINUTES)) if first < last else ():
            left, right = max(first - day * MINUTES, 0), min(last - day * MINUTES, MINUTES)
            if left % _HOUR or right % _HOUR:
                yield self._bars(quoted, day).over(slice(left, right))
            else:
                yield self._hours(quoted, day).over(slice(left // _HOUR, right // _HOUR))
        if end % _MINUTE_MS:
            yield self._within(quoted, last, 0, end % _MINUTE_MS)

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
        minute, inside = divmod(ms, _MINUTE_MS)
        first = self._bars(instrument, minute // MINUTES).first[minute % MINUTES]
        return int(first + np.searchsorted(self._events(instrument, minute).ms, inside))

    def _options_of(self, hour: int) -> list[Instrument]:
        found = []
        for family in option_families():
            for expires in option_expiries(hour * 3600):
                name = f"{family}-{expiry_named(expires)}"
                first = instruments()[f"{name}-1-C"]
                for strike in self._strikes(first, hour // 24):
                    found += [instruments()[f"{name}-{strike}-{kind}"] for kind in "CP"]
        return found

    def _strikes(self, option: Instrument, day: int) -> range:
        # What has been near its price since the listing, the nearer the sooner it expires.
        days = range(option.listed // 86_400, day + 1)
        levels = [self._paths.level(option.base, each) for each in days]
        width = 0.6 * ((option.expires - option.listed) / 31_536_000) ** 0.5
        step = _round(exp(levels[0]) * width / 4)
        low, high = exp(min(levels) - 2 * width), exp(max(levels) + 2 * width)
        return range(ceil(low / step) * step, int(high) + 1, step)

    def _events_of(self, quoted: Instrument, minute: int) -> Events:
        bars = self._bars(quoted, minute // MINUTES)
        path = self._beats(series_of(quoted), minute)
        return events_of(self._seed, path, quoted, bars, minute)

    def _book(self, instrument: Instrument, beat: int, depth: int) -> Book:
        last, bought = self._last(instrument, beat * BEAT_MS)
        if not instrument.turnover:
            bought = bool(uniform(key_of(instrument.inst_id), np.array([beat // 20]))[0] < 0.5)
        return book_at(self._seed, instrument, (last, bought), beat, depth)

    def _rate(self, swap: Instrument, second: int) -> Decimal:
        # The mean of the premium over the eight hours before the settlement that came before.
        minutes = np.arange(-2 * FUNDING_PERIOD // 60, -FUNDING_PERIOD // 60, 5) + second // 60
        rate = round(Decimal(pricing.funding(self._seed, swap, minutes)), 10)
        return max(-MOST_FUNDING, min(MOST_FUNDING, rate))


@dataclass(frozen=True, slots=True)
class Moment:
    """The market at ``now``, in seconds."""

    market: Market
    now: float

    @property
    def ms(self) -> int:
        """``now`` in milliseconds."""
        return int(self.now * 1000 + 0.001)

    @property
    def second(self) -> int:
        """``now`` in whole seconds."""
        return int(self.now)


def _round(number: float) -> int:
    # The nearest below among 1, 2, 5, 10, 20 and so on.
    power = int(10.0 ** max(0, int(log10(max(number, 1)))))
    return max(step * power for step in (1, 2, 5) if step * power <= max(number, 1))


def _joined(parts: list[Stretch]) -> Stretch:
    opens, highs, lows, closes, volumes = zip(*parts, strict=True)
    return Stretch(opens[0], max(highs), min(lows), closes[-1], sum(volumes))
