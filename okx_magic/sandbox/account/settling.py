"""What happened to an account since it was last looked at, in the order of its times.

Resting orders fill where the market traded through their price, swaps pay or earn funding at each
funding time they are held, and dead-man switches go off.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from okx_magic.sandbox.account.positions import worth
from okx_magic.sandbox.account.trading import execute, withdraw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.sandbox.account.desk import Desk

    Event = tuple[int, Callable[[], None]]

# OKX docs, Get order details, cancelSource.
_CANCEL_ALL_AFTER = "20"
_NOTHING_TO_REDUCE = "22"


def settle(desk: Desk) -> None:
    """Brings the account up to ``desk.now``."""
    account = desk.account
    if account.settled >= desk.now:
        return
    # Sorting is stable: of the same millisecond fills come before funding and that before timers.
    due = [*_fills(desk), *_fundings(desk), *_timers(desk)]
    account.settled = desk.now
    for _, happen in sorted(due, key=lambda event: event[0]):
        happen()


def _fills(desk: Desk) -> Iterator[Event]:
    for order in desk.account.open.values():
        ticket = order.ticket
        if ticket.px is None:
            continue
        ms = desk.market.first_through(
            ticket.instrument, ticket.side, ticket.px, desk.account.settled, desk.now
        )
        if ms is not None:
            yield ms, partial(_fill, desk, order.ord_id, ms)


def _fundings(desk: Desk) -> Iterator[Event]:
    account = desk.account
    # A swap that is not held yet may be by then, through an order that rests.
    if account.positions or any(not one.ticket.instrument.is_spot for one in account.open.values()):
        for second in desk.market.funding_times(account.settled, desk.now):
            yield second * 1000, partial(_fund, desk, second)


def _timers(desk: Desk) -> Iterator[Event]:
    for tag, ms in desk.account.timers.items():
        if ms <= desk.ms:
            yield ms, partial(_go_off, desk, tag, ms)


def _fill(desk: Desk, ord_id: str, ms: int) -> None:
    order = desk.account.open.get(ord_id)
    if order is None or order.ticket.px is None:
        return
    order = execute(desk, order, [(order.ticket.px, order.left)], taker=False, ms=ms)
    if order.is_open:
        # It only closes, and asked for more than there was left to close.
        withdraw(desk.account, order, _NOTHING_TO_REDUCE, ms)


def _fund(desk: Desk, second: int) -> None:
    for position in list(desk.account.positions.values()):
        instrument = position.instrument
        if instrument.inst_type == "SWAP":
            mark = desk.market.mark(instrument, second)
            rate = desk.market.funding_rate(instrument, second)
            amount = -worth(instrument, mark, position.size) * rate
            desk.account.fund(position, amount, mark, second * 1000)


def _go_off(desk: Desk, tag: str, ms: int) -> None:
    account = desk.account
    del account.timers[tag]
    for order in list(account.open.values()):
        if tag in {"", order.ticket.tag}:
            withdraw(account, order, _CANCEL_ALL_AFTER, ms)
