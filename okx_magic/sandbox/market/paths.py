"""Paths of log prices: independent increments at every scale, whatever the volatility does.

A factor is Brownian motion in a trading time of its own. A day's increment comes first; its variance
has a base and slow two-valued parts, clusters of days and weeks. Inside the day trading time runs by a
season and by fast parts of the same kind; the minutes are a bridge through the day's ends in that time,
and the steps of each minute a bridge through the minute's ends. So each increment is as likely up as
down, given all before. What a coin does is a sum of factors, one that all share and its own, with steps
of its own; a coin in another coin is the difference of the two.

Between a day's ends nothing is stored, and any day is a vector. Over many years a factor is reflected
at its bounds, so that prices stay readable.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.noise import cascade, generator, key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from okx_magic.sandbox.market.noise import Floats

MINUTES = 1440
# Steps of a minute, among which are its open, high, low and close; and tenths of a second, or beats.
STEPS, BEATS = 15, 600
# The day on which factors stand at zero: 2026-01-01. Days are drawn in blocks, from 2006 to 2070.
_ANCHOR = 20_454
_BLOCK, _BLOCKS = 1024, range(-7, 16)
_FIRST = _ANCHOR + _BLOCK * _BLOCKS.start
_WEEK = 8

# How long, in days and in minutes, parts of the variance stay; and the lower of their two values.
_SLOW, _SLOW_LOW = (32, 16, 8, 4, 2, 1), 0.63
_FAST, _FAST_LOW = (720, 360, 120, 40, 13, 4), 0.66
# A day's variance at a weekend; and how much it varies around three in the afternoon of UTC.
_WEEKEND = 0.6
_HOURS = np.arange(MINUTES) / 60
_SEASON = 0.5 + 1.1 * np.exp(-(((((_HOURS - 15 + 12) % 24) - 12) / 4.5) ** 2))
# The variance of a usual day of a factor that moves by 1 in a year; and where it turns back.
_USUAL, _BOUND = 1 / 365, 3
# What all coins share moves half its worth in a year.
_SHARED = 0.5


class Path(NamedTuple):
    """A day of a coin: where its minutes open (and the last one closes), their highs and lows, their
    variances (``usual`` is that of a usual day). ``steps`` has a row for the end of each step but the
    last, from the open; highs and lows are the highest and lowest of these and of the close.
    """

    opens: Floats
    highs: Floats
    lows: Floats
    variances: Floats
    usual: float
    steps: NDArray[Any]


def level(seed: int, coin: str, day: int) -> float:
    """Where ``coin`` stands at the beginning of ``day``."""
    parts = _made_of(coin).items()
    moved = sum(weight * _levels(seed, name)[day - _FIRST] for name, weight in parts)
    return math.log(table("coins.json")[coin]["price"]) + float(moved)


@lru_cache(maxsize=24)
def path_of(seed: int, series: str, day: int) -> Path:
    """What ``series`` did on ``day``: a coin, or one in another."""
    if "-" in series:
        base, quote = (path_of(seed, coin, day) for coin in series.split("-"))
        opens, steps = base.opens - quote.opens, base.steps - quote.steps
        variances, usual = base.variances + quote.variances, base.usual + quote.usual
    else:
        opens = np.full(MINUTES + 1, math.log(table("coins.json")[series]["price"]))
        variances, usual = np.zeros(MINUTES), 0.0
        for name, weight in _made_of(series).items():
            minutes, times = _minutes(seed, name, day)
            opens += weight * minutes
            variances += weight * weight * times
            usual += weight * weight * _USUAL
        draws = generator(seed, series, "steps", day).standard_normal((STEPS, MINUTES), np.float32)
        # The last one is at the close, which is known to the last bit.
        steps = _bridge(draws, variances, np.diff(opens))[:-1]
    highs = np.maximum(opens[:-1] + steps.max(axis=0), opens[1:])
    lows = np.minimum(opens[:-1] + steps.min(axis=0), opens[1:])
    return Path(opens, highs, lows, variances, usual, steps)


@lru_cache(maxsize=64)
def beats_of(seed: int, series: str, minute: int) -> Floats:
    """The path of ``series`` at the ends of the beats of ``minute``: bridges once more, turned back
    where they would leave the minute's high and low.
    """
    (day, place), count = divmod(minute, MINUTES), BEATS // STEPS
    path = path_of(seed, series, day)
    opened, closed = path.opens[place : place + 2].tolist()
    high, low = max(path.highs[place], opened), min(path.lows[place], opened)
    if "-" in series:
        base, quote = (beats_of(seed, coin, minute) for coin in series.split("-"))
        return (base - quote).clip(low, high)
    ends = np.array([opened, *(opened + path.steps[:, place].astype(np.float64)), closed])
    draws = generator(seed, series, "beats", minute).standard_normal((STEPS, count))
    inner = ends[:-1] + _bridge(draws.T.copy(), path.variances[place] / STEPS, np.diff(ends))
    inner = np.where(inner > high, 2 * high - inner, inner)
    inner = np.where(inner < low, 2 * low - inner, inner)
    inner[-1] = ends[1:]
    beats: Floats = inner.clip(low, high).ravel("F")
    return beats


def _made_of(coin: str) -> dict[str, float]:
    # Factors, with what each moves the coin by in a year.
    facts = table("coins.json")[coin]
    return {"all": facts["beta"] * _SHARED, coin: facts["own"]}


@lru_cache(maxsize=64)
def _minutes(seed: int, factor: str, day: int) -> tuple[Floats, Floats]:
    # Where each minute of ``day`` opens (and the last one closes), and the variance of each.
    name, at = f"{seed}:{factor}", day - _FIRST
    shares = _times(seed, factor, day // _WEEK)[day % _WEEK]
    variances = shares * (_weather(seed)[at] / shares.sum())
    steps = generator(name, "minutes", day).standard_normal(MINUTES) * np.sqrt(variances)
    start, end = _levels(seed, factor)[at : at + 2].tolist()
    steps += variances / variances.sum() * (end - start - steps.sum())
    return start + np.concatenate(([0.0], np.cumsum(steps))), variances


@lru_cache(maxsize=64)
def _times(seed: int, factor: str, week: int) -> Floats:
    # How fast time runs in the minutes of some days; together that costs little more than for one.
    minutes, key = _WEEK * MINUTES, key_of(f"{seed}:{factor}")
    fast = cascade(key, _FAST, _FAST_LOW, week * minutes, minutes)
    return fast.reshape(_WEEK, MINUTES) * _SEASON


@lru_cache(maxsize=128)
def _levels(seed: int, factor: str) -> Floats:
    # Where it stands at the beginning of each day, in deviations of a year.
    draws = [generator(f"{seed}:{factor}", "days", n).standard_normal(_BLOCK) for n in _BLOCKS]
    sums: Floats = np.append(0.0, np.cumsum(np.concatenate(draws) * np.sqrt(_weather(seed))))
    sums -= sums[_ANCHOR - _FIRST]
    # A triangle's wave: between the bounds it is the sum itself.
    return np.abs((sums - _BOUND) % (4 * _BOUND) - 2 * _BOUND) - _BOUND


@lru_cache(maxsize=4)
def _weather(seed: int) -> Floats:
    # The variance of each day, for all factors alike.
    days = np.arange(_FIRST, _FIRST + _BLOCK * len(_BLOCKS))
    slow = cascade(key_of(seed, "weather"), _SLOW, _SLOW_LOW, _FIRST, len(days))
    weekly = np.where((days + 3) % 7 >= 5, _WEEKEND, 1.0) / ((5 + 2 * _WEEKEND) / 7)
    return _USUAL * slow * weekly


def _bridge(path: NDArray[Any], variances: Any, moves: Floats) -> NDArray[Any]:
    # Brownian motion in the columns of draws, from 0 to where each of the ``moves`` ends.
    path *= np.sqrt(variances / len(path)).astype(path.dtype)
    # Row by row: several times as fast as numpy's sum over an axis that is not the last.
    for row in range(1, len(path)):
        path[row] += path[row - 1]
    share = np.arange(1, len(path) + 1, dtype=path.dtype)[:, None] / path.dtype.type(len(path))
    path += (moves.astype(path.dtype) - path[-1]) * share
    return path
