"""Pings, new connections, upgrades and limits: points 1, 2, 6, 7, 8, 16 and 18 of what right means."""

from __future__ import annotations

import asyncio
import random
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from scripted import QUICK, Scripted, ScriptedAccess, until

from okx_magic.streams.access import Timing
from okx_magic.streams.protocol import Arg, batches, request

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.streams.reader import Reader
    from okx_magic.streams.stream import Stream

TICK = {"instId": "BTC-USDT", "last": "1", "ts": "1700000000000"}


class TestSilence:
    @pytest.fixture
    def timing(self) -> Timing:
        return replace(QUICK, silence=0.4)

    def test_a_ping_after_silence(self, server: Scripted, stream: Callable[..., Stream]) -> None:
        """After silence the text ping is sent, and an answer to it keeps the connection."""
        ticks = stream("tickers")
        until(lambda: [text for _, text in list(server.heard) if text == "ping"][1:])
        assert len(server.connections) == 1
        assert ticks.state == "streaming"

    def test_no_answer_to_a_ping(self, server: Scripted, stream: Callable[..., Stream]) -> None:
        """Where not even a ping is answered another connection is made, and the gap is named."""
        ticks = stream("tickers")
        server.answers_ping = False
        until(lambda: len(server.connections) > 1)
        server.answers_ping = True
        until(lambda: ticks.state == "streaming")
        assert "not even an answer to a ping" in ticks.gaps[0].reason


def test_a_new_connection_has_what_the_last_one_had(
    server: Scripted, stream: Callable[..., Stream]
) -> None:
    """Whatever ends a connection, all is subscribed to again, for ever, and each gap is named."""
    ticks, marks = stream("tickers"), stream("mark-price")
    for number in range(1, 5):
        (server.kill if number % 2 else lambda: server.close(4004, "no data"))()
        until(lambda number=number: len(server.args()) == 2 + 2 * number)
        until(lambda: ticks.state == marks.state == "streaming")
    until(lambda: all(gap.until for gap in (*ticks.gaps, *marks.gaps)))
    assert [gap.reason for gap in ticks.gaps] == [
        "the connection broke (1006)",
        "closed with 4004: no data",
    ] * 2
    assert len(marks.gaps) == 4


