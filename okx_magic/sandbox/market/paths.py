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
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.noise import cascade, generator, key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from okx_magic.sandbox.market.noise import Floats

MINUTES = 1440
# Steps of a minute; its open, high, low and close are among them.
STEPS = 15
# The day on which factors stand at zero: 2026-01-01. Days are drawn in blocks, from 2006 to 2070.
_ANCHOR = 20_454
_BLOCK = 1024
_BLOCKS = range(-7, 16)
_FIRST = _ANCHOR + _BLOCK * _BLOCKS.start
# Days whose minutes' variances are worked out together.
_WEEK = 8

_SLOW = (32, 16, 8, 4, 2, 1)
_FAST = (720, 360, 120, 40, 13, 4)
_LOW, _SLOW_LOW = 0.66, 0.63
# A day's variance at a weekend; and how much it varies around two in the afternoon of UTC.
_WEEKEND = 0.6
_HOURS = np.arange(MINUTES) / 60
_SEASON = 0.5 + 1.1 * np.exp(-(((((_HOURS - 15 + 12) % 24) - 12) / 4.5) ** 2))
_MEAN_WEEK = (5 + 2 * _WEEKEND) / 7
# What all coins share moves half its worth in a year.
_SHARED = {"all": 0.5}


class Summary(NamedTuple):
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

    @property
    def pace(self) -> Floats:
        """How fast time runs, which is 1 on average."""
        return self.variances * MINUTES / self.usual


class Factor:
    """A path with the deviation ``annual`` over a year; ``usual`` is the variance of a day."""

    def __init__(self, seed: int, name: str, annual: float) -> None:
        self._name = f"{seed}:{name}"
        self._key = key_of(self._name)
        self.usual = annual**2 / 365
        self._days = self.usual / _MEAN_WEEK * _weather(seed)
        self._levels = self._reflected(3 * annual)
        self._week = lru_cache(maxsize=1)(self._times)

    def level(self, day: int) -> float:
        """Where the path stands at the beginning of ``day``."""
        return float(self._levels[day - _FIRST])

    def minutes(self, day: int) -> tuple[Floats, Floats]:
        """Where each minute of ``day`` opens (and the last one closes), and the variance of each."""
        number, place = divmod(day, _WEEK)
        variances = self._week(number)[place]
        steps = generator(self._name, "minutes", day).standard_normal(MINUTES) * np.sqrt(variances)
        start = self.level(day)
        steps += variances / variances.sum() * (self.level(day + 1) - start - steps.sum())
        return start + np.concatenate(([0.0], np.cumsum(steps))), variances

    def _times(self, number: int) -> Floats:
        # The variances of the minutes of so many days, a row a day.
        first, count = number * _WEEK * MINUTES, _WEEK * MINUTES
        shares = cascade(self._key, _FAST, _LOW, first, count).reshape(_WEEK, MINUTES) * _SEASON
        days = self._days[number * _WEEK - _FIRST :][:_WEEK]
        result: Floats = shares * (days / shares.sum(axis=1))[:, None]
        return result

    def _reflected(self, bound: float) -> Floats:
        draws = [generator(self._name, "days", n).standard_normal(_BLOCK) for n in _BLOCKS]
        sums = np.append(0.0, np.cumsum(np.concatenate(draws) * np.sqrt(self._days)))
        sums -= sums[_ANCHOR - _FIRST]
        # A triangle's wave: between the bounds it is the sum itself.
        result: Floats = abs((sums - bound) % (4 * bound) - 2 * bound) - bound
        return result


