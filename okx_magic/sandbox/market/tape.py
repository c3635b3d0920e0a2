"""What an instrument did: whole days by the minute, and each minute trade by trade.

Prices are whole ticks and sizes whole lots here. The trades of a minute make its bar exactly: the first
is at its open, the last at its close, they touch high and low, and their sizes are its volume. What
does not trade (marks, indices, options) has a price every tenth of a second in their place.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from okx_magic.sandbox.market.noise import generator, key_of, uniform
from okx_magic.sandbox.market.paths import BEATS, MINUTES, STEPS, beats_of, path_of
from okx_magic.sandbox.market.pricing import in_ticks, offset

if TYPE_CHECKING:
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.market.noise import Floats, Ints

BEAT_MS, BEATS_A_SECOND = 100, 10
# Two trades in the second in which a step ends, so that one is at its end; and a few more.
_FEWEST = 2 * STEPS + 8
_STILL = 0.15
# The rows of bars: opens, highs, lows, closes, volumes, and how many trades there were.
OPEN, HIGH, LOW, CLOSE, VOLUME, COUNT = range(6)
# And of trades: milliseconds of the minute, prices, sizes, whether a buyer took.
MS, TICKS, LOTS, BOUGHT = range(4)


def merged(bars: Ints) -> Ints:
    """The bar that those in the columns of ``bars`` make; how many trades there were is left out."""
    opens, highs, lows, closes, volumes = bars[: VOLUME + 1]
    return np.array([opens[0], highs.max(), lows.min(), closes[-1], volumes.sum()])


@lru_cache(maxsize=176)
def day_of(seed: int, quoted: Instrument, day: int) -> Ints:
    """The minutes of ``day``, as bars."""
    coin, minutes = path_of(seed, quoted.series, day), range(day * MINUTES - 1, (day + 1) * MINUTES)
    above = offset(seed, quoted, minutes)
    # A minute opens where the one before closed, also where that was a little further from spot.
    ends = in_ticks(seed, quoted, coin.opens + above, minutes)
    within = [in_ticks(seed, quoted, log + above[1:], minutes[1:]) for log in coin[1:3]]
    # Of puts the high is where the coin is low.
    prices = np.array([ends[:-1], *within, ends[1:]])
    highs, lows = prices.max(axis=0), prices.min(axis=0)
    volumes = counts = np.zeros(MINUTES, np.int64)
    if quoted.turnover:
        pace, ranges = coin.variances * MINUTES / coin.usual, np.log(highs / lows)
        counts = _counts(seed, quoted, day, pace)
        draws = generator(seed, quoted.inst_id, "volumes", day).standard_normal(MINUTES)
        busy = pace**0.6 * np.exp(0.35 * draws) * (0.4 + ranges / (0.0015 + 0.25 * ranges.mean()))
        volumes = counts + (quoted.lots(quoted.turnover / MINUTES) * busy).astype(np.int64)
    return np.array([ends[:-1], highs, lows, ends[1:], volumes, counts])


@lru_cache(maxsize=256)
def events_of(seed: int, quoted: Instrument, minute: int) -> Ints:
    """The trades of ``minute``, one after the other in its columns."""
    (day, place), at = divmod(minute, MINUTES), range(minute, minute + 1)
    opened, high, low, _, volume, count = day_of(seed, quoted, day)[:, place].tolist()
    path = beats_of(seed, quoted.series, minute) + offset(seed, quoted, at)
    ticks = in_ticks(seed, quoted, path, at).clip(low, high)
    if not count:
        nothing = np.zeros(BEATS, np.int64)
        return np.array([np.arange(BEATS) * BEAT_MS + BEAT_MS // 2, ticks, nothing, nothing])
    draws = generator(seed, quoted.inst_id, "trades", minute)
    ms = _times(draws, count)
    prices = _prices(ms, ticks, opened)
    shares = np.exp(1.6 * draws.standard_normal(count))
    lots = 1 + ((volume - count) * (shares / shares.sum())).astype(np.int64)
    lots[np.argmax(shares)] += volume - lots.sum()
    return np.array([ms, prices, lots, _sides(draws, prices, opened)])


def price_at(seed: int, one: Instrument, beat: int) -> int:
    """The last price at ``beat``, in ticks."""
    minute, inside = divmod(beat, BEATS)
    if inside or one.opt_type:
        return last_at(seed, one, beat)[0]
    # A minute opens there: no need to look at trades.
    return int(day_of(seed, one, minute // MINUTES)[OPEN, minute % MINUTES])


@lru_cache(maxsize=1024)
def last_at(seed: int, one: Instrument, beat: int) -> tuple[int, bool]:
    """The last price at ``beat``, in ticks, and whether a buyer took it."""
    if one.opt_type:
        # There are hundreds, and a day of each is not needed for this. They do not trade.
        log, minutes = log_at(seed, one, beat)
        bought = bool(uniform(key_of(one.inst_id), [beat // 20])[0] < 0.5)
        return int(in_ticks(seed, one, log, minutes)[0]), bought
    minute, inside = divmod(beat, BEATS)
    events = events_of(seed, one, minute)
    at = int(np.searchsorted(events[MS], inside * BEAT_MS)) - 1
    if at < 0:
        events = events_of(seed, one, minute - 1)
    return int(events[TICKS, at]), bool(events[BOUGHT, at])


def log_at(seed: int, one: Instrument, beat: int) -> tuple[Floats, range]:
    """The log price of what is quoted only, as the beat before ended, and its minute."""
    minute, inside = divmod(beat - 1, BEATS)
    minutes = range(minute, minute + 1)
    return beats_of(seed, one.series, minute)[inside] + offset(seed, one, minutes), minutes


def bars_of(seed: int, one: Instrument, start: int, end: int) -> list[Ints]:
    """What happened in these beats, as bars: of whole minutes, and of trades before and after."""
    first, last = -(-start // BEATS), end // BEATS
    bars = _within(seed, one, start, min(end, first * BEATS))
    for day in range(first // MINUTES, -(-last // MINUTES)):
        minutes = range(max(first, day * MINUTES), min(last, (day + 1) * MINUTES))
        bars += [_stretch(seed, one, minutes)] if minutes else []
    return bars + _within(seed, one, max(first, last) * BEATS, end)


@lru_cache(maxsize=8192)
def _stretch(seed: int, one: Instrument, minutes: range) -> Ints:
    # The bar of minutes of one day.
    day, place = divmod(minutes[0], MINUTES)
    return merged(day_of(seed, one, day)[:, place : place + len(minutes)])[:, None]


def _within(seed: int, one: Instrument, start: int, end: int) -> list[Ints]:
    # The trades of a part of a minute, each as a bar.
    if start >= end:
        return []
    events, begin = events_of(seed, one, start // BEATS), start // BEATS * BEATS
    part = slice(*np.searchsorted(events[MS], ((start - begin) * BEAT_MS, (end - begin) * BEAT_MS)))
    return [events[[TICKS, TICKS, TICKS, TICKS, LOTS], part]]


def day_of_trade(seed: int, quoted: Instrument, number: int) -> int:
    """The day in which the trade of ``number`` was."""
    # Days begin late by less than half of one.
    day = quoted.listed // 86_400 + number // _trades_a_day(quoted)
    return day if traded_before(seed, quoted, day) <= number else day - 1


@lru_cache(maxsize=1024)
def traded_before(seed: int, quoted: Instrument, day: int) -> int:
    """How many trades there were since the listing's day up to ``day``."""
    # A sum in closed form: so many a day, and a share of them a little earlier or later.
    usual, days = _trades_a_day(quoted), day - quoted.listed // 86_400
    moved = float(uniform(key_of(seed, quoted.inst_id, "trades"), [day])[0])
    return int(usual * days + 0.4 * (usual - (_FEWEST + 1) * MINUTES) * moved)


