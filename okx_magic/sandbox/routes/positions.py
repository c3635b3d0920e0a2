"""Positions: those that are open, those that were, and what is at risk. OKX docs: Trading Account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.account.desk import Pool, Valued, tier_of
from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import rounded, worth
from okx_magic.sandbox.replies import plain
from okx_magic.sandbox.routes.rows import Row, fields_of, filled, page, selector

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.positions import Position
    from okx_magic.sandbox.params import Params

_POSITIONS = "/api/v5/account/positions"
_HISTORY = "/api/v5/account/positions-history"
_RISK = "/api/v5/account/account-position-risk"

_CLOSED_PARTLY = "1"
_CLOSED = "2"

_ZERO, _ONE = Decimal(0), Decimal(1)


def positions(desk: Desk, query: Params) -> list[Any]:
    """The open positions."""
    select = selector(query, "instType")
    names, ids = params.listed(query, "instId"), params.listed(query, "posId")
    return [
        filled(fields_of(_POSITIONS), _values(desk, each, desk.pool(each.ccy)))
        for each in desk.account.positions.values()
        if select(_facts(each))
        and (not names or each.instrument.inst_id in names)
        and (not ids or each.pos_id in ids)
    ]


def positions_history(desk: Desk, query: Params) -> list[Any]:
    """The positions that were closed, in part or as a whole, last changed first."""
    select = selector(query, "instType", "instId", "mgnMode", "posId", "type")
    begun = [one for one in desk.account.positions.values() if one.closed_size]
    entries = sorted(
        [*begun, *reversed(desk.account.closed)], key=lambda one: one.updated, reverse=True
    )

    def row(one: Position) -> Row | None:
        facts = _facts(one) | {"type": _CLOSED_PARTLY if one.size else _CLOSED}
        return filled(fields_of(_HISTORY), facts | _past(one)) if select(facts) else None

    return page(query, ((one.updated, one) for one in entries), row, whole=True)


def position_risk(desk: Desk, query: Params) -> list[Any]:
    """Balances and positions of one moment."""
    select = selector(query, "instType")
    held = desk.account.positions.values()
    return [
        filled(
            fields_of(_RISK),
            {
                "ts": str(desk.ms),
                "balData": [
                    {"ccy": ccy, "eq": plain(desk.pool(ccy).equity), "disEq": ""}
                    for ccy in sorted(desk.account.trading.balances)
                ],
                "posData": [
                    filled(fields_of(_RISK, "posData"), _risk(desk.valued(each)))
                    for each in held
                    if select(_facts(each))
                ],
            },
        )
    ]


def _facts(one: Position) -> dict[str, str]:
    return {
        "instType": one.instrument.inst_type,
        "instId": one.instrument.inst_id,
        "mgnMode": one.mgn_mode,
        "posId": one.pos_id,
        "posSide": one.pos_side,
        "ccy": one.ccy,
    }


def _values(desk: Desk, one: Position, pool: Pool) -> dict[str, Any]:
    now = desk.valued(one)
    last = desk.market.last(one.instrument, desk.second)
    closing = sum(order.left for order in desk.account.closers(one))
    start = abs(one.cost) / one.lever
    equity = _equity(now, pool)
    average = abs(one.cost) / worth(one.instrument, _ONE, abs(one.size))
    fee = fees(one.instrument).taker * (1 if one.size > 0 else -1)
    own = one.isolated
    return _facts(one) | {
        "pos": _size(one),
        "availPos": plain(max(abs(one.size) - closing, _ZERO)),
        "avgPx": plain(rounded(average)),
        "markPx": plain(now.mark),
        "upl": plain(now.upl),
        "uplRatio": plain(rounded(now.upl / start)),
        "uplLastPx": plain(one.upl(last)),
        "uplRatioLastPx": plain(rounded(one.upl(last) / start)),
        "lever": plain(one.lever),
        "liqPx": _liquidation(now, equity),
        "imr": "" if own else plain(now.imr),
        "margin": plain(one.margin) if own else "",
        "mgnRatio": plain(rounded(equity / (now.mmr + now.fee if own else pool.needed))),
        "mmr": plain(now.mmr),
        "interest": "0",
        "tradeId": one.trade_id,
        "notionalUsd": plain(now.value * desk.dollars(one.ccy)),
        "adl": "1",
        "last": plain(last),
        "idxPx": plain(desk.market.index(one.instrument, desk.second)),
        "usdPx": plain(desk.dollars(one.ccy)),
        "bePx": plain(rounded(average * (1 + fee) / (1 - fee))),
        "realizedPnl": plain(one.realized),
        "pnl": plain(one.pnl),
        "fee": plain(one.fee),
        "fundingFee": plain(one.funding),
        "liqPenalty": "0",
        "closeOrderAlgo": [],
        "cTime": str(one.created),
        "uTime": str(one.updated),
    }


def _past(one: Position) -> dict[str, str]:
    ct_val = worth(one.instrument, _ONE, _ONE)
    realized = one.realized
    return {
        "cTime": str(one.created),
        "uTime": str(one.updated),
        "openAvgPx": plain(rounded(one.opened_value / one.opened_size / ct_val)),
        "closeAvgPx": plain(rounded(one.closed_value / one.closed_size / ct_val)),
        "openMaxPos": plain(one.most),
        "closeTotalPos": plain(one.closed_size),
        "realizedPnl": plain(realized),
        "pnlRatio": plain(rounded(realized / (one.opened_value / one.lever))),
        "fee": plain(one.fee),
        "fundingFee": plain(one.funding),
        "liqPenalty": "0",
        "pnl": plain(one.pnl),
        "lever": plain(one.lever),
        "direction": one.direction,
        "uly": one.instrument.listing["uly"],
    }


def _risk(now: Valued) -> dict[str, str]:
    return _facts(now.position) | {
        "pos": _size(now.position),
        "notionalCcy": plain(rounded(now.value / now.mark)),
        "notionalUsd": plain(now.value),
    }


def _size(one: Position) -> str:
    # In long/short mode posSide has the sign.
    return plain(one.size if one.pos_side == "net" else abs(one.size))


def _equity(now: Valued, pool: Pool) -> Decimal:
    # What stands behind a position: its own margin, or the currency's cash.
    if now.position.isolated:
        return now.position.margin + now.upl
    return pool.cash + pool.upl


def _liquidation(now: Valued, equity: Decimal) -> str:
    # The mark price at which, all else staying as it is, equity would be no more than what is needed.
    one = now.position
    size = worth(one.instrument, _ONE, one.size)
    rate = tier_of(one.instrument, abs(one.size)).mmr + fees(one.instrument).taker
    px = (size * now.mark - equity) / (size - abs(size) * rate)
    return plain(rounded(px)) if px > 0 else ""
