"""Contracts: how orders make positions, and what positions bring and cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from contract_calls import CT_VAL, ORDER, SWAP, bills, done, hedge, held, refused, sent

from okx_magic.sandbox.market.instruments import instruments

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

HOUR = 3600


def test_a_position_from_end_to_end(call: Caller) -> None:
    """What is bought at the ask and sold at the bid loses the spread and two fees, to the last digit,
    in the cash, in the bills and in the history.
    """
    ask, bid = (Decimal(call.best(side, SWAP)) for side in ("asks", "bids"))
    sent(call, sz="2", clOrdId="in")
    [row] = held(call)
    assert (row["pos"], row["posSide"], row["mgnMode"]) == ("2", "net", "cross")
    assert (Decimal(row["avgPx"]), row["lever"]) == (ask, "3")
    mark = Decimal(row["markPx"])
    assert Decimal(row["upl"]) == (mark - ask) * 2 * CT_VAL
    assert Decimal(row["notionalUsd"]) == mark * 2 * CT_VAL
    assert Decimal(row["imr"]) == round(mark * 2 * CT_VAL / 3, 8)
    assert Decimal(row["mmr"]) == mark * 2 * CT_VAL * Decimal("0.004")
    money = call.details()["USDT"]
    assert Decimal(money["eq"]) == Decimal(money["cashBal"]) + Decimal(row["upl"])
    assert Decimal(money["availEq"]) == Decimal(money["eq"]) - Decimal(row["imr"])
    assert (money["frozenBal"], money["ordFrozen"]) == (row["imr"], "0")
    sent(call, side="sell", sz="2")
    assert held(call) == []
    pnl, fee = (bid - ask) * 2 * CT_VAL, -(ask + bid) * 2 * CT_VAL * Decimal("0.0005")
    assert Decimal(call.details()["USDT"]["cashBal"]) == 100_000 + pnl + fee
    [past] = call.get("/api/v5/account/positions-history").data
    assert (past["type"], past["direction"], past["closeTotalPos"]) == ("2", "long", "2")
    assert [Decimal(past[name]) for name in ("pnl", "fee", "realizedPnl")] == [pnl, fee, pnl + fee]
    assert (Decimal(past["openAvgPx"]), Decimal(past["closeAvgPx"])) == (ask, bid)
    out, into = bills(call)
    assert [(each["type"], each["subType"], each["sz"]) for each in (out, into)] == [
        ("2", "2", "2"), ("2", "1", "2"),
    ]  # fmt: skip
    assert Decimal(out["pnl"]) == pnl
    assert Decimal(out["balChg"]) + Decimal(into["balChg"]) == pnl + fee
    assert call.get(f"{ORDER}?instId={SWAP}&clOrdId=in").data[0]["lever"] == "3"
    fill = call.get("/api/v5/trade/fills").data[0]
    assert (Decimal(fill["fillPnl"]), fill["feeCcy"], fill["feeRate"]) == (pnl, "USDT", "-0.0005")
    assert fill["fillMarkPx"] == row["markPx"]


def test_a_position_is_closed_in_parts_at_its_average_cost(call: Caller, clock: Clock) -> None:
    """A third of what was bought at two prices realises a third of its cost; the parts add up to the
    whole, whatever was rounded.
    """
    sent(call, sz="1")
    clock.now += HOUR
    sent(call, sz="2")
    cost = Decimal(held(call)[0]["avgPx"])
    first, second = (Decimal(row["fillPx"]) for row in call.get("/api/v5/trade/fills").data)
    assert cost == round((first * 2 + second) / 3, 8)
    for _ in range(3):
        sent(call, side="sell", sz="1")
    got = [Decimal(row["fillPx"]) for row in call.get("/api/v5/trade/fills").data[:3]]
    [past] = call.get("/api/v5/account/positions-history").data
    assert Decimal(past["pnl"]) == (sum(got) - first * 2 - second) * CT_VAL


def test_an_order_turns_a_net_position_round(call: Caller) -> None:
    """More than is held closes it and opens the other way: two fills, and a position of its own."""
    sent(call, sz="2")
    first = held(call)[0]
    sent(call, side="sell", sz="5")
    [row] = held(call)
    assert (row["pos"], row["posId"]) == ("-3", first["posId"])
    assert [fill["fillSz"] for fill in call.get("/api/v5/trade/fills").data[:2]] == ["3", "2"]
    assert len(call.get("/api/v5/account/positions-history?type=2").data) == 1


def test_partly_closed_positions_are_in_the_history(call: Caller) -> None:
    """A position that is closed in part is history of type 1, and still there."""
    sent(call, sz="3")
    sent(call, side="sell", sz="1")
    [row] = call.get("/api/v5/account/positions-history").data
    assert (row["type"], row["closeTotalPos"], row["openMaxPos"]) == ("1", "1", "3")
    assert call.get("/api/v5/account/positions-history?type=2").data == []


def test_long_and_short_side_by_side(call: Caller) -> None:
    """In long/short mode both sides are held at once, as sizes above zero; posSide says what an order
    means, and bills call it opening and closing.
    """
    hedge(call)
    sent(call, posSide="long", sz="2")
    sent(call, posSide="short", side="sell", sz="3")
    assert [(row["posSide"], row["pos"]) for row in held(call)] == [("long", "2"), ("short", "3")]
    sent(call, posSide="long", side="sell", sz="1")
    sent(call, posSide="short", side="buy", sz="1")
    assert [(row["posSide"], row["pos"]) for row in held(call)] == [("long", "1"), ("short", "2")]
    assert [bill["subType"] for bill in bills(call)] == ["6", "5", "4", "3"]


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({}, "51000"),
        ({"posSide": "net"}, "51000"),
        ({"posSide": "long", "side": "sell"}, "51169"),
        ({"posSide": "short", "side": "buy", "sz": "4"}, "51112"),
        ({"posSide": "short", "side": "buy", "reduceOnly": "true"}, "0"),
        ({"posSide": "long", "reduceOnly": "true"}, "0"),
    ],
)
def test_orders_in_long_short_mode(call: Caller, order: dict[str, str], code: str) -> None:
    """PosSide is required; nothing closes what is not there; reduceOnly is ignored."""
    hedge(call)
    assert sent(call, posSide="short", side="sell", sz="3")["sCode"] == "0"
    assert sent(call, **order)["sCode"] == code


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"posSide": "long"}, "51000"),
        ({"posSide": "net"}, "0"),
        ({"tdMode": "cash"}, "51000"),
        ({"tdMode": "isolated"}, "0"),
        ({"tgtCcy": "quote_ccy"}, "59110"),
        ({"ordType": "optimal_limit_ioc"}, "0"),
        ({"sz": "0.001"}, "51020"),
        ({"sz": "0.015"}, "51121"),
        ({"sz": "30001"}, "51202"),
        ({"sz": "1000"}, "51008"),
        ({"ordType": "limit", "px": "60000", "sz": "100000001"}, "51101"),
        ({"instId": "BTC-USD-SWAP"}, "50038"),
        ({"instId": "BTC-USDT-260626"}, "0"),
        ({"instId": "BTC-USDT", "tdMode": "cash", "sz": "100", "reduceOnly": "true"}, "51205"),
        ({"instId": "BTC-USDT", "tdMode": "cash", "sz": "1000001"}, "51201"),
        ({"reduceOnly": "true"}, "51170"),
        ({"reduceOnly": "true", "tdMode": "isolated", "side": "sell"}, "51169"),
        ({"reduceOnly": "maybe"}, "51000"),
    ],
)
def test_orders_of_contracts(call: Caller, order: dict[str, str], code: str) -> None:
    """With a long position of one contract: each rule before an order has OKX's code."""
    assert sent(call)["sCode"] == "0"
    assert sent(call, **order)["sCode"] == code


