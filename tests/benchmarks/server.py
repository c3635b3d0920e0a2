"""A server of fixed answers in a process of its own, so that serving costs the client nothing."""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pairs import SERVER_CORE, pin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AMOUNTS = (
    "availBal availEq cashBal collateralEnabled crossLiab disEq eq eqUsd fixedBal frozenBal imr"
    " interest isoEq isoLiab isoUpl liab maxLoan mgnRatio mmr notionalLever openAvgPx ordFrozen"
    " rewardBal smtSyncEq spotBal spotInUseAmt stgyEq twap upl uplLiab"
)
_BALANCE = {"ccy": "BTC"} | dict.fromkeys(_AMOUNTS.split(), "12345.678901234567")
_TICKER = {
    "instType": "SPOT",
    "instId": "BTC-USDT",
    "last": "67123.4",
    "lastSz": "0.0123",
    "askPx": "67123.5",
    "bidPx": "67123.4",
    "vol24h": "8123.45678901",
    "ts": "1700000000123",
}
_ANSWERS = {
    b"/api/v5/account/balance": [{"uTime": "1700000000123", "details": [_BALANCE]}],
    b"/api/v5/market/ticker": [_TICKER],
}


@contextmanager
def serving(*, delay: float = 0.0, certificate: Path | None = None) -> Iterator[str]:
    """A running server's base URL. Each answer leaves after ``delay`` seconds; with a ``certificate``
    (a PEM file that also holds the key) it speaks TLS.
    """
    command = [sys.executable, __file__, "--delay", str(delay)]
    if certificate is not None:
        command += ["--certificate", str(certificate)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        try:
            yield f"{'http' if certificate is None else 'https'}://127.0.0.1:{port}"
        finally:
            process.terminate()


class _Server:
    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.connections = 0

    def answer(self, path: bytes) -> bytes:
        if path == b"/connections":
            data: object = [{"connections": self.connections}]
        else:
            now = {"ts": str(time.time_ns() // 1_000_000)}
            data = _ANSWERS.get(path, [now])
        body = json.dumps({"code": "0", "msg": "", "data": data}, separators=(",", ":")).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        return head.encode() + b"\r\n\r\n" + body


class _Keeping(asyncio.Protocol):
    """Answers the GETs of one connection, one after the other, and keeps it open."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.connections += 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            answer = self._server.answer(path)
            if self._server.delay:
                asyncio.get_running_loop().call_later(
                    self._server.delay, self._transport.write, answer
                )
            else:
                self._transport.write(answer)


async def _serve(delay: float, certificate: str | None) -> None:
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    server = _Server(delay)
    listener = await asyncio.get_running_loop().create_server(
        lambda: _Keeping(server), "127.0.0.1", 0, ssl=context
    )
    print(listener.sockets[0].getsockname()[1], flush=True)
    await listener.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--certificate")
    arguments = parser.parse_args()
    pin(SERVER_CORE)
    asyncio.run(_serve(arguments.delay, arguments.certificate))
