"""Days of random trading: the books balance through all that the market does to an account, and a day is
the same whoever looks.
"""

from __future__ import annotations

import random
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from test_sandbox_ledger import CONTRACTS, SPOT, Books

from okx_magic.sandbox.routes import account as routes_account
from okx_magic.sandbox.routes import settings as routes_settings

STOPS = ("conditional", "oco", "trigger", "move_order_stop")
HOWS = ("", "", "close", "reduce", "reduce", "limit", "mark", "hung", "active")
SEEDS = range(3)


class Days(Books):
    """Books that a random trader fills: the same for the same ``seed``. Who ``peeks`` looks at the
    account between two steps as well.
    """

    def __init__(self, seed: int, *, peeks: bool = False) -> None:
        super().__init__()
        self.draw = random.Random(seed)  # noqa: S311 - no secret
        self.look = random.Random(seed + 1) if peeks else None  # noqa: S311
        if seed % 2:
            self.ask(routes_settings.set_position_mode, posMode="long_short_mode")
        for inst_id in CONTRACTS:
            for mode in ("cross", "isolated"):
                self.set_something("lever", inst_id, mode, "long", Decimal(1), up=True)
                self.set_something("lever", inst_id, mode, "short", Decimal(1), up=True)

    def step(self) -> None:
        """One thing that the trader does, and some time after it."""
        draw = self.draw
        inst_id, mode = draw.choice(CONTRACTS), draw.choice(("cross", "isolated"))
        buy, long = draw.random() < 0.5, draw.random() < 0.5
        size, ticks = Decimal(draw.randint(1, 3000)) / 100, draw.randint(-300, 300)
        act = draw.choice(
            ("big", "trade", "stop", "stop", "stop", "hung", "change", "limit", "spot")
        )
        if act == "big":
            self.trade_at_once(
                inst_id, mode, buy=buy, long=buy, size=Decimal(draw.choice((40, 4000)))
            )
        elif act == "trade":
            self.trade_at_once(inst_id, mode, buy=buy, long=long, size=size)
        elif act == "stop":
            kind, how = draw.choice(STOPS), draw.choice(HOWS)
            name = draw.choice((inst_id, inst_id, *SPOT))
            self.set_a_stop(name, mode, kind, ticks, size, how, buy=buy, long=not buy)
        elif act == "hung":
            self.trade_with_stops(inst_id, abs(ticks) + 1, size, buy=buy)
        elif act == "change":
            self.change_a_stop(draw.randint(0, 9), size, draw.choice(("cancel", "size", "price")))
        elif act == "limit":
            side, pos_side = ("buy", "long") if buy else ("sell", "short")
            self.trade(inst_id, mode, side, pos_side, "limit", ticks, size, "")
        else:
            self.exchange(
                draw.choice(SPOT), "buy" if buy else "sell", "limit", "", ticks, size / 100
            )
        seconds = draw.choice((0.3, 20.0, 700.0, 9000.0, 30_000.0))
        end = self.now + seconds
        if self.look:
            for _ in range(self.look.randint(0, 6)):
                self.now += self.look.random() * (end - self.now)
                self.ask(routes_account.balance)
        self.now = end
        self.ask(routes_account.balance)

    def check(self) -> None:
        """All that holds of the books."""
        self.bills_add_up_to_the_balances()
        self.cash_is_what_came_less_what_went()
        self.orders_are_the_sums_of_their_fills()
        self.positions_are_the_sums_of_their_fills()
        self.realized_profits_are_the_sums_of_their_parts()
        self.frozen_is_what_open_orders_hold()
        self.nothing_closes_what_is_not_there()
        self.a_stop_is_over_once()
        self.spot_money_is_never_below_zero()

    def happened(self) -> dict[str, Any]:
        """All that there is to tell of it."""
        account = self.account
        return {
            "orders": list(account.orders.values()),
            "algos": list(account.algos.values()),
            "fills": list(account.fills),
            "bills": list(account.trading.bills),
            "closed": list(account.closed),
            "held": account.positions,
        }


def test_the_books_balance_through_stops_liquidations_and_deliveries() -> None:
    """After every step the sums are exact; and all of it does happen: stops of each kind are set off,
    fail and end, positions are liquidated, delivered and funded.
    """
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        days = Days(seed)
        for _ in range(50):
            days.step()
            days.check()
        for algo in days.account.algos.values():
            seen[f"{algo.ord_type} {algo.state}"] += 1
        seen.update(order.ticket.category for order in days.account.orders.values())
        seen.update(f"bill {bill.kind[0]}" for bill in days.account.trading.bills)
    expected = {f"{kind} effective" for kind in STOPS} | {"full_liquidation", "delivery"}
    expected |= {"oco canceled", "trigger order_failed", "bill 8", "bill 5", "bill 3"}
    assert expected <= set(seen), sorted(expected - set(seen))


@pytest.mark.parametrize("seed", [0, 1])
def test_a_day_is_the_same_whoever_looks(seed: int) -> None:
    """The same trading twice gives the same orders, fills and bills to the last id, also where one looks
    at the account in between; another seed gives others.
    """
    once, again, other = Days(seed), Days(seed, peeks=True), Days(seed + 10)
    for days in (once, again, other):
        for _ in range(30):
            days.step()
    assert once.happened() == again.happened()
    assert once.happened() != other.happened()
