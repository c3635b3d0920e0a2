"""Reading back orders and fills. OKX docs: Order Book Trading, Trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.account.account import sub_type
from okx_magic.sandbox.replies import RefusalError, plain
from okx_magic.sandbox.routes.rows import Row, fields_of, filled, page, selector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Fill, Order, Ticket
    from okx_magic.sandbox.params import Params

_ORDER = "/api/v5/trade/order"
_PENDING = "/api/v5/trade/orders-pending"
_HISTORY = "/api/v5/trade/orders-history"
_FILLS = "/api/v5/trade/fills"

# An order cancelled without any fill leaves the history after two hours.
_FORGOTTEN_MS = 2 * 3600 * 1000


def order(desk: Desk, query: Params) -> list[Any]:
    """One order, by ``ordId`` or ``clOrdId``."""
    inst_id = params.required(query, "instId")
    ord_id, cl_ord_id = query.get("ordId", ""), query.get("clOrdId", "")
    if not (ord_id or cl_ord_id):
        raise RefusalError("51003")
    found = desk.account.find(inst_id, ord_id, cl_ord_id)
    if found is None:
        raise RefusalError("51603")
    return [filled(fields_of(_ORDER), _order_values(found))]


def orders_pending(desk: Desk, query: Params) -> list[Any]:
    """The open orders, newest first."""
    return _order_page(query, _PENDING, reversed(desk.account.open.values()))


def orders_history(desk: Desk, query: Params) -> list[Any]:
    """The orders that are over, newest first."""
    params.required(query, "instType")
    over = (
        one
        for one in reversed(desk.account.orders.values())
        if not one.is_open and (one.filled or one.updated > desk.ms - _FORGOTTEN_MS)
    )
    return _order_page(query, _HISTORY, over)


def fills(desk: Desk, query: Params) -> list[Any]:
    """The executions, newest first; paged by ``billId``."""
    select = selector(query, "instType", "instFamily", "instId", "ordId", "subType", time="ts")

    def row(fill: Fill) -> Row | None:
        facts = _facts(fill.ticket) | {
            "ordId": fill.ord_id,
            "subType": sub_type(fill),
            "ts": str(fill.ms),
        }
        return filled(fields_of(_FILLS), _fill_values(desk, fill, facts)) if select(facts) else None

    entries = ((int(fill.bill_id), fill) for fill in reversed(desk.account.fills))
    return page(query, entries, row)


def _order_page(query: Params, path: str, newest_first: Iterable[Order]) -> list[Any]:
    names = ("instType", "instFamily", "instId", "ordType", "state", "category")
    select = selector(query, *names, time="cTime")

    def row(one: Order) -> Row | None:
        facts = _facts(one.ticket) | {
            "ordType": one.ticket.ord_type,
            "state": one.state,
            "category": "normal",
            "cTime": str(one.created),
        }
        return filled(fields_of(path), facts | _order_values(one)) if select(facts) else None

    return page(query, ((int(one.ord_id), one) for one in newest_first), row)


def _facts(ticket: Ticket) -> dict[str, str]:
    listing = ticket.instrument.listing
    return {
        "instType": ticket.instrument.inst_type,
        "instId": ticket.instrument.inst_id,
        "instFamily": listing.get("instFamily", ""),
    }


def _order_values(one: Order) -> dict[str, Any]:
    ticket, last = one.ticket, one.last
    values: dict[str, Any] = {
        "instType": ticket.instrument.inst_type,
        "instId": ticket.instrument.inst_id,
        "tgtCcy": ticket.tgt_ccy,
        "ordId": one.ord_id,
        "clOrdId": ticket.cl_ord_id,
        "tag": ticket.tag,
        "px": "" if ticket.px is None else plain(ticket.px),
        "sz": plain(ticket.sz),
        "pnl": plain(one.pnl),
        "ordType": ticket.ord_type,
        "side": ticket.side,
        "posSide": ticket.pos_side,
        "tdMode": ticket.td_mode,
        "lever": "" if ticket.instrument.is_spot else plain(ticket.lever),
        "accFillSz": plain(one.filled),
        "fillSz": "0",
        "state": one.state,
        "stpMode": "cancel_maker",
        "attachAlgoOrds": [],
        "linkedAlgoOrd": {"algoId": ""},
        "feeCcy": ticket.earns,
        "fee": plain(one.fee),
        "rebateCcy": ticket.pays,
        "rebate": "0",
        "category": "normal",
        "reduceOnly": "true" if ticket.reduce_only else "false",
        "isTpLimit": "false",
        "cancelSource": one.cancel_source,
        "uTime": str(one.updated),
        "cTime": str(one.created),
        "tradeQuoteCcy": ticket.instrument.quote if ticket.instrument.is_spot else "",
    }
    if last is not None:
        values |= {
            "avgPx": plain(_average(one)),
            "fillPx": plain(last.px),
            "fillSz": plain(last.sz),
            "fillTime": str(last.ms),
            "tradeId": last.trade_id,
        }
    return values


def _average(one: Order) -> Decimal:
    # To eight digits beyond the tick: a quotient may have no end.
    return round(one.value / one.filled, 8)


def _fill_values(desk: Desk, fill: Fill, facts: Mapping[str, str]) -> dict[str, str]:
    ticket = fill.ticket
    return {
        **facts,
        **reference_prices(desk, fill),
        "tradeId": fill.trade_id,
        "clOrdId": ticket.cl_ord_id,
        "billId": fill.bill_id,
        "tag": ticket.tag,
        "fillPx": plain(fill.px),
        "fillSz": plain(fill.sz),
        "fillPnl": plain(fill.pnl),
        "side": ticket.side,
        "posSide": ticket.pos_side,
        "execType": fill.exec_type,
        "feeCcy": ticket.earns,
        "fee": plain(fill.fee),
        "fillTime": str(fill.ms),
        "feeRate": plain(fill.fee_rate),
        "tradeQuoteCcy": ticket.instrument.quote if ticket.instrument.is_spot else "",
    }


def reference_prices(desk: Desk, fill: Fill) -> dict[str, str]:
    """Index and mark price at the time of a fill of contracts."""
    instrument, second = fill.ticket.instrument, fill.ms // 1000
    if instrument.is_spot:
        return {}
    return {
        "fillIdxPx": plain(desk.market.index(instrument, second)),
        "fillMarkPx": plain(desk.market.mark(instrument, second)),
    }
