"""The orders channel: each order as it is taken, filled, amended and ended, as REST shows it then.

OKX docs: Order Book Trading, Trade, WS / Order channel.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.market.instruments import worth
from okx_magic.sandbox.routes.rows import written
from okx_magic.sandbox.routes.trade import order_row

if TYPE_CHECKING:
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Order

_ORDER = endpoints()["GET", "/api/v5/trade/order"]
_NEVER = ("amendSource", "fillFwdPx", "fillMarkVol", "fillPxUsd", "fillPxVol", "msg")


class Journal:
    """What happens to the orders of an account, from when it is first asked for."""

    def __init__(self) -> None:
        self._events: deque[tuple[Order, str]] = deque()

    def hear(self, before: Order | None, order: Order) -> None:
        """``order`` is what it was ``before`` no more."""
        latest = self._events[-1][0] if self._events else None
        if order.state == "filled" and latest and latest.last is order.last:
            # The fill that completes an order is told once.
            self._events.pop()
        amended = before is not None and before.ticket != order.ticket
        self._events.append((order, "0" if amended else ""))

    def take(self) -> list[tuple[Order, str]]:
        """What happened since this was last asked, each with its ``amendResult``."""
        events = list(self._events)
        self._events.clear()
        return events


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
