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


@pytest.mark.parametrize("kind", ["SPOT", "SWAP", "FUTURES", "OPTION"])
def test_instruments_are_pushed_whole(public: Listener, call: Caller, kind: str) -> None:
    """A list of instruments begins with all that REST lists; each goes by its number in orders."""
    public.subscribe("instruments", instType=kind)
    pushed = public.until(channel="instruments")["data"]
    family = ""
    if kind == "OPTION":
        target = "/api/v5/public/underlying?instType=OPTION"
        family = "&instFamily=" + ",".join(call.public(target).data[0])
    listed = call.public(f"/api/v5/public/instruments?instType={kind}{family}").data
    assert pushed == listed != []
    assert len({row["instIdCode"] for row in listed}) == len(listed)


def test_an_order_of_a_future(private: Listener, call: Caller) -> None:
    """What ends one day can be ordered by its number as well."""
    future = call.public("/api/v5/public/instruments?instType=FUTURES").data[0]
    order = {"tdMode": "cross", "side": "buy", "ordType": "market", "sz": future["minSz"]}
    private.say("order", order | {"instIdCode": future["instIdCode"]}, id="1")
    ack = private.until(id="1")["data"][0]
    assert ack["sCode"] == "0"
    assert call.order(ack["ordId"], future["instId"])["state"] == "filled"


def test_what_ends_takes_nothing_with_it(public: Listener, call: Caller, clock: Clock) -> None:
    """When a future is delivered nothing more comes of it; what else is listened to goes on."""
    future = call.public("/api/v5/public/instruments?instType=FUTURES").data[0]
    public.subscribe("tickers", instId=future["instId"])
    public.subscribe("tickers", instId="BTC-USDT")
    list(public.heard())
    clock.now = int(future["expTime"]) / 1000 + 1
    assert public.until(channel="tickers")["arg"]["instId"] == "BTC-USDT"
    clock.now += 1
    assert public.until(channel="tickers")["arg"]["instId"] == "BTC-USDT"


def test_positions_and_balances(private: Listener, call: Caller, clock: Clock) -> None:
    """A position is pushed as it is opened and closed, with the balances that this changed."""
    positions = {"channel": "positions", "instType": "SWAP", "instFamily": "BTC-USDT"}
    private.say("subscribe", {"channel": "account"}, {"channel": "balance_and_position"}, positions)
    first = [frame for frame in private.heard() if "data" in frame]
    assert [frame.get("eventType") for frame in first] == ["snapshot", None, "snapshot"]
    order = {"instId": SWAP, "tdMode": "cross", "ordType": "market", "sz": "2"}
    call.place(**order, side="buy")
    heard = {frame["arg"]["channel"]: frame for frame in private.heard()}
    assert heard["account"]["eventType"] == heard["positions"]["eventType"] == "event_update"
    held = call.get("/api/v5/account/positions").data
    assert held[0].items() <= heard["positions"]["data"][0].items()
    details = {row["ccy"]: row for row in heard["account"]["data"][0]["details"]}
    assert details == {"USDT": call.details()["USDT"]}
    both = heard["balance_and_position"]["data"][0]
    assert (both["eventType"], both["balData"][0]["ccy"]) == ("filled", "USDT")
    assert both["balData"][0]["cashBal"] == details["USDT"]["cashBal"]
    assert (both["posData"][0]["posId"], both["posData"][0]["pos"]) == (held[0]["posId"], "2")
    fills = call.get("/api/v5/trade/fills").data
    assert {one["tradeId"] for one in both["trades"]} == {one["tradeId"] for one in fills}
    call.place(**order, side="sell")
    heard = {frame["arg"]["channel"]: frame for frame in private.heard()}
    assert [row["pos"] for row in heard["positions"]["data"]] == ["0"]
    call.place(side="buy", ordType="limit", px="1000", sz="0.1")
    heard = {frame["arg"]["channel"]: frame for frame in private.heard()}
    # An order that rests holds cash back, and moves none.
    assert list(heard) == ["account"]
    clock.now += 6
    assert private.until(channel="account")["eventType"] == "snapshot"


def test_a_resting_order_fills_as_time_goes_by(
    private: Listener, call: Caller, clock: Clock
) -> None:
    """Nobody asks anything: the beat finds the fill, and it is pushed as REST then shows it."""
    private.subscribe("orders", instType="SPOT", instId="BTC-USDT")
    ack = call.place(side="sell", ordType="limit", px=call.best("asks"), sz="0.01")
    list(private.heard())
    for _ in range(600):
        clock.now += 60
        pushed = [frame["data"][0] for frame in private.heard() if "data" in frame]
        if pushed:
            break
    else:
        pushed = [private.until(channel="orders")["data"][0]]
    assert [row["state"] for row in pushed] == ["filled"]
    assert (pushed[0]["execType"], pushed[0]["fillSz"]) == ("M", "0.01")
    assert call.order(ack["ordId"]).items() <= pushed[0].items()
