from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from sandbox_caller import AMEND, BATCH, CANCEL, LIMIT, ORDER

from okx_magic.catalogue import endpoint

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock


def test_acknowledgement(call: Caller) -> None:
    """An accepted order: code 0, sorted keys, times in microseconds, and an id of 19 digits."""
    answer = call.post(ORDER, LIMIT | {"clOrdId": "mine", "tag": "t"})
    item = answer.data[0]
    assert list(item) == ["clOrdId", "ordId", "sCode", "sMsg", "subCode", "tag", "ts"]
    assert (item["clOrdId"], item["tag"], item["sCode"]) == ("mine", "t", "0")
    assert len(item["ordId"]) == 19
    assert answer.json["inTime"] == "1772508800500000"
    assert "1772508800500000" <= answer.json["outTime"] < "1772508900500000"


def test_numbers_are_taken_as_text_is(call: Caller) -> None:
    """A JSON number keeps its digits."""
    body = (
        b'{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":1000.10,"sz":1}'
    )
    row = call.order(call.post(ORDER, body).data[0]["ordId"])
    assert (row["px"], row["sz"]) == ("1000.1", "1")


def test_limit_order_rests_and_freezes(call: Caller) -> None:
    """A limit order off the market freezes px times sz, and cancelling gives it back."""
    ack = call.place(side="buy", ordType="limit", px="1000.1", sz="0.5")
    usdt = call.details()["USDT"]
    assert (usdt["cashBal"], usdt["availBal"], usdt["ordFrozen"]) == (
        "100000", "99499.95", "500.05",
    )  # fmt: skip
    pending = call.get("/api/v5/trade/orders-pending").data
    assert [(row["ordId"], row["state"]) for row in pending] == [(ack["ordId"], "live")]
    assert call.post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}).data
    assert call.details()["USDT"]["availBal"] == "100000"
    assert call.get("/api/v5/trade/orders-pending").data == []
    row = call.order(ack["ordId"])
    assert (row["state"], row["cancelSource"]) == ("canceled", "1")


def test_market_buy_counts_in_quote_currency(call: Caller) -> None:
    """A market buy of 100 spends at most 100 USDT, less than a lot short of it."""
    row = call.order(call.place(side="buy", ordType="market", sz="100")["ordId"])
    assert (row["state"], row["tgtCcy"], row["feeCcy"]) == ("filled", "quote_ccy", "BTC")
    spent = 100000 - Decimal(call.details()["USDT"]["cashBal"])
    assert 0 <= 100 - spent < Decimal("0.01")
    assert Decimal(row["fee"]) == -Decimal(row["accFillSz"]) / 1000
    got = Decimal(call.details()["BTC"]["cashBal"]) - 1
    assert got == Decimal(row["accFillSz"]) + Decimal(row["fee"])


def test_market_sell_counts_in_base_currency(call: Caller) -> None:
    """A market sell takes the visible bids in turn; each level is a fill."""
    book = call.public("/api/v5/market/books?instId=BTC-USDT&sz=3").data[0]["bids"]
    sizes = [Decimal(level[1]) for level in book]
    size = sizes[0] + sizes[1]
    row = call.order(call.place(side="sell", ordType="market", sz=f"{size}")["ordId"])
    assert (row["tgtCcy"], row["feeCcy"], row["state"]) == ("base_ccy", "USDT", "filled")
    fills = call.get(f"/api/v5/trade/fills?ordId={row['ordId']}").data
    assert [(fill["fillPx"], Decimal(fill["fillSz"])) for fill in reversed(fills)] == [
        (level[0], Decimal(level[1])) for level in book[:2]
    ]
    assert {(fill["execType"], fill["feeRate"]) for fill in fills} == {("T", "-0.001")}


def test_limit_order_that_crosses(call: Caller) -> None:
    """A limit order takes what the book has within its price, and rests with what is left."""
    level = call.public("/api/v5/market/books?instId=BTC-USDT").data[0]["asks"][0]
    size = Decimal(level[1]) + Decimal("0.01")
    ack = call.place(side="buy", ordType="limit", px=level[0], sz=f"{size}")
    row = call.order(ack["ordId"])
    assert (row["state"], Decimal(row["accFillSz"])) == ("partially_filled", Decimal(level[1]))
    assert Decimal(call.details()["USDT"]["ordFrozen"]) == Decimal("0.01") * Decimal(level[0])


