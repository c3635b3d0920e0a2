"""Placing, cancelling and amending on an account, and settling what rests.

How orders meet the market: an order that crosses takes the visible levels of the other side at
once, level by level, each a fill. What is left of a limit order rests, and fills whole, at its
own price, in the first second in which the market trades through that price. Resting orders are
settled when the account is next looked at. OKX docs: Order Book Trading, Trade.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.matching import takes, would_take
from okx_magic.sandbox.orders import Fill, Order, Ticket, check_size, read_price, read_ticket
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from okx_magic.sandbox.account import Account, Ids
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.market import Market
    from okx_magic.sandbox.params import Params

# OKX's regular user, Lv1, spot.
TAKER_FEE = Decimal("0.001")
MAKER_FEE = Decimal("0.0008")

# OKX freezes 5 % more than a market order is expected to cost.
_MARKET_RESERVE = Decimal("1.05")

# OKX docs, Get order details, cancelSource.
_BY_USER = "1"
_FOK_INCOMPLETE = "13"
_IOC_INCOMPLETE = "14"
_POST_ONLY_WOULD_TAKE = "31"

# OKX docs, Place order: so many orders of one instrument may be open.
_MOST_OPEN = 500

Ack = dict[str, str]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one account is dealt with, for who has the ``keys``: at ``now``, in seconds."""

    account: Account
    market: Market
    ids: Ids
    now: float
    keys: Keys

    @property
    def ms(self) -> int:
        """``now`` in milliseconds."""
        return int(self.now * 1000)

    @property
    def second(self) -> int:
        """``now`` in whole seconds, the market's clock."""
        return int(self.now)


def place(desk: Desk, wanted: Params) -> Ack:
    """Takes a new order; the acknowledgement says that it was accepted, not that it traded."""
    ticket = read_ticket(wanted)
    beside = [order.ticket for order in desk.account.open.values()]
    if ticket.cl_ord_id and any(other.cl_ord_id == ticket.cl_ord_id for other in beside):
        raise RefusalError("51016")
    if sum(other.instrument is ticket.instrument for other in beside) >= _MOST_OPEN:
        raise RefusalError("51102", str(_MOST_OPEN))
    order = Order(desk.ids.next(desk.now), ticket, created=desk.ms, updated=desk.ms)
    _check_funds(desk, ticket, _cost(desk, order))
    _enter(desk, order)
    return _ack(desk, order) | {"tag": ticket.tag, "subCode": ""}


def cancel(desk: Desk, wanted: Params) -> Ack:
    """Cancels an open order."""
    order = _named(desk, wanted)
    if order is None or not order.is_open:
        raise RefusalError("51400")
    desk.account.keep(_canceled(desk, order, _BY_USER))
    return _ack(desk, order)


def amend(desk: Desk, wanted: Params) -> Ack:
    """Changes price or size (``newSz`` counts what is filled already) of an open order."""
    order = _named(desk, wanted)
    if order is None or not order.is_open:
        raise RefusalError("51503")
    try:
        _amend(desk, order, wanted)
    except RefusalError:
        if wanted.get("cxlOnFail") == "true":
            desk.account.keep(_canceled(desk, order, _BY_USER))
        raise
    return _ack(desk, order) | {"reqId": wanted.get("reqId", ""), "subCode": ""}


def settle(desk: Desk) -> None:
    """Fills what rested and was traded through since the account was last looked at."""
    account = desk.account
    if account.settled >= desk.second:
        return
    due = []
    for order in account.open.values():
        ticket = order.ticket
        if ticket.px is None:
            continue
        second = desk.market.first_through(
            ticket.instrument, ticket.side, ticket.px, account.settled, desk.second
        )
        if second is not None:
            due.append((second, order, ticket.px))
    account.settled = desk.second
    for second, order, px in sorted(due, key=lambda entry: entry[0]):
        left = order.ticket.sz - order.filled
        fill = _fill(desk, order, (px, left), MAKER_FEE, ms=(second + 1) * 1000)
        account.keep(replace(account.book(order, [fill]), state="filled"))


