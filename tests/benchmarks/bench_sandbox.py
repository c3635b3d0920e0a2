"""The sandbox under load: signed requests as bots send them, over four connections at once.

How many it bears is measured as fast as they can be sent, how soon they are answered at 500 a second.
As a program it sends 100,000 of them (or as many as it is told) and says what they cost:

python tests/benchmarks/bench_sandbox.py [COUNT]
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import math
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pairs import CLIENT_CORE, Comparison, interleaved, pin
from server import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_CONNECTIONS = 4
_RATE = 500
_ROUNDS = 10
_CALLS = 250
_STARTED_PINNED = """
from pairs import SERVER_CORE, pin
pin(SERVER_CORE)
from okx_magic.sandbox.__main__ import main
main(["--no-limits"])
"""
_ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
_LIMIT = json.dumps(_ORDER | {"px": "1000", "sz": "0.001"}).encode()
_MARKET = json.dumps(_ORDER | {"ordType": "market", "sz": "10"}).encode()
_READS = (
    "/api/v5/account/balance",
    "/api/v5/market/ticker?instId=BTC-USDT",
    "/api/v5/trade/orders-pending",
    "/api/v5/trade/fills",
    "/api/v5/account/config",
)


def run() -> list[Comparison]:
    """Beside a server of fixed answers, which costs what sockets and the client cost."""
    with _sandbox() as (ready, _), serving() as plain:
        ours = [_Client(ready) for _ in range(_CONNECTIONS)]
        theirs = [_Client({"url": plain}) for _ in range(_CONNECTIONS)]
        each = interleaved(_ROUNDS, lambda: _mean(ours, _bot), lambda: _mean(theirs, _balance))
        slow = interleaved(_ROUNDS, lambda: _slow(ours, _bot), lambda: _slow(theirs, _balance))
    peer = "an asyncio server of fixed answers"
    return [
        Comparison("a signed request to the sandbox", peer, *each, within=1 / _RATE),
        Comparison(f"99 of 100, at {_RATE} a second", peer, *slow, within=0.020),
    ]


@contextmanager
def _sandbox() -> Iterator[tuple[dict[str, str], int]]:
    """What the ready line of a sandbox says, and its process."""
    command = [sys.executable, "-c", _STARTED_PINNED]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent
    ) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline()), process.pid
        finally:
            process.terminate()


class _Client:
    """One connection of a bot."""

    def __init__(self, ready: Mapping[str, str]) -> None:
        self._ready = ready
        self._connection = http.client.HTTPConnection(ready["url"].removeprefix("http://"))

    def send(self, method: str, target: str, body: bytes = b"") -> bytes:
        self._connection.request(method, target, body or None, self._signed(method, target, body))
        answer: bytes = self._connection.getresponse().read()
        return answer

    def _signed(self, method: str, target: str, body: bytes) -> dict[str, str]:
        if "key" not in self._ready:
            return {}
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        prehash = f"{now}{method}{target}".encode() + body
        digest = hmac.new(self._ready["secret"].encode(), prehash, hashlib.sha256).digest()
        return {
            "OK-ACCESS-KEY": self._ready["key"],
            "OK-ACCESS-PASSPHRASE": self._ready["passphrase"],
            "OK-ACCESS-SIGN": base64.b64encode(digest).decode(),
            "OK-ACCESS-TIMESTAMP": now,
            "x-simulated-trading": "1",
            "Content-Type": "application/json",
        }


def _bot(client: _Client, number: int) -> None:
    """One request of a bot's round: it places an order and cancels it, buys, and looks around."""
    if number % 8:
        target = _READS[number % 5]
        answer = client.send("GET", target)
    elif number % 16:
        placed = json.loads(client.send("POST", "/api/v5/trade/order", _LIMIT))["data"][0]
        body = json.dumps({"instId": "BTC-USDT", "ordId": placed["ordId"]}).encode()
        answer = client.send("POST", "/api/v5/trade/cancel-order", body)
    else:
        answer = client.send("POST", "/api/v5/trade/order", _MARKET)
    assert answer.startswith(b'{"code":"0"'), answer


def _balance(client: _Client, _: int) -> None:
    client.send("GET", "/api/v5/account/balance")


def _mean(clients: list[_Client], act: Callable[[_Client, int], None]) -> float:
    """The seconds between two answers, sent as fast as can be."""
    started = time.perf_counter()
    done = len(_load(clients, act, _CALLS))
    return (time.perf_counter() - started) / done


def _slow(clients: list[_Client], act: Callable[[_Client, int], None]) -> float:
    """Within how many seconds 99 of 100 are done."""
    return _percentile(_load(clients, act, _CALLS, rate=_RATE))


def _percentile(taken: list[float]) -> float:
    return sorted(taken)[len(taken) * 99 // 100]


def _load(
    clients: list[_Client],
    act: Callable[[_Client, int], None],
    calls: int,
    rate: float = math.inf,
) -> list[float]:
    """How long each action took, in seconds; each client does ``calls`` of them, and all together
    ``rate`` in a second. What has to wait for its turn took longer.
    """

    def work(client: _Client) -> list[float]:
        taken = []
        begun = time.perf_counter()
        for number in range(calls):
            due = begun + number * len(clients) / rate
            time.sleep(max(0, due - time.perf_counter()))
            started = time.perf_counter() if math.isinf(rate) else due
            act(client, number)
            taken.append(time.perf_counter() - started)
        return taken

    with ThreadPoolExecutor(len(clients)) as pool:
        return [each for taken in pool.map(work, clients) for each in taken]


def _memory(pid: int) -> float:
    """The resident memory of a process in MiB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _cpu(pid: int) -> float:
    """The seconds of CPU that a process has had (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(count: int) -> None:
    """Sends ``count`` requests, and says after each tenth of them how fast and at what cost."""
    with _sandbox() as (ready, pid):
        clients = [_Client(ready) for _ in range(_CONNECTIONS)]
        for tenth in range(1, 11):
            started, before = time.perf_counter(), _cpu(pid)
            taken = _load(clients, _bot, count // 10 // _CONNECTIONS)
            rate = len(taken) / (time.perf_counter() - started)
            slow = _percentile(taken) * 1000
            cost = (_cpu(pid) - before) / len(taken) * 1000
            said = f"{rate:5.0f} a second, 99 % within {slow:4.1f} ms, {cost:.2f} ms of CPU each"
            print(f"{tenth * count // 10:7} requests: {said}, {_memory(pid):.1f} MiB", flush=True)


if __name__ == "__main__":
    pin(CLIENT_CORE)
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
