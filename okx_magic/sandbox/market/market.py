"""The one market of the sandbox: last prices, bars, books and trades, all of one price process.

Everything is a pure function of seed, instrument and time, in whole seconds: the last price is
the close of the bar that is still open, the best bid and offer enclose it, and one trade a
second, at the second's close and for its whole volume, is what the bars are made of. The book is
as deep again the next moment whatever was taken from it: what a person does here moves no price.
Indices and marks are quoted of the same prices, each with candles of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import shake_256
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

from okx_magic.sandbox.facts import table
from okx_magic.sandbox.market.instruments import (
    Candle,
    Instrument,
    candle_of,
    indices,
    marks,
    price_of,
)
from okx_magic.sandbox.market.pricetree import PriceTree, Series

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPTH = 400

# OKX docs, Get funding rate: funding is settled every eight hours of UTC.
FUNDING_PERIOD = 8 * 3600
MOST_FUNDING = Decimal("0.00375")

# The usual rate, and how far from it the sum of three two-byte draws leads for each unit: 0.01 % is
# the deviation, 0.03 % the most.
_USUAL_FUNDING = Decimal("0.00005")
_FUNDING_UNIT = Decimal("0.0000000031")
_MIDDLE_DRAW = 3 * 65_535 // 2

# In levels of the book: what is open in a contract, and in an option.
_OPEN = 50_000
_OPEN_OPTION = 100

# OKX docs, Get limit price: orders further through the mark price than this are refused.
_REACH = Decimal("0.05")


class Level(NamedTuple):
    """One price of a book: how much stands there, in how many orders."""

    px: Decimal
    sz: Decimal
    orders: int


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides of a book, best price first."""

    asks: list[Level]
    bids: list[Level]


class Trade(NamedTuple):
    """A public trade; ``number`` counts up through time, ``ms`` is its time."""

    number: int
    px: Decimal
    sz: Decimal
    side: str
    ms: int


