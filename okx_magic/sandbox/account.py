"""A trading account: what it owns, its orders and fills. The sums are exact.

``cash`` changes only in ``book``, by exactly what the fill says; what is frozen is never stored but
summed over the open orders, so the two cannot come apart. Of what is over, the last 2,000 orders
(or a few more) and fills are remembered.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.sandbox.orders import Fill, Order

_REMEMBERED = 2000


class Ids:
    """Ids of orders, trades and bills: 19 digits, growing with time as OKX's do."""

    def __init__(self) -> None:
        self._latest = 0

    def next(self, now: float) -> str:
        """A new id, above all before it; ``now`` in seconds."""
        self._latest = max(self._latest + 1, int(now * 1000) << 20)
        return str(self._latest)


@dataclass(slots=True)
class Account:
    """``cash`` is by currency, open orders included; ``funding`` is the other, idle account.
    ``orders`` are by ``ordId``, oldest first, as are ``open``, those that can still trade; ``fills``
    are oldest first. ``settled`` is the second up to which open orders have been held against the
    market; ``changed`` when a balance last moved, in milliseconds.
    """

    uid: str
    cash: dict[str, Decimal]
    funding: Mapping[str, Decimal]
    settled: int
    changed: int
    orders: dict[str, Order] = field(default_factory=dict)
    open: dict[str, Order] = field(default_factory=dict)
    fills: deque[Fill] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    # The newest order of each instId and clOrdId.
    _named: dict[tuple[str, str], str] = field(default_factory=dict)

    def frozen(self, ccy: str) -> Decimal:
        """How much of ``ccy`` open orders hold back."""
        held = (order.frozen for order in self.open.values() if order.ticket.pays == ccy)
        return sum(held, Decimal(0))

    def available(self, ccy: str) -> Decimal:
        """How much of ``ccy`` a new order can spend."""
        return self.cash.get(ccy, Decimal(0)) - self.frozen(ccy)

    def keep(self, order: Order) -> None:
        """Puts ``order`` in the place of what was known of it."""
        self.orders[order.ord_id] = order
        self._named[order.names] = max(order.ord_id, self._named.get(order.names, ""))
        if order.is_open:
            self.open[order.ord_id] = order
            return
        self.open.pop(order.ord_id, None)
        if len(self.orders) - len(self.open) >= 2 * _REMEMBERED:
            self._forget()

    def book(self, order: Order, fills: Iterable[Fill]) -> Order:
        """Settles ``fills`` of ``order`` in cash, and gives and keeps the order as it then
        stands.
        """
        for fill in fills:
            self.fills.append(fill)
            for ccy, change in ((fill.ticket.pays, -fill.paid), (fill.ticket.earns, fill.earned)):
                self.cash[ccy] = self.cash.get(ccy, Decimal(0)) + change
            self.changed = fill.ms
            order = replace(
                order,
                state="partially_filled",
                filled=order.filled + fill.sz,
                value=order.value + fill.px * fill.sz,
                fee=order.fee + fill.fee,
                last=fill,
                updated=fill.ms,
            )
        self.keep(order)
        return order

    def find(self, inst_id: str, ord_id: str, cl_ord_id: str) -> Order | None:
        """The order of ``inst_id`` with this ``ordId`` or, where that is empty, the newest one with
        this ``clOrdId``.
        """
        order = self.orders.get(ord_id or self._named.get((inst_id, cl_ord_id), ""))
        return order if order and order.ticket.instrument.inst_id == inst_id else None

    def _forget(self) -> None:
        over = [order for order in self.orders.values() if not order.is_open]
        for order in over[:-_REMEMBERED]:
            del self.orders[order.ord_id]
            if self._named.get(order.names) == order.ord_id:
                del self._named[order.names]