@pytest.mark.parametrize(
    ("kind", "state", "source", "filled"),
    [("post_only", "canceled", "31", False), ("ioc", "canceled", "14", True),
     ("fok", "canceled", "13", False), ("limit", "partially_filled", "", True)],
)  # fmt: skip
def test_kinds_of_limit_order(
    call: Caller, kind: str, state: str, source: str, *, filled: bool
) -> None:
    """With more wanted than the best level holds: post_only and fok do nothing, ioc takes it."""
    level = call.public("/api/v5/market/books?instId=BTC-USDT").data[0]["asks"][0]
    size = Decimal(level[1]) + Decimal("0.01")
    ack = call.place(side="buy", ordType=kind, px=level[0], sz=f"{size}")
    row = call.order(ack["ordId"])
    assert (row["state"], row["cancelSource"]) == (state, source)
    assert Decimal(row["accFillSz"]) == (Decimal(level[1]) if filled else 0)


@pytest.mark.parametrize("kind", ["ioc", "fok"])
def test_orders_the_book_can_serve(call: Caller, kind: str) -> None:
    """Both ioc and fok fill whole where the book has enough."""
    row = call.order(
        call.place(side="buy", ordType=kind, px=call.best("asks"), sz="0.001")["ordId"]
    )
    assert (row["state"], row["accFillSz"]) == ("filled", "0.001")


def test_resting_order_fills_when_the_market_comes(call: Caller, clock: Clock) -> None:
    """An order just off the market fills at its own price, as maker, when traded through."""
    px = call.best("bids")
    ack = call.place(side="buy", ordType="post_only", px=px, sz="0.1")
    assert call.order(ack["ordId"])["state"] == "live"
    for _ in range(200):
        clock.now += 600
        row = call.order(ack["ordId"])
        if row["state"] == "filled":
            break
    assert (row["state"], row["avgPx"], row["fee"]) == ("filled", px, "-0.00008")
    fill = call.get("/api/v5/trade/fills").data[0]
    assert (fill["execType"], fill["feeRate"]) == ("M", "-0.0008")
    second = int(fill["ts"]) // 1000
    target = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1s"
    candle = call.public(f"{target}&after={second}001&limit=1").data[0]
    assert Decimal(candle[3]) < Decimal(px)
    assert call.details()["USDT"]["ordFrozen"] == "0"


def test_amend(call: Caller) -> None:
    """Price and size can change; what is frozen follows; a price that crosses fills."""
    ack = call.place(side="buy", ordType="limit", px="1000", sz="0.5", clOrdId="a1")
    amended = call.post(
        AMEND, {"instId": "BTC-USDT", "clOrdId": "a1", "newPx": "2000", "reqId": "r1"}
    ).data[0]
    assert (amended["ordId"], amended["reqId"]) == (ack["ordId"], "r1")
    assert call.details()["USDT"]["ordFrozen"] == "1000"
    call.post(AMEND, {"instId": "BTC-USDT", "ordId": ack["ordId"], "newSz": "0.01"})
    assert call.details()["USDT"]["ordFrozen"] == "20"
    ask = call.best("asks")
    assert call.post(AMEND, {"instId": "BTC-USDT", "ordId": ack["ordId"], "newPx": ask}).data
    assert call.order(ack["ordId"])["accFillSz"] != "0"


def test_client_ids(call: Caller) -> None:
    """A clOrdId is unique among open orders only; ordId wins where both are given."""
    first = call.place(**LIMIT, clOrdId="same")
    again = call.post(ORDER, LIMIT | {"clOrdId": "same"}).json["data"][0]
    assert (again["sCode"], again["sMsg"]) == ("51016", "Client order ID already exists.")
    call.post(CANCEL, {"instId": "BTC-USDT", "clOrdId": "same"})
    second = call.place(**LIMIT, clOrdId="same")
    target = f"{ORDER}?instId=BTC-USDT&clOrdId=same"
    assert call.get(target).data[0]["ordId"] == second["ordId"]
    assert call.get(f"{target}&ordId={first['ordId']}").data[0]["ordId"] == first["ordId"]


