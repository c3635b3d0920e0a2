"""ccxt.pro, unmodified, on the sandbox's streams: what it watches is what it fetches at that instant."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import ccxt.pro
import pytest
from clientcalls import right

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sandbox_caller import Clock

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


@pytest.fixture
def clock(clock: Clock) -> Clock:
    """It stands at the second of a push, so that what is fetched is of the same instant."""
    clock.now //= 1
    return clock


def run(sandbox: Sandbox, use: Use) -> None:
    async def main() -> None:
        async with connected(sandbox) as client:
            await asyncio.wait_for(use(client), 30)

    asyncio.run(main())


@right("ccxt", "watch_ticker", "WS tickers")
def test_watch_ticker(sandbox: Sandbox, clock: Clock) -> None:
    """A ticker, at first and when it moves."""

    async def use(okx: ccxt.pro.okx) -> None:
        for _ in range(3):
            watched = await okx.watch_ticker(SPOT)
            assert watched == await okx.fetch_ticker(SPOT)
            clock.now += 1

    run(sandbox, use)


@right("ccxt", "un_watch_ticker", "WS tickers")
def test_unwatch_ticker(sandbox: Sandbox) -> None:
    """What is watched no more is forgotten."""

    async def use(okx: ccxt.pro.okx) -> None:
        await okx.watch_ticker(SPOT)
        assert SPOT in okx.tickers
        await okx.un_watch_ticker(SPOT)
        assert SPOT not in okx.tickers

    run(sandbox, use)


@right("ccxt", "watch_tickers", "WS tickers")
def test_watch_tickers(sandbox: Sandbox) -> None:
    """Several tickers."""

    async def use(okx: ccxt.pro.okx) -> None:
        found: dict[str, Any] = {}
        while len(found) < 2:
            found |= await okx.watch_tickers([SPOT, "ETH/USDT"])
        assert found == await okx.fetch_tickers([SPOT, "ETH/USDT"])

    run(sandbox, use)


@right("ccxt", "watch_bids_asks", "WS bbo-tbt")
def test_watch_bids_asks(sandbox: Sandbox) -> None:
    """The best prices."""

    async def use(okx: ccxt.pro.okx) -> None:
        watched = (await okx.watch_bids_asks([SPOT]))[SPOT]
        book = await okx.fetch_order_book(SPOT, 1)
        assert [watched["bid"], watched["bidVolume"]] == book["bids"][0][:2]
        assert [watched["ask"], watched["askVolume"]] == book["asks"][0][:2]

    run(sandbox, use)


@right("ccxt", "watch_order_book", "WS books")
def test_watch_order_book(sandbox: Sandbox, clock: Clock) -> None:
    """A book, by its updates, is REST's of the same seqId."""

    async def use(okx: ccxt.pro.okx) -> None:
        for _ in range(5):
            watched = await okx.watch_order_book(SPOT)
            params = {"instId": "BTC-USDT", "sz": "400"}
            row = (await okx.public_get_market_books(params))["data"][0]
            fetched = okx.parse_order_book(row, SPOT)
            for side in ("asks", "bids"):
                assert [level[:2] for level in watched[side]] == [
                    level[:2] for level in fetched[side]
                ]
            assert watched["nonce"] == int(row["seqId"])
            clock.now += 1

    run(sandbox, use)


@right("ccxt", "watch_trades", "WS trades")
def test_watch_trades(sandbox: Sandbox, clock: Clock) -> None:
    """Each trade, once."""

    async def use(okx: ccxt.pro.okx) -> None:
        watched = list(await okx.watch_trades(SPOT))
        while len(watched) < 6:
            coming = asyncio.ensure_future(okx.watch_trades(SPOT))
            # In a calm hour there is none for some seconds, in a busy one there are ten in each.
            while not coming.done():
                clock.now += 1
                await asyncio.wait({coming}, timeout=0.2)
            watched += coming.result()
        fetched = await okx.fetch_trades(SPOT, limit=500)
        fetched = [one for one in fetched if watched[0]["id"] <= one["id"] <= watched[-1]["id"]]
        names = ("id", "price", "amount", "side", "timestamp")
        assert [[one[name] for name in names] for one in watched] == [
            [one[name] for name in names] for one in fetched
        ]

    run(sandbox, use)


@right("ccxt", "un_watch_trades", "WS trades")
def test_unwatch_trades(sandbox: Sandbox) -> None:
    """What is watched no more is forgotten."""

    async def use(okx: ccxt.pro.okx) -> None:
        await okx.watch_trades(SPOT)
        await okx.un_watch_trades(SPOT)
        assert SPOT not in okx.trades

    run(sandbox, use)


@right("ccxt", "watch_ohlcv", "WS candle1m")
def test_watch_ohlcv(sandbox: Sandbox, clock: Clock) -> None:
    """Bars as they grow, and over the end of one."""

    async def use(okx: ccxt.pro.okx) -> None:
        await okx.watch_ohlcv(SPOT, "1m")
        for _ in range(4):
            clock.now += 40
            fetched = await okx.fetch_ohlcv(SPOT, "1m", limit=3)
            while list(okx.ohlcvs[SPOT]["1m"])[-1] != fetched[-1]:
                await okx.watch_ohlcv(SPOT, "1m")
        watched = list(okx.ohlcvs[SPOT]["1m"])
        assert watched == await okx.fetch_ohlcv(SPOT, "1m", limit=len(watched))
        assert len(watched) >= 3

    run(sandbox, use)


