"""okx-api, unmodified, on the sandbox's streams, where its modules are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clientcalls import right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

MODULES = os.environ.get("OKX_MAGIC_NODE_MODULES", "")
pytestmark = pytest.mark.skipif(
    not MODULES,
    reason="OKX_MAGIC_NODE_MODULES does not say where okx-api is",
)
SPEAKER = Path(__file__).with_name("okx_api_streams.mjs")


class Speaker:
    """A process of Node that listens and makes calls."""

    def __init__(self, sandbox: Sandbox, node: subprocess.Popen[str]) -> None:
        self._sandbox, self._node = sandbox, node

    def say(self, url: str, **asked: Any) -> None:
        keys, ws = self._sandbox.demo, self._sandbox.url.replace("http", "ws", 1)
        account = {"apiKey": keys.key, "apiSecret": keys.secret, "apiPass": keys.passphrase}
        options = {"wsUrl": f"{ws}/ws/v5/{url}", "accounts": [account], "demoTrading": True}
        assert self._node.stdin is not None
        self._node.stdin.write(json.dumps({"options": options, **asked}) + "\n")
        self._node.stdin.flush()

    def hear(self, kind: str = "") -> Any:
        """The next line of a kind."""
        assert self._node.stdout is not None
        while True:
            said = json.loads(self._node.stdout.readline())
            if kind in said:
                return said[kind]
            if not kind:
                return said


@pytest.fixture
def speaker(sandbox: Sandbox) -> Iterator[Speaker]:
    program = shutil.which("node")
    assert program
    with subprocess.Popen(
        [program, SPEAKER, str(Path(MODULES).resolve())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as node:
        yield Speaker(sandbox, node)


@right("okx-api", "subscribe (public)", "WS tickers")
def test_a_public_stream(speaker: Speaker, raw: Caller, clock: Clock) -> None:
    """An update holds REST's row of that instant, and comes again when that changes."""
    clock.now = clock.now // 1
    speaker.say("public", topics=[{"channel": "tickers", "instId": "BTC-USDT"}])
    for _ in range(2):
        assert (
            speaker.hear("update")["data"]
            == raw.public("/api/v5/market/ticker?instId=BTC-USDT").data
        )
        clock.now += 1


@right("okx-api", "subscribe (private)", "WS orders")
def test_private_streams(speaker: Speaker, raw: Caller) -> None:
    """It logs in, hears of balances and of an order placed elsewhere."""
    topics = [{"channel": "account"}, {"channel": "orders", "instType": "ANY"}]
    speaker.say("private", topics=topics)
    assert speaker.hear("update")["data"] == raw.get("/api/v5/account/balance").data
    while speaker.hear("response").get("channel") != "orders":
        pass
    ack = raw.place(side="buy", ordType="limit", px="1000", sz="0.1")
    while (update := speaker.hear("update"))["arg"]["channel"] != "orders":
        pass
    assert raw.order(ack["ordId"]).items() <= update["data"][0].items()


@right("okx-api", "submitNewOrder", "WS order")
@right("okx-api", "amendOrder (WebSocket)", "WS amend-order")
@right("okx-api", "cancelOrder (WebSocket)", "WS cancel-order")
@right("okx-api", "submitMultipleOrders (WebSocket)", "WS batch-orders")
@right("okx-api", "amendMultipleOrders (WebSocket)", "WS batch-amend-orders")
@right("okx-api", "cancelMultipleOrders (WebSocket)", "WS batch-cancel-orders")
def test_orders_of_its_api_client(speaker: Speaker, raw: Caller) -> None:
    """Orders over the socket, single and in batches; one that is refused is an error of its call."""
    order = {"instIdCode": 10001, "tdMode": "cash", "side": "buy", "ordType": "limit",
             "px": "1000", "sz": "0.1"}  # fmt: skip
    names = [{"instIdCode": 10001, "clOrdId": name} for name in ("one", "two", "three")]
    calls = [
        ["submitNewOrder", order | names[0]],
        ["amendOrder", names[0] | {"newSz": "0.2"}],
        ["cancelOrder", names[0]],
        ["cancelOrder", names[0]],
        ["submitMultipleOrders", [order | name for name in names[1:]]],
        ["amendMultipleOrders", [name | {"newPx": "1001"} for name in names[1:]]],
        ["cancelMultipleOrders", names[1:]],
    ]
    speaker.say("private", calls=calls)
    heard = [speaker.hear() for _ in calls]
    assert ["data" in one for one in heard] == [True] * 3 + [False] + [True] * 3, heard
    assert heard[3]["error"]["data"][0]["sCode"] == "51400"
    first = raw.order(heard[0]["data"]["data"][0]["ordId"])
    others = [raw.order(ack["ordId"]) for ack in heard[4]["data"]["data"]]
    assert (first["sz"], first["state"]) == ("0.2", "canceled")
    assert {(one["px"], one["state"]) for one in others} == {("1001", "canceled")}
