"""Servers that take their time: with a deadline of 1 s every exchange is over after 1.2 s, however the
bytes come. Here time passes for real, and is counted in ticks, so that a busy machine breaks nothing.
"""

from __future__ import annotations

import socket
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest
import requests
from pace import Ticks

from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rawserver import RawServer

pytestmark = pytest.mark.slow

TIME = Request("GET", "/api/v5/public/time")
OK = b"HTTP/1.1 200 OK\r\n"
# Longer than any of these tests, and short enough for the control.
DRIPS = 9


def drip(first: bytes, again: bytes, pause: float) -> Callable[[socket.socket], None]:
    def reply(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(first)
            for _ in range(round(DRIPS * 0.25 / pause)):
                time.sleep(pause)
                connection.sendall(again)

    return reply


SLOW = {
    "body": drip(OK + b"Content-Length: 9999\r\n\r\n", b"x", 0.05),
    "head": drip(OK + b"X-Slow: ", b"x", 0.05),
    "heads": drip(OK, b"X: y\r\n", 0.05),
    "chunks": drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05),
    "a byte now and then": drip(OK + b"Content-Length: 99\r\n\r\n", b"x", 0.4),
    "without a length": drip(OK + b"\r\n", b" ", 0.1),
    "interim answers": drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 C\r\n\r\n", 0.1),
    "silence": lambda _: time.sleep(DRIPS * 0.25),
}


@pytest.fixture
def reluctant() -> Iterator[str]:
    """The address of a server that takes connections and does not say a word of TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"


def until_it_ends(url: str) -> tuple[float, TransportError]:
    with closing(Transport(url, timeout=1.0)) as transport, Ticks() as clock:
        with pytest.raises(TransportError) as caught:
            transport.send(TIME)
        return clock.seconds, caught.value


@pytest.mark.parametrize("way", SLOW)
def test_an_exchange_ends_at_its_deadline(server: RawServer, way: str) -> None:
    """Whatever drips, it is one error that says how long was waited."""
    server.reply = SLOW[way]
    seconds, error = until_it_ends(server.url)
    assert error.message == "no complete answer within 1 s"
    assert error.written
    assert seconds <= 1.2


def test_a_handshake_ends_at_its_deadline(reluctant: str) -> None:
    """TLS that is never answered is over as soon, and nothing was sent."""
    seconds, error = until_it_ends(reluctant)
    assert not error.written
    assert seconds <= 1.2


def test_a_naive_timeout_is_outlasted(server: RawServer) -> None:
    """The control: the same second, as the timeout of requests, lets the drip go on to its end."""
    server.reply = SLOW["a byte now and then"]
    started = time.monotonic()
    with requests.Session() as plain, suppress(requests.RequestException):
        plain.trust_env = False
        plain.get(server.url, timeout=1.0)
    assert time.monotonic() - started > 1.8
