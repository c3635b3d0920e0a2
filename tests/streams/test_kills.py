"""Connections that break at any instant lose nothing without a word, and double nothing."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from many import many
from scripted import Scripted, ScriptedAccess, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]


def trade(number: int) -> dict[str, str]:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "px": "1.5", "sz": "2", "side": "buy"}
    return {**row, "ts": str(1_700_000_000_000 + number), "count": "1"}


class Market:
    """Trades by number, and a book whose one level says its seqId."""

    def __init__(self) -> None:
        self.number = 0

    def rest(self, target: str) -> list[Any]:
        asked = dict(parse_qsl(target.partition("?")[2]))
        if "/books" in target:
            return [self.book(self.number)]
        top = min(self.number, int(asked.get("after", self.number + 1)) - 1)
        return [trade(each) for each in range(top, max(0, top - int(asked["limit"])), -1)]

    def book(self, number: int) -> dict[str, Any]:
        return {
            "asks": [[str(100 + number), "1", "0", "1"]],
            "bids": [],
            "ts": "1700000000000",
            "seqId": number,
        }

    def step(self, server: Scripted) -> None:
        before, self.number = self.number, self.number + 1
        server.push("trades", [trade(self.number)])
        asks = [[str(100 + before), "0", "0", "1"], [str(100 + self.number), "1", "0", "1"]]
        row = self.book(self.number) | {"asks": asks, "prevSeqId": before}
        server.push("books", [row], action="update")


def shaken(server: Scripted, access: ScriptedAccess, stream: Opened, kills: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # a test that can be repeated
    market = Market()
    access.rest_of = market.rest
    trades, book = stream("trades", keep=100_000), stream("books")
    market.step(server)
    until(lambda: trades.total)
    first = int((trades.last or {})["tradeId"])
    seen: list[int] = []
    trades.on(lambda row: seen.append(int(row["tradeId"])))
    for _ in range(kills):
        until(server.open)
        time.sleep(chance.random() * 0.02)
        for _ in range(chance.randrange(4)):
            market.step(server)
        server.kill()
        for _ in range(chance.randrange(3)):
            market.step(server)
    assert len(server.connections) >= kills
    until(lambda: trades.state == book.state == "streaming")
    market.step(server)
    until(lambda: trades.total >= market.number - first + 1)
    until(lambda: all(gap.whole for gap in trades.gaps), "a hole was not filled")
    got = trades.frame()["tradeId"].astype(int).tolist()
    assert got == list(range(first, market.number + 1))
    assert sorted(seen) == list(range(first + 1, market.number + 1))
    until(lambda: book._feeds[0].book.seq_id == market.number)  # type: ignore[attr-defined]
    assert book.frame()["px"].tolist() == [100 + market.number]
    assert all(gap.until is not None for gap in book.gaps)


def test_twenty_kills(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """After 20 kills at random instants every trade is there once, and the book is the exchange's."""
    shaken(server, access, stream, kills=20, seed=1)


@pytest.mark.slow
def test_many_kills(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """The same after 80, in full after 200."""
    shaken(server, access, stream, kills=many(200, 80), seed=2)


def test_control_without_rest(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """Control: without REST the same kills lose trades, and each loss is told."""
    market = Market()
    access.rest_of = None
    trades = stream("trades")
    market.step(server)
    until(lambda: trades.total == 1)
    server.kill()
    market.step(server)
    # It is streaming until it has heard of the kill.
    until(lambda: trades.gaps)
    until(lambda: trades.state == "streaming")
    market.step(server)
    until(lambda: trades.total == 2)
    assert trades.frame()["tradeId"].tolist() == ["1", "3"]
    assert not all(gap.whole for gap in trades.gaps)
