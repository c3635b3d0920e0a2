"""Hostile and broken clients: a right status for each, and everybody else is served as before."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from resident import memory

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox


TIME = "/api/v5/public/time"
CONFIG = "/api/v5/account/config"
ORDER = "/api/v5/trade/order"
# As 50 ms beside the fifth of a millisecond that an answer takes.
MUCH_LATER = 250


def connect(sandbox: Sandbox) -> socket.socket:
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def soonest(call: Caller) -> float:
    """The seconds of the quickest of some answers; a busy machine delays single ones."""
    best = 10.0
    for _ in range(30):
        started = time.perf_counter()
        assert call.public(TIME).status == 200
        best = min(best, time.perf_counter() - started)
    return best


def test_idle_and_slow_clients_hold_up_nobody(sandbox: Sandbox, call: Caller) -> None:
    """With 300 idle connections and 50 that stop in the middle of a request it still answers at
    once, from its one thread.
    """
    alone = soonest(call)
    before = threading.active_count()
    halves = [b"GET", b"GET / HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n{"]
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(closing(connect(sandbox)))
        for number in range(50):
            slow = stack.enter_context(closing(connect(sandbox)))
            slow.sendall(halves[number % 3])
        assert soonest(call) < alone * MUCH_LATER
        assert threading.active_count() <= before


def test_a_request_byte_by_byte(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """A signed request that comes in single bytes is served like any other."""
    headers = call.headers("GET", CONFIG) | {"Host": "127.0.0.1", "Connection": "close"}
    lines = [f"GET {CONFIG} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with closing(connect(sandbox)) as slow:
        slow.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in "\r\n".join([*lines, "", ""]).encode():
            slow.sendall(bytes([byte]))
        received = b""
        while part := slow.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 200 OK")
    assert clock.now


@pytest.mark.slow
def test_a_client_that_never_reads(sandbox: Sandbox, call: Caller) -> None:
    """Who asks on and on without reading fills its own connection only, and no memory."""
    before, alone = memory(), soonest(call)
    ask = b"GET /api/v5/market/books?instId=BTC-USDT&sz=100 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(5):
            deaf = stack.enter_context(closing(connect(sandbox)))
            deaf.settimeout(0.2)
            with suppress(TimeoutError):
                deaf.sendall(ask * 20_000)
        assert soonest(call) < alone * MUCH_LATER
    assert memory() - before < 20 << 20


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/API/v5/public/time", 404),
        ("/api/v5/public/Time", 404),
        ("/api/v5/public/time/", 404),
        ("/api/v5/public//time", 404),
        ("/api/v5/public/%74ime", 404),
        ("/api/v5/../v5/public/time", 404),
        ("/api/v5/public/time;a=1", 404),
        ("//api/v5/public/time", 404),
        ("*", 404),
        (TIME, 200),
        (f"{TIME}?", 200),
        (f"{TIME}?a=%zz&&=&b", 200),
    ],
)
def test_paths_are_taken_as_they_stand(call: Caller, path: str, status: int) -> None:
    """Only the path itself is the path: no other case, no normalising, no decoding."""
    assert call.public(path).status == status


def test_generated_bytes(sandbox: Sandbox, call: Caller) -> None:
    """Requests with bytes changed, left out or put in get a status below 500 or a closed connection,
    and no answer is waited for in vain.
    """
    alone = soonest(call)
    chance = random.Random(3)  # noqa: S311 - to be repeated
    lines = [f"POST {ORDER} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
             "Content-Length: 2", "OK-ACCESS-KEY: x", "Transfer-Encoding: chunked", ""]  # fmt: skip
    for _ in range(400):
        chosen = [lines[0], *chance.sample(lines[1:], chance.randrange(6)), "", ""]
        data = bytearray("\r\n".join(chosen).encode() + b"{}")
        for _ in range(chance.randrange(6)):
            place = chance.randrange(len(data))
            data[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        with closing(connect(sandbox)) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            received = b""
            try:
                while part := connection.recv(65536):
                    received += part
            except ConnectionResetError:
                continue
        if received:
            assert received.startswith(b"HTTP/1.1 "), data
            assert received.split(b" ", 2)[1] < b"500", (data, received)
    assert soonest(call) < alone * MUCH_LATER


PROGRAM = """
import socket, sys
from okx_magic.sandbox import Sandbox
sandbox = Sandbox.start()
host, _, port = sandbox.url.removeprefix("http://").partition(":")
for data in (b"\\x16\\x03\\x01", b"GET / HTTP/9.9\\r\\n\\r\\n", b"GET / HTTP/1.1\\r\\nHost\\r\\n\\r\\n",
             b"POST / HTTP/1.1\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\n",
             b"POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n",
             b"GET /" + b"x" * 100_000, b"GET / HTTP/1.1\\r\\n" + b"a: b\\r\\n" * 20_000 + b"\\r\\n",
             b"GET /\\xff\\xfe HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n\\r\\n", b""):
    connection = socket.create_connection((host, int(port)), timeout=5)
    try:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
    except OSError:
        pass
    connection.close()
sandbox.stop()
"""


@pytest.mark.slow
def test_abuse_is_no_news() -> None:
    """Hostile bytes of many kinds write nothing to stdout or stderr."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("", "")


class _Plain(BaseHTTPRequestHandler):
    """What the standard library offers for a small server."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def test_control_a_plain_server_takes_any_host_and_origin(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The control: a page of any website could talk to it, and it writes each request to stderr."""
    with HTTPServer(("127.0.0.1", 0), _Plain) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with closing(socket.create_connection(server.server_address, timeout=5)) as client:
            client.sendall(
                b"GET / HTTP/1.0\r\nHost: evil.example\r\nOrigin: https://evil.example\r\n\r\n"
            )
            assert client.recv(100).startswith(b"HTTP/1.0 200")
    assert "GET / HTTP/1.0" in capfd.readouterr().err
