"""The one market of the sandbox: last prices, bars, books and trades, all of one price process.

Everything is a pure function of seed, instrument and time. Times are in seconds, and what is seen
changes at tenths of them (beats): all that is said of a beat agrees. What a person does here moves no
price: the book is as deep again the next moment whatever was taken from it.

Tested in ``tests/sandbox/test_sandbox_agreement.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil, exp, log10

import numpy as np

from okx_magic.sandbox.market import pricing
from okx_magic.sandbox.market.book import DEPTH, Book, Level, book_at, level_lots
from okx_magic.sandbox.market.expiries import date_of, option_expiries
from okx_magic.sandbox.market.instruments import (
    Instrument,
    families,
    futures_at,
    indices,
    instruments,
    marked,
)
from okx_magic.sandbox.market.noise import key_of, uniform, wander
from okx_magic.sandbox.market.pricing import FUNDING_PERIOD
from okx_magic.sandbox.market.tape import BEAT_MS, BEATS
from okx_magic.sandbox.market.traded import MINUTE_MS, Traded, beat_of

__all__ = ["DEPTH", "FUNDING_PERIOD", "Book", "Level"]

MOST_FUNDING = Decimal("0.00375")

# In levels of the book: what is open in a contract, and in an option.
_OPEN, _OPEN_OPTION = 50_000, 100
# OKX docs, Get limit price: orders further through the mark price than this are refused.
_REACH = Decimal("0.05")


class Market(Traded):
    """All prices under ``seed``."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        # Every order of a beat meets the same book.
        self._books = lru_cache(maxsize=64)(self._book)
        self._options = lru_cache(maxsize=4)(self._options_of)

    def last(self, instrument: Instrument, second: float) -> Decimal:
        """The last price at ``second``."""
        ms = beat_of(second) * BEAT_MS
        if ms % MINUTE_MS or instrument.opt_type:
            return self._last(instrument, ms)[0] * instrument.tick
        # A minute opens there: no need to look at trades.
        return self._open(instrument, ms // MINUTE_MS) * instrument.tick

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
        rate = round(Decimal(pricing.funding(self._seed, instrument, second)), 10)
        return max(-MOST_FUNDING, min(MOST_FUNDING, rate))

    @staticmethod
    def funding_times(start: float, end: float) -> range:
        """The seconds after ``start`` and up to ``end`` in which funding is settled."""
        first = int(start // FUNDING_PERIOD) * FUNDING_PERIOD + FUNDING_PERIOD
        return range(first, int(end) + 1, FUNDING_PERIOD)

    def open_interest(self, instrument: Instrument, second: float) -> Decimal:
        """How many contracts are open at ``second``."""
        usual = level_lots(instrument) * (_OPEN_OPTION if instrument.opt_type else _OPEN)
        key, minute = key_of(self._seed, instrument.inst_id, "open"), int(second) // 60
        share = sum(0.1 * wander(key, period, minute) for period in (43_200, 4320, 30))
        return int(usual * (1 + share)) * instrument.lot

    def long_short(self, contract: Instrument, second: int) -> Decimal:
        """How many accounts are long in a contract for each that is short."""
        key, minute = key_of(self._seed, contract.underlying, "crowd"), second // 60
        waves = sum(wander(key, period, minute) for period in (20_160, 2880, 240))
        return round(Decimal(1.4 * exp(0.12 * waves)), 4)

    def premium(self, swap: Instrument, second: int) -> Decimal:
        """How far the swap stands above its index in the minute of ``second``, as a share."""
        return round(Decimal(float(pricing.premium(self._seed, swap, second // 60))), 10)

    def volatility(self, option: Instrument, second: float) -> tuple[float, float, float]:
        """Of an option: its forward, as marked, and the volatilities of its strike and at the money."""
        minute, beat = divmod(beat_of(second) - 1, BEATS)
        log_price = self._beats(option.series, minute)[beat]
        forward = np.exp(log_price + pricing.offset(self._seed, marked(option), minute))
        variance = pricing.variance_left(self._seed, option, minute)
        years = max(option.expires / 60 - minute, 1.0) / 525_600
        own = float(pricing.smiled(option, forward, variance))
        return float(forward), (own / years) ** 0.5, float(variance / years) ** 0.5

    def price_limits(self, instrument: Instrument, second: float) -> tuple[Decimal, Decimal]:
        """The highest price at which one may buy, and the lowest at which one may sell."""
        mark, tick = self.mark(instrument, second), instrument.tick
        highest, lowest = (mark * share // tick * tick for share in (1 + _REACH, 1 - _REACH))
        return max(tick, highest), max(tick, lowest)

    def book(self, instrument: Instrument, second: float, depth: int = DEPTH) -> Book:
        """The best ``depth`` levels of both sides (fewer where prices would reach zero)."""
        return self._books(instrument, beat_of(second), depth)

    def _options_of(self, hour: int) -> list[Instrument]:
        found = []
        for family in families("OPTION"):
            for expires in option_expiries(hour * 3600):
                name = f"{family}-{date_of(expires)}"
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

    def _book(self, instrument: Instrument, beat: int, depth: int) -> Book:
        last, bought = self._last(instrument, beat * BEAT_MS)
        if not instrument.turnover:
            bought = bool(uniform(key_of(instrument.inst_id), [beat // 20])[0] < 0.5)
        return book_at(self._seed, instrument, (last, bought), beat, depth)


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
