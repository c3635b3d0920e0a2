"""Balances, and the bills that every change of them leaves. The sums are exact."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.account.orders import Fill

_REMEMBERED = 4000
_ZERO = Decimal(0)


class Ids:
    """Ids of orders, trades and bills: 19 digits, growing with time as OKX's do."""

    def __init__(self) -> None:
        self._latest = 0

    def next(self, now: float) -> str:
        """A new id, above all before it; ``now`` in seconds."""
        self._latest = max(self._latest + 1, int(now * 1000) << 20)
        return str(self._latest)


@dataclass(frozen=True, slots=True)
class Bill:
    """A change of the balance in ``ccy``, which was ``balance`` after it. ``kind`` is OKX's type and
    sub-type; ``about`` holds what else OKX tells of it, by its names; of a ``fill`` that is read off.
    ``moved`` came to the margin of an isolated position, which was ``margin`` after it.
    """

    ms: int
    ccy: str
    change: Decimal
    kind: tuple[str, str]
    about: Mapping[str, str] = field(default_factory=dict)
    fill: Fill | None = None
    moved: Decimal = _ZERO
    margin: Decimal = _ZERO
    bill_id: str = ""
    balance: Decimal = _ZERO


@dataclass(slots=True)
class Ledger:
    """What lies in an account, by currency. ``balances`` change in ``book`` alone; the last 4,000
    ``bills`` are remembered, oldest first, and ``heard`` is told of each. ``changed`` is when one last
    came, in milliseconds.
    """

    ids: Ids
    balances: dict[str, Decimal]
    changed: int = 0
    bills: deque[Bill] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    heard: Callable[[Bill], None] = lambda _: None

    def of(self, ccy: str) -> Decimal:
        """The balance in ``ccy``."""
        return self.balances.get(ccy, _ZERO)

    def book(self, bill: Bill) -> Bill:
        """Changes a balance as ``bill`` says, and gives and keeps it, with what is known only now:
        the balance and, unless it has one, its id.
        """
        balance = self.balances[bill.ccy] = self.of(bill.ccy) + bill.change
        self.changed = bill.ms
        bill_id = bill.bill_id or self.ids.next(bill.ms / 1000)
        bill = replace(bill, bill_id=bill_id, balance=balance)
        self.bills.append(bill)
        self.heard(bill)
        return bill
