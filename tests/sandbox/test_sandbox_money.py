"""Money that moves without a trade: transfers, play money; and timers that cancel orders."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

TRANSFER = "/api/v5/asset/transfer"
ADJUST = "/api/v5/account/demo-adjust-balance"
AFTER = "/api/v5/trade/cancel-all-after"
LIMIT = {"side": "buy", "ordType": "limit", "px": "1000", "sz": "1"}


def test_transfers(call: Caller) -> None:
    """What leaves one account arrives in the other; both ledgers and the state tell of it."""
    out = {"ccy": "USDT", "amt": "12.5", "from": "18", "to": "6", "clientId": "mine"}
    [row] = call.post(TRANSFER, out).data
    assert row == out | {"transId": row["transId"]}
    assert call.details()["USDT"]["cashBal"] == "99987.5"
    assert call.get("/api/v5/asset/balances?ccy=USDT").data[0]["availBal"] == "1012.5"
    for query in (f"transId={row['transId']}", "clientId=mine"):
        [state] = call.get(f"/api/v5/asset/transfer-state?{query}").data
        assert (state["state"], state["amt"], state["from"]) == ("success", "12.5", "18")
    [bill] = call.get("/api/v5/account/bills?type=1").data
    assert (bill["subType"], bill["balChg"], bill["bal"]) == ("12", "-12.5", "99987.5")
    assert (bill["from"], bill["to"], bill["notes"]) == ("18", "6", "To Funding Account")
    [bill] = call.get("/api/v5/asset/bills").data
    assert (bill["type"], bill["balChg"], bill["bal"]) == ("130", "12.5", "1012.5")
    call.post(TRANSFER, out | {"from": "6", "to": "18", "clientId": ""}).data  # noqa: B018 - it is checked
    assert call.details()["USDT"]["cashBal"] == "100000"
    assert [each["type"] for each in call.get("/api/v5/asset/bills").data] == ["131", "130"]
    assert len(call.get("/api/v5/asset/bills?limit=1").data) == 2, "of one time, so together"
    worth = call.get("/api/v5/asset/asset-valuation?ccy=USDT").data[0]
    assert worth["details"]["funding"] == "1000"
    assert worth["details"]["trading"] == call.get("/api/v5/account/balance").data[0]["totalEq"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amt": "0"}, "58114"),
        ({"amt": ""}, "50014"),
        ({"amt": "-1"}, "51000"),
        ({"amt": "1001"}, "58350"),
        ({"amt": "100001", "from": "18", "to": "6"}, "58350"),
        ({"to": "6"}, "58123"),
        ({"to": "1"}, "51000"),
        ({"ccy": "NONE"}, "51012"),
        ({"ccy": "BTC", "amt": "1"}, "58350"),
        ({"type": "1"}, "58115"),
        ({"type": "5"}, "51000"),
        ({"clientId": "a-b"}, "51000"),
    ],
)
def test_transfers_that_fail(call: Caller, changed: dict[str, str], code: str) -> None:
    """Each in OKX's words, and nothing moves."""
    wanted = {"ccy": "USDT", "amt": "10", "from": "6", "to": "18"} | changed
    assert call.post(TRANSFER, wanted).json["code"] == code
    assert call.get("/api/v5/asset/balances").data[0]["bal"] == "1000"
    assert call.get("/api/v5/account/bills").data == []


def test_what_is_held_back_cannot_be_transferred(call: Caller) -> None:
    """Neither what orders freeze nor what positions tie up nor profits that are not realised."""
    call.place(**LIMIT)
    call.place(instId="BTC-USDT-SWAP", tdMode="cross", side="buy", ordType="market", sz="3")
    money = call.details()["USDT"]
    most = call.get("/api/v5/account/max-withdrawal?ccy=USDT").data[0]["maxWd"]
    free = Decimal(money["cashBal"]) - Decimal(money["frozenBal"]) + min(Decimal(money["upl"]), 0)
    assert Decimal(most) == free
    out = {"ccy": "USDT", "from": "18", "to": "6"}
    assert call.post(TRANSFER, out | {"amt": str(round(free) + 1)}).json["code"] == "58350"
    assert call.post(TRANSFER, out | {"amt": str(int(free))}).json["code"] == "0"


def test_unknown_transfers(call: Caller) -> None:
    """A transfer that there is none of is 58129; without an id 50014."""
    assert call.get("/api/v5/asset/transfer-state").json["code"] == "50014"
    answer = call.get("/api/v5/asset/transfer-state?transId=7").json
    assert (answer["code"], answer["msg"]) == (
        "58129", "transId is incorrect or transId does not match with 'type'",
    )  # fmt: skip


def given(call: Caller, kind: str, **amounts: str) -> Any:
    items = [{"ccy": ccy, "amt": amount} for ccy, amount in amounts.items()]
    return call.post(ADJUST, {"type": kind, "adjustments": items}).json


