"""What is public beside prices: the exchange as a whole and, of contracts, funding, open interest,
price limits and position tiers.

OKX docs: Public Data; Trading Statistics; Order Book Trading, Market Data.

Tested in ``tests/sandbox/test_sandbox_public.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.market.dates import bar_named, futures_expiries
from okx_magic.sandbox.market.instruments import Instrument, indices, instruments, tiers, worth
from okx_magic.sandbox.market.market import FUNDING_PERIOD, Market, Moment
from okx_magic.sandbox.replies import refuse_if, there
from okx_magic.sandbox.routes.rows import (
    Row,
    about,
    asked,
    chosen,
    day_before,
    instrument_of,
    page_of_bars,
    page_of_numbers,
    second_of,
    told,
)

if TYPE_CHECKING:
    from okx_magic.sandbox.params import Params

_CNY = Decimal("7.1")
# The bounds that are told of a funding rate; the market stays far within.
MOST_FUNDING = Decimal("0.00375")
_CONTRACT_TYPES = ("SWAP", "FUTURES")

_FUNDING_HISTORY = "/api/v5/public/funding-rate-history"
_INTEREST_HISTORY = "/api/v5/rubik/stat/contracts/open-interest-history"
_INTEREST_VOLUME = "/api/v5/rubik/stat/contracts/open-interest-volume"


def time(at: Moment, _: Params) -> list[Row]:
    """The exchange's clock."""
    return [{"ts": str(at.ms)}]


def listed(at: Moment, query: Params) -> list[Any]:
    """Instruments, as they are listed."""
    aliases = {expires: alias for alias, expires in futures_expiries(at.second).items()}
    return [
        {**one.listing, "alias": aliases[one.expires]}
        if one.inst_type == "FUTURES"
        else one.listing
        for one in chosen(at, query, needs_family=True)
    ]


def underlying(at: Moment, query: Params) -> list[Any]:
    """What a kind of contracts is about: one list of names."""
    return [list(dict.fromkeys(one.listing["uly"] for one in chosen(at, query)))]


def exchange_rate(_: Moment, __: Params) -> list[Row]:
    """The dollar in yuan: one price for all times."""
    return [{"usdCny": _CNY}]


def platform_volume(at: Moment, _: Params) -> list[Row]:
    """What all instruments traded in 24 hours."""
    usd = Decimal(0)
    kinds = ("SPOT", "SWAP", "FUTURES")
    for one in (each for kind in kinds for each in at.market.offered(kind, at.now)):
        # Cross pairs count in their quote currency.
        px = at.market.last(indices()["BTC-USD"], at.now) if one.quote == "BTC" else 1
        usd += at.market.candle(one, day_before(at), at.now).vol_quote * px
    return [{"volUsd": round(usd, 2), "volCny": round(usd * _CNY, 2), "ts": str(at.ms)}]


def index_components(at: Moment, query: Params) -> Row:
    """What an index is made of: of nothing but the one market that there is."""
    name = query["index"]
    refuse_if(name not in indices(), "51001")
    px = at.market.last(indices()[name], at.now)
    part = {"exch": "Sandbox", "symbol": name.replace("-", "/"), "wgt": "1"}
    components = [part | {"symPx": px, "cnvPx": px}]
    return {"index": name, "last": px, "ts": str(at.ms), "components": components}


def support_coin(at: Moment, __: Params) -> Row:
    """The currencies of which there are statistics."""
    groups = {"contract": _CONTRACT_TYPES, "option": ("OPTION",), "spot": ("SPOT",)}
    return {
        name: sorted({one.base for kind in kinds for one in at.market.offered(kind, at.now)})
        for name, kinds in groups.items()
    }


def funding_rate(at: Moment, query: Params) -> list[Row]:
    """What is to be settled next, of a swap or of ANY."""
    market, swaps = at.market, _swaps()
    due = market.funding_times(at.second, at.second + FUNDING_PERIOD)[0]
    return [
        _funding(at, swap, due)
        | {
            "nextFundingTime": f"{due + FUNDING_PERIOD}000",
            "minFundingRate": -MOST_FUNDING,
            "maxFundingRate": MOST_FUNDING,
            "settFundingRate": market.funding_rate(swap, due - FUNDING_PERIOD),
            "premium": round(market.last(swap, at.now) / market.index(swap, at.now) - 1, 10),
            "ts": str(at.ms),
        }
        for swap in (
            swaps.values() if query["instId"] == "ANY" else [instrument_of(at, query, swaps)]
        )
    ]


