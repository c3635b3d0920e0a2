"""ccxt.pro, unmodified, on the streams of a sandbox."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import ccxt.pro

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from okx_magic.sandbox import Sandbox

    Use = Callable[[ccxt.pro.okx], Awaitable[None]]

SPOT, SWAP = "BTC/USDT", "BTC/USDT:USDT"


@asynccontextmanager
async def connected(sandbox: Sandbox) -> AsyncIterator[ccxt.pro.okx]:
    keys = sandbox.demo
    client = ccxt.pro.okx(
        {"apiKey": keys.key, "secret": keys.secret, "password": keys.passphrase,
         "enableRateLimit": False}
    )  # fmt: skip
    client.set_sandbox_mode(True)
    client.urls["api"]["rest"] = sandbox.url
    client.urls["api"]["ws"] = sandbox.url.replace("http", "ws", 1) + "/ws/v5"
    try:
        await client.load_markets()
        yield client
    finally:
        await client.close()


def run(sandbox: Sandbox, use: Use) -> None:
    async def main() -> None:
        async with connected(sandbox) as client:
            await asyncio.wait_for(use(client), 30)

    asyncio.run(main())


async def listening(
    sandbox: Sandbox, channel: str, watching: Awaitable[Any]
) -> asyncio.Future[Any]:
    """What ``watching`` gives next, the sandbox having taken its subscription."""
    waiting = asyncio.ensure_future(watching)
    while not any(one.listens("demo", channel) for one in list(sandbox._hub.sockets)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return waiting
