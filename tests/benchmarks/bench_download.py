"""Candles to parquet files: beside ccxt's loop with pandas, and beside what OKX's limit allows.

A server of its own process, on loopback, makes bars of a minute. Without limits both sides are as fast
as they can; ccxt takes a tenth of the rows, and time is compared for each row. ROWS=10000000 in the
environment shows that memory does not grow.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ccxt
import pandas as pd
from bench_paging import allowed_seconds, three_addresses
from pairs import Comparison, table

sys.path.insert(0, str(Path(__file__).parent.parent))
from limitserver import MINUTE, NEWEST, limited

from okx_magic.credentials.account import Account
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer

_ROWS = int(os.environ.get("ROWS", "1000000"))
_PAGE = 100
_PAGES = int(os.environ.get("PAGES", "1000"))
_LATENCY = 0.08
_TARGET = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1m"
# Without limits both sides ask for as many rows as OKX gives.
_LARGEST = 300
_MOST_MEGABYTES = 150


def run() -> list[Comparison]:
    """Rows to disk, going on, and two pulls under the limit; memory is printed."""
    with limited(latency=0, jitter=0, requests=10**9, rows=_LARGEST) as server:
        done = subprocess.run(
            [sys.executable, __file__, server.url, str(_ROWS)],
            capture_output=True,
            text=True,
            check=True,
        )
        ours, again, megabytes = map(float, done.stdout.split())
        theirs = _ccxt(server.url, _ROWS // 10) * 10
    print(f"{_ROWS:,} rows: {megabytes:.0f} MB more at the peak (≤ {_MOST_MEGABYTES})")
    rows = f"{_ROWS:,} rows to parquet"
    return [
        Comparison(rows, "ccxt's loop, pandas, to_parquet", [ours], [theirs], at_most=0.3),
        Comparison("the same again", "the first time", [again], [ours], at_most=0.01),
        _beside_the_limit(),
        _on_three_addresses(),
    ]


def main() -> None:
    """Print the figures."""
    print(table(run()))


def _pull(
    url: str, rows: int, folder: str, pacer: Pacer | None = None, page: int = _PAGE, **more: Any
) -> float:
    account = Account("bench", "demo", None, url, "the benchmark", timeout=30)
    until = NEWEST + MINUTE
    with Session(account, pacer=pacer) as session:
        started = time.perf_counter()
        (done,) = session.download(
            f"{_TARGET}&limit={page}", to=folder, since=until - rows * MINUTE, until=until, **more
        )
        seconds = time.perf_counter() - started
    assert done.rows == rows
    return seconds


def _peak(url: str, rows: int) -> None:
    """In a process of its own: seconds, those of the same again, megabytes."""
    with TemporaryDirectory() as folder:
        unlimited = Pacer(clock=lambda: time.monotonic() * 1e6)
        # What is imported, and the buffers of a first file, are no growth.
        _pull(url, 60_000, f"{folder}/first", unlimited, _LARGEST)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        seconds = _pull(url, rows, f"{folder}/data", unlimited, _LARGEST)
        again = _pull(url, rows, f"{folder}/data", unlimited, _LARGEST)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(seconds, again, (after - before) / 1024)


def _ccxt(url: str, rows: int) -> float:
    client: Any = ccxt.okx({"enableRateLimit": False})
    client.urls["api"]["rest"] = url
    client.options["fetchOHLCV"] = {"type": "HistoryCandles"}
    client.load_markets = dict
    market = {"id": "BTC-USDT", "symbol": "BTC/USDT", "type": "spot", "spot": True, "info": {}}
    client.market = lambda _: market
    client.milliseconds = lambda: NEWEST + MINUTE
    since, found = NEWEST + MINUTE - rows * MINUTE, list[list[float]]()
    with closing(client.session), TemporaryDirectory() as folder:
        started = time.perf_counter()
        while len(found) < rows:
            page = client.fetch_ohlcv("BTC/USDT", "1m", since=since, limit=_LARGEST)
            found += page
            since = page[-1][0] + MINUTE
        frame = pd.DataFrame(found, columns=["ts", "open", "high", "low", "close", "volume"])
        frame["ts"] = pd.to_datetime(frame["ts"], unit="ms", utc=True)
        frame.to_parquet(f"{folder}/candles.parquet")
        seconds = time.perf_counter() - started
    assert len(frame) == rows
    return seconds


def _beside_the_limit() -> Comparison:
    with limited(latency=_LATENCY) as server, TemporaryDirectory() as folder:
        taken = _pull(server.url, _PAGES * _PAGE, f"{folder}/data")
        refused = server.counts()[1]
    what = f"{_PAGES} pages to disk, {refused} refused"
    allowed = allowed_seconds(_PAGES, _LATENCY)
    return Comparison(what, "what the limit allows", [taken], [allowed], at_most=1.06)


def _on_three_addresses() -> Comparison:
    with (
        limited(latency=_LATENCY) as server,
        three_addresses() as (executor, addresses),
        TemporaryDirectory() as folder,
    ):
        rows = _PAGES * _PAGE
        more = {"executor": executor, "addresses": addresses}
        taken = _pull(server.url, rows, f"{folder}/data", **more)
        refused = server.counts()[1]
    what = f"{_PAGES} pages to disk on three addresses, {refused} refused"
    allowed = allowed_seconds(-(-_PAGES // 3), _LATENCY)
    return Comparison(what, "what their limits allow", [taken], [allowed], at_most=1.12)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _peak(sys.argv[1], int(sys.argv[2]))
    else:
        main()