class Paths:
    """The paths of all coins under ``seed``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._coins = {coin["ccy"]: coin for coin in table("coins.json")}
        own = _SHARED | {name: coin["own"] for name, coin in self._coins.items()}
        self._factor = cache(lambda name: Factor(seed, name, own[name]))
        self._parts = lru_cache(maxsize=64)(lambda name, day: self._factor(name).minutes(day))
        self._summaries = lru_cache(maxsize=24)(self._summary)

    def day(self, coin: str, day: int) -> Summary:
        """What ``coin`` did on ``day``."""
        return self._summaries(coin, day)

    def level(self, coin: str, day: int) -> float:
        """Where ``coin`` stands at the beginning of ``day``."""
        middle, weights = self._made_of(coin)
        return middle + sum(w * self._factor(name).level(day) for name, w in weights.items())

    def beats(self, coin: str, minute: int, count: int) -> Floats:
        """The path of ``coin`` at the ends of ``count`` parts of each step of ``minute``: bridges
        once more, turned back where they would leave the minute's high and low.
        """
        day, place = divmod(minute, MINUTES)
        whole = self.day(coin, day)
        opened, closed = whole.opens[place : place + 1], whole.opens[place + 1 : place + 2]
        high, low = max(whole.highs[place], opened[0]), min(whole.lows[place], opened[0])
        if coin not in self._coins:
            base, quote = (self.beats(each, minute, count) for each in coin.split("-"))
            return np.clip(base - quote, low, high)
        draws = generator(self._seed, coin, "beats", minute).standard_normal((STEPS, count))
        path = np.cumsum(draws * np.sqrt(whole.variances[place] / STEPS / count), axis=1)
        share = np.arange(1, count + 1) / count
        path -= path[:, -1:] * share
        ends = np.concatenate((opened, opened + whole.steps[:, place], closed))
        path += ends[:-1, None] + np.diff(ends)[:, None] * share
        path = np.where(path > high, 2 * high - path, path)
        path = np.where(path < low, 2 * low - path, path)
        path[:, -1] = ends[1:]
        result: Floats = np.clip(path, low, high).ravel()
        return result

    def _made_of(self, coin: str) -> tuple[float, dict[str, float]]:
        # What it is around, and the weights of the factors that it is the sum of.
        facts = self._coins[coin]
        shared = dict.fromkeys(_SHARED, facts["beta"]) if facts["beta"] else {}
        return math.log(facts["price"]), shared | {coin: 1.0}

    def _summary(self, coin: str, day: int) -> Summary:
        if coin in self._coins:
            opens, variances, usual = self._minutes(coin, day)
            steps = self._steps(coin, day, np.diff(opens), variances)
        else:
            base, quote = (self.day(each, day) for each in coin.split("-"))
            opens, steps = base.opens - quote.opens, base.steps - quote.steps
            variances, usual = base.variances + quote.variances, base.usual + quote.usual
        highs = np.maximum(opens[:-1] + steps.max(axis=0), opens[1:])
        lows = np.minimum(opens[:-1] + steps.min(axis=0), opens[1:])
        return Summary(opens, highs, lows, variances, usual, steps)

    def _minutes(self, coin: str, day: int) -> tuple[Floats, Floats, float]:
        middle, weights = self._made_of(coin)
        opens, variances, usual = np.full(MINUTES + 1, middle), np.zeros(MINUTES), 0.0
        for name, weight in weights.items():
            path, times = self._parts(name, day)
            opens += weight * path
            variances += weight * weight * times
            usual += weight * weight * self._factor(name).usual
        return opens, variances, usual

    def _steps(self, coin: str, day: int, moves: Floats, variances: Floats) -> NDArray[Any]:
        # The path at the end of each step of each minute, from the minute's open.
        draws = generator(self._seed, coin, "steps", day)
        path = draws.standard_normal((STEPS, MINUTES), np.float32)
        path *= np.sqrt(variances / STEPS).astype(np.float32)
        # Row by row: several times as fast as numpy's sum over an axis that is not the last.
        for step in range(1, STEPS):
            path[step] += path[step - 1]
        share = np.arange(1, STEPS + 1, dtype=np.float32)[:, None] / np.float32(STEPS)
        path += (moves.astype(np.float32) - path[-1]) * share
        # The last one is at the close, which is known to the last bit.
        return path[:-1]


@lru_cache(maxsize=4)
def _weather(seed: int) -> Floats:
    # How wild each day is: for all alike.
    days = np.arange(_FIRST, _FIRST + _BLOCK * len(_BLOCKS))
    slow = cascade(key_of(seed, "weather"), _SLOW, _SLOW_LOW, _FIRST, len(days))
    return slow * np.where((days + 3) % 7 >= 5, _WEEKEND, 1.0)