def test_batches(call: Caller) -> None:
    """Code 0, 2 and 1 as all, some or none of a batch are accepted; more than 20 are none."""
    bad = LIMIT | {"sz": "0.000001"}
    done = call.post(BATCH, [LIMIT, LIMIT]).json
    some = call.post(BATCH, [LIMIT, bad]).json
    none = call.post(BATCH, [bad, bad]).json
    assert [(one["code"], one["msg"]) for one in (done, some, none)] == [
        ("0", ""), ("2", "Bulk operation partially successful"), ("1", "All operations failed"),
    ]  # fmt: skip
    assert [item["sCode"] for item in some["data"]] == ["0", "51020"]
    many = call.post(BATCH, [LIMIT] * 21)
    assert (many.json["code"], many.json["data"]) == ("51111", [])
    assert many.json["msg"] == "Maximum 20 orders can be placed in bulk."
    assert len(call.get("/api/v5/trade/orders-pending").data) == 3
    named = [{"instId": "BTC-USDT", "ordId": item["ordId"]} for item in done["data"]]
    cancelled = call.post("/api/v5/trade/cancel-batch-orders", [*named, named[0]]).json
    assert [item["sCode"] for item in cancelled["data"]] == ["0", "0", "51400"]
    assert call.post(BATCH, []).json["code"] == "50000"


def test_history(call: Caller, clock: Clock) -> None:
    """Finished orders are in the history; those cancelled without a fill for two hours only."""
    history = "/api/v5/trade/orders-history?instType=SPOT"
    assert call.get("/api/v5/trade/orders-history").json["code"] == "50014"
    filled = call.place(side="buy", ordType="market", sz="100")["ordId"]
    gone = call.place(**LIMIT)["ordId"]
    call.post(CANCEL, {"instId": "BTC-USDT", "ordId": gone})
    assert [row["ordId"] for row in call.get(history).data] == [gone, filled]
    assert [row["ordId"] for row in call.get(f"{history}&state=filled").data] == [filled]
    clock.now += 7201
    assert [row["ordId"] for row in call.get(history).data] == [filled]


def test_paging_and_filters(call: Caller, clock: Clock) -> None:
    """Orders page by ordId and fills by billId, newest first, cursors left out."""
    ids = []
    for _ in range(5):
        ids.insert(0, call.place(**LIMIT)["ordId"])
        clock.now += 1
    pending = "/api/v5/trade/orders-pending"

    def found(query: str) -> list[str]:
        return [row["ordId"] for row in call.get(f"{pending}?{query}").data]

    assert found("limit=2") == ids[:2]
    assert found(f"after={ids[1]}&limit=2") == ids[2:4]
    assert found(f"before={ids[2]}") == ids[:2]
    assert found("instId=ETH-USDT") == found("instType=SWAP") == found("ordType=post_only") == []
    assert found("limit=101") == found("ordType=post_only,limit&instId=ETH-USDT,BTC-USDT") == ids
    call.place(side="buy", ordType="market", sz="100")
    clock.now += 1
    call.place(side="sell", ordType="market", sz="0.001")
    fills = call.get("/api/v5/trade/fills").data
    assert [fill["side"] for fill in fills] == ["sell", "buy"]
    newest = fills[0]
    later = call.get(f"/api/v5/trade/fills?begin={newest['ts']}").data
    earlier = call.get(f"/api/v5/trade/fills?after={newest['billId']}").data
    assert (later, earlier) == (fills[:1], fills[1:])


@pytest.mark.parametrize(
    "path",
    ["trade/orders-pending", "trade/orders-history?instType=SPOT", "trade/fills", "trade/order"],
)
def test_rows_have_the_documented_trade_fields(call: Caller, path: str) -> None:
    """Orders and fills have exactly the documented fields, in that order."""
    call.place(side="buy", ordType="market", sz="100")
    ack = call.place(**LIMIT)
    query = f"?instId=BTC-USDT&ordId={ack['ordId']}" if path == "trade/order" else ""
    known = endpoint("GET", "/api/v5/" + path.partition("?")[0])
    assert known is not None
    rows = call.get(f"/api/v5/{path}{query}").data
    assert rows
    assert {tuple(row) for row in rows} == {known.fields}


def test_two_accounts(call: Caller, live: Caller) -> None:
    """Demo and live trade on the same market, each with its own money and orders."""
    ack = call.place(**LIMIT)
    assert live.get("/api/v5/trade/orders-pending").data == []
    assert live.get(f"{ORDER}?instId=BTC-USDT&ordId={ack['ordId']}").json["code"] == "51603"
    assert live.details()["USDT"]["availBal"] == "5000"
    assert live.get("/api/v5/account/positions").data == []
