"""Whatever is ordered, moved or set, the books balance to the last digit."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from documented import as_sent
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from many import many

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.account import stops as stops_of
from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.account import Account
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.account.ledger import Ids, Ledger
from okx_magic.sandbox.account.settling import settle
from okx_magic.sandbox.exchange import ARITHMETIC
from okx_magic.sandbox.keys import issue_keys
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.routes import account as routes_account
from okx_magic.sandbox.routes import asset as routes_asset
from okx_magic.sandbox.routes import positions as routes_positions
from okx_magic.sandbox.routes import settings as routes_settings
from okx_magic.sandbox.routes import trade as routes_trade
from okx_magic.sandbox.routes.endpoints import ACTIONS, QUERIES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.account.orders import Order

NOW = 1_772_508_800
OPENING = {"BTC": Decimal("1.5"), "ETH": Decimal(20), "USDT": Decimal(200_000)}
FUNDING = {"USDT": Decimal(1000)}
MARKET = Market(5)
KEYS = issue_keys("demo", 1)
SPOT = ("BTC-USDT", "ETH-USDT", "ETH-BTC")
# One of them is delivered within days.
CONTRACTS = ("BTC-USDT-SWAP", "ETH-USDT-SWAP", "BTC-USDT-260306")

# What each route documents: a handler of several endpoints answers all of them alike.
ENDPOINTS = {
    handler: endpoints()[method, path]
    for method, handlers in (("GET", QUERIES), ("POST", ACTIONS))
    for path, handler in handlers.items()
}

sides = st.sampled_from(["buy", "sell"])
contracts = st.sampled_from(CONTRACTS)
margins = st.sampled_from(["cross", "isolated"])
pos_sides = st.sampled_from(["long", "short"])
kinds = st.sampled_from(["limit", "limit", "market", "post_only", "ioc", "fok"])
ticks = st.integers(-300, 300)
sizes = st.integers(1, 3000).map(lambda lots: Decimal(lots) / 100)
numbers = st.integers(0, 9)
# Of a size that is liquidated at a high leverage.
large = st.sampled_from([Decimal(4000), Decimal(15_000)])
stops = st.sampled_from(["conditional", "oco", "trigger", "move_order_stop"])


def hung(tp: str, sl: str) -> str:
    legs = {"tpTriggerPx": tp, "tpOrdPx": "-1", "slTriggerPx": sl, "slOrdPx": "-1"}
    return json.dumps([legs])


class Books(RuleBasedStateMachine):
    """An account under anything that may be asked of it; it keeps no books of its own, but sums up
    what the account tells of fills, funding, transfers and gifts.
    """

    def __init__(self) -> None:
        super().__init__()
        ids = Ids()
        self.now = float(NOW)
        self.account = Account("1", Ledger(ids, dict(OPENING)), Ledger(ids, dict(FUNDING)), NOW)
        self.ids = ids
        self.refused = 0

    def at(self) -> Desk:
        return Desk(MARKET, self.now, self.account, self.ids, KEYS)

    def ask(self, what: Callable[[Desk, Mapping[str, str]], Any], **wanted: str) -> Any:
        with localcontext(ARITHMETIC):
            desk = self.at()
            settle(desk)
            try:
                answer = what(desk, wanted)
                return as_sent(ENDPOINTS[what], answer) if what in ENDPOINTS else answer
            except RefusalError:
                self.refused += 1

    def price(self, inst_id: str, ticks: int) -> str:
        instrument = instruments()[inst_id]
        return f"{MARKET.last(instrument, int(self.now)) + ticks * instrument.tick:f}"

    def side_of(self, pos_side: str) -> str:
        return "net" if self.account.pos_mode == "net_mode" else pos_side

    def chosen(self, which: int) -> dict[str, str]:
        known = list(self.account.orders.values())
        if not known:
            return {"instId": "BTC-USDT", "ordId": "1"}
        order = known[-1 - which % len(known)]
        return {"instId": order.ticket.instrument.inst_id, "ordId": order.ord_id}

    @rule(
        inst_id=st.sampled_from(SPOT),
        side=sides,
        kind=kinds,
        unit=st.sampled_from(["", "base_ccy", "quote_ccy"]),
        ticks=ticks,
        size=sizes,
    )
    def exchange(
        self, inst_id: str, side: str, kind: str, unit: str, ticks: int, size: Decimal
    ) -> None:
        wanted = {"instId": inst_id, "tdMode": "cash", "side": side, "ordType": kind}
        more = {"sz": f"{size:f}", "tgtCcy": unit, "px": self.price(inst_id, ticks)}
        self.ask(trading.place, **wanted, **more)

    @rule(
        inst_id=contracts,
        mode=margins,
        side=sides,
        pos_side=pos_sides,
        kind=kinds,
        ticks=ticks,
        size=sizes,
        reduce=st.sampled_from(["", "", "true"]),
    )
    def trade(
        self,
        inst_id: str,
        mode: str,
        side: str,
        pos_side: str,
        kind: str,
        ticks: int,
        size: Decimal,
        reduce: str,
    ) -> None:
        wanted = {"instId": inst_id, "tdMode": mode, "side": side, "ordType": kind}
        more = {
            "posSide": self.side_of(pos_side),
            "sz": f"{size:f}",
            "px": self.price(inst_id, ticks),
        }
        self.ask(trading.place, **wanted, **more, reduceOnly=reduce)

    @rule(
        inst_id=contracts,
        mode=margins,
        buy=st.booleans(),
        long=st.booleans(),
        size=st.one_of(sizes, large),
    )
    def trade_at_once(
        self, inst_id: str, mode: str, size: Decimal, *, buy: bool, long: bool
    ) -> None:
        side, pos_side = "buy" if buy else "sell", "long" if long else "short"
        self.trade(inst_id, mode, side, pos_side, "market", 0, size, "")

    @rule(
        inst_id=st.sampled_from([*SPOT, *CONTRACTS]),
        mode=margins,
        kind=stops,
        buy=st.booleans(),
        long=st.booleans(),
        ticks=ticks,
        size=sizes,
        how=st.sampled_from(["", "close", "reduce", "limit", "mark", "hung", "active"]),
    )
    def set_a_stop(
        self,
        inst_id: str,
        mode: str,
        kind: str,
        ticks: int,
        size: Decimal,
        how: str,
        *,
        buy: bool,
        long: bool,
    ) -> None:
        spot, sign = inst_id in SPOT, -1 if buy else 1
        wanted = {"instId": inst_id, "tdMode": "cash" if spot else mode, "ordType": kind}
        wanted["side"] = "buy" if buy else "sell"
        if not spot:
            wanted["posSide"] = self.side_of("long" if long else "short")
        far, near = (self.price(inst_id, sign * abs(ticks) * way) for way in (1, -1))
        at = far if how == "limit" else "-1"
        by = "mark" if how == "mark" else "last"
        if kind in {"conditional", "oco"}:
            wanted |= {"slTriggerPx": near, "slOrdPx": "-1", "slTriggerPxType": by}
        if kind == "oco":
            wanted |= {"tpTriggerPx": far, "tpOrdPx": at}
        if kind == "trigger":
            wanted |= {"triggerPx": near, "orderPx": at, "triggerPxType": by}
        if kind == "move_order_stop":
            wanted |= {"callbackRatio": "0.002"} | ({"activePx": far} if how == "active" else {})
        closing = kind in {"conditional", "oco"} and how == "close"
        wanted |= {"closeFraction": "1"} if closing else {"sz": f"{size:f}"}
        wanted |= {"reduceOnly": "true"} if how in {"close", "reduce"} and not spot else {}
        if kind == "trigger" and how == "hung":
            up, down = (self.price(inst_id, sign * way * 400) for way in (-1, 1))
            wanted["attachAlgoOrds"] = hung(tp=up, sl=down)
        self.ask(stops_of.place, **wanted)

    @rule(inst_id=contracts, buy=st.booleans(), ticks=st.integers(1, 300), size=sizes)
    def trade_with_stops(self, inst_id: str, ticks: int, size: Decimal, *, buy: bool) -> None:
        way = 1 if buy else -1
        wanted = {"instId": inst_id, "tdMode": "cross", "side": "buy" if buy else "sell"}
        wanted["posSide"] = self.side_of("long" if buy else "short")
        up, down = (self.price(inst_id, sign * way * (ticks + 20)) for sign in (1, -1))
        attached = hung(tp=up, sl=down)
        more = {"sz": f"{size:f}", "ordType": "market", "attachAlgoOrds": attached}
        self.ask(trading.place, **wanted, **more)

    @rule(which=numbers, size=sizes, change=st.sampled_from(["cancel", "size", "price"]))
    def change_a_stop(self, which: int, size: Decimal, change: str) -> None:
        known = list(self.account.algos.values())
        if known:
            algo = known[-1 - which % len(known)]
            named = {"instId": algo.instrument.inst_id, "algoId": algo.algo_id}
            if change == "cancel":
                self.ask(stops_of.cancel, **named)
            elif change == "size":
                self.ask(stops_of.amend, **named, newSz=f"{size:f}")
            else:
                px = self.price(named["instId"], 30)
                self.ask(stops_of.amend, **named, newSlTriggerPx=px, newTriggerPx=px)

    @rule(which=numbers)
    def cancel(self, which: int) -> None:
        self.ask(trading.cancel, **self.chosen(which))

    @rule(which=numbers, size=sizes, ticks=ticks)
    def amend(self, which: int, size: Decimal, ticks: int) -> None:
        named = self.chosen(which)
        px = self.price(named["instId"], ticks)
        self.ask(trading.amend, **named, newSz=f"{size:f}", newPx=px)

    @rule(inst_id=contracts, mode=margins, pos_side=pos_sides)
    def close(self, inst_id: str, mode: str, pos_side: str) -> None:
        wanted = {"instId": inst_id, "mgnMode": mode, "posSide": self.side_of(pos_side)}
        self.ask(routes_positions.close_position, **wanted, autoCxl="true")

    @rule(
        what=st.sampled_from(["lever", "lever", "margin", "mode", "transfer", "gift", "switch"]),
        inst_id=contracts,
        mode=margins,
        pos_side=pos_sides,
        size=sizes,
        up=st.booleans(),
    )
    def set_something(
        self, what: str, inst_id: str, mode: str, pos_side: str, size: Decimal, *, up: bool
    ) -> None:
        of = {"instId": inst_id, "mgnMode": mode, "posSide": self.side_of(pos_side)}
        amount = f"{size:f}"
        if what == "lever":
            self.ask(routes_settings.set_leverage, **of, lever="50" if up else "3")
        elif what == "margin":
            kind = "add" if up else "reduce"
            self.ask(routes_settings.adjust_margin, **of, type=kind, amt=amount)
        elif what == "mode":
            self.ask(
                routes_settings.set_position_mode, posMode="net_mode" if up else "long_short_mode"
            )
        elif what == "transfer":
            way = {"from": "6", "to": "18"} if up else {"from": "18", "to": "6"}
            self.ask(routes_asset.transfer, ccy="USDT", amt=amount, **way)
        elif what == "gift":
            items = f'[{{"ccy":"USDT","amt":"{amount}"}}]'
            kind = "increase" if up else "reduce"
            self.ask(routes_asset.adjust_demo_balance, type=kind, adjustments=items)
        else:
            self.ask(routes_settings.cancel_all_after, timeOut="10" if up else "0")

    @rule(seconds=st.sampled_from([1, 700, 9000, 40_000]))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.ask(routes_account.balance)
        for row in self.ask(routes_positions.positions):
            assert Decimal(row["mgnRatio"]) > 1

    @invariant()
    def bills_add_up_to_the_balances(self) -> None:
        for ledger, opening in ((self.account.trading, OPENING), (self.account.funding, FUNDING)):
            running = defaultdict(Fraction, {ccy: Fraction(was) for ccy, was in opening.items()})
            for bill in ledger.bills:
                running[bill.ccy] += Fraction(bill.change)
                assert Fraction(bill.balance) == running[bill.ccy]
            assert running == {ccy: Fraction(now) for ccy, now in ledger.balances.items()}

    @invariant()
    def cash_is_what_came_less_what_went(self) -> None:
        cash = defaultdict(Fraction, {ccy: Fraction(amount) for ccy, amount in OPENING.items()})
        for fill in self.account.fills:
            instrument, sign = fill.ticket.instrument, 1 if fill.ticket.side == "buy" else -1
            size, worth = Fraction(fill.sz), Fraction(fill.sz) * Fraction(fill.px)
            if instrument.is_spot:
                cash[instrument.base] += sign * size
                cash[instrument.quote] -= sign * worth
                of, fee_of = (instrument.base, size) if sign == 1 else (instrument.quote, worth)
            else:
                of, fee_of = "USDT", worth * Fraction(instrument.ct_val or 1)
                cash["USDT"] += Fraction(fill.pnl)
            assert Fraction(fill.fee) == fee_of * Fraction(fill.fee_rate)
            assert fill.fee < 0 or fill.ticket.category == "delivery"
            cash[of] += Fraction(fill.fee)
        for bill in self.account.trading.bills:
            if bill.kind[0] == "8":
                cash["USDT"] += Fraction(bill.about["pnl"])
            elif bill.kind[0] == "1":
                cash[bill.ccy] += Fraction(bill.change)
        for position in self.account.positions.values():
            cash["USDT"] -= Fraction(position.margin)
        held = self.account.trading.balances
        assert cash == {ccy: Fraction(amount) for ccy, amount in held.items()}

    @invariant()
    def orders_are_the_sums_of_their_fills(self) -> None:
        sums: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0)] * 3)
        for fill in self.account.fills:
            parts = (fill.sz, fill.fee, fill.pnl)
            sums[fill.ord_id] = [
                was + Fraction(more) for was, more in zip(sums[fill.ord_id], parts, strict=True)
            ]
        for order in self.account.orders.values():
            assert sums[order.ord_id] == [order.filled, order.fee, order.pnl]
            assert order.filled <= order.ticket.sz or order.ticket.tgt_ccy == "quote_ccy"

    @invariant()
    def positions_are_the_sums_of_their_fills(self) -> None:
        size: dict[Any, Fraction] = defaultdict(Fraction)
        cost: dict[Any, Fraction] = defaultdict(Fraction)
        for fill in self.account.fills:
            ticket = fill.ticket
            if not ticket.instrument.is_spot:
                signed = ticket.sign * Fraction(fill.sz)
                size[ticket.key] += signed
                value = signed * Fraction(fill.px) * Fraction(ticket.instrument.ct_val or 1)
                cost[ticket.key] += value + Fraction(fill.pnl)
        held = self.account.positions
        # What was paid and is not realised is what a position cost.
        assert {key: one for key, one in size.items() if one} == {
            key: Fraction(one.size) for key, one in held.items()
        }
        assert {key: one for key, one in cost.items() if one} == {
            key: Fraction(one.cost) for key, one in held.items()
        }

    @invariant()
    def realized_profits_are_the_sums_of_their_parts(self) -> None:
        parts = Fraction(0)
        for fill in self.account.fills:
            if not fill.ticket.instrument.is_spot:
                parts += Fraction(fill.pnl) + Fraction(fill.fee)
        paid = (bill for bill in self.account.trading.bills if bill.kind[0] == "8")
        parts += sum(Fraction(bill.about["pnl"]) for bill in paid)
        every = [*self.account.closed, *self.account.positions.values()]
        assert sum(Fraction(one.realized) for one in every) == parts
        rows = self.ask(routes_positions.positions_history)
        for row in rows:
            told = (Fraction(row[name]) for name in ("pnl", "fee", "fundingFee", "liqPenalty"))
            assert Fraction(row["realizedPnl"]) == sum(told)

    @invariant()
    def frozen_is_what_open_orders_hold(self) -> None:
        frozen: dict[str, Fraction] = defaultdict(Fraction)
        closable: dict[Any, Fraction] = {}
        for key, one in self.account.positions.items():
            closable[(*key, "sell" if one.size > 0 else "buy")] = abs(Fraction(one.size))
        for order in self.account.orders.open.values():
            frozen[order.ticket.pays] += self.hold(order, closable)
        for row in self.ask(routes_account.balance)[0]["details"]:
            assert Fraction(row["ordFrozen"]) == frozen[row["ccy"]]
            assert Fraction(row["frozenBal"]) == frozen[row["ccy"]] + Fraction(row["imr"])

    @staticmethod
    def hold(order: Order, closable: dict[Any, Fraction]) -> Fraction:
        ticket = order.ticket
        left = Fraction(ticket.sz) - Fraction(order.filled)
        assert left > 0
        assert ticket.px is not None
        if ticket.instrument.is_spot:
            return left * (Fraction(ticket.px) if ticket.side == "buy" else 1)
        place = (*ticket.key, ticket.side)
        closes = min(left, closable.get(place, Fraction(0)))
        closable[place] = closable.get(place, Fraction(0)) - closes
        if ticket.only_closes:
            return Fraction(0)
        value = (left - closes) * Fraction(ticket.px) * Fraction(ticket.instrument.ct_val or 1)
        # Margin and fee, to eight digits.
        return round(value / Fraction(ticket.lever) + value * Fraction("0.0005"), 8)

    @invariant()
    def nothing_closes_what_is_not_there(self) -> None:
        for order in self.account.orders.open.values():
            if order.ticket.only_closes:
                assert self.account.closable(order.ticket) > 0
        for one in self.account.positions.values():
            assert one.size
            assert one.pos_side == "net" or (one.size > 0) == (one.pos_side == "long")

    @invariant()
    def a_stop_is_over_once(self) -> None:
        for algo in self.account.algos.values():
            if algo.state == "effective":
                order = self.account.orders[algo.ord_id]
                assert (order.ticket.algo_id, order.ticket.sz) == (algo.algo_id, algo.actual_sz)
            else:
                assert algo.ord_id == ""
                assert (algo.state == "order_failed") is bool(algo.fail_code)

    @invariant()
    def spot_money_is_never_below_zero(self) -> None:
        for ccy in ("BTC", "ETH"):
            assert self.account.trading.of(ccy) >= self.account.frozen(ccy)

    @rule(limit=st.integers(1, 7))
    def pages_of_any_size_give_the_same_rows(self, limit: int) -> None:
        self.pages(routes_trade.bills, "billId", limit)
        self.pages(routes_trade.fills, "billId", limit)
        self.pages(routes_trade.orders_pending, "ordId", limit)
        self.pages(routes_trade.orders_history, "ordId", limit, instType="SWAP")
        self.pages(routes_positions.positions_history, "uTime", limit)
        self.pages(routes_trade.asset_bills, "ts", limit)

    def pages(self, route: Callable[..., Any], cursor: str, limit: int, **query: str) -> None:
        every = self.ask(route, **query)
        rows: list[Any] = []
        after: dict[str, str] = {}
        while page := self.ask(route, **query, **after, limit=str(limit)):
            rows += page
            after = {"after": page[-1][cursor]}
            if len(rows) >= len(every):
                break
        assert rows[:100] == every


@pytest.mark.slow
def test_the_books_balance() -> None:
    """After every step: balances = start + bills; cash = start + fills, realised profits, fees,
    funding, transfers and gifts less margins; positions, orders and history are the sums of their
    parts; what is frozen is what open orders hold; and pages of any size give the same rows.
    """
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=many(80, 30),
            stateful_step_count=40,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_the_sums_bite() -> None:
    """The controls: a balance that changes without a bill, and a fill that is left out, are noticed;
    and a day of trading does open, close and pay funding.
    """
    books = Books()
    swap = "BTC-USDT-SWAP"
    books.trade_at_once(swap, "cross", buy=True, long=True, size=Decimal(3))
    books.trade_at_once(swap, "isolated", buy=False, long=True, size=Decimal(2))
    books.wait(40_000)
    books.trade_at_once(swap, "cross", buy=False, long=True, size=Decimal(5))
    assert {bill.kind[0] for bill in books.account.trading.bills} == {"2", "8"}
    assert [one.size for one in books.account.closed] == [0]
    books.bills_add_up_to_the_balances()
    books.cash_is_what_came_less_what_went()
    books.positions_are_the_sums_of_their_fills()
    books.account.trading.balances["USDT"] += Decimal("1e-20")
    with pytest.raises(AssertionError):
        books.bills_add_up_to_the_balances()
    books.account.fills.pop()
    with pytest.raises(AssertionError):
        books.positions_are_the_sums_of_their_fills()


def test_arithmetic_is_the_same_whatever_the_context_around() -> None:
    """On a border, half goes to even, also where a library has set another rounding."""
    books = Books()
    with localcontext(rounding=ROUND_HALF_UP, prec=5):
        wanted = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit"}
        books.ask(trading.place, **wanted, px="20730.9", sz="0.01")
        exact = Fraction("2.07309") * (Fraction(1, 3) + Fraction("0.0005"))
        assert exact * 10**8 % 1 == Fraction(1, 2)
        rows = books.ask(routes_account.balance)[0]["details"]
    [frozen] = [Fraction(row["ordFrozen"]) for row in rows if row["ccy"] == "USDT"]
    assert frozen == round(exact, 8)
