"""Too many connections, requests, listeners and orders on streams."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from sandbox_caller import Caller, Clock
from stream_listener import Listener
from websockets.exceptions import InvalidStatus

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def private(sandbox: Sandbox) -> Iterator[Listener]:
    with Listener(sandbox, "private") as listener:
        yield listener


@pytest.fixture
def limited(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox.start(seed=11, clock=clock) as running:
        yield running


def test_too_many_connections(limited: Sandbox, clock: Clock) -> None:
    """A fourth connection within a second is turned away; REST goes on."""
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Listener(limited))
        with pytest.raises(InvalidStatus, match="429"), Listener(limited):
            pass
        caller = Caller(limited, clock)
        stack.callback(caller.connection.close)
        assert caller.public("/api/v5/public/time").status == 200
        clock.now += 1
        stack.enter_context(Listener(limited))


def test_too_many_requests(limited: Sandbox) -> None:
    """A connection may ask 480 times an hour; another one begins anew."""
    with Listener(limited) as listener:
        for _ in range(481):
            listener.say("unsubscribe", {"channel": "status"})
        answers = [frame.get("code") for frame in listener.heard()]
        assert answers == [None] * 480 + ["60014"]
    with Listener(limited) as listener:
        assert listener.subscribe("status")["event"] == "subscribe"


def test_too_many_listeners(limited: Sandbox, clock: Clock) -> None:
    """A 31st connection to a channel of the account is told so, and hears nothing; until one goes."""
    with ExitStack() as stack:

        def another() -> tuple[Listener, dict[str, Any]]:
            clock.now += 1
            listener = stack.enter_context(Listener(limited, "private"))
            listener.login(limited.demo, clock.now)
            listener.subscribe("orders", instType="ANY")
            return listener, listener.hear()

        told = [another() for _ in range(31)]
        assert [count["connCount"] for _, count in told] == [*map(str, range(1, 31)), "30"]
        assert told[29][1]["event"] == "channel-conn-count"
        assert told[30][1]["event"] == "channel-conn-count-error"
        caller = Caller(limited, clock)
        stack.callback(caller.connection.close)
        caller.place(side="buy", ordType="limit", px="1000", sz="0.1")
        assert [frame["arg"]["channel"] for frame in told[0][0].heard()] == ["orders"]
        assert list(told[30][0].heard()) == []
        told[0][0].say("unsubscribe", {"channel": "orders", "instType": "ANY"})
        list(told[0][0].heard())
        assert another()[1]["event"] == "channel-conn-count"


def test_limits_of_orders_are_those_of_rest(limited: Sandbox, clock: Clock) -> None:
    """Orders over REST and over the socket count together; batches and cancels on their own."""
    order = {"tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1", "sz": "0.1"}
    caller = Caller(limited, clock)
    with closing(caller.connection), Listener(limited, "private") as listener:
        listener.login(limited.demo, clock.now)
        codes = []
        for number in range(61):
            if number % 2:
                answer = caller.post("/api/v5/trade/order", order | {"instId": "BTC-USDT"}).json
            else:
                listener.say("order", order | {"instIdCode": 10001}, id="1")
                answer = listener.hear()
            codes.append(answer["code"])
        assert codes == ["0"] * 60 + ["50011"]
