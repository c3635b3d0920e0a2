"""What an instrument costs where its coin stands: how far swaps, futures, marks and indices are from
spot, and what options are worth. ``minutes`` are counted since 1970.

Differences to spot are small against OKX's fees, and none lasts: premiums come back within days, and
that of a future shrinks to its expiry.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from okx_magic.sandbox.data import table
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
    quarters = np.sqrt(_left(quoted.expires, minutes, 0.0) * 4 / _YEAR)
    key = key_of(seed, "future", quoted.underlying, quoted.expires)
    return above + (_FUTURE_MEAN + waves(key, _FUTURE, minutes)) * quarters


def premium(seed: int, swap: Instrument, minutes: range) -> Floats:
    """How far the swap stands above spot."""
    return _PREMIUM_MEAN + waves(key_of(seed, "premium", swap.underlying), _PREMIUM, minutes)


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
        prices = _option_price(seed, quoted, prices, minutes)
    return np.maximum(1, np.rint(prices / float(quoted.tick))).astype(np.int64)


def volatilities(
    seed: int, option: Instrument, forward: Floats, minutes: range
) -> tuple[Floats, Floats]:
    """The volatility that the market agrees on at the money, and that of the option's strike: a smile
    over the distance to ``forward``.
    """
    money, root = _at_the_money(seed, option.base, option.expires, minutes)
    far = (np.log(option.strike / forward) / (money * root)).clip(-_WIDEST, _WIDEST)
    return money, money * (1 + _SLOPE * far + _CURVE * far * far)


def greeks(
    option: Instrument, forward: float, volatility: float, days: float
) -> tuple[float, float, float, float]:
    """Delta, gamma, theta of a day and vega of a point by Black and Scholes, in dollars: at a
    ``volatility``, so many ``days`` before the expiry.
    """
    deviation = volatility * math.sqrt(days / 365)
    upper = math.log(forward / option.strike) / deviation + deviation / 2
    density = math.exp(-upper * upper / 2) / math.sqrt(2 * math.pi)
    return (
        (math.erf(upper / math.sqrt(2)) + (1 if option.opt_type == "C" else -1)) / 2,
        density / (forward * deviation),
        -forward * density * deviation / (2 * days),
        forward * density * math.sqrt(days / 365) / 100,
    )


def _option_price(seed: int, option: Instrument, forward: Floats, minutes: range) -> Floats:
    # By Black's formula with the smile, in units of the coin, as OKX quotes options.
    _, root = _at_the_money(seed, option.base, option.expires, minutes)
    deviation = volatilities(seed, option, forward, minutes)[1] * root
    upper = np.log(forward / option.strike) / deviation + deviation / 2
    sign = 1 if option.opt_type == "C" else -1
    above, below = (
        1 + np.asarray(_ERF(sign * each / math.sqrt(2)), np.float64)
        for each in (upper, upper - deviation)
    )
    price: Floats = sign * (above - option.strike / forward * below) / 2
    return price


# A chain of options has it in common.
@lru_cache(maxsize=128)
def _at_the_money(seed: int, coin: str, expires: int, minutes: range) -> tuple[Floats, Floats]:
    # The volatility, and the root of the years that are left.
    years = _left(expires, minutes, 1.0) / _YEAR
    waving = waves(key_of(seed, "volatility", coin), _VOLATILITY, minutes)
    usual = table("coins.json")[coin]["volatility"]
    return usual * (1 + waving) * (1 + 0.04 * np.log(years / 0.1)), np.sqrt(years)


def _left(expires: int, minutes: range, least: float) -> Floats:
    # Minutes up to the expiry.
    return (expires / 60 - np.arange(minutes.start, minutes.stop, minutes.step)).clip(least)
