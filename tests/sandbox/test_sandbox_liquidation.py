"""Positions that the exchange closes: when the margin is used up, and when a contract ends."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import pytest
from documented import deviations
from test_sandbox_algos import SWAP, TRADE, buy, px, shown, taken

from okx_magic.sandbox.account import trading
from okx_magic.sandbox.account.account import Account
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.account.ledger import Ids, Ledger
from okx_magic.sandbox.account.settling import settle
from okx_magic.sandbox.exchange import ARITHMETIC
from okx_magic.sandbox.keys import issue_keys
from okx_magic.sandbox.market.instruments import Instrument, instruments, tiers
from okx_magic.sandbox.market.market import Market
from okx_magic.sandbox.routes import positions as routes_positions
from okx_magic.sandbox.routes import settings as routes_settings

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

NOW = 1_772_508_800.5
HOUR = 3600
KEYS = issue_keys("demo", 1)


class Falling(Market):
    """A market whose prices are a share of what they would be, from a time on."""

    share, since = Decimal(1), NOW

    def candle(self, instrument: Instrument, start: float, end: float) -> Any:
        bar = super().candle(instrument, start, end)
        if end <= self.since:
            return bar
        prices = [px * self.share for px in bar[:4]]
        if start < self.since:
            # It falls within the bar.
            prices = [bar.open, max(bar.high, prices[1]), min(bar.low, prices[2]), prices[3]]
        return bar._replace(**dict(zip(("open", "high", "low", "close"), prices, strict=True)))

    def last(self, instrument: Instrument, second: float) -> Decimal:
        last = super().last(instrument, second)
        return last * self.share if second >= self.since and instrument.role == "mark" else last


def desk_of(usdt: int, market: Market) -> Desk:
    ids = Ids()
    ledgers = Ledger(ids, {"USDT": Decimal(usdt)}), Ledger(ids, {})
    return Desk(market, NOW, Account("1", *ledgers, NOW), ids, KEYS)


def at(desk: Desk, now: float) -> Desk:
    desk = Desk(desk.market, now, desk.account, desk.ids, desk.keys)
    settle(desk)
    return desk


def order(desk: Desk, sz: int, side: str = "buy", mode: str = "cross", **values: str) -> Any:
    wanted = {"instId": SWAP, "tdMode": mode, "side": side, "ordType": "market", "sz": str(sz)}
    return trading.place(desk, wanted | values)


def lever(desk: Desk, lever: int, mode: str = "cross") -> None:
    wanted = {"instId": SWAP, "mgnMode": mode, "lever": str(lever)}
    routes_settings.set_leverage(desk, wanted)


@pytest.mark.slow
def test_the_price_that_is_told_is_the_one_that_liquidates(call: Caller, clock: Clock) -> None:
    """A position at fifty times lives until the mark price comes to its liqPx, and no longer: by the
    candles of the mark price; then all of its margin is gone, and no more.
    """
    call.post(
        "/api/v5/account/set-leverage", {"instId": SWAP, "mgnMode": "isolated", "lever": "50"}
    )
    before = Decimal(call.details()["USDT"]["cashBal"])
    buy(call, "10", tdMode="isolated", side="sell")
    [row] = call.get("/api/v5/account/positions").data
    liq, margin, fee = (Decimal(row[name]) for name in ("liqPx", "margin", "fee"))
    stop = taken(call, "conditional", side="buy", tdMode="isolated", slTriggerPx=px(call, 1.5),
                 slOrdPx="-1", reduceOnly="true", cxlOnClosePos="true")  # fmt: skip
    # From one funding, which moves it, to the next.
    clock.now, hit, held = 1_772_524_801.0, None, call.get("/api/v5/account/positions").data
    while held:
        liq = Decimal(call.get("/api/v5/account/positions").data[0]["liqPx"])
        clock.now += 4800
        target = f"/api/v5/market/mark-price-candles?instId={SWAP}&limit=80"
        bars = call.public(target).data[::-1]
        hit = next((int(bar[0]) for bar in bars if Decimal(bar[2]) >= liq), None)
        held = call.get("/api/v5/account/positions").data
        assert bool(held) is (hit is None)
        assert clock.now < NOW + 60 * 86_400
    assert held == []
    [past] = call.get("/api/v5/account/positions-history").data
    assert (past["type"], past["direction"]) == ("3", "short")
    assert hit is not None
    assert hit <= int(past["uTime"]) <= hit + 60_000
    assert 0 <= Decimal(past["triggerPx"]) - liq < liq * Decimal("0.0005")
    lost = before - Decimal(call.details()["USDT"]["cashBal"])
    assert 0 <= margin - fee - lost < Decimal("1e-6")
    [liquidated] = call.get(f"{TRADE}/orders-history?instType=SWAP&category=full_liquidation").data
    assert (liquidated["state"], liquidated["side"]) == ("filled", "buy")
    assert Decimal(liquidated["avgPx"]) > liq, "the bankruptcy price lies beyond"
    [bill] = call.get("/api/v5/account/bills?type=5").data
    assert bill["subType"] == "106"
    assert shown(call, stop)["state"] == "canceled"


def test_the_ratio_is_what_stands_behind_over_what_is_needed() -> None:
    """By OKX's formula: cash and profits less what spot and isolated orders hold and the fees of the
    others, over maintenance margins and the fees of closing.
    """
    desk = desk_of(100_000, Market(5))
    with localcontext(ARITHMETIC):
        order(desk, 100)
        trading.place(desk, {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit",
                             "px": "1000", "sz": "2"})  # fmt: skip
        order(desk, 10, ordType="limit", px="49000")
        order(desk, 10, mode="isolated", ordType="limit", px="49000")
        [row] = routes_positions.positions(desk, {})
        mark, cash = row["markPx"], desk.account.trading.of("USDT")
        fee = Decimal("0.0005")
        isolated = round(4900 * (Decimal(1) / 3 + fee), 8)
        behind = cash + row["upl"] - 2000 - isolated - 4900 * fee
        needed = mark * (Decimal("0.004") + fee)
        assert row["mgnRatio"] == pytest.approx(behind / needed, abs=Decimal("1e-6"))


def test_orders_are_cancelled_first() -> None:
    """Where that is enough the position stays; the orders say why they ended."""
    desk = desk_of(60_000, Market(5))
    with localcontext(ARITHMETIC):
        lever(desk, 100)
        order(desk, 2000)
        spendable = desk.pool("USDT").spendable
        size = spendable // 1 / 1000
        resting = trading.place(desk, {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy",
                                       "ordType": "limit", "px": "1000", "sz": f"{size}"})  # fmt: skip
        hours = 0
        while desk.account.orders[resting.ord_id].is_open:
            hours += 1
            desk = at(desk, NOW + hours * HOUR)
            assert hours < 30 * 24
        assert desk.account.orders[resting.ord_id].cancel_source == "3"
        [held] = desk.account.positions.values()
        assert held.size == 2000
        assert {one.ticket.category for one in desk.account.orders.values()} == {"normal"}


def fallen(usdt: int, size: int, level: int, share: str) -> Desk:
    market = Falling(5)
    desk = desk_of(usdt, market)
    with localcontext(ARITHMETIC):
        lever(desk, level)
        while (left := size - sum(one.size for one in desk.account.positions.values())) > 0:
            order(desk, min(int(left), 3000))
        market.share, market.since = Decimal(share), NOW + 60
        return at(desk, NOW + 120)


def test_large_positions_are_reduced_by_two_tiers_at_a_time() -> None:
    """From tier 4 to 2 where that leaves enough; a part that was liquidated is told as such."""
    size = int(tiers(instruments()[SWAP])[2].max_sz) + 10_000
    # Near the end at once: at the mark price a little lower the margin of tier 4 is too little.
    desk = fallen(12_500_000, size, 10, "0.914")
    [held] = desk.account.positions.values()
    assert held.size == tiers(instruments()[SWAP])[1].max_sz
    categories = Counter(one.ticket.category for one in desk.account.orders.values())
    assert categories["partial_liquidation"] == 1
    assert {bill.kind for bill in desk.account.trading.bills if bill.kind[0] == "5"} == {
        ("5", "103")
    }
    with localcontext(ARITHMETIC):
        [row] = routes_positions.positions_history(desk, {})
        assert (row["type"], row["closeTotalPos"]) == ("4", size - held.size)
        [row] = routes_positions.positions(desk, {})
        assert row["mgnRatio"] > 1


def test_a_fall_through_the_bankruptcy_price_costs_no_more_than_there_is() -> None:
    """The mark price jumps so far that more is lost than was there: the account is at zero, not below."""
    desk = fallen(100_000, 7000, 50, "0.5")
    assert desk.account.positions == {}
    assert 0 <= desk.account.trading.of("USDT") < Decimal("0.001")
    [past] = desk.account.closed
    assert past.closed_as == "full_liquidation"
    assert {bill.kind for bill in desk.account.trading.bills if bill.kind[0] == "5"} == {
        ("5", "107")
    }


def test_long_and_short_are_closed_against_each_other_first() -> None:
    """In long/short mode: at the mark price, before anything is taken over."""
    market = Falling(5)
    desk = desk_of(100_000, market)
    with localcontext(ARITHMETIC):
        routes_settings.set_position_mode(desk, {"posMode": "long_short_mode"})
        lever(desk, 50)
        for _ in range(3):
            order(desk, 2000, posSide="long")
        order(desk, 1000, "sell", posSide="short")
        market.share, market.since = Decimal("0.5"), NOW + 60
        desk = at(desk, NOW + 120)
    kinds = [bill.kind[1] for bill in desk.account.trading.bills if bill.kind[0] == "5"]
    assert kinds == ["100", "101", "104"]
    assert desk.account.positions == {}
    assert desk.account.trading.of("USDT") >= 0


def test_nothing_is_liquidated_that_has_its_margin() -> None:
    """The control: without the fall the same position is held."""
    desk = fallen(100_000, 7000, 50, "1")
    assert len(desk.account.positions) == 1
    assert not any(bill.kind[0] == "5" for bill in desk.account.trading.bills)


def test_a_future_is_delivered(call: Caller, clock: Clock) -> None:
    """At 08:00 UTC at the mean of the index over the half hour before: what was earned is in the bills,
    the order and the history; its orders and stops end with it, and nothing of it is left.
    """
    [first, *_] = call.public("/api/v5/public/instruments?instType=FUTURES&uly=BTC-USDT").data
    inst_id, end = first["instId"], int(first["expTime"])
    entered = call.order(buy(call, "3", instId=inst_id)["ordId"], inst_id)
    resting = buy(call, "1", instId=inst_id, ordType="limit", px=px(call, 0.97, inst_id))
    stop = taken(call, "trigger", instId=inst_id, triggerPx=px(call, 0.5, inst_id), orderPx="-1")
    clock.now = end / 1000 - 0.1
    assert len(call.get("/api/v5/account/positions").data) == 1
    cash = Decimal(call.details()["USDT"]["cashBal"])
    clock.now = end / 1000 + HOUR
    assert call.get("/api/v5/account/positions").data == []
    history = "/api/v5/public/delivery-exercise-history?instType=FUTURES&instFamily=BTC-USDT"
    [told] = call.public(history).data[0]["details"]
    pnl = (Decimal(told["px"]) - Decimal(entered["avgPx"])) * 3 * Decimal("0.01")
    assert Decimal(call.details()["USDT"]["cashBal"]) == cash + pnl
    [bill] = call.get("/api/v5/account/bills?type=3").data
    assert (bill["subType"], bill["ts"], bill["px"]) == ("112", str(end), told["px"])
    [ended] = call.get(f"{TRADE}/orders-history?instType=FUTURES&category=delivery").data
    assert (ended["avgPx"], ended["fee"]) == (told["px"], "0")
    [past] = call.get("/api/v5/account/positions-history").data
    assert (past["type"], past["closeAvgPx"]) == ("2", told["px"])
    assert call.order(resting["ordId"], inst_id)["cancelSource"] == "7"
    assert (shown(call, stop)["state"], shown(call, stop)["uTime"]) == ("canceled", str(end))


def test_the_settlement_price_is_a_mean_of_the_index() -> None:
    """Of its last half hour, a point each 200 ms."""
    market = Market(5)
    future = market.offered("FUTURES", NOW)[0]
    points = [market.index(future, future.expires - left / 10) for left in range(17_999, 0, -2)]
    mean = sum(points, Decimal(0)) / len(points)
    told = market.settlement_price(future, future.expires + 10)
    assert told == round(mean / future.tick) * future.tick
    assert told != market.index(future, future.expires)


def test_others_are_liquidated_where_the_market_squeezes_them(call: Caller, clock: Clock) -> None:
    """Each public liquidation is at the end of a minute, at its extreme, newest first."""
    clock.now += 12 * HOUR
    target = "/api/v5/public/liquidation-orders?instType=SWAP"
    rows = call.public(target).data
    assert rows
    assert deviations("GET", target, rows) == []
    times = [int(row["details"][0]["ts"]) for row in rows]
    assert times == sorted(times, reverse=True)
    for row in rows[:3]:
        [detail] = row["details"]
        after = (
            f"/api/v5/market/history-candles?instId={row['instId']}&after={detail['ts']}&limit=1"
        )
        [bar] = call.public(after).data
        assert detail["bkPx"] == (bar[3] if detail["side"] == "sell" else bar[2])
    assert call.public("/api/v5/public/liquidation-orders?instType=OPTION").data == []


def test_isolated_mode_and_the_largest_positions(call: Caller) -> None:
    """The mode is kept while nothing is held; the cap is the last tier's."""
    path, wanted = (
        "/api/v5/account/set-isolated-mode",
        {"isoMode": "automatic", "type": "CONTRACTS"},
    )
    assert call.post(path, wanted).data == [{"isoMode": "automatic"}]
    assert call.post(path, wanted | {"isoMode": "auto_transfers_ccy"}).json["code"] == "51000"
    assert call.post(path, {"isoMode": "auto_transfers_ccy", "type": "MARGIN"}).json["code"] == "0"
    assert call.get("/api/v5/account/config").data[0]["mgnIsoMode"] == "auto_transfers_ccy"
    buy(call, "1")
    assert call.post(path, wanted).json["code"] == "59000"
    target = "/api/v5/account/position-tiers?instType=SWAP"
    assert call.get(f"{target}&instFamily=BTC-USDT").data[0]["maxSz"] == "600000"
    assert call.get(target).json["code"] == "50015"
    assert call.get("/api/v5/account/risk-state").data[0]["atRisk"] is False
