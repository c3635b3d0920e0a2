"""The orders channel: each order as it is taken, filled, amended and ended, as REST shows it then.

OKX docs: Order Book Trading, Trade, WS / Order channel.

Tested in ``tests/sandbox/test_sandbox_streams_equal.py``.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.account.algos import Algo
from okx_magic.sandbox.account.orders import Order
from okx_magic.sandbox.market.instruments import worth
from okx_magic.sandbox.routes.rows import written
from okx_magic.sandbox.routes.trade import algo_row, order_row

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk

_ORDER = endpoints()["GET", "/api/v5/trade/order"]
_ALGO = endpoints()["GET", "/api/v5/trade/order-algo"]
_NEVER = ("amendSource", "fillFwdPx", "fillMarkVol", "fillPxUsd", "fillPxVol", "msg")


class Journal:
    """What happens to the orders of an account, from when it is first asked for."""

    def __init__(self) -> None:
        self._events: deque[tuple[Order | Algo, str]] = deque()

    def hear(self, before: Order | Algo | None, order: Order | Algo) -> None:
        """``order`` is what it was ``before`` no more."""
        latest = self._events[-1][0] if self._events else None
        # The fill that completes an order is told once.
        match latest, order:
            case Order(last=fill), Order(state="filled") if order.last is fill:
                self._events.pop()
        amended = before is not None and before.ticket != order.ticket
        self._events.append((order, "0" if amended else ""))

    def take(self) -> list[tuple[Order | Algo, str]]:
        """What happened since this was last asked, each with its ``amendResult``."""
        events = list(self._events)
        self._events.clear()
        return events


def rows_of(desk: Desk, events: list[tuple[Order | Algo, str]]) -> dict[str, list[Any]]:
    """What happened, as the channels of each kind tell it."""
    rows: dict[str, list[Any]] = {"orders": [], "orders-algo": []}
    for one, amended in events:
        if isinstance(one, Algo):
            rows["orders-algo"].append(_algo_event(desk, one, amended))
        else:
            rows["orders"].append(order_event(desk, one, amended))
    return rows


def _algo_event(desk: Desk, algo: Algo, amended: str) -> dict[str, Any]:
    px = desk.market.last(algo.instrument, desk.now)
    worth_of = worth(algo.instrument, algo.ticket.sz, px)[1]
    row: dict[str, Any] = written(_ALGO, algo_row(desk, algo))
    value = round(worth_of * desk.dollars(algo.instrument.quote), 8)
    return row | {"amendResult": amended, "notionalUsd": value, "reqId": algo.req_id}


def order_event(desk: Desk, order: Order, amended: str) -> dict[str, Any]:
    """The row of the channel: REST's, and what it tells beside."""
    ticket, fill = order.ticket, order.last
    instrument = ticket.instrument
    dollars = desk.dollars(instrument.quote)
    last = desk.market.last(instrument, desk.now)
    sz = ticket.sz / last if ticket.tgt_ccy == "quote_ccy" else ticket.sz
    row: dict[str, Any] = written(_ORDER, order_row(order))
    row |= dict.fromkeys(_NEVER, "") | {
        "amendResult": amended,
        "code": "0",
        "execType": fill.exec_type if fill else "T" if ticket.px is None else "M",
        "fillFee": fill.fee if fill else "0",
        "fillFeeCcy": ticket.earns if fill else "",
        "fillPnl": fill.pnl if fill else "0",
        "fillIdxPx": "",
        "fillMarkPx": "",
        "fillNotionalUsd": "",
        "lastPx": last,
        "notionalUsd": round(worth(instrument, sz, ticket.px or last)[1] * dollars, 8),
        "reqId": order.req_id,
    }
    if fill:
        row["fillNotionalUsd"] = round(worth(instrument, fill.sz, fill.px)[1] * dollars, 8)
        row |= {"fillIdxPx": fill.idx_px or "", "fillMarkPx": fill.mark_px or ""}
    return row