def _trades_a_day(quoted: Instrument) -> int:
    return int(MINUTES * (_FEWEST + 2 + 2 * float(quoted.turnover / 1e6) ** 0.6))


def _counts(seed: int, quoted: Instrument, day: int, pace: Floats) -> Ints:
    # Trades in each minute: a few, and the others where time runs fast.
    before, after = (traded_before(seed, quoted, each) for each in (day, day + 1))
    shares = np.append(0.0, np.cumsum(pace**0.7))
    # Divided by its own end, it ends at 1: else a day could lose its last trade.
    extra = (after - before - _FEWEST * MINUTES) * (shares / shares[-1])
    counts: Ints = _FEWEST + np.diff(extra.astype(np.int64))
    return counts


def _times(draws: np.random.Generator, count: int) -> Ints:
    # Bursts: seconds are busy or quiet.
    shares = draws.gamma(0.5, size=60)
    counts = draws.multinomial(count - 2 * STEPS, shares / shares.sum())
    counts[60 // STEPS - 1 :: 60 // STEPS] += 2
    # A millisecond for each: drawn from what its second has beyond one for every trade, then moved on.
    room = 1001 - np.repeat(counts, counts)
    ms = np.repeat(np.arange(60), counts) * 1000 + (draws.random(count) * room).astype(np.int64)
    ms.sort()
    moved: Ints = ms + np.arange(count) - np.repeat(np.cumsum(counts) - counts, counts)
    return moved


def _prices(ms: Ints, path: Ints, opened: int) -> Ints:
    # The path as it was a moment ago; the last trade of a step is at the step's end.
    prices = np.append(opened, path)[ms // BEAT_MS]
    ended = np.diff(ms // (60_000 // STEPS), append=STEPS) > 0
    prices[ended] = path[BEATS // STEPS - 1 :: BEATS // STEPS]
    # The first trade of each second is at the price of the one before: seconds join, as minutes do.
    began = np.diff(ms // 1000, prepend=-1) > 0
    source = np.where(began, 0, np.arange(1, len(ms) + 1))
    return np.append(opened, prices)[np.maximum.accumulate(source)]


def _sides(draws: np.random.Generator, prices: Ints, opened: int) -> Ints:
    # A buyer lifts the price, a seller presses it; else it goes on as it was, mostly.
    moves = np.sign(np.diff(prices, prepend=opened))
    flips = draws.random(len(prices))
    turned = np.where(flips < _STILL / 2, 1, np.where(flips < _STILL, -1, 0))
    signs = np.where(moves == 0, turned, moves)
    signs[0] = signs[0] or 1 - 2 * int(flips[0] * 2**20 % 2)
    known = np.maximum.accumulate(np.where(signs != 0, np.arange(len(signs)), 0))
    return (signs[known] > 0).astype(np.int64)
