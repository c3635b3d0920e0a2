"""Many pages of candles from a far exchange that takes 20 requests in 2 s, beside what that allows.

The peer is the limit itself: bursts of 20 pages every 2 s and one way there and back. ccxt's own
paging runs on the same kind of server. An executor of three workers, each with an address of its own,
has three limits to use up.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ccxt
from pairs import Comparison, table
from urllib3.util import connection

sys.path.insert(0, str(Path(__file__).parent.parent))
from limitserver import HOUR, NEWEST, limited

import okx_magic.pages  # noqa: F401  # pandas is there, as in a notebook that has shown a frame
from okx_magic.credentials.account import Account
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from multiprocessing.queues import Queue

    from okx_magic.pages.shares import Worker

_ROUNDS = 3
_REQUESTS, _SECONDS = 20, 2.0
_ROWS = 100
_TARGET = f"/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit={_ROWS}"
_ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")


def run() -> list[Comparison]:
    """120 pages at 80 ms, 60 at 250 ms, and 120 on three addresses."""
    return [
        _beside_the_limit(120, 0.08, at_most=1.06),
        _beside_ccxt(120, 0.08),
        _beside_the_limit(60, 0.25, at_most=1.10),
        _beside_ccxt(60, 0.25),
        _on_three_addresses(120, 0.08, at_most=1.12),
    ]


def main() -> None:
    """Print the figures."""
    print(table(run()))


def _beside_the_limit(pages: int, latency: float, *, at_most: float) -> Comparison:
    taken = [_ours(pages, latency) for _ in range(_ROUNDS)]
    allowed = [allowed_seconds(pages, latency)] * _ROUNDS
    what = f"{pages} pages, {latency * 1000:.0f} ms away"
    return Comparison(what, "what the limit allows", taken, allowed, at_most=at_most)


def _beside_ccxt(pages: int, latency: float) -> Comparison:
    ours, theirs = [_ours(pages, latency)], [_ccxt(pages, latency)]
    what = f"{pages} pages, {latency * 1000:.0f} ms away"
    return Comparison(what, "ccxt, paginate", ours, theirs, at_most=1.0)


def _on_three_addresses(pages: int, latency: float, *, at_most: float) -> Comparison:
    with three_addresses() as (executor, addresses):
        taken = [_ours(pages, latency, executor, addresses) for _ in range(_ROUNDS)]
    workers = len(_ADDRESSES)
    allowed = [allowed_seconds(math.ceil(pages / workers), latency)] * _ROUNDS
    what = f"{pages} pages on {workers} addresses, {latency * 1000:.0f} ms away"
    return Comparison(what, "what their limits allow", taken, allowed, at_most=at_most)


@contextmanager
def three_addresses() -> Iterator[tuple[Executor, Callable[[Worker], str]]]:
    """Three workers, each with a loopback address of its own, and which address a worker has; this kernel
    has that of the first.
    """
    addresses: Queue[str] = (context := multiprocessing.get_context("spawn")).Queue()
    for address in _ADDRESSES:
        addresses.put(address)
    workers = len(_ADDRESSES)
    known = {os.getpid(): _ADDRESSES[0]}
    with ProcessPoolExecutor(workers, context, _leave_from, (addresses,)) as executor:
        # Each worker imports what it needs before the clock runs.
        while len(set(known)) <= workers:
            known |= dict(executor.map(_who, [0.3] * workers))
        yield executor, lambda worker: known[worker.pid]


def allowed_seconds(pages: int, latency: float) -> float:
    return (math.ceil(pages / _REQUESTS) - 1) * _SECONDS + latency


def _ours(
    pages: int, latency: float, executor: Executor | None = None, addresses: Any = None
) -> float:
    with limited(latency=latency, requests=_REQUESTS, rows=_ROWS) as server:
        account = Account("bench", "demo", None, server.url, "the benchmark", timeout=30)
        until = NEWEST + HOUR
        since = until - pages * _ROWS * HOUR
        with Session(account) as session:
            # As a log-in does, which asks for the time and for the account: so much is known of the way.
            for _ in range(2):
                session.connection.ask_time()
            started = time.perf_counter()
            frame = session.pages(
                _TARGET, since=since, until=until, executor=executor, addresses=addresses
            )
            seconds = time.perf_counter() - started
        assert len(frame) == len(frame.index.unique()) == pages * _ROWS
        assert server.counts() == (pages, 0)
    return seconds


def _ccxt(pages: int, latency: float) -> float:
    with limited(latency=latency, requests=_REQUESTS, rows=_ROWS) as server:
        client: Any = ccxt.okx({"enableRateLimit": True})
        client.urls["api"]["rest"] = server.url
        market = {"id": "BTC-USDT", "symbol": "BTC/USDT", "type": "spot", "spot": True, "info": {}}
        client.options["fetchOHLCV"] = {"type": "HistoryCandles"}
        client.load_markets = dict
        # Its clock stands at the newest bar when it begins; its limiter needs it to go on.
        behind = time.time() * 1000 - NEWEST - HOUR
        client.milliseconds = lambda: int(time.time() * 1000 - behind)
        client.market = lambda _: market
        since = NEWEST + HOUR - pages * _ROWS * HOUR
        options = {"paginate": True, "paginationCalls": pages, "maxEntriesPerRequest": _ROWS}
        with closing(client.session):
            started = time.perf_counter()
            client.fetch_ohlcv("BTC/USDT", "1h", since=since, limit=_ROWS, params=options)
            seconds = time.perf_counter() - started
        assert server.counts() == (pages, 0)
    return seconds


def _who(seconds: float) -> tuple[int, str]:
    time.sleep(seconds)
    return os.getpid(), os.environ["ADDRESS"]


def _leave_from(addresses: Queue[str]) -> None:
    """Make this process one with an address of its own, as on a machine of its own."""
    os.environ["ADDRESS"] = addresses.get()
    source = (os.environ["ADDRESS"], 0)
    create = connection.create_connection

    def bound(*arguments: Any, **options: Any) -> Any:
        return create(*arguments, **(options | {"source_address": source}))

    connection.create_connection = bound


if __name__ == "__main__":
    main()
