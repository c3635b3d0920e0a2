"""What an account is, has and may: configuration, balances, fees, sizes. OKX docs: Trading Account.

Tested in ``tests/sandbox/test_sandbox_private.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.desk import Desk, Pool, largest
from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import rounded, worth
from okx_magic.sandbox.account.rules import read_price, read_td_mode, tradable
from okx_magic.sandbox.keys import PERMISSIONS
from okx_magic.sandbox.replies import refuse_if
from okx_magic.sandbox.routes.rows import Row, asked, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox.market.instruments import Instrument
    from okx_magic.sandbox.params import Params

_ZERO = Decimal(0)


def config(desk: Desk, _: Params) -> list[Row]:
    """The account's settings, and what the key may do."""
    account, rights = desk.account, desk.keys.rights
    return [
        {
            "uid": account.uid,
            "mainUid": account.uid,
            "acctLv": account.level,
            "posMode": account.pos_mode,
            "greeksType": account.greeks,
            "ctIsoMode": account.isolated["CONTRACTS"],
            "mgnIsoMode": account.isolated["MARGIN"],
            "label": desk.keys.label,
            "ip": ",".join(rights.addresses),
            "perm": ",".join(name for name in PERMISSIONS if name in rights.permissions),
        }
    ]


def balance(desk: Desk, query: Params) -> list[Row]:
    """One object: the account's worth in dollars, and in ``details`` a row a currency."""
    held = [
        (ccy, desk.pool(ccy), desk.dollars(ccy)) for ccy in sorted(desk.account.trading.balances)
    ]
    return [
        {
            "uTime": str(desk.ms),
            "totalEq": sum((pool.equity * dollars for _, pool, dollars in held), _ZERO),
            "isoEq": sum((pool.isolated_equity * dollars for _, pool, dollars in held), _ZERO),
            "details": list(asked(query, (_detail(desk, *one) for one in held), "ccy")),
        }
    ]


def _detail(desk: Desk, ccy: str, pool: Pool, dollars: Decimal) -> Row:
    isolated = sum((one.upl for one in pool.isolated), _ZERO)
    row: Row = {
        "ccy": ccy,
        "eq": pool.equity,
        "cashBal": pool.cash,
        "availBal": max(pool.spendable, _ZERO),
        "availEq": max(pool.available, _ZERO),
        "frozenBal": pool.frozen + pool.imr,
        "ordFrozen": pool.frozen,
        "eqUsd": pool.equity * dollars,
        "disEq": pool.equity * dollars,
        "spotBal": pool.cash,
        "isoEq": pool.isolated_equity,
        "upl": pool.upl + isolated,
        "isoUpl": isolated,
        "imr": pool.imr,
        "mmr": sum((one.mmr for one in pool.cross), _ZERO),
        "uTime": str(desk.account.trading.changed),
    }
    held = [*pool.cross, *pool.isolated]
    if held and pool.equity > 0:
        row["notionalLever"] = rounded(sum((one.value for one in held), _ZERO) / pool.equity)
    if pool.cross:
        row["mgnRatio"] = rounded(pool.ratio)
    return row


def max_withdrawal(desk: Desk, query: Params) -> list[Row]:
    """What could be transferred out of the trading account, by currency."""
    most = {ccy: max(desk.pool(ccy).spendable, _ZERO) for ccy in desk.account.trading.balances}
    rows = ({"ccy": ccy, "maxWd": most[ccy], "maxWdEx": most[ccy]} for ccy in sorted(most))
    return list(asked(query, rows, "ccy"))


def trade_fee(desk: Desk, query: Params) -> list[Row]:
    """The fee rates of a kind of instrument; below zero, as costs."""
    # Trades on margin cost what others of a spot pair do.
    known = chosen(desk, {**query, "instType": query["instType"].replace("MARGIN", "SPOT")})
    refuse_if(not known, "51001")
    taker, maker = (-rate for rate in fees(known[0]))
    return [
        {
            "taker": taker,
            "maker": maker,
            "feeGroup": [{"taker": taker, "maker": maker, "groupId": known[0].listing["groupId"]}],
            "instType": query["instType"],
            "takerU": taker,
            "makerU": maker,
            "takerUSDC": taker,
            "makerUSDC": maker,
            "ts": str(desk.ms),
        }
    ]


def account_rate_limit(desk: Desk, _: Params) -> list[Row]:
    """How many orders may come in two seconds. Fill ratios are of higher fee levels than this."""
    return [{"ts": str(desk.ms)}]


def max_size(desk: Desk, query: Params) -> list[Row]:
    """The most that could be bought and sold of each ``instId``: contracts or, of spot pairs, base
    currency to buy and, as OKX documents it, quote currency to sell.
    """
    return [_max_size(desk, query, each) for each in instruments_of(desk, query)]


def _max_size(desk: Desk, query: Params, instrument: Instrument) -> Row:
    read_td_mode(query, instrument)
    last = desk.market.last(instrument, desk.now)
    px = read_price(query, "px", instrument) if query.get("px") else last
    if instrument.is_spot:
        bought = max(desk.pool(instrument.quote).spendable, _ZERO) / px
        sold = max(desk.pool(instrument.base).spendable, _ZERO) * px
    else:
        bought = _contracts(desk, query, instrument, "long", px)
        sold = _contracts(desk, query, instrument, "short", px)
    return {
        "instId": instrument.inst_id,
        "ccy": instrument.base if instrument.is_spot else instrument.quote,
        "maxBuy": bought // instrument.lot * instrument.lot,
        "maxSell": sold if instrument.is_spot else sold // instrument.lot * instrument.lot,
    }


def _contracts(
    desk: Desk, query: Params, instrument: Instrument, side: str, px: Decimal
) -> Decimal:
    account = desk.account
    pos_side = "net" if account.pos_mode == "net_mode" else side
    key = (instrument.inst_id, query["tdMode"], pos_side)
    lever = params.positive(query, "leverage") if query.get("leverage") else account.lever(*key)
    each = worth(instrument, px, Decimal(1)) * (1 / lever + fees(instrument).taker)
    most = max(desk.pool(instrument.quote).available, _ZERO) / each
    held = account.positions.get(key)
    size = _ZERO if held is None else held.size * (1 if side == "long" else -1)
    # What is held the other way is closed first, and the margin is for what comes after.
    return max(min(most + max(-size, _ZERO), largest(instrument, lever) - size), _ZERO)


def max_avail_size(desk: Desk, query: Params) -> list[Row]:
    """What is there to buy and sell each ``instId`` with."""
    return [_max_avail(desk, query, each) for each in instruments_of(desk, query)]


def _max_avail(desk: Desk, query: Params, instrument: Instrument) -> Row:
    read_td_mode(query, instrument)
    if instrument.is_spot:
        buy, sell = (desk.pool(c).spendable for c in (instrument.quote, instrument.base))
    elif query.get("reduceOnly") == "true":
        held = [one.size for one in desk.account.held(instrument, query["tdMode"])]
        buy = -sum((size for size in held if size < 0), _ZERO)
        sell = sum((size for size in held if size > 0), _ZERO)
    else:
        buy = sell = desk.pool(instrument.quote).available
    least = max(buy, _ZERO), max(sell, _ZERO)
    return {"instId": instrument.inst_id, "availBuy": least[0], "availSell": least[1]}


def instruments_of(desk: Desk, query: Params) -> Iterator[Instrument]:
    """Those that ``instId`` names, if the account may trade them."""
    params.required(query, "instId")
    return (tradable(inst_id, desk.account) for inst_id in params.listed(query, "instId"))
