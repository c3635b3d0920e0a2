"""Placing, cancelling and amending on an account.

How orders meet the market: an order that crosses takes the visible levels of the other side at
once, level by level, each a fill. What is left of a limit order rests, and fills whole, at its
own price, when the market first trades through that price (``settling``). OKX docs:
Order Book Trading, Trade.

Tested in ``tests/sandbox/test_sandbox_orders.py``.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account.algo_rules import amended, check_attached, read_attached
from okx_magic.sandbox.account.orders import Fill, Order, Ticket, fees
from okx_magic.sandbox.account.rules import (
    check_funds,
    check_position,
    check_price,
    check_size,
    read_price,
    read_ticket,
)
from okx_magic.sandbox.replies import RefusalError, refuse_if, there

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.positions import Position
    from okx_magic.sandbox.account.records import One
    from okx_magic.sandbox.params import Params

# OKX docs, Get order details, cancelSource.
BY_USER = "1"
_FOK_INCOMPLETE = "13"
_IOC_INCOMPLETE = "14"
NOTHING_TO_REDUCE = "22"
_POST_ONLY_WOULD_TAKE = "31"

# OKX docs, Place order: so many orders of one instrument may be open.
_MOST_OPEN = 500

_ZERO = Decimal(0)


def place(desk: Desk, wanted: Params) -> Order:
    """Takes a new order; it comes back as it was when it was accepted."""
    ticket = read_ticket(wanted, desk.account)
    return submit(desk, replace(ticket, attached=read_attached(desk, wanted, ticket)))


def submit(desk: Desk, ticket: Ticket) -> Order:
    """Takes the order of ``ticket``."""
    refuse_if(not desk.market.offers(ticket.instrument, desk.now), "51001")
    beside = [order.ticket for order in desk.account.orders.open.values()]
    known = {other.cl_ord_id for other in beside}
    refuse_if(ticket.cl_ord_id and ticket.cl_ord_id in known, "51016")
    number = sum(other.instrument is ticket.instrument for other in beside)
    refuse_if(number >= _MOST_OPEN, "51102", str(_MOST_OPEN))
    order = Order(desk.ids.next(desk.now), ticket, created=desk.ms, updated=desk.ms)
    check_position(desk.account, order)
    check_funds(desk, order)
    check_price(desk, order)
    _enter(desk, order)
    return order


def cancel(desk: Desk, wanted: Params) -> Order:
    """Cancels an open order, and gives it."""
    return cancel_one(desk, named(desk, wanted, "51400"), wanted)


def amend(desk: Desk, wanted: Params) -> Order:
    """Changes price or size (``newSz`` counts what is filled already) of an open order."""
    return amend_one(desk, named(desk, wanted, "51503"), wanted, _amend)


def cancel_one(desk: Desk, one: One, wanted: Params) -> One:
    """Cancels ``one``, an order or an algo order, if it is open."""
    _check_open(one, wanted, "51400")
    desk.account.keep(one.ended(desk.ms, BY_USER))
    return one


def amend_one(
    desk: Desk, one: One, wanted: Params, change: Callable[[Desk, One, Params], None]
) -> One:
    """Changes ``one``, an order or an algo order, if it is open."""
    _check_open(one, wanted, "51503")
    try:
        change(desk, one, wanted)
    except RefusalError:
        if wanted.get("cxlOnFail") == "true":
            desk.account.keep(one.ended(desk.ms, BY_USER))
        raise
    return one


def named(desk: Desk, wanted: Params, code: str) -> Order:
    """The order of ``instId`` that ``ordId`` or else ``clOrdId`` names; where there is none, ``code``."""
    inst_id, ord_id, name = wanted["instId"], wanted.get("ordId", ""), wanted.get("clOrdId", "")
    refuse_if(not (ord_id or name), "51003")
    found = there(desk.account.orders.find(ord_id, (inst_id, name)), code)
    refuse_if(found.ticket.instrument.inst_id != inst_id, code)
    return found


def take_over(
    desk: Desk,
    held: Position,
    part: tuple[Decimal, Decimal],
    category: str,
    *,
    in_book: bool = False,
) -> None:
    """Has the exchange close ``part``, a price and a size, of a position for the reason that ``category``
    is; through the book where that (``in_book``) is to be tried and gives no worse prices.
    """
    px, size = part
    ticket = Ticket(
        instrument=held.instrument,
        td_mode=held.mgn_mode,
        side="sell" if held.size > 0 else "buy",
        pos_side=held.pos_side,
        ord_type="fok" if in_book else "limit",
        sz=size,
        px=px,
        reduce_only=held.pos_side == "net",
        lever=held.lever,
        category=category,
    )
    order = Order(desk.ids.next(desk.now), ticket, created=desk.ms, updated=desk.ms)
    desk.account.keep(order)
    taken = order.takes(desk.market.book(held.instrument, desk.now)) if in_book else []
    execute(desk, order, taken or [part], taker=True, ms=desk.ms)


def execute(
    desk: Desk, order: Order, parts: Iterable[tuple[Decimal, Decimal]], *, taker: bool, ms: int
) -> Order:
    """Fills ``order`` with ``parts``, prices and sizes, as far as it may; how it then stands.

    A fill either opens or closes: one that would turn a position round is two.
    """
    account, ticket = desk.account, order.ticket
    spot = ticket.instrument.is_spot
    for px, size in parts:
        closing = _ZERO if spot else min(size, account.closable(ticket))
        opening = _ZERO if ticket.only_closes else size - closing
        for piece in (closing, opening):
            if piece:
                order = account.book(order, _fill(desk, order, (px, piece), taker=taker, ms=ms))
    if order.is_complete:
        order = replace(order, state="filled")
        account.keep(order)
        for algo in ticket.attached:
            account.keep(algo.hung_on(order, ms))
    if not spot:
        # Where there is no such position any more, what can only close it makes no sense.
        account.end(
            lambda one: (
                one.ends_with_position
                and one.ticket.key == ticket.key
                and not account.closable(one.ticket)
            ),
            ms,
            NOTHING_TO_REDUCE,
        )
    # One that rested for long may be forgotten with its end.
    return account.orders.get(order.ord_id, order)


def _check_open(one: Order | Algo, wanted: Params, code: str) -> None:
    refuse_if(not one.is_open or one.ticket.instrument.inst_id != wanted["instId"], code)


def _amend(desk: Desk, order: Order, wanted: Params) -> None:
    ticket = order.ticket
    changes = any(wanted.get(name) for name in ("newSz", "newPx", "attachAlgoOrds"))
    refuse_if(not changes, "50014", "newSz")
    if wanted.get("newPx"):
        ticket = replace(ticket, px=read_price(wanted, "newPx", ticket.instrument))
    if wanted.get("newSz"):
        ticket = replace(ticket, sz=params.positive(wanted, "newSz"))
        check_size(ticket.sz, ticket.instrument)
    refuse_if(ticket.sz <= order.filled, "51000", "newSz")
    if wanted.get("attachAlgoOrds"):
        ticket = replace(ticket, attached=_amend_attached(desk, ticket, wanted))
    req_id = wanted.get("reqId", "")
    changed = replace(order, ticket=ticket, updated=desk.ms, req_id=req_id)
    check_position(desk.account, changed)
    check_funds(desk, changed)
    if wanted.get("newPx"):
        check_price(desk, changed)
    book = desk.market.book(ticket.instrument, desk.now)
    refuse_if(ticket.ord_type == "post_only" and changed.would_take(book), "51511")
    _enter(desk, changed)


def _amend_attached(desk: Desk, ticket: Ticket, wanted: Params) -> tuple[Algo, ...]:
    known = {algo.algo_id: algo for algo in ticket.attached}
    for item in params.objects(wanted, "attachAlgoOrds", most=len(known) or 1):
        number, name = item.get("attachAlgoId", ""), item.get("attachAlgoClOrdId", "")
        of = [one for one in known.values() if number == one.algo_id or name in one.names[1:]]
        refuse_if(not of or not (number or name), "51527")
        algo = known[of[0].algo_id] = amended(of[0], item)
        check_attached(desk, algo, ticket)
    return tuple(known.values())


def _enter(desk: Desk, order: Order) -> None:
    # The order meets the book; what the book leaves of it rests or ends, as its kind says.
    account = desk.account
    book = desk.market.book(order.ticket.instrument, desk.now)
    kind = order.ticket.ord_type
    if kind == "post_only" and order.would_take(book):
        account.keep(order.ended(desk.ms, _POST_ONLY_WOULD_TAKE))
        return
    account.keep(order)
    order = execute(desk, order, order.takes(book), taker=True, ms=desk.ms)
    if order.is_open and kind not in {"limit", "post_only"}:
        source = _FOK_INCOMPLETE if kind == "fok" else _IOC_INCOMPLETE
        account.keep(order.ended(desk.ms, source))


def _fill(desk: Desk, order: Order, part: tuple[Decimal, Decimal], *, taker: bool, ms: int) -> Fill:
    px, size = part
    ticket, instrument, market = order.ticket, order.ticket.instrument, desk.market
    rates = fees(instrument)
    rate = rates.taker if taker else rates.maker
    if ticket.category == "delivery":
        rate = _ZERO
    return Fill(
        trade_id=desk.ids.next(desk.now),
        bill_id=desk.ids.next(desk.now),
        ord_id=order.ord_id,
        ticket=ticket,
        px=px,
        sz=size,
        fee=-ticket.gross(px, size) * rate,
        fee_rate=-rate,
        exec_type="T" if taker else "M",
        ms=ms,
        idx_px=None if instrument.is_spot else market.index(instrument, ms / 1000),
        mark_px=None if instrument.is_spot else market.mark(instrument, ms / 1000),
    )
