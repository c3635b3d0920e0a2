"""The book: a pure function of a beat and of the trade before it.

The best prices stand where the last trade was: it took the one or the other. Behind them each price
has a level of its own, which changes its size at times of its own, so that of a book's levels a few in
a hundred change in a second.

Tested in ``tests/sandbox/test_sandbox_prices.py``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market.noise import key_of, uniform
from okx_magic.sandbox.market.tape import last_at

if TYPE_CHECKING:
    from decimal import Decimal

    from okx_magic.sandbox.market.instruments import Instrument

DEPTH = 400

# Levels are so far apart; each keeps its size for so many beats.
_APART = 3e-5
_SHORTEST, _LONGEST = 100, 700
_TOP_BEATS = 9


class Level(NamedTuple):
    """One price of a book: how much stands there, in how many orders."""

    px: Decimal
    sz: Decimal
    orders: int


class Book(NamedTuple):
    """Both sides of a book, best price first."""

    asks: list[Level]
    bids: list[Level]


def level_lots(one: Instrument) -> float:
    """The size of a usual level."""
    return 40.0 if one.opt_type else one.lots(9000 * (one.turnover / 9e8) ** 0.6)


# Every order of a beat meets the same book.
@lru_cache(maxsize=64)
def book_at(seed: int, one: Instrument, beat: int, depth: int) -> Book:
    """The best ``depth`` levels at ``beat`` (fewer where prices would reach zero)."""
    key = key_of(seed, one.inst_id, "book")
    gap = 1 + int(uniform(key, [beat // _TOP_BEATS])[0] ** 4 * 3)
    ticks, bought = last_at(seed, one, beat)
    ask = ticks if bought else ticks + gap
    ways = (ask, 1), (ask - gap, -1)
    return Book(*(_side(one, key + way, (best, way, beat), depth) for best, way in ways))


def _side(one: Instrument, key: int, place: tuple[int, int, int], depth: int) -> list[Level]:
    best, way, beat = place
    ticks = np.array([best])
    if depth > 1:
        dollars = one.quote in {"USDT", "USD", "USDC"} and not one.opt_type
        apart = max(1, round(one.usual * _APART / float(one.tick))) if dollars else 1
        cells = best // apart + way * np.arange(depth + 2)
        behind = cells * apart + (uniform(key, cells) * apart).astype(np.int64)
        ticks = np.append(ticks, behind[(behind - best) * way > 0])[:depth]
    ticks = ticks[ticks > 0]
    key ^= 0x5EED
    # How long a level keeps its size is its own; the best one changes the more often.
    beats = (_SHORTEST + uniform(key, ticks) * (_LONGEST - _SHORTEST)).astype(np.int64)
    beats[:1] = _TOP_BEATS
    draws = uniform(key + 1, ticks * 1_000_003 + (beat + ticks * 7919) // beats)
    lots = (level_lots(one) * -np.log1p(-draws)).astype(np.int64)
    lots = np.maximum(lots, int(one.min_size / one.lot))
    orders = 1 + (draws * draws * 12).astype(np.int64)
    rows = zip(ticks.tolist(), lots.tolist(), orders.tolist(), strict=True)
    return [Level(px * one.tick, sz * one.lot, count) for px, sz, count in rows]
