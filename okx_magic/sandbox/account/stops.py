"""Placing, amending and cancelling algo orders, and what happens when one is set off.

OKX docs: Order Book Trading, Algo Trading.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from okx_magic.sandbox import params
from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.algo_rules import FACTS, amended, check_algo, read_algo
from okx_magic.sandbox.account.algos import Algo, Leg, Trail
from okx_magic.sandbox.account.legs import facing
from okx_magic.sandbox.account.rules import MARKET_RESERVE, check_size
from okx_magic.sandbox.market.instruments import quoted
from okx_magic.sandbox.market.market import beat_of, first_beat
from okx_magic.sandbox.market.tape import BEAT_MS, BEATS_A_SECOND
from okx_magic.sandbox.replies import RefusalError, refuse_if, there

if TYPE_CHECKING:
    from decimal import Decimal

    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.account.orders import Ticket
    from okx_magic.sandbox.params import Params


def place(desk: Desk, wanted: Params) -> Algo:
    """Takes a new algo order."""
    algo = read_algo(desk, wanted)
    refuse_if(not desk.market.offers(algo.instrument, desk.now), "51001")
    desk.account.keep(algo)
    return algo


def cancel(desk: Desk, wanted: Params) -> Algo:
    """Cancels one that was not set off."""
    return trading.cancel_one(desk, named(desk, wanted, "51400"), wanted)


def amend(desk: Desk, wanted: Params) -> Algo:
    """Changes size, prices and kinds of prices of one that was not set off."""
    return trading.amend_one(desk, named(desk, wanted, "51503"), wanted, _amend)


def named(desk: Desk, wanted: Params, code: str) -> Algo:
    """The one that ``algoId`` or else ``algoClOrdId`` names; where there is none, ``code``."""
    algo_id, name = wanted.get("algoId", ""), wanted.get("algoClOrdId", "")
    refuse_if(not (algo_id or name), "50015", "algoId", "algoClOrdId")
    return there(desk.account.algos.find(algo_id, ("", name)), code)


def watch(desk: Desk, algo: Algo, start: float) -> tuple[int, str, Algo]:
    """When ``algo`` is set off between ``start`` and now, in milliseconds (0: it is not), and by which
    of its legs; and how it stands now, or then.
    """
    if algo.trail is not None:
        return _follow(desk, algo, algo.trail, start)
    struck = [(_reached(desk, algo, leg, start), name) for name, leg in algo.acting.items()]
    ms, name = min(((ms, name) for ms, name in struck if ms), default=(0, ""))
    return ms, name, algo


def set_off(desk: Desk, algo: Algo, name: str, ms: int) -> None:
    """Orders what ``algo`` was for, as its leg ``name`` was reached at ``ms``."""
    account = desk.account
    if account.algos.open.pop(algo.algo_id, None) is None:
        return
    leg = algo.legs.get(name)
    done = replace(algo, trigger_time=str(ms), updated=desk.ms, actual_side=name)
    ticket = _ordered(desk, algo, None if leg is None else leg.ord_px)
    try:
        order = trading.submit(desk, ticket)
    except RefusalError as refusal:
        account.keep(replace(done, state="order_failed", fail_code=refusal.code))
        return
    order = account.orders.get(order.ord_id, order)
    px = order.value / order.filled if order.filled else ticket.px
    account.keep(
        replace(
            done,
            state="effective",
            ord_id=order.ord_id,
            actual_sz=ticket.sz,
            actual_px="" if px is None else round(px, 8),
        )
    )


def _amend(desk: Desk, algo: Algo, wanted: Params) -> None:
    refuse_if(algo.trail is not None, "51506")
    changed = amended(algo, wanted)
    if wanted.get("newSz"):
        refuse_if(algo.close_fraction, "51000", "newSz")
        size = params.positive(wanted, "newSz")
        if algo.ticket.tgt_ccy != "quote_ccy":
            check_size(size, algo.instrument)
        changed = replace(changed, ticket=replace(algo.ticket, sz=size))
    refuse_if(changed == algo, "51500")
    check_algo(desk, changed)
    if "" in changed.legs:
        leg = facing(desk, changed.legs[""], algo.instrument)
        changed = replace(changed, legs={"": leg})
    desk.account.keep(replace(changed, updated=desk.ms, req_id=wanted.get("reqId", "")))


def _reached(desk: Desk, algo: Algo, leg: Leg, start: float) -> int:
    # To come to a price is to pass what is half a tick before it.
    of = quoted(algo.instrument, leg.by)
    way, half = ("sell", -of.tick / 2) if leg.up else ("buy", of.tick / 2)
    return desk.market.first_through(of, way, leg.px + half, start, desk.now) or 0


def _follow(desk: Desk, algo: Algo, trail: Trail, start: float) -> tuple[int, str, Algo]:
    one, market = algo.instrument, desk.market
    side, first, last = algo.ticket.side, beat_of(start), beat_of(desk.now)
    sign = 1 if side == "sell" else -1
    if trail.peak is None and trail.active is not None:
        ms = _reached(desk, algo, Leg("last", side == "sell", trail.active, None), start)
        if not ms:
            return 0, "", algo
        first = ms // BEAT_MS + 1
    peak = market.last(one, first / BEATS_A_SECOND) if trail.peak is None else trail.peak

    def holds(px: Decimal, best: Decimal) -> bool:
        return sign * (px - trail.stop(best, side)) > 0

    def passes(left: int, right: int) -> bool:
        nonlocal peak
        bar = market.candle(one, left / BEATS_A_SECOND, right / BEATS_A_SECOND)
        reached, worst = (bar.high, bar.low)[::sign]
        best = max(peak, reached, key=lambda px: sign * px)
        # In a tenth of a second it is not looked at whether the high or the low came first.
        passed = holds(worst, best) or (
            right - left == 1 and holds(worst, peak) and holds(bar.close, best)
        )
        peak = best if passed else peak
        return passed

    beat = first_beat(first, last, passes)
    ms = 0 if beat is None else (beat + 1) * BEAT_MS - 1
    return ms, "", replace(algo, trail=replace(trail, peak=peak))


def _ordered(desk: Desk, algo: Algo, px: Decimal | None) -> Ticket:
    ticket, account = algo.ticket, desk.account
    kind = "market" if px is None else algo.advance_ord_type or "limit"
    ticket = replace(
        ticket,
        ord_type=kind,
        px=px,
        tgt_ccy=ticket.tgt_ccy if px is None else "",
        lever=account.lever(*ticket.key),
        attached=algo.attached,
        algo_id=algo.algo_id,
        algo_cl_ord_id=algo.algo_cl_ord_id,
        source=FACTS["source"][algo.ord_type],
    )
    if algo.close_fraction:
        return replace(ticket, sz=account.closable(ticket))
    # OKX docs: as much of it as there is.
    least, there = ticket.instrument.min_size, _there(desk, ticket)
    return replace(ticket, sz=min(ticket.sz, there)) if there >= least else ticket


def _there(desk: Desk, ticket: Ticket) -> Decimal:
    if not ticket.instrument.is_spot:
        return desk.account.closable(ticket) if ticket.only_closes else ticket.sz
    free, lot = desk.pool(ticket.pays).spendable, ticket.instrument.lot
    if ticket.counts_what_it_pays:
        return free
    if ticket.side == "buy":
        # At the market a little more is asked for than the best price.
        px = ticket.px or desk.market.last(ticket.instrument, desk.now) * MARKET_RESERVE
        free = free / px
    return free // lot * lot
