"""What an order takes from a book: pure arithmetic on levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from okx_magic.sandbox.account.orders import Order
    from okx_magic.sandbox.market.market import Book, Level


def takes(order: Order, book: Book) -> list[tuple[Decimal, Decimal]]:
    """The price and size of each level that ``order`` takes of ``book``, best first.

    A limit bounds the price; a market order goes as deep as the book is visible. ``fok`` takes
    all or nothing; ``post_only`` never gets here.
    """
    ticket = order.ticket
    levels = list(_within(book.asks if ticket.side == "buy" else book.bids, order))
    if ticket.tgt_ccy == "quote_ccy":
        return list(_for_quote(levels, ticket.sz, ticket.instrument.lot))
    wanted = order.left
    taken = list(_for_base(levels, wanted))
    if ticket.ord_type == "fok" and sum(size for _, size in taken) < wanted:
        return []
    return taken


def would_take(order: Order, book: Book) -> bool:
    """Whether the order's price reaches the other side of the book."""
    levels = book.asks if order.ticket.side == "buy" else book.bids
    return any(_within(levels[:1], order))


def _within(levels: Iterable[Level], order: Order) -> Iterator[Level]:
    px, buying = order.ticket.px, order.ticket.side == "buy"
    for level in levels:
        if px is not None and (level.px > px if buying else level.px < px):
            return
        yield level


def _for_base(levels: Iterable[Level], wanted: Decimal) -> Iterator[tuple[Decimal, Decimal]]:
    for level in levels:
        if not wanted:
            return
        size = min(level.sz, wanted)
        wanted -= size
        yield level.px, size


def _for_quote(
    levels: Iterable[Level], budget: Decimal, lot: Decimal
) -> Iterator[tuple[Decimal, Decimal]]:
    for level in levels:
        size = min(level.sz, budget / level.px // lot * lot)
        if not size:
            return
        budget -= size * level.px
        yield level.px, size
