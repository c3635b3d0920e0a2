"""The rules before an order: what is refused, and with which code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sandbox_caller import AMEND, BATCH, CANCEL, LIMIT, ORDER

if TYPE_CHECKING:
    from sandbox_caller import Caller


MARKET = LIMIT | {"ordType": "market", "px": "", "sz": "100"}


@pytest.mark.parametrize(
    ("changed", "code", "msg"),
    [
        ({"instId": ""}, "50014", "Parameter instId can not be empty."),
        ({"tdMode": ""}, "50014", "Parameter tdMode can not be empty."),
        ({"side": None}, "50014", "Parameter side can not be empty."),
        ({"ordType": ""}, "50014", "Parameter ordType can not be empty."),
        ({"sz": ""}, "50014", "Parameter sz can not be empty."),
        ({"px": ""}, "50014", "Parameter px can not be empty."),
        ({"tdMode": "margin"}, "51000", "Parameter tdMode  error"),
        ({"side": "BUY"}, "51000", "Parameter side  error"),
        ({"ordType": "stop"}, "51000", "Parameter ordType  error"),
        ({"sz": "-1"}, "51000", "Parameter sz  error"),
        ({"sz": "1e3"}, "51000", "Parameter sz  error"),
        ({"sz": "0"}, "51000", "Parameter sz  error"),
        ({"px": "1,000"}, "51000", "Parameter px  error"),
        ({"px": "1000.01"}, "51000", "Parameter px  error"),
        ({"clOrdId": "a-b"}, "51000", "Parameter clOrdId  error"),
        ({"clOrdId": "a" * 33}, "51000", "Parameter clOrdId  error"),
        ({"tag": "a" * 17}, "51000", "Parameter tag  error"),
    ],
)
def test_bad_parameters_are_bad_requests(
    call: Caller, changed: dict[str, Any], code: str, msg: str
) -> None:
    """A bad parameter of a single order is HTTP 400; in a batch it is the item's sCode."""
    answer = call.post(ORDER, LIMIT | changed)
    assert (answer.status, answer.json) == (400, {"code": code, "data": [], "msg": msg})
    batch = call.post(BATCH, [LIMIT | changed])
    assert (batch.status, batch.json["code"], batch.json["msg"]) == (200, "1", "")
    assert (batch.json["data"][0]["sCode"], batch.json["data"][0]["sMsg"]) == (code, msg)


@pytest.mark.parametrize(
    ("order", "code", "msg"),
    [
        (LIMIT | {"instId": "XXX-USDT"}, "51001", "Instrument ID doesn't exist."),
        (LIMIT | {"tdMode": "cross"}, "50038", "The sandbox does not offer tdMode cross for a spot pair"),
        (LIMIT | {"attachAlgoOrds": [{"tpTriggerPx": "1", "tpOrdPx": "-1"}]}, "51046",
         "The take profit trigger price must be higher than the order price"),
        (LIMIT | {"sz": "0.000001"}, "51020",
         "Your order should meet or exceed the minimum order amount."),
        (MARKET | {"sz": "0.01"}, "51020",
         "Your order should meet or exceed the minimum order amount."),
        (LIMIT | {"sz": "0.010000001"}, "51121",
         "Order quantity must be a multiple of the lot size"),
        (LIMIT | {"sz": "101"}, "51008", "Order failed. Insufficient USDT balance in account "),
        (LIMIT | {"side": "sell", "sz": "1.01"}, "51008",
         "Order failed. Insufficient BTC balance in account "),
        (MARKET | {"sz": "100001"}, "51008",
         "Order failed. Insufficient USDT balance in account "),
        (MARKET | {"sz": "1000", "tgtCcy": "base_ccy"}, "51008",
         "Order failed. Insufficient USDT balance in account "),
        (MARKET | {"side": "sell", "sz": "2"}, "51008",
         "Order failed. Insufficient BTC balance in account "),
    ],
)  # fmt: skip
def test_rejected_orders(call: Caller, order: dict[str, Any], code: str, msg: str) -> None:
    """A rejected order is HTTP 200, code 1, with an item that has no ordId; keys are sorted."""
    answer = call.post(ORDER, order | {"clOrdId": "mine", "tag": "t"})
    assert answer.status == 200
    assert list(answer.json) == ["code", "data", "inTime", "msg", "outTime"]
    assert (answer.json["code"], answer.json["msg"]) == ("1", "All operations failed")
    assert list(answer.json["data"][0].items()) == [
        ("clOrdId", "mine"), ("ordId", ""), ("sCode", code), ("sMsg", msg), ("subCode", ""),
        ("tag", "t"), ("ts", "1772508800500"),
    ]  # fmt: skip
    assert call.details()["USDT"]["cashBal"] == "100000"


@pytest.mark.parametrize(
    ("change", "code"),
    [({}, "50014"), ({"newSz": "0.000001"}, "51020"), ({"newPx": "1000.01"}, "51000"),
     ({"newSz": "101"}, "51008")],
)  # fmt: skip
def test_amend_that_fails(call: Caller, change: dict[str, str], code: str) -> None:
    """A failed amendment leaves the order alone, unless cxlOnFail asks for its end."""
    named = {"instId": "BTC-USDT", "ordId": call.place(**LIMIT)["ordId"]}
    answer = call.post(AMEND, named | change).json
    assert (answer["data"][0]["sCode"] if answer["data"] else answer["code"]) == code
    assert call.order(named["ordId"])["state"] == "live"
    call.post(AMEND, named | change | {"cxlOnFail": True})
    assert call.order(named["ordId"])["state"] == "canceled"


def test_unknown_orders(call: Caller) -> None:
    """An unknown order: 51603 asked for, 51400 cancelled, 51503 amended; and no id is 51003."""
    named = {"instId": "BTC-USDT", "ordId": "1"}
    asked = call.get(f"{ORDER}?instId=BTC-USDT&ordId=1")
    assert (asked.status, asked.body) == (
        200, b'{"code":"51603","data":[],"msg":"Order does not exist."}',
    )  # fmt: skip
    cancelled = call.post(CANCEL, named).json
    assert (cancelled["code"], cancelled["msg"]) == ("1", "All operations failed")
    assert cancelled["data"][0] == {
        "clOrdId": "", "ordId": "1", "sCode": "51400", "ts": "1772508800500",
        "sMsg": "Order cancellation failed as the order has been filled, canceled or does not "
                "exist",
    }  # fmt: skip
    amended = call.post(AMEND, named | {"newSz": "1"}).json["data"][0]
    assert (amended["sCode"], amended["ordId"]) == ("51503", "1")
    assert call.get(f"{ORDER}?instId=BTC-USDT").json["code"] == "51003"
    ack = call.place(**LIMIT)
    elsewhere = call.get(f"{ORDER}?instId=ETH-USDT&ordId={ack['ordId']}")
    assert elsewhere.json["code"] == "51603"