def test_play_money(call: Caller, clock: Clock, live: Caller) -> None:
    """Three increases a day, as much taken away as is free, each with a bill; demo only."""
    done = given(call, "increase", USDT="5", BTC="0.5")["data"][0]
    assert done == {
        "remainCnt": "2", "totalCnt": "3",
        "details": [{"ccy": "USDT", "amt": "5", "bal": "100005"},
                    {"ccy": "BTC", "amt": "0.5", "bal": "1.5"}],
    }  # fmt: skip
    assert given(call, "reduce", USDT="5")["data"][0]["remainCnt"] == "2"
    assert given(call, "reduce", USDT="100000.1")["code"] == "59692"
    call.place(**LIMIT)
    tied = given(call, "reduce", USDT="99999")
    assert (tied["code"], "USDT" in tied["msg"]) == ("59693", True)
    for _ in range(2):
        assert given(call, "increase", USDT="1")["code"] == "0"
    assert given(call, "increase", USDT="1")["code"] == "59691"
    assert given(call, "reduce", USDT="2")["code"] == "0"
    clock.now += 86_400
    assert given(call, "increase", USDT="1")["data"][0]["remainCnt"] == "2"
    assert len(call.get("/api/v5/account/bills?type=1").data) == 7
    assert given(live, "increase", USDT="1")["code"] == "50053"


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "more", "adjustments": [{"ccy": "USDT", "amt": "1"}]},
        {"type": "increase", "adjustments": "USDT"},
        {"type": "increase", "adjustments": [{"ccy": "DOGE", "amt": "1"}]},
        {"type": "increase", "adjustments": [{"ccy": "USDT", "amt": "x"}]},
        {"type": "increase", "adjustments": [7]},
        {"type": "increase", "adjustments": []},
    ],
)
def test_play_money_that_cannot_be_read(call: Caller, wanted: dict[str, Any]) -> None:
    """A bad adjustment is a bad parameter, and does not count as one of the day."""
    assert call.post(ADJUST, wanted).json["code"] == "51000"
    assert given(call, "increase", USDT="1")["data"][0]["remainCnt"] == "2"


def test_cancel_all_after(call: Caller, clock: Clock) -> None:
    """All orders are cancelled at that time, unless it is set again or taken back."""
    first, second = call.place(**LIMIT), call.place(**LIMIT, tag="mine")
    armed = call.post(AFTER, {"timeOut": "10"}).data[0]
    assert armed == {"triggerTime": "1772508810500", "tag": "", "ts": "1772508800500"}
    clock.now += 9
    assert call.post(AFTER, {"timeOut": 10}).data[0]["triggerTime"] == "1772508819500"
    clock.now += 9
    assert call.post(AFTER, {"timeOut": "0"}).data[0]["triggerTime"] == "0"
    clock.now += 100
    assert len(call.get("/api/v5/trade/orders-pending").data) == 2
    call.post(AFTER, {"timeOut": "10", "tag": "mine"})
    clock.now += 11
    row = call.order(second["ordId"])
    assert (row["state"], row["cancelSource"]) == ("canceled", "20")
    assert int(row["uTime"]) == int((clock.now - 1) * 1000)
    assert call.order(first["ordId"])["state"] == "live"


def test_cancel_all_after_that_is_refused(call: Caller) -> None:
    """0, or 10 to 120 seconds; and of timers with a tag only so many."""
    for bad in ("9", "121", "-1", "x", "1.5"):
        assert call.post(AFTER, {"timeOut": bad}).json["code"] == "51000"
    assert call.post(AFTER, {}).json["code"] == "50014"
    codes = [call.post(AFTER, {"timeOut": "10", "tag": f"t{n}"}).json["code"] for n in range(21)]
    assert codes == ["0"] * 20 + ["51071"]
    assert call.post(AFTER, {"timeOut": "10"}).json["code"] == "0"


def test_mass_cancel(call: Caller) -> None:
    """It is for MMP orders of options, which there never are: nothing to do, and done."""
    wanted = {"instType": "OPTION", "instFamily": "BTC-USD"}
    path = "/api/v5/trade/mass-cancel"
    assert call.post(path, wanted).data == [{"result": True}]
    for changed in ({"instType": "SWAP"}, {"instFamily": "X-USD"}):
        assert call.post(path, wanted | changed).json["code"] == "51000"


def test_lists_that_are_always_empty(call: Caller) -> None:
    """What clients ask for by habit is answered: there is none of it."""
    for path in (
        "asset/deposit-history",
        "asset/non-tradable-assets",
        "asset/withdrawal-history",
        "tradingBot/grid/orders-algo-pending?algoOrdType=grid",
    ):
        assert call.get(f"/api/v5/{path}").data == []


def test_greeks_type(call: Caller) -> None:
    """It is kept, and read back in the configuration."""
    assert call.post("/api/v5/account/set-greeks", {"greeksType": "XX"}).json["code"] == "51000"
    assert call.post("/api/v5/account/set-greeks", {"greeksType": "BS"}).json["code"] == "0"
    assert call.get("/api/v5/account/config").data[0]["greeksType"] == "BS"
