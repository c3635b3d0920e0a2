"""The reader's thread: it ends with logging out, unloading and the kernel; a forked child has none."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from scripted import PATIENCE, Scripted, ScriptedAccess, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]

START = "%%okx\nticks = SUBSCRIBE tickers?instId=BTC-USDT"


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name.startswith("okx_magic-str")]


def test_logging_out_ends_it(sandbox_notebook: Any) -> None:
    """After a log-out no thread is left, and the stream says that it ended; what it kept can be read."""
    sandbox_notebook.run(START)
    ticks = sandbox_notebook["ticks"]
    ticks.wait(timeout=20)
    assert threads()
    sandbox_notebook.run("%okx_logout")
    assert ticks.state == "stopped"
    assert len(ticks.frame()) == 1
    until(lambda: not threads())


def test_unloading_ends_it(sandbox_notebook: Any) -> None:
    """Unloading the extension leaves no thread."""
    sandbox_notebook.run(START)
    sandbox_notebook.run("%unload_ext okx_magic")
    assert sandbox_notebook["ticks"].state == "stopped"
    until(lambda: not threads())


def test_who_asks_rest_ends_too(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """Behind the end no thread is left, not even one that was asking REST for a book."""
    asked = threading.Event()

    def rest(_: str) -> list[Any]:
        asked.set()
        until(lambda: not server.open())
        return []

    access.rest_of = rest
    book = stream("books")
    assert asked.wait(PATIENCE)
    book.stop()
    assert not threads()


def test_a_forked_child_has_no_reader(server: Scripted, stream: Opened) -> None:
    """In a forked child nothing streams, and the parent goes on undisturbed."""
    ticks = stream("tickers")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, f"{ticks.state} {threading.active_count()}".encode())
        os._exit(0)
    assert os.read(reading, 100) == b"stopped 1"
    os.waitpid(child, 0)
    for each in (reading, writing):
        os.close(each)
    server.push("tickers", [{"instId": "BTC-USDT", "last": "1", "ts": "5"}])
    ticks.wait(timeout=20)
    assert ticks.state == "streaming"
    ticks.stop()
    until(lambda: server.connections[0].close_code == 1000)


def test_functions_of_a_person(server: Scripted, stream: Opened) -> None:
    """A function that fails stops nothing: its errors are counted, and the first is told."""
    ticks = stream("tickers")
    got: list[Any] = []
    leave = ticks.on(lambda row: got.append(row["last"]))
    ticks.on(lambda row: row["nothing"])
    for number in range(3):
        row = {"instId": "BTC-USDT", "last": str(number), "ts": str(number)}
        server.push("tickers", [row])
    until(lambda: ticks.errors == 3)
    assert got == ["0", "1", "2"]
    assert "3 errors in on(): KeyError: 'nothing'" in repr(ticks)
    leave()


def test_each_row_in_turn(server: Scripted, stream: Opened) -> None:
    """``async for`` gives each row from then on, and ends with the stream."""
    import asyncio  # noqa: PLC0415

    trades = stream("mark-price")

    async def collect() -> list[str]:
        found = []
        async for row in trades:
            found.append(row["markPx"])
            if len(found) == 2:
                trades.stop()
        return found

    def feed() -> None:
        until(lambda: trades._watches)
        for number in range(2):
            row = {"instId": "BTC-USDT", "markPx": str(number), "ts": str(number)}
            server.push("mark-price", [row])

    feeder = threading.Thread(target=feed)
    feeder.start()
    assert asyncio.run(collect()) == ["0", "1"]
    feeder.join()


def test_a_recording(server: Scripted, stream: Opened, tmp_path: Path) -> None:
    """Every row from then on is in the file once, every digit of it."""
    import pandas as pd  # noqa: PLC0415

    trades = stream("trades")
    trades.record(tmp_path / "day.parquet")
    rows = [
        {"instId": "BTC-USDT", "tradeId": str(number), "px": "0.10", "ts": "1", "count": "1"}
        for number in range(1, 5001)
    ]
    server.push("trades", rows[:4000])
    server.push("trades", [row | {"fresh": "x"} for row in rows[4000:]])
    until(lambda: trades.total == 5000)
    trades.stop()
    frame = pd.read_parquet(tmp_path / "day.parquet")
    assert frame["tradeId"].astype(int).tolist() == list(range(1, 5001))
    assert set(frame["px"]) == {"0.10"}
    assert frame["_more"].notna().sum() == 1000


def test_an_end_by_time(server: Scripted, stream: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--for`` ends a stream by itself, and with the last one the thread."""
    del server, monkeypatch
    ticks = stream("tickers")
    ticks.end_after(0.01)
    until(lambda: not ticks.running)
    until(lambda: not threads())
