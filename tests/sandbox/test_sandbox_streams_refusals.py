"""What streams refuse: log-ins, channels and operations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox_caller import Caller, Clock, signature
from stream_listener import Listener

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox import Sandbox


@pytest.fixture
def public(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox) as listener:
        yield listener


@pytest.fixture
def private(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox, "private") as listener:
        yield listener


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"timestamp": "2026-03-03T03:33:20.000Z"}, "60004"),
        ({"timestamp": ""}, "60004"),
        ({"timestamp": "1772508831"}, "60006"),
        ({"timestamp": "1772508800000"}, "60006"),
        ({"apiKey": "made-up"}, "60005"),
        ({"apiKey": str(UUID(int=1))}, "60032"),
        ({"passphrase": "wrong"}, "60024"),
        ({"sign": "wrong"}, "60007"),
        ({"sign": "\u00e9"}, "60007"),
    ],
)
def test_a_log_in_is_refused(
    private: Listener, clock: Clock, sandbox: Sandbox, changed: dict[str, str], code: str
) -> None:
    """Each broken rule of a log-in has its code; a good log-in is taken after it, and only one."""
    refused = private.login(sandbox.demo, clock.now, **changed)
    assert (refused["event"], refused["code"]) == ("error", code)
    assert refused["msg"]
    assert private.login(sandbox.demo, clock.now)["event"] == "login"
    assert private.login(sandbox.demo, clock.now)["code"] == "60031"


def test_the_time_of_a_log_in_may_have_a_fraction(
    private: Listener, sandbox: Sandbox, clock: Clock
) -> None:
    """Fractions of a second are taken, if they are signed as they are sent."""
    stamp = f"{clock.now:.3f}"
    sign = signature(sandbox.demo.secret, f"{stamp}GET/users/self/verify".encode())
    assert private.login(sandbox.demo, clock.now, timestamp=stamp, sign=sign)["event"] == "login"


def test_whose_keys(sandbox: Sandbox, clock: Clock) -> None:
    """A socket is for demo keys, as the sandbox is dressed, or for those its handshake names."""
    header = {"x-simulated-trading": "0"}
    with Listener(sandbox, "private") as demo:
        assert demo.login(sandbox.live, clock.now)["code"] == "50101"
    with Listener(sandbox, "private", additional_headers=header) as live:
        assert live.login(sandbox.demo, clock.now)["code"] == "50101"
        assert live.login(sandbox.live, clock.now)["event"] == "login"


def test_what_a_key_may(sandbox: Sandbox, clock: Clock) -> None:
    """Permissions, addresses and the end of a key are those of REST."""
    reads = sandbox.make_key(permissions=["read_only"])
    trades = sandbox.make_key(permissions=["trade"])
    elsewhere = sandbox.make_key(addresses=["10.0.0.1"])
    ended = sandbox.make_key(expires=clock.now)
    order = {"instIdCode": 10001, "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "9"}
    with Listener(sandbox, "private") as listener:
        assert listener.login(elsewhere, clock.now)["code"] == "60009"
        assert listener.login(ended, clock.now)["code"] == "60032"
        assert listener.login(reads, clock.now)["event"] == "login"
        listener.say("order", order, id="1")
        assert listener.until(id="1")["code"] == "50120"
    with Listener(sandbox, "private") as listener:
        assert listener.login(trades, clock.now)["event"] == "login"
        assert listener.subscribe("account")["code"] == "50120"
        listener.say("order", order, id="1")
        assert listener.until(id="1")["code"] == "0"


@pytest.mark.parametrize(
    ("url", "arg", "code"),
    [
        ("public", {"channel": "orders", "instType": "ANY"}, "60018"),
        ("public", {"channel": "candle1m", "instId": "BTC-USDT"}, "60018"),
        ("business", {"channel": "candle1h", "instId": "BTC-USDT"}, "60018"),
        ("business", {"channel": "candle1H", "instId": "NO-ONE"}, "60018"),
        ("public", {"channel": "tickers"}, "60018"),
        ("public", {"channel": "tickers", "instId": ["BTC-USDT"]}, "60018"),
        ("public", {"channel": None}, "60018"),
        ("private", {"channel": "orders", "instType": "ANY"}, "60011"),
        ("public", {"channel": "books-l2-tbt", "instId": "BTC-USDT"}, "60011"),
    ],
)
def test_a_subscription_is_refused(
    sandbox: Sandbox, url: str, arg: dict[str, Any], code: str
) -> None:
    """A channel must be there, at this URL, with its arguments, and for who is logged in."""
    with Listener(sandbox, url) as listener:
        listener.say("subscribe", arg)
        assert listener.hear()["code"] == code


@pytest.mark.parametrize(
    "arg",
    [
        {"channel": "orders"},
        {"channel": "orders", "instType": "STOCKS"},
        {"channel": "orders", "instType": "SPOT", "instId": "NO-ONE"},
    ],
)
def test_a_private_subscription_is_refused(
    private: Listener, sandbox: Sandbox, clock: Clock, arg: dict[str, str]
) -> None:
    """What an account cannot have is not listened to."""
    private.login(sandbox.demo, clock.now)
    private.say("subscribe", arg)
    assert private.hear()["code"] == "60018"


@pytest.mark.parametrize("channel", ["books-l2-tbt", "books50-l2-tbt"])
def test_a_fee_tier(public: Listener, sandbox: Sandbox, clock: Clock, channel: str) -> None:
    """The fastest books are for those who trade a lot; one may log in at the public URL for them."""
    public.login(sandbox.demo, clock.now)
    assert public.subscribe(channel, instId="BTC-USDT")["code"] == "64003"


@pytest.mark.parametrize(
    ("url", "op", "args", "code"),
    [
        ("public", "order", [{}], "60028"),
        ("private", "order", [{}], "60011"),
        ("private", "dance", [{}], "60019"),
        ("private", "login", [{}, {}], "60013"),
    ],
)
def test_an_operation_is_refused(
    sandbox: Sandbox, url: str, op: str, args: list[dict[str, str]], code: str
) -> None:
    """Operations are for the private URL and who is logged in, and must be known; the id comes back."""
    with Listener(sandbox, url) as listener:
        listener.say(op, *args, id="x")
        answer = listener.hear()
        assert (answer["event"], answer["code"], answer["id"]) == ("error", code, "x")


def test_orders_are_refused_one_by_one(private: Listener, sandbox: Sandbox, clock: Clock) -> None:
    """Each order of a batch has its own refusal; an instrument goes by its number alone."""
    private.login(sandbox.demo, clock.now)
    good = {"tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1000", "sz": "0.1"}
    orders = [{"instId": "BTC-USDT"}, {"instIdCode": 1}, {"instIdCode": 10001}]
    private.say("batch-orders", *(good | order for order in orders), id="b")
    answer = private.hear()
    assert [ack["sCode"] for ack in answer["data"]] == ["50014", "51001", "0"]
    assert answer["data"][0]["sMsg"] == "Parameter instIdCode can not be empty."
    assert answer["code"] == "2"
    private.say("order", good | orders[2], good | orders[2], id="two")
    assert private.hear()["code"] == "60013"
    private.say("order", good | orders[2], id="late", expTime="1")
    assert private.hear()["code"] == "50036"


MALFORMED = [
    "",
    "{",
    "[]",
    "null",
    '"ping"',
    "\x00",
    '{"op": "subscribe"}',
    '{"op": "subscribe", "args": {"channel": "tickers"}}',
    '{"op": "subscribe", "args": ["tickers"]}',
    '{"op": "subscribe", "args": []}',
    '{"op": ["subscribe"], "args": [{}]}',
    '{"op": "subscribe", "args": [{}], "id": 1' + "0" * 5000 + "}",
    "[" * 5000,
]


@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_request(public: Listener, text: str) -> None:
    """What is no request comes back with 60012, and the connection lives on."""
    public.socket.send(text)
    assert public.hear()["msg"] == f"Illegal request: {text}"
    assert list(public.heard()) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["channel", "instId", "instType", "apiKey", "timestamp", "extraParams"])
ARGS = st.lists(st.dictionaries(NAMES, VALUES | st.just("tickers")), max_size=3)
OPS = st.sampled_from(["login", "subscribe", "unsubscribe", "order", "amend-order"]) | VALUES


@given(st.dictionaries(st.sampled_from(["op", "args", "id", "expTime"]), VALUES | OPS | ARGS))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_strange_requests(public: Listener, value: dict[str, Any]) -> None:
    """Whatever a request holds, it is answered, and the connection lives on."""
    public.socket.send(json.dumps(value))
    # Whoever does not listen may stop: that is no error.
    assert all(frame["event"] in {"error", "unsubscribe"} for frame in public.heard())


def test_a_request_that_is_too_long(public: Listener) -> None:
    """More than 64 KB at once end the connection."""
    public.say("subscribe", *[{"channel": "tickers", "instId": "BTC-USDT"}] * 1500)
    assert public.closed() == 1009


UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize("headers", [{"Origin": "https://a.example"}, {"Host": "a.example"}])
def test_web_pages_do_not_get_in(call: Caller, headers: dict[str, str]) -> None:
    """A handshake that a page of another site makes is refused, as its REST requests are."""
    assert call.public("/ws/v5/public", **UPGRADE, **headers).status == 403


def test_other_paths_are_no_streams(call: Caller) -> None:
    """There are three URLs; REST answers at others, and a plain GET of them."""
    assert call.public("/ws/v5/spread", **UPGRADE).status == 404
    assert call.public("/ws/v5/public").status == 404
