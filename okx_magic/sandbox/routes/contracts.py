"""The public endpoints of contracts: funding, open interest, price limits and position tiers. Each is
a function of query, market and time.

OKX docs: Public Data; Trading Statistics.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.market.market import FUNDING_PERIOD, MOST_FUNDING, Market
from okx_magic.sandbox.market.quoting import worth
from okx_magic.sandbox.market.tiers import tiers
from okx_magic.sandbox.replies import RefusalError, plain
from okx_magic.sandbox.routes.rows import fields_of, filled
from okx_magic.sandbox.routes.selecting import (
    bar_of,
    chosen,
    instrument_of,
    ms_of,
    named,
    page,
    page_of_bars,
    second_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.routes.prices import Handler

CONTRACT_TYPES = ("SWAP", "FUTURES")

_FUNDING = "/api/v5/public/funding-rate"
_FUNDING_HISTORY = "/api/v5/public/funding-rate-history"
_PRICE_LIMIT = "/api/v5/public/price-limit"
_TIERS = "/api/v5/public/position-tiers"
_INTEREST_HISTORY = "/api/v5/rubik/stat/contracts/open-interest-history"
_INTEREST_VOLUME = "/api/v5/rubik/stat/contracts/open-interest-volume"


def _funding_rate(query: Params, market: Market, now: float) -> list[Any]:
    swaps, second = _swaps(), int(now)
    due = market.funding_times(second, second + FUNDING_PERIOD)[0]
    rows = []
    for swap in swaps.values() if query.get("instId") == "ANY" else [instrument_of(query, swaps)]:
        facts = _funding(swap, market, due) | {
            "nextFundingTime": ms_of(due + FUNDING_PERIOD),
            "minFundingRate": plain(-MOST_FUNDING),
            "maxFundingRate": plain(MOST_FUNDING),
            "settState": "settled",
            "settFundingRate": plain(market.funding_rate(swap, due - FUNDING_PERIOD)),
            "premium": plain(_premium(swap, market, second)),
        }
        rows.append(filled(fields_of(_FUNDING), named(swap, now, **facts)))
    return rows


def _funding_rate_history(query: Params, market: Market, now: float) -> list[Any]:
    swap, fields = instrument_of(query, _swaps()), fields_of(_FUNDING_HISTORY)
    numbers = range(swap.listed // FUNDING_PERIOD + 1, int(now) // FUNDING_PERIOD + 1)
    rows = []
    for number in page(
        query, _FUNDING_HISTORY, numbers, lambda ms: second_of(ms) // FUNDING_PERIOD
    ):
        facts = _funding(swap, market, number * FUNDING_PERIOD)
        facts["realizedRate"] = facts["fundingRate"]
        rows.append(filled(fields, named(swap, now, **facts)))
    return rows


def _funding(swap: Instrument, market: Market, second: int) -> dict[str, str]:
    return {
        "method": "current_period",
        "formulaType": "noRate",
        "fundingRate": plain(market.funding_rate(swap, second)),
        "fundingTime": ms_of(second),
    }


def _premium(swap: Instrument, market: Market, second: int) -> Decimal:
    return round(market.last(swap, second) / market.index(swap, second) - 1, 10)


def _open_interest(query: Params, market: Market, now: float) -> list[Any]:
    rows = []
    for one in chosen(query, needs_family=True):
        if not one.is_spot:
            oi, base, usd = _interest(one, market, int(now))
            rows.append(named(one, now, oi=oi, oiCcy=base, oiUsd=usd))
    return rows


def _interest(contract: Instrument, market: Market, second: int) -> list[str]:
    # Contracts, base currency and dollars.
    oi = market.open_interest(contract, second)
    return [
        plain(round(amount, 8))
        for amount in (oi, *worth(contract, oi, market.index(contract, second)))
    ]


def _interest_history(query: Params, market: Market, now: float) -> list[Any]:
    contract = instrument_of(query)
    if contract.inst_type not in CONTRACT_TYPES:
        raise RefusalError("51000", "instId")
    bar = bar_of(query, _INTEREST_HISTORY, "period", "5m")
    numbers = range(bar.number(contract.listed) + 1, bar.number(int(now)) + 1)
    return [
        [f"{bar.start(number)}000", *_interest(contract, market, bar.start(number))]
        for number in page_of_bars(query, _INTEREST_HISTORY, bar, numbers, ("end", "begin"))
    ]


def _interest_volume(query: Params, market: Market, now: float) -> list[Any]:
    currency, second = params.required(query, "ccy"), int(now)
    contracts = [
        one
        for one in instruments().values()
        if one.inst_type in CONTRACT_TYPES and one.base == currency
    ]
    if not contracts:
        raise RefusalError("51000", "ccy")
    bar = bar_of(query, _INTEREST_VOLUME, "period", "5m")
    numbers = range(bar.number(min(one.listed for one in contracts)) + 1, bar.number(second) + 1)
    rows = []
    for number in page_of_bars(query, _INTEREST_VOLUME, bar, numbers, ("end", "begin")):
        start, end = bar.start(number), min(bar.start(number + 1), second)
        there = [one for one in contracts if one.listed <= start]
        oi = sum(Decimal(_interest(one, market, start)[2]) for one in there)
        vol = sum(market.candle(one, start, end).vol_quote for one in there)
        rows.append([f"{start}000", plain(Decimal(oi)), plain(round(Decimal(vol), 8))])
    return rows


def _convert(query: Params, _: Market, __: float) -> list[Any]:
    # Between contracts and coins (or, of linear ones, dollars); no price moves here.
    contract, size = instrument_of(query), params.positive(query, "sz")
    if contract.ct_val is None:
        raise RefusalError("51000", "instId")
    unit = params.one_of(query, "unit", {"coin", "usds"}) or "coin"
    if contract.inverse or unit == "usds":
        px = params.positive(query, "px")
        each = contract.ct_val / px if contract.inverse else contract.ct_val * px
    else:
        each = contract.ct_val
    kind = params.one_of(query, "type", {"1", "2"}) or "1"
    if kind == "2":
        converted = round(size * each, 8)
    else:
        # Whole lots: never more than is wanted to open, the nearest to close.
        opens = params.one_of(query, "opType", {"open", "close"}) == "open"
        lots = size / each / contract.lot
        converted = (lots // 1 if opens else round(lots)) * contract.lot
    shown = {"instId": contract.inst_id, "px": query.get("px", ""), "unit": unit, "type": kind}
    return [shown | {"sz": plain(converted)}]


def _price_limit(query: Params, market: Market, now: float) -> list[Any]:
    instrument = instrument_of(query)
    highest, lowest = market.price_limits(instrument, int(now))
    facts = {"buyLmt": plain(highest), "sellLmt": plain(lowest), "enabled": True}
    return [filled(fields_of(_PRICE_LIMIT), named(instrument, now, **facts))]


def _position_tiers(query: Params, _: Market, __: float) -> list[Any]:
    params.required(query, "tdMode")
    zeros = dict.fromkeys(("optMgnFactor", "quoteMaxLoan", "baseMaxLoan"), "0")
    # A family has one table, however many instruments.
    families = {one.listing.get("instFamily", ""): one for one in chosen(query, needs_family=True)}
    return [
        filled(
            fields_of(_TIERS),
            zeros
            | {"uly": one.listing["uly"], "instFamily": family, "tier": str(tier.tier)}
            | {"minSz": plain(tier.min_sz), "maxSz": plain(tier.max_sz), "mmr": plain(tier.mmr)}
            | {"imr": plain(tier.imr), "maxLever": plain(tier.max_lever)},
        )
        for family, one in families.items()
        for tier in tiers(one)
        if query.get("tier") in {None, "", str(tier.tier)}
    ]


CONTRACTS: Mapping[str, Handler] = MappingProxyType(
    {
        _FUNDING: _funding_rate,
        _FUNDING_HISTORY: _funding_rate_history,
        "/api/v5/public/convert-contract-coin": _convert,
        "/api/v5/public/open-interest": _open_interest,
        _INTEREST_HISTORY: _interest_history,
        _INTEREST_VOLUME: _interest_volume,
        _PRICE_LIMIT: _price_limit,
        _TIERS: _position_tiers,
    }
)


def _swaps() -> dict[str, Instrument]:
    return {name: one for name, one in instruments().items() if one.inst_type == "SWAP"}
