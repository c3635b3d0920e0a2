"""What streams say, and how they follow from what REST says at the same instant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from stream_listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

SWAP = "BTC-USDT-SWAP"


@pytest.fixture
def public(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox) as listener:
        yield listener


@pytest.fixture
def private(sandbox: Sandbox, clock: Clock) -> Iterator[Listener]:
    with Listener(sandbox, "private") as listener:
        assert listener.login(sandbox.demo, clock.now)["event"] == "login"
        yield listener


def test_ping(public: Listener) -> None:
    """The text ping is answered with the text pong."""
    public.socket.send("ping")
    assert public.socket.recv() == "pong"


def test_answers_of_a_subscription(public: Listener) -> None:
    """Each argument has an answer of its own that echoes it and the id; one bad one hurts no other."""
    args = [{"channel": name, "instId": "BTC-USDT"} for name in ("tickers", "nothing", "trades")]
    public.say("subscribe", *args, id="a1")
    answers = [frame for frame in public.heard() if "event" in frame]
    conn_id = answers[0]["connId"]
    assert len(bytes.fromhex(conn_id)) == 4
    good = [
        {"id": "a1", "event": "subscribe", "arg": arg, "connId": conn_id}
        for arg in (args[0], args[2])
    ]
    assert answers == [good[0], answers[1], good[1]]
    assert answers[1] == {
        "id": "a1",
        "event": "error",
        "msg": "Wrong URL or channel:nothing,instId:BTC-USDT doesn't exist. Please use the correct"
        " URL, channel and parameters referring to API document.",
        "code": "60018",
        "connId": conn_id,
    }


@pytest.mark.parametrize(
    ("channel", "inst_id", "target"),
    [
        ("tickers", "BTC-USDT", "/market/ticker?instId=BTC-USDT"),
        ("mark-price", SWAP, f"/public/mark-price?instType=SWAP&instId={SWAP}"),
        ("index-tickers", "BTC-USDT", "/market/index-tickers?instId=BTC-USDT"),
        ("funding-rate", SWAP, f"/public/funding-rate?instId={SWAP}"),
        ("open-interest", SWAP, f"/public/open-interest?instType=SWAP&instId={SWAP}"),
        ("price-limit", SWAP, f"/public/price-limit?instId={SWAP}"),
    ],
)
def test_a_push_is_the_row_of_rest(
    public: Listener, call: Caller, clock: Clock, channel: str, inst_id: str, target: str
) -> None:
    """What is pushed, at first and later, is what REST answers at that instant, to the byte."""
    public.subscribe(channel, instId=inst_id)
    rows = public.until(channel=channel)["data"]
    assert rows == call.public(f"/api/v5{target}").data
    clock.now = clock.now // 30 * 30 + 30
    later = public.until(channel=channel)["data"]
    assert later == call.public(f"/api/v5{target}").data != rows


def test_trades_are_those_of_rest(public: Listener, call: Caller, clock: Clock) -> None:
    """Every trade comes, once and in order, however long it takes; the fields are those of REST."""
    public.subscribe("trades", instId="BTC-USDT")
    heard = public.until(channel="trades")["data"]
    for seconds in (1, 5, 130):
        clock.now += seconds
        newest = call.public("/api/v5/market/trades?instId=BTC-USDT&limit=1").data[0]["tradeId"]
        while heard[-1]["tradeId"] != newest:
            heard += public.until(channel="trades")["data"]
    assert all(trade.pop("count") == "1" for trade in heard)
    assert len(heard) > 130
    assert (
        heard
        == call.public("/api/v5/market/trades?instId=BTC-USDT&limit=500").data[len(heard) - 1 :: -1]
    )


def test_orders_over_the_socket(private: Listener, call: Caller) -> None:
    """An order is placed, amended and cancelled; each step is pushed as REST shows it then."""
    answer = private.subscribe("orders", instType="ANY")
    assert answer["event"] == "subscribe"
    assert private.hear()["event"] == "channel-conn-count"
    order = {"instIdCode": 10001, "tdMode": "cash", "side": "buy", "ordType": "limit"}
    private.say("order", order | {"px": "1000", "sz": "0.1"}, id="7")
    answer = private.hear()
    ack = answer["data"][0]
    assert (answer["id"], answer["op"], answer["code"], ack["sCode"]) == ("7", "order", "0", "0")
    assert_pushed(private, call.order(ack["ordId"]), state="live", amendResult="", execType="M")
    named = {"instIdCode": 10001, "ordId": ack["ordId"]}
    private.say("amend-order", named | {"newPx": "1001", "reqId": "r1"}, id="8")
    assert private.hear()["code"] == "0"
    assert_pushed(private, call.order(ack["ordId"]), px="1001", amendResult="0", reqId="r1")
    private.say("batch-cancel-orders", named, named, id="9")
    answer = private.hear()
    assert (answer["code"], [one["sCode"] for one in answer["data"]]) == ("2", ["0", "51400"])
    assert_pushed(private, call.order(ack["ordId"]), state="canceled", amendResult="")


def assert_pushed(listener: Listener, row: dict[str, Any], **more: str) -> None:
    pushed = listener.hear()["data"][0]
    assert (row | more).items() <= pushed.items(), (row, pushed)


def test_an_order_over_rest_is_pushed_at_once(
    private: Listener, call: Caller, clock: Clock
) -> None:
    """Who listens hears of an order placed over REST, and of each fill once, without a beat."""
    private.subscribe("orders", instType="SPOT")
    private.subscribe("orders", instType="SWAP")
    list(private.heard())
    now = clock.now
    ack = call.place(side="sell", ordType="market", sz="1")
    pushed = [frame["data"][0] for frame in private.heard()]
    fills = call.get(f"/api/v5/trade/fills?ordId={ack['ordId']}").data
    assert len(fills) > 1
    assert [row["tradeId"] for row in pushed] == ["", *(fill["tradeId"] for fill in fills[::-1])]
    assert [row["state"] for row in pushed[1:]] == ["partially_filled"] * (len(fills) - 1) + [
        "filled"
    ]
    assert pushed[-1].items() >= call.order(ack["ordId"]).items()
    assert clock.now == now
