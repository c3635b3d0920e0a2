"""ccxt.pro, unmodified, on the streams of an account: balances, orders, fills and positions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import ccxt.pro
import pytest
from ccxtpro import SPOT, SWAP, listening, run
from clientcalls import right

if TYPE_CHECKING:
    from okx_magic.sandbox import Sandbox


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
