"""How long the market takes for what is asked of it, cold and warm: CPU time, as it waits for nothing.

python tests/benchmarks/market_times.py

The bounds are those that the market was built to: a cold page of 300 bars in 30 ms up to 5m, in 100 ms up
to 1H and in 1 s up to 1D; all tickers in 20 ms. Signed requests and memory are in bench_sandbox.py.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import count

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.market.market import Market, Moment
from okx_magic.sandbox.replies import envelope
from okx_magic.sandbox.routes.endpoints import PUBLIC
from okx_magic.sandbox.routes.rows import written

_NOW = 1_772_508_800.5
_PAGES = {"1m": 30, "5m": 30, "15m": 100, "1H": 100, "4H": 1000, "1Dutc": 1000, "1W": None}
_TICKERS = {"SPOT": 20, "SWAP": 20, "FUTURES": 20, "OPTION": None}
_ROUNDS = 5
_SEEDS = count(2)


def main() -> None:
    """Prints a line for each question."""
    for bar, most in _PAGES.items():
        query = {"instId": "BTC-USDT-SWAP", "bar": bar, "limit": "300"}
        _print(f"cold page of 300 {bar}", _cold("history-candles", query), most)
    for kind, most in _TICKERS.items():
        query = {"instType": kind}
        _print(f"all tickers of {kind}, cold", _cold("tickers", query), None)
        _print(f"all tickers of {kind}, a second later", _warm("tickers", query), most)
    books = {"instId": "BTC-USDT", "sz": "400"}
    _print("a book of 400 levels, a tenth later", _warm("books", books, 0.1), None)
    _print("a cold start of the sandbox", _start(), 500)


def _print(what: str, milliseconds: float, most: float | None) -> None:
    bound = f"   (bound {most} ms)" if most else ""
    print(f"{what:42}{milliseconds:9.1f} ms{bound}")


def _ask(market: Market, name: str, query: dict[str, str], now: float) -> float:
    path = f"/api/v5/market/{name}"
    started = time.process_time()
    envelope(written(endpoints()["GET", path], PUBLIC[path](Moment(market, now), query)))
    return (time.process_time() - started) * 1000


def _cold(name: str, query: dict[str, str]) -> float:
    # A market that nobody asked before.
    return min(_ask(Market(next(_SEEDS)), name, query, _NOW) for _ in range(_ROUNDS))


def _warm(name: str, query: dict[str, str], step: float = 1.0) -> float:
    market = Market(1)
    _ask(market, name, query, _NOW)
    return min(_ask(market, name, query, _NOW + step * number) for number in range(1, 6))


def _start() -> float:
    program = "from okx_magic.sandbox import Sandbox; Sandbox.start().stop()"
    found = []
    with tempfile.TemporaryDirectory() as folder:
        # The first one compiles what is imported, as an installation does.
        env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": folder}
        for _ in range(_ROUNDS + 1):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", program], check=True, env=env)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            found.append(taken * 1000)
    return min(found[1:])


if __name__ == "__main__":
    main()
