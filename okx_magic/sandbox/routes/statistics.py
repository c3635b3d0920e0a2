"""What is told of contracts beside their prices: greeks, premiums, deliveries, who is long.

OKX docs: Public Data; Trading Statistics.

Tested in ``tests/sandbox/test_sandbox_documented.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.market.dates import bar_named, date_of
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.market.pricing import greeks
from okx_magic.sandbox.replies import refuse_if, there
from okx_magic.sandbox.routes.rows import (
    Row,
    about,
    asked,
    chosen,
    instrument_of,
    page,
    page_of_bars,
    page_of_numbers,
    second_of,
)

if TYPE_CHECKING:
    from okx_magic.sandbox.market.market import Moment
    from okx_magic.sandbox.params import Params

_DAY = 86_400
_WEEK = 7 * _DAY
# A Friday at eight.
_FRIDAY = 28_800 + _DAY
_PREMIUMS = "/api/v5/public/premium-history"
_DELIVERIES = "/api/v5/public/delivery-exercise-history"
_LONG_SHORT = "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract"
_MOST_RATIOS = 72
# So far a contract moves in a minute at times.
_SQUEEZE = Decimal("0.0012")


def opt_summary(at: Moment, query: Params) -> list[Row]:
    """The greeks and volatilities of a family of options, of one expiry or of all."""
    found = chosen(at, {**query, "instType": "OPTION"}, needs_family=True)
    expires = query.get("expTime", "")
    return [_summary(at, one) for one in found if not expires or date_of(one.expires) == expires]


def _summary(at: Moment, one: Instrument) -> Row:
    forward, own, money = at.market.volatility(one, at.now)
    days = max((one.expires - at.now) / _DAY, 1 / 1440)
    delta, gamma, theta, vega = greeks(one, forward, own, days)
    price = float(at.market.mark(one, at.now))
    # OKX docs: those without BS are in coins.
    numbers = {
        "delta": delta - price,
        "gamma": gamma - delta / forward + price / forward**2,
        "theta": theta / forward,
        "vega": vega / forward,
        "deltaBS": delta,
        "gammaBS": gamma,
        "thetaBS": theta,
        "vegaBS": vega,
        "lever": 1 / price,
        "markVol": own,
        "bidVol": own * 0.98,
        "askVol": own * 1.02,
        "volLv": money,
        "fwdPx": forward,
    }
    rounded = {name: round(Decimal(value), 10) for name, value in numbers.items()}
    return about(one) | rounded | {"ts": str(at.ms)}


def premium_history(at: Moment, query: Params) -> list[Row]:
    """How far a swap stood above its index, minute by minute."""
    swap = instrument_of(at, query)
    refuse_if(swap.inst_type != "SWAP", "51000", "instId")
    numbers = range(swap.listed // 60 + 1, at.second // 60 + 1)
    found = page_of_numbers(query, _PREMIUMS, numbers, lambda ms: second_of(ms) // 60)
    return [
        {
            "instId": swap.inst_id,
            "premium": at.market.premium(swap, number * 60),
            "ts": f"{number * 60}000",
        }
        for number in found
    ]


def deliveries(at: Moment, query: Params) -> list[Row]:
    """What futures of a family were delivered at, Friday by Friday. Options are quoted only."""
    refuse_if(not query.get("instFamily"), "50015", "uly", "instFamily")
    found = asked(query, map(about, at.market.offered("FUTURES", at.now)), "instFamily")
    family = next((row["instFamily"] for row in found), "")
    if not family or query["instType"] != "FUTURES":
        return []
    swap = instruments()[f"{family}-SWAP"]
    numbers = range(swap.listed // _WEEK + 1, (at.second - _FRIDAY) // _WEEK + 1)
    last_at = lambda ms: (second_of(ms) - _FRIDAY) // _WEEK  # noqa: E731
    rows = []
    for number in page_of_numbers(query, _DELIVERIES, numbers, last_at):
        second = number * _WEEK + _FRIDAY
        name = f"{family}-{date_of(second)}"
        px = at.market.settlement_price(instruments()[name], second)
        rows.append(
            {"ts": f"{second}000", "details": [{"insId": name, "px": px, "type": "delivery"}]}
        )
    return rows


def estimated_price(at: Moment, query: Params) -> list[Row]:
    """What a contract would be delivered at, in the hour before it is."""
    one = instrument_of(at, query)
    refuse_if(not one.expires, "51000", "instId")
    if one.expires - at.now > 3600:
        return []
    px = at.market.settlement_price(one, at.now)
    return [about(one) | {"settlePx": px, "ts": str(at.ms)}]


def liquidation_orders(at: Moment, query: Params) -> list[Row]:
    """Who else was liquidated in the last hour, newest first: after each minute in which a contract went
    far enough for those with the most leverage.
    """
    if query["instType"] not in {"SWAP", "FUTURES"}:
        return []
    rows = []
    for one in chosen(at, query):
        for minute in range(at.second // 60 * 60 - 60, at.second - 3600, -60):
            bar = at.market.candle(one, minute, minute + 60)
            down, up = 1 - bar.low / bar.open, bar.high / bar.open - 1
            if max(down, up) >= _SQUEEZE:
                sold, px = down > up, bar.low if down > up else bar.high
                rows.append(_liquidated(one, px, bar.vol, f"{minute + 60}000", sold=sold))
    rows.sort(key=lambda row: row["ts"], reverse=True)
    return page(query, rows, "ts", whole=True)


def _liquidated(one: Instrument, px: Decimal, vol: Decimal, ms: str, *, sold: bool) -> Row:
    detail = {
        "side": "sell" if sold else "buy",
        "posSide": "long" if sold else "short",
        "bkPx": px,
        "sz": max(one.lot, vol / 200 // one.lot * one.lot),
        "bkLoss": "0",
        "ts": ms,
    }
    return about(one) | {"details": [detail], "totalLoss": "0", "ts": ms}


def long_short_ratio(at: Moment, query: Params) -> list[Any]:
    """How many accounts are long for each that is short, as each bar began."""
    if "instId" in query:
        contract = instrument_of(at, query)
    else:
        contract = there(instruments().get(f"{query['ccy']}-USDT-SWAP"), "51000", "ccy")
    bar = bar_named(query.get("period", "5m"))
    newest = bar.number(at.second)
    numbers = range(max(bar.number(contract.listed) + 1, newest - _MOST_RATIOS + 1), newest + 1)
    return [
        [f"{bar.start(number)}000", at.market.long_short(contract, bar.start(number))]
        for number in page_of_bars(query, _LONG_SHORT, bar, numbers, ("end", "begin"))
    ]
