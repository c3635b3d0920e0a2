"""python-okx's WebSocket classes, unmodified. They speak TLS only, so the sandbox does."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import trustme
from okx.websocket.WsPrivateAsync import WsPrivateAsync
from okx.websocket.WsPublicAsync import WsPublicAsync

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from pathlib import Path

    Frame = dict[str, Any]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox that speaks https with a certificate that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "bundle.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "bundle.pem"))
    leaf = authority.issue_cert("127.0.0.1")
    leaf.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    with Sandbox.start(tls=tmp_path / "server.pem", limits=False) as running:
        yield running


class Heard:
    """What a callback heard, to be waited for."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()

    def __call__(self, message: str) -> None:
        self.frames.put_nowait(json.loads(message))

    async def until(self, holds: Callable[[Frame], bool]) -> Frame:
        while True:
            frame = await asyncio.wait_for(self.frames.get(), 20)
            if holds(frame):
                return frame


def private(site: Sandbox, **changed: str) -> WsPrivateAsync:
    keys = site.demo
    triple = {"apiKey": keys.key, "passphrase": keys.passphrase, "secretKey": keys.secret}
    url = site.url.replace("http", "ws", 1) + "/ws/v5/private"
    return WsPrivateAsync(**{**triple, **changed}, url=url)


async def using(client: Any, use: Coroutine[Any, Any, None]) -> None:
    await client.connect()
    consuming = asyncio.create_task(client.consume())
    try:
        await use
    finally:
        consuming.cancel()
        await client.factory.close()


def test_public_streams(site: Sandbox) -> None:
    """It subscribes, hears, and hears no more when it has unsubscribed."""

    async def main() -> None:
        client = WsPublicAsync(site.url.replace("http", "ws", 1) + "/ws/v5/public")
        heard, args = Heard(), [{"channel": "tickers", "instId": "BTC-USDT"}]

        async def use() -> None:
            await client.subscribe(args, heard)
            assert (await heard.until(lambda frame: "event" in frame))["event"] == "subscribe"
            pushed = await heard.until(lambda frame: "data" in frame)
            assert (pushed["arg"], pushed["data"][0]["instId"]) == (args[0], "BTC-USDT")
            await client.unsubscribe(args, heard)
            await heard.until(lambda frame: frame.get("event") == "unsubscribe")

        await using(client, use())

    asyncio.run(main())


@pytest.mark.slow
def test_private_streams_and_orders(site: Sandbox) -> None:
    """It logs in, waits its five seconds, subscribes, and places and cancels an order."""

    async def main() -> None:
        client, heard = private(site), Heard()

        async def use() -> None:
            args = [{"channel": "account"}, {"channel": "orders", "instType": "ANY"}]
            await client.subscribe(args, heard)
            login = await heard.until(lambda frame: "event" in frame)
            assert (login["event"], login["code"]) == ("login", "0")
            balance = await heard.until(lambda frame: frame.get("eventType") == "snapshot")
            assert {row["ccy"] for row in balance["data"][0]["details"]} >= {"BTC", "USDT"}
            await heard.until(lambda frame: frame.get("channel") == "orders")
            order = {"instIdCode": 10001, "tdMode": "cash", "side": "buy", "ordType": "limit"}
            await client.place_order([order | {"px": "1000", "sz": "0.1"}], id="a1")
            ack = await heard.until(lambda frame: frame.get("id") == "a1")
            ord_id = ack["data"][0]["ordId"]
            pushed = await heard.until(
                lambda frame: frame.get("arg", {}).get("channel") == "orders"
            )
            assert (pushed["data"][0]["ordId"], pushed["data"][0]["state"]) == (ord_id, "live")
            await client.cancel_order([{"instIdCode": 10001, "ordId": ord_id}], id="a2")
            assert (await heard.until(lambda frame: frame.get("id") == "a2"))["code"] == "0"

        await using(client, use())

    asyncio.run(main())


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"passphrase": "wrong"}, "60024"),
        ({"secretKey": "wrong"}, "60007"),
        ({"apiKey": "wrong"}, "60005"),
        ({"apiKey": str(UUID(int=1))}, "60032"),
    ],
)
def test_refused_log_ins(site: Sandbox, changed: dict[str, str], code: str) -> None:
    """A wrong part of the credentials has its own code."""

    async def main() -> None:
        client, heard = private(site, **changed), Heard()
        client.callback = heard

        async def use() -> None:
            await client.login()
            refused = await heard.until(lambda frame: "event" in frame)
            assert (refused["event"], refused["code"]) == ("error", code)

        await using(client, use())

    asyncio.run(main())