class Market:
    """All prices under ``seed``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._places: dict[str, tuple[PriceTree, int]] = {}
        # Every order of a second meets the same book.
        self._books = lru_cache(maxsize=64)(self._book)
        for number, group in enumerate(table("prices.json")):
            tree = PriceTree(f"{seed}:{number}", _series(group))
            self._places |= {name: (tree, place) for place, name in enumerate(group)}
        # How much of its usual interest is open in what follows a series of prices.
        self._interest = {
            name: PriceTree(f"{seed}:interest:{name}", [Series((1,), 0.0, 0.02, 0)])
            for name in self._places
        }

    def last(self, instrument: Instrument, second: int) -> Decimal:
        """The last price at the beginning of ``second``."""
        tree, series = self._places[instrument.series]
        return price_of(instrument, tree.price(series, second))

    def mark(self, instrument: Instrument, second: int) -> Decimal:
        """The mark price at the beginning of ``second``; that of a spot pair is its index."""
        return self.last(marks()[instrument.inst_id], second)

    def index(self, index: Instrument | str, second: int) -> Decimal:
        """The index named ``index`` (``BTC-USD``), or of that instrument, at the beginning of
        ``second``; LookupError for a name that no pair and no underlying has.
        """
        of = index.listing.get("uly", index.inst_id) if isinstance(index, Instrument) else index
        return self.last(indices()[of], second)

    def funding_rate(self, instrument: Instrument, second: int) -> Decimal:
        """The rate that is settled at ``second``, one of ``funding_times``: what a long position in
        the swap pays of its worth.
        """
        place = f"{self._seed}:{instrument.inst_id}:funding:{second}".encode()
        draws = shake_256(place).digest(6)
        drawn = sum(int.from_bytes(draws[at : at + 2]) for at in (0, 2, 4))
        return _USUAL_FUNDING + (drawn - _MIDDLE_DRAW) * _FUNDING_UNIT

    @staticmethod
    def funding_times(start: int, end: int) -> range:
        """The seconds after ``start`` and up to ``end`` in which funding is settled."""
        first = start // FUNDING_PERIOD * FUNDING_PERIOD + FUNDING_PERIOD
        return range(first, end + 1, FUNDING_PERIOD)

    def open_interest(self, instrument: Instrument, second: int) -> Decimal:
        """How many contracts are open at the beginning of ``second``."""
        usual = instrument.level * (_OPEN_OPTION if instrument.opt_type else _OPEN)
        share = Decimal(math.exp(self._interest[instrument.series].price(0, second)))
        return usual * share // instrument.lot * instrument.lot

    def price_limits(self, instrument: Instrument, second: int) -> tuple[Decimal, Decimal]:
        """The highest price at which one may buy, and the lowest at which one may sell."""
        mark, tick = self.mark(instrument, second), instrument.tick
        highest, lowest = (mark * share // tick * tick for share in (1 + _REACH, 1 - _REACH))
        return max(tick, highest), max(tick, lowest)

    def candle(self, instrument: Instrument, start: int, end: int) -> Candle:
        """What happened from ``start`` up to ``end``; nothing yet when they are the same."""
        if start == end:
            last = self.last(instrument, start)
            return Candle(last, last, last, last, Decimal(0), Decimal(0), Decimal(0))
        tree, series = self._places[instrument.series]
        return candle_of(instrument, tree.over(series, start, end))

    def book(self, instrument: Instrument, second: int, depth: int = DEPTH) -> Book:
        """The best ``depth`` levels of both sides (fewer where prices would reach zero)."""
        return self._books(instrument, second, depth)

    def trades(self, instrument: Instrument, second: int, count: int) -> list[Trade]:
        """The last ``count`` trades before ``second``, newest first."""
        if not instrument.unit:
            return []
        oldest = max(second - count, instrument.listed)
        return [self.trade(instrument, number) for number in range(second - 1, oldest - 1, -1)]

    def trade(self, instrument: Instrument, second: int) -> Trade:
        """The trade of ``second``, which is its number."""
        candle = self.candle(instrument, second, second + 1)
        spread, buying, _, _ = self._draws(instrument, second + 1)
        side = "buy" if buying else "sell"
        return Trade(second, candle.close, candle.vol, side, second * 1000 + 500 + spread)

    def first_through(
        self, instrument: Instrument, side: str, px: Decimal, start: int, end: int
    ) -> int | None:
        """The first second from ``start`` up to ``end`` in which the market trades below ``px``
        (``side`` buy) or above it (sell), or None.
        """

        def through(left: int, right: int) -> bool:
            candle = self.candle(instrument, left, right)
            return candle.low < px if side == "buy" else candle.high > px

        if start >= end or not through(start, end):
            return None
        while end - start > 1:
            middle = (start + end) // 2
            start, end = (start, middle) if through(start, middle) else (middle, end)
        return start

    def _book(self, instrument: Instrument, second: int, depth: int) -> Book:
        last = self.last(instrument, second)
        spread, buying, asks, bids = self._draws(instrument, second)
        gap = (1 + spread % 3) * instrument.tick
        ask = last if buying else last + gap
        return Book(
            asks=_levels(instrument, ask, instrument.tick, asks, depth),
            bids=_levels(instrument, ask - gap, -instrument.tick, bids, depth),
        )

    def _draws(self, instrument: Instrument, second: int) -> tuple[int, bool, bytes, bytes]:
        # A number, whether the last trade was a purchase, and two bytes for each level of each
        # side.
        place = f"{self._seed}:{instrument.inst_id}:{second}".encode()
        draws = shake_256(place).digest(2 + 4 * DEPTH)
        return draws[0], draws[1] < 128, draws[2 : 2 + 2 * DEPTH], draws[2 + 2 * DEPTH :]


@dataclass(frozen=True, slots=True)
class Moment:
    """The market at ``now``, in seconds."""

    market: Market
    now: float

    @property
    def ms(self) -> int:
        """``now`` in milliseconds."""
        return int(self.now * 1000)

    @property
    def second(self) -> int:
        """``now`` in whole seconds, the market's clock."""
        return int(self.now)


def _series(group: Mapping[str, Mapping[str, Any]]) -> list[Series]:
    factors = [name for name, facts in group.items() if facts["of"] == {name: 1}]
    return [
        Series(
            weights=tuple(facts["of"].get(name, 0) for name in factors),
            middle=math.log(facts["price"]),
            deviation=facts["deviation"],
            volume=int(facts["volume"]),
        )
        for facts in group.values()
    ]


def _levels(
    instrument: Instrument, best: Decimal, tick: Decimal, draws: bytes, depth: int
) -> list[Level]:
    # From the best price on, one to four ticks apart, and thicker further out.
    levels = []
    steps = accumulate((1 + draw // 64 for draw in draws[: 2 * depth : 2]), initial=0)
    sizes = draws[1 : 2 * depth : 2]
    for number, (step, draw) in enumerate(zip(steps, sizes, strict=False)):
        px = best + step * tick
        if px <= 0:
            break
        thickness = instrument.level * (10 + draw) * (50 + number) / 10_000
        lots = max(thickness, instrument.min_size) // instrument.lot
        levels.append(Level(px, lots * instrument.lot, 1 + draw // 32))
    return levels
