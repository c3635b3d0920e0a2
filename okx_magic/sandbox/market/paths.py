"""Paths of log prices: independent increments at every scale, whatever the volatility does.

A factor is Brownian motion in a trading time of its own. A day's increment comes first; its variance
has a base and slow two-valued parts, clusters of days and weeks. Inside the day trading time runs by a
season and by fast parts of the same kind; the minutes are a bridge through the day's ends in that time,
and the steps of each minute a bridge through the minute's ends. So each increment is as likely up as
down, given all before. What a coin does is a sum of factors, one that all share and its own, with steps
of its own; a coin in another coin is the difference of the two.

Between a day's ends nothing is stored, and any day is a vector. Over many years a factor is reflected
at its bounds, so that prices stay readable.
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

    from okx_magic.sandbox.market.noise import Floats, Ints

MINUTES = 1440
# Steps of a minute; its open, high, low and close are among them.
STEPS = 15
# The day on which factors stand at zero: 2026-01-01.
_ANCHOR = 20_454
_BLOCK = 1024
# Days whose variances are worked out together.
_WEEK = 8

_SLOW = (32, 16, 8, 4, 2, 1)
_FAST = (720, 360, 120, 40, 13, 4)
_LOW, _SLOW_LOW = 0.66, 0.63
# A day's variance at a weekend; and how much it varies around two in the afternoon of UTC.
_WEEKEND = 0.6
_HOURS = np.arange(MINUTES) / 60
_SEASON = 0.5 + 1.1 * np.exp(-(((((_HOURS - 15 + 12) % 24) - 12) / 4.5) ** 2))
_MEAN_WEEK = (5 + 2 * _WEEKEND) / 7


class Minutes(NamedTuple):
    """A day: where each minute opens (and the last one closes), the variance of each."""

    opens: Floats
    variances: Floats


class Summary(NamedTuple):
    """A day of a coin, by its minutes; ``steps`` has a row for the end of each step but the last, from
    the open, and highs and lows are the highest and lowest of these and of the close. ``pace`` says
    how fast time runs, which is 1 on average.
    """

    opens: Floats
    highs: Floats
    lows: Floats
    closes: Floats
    variances: Floats
    pace: Floats
    steps: Floats


class Factor:
    """A path with the deviation ``annual`` over a year; ``usual`` is the variance of a day."""

    def __init__(self, seed: int, name: str, annual: float) -> None:
        self._name = f"{seed}:{name}"
        self._key = key_of(self._name)
        # Days and weeks are wild for all alike.
        self._weather = key_of(seed, "weather")
        self.usual = annual**2 / 365
        self._variance = annual**2 / 365 / _MEAN_WEEK
        self._bound = 3 * annual
        self._block = lru_cache(maxsize=64)(self._days)
        self._week = lru_cache(maxsize=1)(self._times)

    def level(self, day: int) -> float:
        """Where the path stands at the beginning of ``day``."""
        number, place = divmod(day - _ANCHOR, _BLOCK)
        # A triangle's wave: between the bounds it is the sum itself.
        total = self._block(number)[1][place]
        turned = abs((total - self._bound) % (4 * self._bound) - 2 * self._bound)
        return float(turned - self._bound)

    def minutes(self, day: int) -> Minutes:
        """The minutes of ``day``."""
        number, place = divmod(day, _WEEK)
        variances = self._week(number)[place]
        steps = generator(self._name, "minutes", day).standard_normal(MINUTES) * np.sqrt(variances)
        start = self.level(day)
        steps += variances / variances.sum() * (self.level(day + 1) - start - steps.sum())
        return Minutes(start + np.concatenate(([0.0], np.cumsum(steps))), variances)

    def _variances(self, days: Ints) -> Floats:
        weekend = (days + 3) % 7 >= 5
        slow = cascade(self._weather, _SLOW, _SLOW_LOW, days)
        return self._variance * slow * np.where(weekend, _WEEKEND, 1.0)

    def _times(self, number: int) -> Floats:
        # The variances of the minutes of so many days, a row a day.
        first = number * _WEEK
        places = first * MINUTES + np.arange(_WEEK * MINUTES)
        shares = cascade(self._key, _FAST, _LOW, places).reshape(_WEEK, MINUTES) * _SEASON
        days = self._variances(first + np.arange(_WEEK))
        result: Floats = shares * (days / shares.sum(axis=1))[:, None]
        return result

    def _days(self, number: int) -> tuple[float, Floats]:
        # The sum at the end of a block of days, and the sums at the beginning of each of them.
        days = _ANCHOR + number * _BLOCK + np.arange(_BLOCK)
        draws = generator(self._name, "days", number).standard_normal(_BLOCK)
        sums = np.concatenate(([0.0], np.cumsum(draws * np.sqrt(self._variances(days)))))
        if number > 0:
            sums += self._block(number - 1)[0]
        elif number < 0:
            after = self._block(number + 1)[1][0] if number < -1 else 0.0
            sums += after - sums[-1]
        return float(sums[-1]), sums


class Paths:
    """The paths of all coins under ``seed``."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        # What all coins share moves half its worth in a year.
        self._factors = {"all": Factor(seed, "all", 0.5)}
        # Of each coin the weights of the factors that it is the sum of, and what that is around.
        self._coins: dict[str, tuple[dict[str, float], float]] = {}
        for coin in table("coins.json"):
            name, shared = coin["ccy"], {"all": coin["beta"]} if coin["beta"] else {}
            self._factors[name] = Factor(seed, name, coin["own"])
            self._coins[name] = {**shared, name: 1.0}, math.log(coin["price"])
        self._parts = lru_cache(maxsize=64)(lambda name, day: self._factors[name].minutes(day))
        self._summaries = lru_cache(maxsize=24)(self._summary)

    def day(self, coin: str, day: int) -> Summary:
        """What ``coin`` did on ``day``."""
        return self._summaries(coin, day)

    def level(self, coin: str, day: int) -> float:
        """Where ``coin`` stands at the beginning of ``day``."""
        weights, middle = self._coins[coin]
        return middle + sum(w * self._factors[name].level(day) for name, w in weights.items())

    def beats(self, coin: str, minute: int, count: int) -> Floats:
        """The path of ``coin`` at the ends of ``count`` parts of each step of ``minute``: bridges
        once more, turned back where they would leave the minute's high and low.
        """
        day, place = divmod(minute, MINUTES)
        whole = self.day(coin, day)
        high = max(whole.highs[place], whole.opens[place])
        low = min(whole.lows[place], whole.opens[place])
        if coin not in self._coins:
            base, quote = (self.beats(each, minute, count) for each in coin.split("-"))
            between: Floats = np.clip(base - quote, low, high)
            return between
        draws = generator(self._seed, coin, "beats", minute).standard_normal((STEPS, count))
        path = np.cumsum(draws * np.sqrt(whole.variances[place] / STEPS / count), axis=1)
        share = np.arange(1, count + 1) / count
        path -= path[:, -1:] * share
        opened, closed = whole.opens[place : place + 1], whole.closes[place : place + 1]
        ends = np.concatenate((opened, opened + whole.steps[:, place], closed))
        path += ends[:-1, None] + np.diff(ends)[:, None] * share
        path = np.where(path > high, 2 * high - path, path)
        path = np.where(path < low, 2 * low - path, path)
        path[:, -1] = ends[1:]
        result: Floats = np.clip(path, low, high).ravel()
        return result

    def _summary(self, coin: str, day: int) -> Summary:
        if coin in self._coins:
            opens, variances, usual = self._minutes(coin, day)
            steps: Floats = self._steps(coin, day, np.diff(opens), variances)
        else:
            base, quote = (self.day(each, day) for each in coin.split("-"))
            variances = base.variances + quote.variances
            usual = float((base.variances / base.pace + quote.variances / quote.pace)[0]) * MINUTES
            steps = base.steps - quote.steps
            opens = base.opens - quote.opens
            opens = np.append(opens, base.closes[-1] - quote.closes[-1])
        knots = opens[:-1] + steps
        return Summary(
            opens[:-1],
            np.maximum(knots.max(axis=0), opens[1:]),
            np.minimum(knots.min(axis=0), opens[1:]),
            opens[1:],
            variances,
            variances * MINUTES / usual,
            steps,
        )

    def _minutes(self, coin: str, day: int) -> tuple[Floats, Floats, float]:
        weights, middle = self._coins[coin]
        opens, variances, usual = np.full(MINUTES + 1, middle), np.zeros(MINUTES), 0.0
        for name, weight in weights.items():
            minutes = self._parts(name, day)
            opens += weight * minutes.opens
            variances += weight * weight * minutes.variances
            usual += weight * weight * self._factors[name].usual
        return opens, variances, usual

    def _steps(self, coin: str, day: int, moves: Floats, variances: Floats) -> Floats:
        # The path at the end of each step of each minute, from the minute's open.
        draws = generator(self._seed, coin, "steps", day)
        path: NDArray[Any] = draws.standard_normal((STEPS, MINUTES), np.float32)
        path *= np.sqrt(variances / STEPS).astype(np.float32)
        path = np.cumsum(path, axis=0)
        share = np.arange(1, STEPS + 1, dtype=np.float32)[:, None] / np.float32(STEPS)
        path += (moves.astype(np.float32) - path[-1]) * share
        # The last one is at the close, which is known to the last bit.
        result: Floats = path[:-1]
        return result
