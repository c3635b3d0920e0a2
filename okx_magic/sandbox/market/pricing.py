"""What an instrument costs where its coin stands: how far swaps, futures, marks and indices are from
spot, and what options are worth. ``minutes`` are counted since 1970.

Differences to spot are small against OKX's fees, and none lasts: premiums come back within days, and
that of a future shrinks to its expiry.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from okx_magic.sandbox.market.noise import key_of, waves

if TYPE_CHECKING:
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.market.noise import Floats, Ints

# Deviations by their periods in minutes: of a swap's premium (and its mean), of an index, of a future of
# a quarter (and what it is above spot), of a volatility.
_PREMIUM_MEAN = -0.6e-4
_PREMIUM = ((2880, 1.4e-4), (960, 1.2e-4), (60, 0.4e-4), (7, 0.2e-4))
_INDEX = ((45, 0.3e-4), (9, 0.3e-4))
_FUTURE_MEAN = 3e-4
_FUTURE = ((5760, 5e-4), (960, 1.25e-4), (30, 0.625e-4))
_VOLATILITY = ((20_160, 0.08), (2880, 0.04))
# Of what is open, and of how many are long for each that is short.
_CROWDS = {
    "open": ((43_200, 0.1), (4320, 0.1), (30, 0.1)),
    "crowd": ((20_160, 0.12), (2880, 0.12), (240, 0.12)),
}
# OKX docs, Get funding rate: premium + clamp(interest - premium), here within 0.9 hundredths of a per
# cent: with the premium above funding is 0 on average, and neither side is paid for long enough to earn
# what it costs to trade both legs.
_INTEREST, _CLAMP = 1e-4, 0.9e-4
_YEAR = 365.0 * 1440

# A volatility's slope and curve over moneyness in deviations.
_SLOPE, _CURVE, _WIDEST = -0.025, 0.028, 3.0
_ERF = np.frompyfunc(math.erf, 1, 1)


def offset(seed: int, quoted: Instrument, minutes: range) -> Floats:
    """How far the price stands above that of its coin, as a logarithm, in each of ``minutes``."""
    above = np.zeros(len(minutes))
    if quoted.role != "last":
        above += waves(key_of(seed, "index", quoted.underlying), _INDEX, minutes)
    if quoted.role == "index" or quoted.is_spot:
        return above
    if quoted.inst_type == "SWAP":
        return above + premium(seed, quoted, minutes) / (2 if quoted.role == "mark" else 1)
    quarters = np.sqrt(_left(quoted, minutes, 0.0) * 4 / _YEAR)
    key = key_of(seed, "future", quoted.underlying, quoted.expires)
    return above + (_FUTURE_MEAN + waves(key, _FUTURE, minutes)) * quarters


def premium(seed: int, swap: Instrument, minutes: range) -> Floats:
    """How far the swap stands above spot."""
    return _PREMIUM_MEAN + waves(key_of(seed, "premium", swap.underlying), _PREMIUM, minutes)


def funding(seed: int, swap: Instrument, minute: int) -> float:
    """The rate that is settled in ``minute``: it follows from the mean of the premium over the eight
    hours before the settlement that came before.
    """
    above = float(premium(seed, swap, range(minute - 960, minute - 480, 5)).mean())
    return above + min(max(_INTEREST - above, -_CLAMP), _CLAMP)


def crowd(seed: int, name: str, what: str, second: float) -> float:
    """How much more than usual ``what`` there is of ``name``."""
    minute = int(second) // 60
    waves_of = waves(key_of(seed, name, what), _CROWDS[what], range(minute, minute + 1))
    return float(waves_of[0])


def in_ticks(seed: int, quoted: Instrument, logs: Floats, minutes: range) -> Ints:
    """The prices of log prices, in whole ticks; for each of ``minutes``, or all of the one. Monotone
    within a minute, rounding included: highs stay above and lows below everything.
    """
    prices = np.exp(logs)
    if quoted.opt_type:
        prices = _option_price(quoted, prices, variance_left(seed, quoted, minutes))
    return np.maximum(1, np.rint(prices / float(quoted.tick))).astype(np.int64)


def variance_left(seed: int, option: Instrument, minutes: range) -> Floats:
    """The variance of the log price up to the expiry at a volatility that the market agrees on, for
    the strike that is as far from the usual price as this one.
    """
    left = _left(option, minutes, 1.0) / _YEAR
    usual = 0.55 if option.base == "BTC" else 0.68
    level = usual * (1 + waves(key_of(seed, "volatility", option.base), _VOLATILITY, minutes))
    level *= 1 + 0.04 * np.log(left / 0.1)
    return level * level * left


def smiled(option: Instrument, forward: Floats, variance: Floats) -> Floats:
    """``variance`` as it holds for the option's strike: a smile over the distance to ``forward``."""
    far = (np.log(option.strike / forward) / np.sqrt(variance)).clip(-_WIDEST, _WIDEST)
    smile: Floats = variance * (1 + _SLOPE * far + _CURVE * far * far) ** 2
    return smile


class Greeks(NamedTuple):
    """By Black and Scholes: in dollars, ``delta`` for a coin; a day's ``theta``, ``vega`` of a point."""

    delta: float
    gamma: float
    theta: float
    vega: float


def greeks(option: Instrument, forward: float, variance: float, days: float) -> Greeks:
    """Those at a smiled ``variance`` that is left over ``days``."""
    deviation = math.sqrt(variance)
    upper = math.log(forward / option.strike) / deviation + deviation / 2
    density = math.exp(-upper * upper / 2) / math.sqrt(2 * math.pi)
    below = float(_normal(np.array(upper)))
    return Greeks(
        below if option.opt_type == "C" else below - 1,
        density / (forward * deviation),
        -forward * density * deviation / (2 * days),
        forward * density * math.sqrt(days / 365) / 100,
    )


def _option_price(option: Instrument, forward: Floats, variance: Floats) -> Floats:
    # By Black's formula with the smile, in units of the coin, as OKX quotes options.
    deviation = np.sqrt(smiled(option, forward, variance))
    upper = np.log(forward / option.strike) / deviation + deviation / 2
    sign = 1 if option.opt_type == "C" else -1
    share = option.strike / forward
    price: Floats = sign * (_normal(sign * upper) - share * _normal(sign * (upper - deviation)))
    return price


def _left(quoted: Instrument, minutes: range, least: float) -> Floats:
    # Minutes to the expiry.
    ends = np.arange(minutes.start, minutes.stop, minutes.step)
    return (quoted.expires / 60 - ends).clip(least)


def _normal(values: Floats) -> Floats:
    return 0.5 * (1 + np.asarray(_ERF(values / math.sqrt(2)), np.float64))
