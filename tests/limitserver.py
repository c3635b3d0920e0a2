"""An exchange far away that keeps a limit strictly: N requests in any window of arrival.

Each address that asks is counted by itself, as OKX does, in a sliding window; too many are refused
with 50011. Requests and answers each take half of the latency, give or take half of the jitter. It
runs in a process of its own, so that serving does not disturb the program that is timed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = 3_600_000
MINUTE = 60_000
# 2024-01-01
NEWEST = 1_704_067_200_000


@dataclass(frozen=True)
class LimitServer:
    """A running server: hourly bars, or those of a minute, up to ``NEWEST``, whatever the instrument, or
    with ``odd`` in the query something else.
    """

    url: str

    def counts(self) -> tuple[int, int]:
        """How many requests were taken, and how many refused."""
        with urlopen(f"{self.url}/counts", timeout=5) as answer:  # noqa: S310 - a URL of our own
            taken, refused = json.load(answer)
        return taken, refused


@contextmanager
def limited(
    *,
    latency: float = 0.08,
    jitter: float = 0.03,
    requests: int = 20,
    rows: int = 100,
    seconds: float = 2.0,
) -> Iterator[LimitServer]:
    """A server that takes ``requests`` in 2 s, and gives ``rows`` bars a page."""
    options = {
        "latency": latency,
        "jitter": jitter,
        "requests": requests,
        "rows": rows,
        "seconds": seconds,
    }
    command = [sys.executable, str(Path(__file__))]
    command += [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield LimitServer(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.terminate()


class _Exchange:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.arrivals: dict[str, deque[float]] = {}
        self.taken = self.refused = 0
        self.random = random.Random(7)  # noqa: S311 - latencies, no secrets

    def travel(self) -> float:
        jitter = self.options.jitter
        return (self.options.latency + self.random.uniform(-jitter, jitter)) / 2

    def answer(self, address: str, target: str) -> tuple[str, bytes]:
        url = urlsplit(target)
        if url.path == "/counts":
            return "200 OK", json.dumps([self.taken, self.refused]).encode()
        if url.path == "/api/v5/public/time":  # has a limit of its own
            return "200 OK", json.dumps({"code": "0", "data": [{"ts": str(NEWEST)}]}).encode()
        now = time.monotonic()
        arrivals = self.arrivals.setdefault(address, deque())
        while arrivals and arrivals[0] <= now - self.options.seconds:
            arrivals.popleft()
        if len(arrivals) >= self.options.requests:
            self.refused += 1
            return "429 Too Many Requests", b'{"code":"50011","msg":"Too Many Requests"}'
        arrivals.append(now)
        self.taken += 1
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        data: list[object] = self.bars(query)
        return "200 OK", json.dumps({"code": "0", "msg": "", "data": data}).encode()

    def bars(self, query: dict[str, str]) -> list[object]:
        length = MINUTE if query.get("bar") == "1m" else HOUR
        last = min(NEWEST, int(query.get("after", NEWEST + length)) - 1) // length * length
        count = min(self.options.rows, int(query.get("limit", 100)))
        if "odd" in query:
            return [["soon"]]
        prices = ["42000.1", "42100.5", "41900.3", "42050.7", "12.345", "518000.12", "518000.12"]
        return [[str(last - length * number), *prices, "1"] for number in range(count)]


async def _serve(options: argparse.Namespace) -> None:
    exchange = _Exchange(options)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("peername")[0]
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(exchange.travel())
                status, body = exchange.answer(address, head.split(b" ", 2)[1].decode())
                await asyncio.sleep(exchange.travel())
                lines = f"HTTP/1.1 {status}\r\nContent-Type: application/json"
                writer.write(f"{lines}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - for the program that started it
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float)
    parser.add_argument("--jitter", type=float)
    parser.add_argument("--requests", type=int)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--seconds", type=float)
    asyncio.run(_serve(parser.parse_args()))
