"""Orders, what they take from a book, and fills.

Tested in ``tests/sandbox/test_sandbox_orders.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.sandbox.account.positions import Key, rounded, worth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.market.book import Book, Level
    from okx_magic.sandbox.market.instruments import Instrument

OPEN_STATES = frozenset({"live", "partially_filled"})

_ZERO = Decimal(0)
# What closes a position in long/short mode.
_CLOSING = frozenset({("sell", "long"), ("buy", "short")})


class Fees(NamedTuple):
    """What is paid of an execution's worth, by who takes from the book and who rests in it."""

    taker: Decimal
    maker: Decimal


# OKX's regular user, Lv1.
_SPOT_FEES = Fees(Decimal("0.001"), Decimal("0.0008"))
_CONTRACT_FEES = Fees(Decimal("0.0005"), Decimal("0.0002"))


def fees(instrument: Instrument) -> Fees:
    """The fee rates of an instrument."""
    return _SPOT_FEES if instrument.is_spot else _CONTRACT_FEES


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order as it was asked for, found good. ``px`` is None for market orders; ``tgt_ccy`` is ""
    for all but those of spot pairs. ``pos_side`` is "net" outside long/short mode; ``lever`` is the
    leverage of contracts. ``only_closes`` says that it may not open a position. ``attached`` are the algo
    orders that it brings; ``algo_id`` names the one that placed it, and ``source`` (as OKX numbers them)
    says of what kind that was; ``category`` is OKX's, such as full_liquidation.
    """

    instrument: Instrument
    td_mode: str
    side: str
    pos_side: str
    ord_type: str
    sz: Decimal
    px: Decimal | None
    reduce_only: bool
    lever: Decimal
    tgt_ccy: str = ""
    cl_ord_id: str = ""
    tag: str = ""
    attached: tuple[Algo, ...] = ()
    algo_id: str = ""
    algo_cl_ord_id: str = ""
    source: str = ""
    category: str = "normal"

    @property
    def sign(self) -> int:
        """1 for a purchase, -1 for a sale."""
        return 1 if self.side == "buy" else -1

    @property
    def key(self) -> Key:
        """Which position it opens or closes."""
        return self.instrument.inst_id, self.td_mode, self.pos_side

    @property
    def only_closes(self) -> bool:
        """Whether it takes from a position, and never more than there is."""
        return self.reduce_only or (self.side, self.pos_side) in _CLOSING

    @property
    def pays(self) -> str:
        """The currency that the order spends, or in which its margin is held."""
        buys = self.side == "buy" or not self.instrument.is_spot
        return self.instrument.quote if buys else self.instrument.base

    @property
    def earns(self) -> str:
        """The currency that it brings, and in which the fee is taken."""
        buys = self.side == "buy" and self.instrument.is_spot
        return self.instrument.base if buys else self.instrument.quote

    def gross(self, px: Decimal, size: Decimal) -> Decimal:
        """What a fee is taken of: what was bought or, of what was sold and of contracts, its worth."""
        if self.instrument.is_spot and self.side == "buy":
            return size
        return worth(self.instrument, px, size)

    def holds(self, size: Decimal) -> Decimal:
        """How much of ``pays`` is held back for ``size`` of it: for contracts that open, the margin
        and the fee. Market orders hold nothing back.
        """
        if self.px is None:
            return _ZERO
        if self.instrument.is_spot:
            return size * self.px if self.side == "buy" else size
        value = worth(self.instrument, self.px, size)
        # Divided once and last, so that what ends is rounded as it is.
        return rounded(value * (1 + self.lever * fees(self.instrument).taker) / self.lever)

    @property
    def counts_what_it_pays(self) -> bool:
        """Whether ``sz`` of a market order is a sum of ``pays``."""
        return self.tgt_ccy == ("quote_ccy" if self.side == "buy" else "base_ccy")


@dataclass(frozen=True, slots=True)
class Order:
    """An order and how far it has come. Sizes are in base currency or contracts, ``value`` is the
    sum of price times size; ``fee`` is negative, in ``ticket.earns``, as is ``pnl``, what was realised;
    times are in milliseconds. ``req_id`` names the last request that changed it.
    """

    ord_id: str
    ticket: Ticket
    created: int
    updated: int
    state: str = "live"
    filled: Decimal = _ZERO
    value: Decimal = _ZERO
    fee: Decimal = _ZERO
    pnl: Decimal = _ZERO
    last: Fill | None = None
    cancel_source: str = ""
    req_id: str = ""

    @property
    def record_id(self) -> str:
        """Its ordId."""
        return self.ord_id

    @property
    def acknowledged(self) -> dict[str, str]:
        """What an answer says of it."""
        return {"ordId": self.ord_id, "clOrdId": self.ticket.cl_ord_id}

    @property
    def names(self) -> tuple[str, str]:
        """Its instId and its clOrdId."""
        return self.ticket.instrument.inst_id, self.ticket.cl_ord_id

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.state in OPEN_STATES

    @property
    def ends_with_position(self) -> bool:
        """Whether it makes no sense without the position that it closes."""
        return self.ticket.only_closes

    def ended(self, ms: int, source: str) -> Order:
        """As it is when it was cancelled, for the reason that ``source`` stands for."""
        return replace(self, state="canceled", cancel_source=source, updated=ms)

    @property
    def is_complete(self) -> bool:
        """Whether all it asked for has traded; in quote currency, all that buys another lot."""
        ticket = self.ticket
        if ticket.tgt_ccy != "quote_ccy":
            return self.filled == ticket.sz
        return (
            self.last is not None and ticket.sz - self.value < self.last.px * ticket.instrument.lot
        )

    @property
    def left(self) -> Decimal:
        """How much of it is still to trade."""
        return self.ticket.sz - self.filled

    def takes(self, book: Book) -> list[tuple[Decimal, Decimal]]:
        """The price and size of each level that it takes of ``book``, best first.

        A limit bounds the price; a market order goes as deep as the book is visible. ``fok`` takes
        all or nothing; ``post_only`` never gets here.
        """
        ticket, lot = self.ticket, self.ticket.instrument.lot
        in_quote = ticket.tgt_ccy == "quote_ccy"
        left, taken = self.left, []
        for level in self._within(book):
            size = min(level.sz, left / level.px // lot * lot if in_quote else left)
            if not size:
                break
            left -= size * level.px if in_quote else size
            taken.append((level.px, size))
        return [] if ticket.ord_type == "fok" and left else taken

    def would_take(self, book: Book) -> bool:
        """Whether its price reaches the other side of ``book``."""
        return any(self._within(book))

    def _within(self, book: Book) -> Iterator[Level]:
        px, buying = self.ticket.px, self.ticket.side == "buy"
        for level in book.asks if buying else book.bids:
            if px is not None and (level.px > px if buying else level.px < px):
                return
            yield level


@dataclass(frozen=True, slots=True)
class Fill:
    """One execution of an order: ``sz`` of the base currency, or contracts, at ``px``;
    ``exec_type`` T takes from the book, M rested in it. ``fee`` is negative, in ``ticket.earns``;
    ``ms`` is its time. ``idx_px`` and ``mark_px`` are index and mark price then, for contracts;
    ``pnl`` is what it realised if it ``closes`` a position.
    """

    trade_id: str
    bill_id: str
    ord_id: str
    ticket: Ticket
    px: Decimal
    sz: Decimal
    fee: Decimal
    fee_rate: Decimal
    exec_type: str
    ms: int
    idx_px: Decimal | None
    mark_px: Decimal | None
    pnl: Decimal = _ZERO
    closes: bool = False

    @property
    def paid(self) -> Decimal:
        """How much of ``ticket.pays`` it cost."""
        return self.px * self.sz if self.ticket.side == "buy" else self.sz
