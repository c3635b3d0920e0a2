"""Algo orders: what is refused, amended, cancelled and listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from algo_calls import SWAP, TRADE, algo, px, sent, shown, taken

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock


@pytest.mark.parametrize(
    ("kind", "values", "code"),
    [
        ("conditional", {"slTriggerPx": "60000", "slOrdPx": "-1"}, "51280"),
        ("conditional", {"tpTriggerPx": "40000", "tpOrdPx": "-1"}, "51279"),
        ("conditional", {"side": "buy", "slTriggerPx": "40000", "slOrdPx": "-1"}, "51278"),
        ("conditional", {"side": "buy", "tpTriggerPx": "60000", "tpOrdPx": "-1"}, "51277"),
        ("conditional",
         {"side": "buy", "tpTriggerPx": "60000", "tpOrdPx": "-1", "tpTriggerPxType": "mark"}, "51300"),
        ("conditional",
         {"slTriggerPx": "60000", "slOrdPx": "-1", "slTriggerPxType": "index"}, "51308"),
        ("conditional", {}, "50015"),
        ("conditional", {"slTriggerPx": "40000"}, "50014"),
        ("conditional", {"slOrdPx": "-1"}, "50014"),
        ("conditional", {"slTriggerPx": "40000.05", "slOrdPx": "-1"}, "51000"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-2"}, "51000"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "sz": ""}, "50015"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "sz": "0.001"}, "51020"),
        ("conditional",
         {"slTriggerPx": "40000", "slOrdPx": "-1", "sz": "1", "closeFraction": "1"}, "50024"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "closeFraction": "1"}, "51328"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "39000", "closeFraction": "1",
                         "reduceOnly": "true"}, "51330"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "closeFraction": "0.5"}, "51000"),
        ("conditional", {"instId": "BTC-USDT", "tdMode": "cash", "slTriggerPx": "40000",
                         "slOrdPx": "-1", "closeFraction": "1"}, "51327"),
        ("conditional", {"instId": "BTC-USDT", "tdMode": "cash", "slTriggerPx": "40000",
                         "slOrdPx": "-1", "slTriggerPxType": "mark"}, "51000"),
        ("conditional", {"instId": "BTC-USDT", "slTriggerPx": "40000", "slOrdPx": "-1"}, "50038"),
        ("conditional", {"instId": "NO-USDT", "slTriggerPx": "40000", "slOrdPx": "-1"}, "51001"),
        ("conditional", {"instId": "BTC-USD-SWAP", "slTriggerPx": "4", "slOrdPx": "-1"}, "50038"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "algoClOrdId": "a-b"}, "51000"),
        ("conditional", {"slTriggerPx": "40000", "slOrdPx": "-1", "sz": "30001"}, "51202"),
        ("oco", {"slTriggerPx": "40000", "slOrdPx": "-1"}, "50014"),
        ("trigger", {"triggerPx": "60000"}, "50014"),
        ("trigger", {"orderPx": "-1"}, "50014"),
        ("trigger", {"instId": "BTC-USDT", "tdMode": "cash", "triggerPx": "60000", "orderPx": "-1",
                     "tgtCcy": "quote_ccy"}, "51281"),
        ("move_order_stop", {}, "50015"),
        ("move_order_stop", {"callbackRatio": "0.1", "callbackSpread": "1"}, "50024"),
        ("move_order_stop", {"callbackRatio": "1.1"}, "51311"),
        ("move_order_stop", {"callBackRatio": "0.1"}, "50015"),
        ("move_order_stop", {"callbackRatio": "0.1", "activePx": "40000"}, "51258"),
        ("move_order_stop", {"side": "buy", "callbackRatio": "0.1", "activePx": "60000"}, "51259"),
        ("chase", {}, "50038"),
        ("twap", {}, "50038"),
    ],
)  # fmt: skip
def test_algo_orders_that_are_refused(
    call: Caller, kind: str, values: dict[str, str], code: str
) -> None:
    """Each with OKX's code as an item, and nothing is left of it."""
    item = algo(call, kind, **values)
    assert (item["sCode"], bool(item["sMsg"])) == (code, True)
    assert item.get("algoId", "") == ""
    for pending in ("conditional,oco", "trigger", "move_order_stop"):
        assert call.get(f"{TRADE}/orders-algo-pending?ordType={pending}").data == []


