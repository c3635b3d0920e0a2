"""What happened to an account since it was last looked at, in the order of its times.

Resting orders fill where the market traded through their price, algo orders are set off where it came
to theirs, positions are liquidated where their margin is used up, futures delivered, swaps pay or earn
funding at each funding time they are held, and dead-man switches go off. What comes of one of these (an
order, a position) is watched from then on. What the market does is known at the end of the beat in which
it does it: so all happens in the same order however often one looks.

Tested in ``tests/sandbox/test_sandbox_algos.py``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from okx_magic.sandbox.account.liquidation import deliver, first_call, liquidate
from okx_magic.sandbox.account.positions import worth
from okx_magic.sandbox.account.stops import set_off, watch
from okx_magic.sandbox.account.trading import NOTHING_TO_REDUCE, execute
from okx_magic.sandbox.market.market import beat_of
from okx_magic.sandbox.market.tape import BEAT_MS

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from okx_magic.sandbox.account.algos import Algo
    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Order
    from okx_magic.sandbox.market.instruments import Instrument

# OKX docs, Get order details, cancelSource.
_CANCEL_ALL_AFTER = "20"

_BY_THE_CLOCK = 2


def settle(desk: Desk) -> None:
    """Brings the account up to ``desk.now``."""
    if desk.account.settled < desk.now:
        _Course(desk).run()
        desk.account.settled = desk.now


class _Course:
    """What is due, soonest first; of the same time fills come before algo orders, then deliveries, then
    funding, then timers, and liquidations come last.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk, self._account = desk, desk.account
        self._due: list[tuple[int, int, int, int, Callable[[Desk], None]]] = []
        self._count = count()
        # Those that have been looked at, and how far trailing stops have come.
        self._contracts: set[Instrument] = set()
        self._orders: set[str] = set()
        self._algos: dict[str, Algo] = {}

    def run(self) -> None:
        """Has all of it happen."""
        account, market = self._account, self._desk.market
        for second in market.funding_times(account.settled, self._desk.now):
            self._add(second * 1000, 3, partial(_fund, second=second))
        for tag, ms in account.timers.items():
            if ms <= self._desk.ms:
                self._add(ms, 4, partial(_go_off, tag=tag, ms=ms))
        self._watch(account.settled)
        beat, now = beat_of(account.settled), beat_of(self._desk.now)
        while True:
            # Up to the last end of a beat before what is due.
            until = min(now, (self._due[0][0] - 1) // BEAT_MS) if self._due else now
            found, called = first_call(self._desk, beat, until)
            beat = max(beat, found)
            happen: Callable[[Desk], None]
            if called is not None:
                beat += 1
                ms, happen = beat * BEAT_MS, partial(liquidate, called=called)
            elif self._due:
                ms, *_, happen = heappop(self._due)
            else:
                break
            happen(replace(self._desk, now=ms / 1000))
            self._watch(ms / 1000)
        for number in account.algos.open:
            # That it has come further is no news.
            account.algos.open[number] = account.algos[number] = self._algos[number]

    def _watch(self, start: float) -> None:
        self._watch_contracts(start)
        for order in self._account.orders.open.values():
            if order.ticket.px is not None and order.ord_id not in self._orders:
                self._orders.add(order.ord_id)
                self._watch_order(order, order.ticket.px, start)
        for algo in self._account.algos.open.values():
            if algo.algo_id not in self._algos:
                ms, name, after = watch(self._desk, algo, start)
                self._algos[algo.algo_id] = after
                if ms:
                    self._add(ms, 1, partial(set_off, algo=after, name=name, ms=ms))

    def _watch_contracts(self, start: float) -> None:
        account = self._account
        named = {one.instrument for one in account.positions.values()}
        for contract in named | {one.ticket.instrument for one in account.standing}:
            if start < contract.expires <= self._desk.now and contract not in self._contracts:
                self._contracts.add(contract)
                happen = partial(deliver, contract=contract)
                self._add(contract.expires * 1000, _BY_THE_CLOCK, happen)

    def _watch_order(self, order: Order, px: Decimal, start: float) -> None:
        ticket, market = order.ticket, self._desk.market
        ms = market.first_through(ticket.instrument, ticket.side, px, start, self._desk.now)
        if ms is not None:
            self._add(ms, 0, partial(_fill, ord_id=order.ord_id, ms=ms))

    def _add(self, ms: int, rank: int, happen: Callable[[Desk], None]) -> None:
        # What the market does is known at the end of its beat.
        known = (ms // BEAT_MS + 1) * BEAT_MS if rank < _BY_THE_CLOCK else ms
        heappush(self._due, (known, rank, ms, next(self._count), happen))


def _fill(desk: Desk, ord_id: str, ms: int) -> None:
    order = desk.account.orders.open.get(ord_id)
    if order is None or order.ticket.px is None:
        return
    order = execute(desk, order, [(order.ticket.px, order.left)], taker=False, ms=ms)
    if order.is_open:
        # It only closes, and asked for more than there was left to close.
        desk.account.keep(order.ended(ms, NOTHING_TO_REDUCE))


def _fund(desk: Desk, second: int) -> None:
    for position in list(desk.account.positions.values()):
        instrument = position.instrument
        if instrument.inst_type == "SWAP":
            mark = desk.market.mark(instrument, second)
            rate = desk.market.funding_rate(instrument, second)
            amount = -worth(instrument, mark, position.size) * rate
            desk.account.fund(position, amount, mark, second * 1000)


def _go_off(desk: Desk, tag: str, ms: int) -> None:
    del desk.account.timers[tag]
    desk.account.end(lambda one: tag in {"", one.ticket.tag}, ms, _CANCEL_ALL_AFTER)
