"""Positions: those that are open, those that were, what is at risk, and closing them.

OKX docs: Trading Account; Order Book Trading, Trade, Close positions.

Tested in ``tests/sandbox/test_sandbox_positions.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.account import CATEGORIES
from okx_magic.sandbox.account.desk import Desk, Pool, Valued, largest, tier_of
from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import Position, rounded, worth
from okx_magic.sandbox.account.rules import read_pos_side, tradable
from okx_magic.sandbox.replies import plain, refuse_if, there
from okx_magic.sandbox.routes.rows import Row, about, asked, chosen, page, told
from okx_magic.sandbox.routes.trade import prices

if TYPE_CHECKING:
    from okx_magic.sandbox.params import Params

_CLOSED_PARTLY = "1"
_CLOSED = "2"

_ZERO, _ONE = Decimal(0), Decimal(1)


def positions(desk: Desk, query: Params) -> list[Row]:
    """The open positions."""
    rows = (_open(desk, one, desk.pool(one.ccy)) for one in desk.account.positions.values())
    return list(asked(query, rows, "instType", "instId", "posId"))


def positions_history(desk: Desk, query: Params) -> list[Row]:
    """The positions that were closed, in part or as a whole, last changed first."""
    begun = [one for one in desk.account.positions.values() if one.closed_size]
    entries = sorted(
        [*begun, *reversed(desk.account.closed)], key=lambda one: one.updated, reverse=True
    )
    rows = asked(query, map(_past, entries), "instType", "instId", "mgnMode", "posId", "type")
    return page(query, rows, "uTime", whole=True)


def position_risk(desk: Desk, query: Params) -> list[Row]:
    """Balances and positions of one moment."""
    risks = (_risk(desk.valued(one)) for one in desk.account.positions.values())
    return [
        {
            "ts": str(desk.ms),
            "balData": [
                {"ccy": ccy, "eq": desk.pool(ccy).equity}
                for ccy in sorted(desk.account.trading.balances)
            ],
            "posData": list(asked(query, risks, "instType")),
        }
    ]


def largest_positions(desk: Desk, query: Params) -> list[Row]:
    """How large the positions in a family may be at all."""
    refuse_if(not query.get("instFamily"), "50015", "uly", "instFamily")
    found = {one.listing["instFamily"]: one for one in chosen(desk, query)}
    return [about(one) | {"maxSz": largest(one, _ONE)} for one in found.values()]


def risk_state(desk: Desk, _: Params) -> list[Row]:
    """Whether the account is at risk as a whole, which only one with a portfolio margin can be."""
    return [{"atRisk": False, "atRiskIdx": [], "atRiskMgn": [], "ts": str(desk.ms)}]


def _told(one: Position) -> Row:
    times = {"cTime": str(one.created), "uTime": str(one.updated)}
    return about(one.instrument) | told(one) | times | {"ccy": one.ccy}


def _open(desk: Desk, one: Position, pool: Pool) -> Row:
    now = desk.valued(one)
    last = desk.market.last(one.instrument, desk.now)
    closing = sum(order.left for order in desk.account.closers(one))
    start = abs(one.cost) / one.lever
    own = one.isolated
    # What stands behind it: its own margin, or the currency's cash.
    equity = one.margin + now.upl if own else pool.cash - pool.reserved + pool.upl
    average = abs(one.cost) / worth(one.instrument, _ONE, abs(one.size))
    fee = fees(one.instrument).taker * (1 if one.size > 0 else -1)
    return _told(one) | {
        "pos": _size(one),
        "availPos": max(abs(one.size) - closing, _ZERO),
        "avgPx": rounded(average),
        "markPx": now.mark,
        "upl": now.upl,
        "uplRatio": rounded(now.upl / start),
        "uplLastPx": one.upl(last),
        "uplRatioLastPx": rounded(one.upl(last) / start),
        "liqPx": _liquidation(now, equity),
        "imr": "" if own else now.imr,
        "margin": one.margin if own else "",
        "mgnRatio": rounded(equity / (now.mmr + now.fee) if own else pool.ratio),
        "mmr": now.mmr,
        "notionalUsd": now.value * desk.dollars(one.ccy),
        "last": last,
        "idxPx": desk.market.index(one.instrument, desk.now),
        "usdPx": desk.dollars(one.ccy),
        "bePx": rounded(average * (1 + fee) / (1 - fee)),
        "realizedPnl": one.realized,
        "fundingFee": one.funding,
        "closeOrderAlgo": [
            prices(algo) | {"algoId": algo.algo_id, "closeFraction": algo.close_fraction}
            for algo in desk.account.algos.open.values()
            if algo.close_fraction and algo.ticket.key == one.key
        ],
    }


def _past(one: Position) -> Row:
    ct_val = worth(one.instrument, _ONE, _ONE)
    return _told(one) | {
        "type": _type(one),
        "triggerPx": "" if one.trigger_px is None else one.trigger_px,
        "openAvgPx": rounded(one.opened_value / one.opened_size / ct_val),
        "closeAvgPx": rounded(one.closed_value / one.closed_size / ct_val),
        "openMaxPos": one.most,
        "closeTotalPos": one.closed_size,
        "realizedPnl": one.realized,
        "pnlRatio": rounded(one.realized / (one.opened_value / one.lever)),
        "fundingFee": one.funding,
    }


def _type(one: Position) -> str:
    # OKX docs, Get positions history: how it was last closed.
    size = "part" if one.size else "whole"
    return CATEGORIES[one.closed_as].get(size, _CLOSED_PARTLY if one.size else _CLOSED)


def _risk(now: Valued) -> Row:
    return _told(now.position) | {
        "pos": _size(now.position),
        "notionalCcy": rounded(now.value / now.mark),
        "notionalUsd": now.value,
    }


def _size(one: Position) -> Decimal:
    # In long/short mode posSide has the sign.
    return one.size if one.pos_side == "net" else abs(one.size)


def _liquidation(now: Valued, equity: Decimal) -> Decimal | str:
    # The mark price at which, all else staying as it is, equity would be no more than what is needed.
    one = now.position
    size = worth(one.instrument, _ONE, one.size)
    rate = tier_of(one.instrument, abs(one.size)).mmr + fees(one.instrument).taker
    px = (size * now.mark - equity) / (size - abs(size) * rate)
    return rounded(px) if px > 0 else ""


def close_position(desk: Desk, wanted: Params) -> list[Row]:
    """Closes a position by a market order."""
    account = desk.account
    instrument = tradable(wanted["instId"], account)
    mode = wanted["mgnMode"]
    pos_side = read_pos_side(wanted, account)
    held = there(account.positions.get((instrument.inst_id, mode, pos_side)), "51023")
    closers = account.closers(held)
    refuse_if(closers and wanted.get("autoCxl") != "true", "51115")
    for order in closers:
        account.keep(order.ended(desk.ms, trading.BY_USER))
    named = {name: wanted.get(name, "") for name in ("clOrdId", "tag")}
    order_of = {
        "instId": instrument.inst_id,
        "tdMode": mode,
        "side": "sell" if held.size > 0 else "buy",
        "posSide": pos_side,
        "ordType": "market",
        "sz": plain(abs(held.size)),
        "reduceOnly": "true",
    }
    trading.place(desk, order_of | named)
    return [{"instId": instrument.inst_id, "posSide": pos_side} | named]
