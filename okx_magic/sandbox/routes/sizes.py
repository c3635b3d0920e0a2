"""How much an account may trade, at what leverage and for which fees. OKX docs: Trading Account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.account.desk import largest
from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import worth
from okx_magic.sandbox.account.tickets import MARGIN_MODES, read_price, read_td_mode, tradable
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import RefusalError, plain
from okx_magic.sandbox.routes.rows import fields_of, filled
from okx_magic.sandbox.routes.selecting import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.positions import Key
    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params

_FEES = "/api/v5/account/trade-fee"
_RATE_LIMIT = "/api/v5/trade/account-rate-limit"

_ZERO = Decimal(0)


def max_size(desk: Desk, query: Params) -> list[Any]:
    """The most that could be bought and sold of each ``instId``: contracts or, of spot pairs, base
    currency to buy and, as OKX documents it, quote currency to sell.
    """
    return [_max_size(desk, query, each) for each in _asked(desk, query)]


def max_avail_size(desk: Desk, query: Params) -> list[Any]:
    """What is there to buy and sell each ``instId`` with."""
    reducing = params.one_of(query, "reduceOnly", {"true", "false"}) == "true"
    return [_max_avail(desk, query, each, reducing=reducing) for each in _asked(desk, query)]


def max_withdrawal(desk: Desk, query: Params) -> list[Any]:
    """What could be transferred out of the trading account, by currency."""
    asked = params.listed(query, "ccy")
    held = (ccy for ccy in sorted(desk.account.trading.balances) if not asked or ccy in asked)
    rows = ((ccy, plain(max(desk.pool(ccy).spendable, _ZERO))) for ccy in held)
    return [
        {"ccy": ccy, "maxWd": most, "maxWdEx": most, "spotOffsetMaxWd": "", "spotOffsetMaxWdEx": ""}
        for ccy, most in rows
    ]


def trade_fee(desk: Desk, query: Params) -> list[Any]:
    """The fee rates of a kind of instrument; below zero, as costs."""
    inst_type = params.choice(query, "instType", TYPES)
    # Trades on margin cost what others of a spot pair do.
    listed = "SPOT" if inst_type == "MARGIN" else inst_type
    known = [one for one in instruments().values() if one.inst_type == listed]
    if query.get("instId"):
        known = [one for one in known if one.inst_id == query["instId"]]
    if not known:
        raise RefusalError("51001")
    taker, maker = (plain(-rate) for rate in fees(known[0]))
    rates = {"taker": taker, "maker": maker}
    group = rates | {"groupId": known[0].listing["groupId"], "elpMaker": ""}
    values = rates | {
        "level": "Lv1",
        "feeGroup": [group],
        "instType": inst_type,
        "takerU": taker,
        "makerU": maker,
        "takerUSDC": taker,
        "makerUSDC": maker,
        "ruleType": "normal",
        "category": "1",
        "fiat": [],
        "ts": str(desk.ms),
    }
    return [filled(fields_of(_FEES), values)]


def account_rate_limit(desk: Desk, _: Params) -> list[Any]:
    """How many orders may come in two seconds. Fill ratios are of higher fee levels than this."""
    orders = "1000"
    values = {"accRateLimit": orders, "nextAccRateLimit": orders, "ts": str(desk.ms)}
    return [filled(fields_of(_RATE_LIMIT), values)]


def leverage_info(desk: Desk, query: Params) -> list[Any]:
    """The leverage of each ``instId``: a row for each side in long/short mode."""
    mode = params.choice(query, "mgnMode", MARGIN_MODES)
    sides = ("net",) if desk.account.pos_mode == "net_mode" else ("long", "short")
    return [
        {
            "instId": instrument.inst_id,
            "ccy": "",
            "mgnMode": mode,
            "posSide": side,
            "lever": plain(desk.account.lever(instrument.inst_id, mode, side)),
        }
        for instrument in _asked(desk, query)
        for side in sides
        if not instrument.is_spot
    ]


def _asked(desk: Desk, query: Params) -> Iterator[Instrument]:
    params.required(query, "instId")
    return (tradable(inst_id, desk.account) for inst_id in params.listed(query, "instId"))


def _max_size(desk: Desk, query: Params, instrument: Instrument) -> dict[str, str]:
    mode = read_td_mode(query, instrument)
    last = desk.market.last(instrument, desk.second)
    px = read_price(query, "px", instrument) if query.get("px") else last
    if instrument.is_spot:
        bought = max(desk.pool(instrument.quote).spendable, _ZERO) / px
        sold = max(desk.pool(instrument.base).spendable, _ZERO) * px
    else:
        asked = params.positive(query, "leverage") if query.get("leverage") else None
        bought = _contracts(desk, (instrument.inst_id, mode, "long"), px, asked)
        sold = _contracts(desk, (instrument.inst_id, mode, "short"), px, asked)
    return {
        "instId": instrument.inst_id,
        "ccy": instrument.base if instrument.is_spot else instrument.quote,
        "maxBuy": plain(bought // instrument.lot * instrument.lot),
        "maxSell": plain(sold if instrument.is_spot else sold // instrument.lot * instrument.lot),
    }


def _contracts(desk: Desk, key: Key, px: Decimal, lever: Decimal | None) -> Decimal:
    account, (inst_id, mode, side) = desk.account, key
    instrument = instruments()[inst_id]
    if account.pos_mode == "net_mode":
        key = (inst_id, mode, "net")
    lever = lever or account.lever(*key)
    each = worth(instrument, px, Decimal(1)) * (1 / lever + fees(instrument).taker)
    most = max(desk.pool(instrument.quote).available, _ZERO) / each
    held = account.positions.get(key)
    size = _ZERO if held is None else held.size * (1 if side == "long" else -1)
    # What is held the other way is closed first, and the margin is for what comes after.
    return max(min(most + max(-size, _ZERO), largest(instrument, lever) - size), _ZERO)


def _max_avail(
    desk: Desk, query: Params, instrument: Instrument, *, reducing: bool
) -> dict[str, str]:
    mode = read_td_mode(query, instrument)
    if instrument.is_spot:
        buy, sell = (desk.pool(c).spendable for c in (instrument.quote, instrument.base))
    elif reducing:
        held = [
            one.size
            for (inst_id, mgn_mode, _), one in desk.account.positions.items()
            if (inst_id, mgn_mode) == (instrument.inst_id, mode)
        ]
        buy = -sum((size for size in held if size < 0), _ZERO)
        sell = sum((size for size in held if size > 0), _ZERO)
    else:
        buy = sell = desk.pool(instrument.quote).available
    sizes = {"availBuy": plain(max(buy, _ZERO)), "availSell": plain(max(sell, _ZERO))}
    return {"instId": instrument.inst_id} | sizes
