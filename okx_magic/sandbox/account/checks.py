"""Whether an account can bear an order: its money, and the positions that it opens or closes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox.account.desk import largest
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Order

# OKX freezes 5 % more than a market order is expected to cost.
_MARKET_RESERVE = Decimal("1.05")

_ZERO = Decimal(0)


def check_funds(desk: Desk, order: Order) -> None:
    """Refuses what the account cannot pay for, or has not the margin for."""
    ticket, cost = order.ticket, _cost(desk, order)
    pool = desk.pool(ticket.pays)
    # What only closes is never too much: an account that is under water may still do that.
    if cost > 0 and cost > (pool.spendable if ticket.instrument.is_spot else pool.available):
        raise RefusalError("51008", ticket.pays)


def check_price(desk: Desk, order: Order) -> None:
    """Refuses a price beyond what ``public/price-limit`` tells: too high to buy, too low to sell."""
    ticket = order.ticket
    highest, lowest = desk.market.price_limits(ticket.instrument, desk.second)
    if ticket.px is None or (ticket.px <= highest if ticket.side == "buy" else ticket.px >= lowest):
        return
    if not ticket.instrument.is_spot:
        raise RefusalError("51006", f"{highest:f}", f"{lowest:f}")
    if ticket.side == "buy":
        raise RefusalError("51137", f"{highest:f}")
    raise RefusalError("51138", f"{lowest:f}")


def check_position(account: Account, order: Order) -> None:
    """Refuses what would close what is not there, or open more than the leverage allows."""
    ticket = order.ticket
    if ticket.instrument.is_spot:
        return
    held = account.positions.get(ticket.key)
    if ticket.only_closes:
        _check_closing(account, order)
        return
    beside = [
        other.left
        for other in account.open.values()
        if other.ticket.key == ticket.key
        and other.ticket.side == ticket.side
        and other.ord_id != order.ord_id
    ]
    size = (held.size * ticket.sign if held else 0) + sum(beside, order.left)
    most = largest(ticket.instrument, ticket.lever)
    if size > most:
        raise RefusalError("51004", ticket.instrument.inst_id, f"{most:f}")


def _check_closing(account: Account, order: Order) -> None:
    ticket, held = order.ticket, account.positions.get(order.ticket.key)
    if held is None:
        raise RefusalError("51169")
    if held.size * ticket.sign > 0:
        raise RefusalError("51170")
    # In net mode an order that is too large closes what there is.
    beside = (other.left for other in account.closers(held) if other.ord_id != order.ord_id)
    if ticket.pos_side != "net" and order.left > abs(held.size) - sum(beside):
        raise RefusalError("51112")


def _cost(desk: Desk, order: Order) -> Decimal:
    # How much more of ``pays`` an order may need.
    ticket = order.ticket
    if ticket.px is not None:
        return _held(desk.account, order)
    book = desk.market.book(ticket.instrument, desk.second)
    if ticket.tgt_ccy == "quote_ccy":
        best = (book.asks if ticket.side == "buy" else book.bids)[0].px
        if ticket.sz < best * ticket.instrument.min_size:
            raise RefusalError("51020")
    if ticket.counts_what_it_pays:
        return ticket.sz
    taken = order.takes(book)
    size = sum((size for _, size in taken), _ZERO)
    if ticket.instrument.is_spot and ticket.side == "sell":
        return size
    value = sum((px * size for px, size in taken), _ZERO)
    if ticket.instrument.is_spot or not size:
        return value * _MARKET_RESERVE
    # As a limit order at the average price would.
    return _held(desk.account, replace(order, ticket=replace(ticket, px=value / size, sz=size)))


def _held(account: Account, order: Order) -> Decimal:
    # How much more of ``pays`` open orders hold back with ``order`` as it is.
    pays = order.ticket.pays
    return account.frozen(pays, order) - account.frozen(pays)
