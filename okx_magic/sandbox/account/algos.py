"""Algo orders: what sets them off, and how far they have come.

OKX docs: Order Book Trading, Algo Trading. They freeze nothing; what they order is found out when they
are set off.

Tested in ``tests/sandbox/test_sandbox_algos.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.account.orders import Order, Ticket
    from okx_magic.sandbox.market.instruments import Instrument

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """A price (``by`` is last, index or mark) that sets an algo order off when it comes to ``px``, from
    below if ``up``; then it orders at ``ord_px`` (None: at the market). ``ratio`` stands for ``px`` until
    the order that it is attached to has a price. ``limit`` is OKX's tpOrdKind: no price but its own.
    """

    by: str
    up: bool
    px: Decimal
    ord_px: Decimal | None
    ratio: Decimal | None = None
    limit: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    """A stop that follows the price at a distance: a ``ratio`` of it or a ``spread``. It is active from
    ``active`` on (None: at once); ``peak`` is the best price since (None: it is not active yet).
    """

    ratio: Decimal | None
    spread: Decimal | None
    active: Decimal | None
    peak: Decimal | None = None

    def stop(self, peak: Decimal, side: str) -> Decimal:
        """Where it is set off after the best price ``peak``: below that for a sale, else above."""
        distance = self.spread if self.ratio is None else peak * self.ratio
        assert distance is not None  # noqa: S101 - one of them is there
        return peak - distance if side == "sell" else peak + distance


@dataclass(frozen=True, slots=True)
class Algo:
    """An algo order. ``legs`` are by the actualSide that it has when one sets it off: tp, sl or "".
    ``ticket`` is what it orders, but for price and (where it is to take a position's
    ``close_fraction``, or hangs on an order whole) size.``attached`` are those that its own order will
    have. Of what it ordered ``ord_id``, ``actual_sz``, ``actual_px`` and ``actual_side`` tell, or
    ``fail_code`` why it could not; times are in milliseconds, ``trigger_time`` is when it was set off.
    """

    algo_id: str
    ticket: Ticket
    ord_type: str
    algo_cl_ord_id: str = ""
    legs: Mapping[str, Leg] = field(default_factory=dict)
    trail: Trail | None = None
    close_fraction: str = ""
    advance_ord_type: str = ""
    ends_with_position: bool = False
    attached: tuple[Algo, ...] = ()
    created: int = 0
    updated: int = 0
    state: str = "live"
    ord_id: str = ""
    actual_sz: Decimal = _ZERO
    actual_px: Decimal | str = ""
    actual_side: str = ""
    trigger_time: str = ""
    fail_code: str = ""
    req_id: str = ""

    @property
    def record_id(self) -> str:
        """Its algoId."""
        return self.algo_id

    @property
    def names(self) -> tuple[str, str]:
        """It goes by its algoClOrdId, whatever the instrument."""
        return "", self.algo_cl_ord_id

    @property
    def is_open(self) -> bool:
        """Whether it can still be set off."""
        return self.state == "live"

    @property
    def acknowledged(self) -> dict[str, str]:
        """What an answer says of it."""
        names = {"algoId": self.algo_id, "algoClOrdId": self.algo_cl_ord_id}
        return names | {"tag": self.ticket.tag}

    @property
    def instrument(self) -> Instrument:
        """What it is in."""
        return self.ticket.instrument

    @property
    def acting(self) -> Mapping[str, Leg]:
        """The legs that can set it off.

        OKX docs, Place algo order: of a conditional order with both only the stop-loss is looked at.
        """
        both = len(self.legs) > 1 and self.ord_type == "conditional"
        return {"sl": self.legs["sl"]} if both else self.legs

    def ended(self, ms: int, _: str) -> Algo:
        """As it is when it was cancelled; for what reason OKX does not tell."""
        return replace(self, state="canceled", updated=ms)

    def hung_on(self, order: Order, ms: int) -> Algo:
        """As it is when ``order``, which it was attached to, is filled: it lives."""
        average = order.value / order.filled
        size = self.ticket.sz or order.filled
        tick, legs = self.instrument.tick, dict(self.legs)
        for name, leg in self.legs.items():
            if leg.ratio is not None:
                away = abs(leg.ratio) if leg.up else -abs(leg.ratio)
                px = max(tick, round(average * (1 + away) / tick) * tick)
                legs[name] = replace(leg, px=px)
        ticket = replace(self.ticket, sz=size, lever=order.ticket.lever)
        return replace(self, ticket=ticket, legs=legs, created=ms, updated=ms)
