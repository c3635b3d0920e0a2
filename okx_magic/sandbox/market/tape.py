"""What an instrument did: whole days by the minute, and each minute trade by trade.

Prices are whole ticks and sizes whole lots here. The trades of a minute make its bar exactly: the first
is at its open, the last at its close, they touch high and low, and their sizes are its volume. What
does not trade (marks, indices, options) has a price every tenth of a second in their place.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market.instruments import usual_price
from okx_magic.sandbox.market.noise import generator, key_of, uniform
from okx_magic.sandbox.market.paths import MINUTES, STEPS
from okx_magic.sandbox.market.pricing import in_ticks, offset

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.market.noise import Floats, Ints
    from okx_magic.sandbox.market.paths import Paths

BEAT_MS = 100
BEATS = 60_000 // BEAT_MS
BEATS_A_SECOND = 1000 // BEAT_MS
# In beats, hours and minutes: what begins and ends with one is looked at without its trades.
_WHOLE = (36_000, 600)
_SECONDS = 60
# Two trades in the second in which a step ends, so that one is at its end; and a few more.
_FEWEST = 2 * STEPS + 8
_STILL = 0.15
# The rows of bars: opens, highs, lows, closes, volumes.
OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)


class Day(NamedTuple):
    """A day's minutes as ``bars``; ``first`` counts the trades since the listing's day up to each."""

    bars: Ints
    first: Ints


class Events(NamedTuple):
    """The trades of a minute, at ``ms`` of it: price, size and whether a buyer took."""

    ms: Ints
    ticks: Ints
    lots: Ints
    bought: Ints


def lots_of(instrument: Instrument, dollars: float) -> float:
    """How many lots that is at the usual price."""
    each = float(instrument.lot) * float(instrument.ct_val or 1)
    return dollars / each / (1.0 if instrument.inverse else usual_price(instrument.base))


def merged(bars: Ints) -> Ints:
    """The bars that those along the last axis make, one after the other."""
    opens, highs, lows, closes, volumes = bars
    ends = opens[..., 0], highs.max(-1), lows.min(-1), closes[..., -1], volumes.sum(-1)
    return np.array(ends)


def day_of(seed: int, paths: Paths, quoted: Instrument, day: int) -> Day:
    """The minutes of ``day``."""
    coin = paths.day(quoted.series, day)
    minutes = day * MINUTES + np.arange(-1, MINUTES)
    above = offset(seed, quoted, minutes)
    # A minute opens where the one before closed, also where that was a little further from spot.
    ends = in_ticks(seed, quoted, coin.opens + above, minutes)
    within = [in_ticks(seed, quoted, log + above[1:], minutes[1:]) for log in coin[1:3]]
    # Of puts the high is where the coin is low.
    prices = np.array([ends[:-1], *within, ends[1:]])
    highs, lows = prices.max(axis=0), prices.min(axis=0)
    first, volumes = _activity(seed, quoted, day, coin.pace, np.log(highs / lows))
    return Day(np.array([ends[:-1], highs, lows, ends[1:], volumes]), first)


def events_of(seed: int, path: Floats, quoted: Instrument, day: Day, minute: int) -> Events:
    """The trades of ``minute``, which is one of ``day``; ``path`` is its coin's, by beats."""
    place = minute % MINUTES
    opened, high, low, _, volume = day.bars[:, place].tolist()
    ticks = in_ticks(seed, quoted, path + offset(seed, quoted, minute), minute).clip(low, high)
    count = int(day.first[place + 1] - day.first[place])
    if not count:
        nothing = np.zeros(len(ticks), np.int64)
        return Events(np.arange(len(ticks)) * BEAT_MS + BEAT_MS // 2, ticks, nothing, nothing)
    draws = generator(seed, quoted.inst_id, "trades", minute)
    ms = _times(draws, count)
    prices = _prices(ms, ticks, opened)
    lots = _sizes(draws, volume, count)
    return Events(ms, prices, lots, _sides(draws, prices, opened))


def traded_before(seed: int, quoted: Instrument, day: int) -> int:
    """How many trades there were since the listing's day up to ``day``."""
    usual = _trades_a_day(quoted)
    days = day - quoted.listed // 86_400
    # A sum in closed form: so many a day, and a share of them a little earlier or later.
    moved = float(uniform(key_of(seed, quoted.inst_id, "trades"), [day])[0])
    return int(usual * days + 0.4 * (usual - (_FEWEST + 1) * MINUTES) * moved)


def day_of_trade(seed: int, quoted: Instrument, number: int) -> int:
    """The day in which the trade of ``number`` was."""
    # Days begin late by less than half of one.
    day = quoted.listed // 86_400 + number // _trades_a_day(quoted)
    return day if traded_before(seed, quoted, day) <= number else day - 1


@cache
def _trades_a_day(quoted: Instrument) -> int:
    return int(MINUTES * (_FEWEST + 2 + 2 * float(quoted.turnover / 1e6) ** 0.6))


def _activity(
    seed: int, quoted: Instrument, day: int, pace: Floats, ranges: Floats
) -> tuple[Ints, Ints]:
    if quoted.role != "last" or not quoted.turnover:
        return np.zeros(MINUTES + 1, np.int64), np.zeros(MINUTES, np.int64)
    before, after = (traded_before(seed, quoted, each) for each in (day, day + 1))
    shares = np.append(0.0, np.cumsum(pace**0.7))
    # Divided by its own end, it ends at 1: else a day could lose its last trade.
    extra = (after - before - _FEWEST * MINUTES) * (shares / shares[-1])
    first = before + _FEWEST * np.arange(MINUTES + 1) + extra.astype(np.int64)
    draws = generator(seed, quoted.inst_id, "volumes", day).standard_normal(MINUTES)
    busy = pace**0.6 * np.exp(0.35 * draws) * (0.4 + ranges / (0.0015 + 0.25 * ranges.mean()))
    volumes = lots_of(quoted, quoted.turnover / MINUTES) * busy
    return first, np.diff(first) + volumes.astype(np.int64)


def _times(draws: np.random.Generator, count: int) -> Ints:
    # Bursts: seconds are busy or quiet.
    shares = draws.gamma(0.5, size=_SECONDS)
    counts = draws.multinomial(count - 2 * STEPS, shares / shares.sum())
    counts[_SECONDS // STEPS - 1 :: _SECONDS // STEPS] += 2
    seconds = np.repeat(np.arange(_SECONDS), counts)
    # A millisecond for each: drawn from what its second has beyond one for every trade, then moved on.
    room = 1001 - np.repeat(counts, counts)
    ms = np.sort(seconds * 1000 + (draws.random(count) * room).astype(np.int64))
    result: Ints = ms + np.arange(count) - np.repeat(np.cumsum(counts) - counts, counts)
    return result


def _prices(ms: Ints, path: Ints, opened: int) -> Ints:
    # The path as it was a moment ago; the last trade of a step is at the step's end.
    prices = np.append(opened, path)[ms // BEAT_MS]
    step = ms // (60_000 // STEPS)
    prices[np.append(step[1:] != step[:-1], True)] = path[BEATS // STEPS - 1 :: BEATS // STEPS]
    # The first trade of each second is at the price of the one before: seconds join, as minutes do.
    seconds = ms // 1000
    first = np.append(True, seconds[1:] != seconds[:-1])
    source = np.maximum.accumulate(np.where(first, 0, np.arange(1, len(ms) + 1)))
    return np.append(opened, prices)[source]


def _sizes(draws: np.random.Generator, volume: int, count: int) -> Ints:
    shares = np.exp(1.6 * draws.standard_normal(count))
    lots: Ints = 1 + ((volume - count) * (shares / shares.sum())).astype(np.int64)
    lots[np.argmax(shares)] += volume - lots.sum()
    return lots


def _sides(draws: np.random.Generator, prices: Ints, opened: int) -> Ints:
    # A buyer lifts the price, a seller presses it; else it goes on as it was, mostly.
    moves = np.sign(np.diff(prices, prepend=opened))
    flips = draws.random(len(prices))
    turned = np.where(flips < _STILL / 2, 1, np.where(flips < _STILL, -1, 0))
    signs = np.where(moves == 0, turned, moves)
    signs[0] = signs[0] or 1 - 2 * int(flips[0] * 2**20 % 2)
    known = np.maximum.accumulate(np.where(signs != 0, np.arange(len(signs)), 0))
    return (signs[known] > 0).astype(np.int64)


def first_beat(first: int, last: int, passes: Callable[[int, int], bool]) -> int | None:
    """The first beat from ``first`` and before ``last`` in which something happens.

    ``passes(left, right)`` is whether it is sure that nothing does from ``left`` to before ``right``; of
    a single beat it says it exactly. It is asked in the order of time: never again of what has passed.
    """
    if first >= last or passes(first, last):
        return None
    if last - first == 1:
        return first
    middle = (first + last) // 2
    whole = (middle // size * size for size in _WHOLE)
    middle = next((beat for beat in whole if first < beat), middle)
    found = first_beat(first, middle, passes)
    return first_beat(middle, last, passes) if found is None else found
