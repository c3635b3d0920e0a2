"""Contracts: how orders make positions, and what positions need, bring and cost."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.sandbox.market.instruments import instruments

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

SWAP = "BTC-USDT-SWAP"
CT_VAL = Decimal("0.01")
ORDER = "/api/v5/trade/order"
HOUR = 3600


def sent(call: Caller, **order: str) -> dict[str, str]:
    """The item that answers an order of the swap: a purchase at the market unless told otherwise."""
    usual = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "1"}
    answer = call.post(ORDER, usual | order).json
    items: list[dict[str, str]] = answer["data"]
    return items[0] if items else {"sCode": answer["code"], "sMsg": answer["msg"]}


def held(call: Caller) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = call.get("/api/v5/account/positions").data
    return rows


def done(call: Caller, path: str, **values: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = call.post(f"/api/v5/{path}", values).data
    return rows[0]


def refused(call: Caller, path: str, **values: Any) -> str:
    code: str = call.post(f"/api/v5/{path}", values).json["code"]
    return code


def hedge(call: Caller) -> None:
    done(call, "account/set-position-mode", posMode="long_short_mode")


def bills(call: Caller, query: str = "") -> list[dict[str, str]]:
    rows: list[dict[str, str]] = call.get(f"/api/v5/account/bills?{query}").data
    return rows


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


def test_contracts_need_the_futures_mode(call: Caller) -> None:
    """In Spot mode contracts, their leverage and position modes are 51010; in Futures mode inverse
    contracts and options are 50038.
    """
    done(call, "account/set-account-level", acctLv="1")
    answer = sent(call)
    assert answer["sCode"] == "51010"
    assert answer["sMsg"] == "You can't complete this request under your current account mode. "
    of = {"instId": SWAP, "mgnMode": "cross"}
    assert refused(call, "account/set-leverage", lever="5", **of) == "51010"
    assert refused(call, "account/set-position-mode", posMode="net_mode") == "51010"
    spot = {"instId": "BTC-USDT", "tdMode": "cash", "sz": "100"}
    assert sent(call, **spot, reduceOnly="true")["sCode"] == "51139"
    assert sent(call, **spot)["sCode"] == "0"
    assert call.get("/api/v5/account/config").data[0]["acctLv"] == "1"


def test_modes_change_only_without_positions_and_orders(call: Caller) -> None:
    """Position mode: 59000 while there are contracts; account mode: 59132 with orders, 59134 with
    positions, 51070 for the modes that the sandbox does not have. What is set already may be set again.
    """
    levels = [refused(call, "account/set-account-level", acctLv=level) for level in "1234x"]
    assert levels == ["0", "0", "51070", "51070", "51000"]
    done(call, "account/set-account-level", acctLv="2")
    sent(call, ordType="limit", px="20000")
    assert refused(call, "account/set-position-mode", posMode="long_short_mode") == "59000"
    assert refused(call, "account/set-account-level", acctLv="1") == "59132"
    assert refused(call, "account/set-position-mode", posMode="net_mode") == "0"
    done(call, "trade/cancel-all-after", timeOut="10")
    call.clock.now += 10
    sent(call)
    assert refused(call, "account/set-position-mode", posMode="long_short_mode") == "59000"
    assert refused(call, "account/set-account-level", acctLv="1") == "59134"
    assert refused(call, "account/set-position-mode", posMode="both") == "51000"


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


def test_isolated_positions_have_their_own_margin(call: Caller) -> None:
    """The margin leaves the cash for the position and comes back with what it realised; it can be added
    to and taken from, and lower leverage takes more of it.
    """
    done(call, "account/set-leverage", instId=SWAP, mgnMode="isolated", lever="5")
    ask = Decimal(call.best("asks", SWAP))
    sent(call, tdMode="isolated", sz="2")
    value = ask * 2 * CT_VAL
    [row] = held(call)
    assert (Decimal(row["margin"]), row["imr"], row["lever"]) == (value / 5, "", "5")
    cash = 100_000 - value / 5 - value * Decimal("0.0005")
    money = call.details()["USDT"]
    assert Decimal(money["cashBal"]) == cash
    assert Decimal(money["isoEq"]) == value / 5 + Decimal(row["upl"])
    assert Decimal(bills(call)[0]["posBalChg"]) == value / 5
    of = {"instId": SWAP, "posSide": "net"}
    added = done(call, "account/position/margin-balance", type="add", amt="10", **of)
    assert (added["amt"], added["leverage"]) == ("10", "5")
    assert (
        refused(call, "account/position/margin-balance", type="reduce", amt="11", **of) == "59301"
    )
    assert refused(call, "account/position/margin-balance", type="add", amt="1e9", **of) == "51000"
    much = {"type": "add", "amt": "1000000"}
    assert refused(call, "account/position/margin-balance", **much, **of) == "59303"
    assert refused(
        call, "account/position/margin-balance", type="add", amt="1", **of | {"instId": "ETH-USDT-SWAP"}
    ) == "59300"  # fmt: skip
    done(call, "account/position/margin-balance", type="reduce", amt="9", **of)
    assert [bill["subType"] for bill in bills(call, "type=6")] == ["161", "160"]
    done(call, "account/set-leverage", instId=SWAP, mgnMode="isolated", lever="2")
    assert Decimal(held(call)[0]["margin"]) == value / 2
    bid = Decimal(call.best("bids", SWAP))
    sent(call, tdMode="isolated", side="sell", sz="2")
    money = call.details()["USDT"]
    assert money["isoEq"] == "0"
    costs = (ask + bid) * 2 * CT_VAL * Decimal("0.0005")
    assert Decimal(money["cashBal"]) == 100_000 + (bid - ask) * 2 * CT_VAL - costs


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"lever": "100"}, "0"),
        ({"lever": "2.5"}, "0"),
        ({"lever": "101"}, "59102"),
        ({"lever": "0.5"}, "59105"),
        ({"lever": "0"}, "59105"),
        ({"lever": "x"}, "51000"),
        ({"lever": "5", "mgnMode": "cash"}, "51000"),
        ({"lever": "5", "instId": "XXX"}, "51001"),
        ({"lever": "5", "instId": ""}, "50014"),
        ({"lever": "5", "instId": "BTC-USDT"}, "50038"),
        ({"lever": "5", "posSide": "long"}, "51000"),
    ],
)
def test_leverage(call: Caller, wanted: dict[str, str], code: str) -> None:
    """Leverage lies between 1 and the instrument's, and is read back as it was set."""
    values = {"instId": SWAP, "mgnMode": "cross"} | wanted
    assert refused(call, "account/set-leverage", **values) == code
    target = f"/api/v5/account/leverage-info?instId={SWAP}&mgnMode=cross"
    assert call.get(target).data[0]["lever"] == (wanted["lever"] if code == "0" else "3")


