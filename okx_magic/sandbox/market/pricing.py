"""What an instrument costs where its coin stands: how far swaps, futures, marks and indices are from
spot, and what options are worth. ``minutes`` are many that rise, or one.

Differences to spot are small against OKX's fees, and none lasts: premiums come back within days, and
that of a future shrinks to its expiry.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from okx_magic.sandbox.market.noise import key_of, wander

if TYPE_CHECKING:
    from okx_magic.sandbox.market.instruments import Instrument

# OKX docs, Get funding rate: funding is settled every eight hours of UTC.
FUNDING_PERIOD = 8 * 3600
_BP = 1e-4
# Deviations in hundredths of a per cent by their periods in minutes: of a swap's premium (and its mean),
# of an index, of a future of a quarter (and what it is above spot), of a volatility.
_PREMIUM_MEAN = -0.6
_PREMIUM = ((2880, 1.4), (960, 1.2), (60, 0.4), (7, 0.2))
_INDEX = ((45, 0.3), (9, 0.3))
_FUTURE_MEAN = 3.0
_FUTURE = ((5760, 5.0), (960, 1.25), (30, 0.625))
_VOLATILITY = ((20_160, 800.0), (2880, 400.0))
# OKX docs, Get funding rate: premium + clamp(interest - premium), here within 0.9 hundredths of a per
# cent: with the premium above funding is 0 on average, and neither side is paid for long enough to earn
# what it costs to trade both legs.
_INTEREST, _CLAMP = 1.0, 0.9
_YEAR = 365.0 * 1440

# A volatility's slope and curve over moneyness in deviations.
_SLOPE, _CURVE, _WIDEST = -0.025, 0.028, 3.0
_ERF = np.frompyfunc(math.erf, 1, 1)


def offset(seed: int, quoted: Instrument, minutes: Any) -> Any:
    """How far the price stands above that of its coin, as a logarithm, in each of ``minutes``."""
    mark, index = quoted.role == "mark", 0.0 * minutes
    if quoted.role != "last":
        index = _waves(key_of(seed, "index", quoted.underlying), _INDEX, minutes)
    if quoted.role == "index" or quoted.is_spot:
        return index
    if quoted.inst_type == "SWAP":
        above = premium(seed, quoted, minutes)
        return index + above / 2 if mark else above
    return _future(seed, quoted, minutes) + index


def premium(seed: int, swap: Instrument, minutes: Any) -> Any:
    """How far the swap stands above spot."""
    family = key_of(seed, "premium", swap.underlying)
    return _PREMIUM_MEAN * _BP + _waves(family, _PREMIUM, minutes)


@lru_cache(maxsize=4096)
def funding(seed: int, swap: Instrument, second: int) -> float:
    """The rate that is settled at ``second``: it follows from the mean of the premium over the eight
    hours before the settlement that came before.
    """
    minutes = np.arange(-2 * FUNDING_PERIOD // 60, -FUNDING_PERIOD // 60, 5) + second // 60
    above = float(premium(seed, swap, minutes).mean()) / _BP
    return (above + min(max(_INTEREST - above, -_CLAMP), _CLAMP)) * _BP


def in_ticks(seed: int, quoted: Instrument, logs: Any, minutes: Any) -> Any:
    """The prices of log prices, in whole ticks; ``logs`` has a row for each of ``minutes`` or one for
    all. Monotone within a minute, rounding included: highs stay above and lows below everything.
    """
    prices = np.exp(logs)
    if quoted.opt_type:
        prices = _option_price(quoted, prices, variance_left(seed, quoted, minutes))
    return np.maximum(1, np.rint(prices / float(quoted.tick))).astype(np.int64)


class Greeks(NamedTuple):
    """By Black and Scholes: in dollars, ``delta`` for a coin; a day's ``theta``, ``vega`` of a point."""

    delta: float
    gamma: float
    theta: float
    vega: float


def variance_left(seed: int, option: Instrument, minutes: Any) -> Any:
    """The variance of the log price up to the expiry at a volatility that the market agrees on, for
    the strike that is as far from the usual price as this one.
    """
    left = np.maximum(option.expires / 60 - minutes, 1.0) / _YEAR
    waves = _waves(key_of(seed, "volatility", option.base), _VOLATILITY, minutes)
    usual = 0.55 if option.base == "BTC" else 0.68
    level = usual * (1 + waves) * (1 + 0.04 * np.log(left / 0.1))
    return level * level * left


def smiled(option: Instrument, forward: Any, variance: Any) -> Any:
    """``variance`` as it holds for the option's strike: a smile over the distance to ``forward``."""
    far = (np.log(option.strike / forward) / np.sqrt(variance)).clip(-_WIDEST, _WIDEST)
    return variance * (1 + _SLOPE * far + _CURVE * far * far) ** 2


def greeks(option: Instrument, forward: float, variance: float, days: float) -> Greeks:
    """Those at a smiled ``variance`` that is left over ``days``."""
    deviation = math.sqrt(variance)
    upper = math.log(forward / option.strike) / deviation + deviation / 2
    density = math.exp(-upper * upper / 2) / math.sqrt(2 * math.pi)
    below = float(_normal(upper))
    return Greeks(
        below if option.opt_type == "C" else below - 1,
        density / (forward * deviation),
        -forward * density * deviation / (2 * days),
        forward * density * math.sqrt(days / 365) / 100,
    )


def _option_price(option: Instrument, forward: Any, variance: Any) -> Any:
    # By Black's formula with the smile, in units of the coin, as OKX quotes options.
    deviation = np.sqrt(smiled(option, forward, variance))
    upper = np.log(forward / option.strike) / deviation + deviation / 2
    sign = 1 if option.opt_type == "C" else -1
    share = option.strike / forward
    return sign * (_normal(sign * upper) - share * _normal(sign * (upper - deviation)))


def _future(seed: int, future: Instrument, minutes: Any) -> Any:
    quarters = np.sqrt(np.maximum(future.expires / 60 - minutes, 0.0) * 4 / _YEAR)
    key = key_of(seed, "future", future.underlying, future.expires)
    return (_FUTURE_MEAN * _BP + _waves(key, _FUTURE, minutes)) * quarters


def _waves(key: int, deviations: tuple[tuple[int, float], ...], minutes: Any) -> Any:
    # A chain of options has those of its minute in common.
    if isinstance(minutes, int):
        return _waves_of(key, deviations, minutes)
    return sum(deviation * _BP * wander(key, period, minutes) for period, deviation in deviations)


@lru_cache(maxsize=1024)
def _waves_of(key: int, deviations: tuple[tuple[int, float], ...], minute: int) -> Any:
    return sum(deviation * _BP * wander(key, period, minute) for period, deviation in deviations)


def _normal(values: Any) -> Any:
    return 0.5 * (1 + np.asarray(_ERF(values / math.sqrt(2)), np.float64))