def _amend(desk: Desk, order: Order, wanted: Params) -> None:
    ticket = order.ticket
    if not (wanted.get("newSz") or wanted.get("newPx")):
        raise RefusalError("50014", "newSz")
    if wanted.get("newPx"):
        ticket = replace(ticket, px=read_price(wanted, "newPx", ticket.instrument))
    if wanted.get("newSz"):
        ticket = replace(ticket, sz=params.positive(wanted, "newSz"))
        check_size(ticket.sz, ticket.instrument)
    if ticket.sz <= order.filled:
        raise RefusalError("51000", "newSz")
    changed = replace(order, ticket=ticket, updated=desk.ms)
    _check_funds(desk, ticket, changed.frozen - order.frozen)
    book = desk.market.book(ticket.instrument, desk.second)
    if ticket.ord_type == "post_only" and would_take(changed, book):
        raise RefusalError("51511")
    _enter(desk, changed)


def _enter(desk: Desk, order: Order) -> None:
    # The order meets the book; what the book leaves of it rests or ends, as its kind says.
    book = desk.market.book(order.ticket.instrument, desk.second)
    kind = order.ticket.ord_type
    if kind == "post_only" and would_take(order, book):
        desk.account.keep(_canceled(desk, order, _POST_ONLY_WOULD_TAKE))
        return
    fills = [_fill(desk, order, part, TAKER_FEE, ms=desk.ms) for part in takes(order, book)]
    order = desk.account.book(order, fills)
    if order.is_complete:
        desk.account.keep(replace(order, state="filled"))
    elif kind in {"market", "ioc", "fok"}:
        source = _FOK_INCOMPLETE if kind == "fok" else _IOC_INCOMPLETE
        desk.account.keep(_canceled(desk, order, source))


def _fill(
    desk: Desk, order: Order, part: tuple[Decimal, Decimal], rate: Decimal, *, ms: int
) -> Fill:
    px, size = part
    gross = size if order.ticket.side == "buy" else px * size
    return Fill(
        trade_id=desk.ids.next(desk.now),
        bill_id=desk.ids.next(desk.now),
        ord_id=order.ord_id,
        ticket=order.ticket,
        px=px,
        sz=size,
        fee=-gross * rate,
        fee_rate=-rate,
        exec_type="T" if rate == TAKER_FEE else "M",
        ms=ms,
    )


def _cost(desk: Desk, order: Order) -> Decimal:
    # How much of ``pays`` a new order may need.
    ticket = order.ticket
    if ticket.px is not None:
        return order.frozen
    book = desk.market.book(ticket.instrument, desk.second)
    if ticket.tgt_ccy == "quote_ccy":
        best = (book.asks if ticket.side == "buy" else book.bids)[0].px
        if ticket.sz < best * ticket.instrument.min_size:
            raise RefusalError("51020")
    if ticket.counts_what_it_pays:
        return ticket.sz
    taken = takes(order, book)
    if ticket.side == "sell":
        return sum((size for _, size in taken), Decimal(0))
    return sum((px * size for px, size in taken), Decimal(0)) * _MARKET_RESERVE


def _check_funds(desk: Desk, ticket: Ticket, cost: Decimal) -> None:
    if cost > desk.account.available(ticket.pays):
        raise RefusalError("51008", ticket.pays)


def _canceled(desk: Desk, order: Order, source: str) -> Order:
    return replace(order, state="canceled", cancel_source=source, updated=desk.ms)


def _named(desk: Desk, wanted: Params) -> Order | None:
    inst_id = params.required(wanted, "instId")
    ord_id, cl_ord_id = wanted.get("ordId", ""), wanted.get("clOrdId", "")
    if not (ord_id or cl_ord_id):
        raise RefusalError("51003")
    return desk.account.find(inst_id, ord_id, cl_ord_id)


def _ack(desk: Desk, order: Order) -> Ack:
    return {
        "ordId": order.ord_id,
        "clOrdId": order.ticket.cl_ord_id,
        "ts": str(desk.ms),
        "sCode": "0",
        "sMsg": "",
    }
