"""Algo orders, to be read back. OKX docs: Order Book Trading, Algo Trading.

Tested in ``tests/sandbox/test_sandbox_algos.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.sandbox.account.legs import fields_of
from okx_magic.sandbox.account.stops import named
from okx_magic.sandbox.replies import RefusalError, refuse_if
from okx_magic.sandbox.routes.rows import Row, about, asked, page, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.params import Params


def order_algo(desk: Desk, query: Params) -> list[Row]:
    """One algo order, by ``algoId`` or ``algoClOrdId``."""
    found = named(desk, query)
    if found is None:
        raise RefusalError("51603")
    return [algo_row(desk, found)]


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
    ticket, spot = one.ticket, one.instrument.is_spot
    return {
        **about(one.instrument),
        **told(ticket),
        **told(one),
        **prices(one),
        "clOrdId": "",
        "sz": ticket.sz or "",
        "lever": "" if spot else ticket.lever,
        "ordIdList": [one.ord_id] if one.ord_id else [],
        "actualSz": one.actual_sz or "",
        "reduceOnly": str(ticket.reduce_only).lower(),
        "last": desk.market.last(one.instrument, desk.now),
        "attachAlgoOrds": [attached_row(each) for each in one.attached],
        "uTime": str(one.updated),
        "cTime": str(one.created),
        "tradeQuoteCcy": one.instrument.quote if spot else "",
    }


def attached_row(one: Algo) -> Row:
    """An algo order as it is shown with the order that it hangs on."""
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
        row[order] = "-1" if leg.ord_px is None else leg.ord_px
        if not leg.limit:
            row |= {px: leg.px or "", by: leg.by, ratio: "" if leg.ratio is None else leg.ratio}
    if one.trail is not None:
        trail, side = one.trail, one.ticket.side
        row["callbackRatio"] = "" if trail.ratio is None else trail.ratio
        row["callbackSpread"] = "" if trail.spread is None else trail.spread
        row["activePx"] = "" if trail.active is None else trail.active
        row["moveTriggerPx"] = "" if trail.peak is None else trail.stop(trail.peak, side)
    return row
