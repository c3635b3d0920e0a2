"""Trades and books from a socket to a typed frame: CPU time a message, peers beside it in the same run.

A process of its own sends 40,000 messages at full speed. What counts is the CPU time of the
whole process from the subscription to the DataFrame of all rows. python-okx can do TLS only, so like
stands beside like; it and ccxt make their DataFrame as their users do, by hand. The last row is the
socket library by itself, which only reads: what a client that leaves reading to it cannot go below.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ccxt.pro
import pandas as pd
import trustme
from okx.websocket.WsPublicAsync import WsPublicAsync
from pairs import Comparison, interleaved
from websockets.asyncio.client import connect

from okx_magic.credentials.account import Account
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ROUNDS = 3
_MESSAGES = 40_000
_LEVELS = 8
_SERVER = Path(__file__).with_name("stream_server.py")


def run() -> list[Comparison]:
    """Trades and books, over TLS beside python-okx and plain beside ccxt.pro."""
    with tempfile.TemporaryDirectory() as folder:
        authority = trustme.CA()
        bundle = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(bundle)
        certificate = Path(folder) / "server.pem"
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
            certificate
        )
        os.environ["SSL_CERT_FILE"] = str(bundle)
        with _serving(str(certificate)) as tls, _serving("") as plain:
            return [
                _compared("trades over TLS", "trades", tls, str(bundle), python_okx, 0.9),
                _compared("books over TLS", "books", tls, str(bundle), python_okx, 1.0),
                _compared("trades", "trades", plain, None, ccxt_pro, 0.2),
                _compared("books", "books", plain, None, ccxt_pro, 0.35),
                _only_read(plain),
            ]


def _compared(
    what: str,
    channel: str,
    port: int,
    bundle: str | None,
    peer: Callable[[str, int], float],
    at_most: float,
) -> Comparison:
    mine, theirs = interleaved(
        _ROUNDS, lambda: ours(channel, port, bundle), lambda: peer(channel, port)
    )
    return Comparison(what, peer.__name__, mine, theirs, at_most=at_most)


def _only_read(port: int) -> Comparison:
    sides = interleaved(
        _ROUNDS, lambda: websockets("trades", port), lambda: ccxt_pro("trades", port)
    )
    return Comparison("trades by websockets alone, no work", ccxt_pro.__name__, *sides)


@contextmanager
def _serving(certificate: str) -> Iterator[int]:
    words = [sys.executable, str(_SERVER), certificate, str(_MESSAGES), str(_LEVELS)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:  # our own
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def ours(channel: str, port: int, bundle: str | None) -> float:
    """CPU seconds a message, from the socket to the frame."""
    scheme = "https" if bundle else "http"
    account = Account(
        "demo", "demo", None, f"{scheme}://127.0.0.1:{port}", "here", ca_bundle=bundle
    )
    with Session(account) as session:
        began = time.process_time()
        stream = session.stream(channel, keep=_MESSAGES, instId="BTC-USDT")
        stream.wait(rows=_MESSAGES, timeout=120)
        frame = stream.frame()
        taken = time.process_time() - began
        assert len(frame)
        assert stream.total == _MESSAGES
    return taken / _MESSAGES


class _Collected:
    """What a callback of python-okx's users keeps: rows, or a book as two dicts."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.sides: dict[str, dict[str, Any]] = {"asks": {}, "bids": {}}
        self.count = 0
        self.done = asyncio.Event()

    def trades(self, text: str) -> None:
        frame = json.loads(text)
        if "data" in frame:
            self.rows.extend(frame["data"])
            self._counted()

    def books(self, text: str) -> None:
        frame = json.loads(text)
        if "data" not in frame:
            return
        for name, side in self.sides.items():
            for level in frame["data"][0][name]:
                if level[1] == "0":
                    side.pop(level[0], None)
                else:
                    side[level[0]] = level
        self._counted()

    def frame(self) -> pd.DataFrame:
        if not self.rows:
            levels = [level for side in self.sides.values() for level in side.values()]
            return pd.DataFrame(levels).astype(float)
        frame = pd.DataFrame(self.rows)
        numbers = {name: frame[name].astype(float) for name in ("px", "sz")}
        return frame.assign(ts=pd.to_datetime(frame["ts"].astype("int64"), unit="ms"), **numbers)

    def _counted(self) -> None:
        self.count += 1
        if self.count == _MESSAGES:
            self.done.set()


def python_okx(channel: str, port: int) -> float:
    """The official client over TLS, its callback with json.loads, a DataFrame by hand."""

    async def listen() -> float:
        kept = _Collected()
        client = WsPublicAsync(f"wss://127.0.0.1:{port}/ws/v5/public")
        await client.start()
        began = time.process_time()
        arg = {"channel": channel, "instId": "BTC-USDT"}
        await client.subscribe([arg], kept.trades if channel == "trades" else kept.books)
        await kept.done.wait()
        kept.frame()
        return time.process_time() - began

    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)
    taken = loop.run_until_complete(listen())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    return taken / _MESSAGES


def ccxt_pro(channel: str, port: int) -> float:
    """ccxt.pro as its users call it, plain, a DataFrame of what it handed out."""

    async def listen() -> float:
        exchange = ccxt.pro.okx({"newUpdates": True})
        exchange.urls["api"]["ws"] = f"ws://127.0.0.1:{port}/ws/v5"
        exchange.set_markets([_market(exchange)])
        began = time.process_time()
        rows: list[Any] = []
        last = ""
        symbol = "BTC/USDT"
        while last != str(_MESSAGES):
            if channel == "trades":
                fresh = await exchange.watch_trades(symbol)
                rows += fresh
                last = fresh[-1]["id"]
            else:
                book = await exchange.watch_order_book(symbol)
                last = str(book["nonce"])
        if rows:
            pd.DataFrame(rows)
        taken = time.process_time() - began
        await exchange.close()
        return taken

    return asyncio.run(listen()) / _MESSAGES


def websockets(channel: str, port: int) -> float:
    """The socket library reads every message as bytes; nobody looks at them."""

    async def listen() -> float:
        url = f"ws://127.0.0.1:{port}/ws/v5/public"
        async with connect(url, compression=None, ping_interval=None) as connection:
            began = time.process_time()
            arg = {"channel": channel, "instId": "BTC-USDT"}
            await connection.send(json.dumps({"op": "subscribe", "args": [arg]}))
            for _ in range(_MESSAGES + 1):
                await connection.recv(decode=False)
            return time.process_time() - began

    return asyncio.run(listen()) / _MESSAGES


def _market(exchange: Any) -> Any:
    row = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "baseCcy": "BTC",
        "quoteCcy": "USDT",
        "tickSz": "0.1",
        "lotSz": "0.00000001",
        "minSz": "0.00001",
        "state": "live",
    }
    return exchange.parse_market(row)