def test_orders_of_contracts_hold_their_margin(call: Caller) -> None:
    """An order freezes what it would need at its leverage, and its fee; one that closes, nothing."""
    sent(call, ordType="limit", px="30000", sz="2")
    value = 2 * 30_000 * CT_VAL
    frozen = value / 3 + value * Decimal("0.0005")
    assert Decimal(call.details()["USDT"]["ordFrozen"]) == frozen
    sent(call, sz="2")
    sent(call, side="sell", ordType="limit", px="90000", sz="2")
    assert Decimal(call.details()["USDT"]["ordFrozen"]) == frozen
    sent(call, side="sell", ordType="limit", px="90000", sz="1")
    assert Decimal(call.details()["USDT"]["ordFrozen"]) == frozen + 300 + Decimal("0.45")


def test_reduce_only_takes_what_there_is(call: Caller) -> None:
    """A reduce-only order larger than the position closes it, and its rest is cancelled; so are those
    that rest when the position is gone.
    """
    sent(call, sz="2")
    rests = sent(call, side="sell", ordType="limit", px="90000", sz="1", reduceOnly="true")
    closing = sent(call, side="sell", sz="5", reduceOnly="true")
    row = call.order(closing["ordId"], SWAP)
    assert (row["state"], row["accFillSz"], row["reduceOnly"]) == ("canceled", "2", "true")
    row = call.order(rests["ordId"], SWAP)
    assert (row["state"], row["cancelSource"]) == ("canceled", "22")
    assert held(call) == []