def test_leverage_of_what_is_held(call: Caller) -> None:
    """It needs the margin (59108), a size that it allows (59104, 51004) and no open orders (59107,
    59101); isolated long and short have their own.
    """
    of = {"instId": SWAP, "mgnMode": "cross"}
    sent(call, sz="250")
    assert refused(call, "account/set-leverage", lever="1", **of) == "59108"
    done(call, "account/set-leverage", lever="10", **of)
    assert held(call)[0]["lever"] == "10"
    for mode, code in (("cross", "59107"), ("isolated", "59101")):
        order = sent(call, tdMode=mode, ordType="limit", px="20000")
        values = of | {"mgnMode": mode, "lever": "4"}
        assert refused(call, "account/set-leverage", **values) == code
        done(call, "trade/cancel-order", instId=SWAP, ordId=order["ordId"])
    done(call, "trade/close-position", instId=SWAP, mgnMode="cross")
    done(call, "account/set-leverage", lever="100", **of)
    too_many = sent(call, ordType="limit", px="10", sz="10001")
    assert too_many["sCode"] == "51004"
    assert SWAP in too_many["sMsg"]
    sent(call, instId="SOL-USDT-SWAP", tdMode="isolated", sz="1")
    hedged = {"instId": "ETH-USDT-SWAP", "mgnMode": "isolated"}
    done(call, "trade/close-position", instId="SOL-USDT-SWAP", mgnMode="isolated")
    hedge(call)
    assert refused(call, "account/set-leverage", lever="7", **hedged) == "51000"
    done(call, "account/set-leverage", lever="7", posSide="short", **hedged)
    rows = call.get("/api/v5/account/leverage-info?instId=ETH-USDT-SWAP&mgnMode=isolated").data
    assert [(row["posSide"], row["lever"]) for row in rows] == [("long", "3"), ("short", "7")]


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


def test_sizes_that_may_be_traded(call: Caller) -> None:
    """max-size is what a market order may be, to the lot; nearly twice as much is not."""
    sent(call, tdMode="isolated", side="sell", sz="0.01")
    target = f"/api/v5/account/max-size?instId={SWAP},ETH-USDT-SWAP&tdMode=cross"
    rows = call.get(target).data
    assert [row["instId"] for row in rows] == [SWAP, "ETH-USDT-SWAP"]
    most = Decimal(rows[0]["maxBuy"])
    assert sent(call, sz=f"{most * 2:f}")["sCode"] == "51008"
    assert sent(call, ordType="limit", px=call.best("bids", SWAP), sz=f"{most:f}")["sCode"] == "0"
    assert Decimal(call.get(target).data[0]["maxBuy"]) < most / 100
    free = call.get(f"/api/v5/account/max-avail-size?instId={SWAP}&tdMode=cross").data[0]
    assert free["availBuy"] == call.details()["USDT"]["availEq"]
    target = f"/api/v5/account/max-avail-size?instId={SWAP}&tdMode=isolated&reduceOnly=true"
    row = call.get(target).data[0]
    assert (row["availBuy"], row["availSell"]) == ("0.01", "0")
    rows = call.get(f"/api/v5/account/max-size?instId={SWAP}&tdMode=cross&leverage=101").data
    assert rows[0]["maxBuy"] == "0"
    many = call.get(f"/api/v5/account/max-size?instId={','.join([SWAP] * 21)}&tdMode=cross").json
    assert many["code"] == "50025"
    spot = call.get("/api/v5/account/max-avail-size?instId=BTC-USDT&tdMode=cash").data[0]
    assert spot["availSell"] == "1"
    assert call.get("/api/v5/account/max-size?instId=BTC-USDT&tdMode=cross").json["code"] == "50038"


@pytest.mark.parametrize(
    ("inst_type", "taker", "maker"),
    [
        ("SPOT", "-0.001", "-0.0008"),
        ("SWAP", "-0.0005", "-0.0002"),
        ("FUTURES", "-0.0005", "-0.0002"),
        ("MARGIN", "-0.001", "-0.0008"),
    ],
)
def test_fee_rates(call: Caller, inst_type: str, taker: str, maker: str) -> None:
    """The rates that fills are charged, as costs."""
    row = call.get(f"/api/v5/account/trade-fee?instType={inst_type}").data[0]
    assert (row["taker"], row["makerU"], row["feeGroup"][0]["maker"]) == (taker, maker, maker)
    assert call.get("/api/v5/account/trade-fee").json["code"] == "50014"