@pytest.mark.parametrize(
    ("order", "item", "code"),
    [
        ({"px": "50000"}, {"tpTriggerPx": "49000", "tpOrdPx": "-1"}, "51046"),
        ({"px": "50000"}, {"slTriggerPx": "51000", "slOrdPx": "-1"}, "51047"),
        ({"px": "52000", "side": "sell"}, {"tpTriggerPx": "53000", "tpOrdPx": "-1"}, "51048"),
        ({"px": "52000", "side": "sell"}, {"slTriggerPx": "51000", "slOrdPx": "-1"}, "51049"),
        ({}, {"tpTriggerPx": "49000", "tpOrdPx": "-1"}, "51050"),
        ({}, {"slTriggerPx": "60000", "slOrdPx": "-1"}, "51051"),
        ({"side": "sell"}, {"tpTriggerPx": "60000", "tpOrdPx": "-1"}, "51052"),
        ({"side": "sell"}, {"slTriggerPx": "40000", "slOrdPx": "-1"}, "51053"),
        ({"reduceOnly": "true"}, {"slTriggerPx": "40000", "slOrdPx": "-1"}, "51333"),
        ({}, {"slTriggerRatio": "-0.1", "slOrdPx": "-1"}, "51000"),
        ({}, {"slTriggerRatio": "1", "slOrdPx": "-1"}, "51000"),
        ({"side": "sell"}, {"slTriggerRatio": "-0.1", "slOrdPx": "-1"}, "51000"),
        ({"side": "sell"}, {"tpTriggerRatio": "0.1", "tpOrdPx": "-1"}, "51000"),
        ({}, {"tpTriggerRatio": "-0.1", "tpOrdPx": "-1"}, "51000"),
        ({"instId": "BTC-USDT", "tdMode": "cash"}, {"tpTriggerRatio": "0.1", "tpOrdPx": "-1"}, "51000"),
        ({}, {}, "50015"),
    ],
)  # fmt: skip
def test_attached_stops_that_are_refused(
    call: Caller, order: dict[str, str], item: dict[str, str], code: str
) -> None:
    """The order is refused with its stop: there is neither then."""
    kind = "limit" if "px" in order else "market"
    wanted = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": kind, "sz": "1"}
    assert sent(call, "order", wanted | order | {"attachAlgoOrds": [item]})["sCode"] == code
    assert call.get(f"{TRADE}/orders-pending").data == []
    assert call.get("/api/v5/account/positions").data == []


def test_amend(call: Caller) -> None:
    """Size, trigger, price and kind of price change; 0 takes a leg away, and one may be added."""
    stop = {"slTriggerPx": px(call, 0.9), "slOrdPx": "-1", "algoClOrdId": "mine"}
    algo_id = taken(call, "conditional", **stop)
    named = {"instId": SWAP, "algoId": algo_id}
    new = {"newSlTriggerPx": px(call, 0.8), "newSz": "3", "newSlTriggerPxType": "mark"}
    answer = sent(call, "amend-algos", named | new | {"newSlOrdPx": px(call, 0.79), "reqId": "r"})
    assert answer == {
        "algoId": algo_id, "algoClOrdId": "mine", "reqId": "r", "sCode": "0", "sMsg": "",
    }  # fmt: skip
    row = shown(call, algo_id)
    assert (row["slTriggerPx"], row["sz"], row["slTriggerPxType"], row["slOrdPx"]) == (
        new["newSlTriggerPx"], "3", "mark", px(call, 0.79),
    )  # fmt: skip
    add = {"newTpTriggerPx": px(call, 1.2), "newTpOrdPx": "-1"}
    assert sent(call, "amend-algos", named | add)["sCode"] == "0"
    assert sent(call, "amend-algos", named | {"newSlTriggerPx": "0"})["sCode"] == "0"
    row = shown(call, algo_id)
    assert (row["slTriggerPx"], row["tpTriggerPx"]) == ("", add["newTpTriggerPx"])


