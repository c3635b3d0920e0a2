"""Streams and REST never drift: books, trades and candles put together from pushes, a thousand times."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from many import many
from stream_listener import Listener

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

STEPS = many(1000, 300)
SIDES = ("asks", "bids")


@pytest.fixture(autouse=True)
def _often(sandbox: Sandbox) -> None:
    """Steps are not waited for longer than needed."""
    sandbox._hub.look_seconds = 0.002


class Book:
    """A book as a client keeps it."""

    def __init__(self, *, careless: bool = False) -> None:
        self.sides: dict[str, dict[str, list[str]]] = {}
        self.seq = 0
        self.careless = careless

    def apply(self, frame: dict[str, Any]) -> None:
        row = frame["data"][0]
        if frame["action"] == "snapshot":
            self.sides = {side: {} for side in SIDES}
        else:
            assert row["prevSeqId"] == self.seq
        for side in SIDES:
            for level in row[side]:
                if level[1] == "0" and not self.careless:
                    del self.sides[side][level[0]]
                else:
                    self.sides[side][level[0]] = level
        self.seq = row["seqId"]

    def levels(self, side: str) -> list[list[str]]:
        prices = sorted(self.sides[side], key=float, reverse=side == "bids")
        return [self.sides[side][px] for px in prices]


def steps() -> list[float]:
    """How far the clock goes each time: mostly a beat, sometimes part of one, or several at once."""
    chance = random.Random(7)  # noqa: S311 - to be repeated, no secret
    return chance.choices([1.0, 0.3, 2.7, 9.0], [90, 4, 4, 2], k=STEPS)


@pytest.mark.slow
def test_books_are_those_of_rest(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """After each of 300 steps, in full 1,000, the book that was streamed is REST's of the same seqId."""
    book, seen = Book(), set()
    with Listener(sandbox) as listener:
        listener.subscribe("books", instId="ETH-USDT")
        for step in steps():
            row = call.public("/api/v5/market/books?instId=ETH-USDT&sz=400").data[0]
            while book.seq < row["seqId"]:
                book.apply(listener.until(channel="books"))
            assert book.seq == row["seqId"]
            assert {side: book.levels(side) for side in SIDES} == {
                side: row[side] for side in SIDES
            }
            seen.add(book.seq)
            clock.now += step
    assert len(seen) > 0.9 * STEPS


def test_the_check_bites(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """The control: a client that does not take levels away is found out at once."""
    book = Book(careless=True)
    with Listener(sandbox) as listener:
        listener.subscribe("books", instId="ETH-USDT")
        book.apply(listener.until(channel="books"))
        # Few levels go in a second, so it takes some.
        for _ in range(60):
            clock.now += 1
            book.apply(listener.until(channel="books"))
        row = call.public("/api/v5/market/books?instId=ETH-USDT&sz=400").data[0]
        assert (book.levels("asks"), book.levels("bids")) != (row["asks"], row["bids"])


@pytest.mark.slow
def test_trades_and_candles_are_those_of_rest(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """After 300 steps, in full 1,000, each trade and bar of REST was streamed, once, and no other."""
    trades: list[Any] = []
    bars: dict[str, Any] = {}
    closed: list[str] = []
    with Listener(sandbox, "business") as listener:
        earlier = call.public("/api/v5/market/trades?instId=BTC-USDT&limit=1").data
        for channel in ("candle1m", "trades-all"):
            listener.subscribe(channel, instId="BTC-USDT")
        for step in steps():
            clock.now += step
            newest = call.public("/api/v5/market/trades?instId=BTC-USDT&limit=1").data[0]
            bar = call.public("/api/v5/market/candles?instId=BTC-USDT&limit=1").data[0]
            # Until the first trade after the subscription the newest is one from before. Bars come once
            # a second, trades ten times.
            while (trades or earlier)[-1:] != [newest] or (
                step >= 1 and clock.now % 1 == 0 and bars.get(bar[0]) != bar
            ):
                collect(listener.hear(), trades, bars, closed)
        clock.now = clock.now // 1 + 1
        newest = call.public("/api/v5/market/trades?instId=BTC-USDT&limit=1").data[0]
        bar = call.public("/api/v5/market/candles?instId=BTC-USDT&limit=1").data[0]
        while trades[-1:] != [newest] or bars.get(bar[0]) != bar:
            collect(listener.hear(), trades, bars, closed)
    numbers = [int(trade["tradeId"]) for trade in trades]
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert len(numbers) > STEPS
    assert (
        trades[-300:] == call.public("/api/v5/market/trades?instId=BTC-USDT&limit=300").data[::-1]
    )
    fetched = call.public(f"/api/v5/market/candles?instId=BTC-USDT&limit={len(bars)}").data
    assert list(bars.values()) == fetched[::-1]
    # Each bar is told to be over, once, but the last.
    assert closed == list(bars)[:-1]


def collect(
    frame: dict[str, Any], trades: list[Any], bars: dict[str, Any], closed: list[str]
) -> None:
    if "data" not in frame:
        return
    (row,) = frame["data"]
    if frame["arg"]["channel"] == "trades-all":
        trades.append(row)
        return
    bars[row[0]] = row
    closed += [row[0]] if row[-1] == "1" else []


@pytest.mark.parametrize("channel", ["bbo-tbt", "books5"])
def test_whole_books(sandbox: Sandbox, call: Caller, clock: Clock, channel: str) -> None:
    """The channels of the best levels push them whole, with the seqId of REST."""
    depth = {"bbo-tbt": 1, "books5": 5}[channel]
    with Listener(sandbox) as listener:
        listener.subscribe(channel, instId="BTC-USDT")
        for _ in range(3):
            row = call.public(f"/api/v5/market/books?instId=BTC-USDT&sz={depth}").data[0]
            frame = listener.until(channel=channel)
            assert "action" not in frame
            assert frame["data"] == [{"instId": "BTC-USDT", **{
                name: row[name] for name in ("asks", "bids", "ts", "seqId")}}]  # fmt: skip
            clock.now = clock.now // 1 + 1


def test_a_push_is_small(sandbox: Sandbox) -> None:
    """A frame is compact JSON, as OKX sends it."""
    with Listener(sandbox) as listener:
        listener.say("subscribe", {"channel": "tickers", "instId": "BTC-USDT"})
        text = listener.socket.recv()
        assert text == json.dumps(json.loads(text), separators=(",", ":"))