@right("ccxt", "watch_mark_price", "WS mark-price")
def test_watch_mark_price(sandbox: Sandbox) -> None:
    """A mark price."""

    async def use(okx: ccxt.pro.okx) -> None:
        watched = await okx.watch_mark_price(SWAP)
        fetched = await okx.fetch_mark_price(SWAP)
        assert watched["markPrice"] == fetched["markPrice"] is not None

    run(sandbox, use)


@right("ccxt", "watch_funding_rate", "WS funding-rate")
def test_watch_funding_rate(sandbox: Sandbox) -> None:
    """A funding rate."""

    async def use(okx: ccxt.pro.okx) -> None:
        watched = await okx.watch_funding_rate(SWAP)
        fetched = await okx.fetch_funding_rate(SWAP)
        assert watched["fundingRate"] == fetched["fundingRate"] is not None
        assert watched["fundingTimestamp"] == fetched["fundingTimestamp"]

    run(sandbox, use)


@right("ccxt", "watch_balance", "WS account")
def test_watch_balance(sandbox: Sandbox) -> None:
    """Balances, at first and after an order."""

    async def use(okx: ccxt.pro.okx) -> None:
        watched = await okx.watch_balance()
        assert watched["total"] == (await okx.fetch_balance())["total"]
        waiting = asyncio.ensure_future(okx.watch_balance())
        await asyncio.sleep(0)
        await okx.create_order(SPOT, "limit", "buy", 1, 1000)
        after = await waiting
        fetched = await okx.fetch_balance()
        assert after["USDT"] == fetched["USDT"]
        assert after["USDT"]["used"] == 1000

    run(sandbox, use)


@right("ccxt", "watch_orders", "WS orders")
@right("ccxt", "create_order_ws", "WS batch-orders")
@right("ccxt", "edit_order_ws", "WS amend-order")
@right("ccxt", "cancel_order_ws", "WS cancel-order")
def test_orders(sandbox: Sandbox) -> None:
    """An order over the socket, its change and its end, each watched."""

    async def use(okx: ccxt.pro.okx) -> None:
        waiting = await listening(sandbox, "orders", okx.watch_orders())
        made = await okx.create_order_ws(SPOT, "limit", "buy", 0.5, 1000)
        fetched = await okx.fetch_order(made["id"], SPOT)
        watched = (await waiting)[-1]
        assert fetched.pop("info").items() <= watched.pop("info").items()
        assert watched == fetched
        waiting = await listening(sandbox, "orders", okx.watch_orders())
        await okx.edit_order_ws(made["id"], SPOT, "limit", "buy", 0.25, 1001)
        changed = (await waiting)[-1]
        assert (changed["price"], changed["amount"], changed["status"]) == (1001, 0.25, "open")
        waiting = await listening(sandbox, "orders", okx.watch_orders())
        await okx.cancel_order_ws(made["id"], SPOT)
        assert (await waiting)[-1]["status"] == "canceled"
        with pytest.raises(ccxt.ExchangeError, match="51400"):
            await okx.cancel_order_ws(made["id"], SPOT)

    run(sandbox, use)


@right("ccxt", "cancel_orders_ws", "WS batch-cancel-orders")
def test_cancel_orders(sandbox: Sandbox) -> None:
    """Several orders are cancelled at once."""

    async def use(okx: ccxt.pro.okx) -> None:
        made = [await okx.create_order_ws(SPOT, "limit", "buy", 0.1, px) for px in (1000, 1001)]
        await okx.cancel_orders_ws([one["id"] for one in made], SPOT)
        assert await okx.fetch_open_orders(SPOT) == []

    run(sandbox, use)


@right("ccxt", "watch_my_trades", "WS orders")
def test_watch_my_trades(sandbox: Sandbox) -> None:
    """Each fill of an order is a trade."""

    async def use(okx: ccxt.pro.okx) -> None:
        waiting = await listening(sandbox, "orders", okx.watch_my_trades())
        await okx.create_order_ws(SPOT, "market", "sell", 0.9)
        await waiting
        fetched = await okx.fetch_my_trades(SPOT)
        while len(okx.myTrades) < len(fetched):  # noqa: ASYNC110 - ccxt has no event for it
            await asyncio.sleep(0.01)
        trades = sorted(okx.myTrades, key=lambda one: one["id"])
        fetched.sort(key=lambda one: one["id"])
        names = ("id", "price", "amount", "side", "takerOrMaker")
        assert [[one[name] for name in names] for one in trades] == [
            [one[name] for name in names] for one in fetched
        ]
        assert sum(one["amount"] for one in trades) == pytest.approx(0.9)

    run(sandbox, use)


@right("ccxt", "watch_positions", "WS positions")
def test_watch_positions(sandbox: Sandbox) -> None:
    """A position that is opened and closed."""

    async def use(okx: ccxt.pro.okx) -> None:
        waiting = await listening(sandbox, "positions", okx.watch_positions())
        await okx.create_order(SWAP, "market", "buy", 2)
        watched = (await waiting or await okx.watch_positions())[-1]
        fetched = (await okx.fetch_positions([SWAP]))[0]
        names = ("contracts", "entryPrice", "side", "markPrice", "unrealizedPnl")
        assert [watched[name] for name in names] == [fetched[name] for name in names]
        waiting = await listening(sandbox, "positions", okx.watch_positions())
        await okx.create_order(SWAP, "market", "sell", 2, None, {"reduceOnly": True})
        assert (await waiting)[-1]["contracts"] == 0

    run(sandbox, use)


async def listening(
    sandbox: Sandbox, channel: str, watching: Awaitable[Any]
) -> asyncio.Future[Any]:
    """What ``watching`` gives next, the sandbox having taken its subscription."""
    waiting = asyncio.ensure_future(watching)
    while not any(one.client.listens(channel) for one in list(sandbox._hub.sockets)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    return waiting
