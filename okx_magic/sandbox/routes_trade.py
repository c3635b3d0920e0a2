"""Reading back orders and fills. OKX docs: Order Book Trading, Trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.routes_public import TYPES
from okx_magic.sandbox.rows import Row, fields_of, filled, page, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from decimal import Decimal

    from okx_magic.sandbox.orders import Fill, Order
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.trading import Desk

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
    select = _selector(query, ("instId", "ordId"), "ts")
    entries = ((int(fill.bill_id), fill) for fill in reversed(desk.account.fills))
    return page(
        query, entries, lambda fill: select(filled(fields_of(_FILLS), _fill_values(fill))), most=100
    )


def _order_page(query: Params, path: str, newest_first: Iterable[Order]) -> list[Any]:
    select = _selector(query, ("instId", "ordType", "state"), "cTime")
    entries = ((int(one.ord_id), one) for one in newest_first)
    return page(
        query, entries, lambda one: select(filled(fields_of(path), _order_values(one))), most=100
    )


def _selector(query: Params, names: tuple[str, ...], time: str) -> Callable[[Row], Row | None]:
    # Gives back the rows that ``query`` asks for.
    wanted = {name: query[name] for name in names if query.get(name)}
    if inst_type := params.one_of(query, "instType", TYPES):
        wanted["instType"] = inst_type
    begin, end = params.integer(query, "begin"), params.integer(query, "end")

    def select(row: Row) -> Row | None:
        at = int(row[time])
        within = (begin is None or at >= begin) and (end is None or at <= end)
        return row if within and all(row[name] == wanted[name] for name in wanted) else None

    return select


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
        "pnl": "0",
        "ordType": ticket.ord_type,
        "side": ticket.side,
        "posSide": "net",
        "tdMode": "cash",
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
        "reduceOnly": "false",
        "isTpLimit": "false",
        "cancelSource": one.cancel_source,
        "uTime": str(one.updated),
        "cTime": str(one.created),
        "tradeQuoteCcy": ticket.instrument.quote,
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


def _fill_values(fill: Fill) -> dict[str, str]:
    ticket = fill.ticket
    return {
        "instType": ticket.instrument.inst_type,
        "instId": ticket.instrument.inst_id,
        "tradeId": fill.trade_id,
        "ordId": fill.ord_id,
        "clOrdId": ticket.cl_ord_id,
        "billId": fill.bill_id,
        # Bill types of a purchase and a sale.
        "subType": "1" if ticket.side == "buy" else "2",
        "tag": ticket.tag,
        "fillPx": plain(fill.px),
        "fillSz": plain(fill.sz),
        "fillPnl": "0",
        "side": ticket.side,
        "posSide": "net",
        "execType": fill.exec_type,
        "feeCcy": ticket.earns,
        "fee": plain(fill.fee),
        "ts": str(fill.ms),
        "fillTime": str(fill.ms),
        "feeRate": plain(fill.fee_rate),
        "tradeQuoteCcy": ticket.instrument.quote,
    }
