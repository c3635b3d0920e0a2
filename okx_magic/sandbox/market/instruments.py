"""The instruments on offer: how they quote what their series of prices does, and how much of them may
be held.

``data/instruments.jsonl`` has one a line, OKX's fields and the market's. ``market`` there says how the
sandbox prices an instrument: the ``series`` of prices it follows times ``basis``, its size for each
``unit`` of the series' volume, and the size of a usual ``level`` of its book. ``data/tiers.json`` has,
by instType and instFamily, the tiers as ``[maxSz, mmr, maxLever]``.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from statistics import NormalDist
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from okx_magic.sandbox.facts import table, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.market.pricetree import Stretch


# Options are priced by Black's formula as if they had always this long to live, at this volatility.
_OPTION_DEVIATION = 0.6 * 0.5**0.5


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """An instrument; ``listing`` holds OKX's fields of it, but for the empty ones.

    ``ct_val`` is what one contract is worth in ``ctValCcy`` (None for spot), ``inverse`` whether
    that is a sum of dollars; ``strike`` and ``opt_type`` are of options. ``listed`` is in
    seconds.
    """

    inst_id: str
    inst_type: str
    base: str
    quote: str
    tick: Decimal
    lot: Decimal
    min_size: Decimal
    ct_val: Decimal | None
    inverse: bool
    strike: float
    opt_type: str
    listed: int
    series: str
    basis: float
    unit: Decimal
    level: Decimal
    listing: Mapping[str, Any]

    @property
    def is_spot(self) -> bool:
        """Whether it is a spot pair; everything else trades in contracts."""
        return self.inst_type == "SPOT"


@dataclass(frozen=True, slots=True)
class Tier:
    """Sizes from ``min_sz`` to ``max_sz``, in contracts; ``mmr`` and ``imr`` are the shares of a
    position's worth that must be there to keep and to open it, at ``max_lever``.
    """

    tier: str
    min_sz: Decimal
    max_sz: Decimal
    mmr: Decimal
    imr: Decimal
    max_lever: Decimal


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


@cache
def instruments() -> Mapping[str, Instrument]:
    """All instruments by ``instId``."""
    read = (_instrument(**json.loads(line)) for line in text("instruments.jsonl").splitlines())
    return MappingProxyType({instrument.inst_id: instrument for instrument in read})


@cache
def marks() -> Mapping[str, Instrument]:
    """How the mark price of each instrument is quoted: ten times as fine as the instrument, and that
    of swaps half as far from the index.
    """
    return MappingProxyType({name: _marked(one) for name, one in instruments().items()})


@cache
def indices() -> Mapping[str, Instrument]:
    """How each index is quoted, by its name: one for every spot pair and every underlying."""
    named = ((one.listing.get("uly", name), one) for name, one in instruments().items())
    # The first of a name is the spot pair or the swap.
    found: dict[str, Instrument] = {}
    for name, one in named:
        found.setdefault(name, one if one.is_spot else replace(one, basis=1.0))
    return MappingProxyType(
        {name: replace(one, inst_id=name, tick=one.tick / 10) for name, one in found.items()}
    )


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


@cache
def tiers(instrument: Instrument) -> tuple[Tier, ...]:
    """The tiers of an instrument, smallest first; none for spot and options.

    OKX docs, Get position tiers: the larger a position, the more margin it needs and the less leverage
    it may have; a tier begins where the one before it ends.
    """
    families = table("tiers.json").get(instrument.inst_type, {})
    rows = families.get(instrument.listing.get("instFamily"), ())
    found, least = [], Decimal(0)
    for number, row in enumerate(rows, start=1):
        most, mmr, lever = map(Decimal, row)
        # OKX gives this share with at most four digits: 0.0667 at 15 times.
        found.append(Tier(str(number), least, most, mmr, round(1 / lever, 4), lever))
        least = most
    return tuple(found)


def _marked(instrument: Instrument) -> Instrument:
    basis = (1 + instrument.basis) / 2 if instrument.inst_type == "SWAP" else instrument.basis
    return replace(instrument, tick=instrument.tick / 10, basis=basis)


def _instrument(listing: dict[str, Any], market: dict[str, Any]) -> Instrument:
    contract = "ctVal" in listing
    base, _, quote = listing.get("uly", listing["instId"]).partition("-")
    return Instrument(
        inst_id=listing["instId"],
        inst_type=listing["instType"],
        base=base,
        quote=quote,
        tick=Decimal(listing["tickSz"]),
        lot=Decimal(listing["lotSz"]),
        min_size=Decimal(listing["minSz"]),
        ct_val=Decimal(listing["ctVal"]) * Decimal(listing["ctMult"]) if contract else None,
        inverse=listing.get("ctType") == "inverse",
        strike=float(listing.get("stk", 0)),
        opt_type=listing.get("optType", ""),
        listed=int(listing["listTime"]) // 1000,
        series=market["series"],
        basis=market["basis"],
        unit=Decimal(market["unit"]),
        level=Decimal(market["level"]),
        listing=MappingProxyType(listing),
    )


def _option(spot: float, instrument: Instrument) -> float:
    # In units of the underlying, as OKX quotes its options.
    moneyness = math.log(spot / instrument.strike)
    upper = moneyness / _OPTION_DEVIATION + _OPTION_DEVIATION / 2
    lower = upper - _OPTION_DEVIATION
    share, cdf = instrument.strike / spot, NormalDist().cdf
    if instrument.opt_type == "C":
        return cdf(upper) - share * cdf(lower)
    return share * cdf(-lower) - cdf(-upper)