def funding_rate_history(at: Moment, query: Params) -> list[Row]:
    """What was settled, at each funding time since the listing."""
    swap = instrument_of(at, query, _swaps())
    numbers = range(swap.listed // FUNDING_PERIOD + 1, at.second // FUNDING_PERIOD + 1)
    found = page_of_numbers(
        query, _FUNDING_HISTORY, numbers, lambda ms: second_of(ms) // FUNDING_PERIOD
    )
    rows = (_funding(at, swap, number * FUNDING_PERIOD) for number in found)
    return [row | {"realizedRate": row["fundingRate"]} for row in rows]


def _funding(at: Moment, swap: Instrument, second: int) -> Row:
    rate = at.market.funding_rate(swap, second)
    return about(swap) | {"fundingRate": rate, "fundingTime": f"{second}000"}


def open_interest(at: Moment, query: Params) -> list[Row]:
    """How much of each contract is open."""
    rows = []
    for one in chosen(at, query, needs_family=True):
        oi, base, usd = _interest(one, at.market, at.now)
        rows.append(about(one) | {"oi": oi, "oiCcy": base, "oiUsd": usd, "ts": str(at.ms)})
    return rows


def _interest(contract: Instrument, market: Market, second: float) -> list[Decimal]:
    # Contracts, base currency and dollars.
    oi = market.open_interest(contract, second)
    amounts = (oi, *worth(contract, oi, market.index(contract, second)))
    return [round(amount, 8) for amount in amounts]


def interest_history(at: Moment, query: Params) -> list[Any]:
    """How much of a contract was open as each bar began."""
    contract = instrument_of(at, query)
    refuse_if(contract.inst_type not in _CONTRACT_TYPES, "51000", "instId")
    bar = bar_named(query.get("period", "5m"))
    numbers = range(bar.number(contract.listed) + 1, bar.number(at.second) + 1)
    return [
        [f"{bar.start(number)}000", *_interest(contract, at.market, bar.start(number))]
        for number in page_of_bars(query, _INTEREST_HISTORY, bar, numbers, ("end", "begin"))
    ]


def interest_volume(at: Moment, query: Params) -> list[Any]:
    """How much was open in all contracts of a currency as each bar began, and traded in it."""
    contracts = [
        one
        for kind in _CONTRACT_TYPES
        for one in at.market.offered(kind, at.now)
        if one.base == query["ccy"]
    ]
    refuse_if(not contracts, "51000", "ccy")
    bar = bar_named(query.get("period", "5m"))
    numbers = range(bar.number(min(one.listed for one in contracts)) + 1, bar.number(at.second) + 1)
    rows = []
    for number in page_of_bars(query, _INTEREST_VOLUME, bar, numbers, ("end", "begin")):
        start, end = bar.start(number), min(bar.start(number + 1), at.now)
        there = [one for one in contracts if one.listed <= start]
        oi = sum(_interest(one, at.market, start)[2] for one in there)
        vol = sum(at.market.candle(one, start, end).vol_quote for one in there)
        rows.append([f"{start}000", Decimal(oi), round(Decimal(vol), 8)])
    return rows


def convert(at: Moment, query: Params) -> list[Row]:
    """Between contracts and coins (or, of linear ones, dollars); no price moves here."""
    contract, size = instrument_of(at, query), params.positive(query, "sz")
    unit, kind = query.get("unit", "coin"), query.get("type", "1")
    each = there(contract.ct_val, "51000", "instId")
    if contract.inverse or unit == "usds":
        px = params.positive(query, "px")
        each = each / px if contract.inverse else each * px
    if kind == "2":
        converted = round(size * each, 8)
    else:
        # Whole lots: never more than is wanted to open, the nearest to close.
        lots = size / each / contract.lot
        converted = (lots // 1 if query.get("opType") == "open" else round(lots)) * contract.lot
    return [{**query, "unit": unit, "type": kind, "sz": converted}]


def price_limit(at: Moment, query: Params) -> list[Row]:
    """How far from the mark price orders may be."""
    instrument = instrument_of(at, query)
    highest, lowest = at.market.price_limits(instrument, at.now)
    limits = {"buyLmt": highest, "sellLmt": lowest, "enabled": True, "ts": str(at.ms)}
    return [about(instrument) | limits]


def position_tiers(at: Moment, query: Params) -> list[Row]:
    """The larger a position the more margin it needs. A family has one table for all its members."""
    families = {one.listing.get("instFamily"): one for one in chosen(at, query, needs_family=True)}
    rows = (about(one) | told(tier) for one in families.values() for tier in tiers(one))
    return [row | {"instId": ""} for row in asked(query, rows, "tier")]


def _swaps() -> dict[str, Instrument]:
    return {name: one for name, one in instruments().items() if one.inst_type == "SWAP"}
