"""The one market of the sandbox: last prices, bars, books and trades, all of one price process.

Everything is a pure function of seed, instrument and time. Times are in seconds, and what is seen
changes at tenths of them (beats): all that is said of a beat agrees. What a person does here moves no
price: the book is as deep again the next moment whatever was taken from it.

Tested in ``tests/sandbox/test_sandbox_agreement.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from math import exp
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market import pricing, tape
from okx_magic.sandbox.market.book import DEPTH, Book, book_at, level_lots
from okx_magic.sandbox.market.instruments import (
    Instrument,
    expiring,
    instruments,
    quoted,
    strikes,
    worth,
)
from okx_magic.sandbox.market.paths import BEATS, MINUTES
from okx_magic.sandbox.market.tape import BEAT_MS, COUNT, HIGH, LOW, MS, TICKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# OKX docs, Get funding rate: funding is settled every eight hours of UTC.
FUNDING_PERIOD = 8 * 3600
# OKX docs, Get funding rate: premium + clamp(interest - premium), here within 0.9 hundredths of a per
# cent: with the premium above funding is 0 on average, and neither side is paid for long enough to earn
# what it costs to trade both legs.
_INTEREST, _CLAMP = 1e-4, 0.9e-4
# In levels of the book: what is open in a contract, and in an option.
_OPEN, _OPEN_OPTION = 50_000, 100
# OKX docs, Get limit price: orders further through the mark price than this are refused.
_REACH = Decimal("0.05")
# Days, hours, minutes, seconds and tenths of them, in beats.
_LENGTHS = (864_000, 36_000, 600, 10, 1)


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


@dataclass(frozen=True)
class Market:
    """All prices under ``seed``."""

    seed: int

    def last(self, one: Instrument, second: float) -> Decimal:
        """The last price at ``second``."""
        return tape.price_at(self.seed, one, beat_of(second)) * one.tick

    def mark(self, one: Instrument, second: float) -> Decimal:
        """The mark price at ``second``; that of a spot pair is its index."""
        return self.last(quoted(one, "mark"), second)

    def index(self, one: Instrument, second: float) -> Decimal:
        """The index beneath it at ``second``."""
        return self.last(quoted(one, "index"), second)

    def candle(self, one: Instrument, start: float, end: float) -> Candle:
        """What happened from ``start`` up to ``end``; nothing yet when they are the same."""
        first, last = beat_of(start), beat_of(end)
        bars = tape.bars_of(self.seed, one, first, last)
        if first % BEATS or last < first + BEATS:
            # Up to the first trade it stands where it stood.
            px = tape.price_at(self.seed, one, first)
            bars.insert(0, np.array([[px], [px], [px], [px], [0]]))
        whole = tape.merged(np.concatenate(bars, axis=1)) if len(bars) > 1 else bars[0][:, 0]
        *ticks, lots = whole.tolist()
        opened, high, low, closed = (price * one.tick for price in ticks)
        vol = lots * one.lot
        base, quote = worth(one, vol, (opened + high + low + closed) / 4)
        return Candle(opened, high, low, closed, vol, quote if one.is_spot else base, quote)

    def trade_numbers(self, one: Instrument, second: float) -> range:
        """The numbers of all trades up to ``second``; there are none of what is quoted only."""
        counts = []
        for beat in (one.listed * 10, beat_of(second)) if one.turnover else ():
            minute, inside = divmod(beat, BEATS)
            day, place = divmod(minute, MINUTES)
            before = tape.traded_before(self.seed, one, day)
            before += int(tape.day_of(self.seed, one, day)[COUNT, :place].sum())
            ms = tape.events_of(self.seed, one, minute)[MS]
            counts.append(before + int(np.searchsorted(ms, inside * BEAT_MS)))
        return range(*counts) if counts else range(0)

    def trades(self, one: Instrument, numbers: range) -> Iterator[Trade]:
        """The trades of these ``numbers``, which rise."""
        while numbers:
            day = tape.day_of_trade(self.seed, one, numbers[0])
            counts = tape.day_of(self.seed, one, day)[COUNT]
            ends = tape.traded_before(self.seed, one, day) + np.cumsum(counts)
            place = int(np.searchsorted(ends, numbers[0], "right"))
            minute, begin = day * MINUTES + place, numbers[0] - int(ends[place] - counts[place])
            events = tape.events_of(self.seed, one, minute)[:, begin : begin + len(numbers)]
            for ms, px, sz, bought in events.T.tolist():
                side = "buy" if bought else "sell"
                yield Trade(numbers[0], px * one.tick, sz * one.lot, side, minute * 60_000 + ms)
                numbers = numbers[1:]

    def first_through(
        self, one: Instrument, side: str, px: Decimal, start: float, end: float
    ) -> int | None:
        """The millisecond from ``start`` up to ``end`` in which the market first trades below ``px``
        (``side`` buy) or above it (sell), or None.
        """
        ticks = float(px / one.tick)
        beyond, row = (np.less, LOW) if side == "buy" else (np.greater, HIGH)

        def passes(left: int, right: int) -> bool:
            # What stood there before is not of this time.
            bars = tape.bars_of(self.seed, one, left, right)
            return not any(beyond(each[row], ticks).any() for each in bars)

        beat = first_beat(beat_of(start), beat_of(end), passes)
        if beat is None:
            return None
        minute, inside = divmod(beat, BEATS)
        events = tape.events_of(self.seed, one, minute)
        ms = events[MS, beyond(events[TICKS], ticks)]
        return minute * 60_000 + int(ms[ms >= inside * BEAT_MS][0])

    def book(self, one: Instrument, second: float, depth: int = DEPTH) -> Book:
        """The best ``depth`` levels of both sides (fewer where prices would reach zero)."""
        return book_at(self.seed, one, beat_of(second), depth)

    def settlement_price(self, contract: Instrument, second: float) -> Decimal:
        """What a contract is delivered at, as far as it is known at ``second``: the mean of its index
        over the half hour before it expires, a point each 200 ms; before that, the index itself.
        """
        # OKX's announcement of March 2026; it was an hour before.
        index, end = quoted(contract, "index"), min(beat_of(second), contract.expires * 10)
        first = min(contract.expires * 10 - 18_000, end - 1)
        minutes = range(first // BEATS, -(-end // BEATS))
        ticks = np.concatenate([tape.events_of(self.seed, index, each)[TICKS] for each in minutes])
        points = ticks[first % BEATS :][: end - first : 2]
        px = int(points.sum()) * index.tick / len(points)
        return round(px / contract.tick) * contract.tick

    def offers(self, one: Instrument, second: float) -> bool:
        """Whether ``one`` is on offer at ``second``."""
        if one.expires and not one.listed <= second < one.expires:
            return False
        return not one.opt_type or int(one.strike) in strikes(self.seed, one, int(second) // 86_400)

    def offered(self, inst_type: str, second: float) -> list[Instrument]:
        """All instruments of a type that are on offer at ``second``."""
        if inst_type in {"FUTURES", "OPTION"}:
            return expiring(self.seed, inst_type, int(second) // 3600)
        return [one for one in instruments().values() if one.inst_type == inst_type]

    def funding_rate(self, swap: Instrument, second: int) -> Decimal:
        """The rate that is settled at ``second``, one of ``funding_times``: what a long position in
        the swap pays of its worth. It is fixed when the one before it is settled.
        """
        # From the mean of the premium over the eight hours before the settlement that came before.
        minutes = range(second // 60 - 960, second // 60 - 480, 5)
        above = float(pricing.premium(self.seed, swap, minutes).mean())
        return round(Decimal(above + min(max(_INTEREST - above, -_CLAMP), _CLAMP)), 10)

    @staticmethod
    def funding_times(start: float, end: float) -> range:
        """The seconds after ``start`` and up to ``end`` in which funding is settled."""
        first = int(start // FUNDING_PERIOD + 1) * FUNDING_PERIOD
        return range(first, int(end) + 1, FUNDING_PERIOD)

    def open_interest(self, one: Instrument, second: float) -> Decimal:
        """How many contracts are open at ``second``."""
        usual = level_lots(one) * (_OPEN_OPTION if one.opt_type else _OPEN)
        return int(usual * (1 + pricing.crowd(self.seed, one.inst_id, "open", second))) * one.lot

    def long_short(self, contract: Instrument, second: float) -> Decimal:
        """How many accounts are long in a contract for each that is short."""
        more = pricing.crowd(self.seed, contract.underlying, "crowd", second)
        return round(Decimal(1.4 * exp(more)), 4)

    def premium(self, swap: Instrument, second: int) -> Decimal:
        """How far the swap stands above its index in the minute of ``second``, as a share."""
        minute = second // 60
        above = pricing.premium(self.seed, swap, range(minute, minute + 1))
        return round(Decimal(float(above[0])), 10)

    def volatility(self, option: Instrument, second: float) -> tuple[float, float, float]:
        """Of an option: its forward, as marked, and the volatilities of its strike and at the money."""
        log, minutes = tape.log_at(self.seed, quoted(option, "mark"), beat_of(second))
        forward = np.exp(log)
        money, own = pricing.volatilities(self.seed, option, forward, minutes)
        return float(forward[0]), float(own[0]), float(money[0])

    def price_limits(self, one: Instrument, second: float) -> tuple[Decimal, Decimal]:
        """The highest price at which one may buy, and the lowest at which one may sell."""
        mark, tick = self.mark(one, second), one.tick
        highest, lowest = (mark * share // tick * tick for share in (1 + _REACH, 1 - _REACH))
        return max(tick, highest), max(tick, lowest)


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


def first_beat(
    first: int, last: int, passes: Callable[[int, int], bool], lengths: tuple[int, ...] = _LENGTHS
) -> int | None:
    """The first beat from ``first`` and before ``last`` in which something happens.

    ``passes(left, right)`` is whether it is sure that nothing does from ``left`` to before ``right``; of
    a single beat it says it exactly. It is asked in the order of time: never again of what has passed.
    """
    length, *shorter = lengths
    while first < last:
        end = min(last, first // length * length + length)
        if not passes(first, end):
            found = first_beat(first, end, passes, tuple(shorter)) if shorter else first
            if found is not None:
                return found
        first = end
    return None
