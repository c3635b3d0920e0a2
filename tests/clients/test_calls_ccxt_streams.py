"""ccxt.pro, unmodified, on the sandbox's market: what it watches is what it fetches at that instant."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from ccxtpro import SPOT, SWAP, run
from clientcalls import right

if TYPE_CHECKING:
    import ccxt.pro
    from sandbox_caller import Clock

    from okx_magic.sandbox import Sandbox


@pytest.fixture
def clock(clock: Clock) -> Clock:
    """It stands at the second of a push, so that what is fetched is of the same instant."""
    clock.now //= 1
    return clock


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