def test_amend_that_fails(call: Caller) -> None:
    """Each with OKX's code; with cxlOnFail it is cancelled then."""
    algo_id = taken(call, "conditional", slTriggerPx=px(call, 0.9), slOrdPx="-1")
    trailing = taken(call, "move_order_stop", callbackRatio="0.5")
    named = {"instId": SWAP, "algoId": algo_id}
    for changed, code in (
        ({}, "51500"),
        ({"newSlTriggerPx": px(call, 1.1)}, "51280"),
        ({"newSlTriggerPx": "0"}, "51531"),
        ({"newSz": "0.001"}, "51020"),
        ({"newSlOrdPx": "x"}, "51000"),
        ({"algoId": "7", "newSz": "2"}, "51503"),
        ({"instId": "ETH-USDT-SWAP", "newSz": "2"}, "51503"),
        ({"algoId": trailing, "newSz": "2"}, "51506"),
        ({"algoId": "", "newSz": "2"}, "50015"),
    ):
        assert sent(call, "amend-algos", named | changed)["sCode"] == code
        assert shown(call, algo_id)["state"] == "live"
    sent(call, "amend-algos", named | {"newSz": "0.001", "cxlOnFail": "true"})
    assert shown(call, algo_id)["state"] == "canceled"


def test_cancel(call: Caller) -> None:
    """By either id, ten at once; what is not there is 51400."""
    far = {"triggerPx": px(call, 0.5), "orderPx": "-1"}
    first = taken(call, "trigger", **far)
    taken(call, "trigger", algoClOrdId="mine", **far)
    assert algo(call, "trigger", algoClOrdId="mine", **far)["sCode"] == "51065"
    wanted = [{"algoId": first}, {"algoClOrdId": "mine"}, {"algoId": "7"}, {"algoId": first}]
    items = [{"instId": SWAP} | each for each in wanted]
    answer = call.post(f"{TRADE}/cancel-algos", items).json
    assert [item["sCode"] for item in answer["data"]] == ["0", "0", "51400", "51400"]
    assert call.get(f"{TRADE}/orders-algo-pending?ordType=trigger").data == []
    rows = call.get(f"{TRADE}/orders-algo-history?ordType=trigger&state=canceled").data
    assert {row["algoClOrdId"] for row in rows} == {"", "mine"}
    assert call.post(f"{TRADE}/cancel-algos", [items[0]] * 11).json["code"] == "51406"


def test_what_answers_look_like(call: Caller) -> None:
    """As live ones do: no times, no message, a bad parameter as an item with HTTP 200."""
    wanted = {"instId": SWAP, "tdMode": "x", "side": "sell", "ordType": "trigger", "sz": "1"}
    answer = call.post(f"{TRADE}/order-algo", wanted)
    item = dict.fromkeys(("algoClOrdId", "algoId", "clOrdId", "tag"), "")
    item |= {"sCode": "51000", "sMsg": "Parameter tdMode  error"}
    assert (answer.status, answer.json) == (200, {"code": "1", "data": [item], "msg": ""})


def test_lists_of_algo_orders(call: Caller) -> None:
    """They come in pages by algoId, want a kind, and the history a state or an id."""
    far = {"triggerPx": px(call, 0.5), "orderPx": "-1"}
    ids = [taken(call, "trigger", **far) for _ in range(5)]
    pending = f"{TRADE}/orders-algo-pending?ordType=trigger"
    assert [row["algoId"] for row in call.get(pending).data] == ids[::-1]
    page = call.get(f"{pending}&limit=2&after={ids[3]}").data
    assert [row["algoId"] for row in page] == [ids[2], ids[1]]
    assert call.get(f"{pending}&instId=BTC-USDT").data == []
    assert call.get(f"{TRADE}/orders-algo-pending").json["code"] == "50014"
    assert call.get(f"{TRADE}/orders-algo-history?ordType=trigger").json["code"] == "50015"
    assert call.get(f"{TRADE}/order-algo").json["code"] == "50015"
    assert call.get(f"{TRADE}/order-algo?algoId=7").json["code"] == "51603"


def test_so_many_may_wait(call: Caller) -> None:
    """Fifty trailing stops of an instrument, and not one more."""
    codes = [algo(call, "move_order_stop", callbackRatio="0.9")["sCode"] for _ in range(51)]
    assert codes == ["0"] * 50 + ["51260"]


def test_cancel_all_after_ends_algo_orders(call: Caller, clock: Clock) -> None:
    """Those of the tag, at its time."""
    far = {"triggerPx": px(call, 0.5), "orderPx": "-1"}
    mine, other = taken(call, "trigger", tag="mine", **far), taken(call, "trigger", **far)
    call.post(f"{TRADE}/cancel-all-after", {"timeOut": "10", "tag": "mine"})
    clock.now += 11
    assert (shown(call, mine)["state"], shown(call, other)["state"]) == ("canceled", "live")
