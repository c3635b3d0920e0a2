"""How an instrument quotes what its series of prices does: in its own unit, on its tick."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from decimal import Decimal

    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.market.pricetree import Stretch

# Options are priced by Black's formula as if they had always this long to live, at this volatility.
_OPTION_DEVIATION = 0.6 * 0.5**0.5


class Candle(NamedTuple):
    """A bar in prices; ``vol`` in the instrument's size unit, ``vol_ccy`` and ``vol_quote`` as OKX
    defines volCcy and volCcyQuote (spot: quote currency in both; contracts: base, then quote).
    """

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    vol: Decimal
    vol_ccy: Decimal
    vol_quote: Decimal


def price_of(instrument: Instrument, log_price: float) -> Decimal:
    """The price of ``instrument`` when its series stands there; never below a tick."""
    # Monotone in the series, rounding included: so highs stay above and lows below everything.
    spot = math.exp(log_price) * instrument.basis
    price = _option(spot, instrument) if instrument.opt_type else spot
    return max(1, round(price / float(instrument.tick))) * instrument.tick


def candle_of(instrument: Instrument, stretch: Stretch) -> Candle:
    """The bar of ``instrument`` when its series does that."""
    prices = [price_of(instrument, value) for value in stretch[:4]]
    opened, _, _, closed = prices
    high, low = max(prices), min(prices)
    vol = stretch.volume * instrument.unit
    base, quote = worth(instrument, vol, (opened + high + low + closed) / 4)
    return Candle(opened, high, low, closed, vol, quote if instrument.is_spot else base, quote)


def worth(instrument: Instrument, sz: Decimal, px: Decimal) -> tuple[Decimal, Decimal]:
    """What a size is at a price (of the underlying, for options) in base and in quote currency."""
    if instrument.ct_val is None:
        return sz, sz * px
    value = sz * instrument.ct_val
    return (value / px, value) if instrument.inverse else (value, value * px)


def _option(spot: float, instrument: Instrument) -> float:
    # In units of the underlying, as OKX quotes its options.
    moneyness = math.log(spot / instrument.strike)
    upper = moneyness / _OPTION_DEVIATION + _OPTION_DEVIATION / 2
    lower = upper - _OPTION_DEVIATION
    share, cdf = instrument.strike / spot, NormalDist().cdf
    if instrument.opt_type == "C":
        return cdf(upper) - share * cdf(lower)
    return share * cdf(-lower) - cdf(-upper)