def test_funding_is_paid_at_each_time_held(call: Caller, clock: Clock) -> None:
    """At 8, 16 and 24 o'clock what is held then pays or earns the rate on its worth at the mark; what
    was closed before does not.
    """
    sent(call, sz="2")
    sent(call, side="sell", tdMode="isolated", sz="1")
    before = Decimal(call.details()["USDT"]["cashBal"])
    clock.now += 24 * HOUR
    paid = bills(call, "type=8")
    assert len(paid) == 6
    cross, isolated = ([row for row in paid if row["mgnMode"] == m] for m in ("cross", "isolated"))
    market, swap = call.sandbox._exchange._exchange._market, instruments()[SWAP]
    for row in paid:
        second = int(row["ts"]) // 1000
        rate = market.funding_rate(swap, second)
        size = -2 if row["mgnMode"] == "cross" else 1
        assert second % (8 * HOUR) == 0
        assert Decimal(row["pnl"]) == market.mark(swap, second) * size * CT_VAL * rate
        assert row["subType"] == ("174" if Decimal(row["pnl"]) > 0 else "173")
    earned = sum(Decimal(row["balChg"]) for row in cross)
    assert Decimal(call.details()["USDT"]["cashBal"]) == before + earned
    assert [row["balChg"] for row in isolated] == ["0"] * 3
    assert Decimal(held(call)[0]["fundingFee"]) == earned
    done(call, "trade/close-position", instId=SWAP, mgnMode="cross")
    clock.now += 24 * HOUR
    assert {row["mgnMode"] for row in bills(call, "type=8")[:3]} == {"isolated"}
    assert call.get("/api/v5/account/bills-archive?type=8&instType=SWAP&ctType=linear").data


def test_close_position(call: Caller) -> None:
    """It closes by a market order; without a position 51023, with closing orders 51115 unless they
    are to be cancelled; in long/short mode it needs the side.
    """
    of = {"instId": SWAP, "mgnMode": "cross"}
    assert refused(call, "trade/close-position", **of) == "51023"
    sent(call, side="sell", sz="3")
    rests = sent(call, ordType="limit", px="20000", reduceOnly="true")["ordId"]
    assert refused(call, "trade/close-position", **of) == "51115"
    closed = done(call, "trade/close-position", **of, autoCxl=True, clOrdId="out", tag="t")
    assert closed == {"instId": SWAP, "posSide": "net", "clOrdId": "out", "tag": "t"}
    assert held(call) == []
    assert call.order(rests, SWAP)["state"] == "canceled"
    row = call.get(f"{ORDER}?instId={SWAP}&clOrdId=out").data[0]
    assert (row["ordType"], row["side"], row["state"]) == ("market", "buy", "filled")
    hedge(call)
    sent(call, posSide="long")
    assert refused(call, "trade/close-position", **of) == "51000"
    assert refused(call, "trade/close-position", **of, posSide="long") == "0"


def test_a_resting_order_of_contracts_fills_as_maker(call: Caller, clock: Clock) -> None:
    """Traded through, it fills at its price for the maker's fee; and funding is due from then on."""
    px = call.best("bids", SWAP)
    ack = sent(call, ordType="post_only", px=px, sz="1")
    for _ in range(200):
        clock.now += 600
        row = call.order(ack["ordId"], SWAP)
        if row["state"] == "filled":
            break
    assert (row["state"], row["avgPx"]) == ("filled", px)
    assert Decimal(row["fee"]) == -Decimal(px) * CT_VAL * Decimal("0.0002")
    clock.now += 24 * HOUR
    since = {int(bill["ts"]) for bill in bills(call, "type=8")}
    assert since
    assert min(since) >= int(row["fillTime"])
