"""A trading account: what it owns, its orders, fills and positions. The sums are exact.

Balances change only in its ledgers, each time with a bill; what is frozen is never stored but summed
over the open orders, so the two cannot come apart. Of what is over, the last 2,000 fills and positions
are remembered.

Tested in ``tests/sandbox/test_sandbox_private.py``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.account.algos import Algo
from okx_magic.sandbox.account.ledger import Bill, Ledger
from okx_magic.sandbox.account.orders import Fill, Order, Ticket, fees
from okx_magic.sandbox.account.positions import Key, Position, rounded
from okx_magic.sandbox.account.records import REMEMBERED, Records
from okx_magic.sandbox.data import table
from okx_magic.sandbox.replies import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.sandbox.market.instruments import Instrument

_ZERO = Decimal(0)
# What OKX sets for contracts until somebody sets another.
_LEVER = Decimal(3)

# OKX docs, Get bills details, by the category of an order: the type, and its sub-types by side or, in
# long/short mode, by whether it opens.
CATEGORIES: Mapping[str, Mapping[str, str]] = table("categories.json")
_FUNDING = "8"


@dataclass(slots=True)
class Account:
    """``trading`` and ``funding`` hold its money, that of open orders included. ``orders`` are by
    ``ordId``, ``algos`` by ``algoId``; ``fills`` and ``closed`` positions are oldest first. ``settled``
    is the second up to which it has been held against the market.

    ``level``, ``pos_mode`` and ``greeks`` are OKX's acctLv, posMode and greeksType, ``isolated`` its
    isoMode by type; ``levers`` what was set; ``timers`` the times, in milliseconds, at which the orders
    of a tag ("" for all) are to be cancelled; ``raised`` the day of the last increase of play money and
    how many there were; ``heard`` is told of each order and algo order as it was (or None) and as it is
    whenever that changes.
    """

    uid: str
    trading: Ledger
    funding: Ledger
    settled: float
    level: str = "2"
    pos_mode: str = "net_mode"
    greeks: str = "PA"
    isolated: dict[str, str] = field(
        default_factory=lambda: dict.fromkeys(("MARGIN", "CONTRACTS"), "automatic")
    )
    levers: dict[Key, Decimal] = field(default_factory=dict)
    timers: dict[str, int] = field(default_factory=dict)
    raised: tuple[int, int] = (0, 0)
    orders: Records[Order] = field(default_factory=Records)
    algos: Records[Algo] = field(default_factory=Records)
    fills: deque[Fill] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    positions: dict[Key, Position] = field(default_factory=dict)
    closed: deque[Position] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    heard: Callable[[Order | Algo | None, Order | Algo], None] = lambda _, __: None
    # A position that is opened again has the id that it had.
    _pos_ids: dict[Key, str] = field(default_factory=dict)

    def frozen(self, ccy: str, order: Order | None = None) -> Decimal:
        """How much of ``ccy`` open orders hold back; with ``order`` as it would be among them."""
        held = (held for one, held in self.claims(order) if one.ticket.pays == ccy)
        return sum(held, _ZERO)

    def claims(self, order: Order | None = None) -> Iterator[tuple[Order, Decimal]]:
        """Each open order (with ``order`` in its place among them) and what it holds back. Of orders
        that would close a position the oldest are first to do so; only what opens needs a margin.
        """
        left: dict[tuple[Key, str], Decimal] = {}
        among = self.orders.open if order is None else {**self.orders.open, order.ord_id: order}
        for one in among.values():
            ticket = one.ticket
            opens = one.left
            if not ticket.instrument.is_spot:
                place = (ticket.key, ticket.side)
                closable = left.get(place)
                if closable is None:
                    closable = self.closable(ticket)
                closing = opens if ticket.only_closes else min(opens, closable)
                left[place] = max(closable - closing, _ZERO)
                opens -= closing
            yield one, ticket.holds(opens)

    def reserved(self, ccy: str) -> Decimal:
        """How much of ``ccy`` open orders keep from standing behind positions in cross margin: of
        orders in that the fees, of others all that they hold.
        """
        total = _ZERO
        for one, held in self.claims():
            ticket = one.ticket
            if ticket.pays == ccy:
                fee = ticket.lever * fees(ticket.instrument).taker
                total += rounded(held * fee / (1 + fee)) if ticket.td_mode == "cross" else held
        return total

    def closable(self, ticket: Ticket) -> Decimal:
        """The size of the position that an order like ``ticket`` would close."""
        position = self.positions.get(ticket.key)
        return abs(position.size) if position and position.size * ticket.sign < 0 else _ZERO

    def held(self, instrument: Instrument, mgn_mode: str) -> list[Position]:
        """The positions in ``instrument``: one or, in long/short mode, up to two."""
        of = (instrument.inst_id, mgn_mode)
        return [one for key, one in self.positions.items() if key[:2] == of]

    def closers(self, position: Position) -> list[Order]:
        """The open orders that can only close ``position``."""
        return [
            order
            for order in self.orders.open.values()
            if order.ticket.only_closes
            and order.ticket.key == position.key
            and order.ticket.sign * position.size < 0
        ]

    def lever(self, inst_id: str, mgn_mode: str, pos_side: str) -> Decimal:
        """The leverage of such positions; cross margin has one for both sides."""
        side = pos_side if mgn_mode == "isolated" else "net"
        return self.levers.get((inst_id, mgn_mode, side), _LEVER)

    def keep(self, one: Order | Algo) -> None:
        """Puts ``one`` in the place of what was known of it."""
        records: Records[Any] = self.algos if isinstance(one, Algo) else self.orders
        self.heard(records.get(one.record_id), one)
        records.keep(one)

    @property
    def standing(self) -> list[Order | Algo]:
        """The open orders and algo orders."""
        return [*self.orders.open.values(), *self.algos.open.values()]

    def end(self, which: Callable[[Order | Algo], bool], ms: int, source: str) -> None:
        """Cancels the open orders and algo orders that are so, for the reason that ``source`` stands
        for.
        """
        for one in filter(which, self.standing):
            self.keep(one.ended(ms, source))

    def book(self, order: Order, fill: Fill) -> Order:
        """Settles a fill of ``order``, and gives and keeps the order as it then stands."""
        fill = self._exchanged(fill) if fill.ticket.instrument.is_spot else self._traded(fill)
        self.fills.append(fill)
        order = replace(
            order,
            state="partially_filled",
            filled=order.filled + fill.sz,
            value=order.value + fill.px * fill.sz,
            fee=order.fee + fill.fee,
            pnl=order.pnl + fill.pnl,
            last=fill,
            updated=fill.ms,
        )
        self.keep(order)
        return order

    def fund(self, position: Position, amount: Decimal, mark: Decimal, ms: int) -> None:
        """Pays ``amount`` of funding to ``position``, or has it pay (below zero)."""
        after = self.positions[position.key] = position.funded(amount, ms)
        cash = _ZERO if position.isolated else amount
        moved = amount - cash
        about = {"sz": plain(abs(position.size)), "px": plain(mark), "pnl": plain(amount)}
        kind = (_FUNDING, "174" if amount > 0 else "173")
        about |= _about(position)
        self.trading.book(
            Bill(ms, position.ccy, cash, kind, about, moved=moved, margin=after.margin)
        )

    def add_margin(self, key: Key, amount: Decimal, kind: tuple[str, str], ms: int) -> None:
        """Moves ``amount`` of cash to the margin of an isolated position, or back (below zero)."""
        held = self.positions[key]
        after = self.positions[key] = replace(held, margin=held.margin + amount, updated=ms)
        about = _about(held) | {"sz": plain(abs(amount))}
        self.trading.book(
            Bill(ms, held.ccy, -amount, kind, about, moved=amount, margin=after.margin)
        )

    def _exchanged(self, fill: Fill) -> Fill:
        # Of a spot pair: one currency for the other.
        kind = (CATEGORIES["normal"]["type"], "1" if fill.ticket.side == "buy" else "2")
        pays, earns = fill.ticket.pays, fill.ticket.earns
        earned = fill.ticket.gross(fill.px, fill.sz) + fill.fee
        self.trading.book(Bill(fill.ms, pays, -fill.paid, kind, fill=fill, bill_id=fill.bill_id))
        self.trading.book(Bill(fill.ms, earns, earned, kind, fill=fill))
        return fill

    def _traded(self, fill: Fill) -> Fill:
        # Of contracts: a position is opened, grows, shrinks or is closed.
        before = self.positions.get(fill.ticket.key) or self._opened(fill)
        after = before.traded(fill)
        fill = replace(
            fill, pnl=after.pnl - before.pnl, closes=after.opened_size == before.opened_size
        )
        moved = after.margin - before.margin
        bill = Bill(
            fill.ms,
            fill.ticket.pays,
            fill.pnl + fill.fee - moved,
            kind_of(fill),
            fill=fill,
            moved=moved,
            margin=after.margin,
            bill_id=fill.bill_id,
        )
        self.trading.book(bill)
        self.positions[after.key] = after
        if not after.size:
            del self.positions[after.key]
            self.closed.append(after)
        return fill

    def _opened(self, fill: Fill) -> Position:
        ticket = fill.ticket
        pos_id = self._pos_ids.setdefault(ticket.key, self.trading.ids.next(fill.ms / 1000))
        lever = self.lever(*ticket.key)
        return Position(
            pos_id, ticket.instrument, ticket.td_mode, ticket.pos_side, lever, fill.ms, fill.ms
        )


def kind_of(fill: Fill) -> tuple[str, str]:
    """OKX's type and sub-type of the bill of ``fill``."""
    ticket, known = fill.ticket, CATEGORIES[fill.ticket.category]
    way = ticket.side
    if ticket.pos_side != "net":
        way = f"{'close' if fill.closes else 'open'} {ticket.pos_side}"
    return known["type"], known[way]


def _about(position: Position) -> dict[str, str]:
    listing = position.instrument.listing
    told = {name: listing[name] for name in ("instType", "instId", "ctType")}
    return told | {"mgnMode": position.mgn_mode}
