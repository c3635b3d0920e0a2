"""Modes, leverage, margins and fees of contracts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from contract_calls import CT_VAL, SWAP, bills, done, hedge, held, refused, sent

if TYPE_CHECKING:
    from sandbox_caller import Caller


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