def test_waits_grow_and_are_spread(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits double from the first to the longest, each with chance in it."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    from okx_magic.streams.line import Line  # noqa: PLC0415

    access = ScriptedAccess("http://127.0.0.1:1")
    line = Line(access, "public", login=False, timing=Timing(), call=note, turn=note)
    monkeypatch.setattr(asyncio, "sleep", note)
    monkeypatch.setattr(random, "uniform", lambda low, high: (low, high)[1])
    for _ in range(9):
        asyncio.run(line._wait())
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    del reader


class TestManyConnections:
    @pytest.fixture
    def timing(self) -> Timing:
        return Timing(first=0.0, per_second=3)

    def test_three_a_second(self, reader: Reader) -> None:
        """No more than three connections are begun in a second, to one host."""
        at: list[float] = []

        async def four() -> None:
            loop = asyncio.get_running_loop()
            for _ in range(4):
                await reader._turn("wss://host/ws/v5/public")
                at.append(loop.time())

        asyncio.run(four())
        assert at[2] - at[0] < at[3] - at[0]
        assert at[3] - at[0] >= 0.999


def test_the_url_follows_from_the_channel(server: Scripted, stream: Callable[..., Stream]) -> None:
    """Public, business and private channels go to their URLs; those of a fee tier log in at public."""
    stream("tickers")
    stream("candle1m", settled=False)
    stream("orders", instType="ANY")
    stream("books-l2-tbt", settled=False)
    until(lambda: len(server.args()) == 4)
    assert sorted(server.paths) == [
        "/ws/v5/business",
        "/ws/v5/private",
        "/ws/v5/public",
        "/ws/v5/public",
    ]
    assert len(server.ops("login")) == 2


def test_demo_is_told(server: Scripted, stream: Callable[..., Stream]) -> None:
    """What is not live says so in its handshake, and has a connection of its own."""
    stream("tickers")
    assert server.headers[0]["x-simulated-trading"] == "1"


def test_args_are_split_by_their_size() -> None:
    """No request is longer than 64 KB, and no arg is lost or doubled."""
    args = [Arg.of("trades", {"instId": f"A{number}-USDT"}) for number in range(3000)]
    parts = list(batches(args))
    assert len(parts) > 1
    assert [arg for part in parts for arg in part] == args
    assert all(len(request("subscribe", part, 9999).encode()) <= 65_536 for part in parts)
    assert len(request("subscribe", args).encode()) > 65_536, "control: together they are longer"


class TestHourly:
    @pytest.fixture
    def timing(self) -> Timing:
        return replace(QUICK, hourly=6)

    def test_another_connection_before_the_limit(
        self, server: Scripted, stream: Callable[..., Stream]
    ) -> None:
        """Before OKX would take no more requests of a connection another one takes its place."""
        streams = [stream("tickers", instId=f"A{number}-USDT") for number in range(8)]
        until(lambda: all(each.state == "streaming" for each in streams))
        each: dict[int, int] = {}
        for number, _ in server.ops("subscribe"):
            each[number] = each.get(number, 0) + 1
        assert len(each) > 1
        assert max(each.values()) <= 6


def test_an_upgrade_connects_first(server: Scripted, stream: Callable[..., Stream]) -> None:
    """At notice 64008 the new connection subscribes before the old one is closed: nothing is lost."""
    trades = stream("trades")
    for number in (1, 2, 3):
        server.push("trades", [trade(number)])
    server.say({"event": "notice", "code": "64008", "msg": "soon", "connId": "a"})
    until(lambda: len(server.args()) == 2)
    for number in (2, 3, 4):
        server.push("trades", [trade(number)])
    until(lambda: len(server.open()) == 1)
    server.push("trades", [trade(5)])
    until(lambda: trades.total >= 5)
    assert [row["tradeId"] for row in rows(trades)] == ["1", "2", "3", "4", "5"]
    assert trades.gaps == ()
    assert server.connections[0].close_code == 1000


def test_equal_streams_share_a_subscription(
    server: Scripted, stream: Callable[..., Stream]
) -> None:
    """One subscription serves equal streams, and ends with the last of them."""
    first, second = stream("tickers"), stream("tickers")
    assert len(server.args()) == 1
    server.push("tickers", [TICK])
    first.wait(timeout=20)
    second.wait(timeout=20)
    first.stop()
    server.push("tickers", [TICK | {"last": "2", "ts": "1700000000001"}])
    second.wait(rows=2, timeout=20)
    assert server.args("unsubscribe") == []
    assert first.total == 1


def test_the_end_leaves_nothing(server: Scripted, stream: Callable[..., Stream]) -> None:
    """The last stream closes with 1000 and ends the thread; a new one begins anew."""
    ticks, other = stream("tickers"), stream("trades")
    other.stop()
    until(lambda: [arg["channel"] for arg in server.args("unsubscribe")] == ["trades"])
    ticks.stop()
    until(lambda: not server.open())
    assert server.connections[0].close_code == 1000
    assert not [each for each in threading.enumerate() if each.name.startswith("okx_magic-st")]
    assert stream("tickers").state == "streaming"


def trade(number: int, **more: str) -> dict[str, str]:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "px": "1.5", "sz": "2", "side": "buy"}
    return {**row, "ts": str(1_700_000_000_000 + number), "count": "1", **more}


def rows(stream: Stream) -> list[dict[str, Any]]:
    from okx_magic.streams.ring import rows_of  # noqa: PLC0415
    from okx_magic.streams.typed import row_of  # noqa: PLC0415

    return list(map(row_of, rows_of(stream._kept.history(stream._changed, None))))
