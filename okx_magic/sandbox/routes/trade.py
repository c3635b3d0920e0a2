"""Orders, algo orders, fills and the bills of both accounts, to be read back.

OKX docs: Order Book Trading, Trade and Algo Trading; Get bills details; Asset bills details.

Tested in ``tests/sandbox/test_sandbox_orders.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.sandbox.account import stops, trading
from okx_magic.sandbox.account.account import kind_of
from okx_magic.sandbox.account.legs import fields_of
from okx_magic.sandbox.replies import refuse_if
from okx_magic.sandbox.routes.rows import Row, about, asked, page, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.ledger import Bill
    from okx_magic.sandbox.account.orders import Fill, Order
    from okx_magic.sandbox.params import Params

# An order cancelled without any fill leaves the history after two hours.
_FORGOTTEN_MS = 2 * 3600 * 1000


def order(desk: Desk, query: Params) -> list[Row]:
    """One order, by ``ordId`` or ``clOrdId``."""
    return [order_row(trading.named(desk, query, "51603"))]


def orders_pending(desk: Desk, query: Params) -> list[Row]:
    """The open orders, newest first."""
    return _orders(query, reversed(desk.account.orders.open.values()))


def orders_history(desk: Desk, query: Params) -> list[Row]:
    """The orders that are over, newest first."""
    over = (
        one
        for one in reversed(desk.account.orders.values())
        if not one.is_open and (one.filled or one.updated > desk.ms - _FORGOTTEN_MS)
    )
    return _orders(query, over)


def _orders(query: Params, newest_first: Iterable[Order]) -> list[Row]:
    names = ("instType", "instFamily", "instId", "ordType", "state", "category")
    return page(query, asked(query, map(order_row, newest_first), *names), "ordId", time="cTime")


def order_row(one: Order) -> Row:
    """An order, as all endpoints and the orders channel show it."""
    ticket, last = one.ticket, one.last
    row = _told(one, ticket.attached) | {
        "px": "" if ticket.px is None else ticket.px,
        "accFillSz": one.filled,
        "feeCcy": ticket.earns,
        "rebateCcy": ticket.pays,
        "execType": "T" if ticket.px is None else "M",
    }
    if last is not None:
        row |= {
            # To eight digits beyond the tick: a quotient may have no end.
            "avgPx": round(one.value / one.filled, 8),
            "fillPx": last.px,
            "fillSz": last.sz,
            "fillTime": str(last.ms),
            "tradeId": last.trade_id,
            "execType": last.exec_type,
            "fillFee": last.fee,
            "fillFeeCcy": ticket.earns,
            "fillPnl": last.pnl,
            "fillIdxPx": last.idx_px or "",
            "fillMarkPx": last.mark_px or "",
        }
    return row


def order_algo(desk: Desk, query: Params) -> list[Row]:
    """One algo order, by ``algoId`` or ``algoClOrdId``."""
    return [algo_row(desk, stops.named(desk, query, "51603"))]


def orders_algo_pending(desk: Desk, query: Params) -> list[Row]:
    """Those that can still be set off, newest first."""
    return _algos(desk, query, reversed(desk.account.algos.open.values()))


def orders_algo_history(desk: Desk, query: Params) -> list[Row]:
    """Those that are over, newest first: of a ``state``, or the one of ``algoId``."""
    refuse_if(not (query.get("state") or query.get("algoId")), "50015", "state", "algoId")
    over = (one for one in reversed(desk.account.algos.values()) if not one.is_open)
    return _algos(desk, query, over)


def _algos(desk: Desk, query: Params, newest_first: Iterable[Algo]) -> list[Row]:
    rows = (algo_row(desk, one) for one in newest_first)
    names = ("ordType", "state", "algoId", "instType", "instId")
    return page(query, asked(query, rows, *names), "algoId")


def algo_row(desk: Desk, one: Algo) -> Row:
    """An algo order, as all endpoints and the orders-algo channel show it."""
    return {
        **_told(one, one.attached),
        **prices(one),
        "clOrdId": "",
        "sz": one.ticket.sz or "",
        "ordIdList": [one.ord_id] if one.ord_id else [],
        "actualSz": one.actual_sz or "",
        "last": desk.market.last(one.instrument, desk.now),
    }


def _told(one: Order | Algo, attached: tuple[Algo, ...]) -> Row:
    ticket, instrument = one.ticket, one.ticket.instrument
    return {
        **about(instrument),
        **told(ticket),
        **told(one),
        "lever": "" if instrument.is_spot else ticket.lever,
        "attachAlgoOrds": [_attached(algo) for algo in attached],
        "reduceOnly": str(ticket.reduce_only).lower(),
        "uTime": str(one.updated),
        "cTime": str(one.created),
        "tradeQuoteCcy": instrument.quote if instrument.is_spot else "",
    }


def _attached(one: Algo) -> Row:
    # As it is shown with the order that it hangs on.
    return {
        **prices(one),
        "attachAlgoId": one.algo_id,
        "attachAlgoClOrdId": one.algo_cl_ord_id,
        "tpOrdKind": "limit" if any(leg.limit for leg in one.legs.values()) else "condition",
        "sz": one.ticket.sz or "",
        "amendPxOnTriggerType": "0",
    }


def prices(one: Algo) -> Row:
    """What sets it off, and what it orders then."""
    row: Row = {}
    for name, leg in one.legs.items():
        px, by, ratio, order = fields_of(name)
        row[order if name else "ordPx"] = "-1" if leg.ord_px is None else leg.ord_px
        if not leg.limit:
            row |= {px: leg.px or "", by: leg.by, ratio: "" if leg.ratio is None else leg.ratio}
    if one.trail is not None:
        trail, side = one.trail, one.ticket.side
        row["callbackRatio"] = "" if trail.ratio is None else trail.ratio
        row["callbackSpread"] = "" if trail.spread is None else trail.spread
        row["activePx"] = "" if trail.active is None else trail.active
        row["moveTriggerPx"] = "" if trail.peak is None else trail.stop(trail.peak, side)
    return row


def fills(desk: Desk, query: Params) -> list[Row]:
    """The executions, newest first; paged by ``billId``."""
    names = ("instType", "instFamily", "instId", "ordId", "subType")
    rows = asked(query, map(_fill, reversed(desk.account.fills)), *names)
    return page(query, rows, "billId", time="ts")


def _fill(fill: Fill) -> Row:
    ticket, instrument = fill.ticket, fill.ticket.instrument
    # Written out, as pages of fills are what bots ask for most.
    row = {
        **about(instrument),
        "tradeId": fill.trade_id,
        "ordId": fill.ord_id,
        "clOrdId": ticket.cl_ord_id,
        "billId": fill.bill_id,
        "tag": ticket.tag,
        "side": ticket.side,
        "posSide": ticket.pos_side,
        "execType": fill.exec_type,
        "fee": fill.fee,
        "feeRate": fill.fee_rate,
        "subType": kind_of(fill)[1],
        "fillPx": fill.px,
        "fillSz": fill.sz,
        "fillPnl": fill.pnl,
        "feeCcy": ticket.earns,
        "fillTime": str(fill.ms),
        "ts": str(fill.ms),
    }
    if instrument.is_spot:
        row["tradeQuoteCcy"] = instrument.quote
    else:
        row |= {"fillIdxPx": fill.idx_px, "fillMarkPx": fill.mark_px}
    return row


def bills(desk: Desk, query: Params) -> list[Row]:
    """The bills of the trading account, newest first; paged by ``billId``."""
    names = ("instType", "instId", "ccy", "mgnMode", "ctType", "type", "subType")
    rows = asked(query, map(_bill, reversed(desk.account.trading.bills)), *names)
    return page(query, rows, "billId", time="ts")


def asset_bills(desk: Desk, query: Params) -> list[Row]:
    """The bills of the funding account, newest first; paged by time."""
    rows = map(_bill, reversed(desk.account.funding.bills))
    return page(query, asked(query, rows, "ccy", "type", "clientId"), "ts", whole=True)


def _bill(bill: Bill) -> Row:
    row = {**bill.about} if bill.fill is None else _traded(bill, bill.fill)
    kind, sub_kind = bill.kind
    return row | {
        "billId": bill.bill_id,
        "ccy": bill.ccy,
        "type": kind,
        "subType": sub_kind,
        "balChg": bill.change,
        "bal": bill.balance,
        "posBalChg": bill.moved,
        "posBal": bill.margin,
        "ts": str(bill.ms),
    }


def _traded(bill: Bill, fill: Fill) -> Row:
    ticket = fill.ticket
    row = _fill(fill) | {"mgnMode": ticket.td_mode, "px": fill.px, "sz": fill.sz, "pnl": fill.pnl}
    # The fee is in what a spot trade brings; sz is in the currency of the bill.
    earned = bill.ccy == ticket.earns
    if not earned:
        row["fee"] = "0"
    if ticket.instrument.is_spot:
        row["sz"] = ticket.gross(fill.px, fill.sz) if earned else fill.paid
    return row
