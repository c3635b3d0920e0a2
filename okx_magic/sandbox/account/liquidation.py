"""Positions that are closed by the exchange: by liquidation, when the margin behind them is used up, and
by delivery, when their contract ends.

OKX help, Liquidation: the margin ratio is what stands behind positions over what is needed to keep them
and to close them; at 100 % orders are cancelled, then long and short of a contract closed against each
other, then from tier 3 on a position is reduced by two tiers at a time, and below that taken over at its
bankruptcy price, at which nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from okx_magic.sandbox.account.desk import Desk, tier_of
from okx_magic.sandbox.account.orders import fees
from okx_magic.sandbox.account.positions import Key, Position, worth
from okx_magic.sandbox.account.trading import take_over
from okx_magic.sandbox.market.instruments import Instrument, quoted, tiers
from okx_magic.sandbox.market.market import first_beat
from okx_magic.sandbox.market.tape import BEATS_A_SECOND

if TYPE_CHECKING:
    from okx_magic.sandbox.account.account import Account

# OKX docs, Get order details, cancelSource.
_RISK, _DELIVERED = "3", "7"
_FULL, _PARTIAL, _DELIVERY = "full_liquidation", "partial_liquidation", "delivery"
# From this tier on, counted from 0, a position is reduced by so many tiers.
_STEP = 2
_ZERO, _ONE, _DIGITS = Decimal(0), Decimal(1), Decimal("1e-8")


@dataclass(frozen=True, slots=True)
class Risk:
    """Positions and the ``money`` that stands behind all of them: an isolated one (then ``name`` is its
    key), or those in cross margin of the currency ``name``.
    """

    name: Key | str
    positions: tuple[Position, ...]
    money: Decimal


def first_call(desk: Desk, first: int, last: int) -> tuple[int, Risk | None]:
    """The first beat from ``first`` and before ``last`` at whose end a margin is used up, and which; or
    ``last``.
    """
    called = None
    for risk in _risks(desk.account):
        beat = first_beat(first, last, lambda left, right, of=risk: _lasts(desk, of, left, right))  # type: ignore[misc]
        if beat is not None:
            last, called = beat, risk
    return last, called


def liquidate(desk: Desk, called: Risk) -> None:
    """Cancels orders and closes positions until the margin is enough again."""
    account, ccy = desk.account, called.positions[0].ccy
    for order in list(account.orders.open.values()):
        if order.ticket.pays == ccy and called.name in {ccy, order.ticket.key}:
            account.keep(order.ended(desk.ms, _RISK))
    while risk := next((one for one in _risks(account) if one.name == called.name), None):
        if risk.money + sum((_spare(one, _mark(desk, one)) for one in risk.positions), _ZERO) > 0:
            return
        if not _against_each_other(desk, risk):
            _reduce(desk, risk)


def deliver(desk: Desk, contract: Instrument) -> None:
    """Ends everything in ``contract`` at its settlement price; ``desk`` is at its expiry."""
    account = desk.account
    account.end(lambda one: one.ticket.instrument is contract, desk.ms, _DELIVERED)
    px = desk.market.settlement_price(contract, desk.now)
    for one in list(account.positions.values()):
        if one.instrument is contract:
            take_over(desk, one, (px, abs(one.size)), _DELIVERY)


def _risks(account: Account) -> list[Risk]:
    held = account.positions.values()
    found = [Risk(one.key, (one,), one.margin) for one in held if one.isolated]
    for ccy in dict.fromkeys(one.ccy for one in held if not one.isolated):
        cross = tuple(one for one in held if one.ccy == ccy and not one.isolated)
        found.append(Risk(ccy, cross, account.trading.of(ccy) - account.reserved(ccy)))
    return found


def _lasts(desk: Desk, risk: Risk, left: int, right: int) -> bool:
    total = risk.money
    for one in risk.positions:
        bar = desk.market.candle(
            quoted(one.instrument, "mark"), left / BEATS_A_SECOND, right / BEATS_A_SECOND
        )
        # What is to spare grows or falls with the mark price all the way.
        worst = bar.low if one.size > 0 else bar.high
        total += _spare(one, bar.close if right - left == 1 else worst)
    return total > 0


def _spare(one: Position, mark: Decimal) -> Decimal:
    return one.upl(mark) - _needed(one, mark)


def _needed(one: Position, mark: Decimal) -> Decimal:
    size = abs(one.size)
    rate = tier_of(one.instrument, size).mmr + fees(one.instrument).taker
    return worth(one.instrument, mark, size) * rate


def _mark(desk: Desk, one: Position) -> Decimal:
    return desk.market.mark(one.instrument, desk.now)


def _against_each_other(desk: Desk, risk: Risk) -> bool:
    for long in risk.positions:
        for short in risk.positions:
            if long.instrument is short.instrument and long.size > 0 > short.size:
                part = _mark(desk, long), min(long.size, -short.size)
                take_over(desk, long, part, _PARTIAL)
                take_over(desk, short, part, _PARTIAL)
                return True
    return False


def _reduce(desk: Desk, risk: Risk) -> None:
    one = max(risk.positions, key=lambda each: _needed(each, _mark(desk, each)))
    size, known = abs(one.size), tiers(one.instrument)
    px, number = _bankruptcy_price(desk, risk, one), known.index(tier_of(one.instrument, size))
    if number < _STEP:
        take_over(desk, one, (px, size), _FULL)
    else:
        part = px, size - known[number - _STEP].max_sz
        take_over(desk, one, part, _PARTIAL, in_book=True)


def _bankruptcy_price(desk: Desk, risk: Risk, one: Position) -> Decimal:
    # Each position has the share of the equity that it has of what is needed; at this price, with the
    # fee of closing, its share is gone. Rounded so that nothing is owed.
    needs = {each.key: _needed(each, _mark(desk, each)) for each in risk.positions}
    upl = {each.key: each.upl(_mark(desk, each)) for each in risk.positions}
    equity = risk.money + sum(upl.values(), _ZERO)
    share = equity * needs[one.key] / sum(needs.values(), _ZERO)
    size = one.size - abs(one.size) * fees(one.instrument).taker
    px = (one.cost - (share - upl[one.key])) / worth(one.instrument, _ONE, size)
    return px.quantize(_DIGITS, ROUND_CEILING if one.size > 0 else ROUND_FLOOR)
