"""A position in a linear contract and what trading and funding make of it. The sums are exact.

What is open is kept at its cost, never at a rounded average price: a part that is closed takes its
share of the cost with it, rounded once, and leaves the rest. So a position that is closed has realised
exactly what it sold for less what it was bought for.

Tested in ``tests/sandbox/test_sandbox_positions.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okx_magic.sandbox.account.orders import Fill
    from okx_magic.sandbox.market.instruments import Instrument

Key = tuple[str, str, str]

_ZERO = Decimal(0)
_DIGITS = 8


def rounded(amount: Decimal) -> Decimal:
    """``amount`` to the digits of a balance: a quotient may have no end."""
    return round(amount, _DIGITS)


def worth(instrument: Instrument, px: Decimal, size: Decimal) -> Decimal:
    """What ``size`` is worth at ``px``, in quote currency."""
    return px * size * (instrument.ct_val or 1)


@dataclass(frozen=True, slots=True)
class Position:
    """``size`` in contracts, below zero for a short one; ``cost`` and all other sums in the
    currency that it settles in, ``cost`` with the sign of ``size``. ``margin`` is its own, if it is
    isolated. ``opened_size``, ``opened_value``, ``closed_size`` and ``closed_value`` add up all that
    was traded, ``most`` is the largest size that it had; times are in milliseconds. ``closed_as`` is the
    category of the order that last closed some of it, ``trigger_px`` the mark price at which a
    liquidation did.
    """

    pos_id: str
    instrument: Instrument
    mgn_mode: str
    pos_side: str
    lever: Decimal
    created: int
    updated: int
    size: Decimal = _ZERO
    cost: Decimal = _ZERO
    margin: Decimal = _ZERO
    pnl: Decimal = _ZERO
    fee: Decimal = _ZERO
    funding: Decimal = _ZERO
    opened_size: Decimal = _ZERO
    opened_value: Decimal = _ZERO
    closed_size: Decimal = _ZERO
    closed_value: Decimal = _ZERO
    most: Decimal = _ZERO
    trade_id: str = ""
    direction: str = ""
    closed_as: str = "normal"
    trigger_px: Decimal | None = None

    @property
    def key(self) -> Key:
        """What tells it apart from all others that are open."""
        return self.instrument.inst_id, self.mgn_mode, self.pos_side

    @property
    def ccy(self) -> str:
        """The currency that it settles in."""
        return self.instrument.quote

    @property
    def isolated(self) -> bool:
        """Whether it has a margin of its own."""
        return self.mgn_mode == "isolated"

    @property
    def realized(self) -> Decimal:
        """What it has brought so far."""
        return self.pnl + self.fee + self.funding

    def upl(self, px: Decimal) -> Decimal:
        """What it would bring if it were closed at ``px``, before fees."""
        return worth(self.instrument, px, self.size) - self.cost

    def traded(self, fill: Fill) -> Position:
        """The position after ``fill``, which either adds to it or takes at most all of it."""
        size, value = fill.ticket.sign * fill.sz, worth(self.instrument, fill.px, fill.sz)
        after = replace(
            self,
            fee=self.fee + fill.fee,
            trade_id=fill.trade_id,
            updated=fill.ms,
            size=self.size + size,
        )
        if self.size * size < 0:
            category = fill.ticket.category
            mark = fill.mark_px if category.endswith("liquidation") else None
            after = replace(after, closed_as=category, trigger_px=mark)
            return self._closed(after, fill.sz, value)
        margin = rounded(value / self.lever) if self.isolated else _ZERO
        return replace(
            after,
            cost=self.cost + fill.ticket.sign * value,
            margin=self.margin + margin,
            opened_size=self.opened_size + fill.sz,
            opened_value=self.opened_value + value,
            most=max(self.most, abs(after.size)),
            direction="long" if after.size > 0 else "short",
        )

    def _closed(self, after: Position, size: Decimal, value: Decimal) -> Position:
        held = abs(self.size)
        cost = rounded(self.cost * size / held) if after.size else self.cost
        margin = rounded(self.margin * size / held) if after.size else self.margin
        return replace(
            after,
            cost=self.cost - cost,
            margin=self.margin - margin,
            pnl=self.pnl + (value - cost if self.size > 0 else -value - cost),
            closed_size=self.closed_size + size,
            closed_value=self.closed_value + value,
        )

    def funded(self, amount: Decimal, ms: int) -> Position:
        """The position after it paid (below zero) or was paid funding."""
        margin = self.margin + amount if self.isolated else self.margin
        return replace(self, funding=self.funding + amount, margin=margin, updated=ms)
