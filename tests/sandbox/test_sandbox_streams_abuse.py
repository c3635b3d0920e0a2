"""Clients that behave badly on streams harm nobody but themselves."""

from __future__ import annotations

import gc
import json
import os
import socket
import time
import tracemalloc
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from stream_listener import Listener

from okx_magic.sandbox.streams.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

HANDSHAKE = (
    b"GET /ws/v5/public HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
BOOKS = {"channel": "books", "instId": "BTC-USDT"}
SWAP = "BTC-USDT-SWAP"

# What each sends after its handshake; the first one does not get that far.
BAD = {
    "half a handshake": HANDSHAKE[:60],
    "no key": HANDSHAKE.replace(b"Sec-WebSocket-Key", b"X"),
    "reserved bits": HANDSHAKE + b"\xf1\x80\x00\x00\x00\x00",
    "unknown opcode": HANDSHAKE + b"\x83\x80\x00\x00\x00\x00",
    "no mask": HANDSHAKE + b"\x81\x04ping",
    "half a frame": HANDSHAKE + b"\x81\xfe\xff\xff\x00\x00\x00\x00{",
    "a frame of eight exabytes": HANDSHAKE + b"\x81\xff\x7f" + b"\xff" * 7 + b"\x00" * 4,
    "not UTF-8": HANDSHAKE + b"\x81\x82\x00\x00\x00\x00\xff\xfe",
    "a long control frame": HANDSHAKE + b"\x89\xfe\x01\x00" + b"\x00" * 260,
    "an endless message": HANDSHAKE + b"\x01\x81\x00\x00\x00\x00a" + b"\x00\x81\x00\x00\x00\x00a" * 999,
    "noise": HANDSHAKE + os.urandom(500),
}  # fmt: skip


def connected(sandbox: Sandbox) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), timeout=20)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether that comes true; only a test that fails waits for long."""
    end = time.monotonic() + 20
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_a_bad_client(sandbox: Sandbox, call: Caller, said: bytes) -> None:
    """Whatever bytes come, others are served, and nothing of the client is left when it is gone."""
    with connected(sandbox) as client:
        client.sendall(said)
        with Listener(sandbox) as listener:
            assert listener.subscribe("tickers", instId="BTC-USDT")["event"] == "subscribe"
        assert call.public("/api/v5/public/time").status == 200
    assert eventually(lambda: not sandbox._hub.sockets)


def test_350_bad_clients(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """So many at once, of all kinds, while REST and a good listener get all that is theirs."""
    with ExitStack() as stack, Listener(sandbox) as listener:
        listener.subscribe("trades", instId="BTC-USDT")
        first = int(listener.until(channel="trades")["data"][0]["tradeId"])
        for number in range(350):
            client = stack.enter_context(connected(sandbox))
            client.sendall(list(BAD.values())[number % len(BAD)])
        for step in range(1, 20):
            clock.now += 1
            assert call.place(side="buy", ordType="market", sz="10")["sCode"] == "0"
            trade = listener.until(channel="trades")["data"][0]
            assert int(trade["tradeId"]) == first + step
    assert eventually(lambda: not sandbox._hub.sockets)


def test_10_000_messages(sandbox: Sandbox, call: Caller) -> None:
    """A flood on one connection is answered to the last message."""
    with Listener(sandbox) as listener:
        for number in range(10_000):
            said = ("ping", "{", '{"op":"subscribe","args":[{"channel":"x"}]}')[number % 3]
            listener.socket.send(said)
            if number % 500 == 499:
                # Who never listens is another test.
                for _ in range(500):
                    listener.socket.recv(20)
                assert call.public("/api/v5/public/time").status == 200


@pytest.mark.slow
def test_who_does_not_listen_is_put_off(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """What waits for a client is bounded: beyond it the connection is ended, and others hear on."""
    request = json.dumps({"op": "subscribe", "args": [BOOKS]})
    with Listener(sandbox) as other, connected(sandbox) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(HANDSHAKE)
        frame = b"\x81" + bytes([0x80 | len(request)]) + b"\x00" * 4 + request.encode()
        assert len(request) < 126
        assert eventually(lambda: len(sandbox._hub.sockets) == 2)
        # Each is answered by a whole book.
        client.sendall(frame * 600)
        assert eventually(lambda: len(sandbox._hub.sockets) == 1)
        other.subscribe("tickers", instId="BTC-USDT")
        clock.now += 1
        other.until(channel="tickers")
        assert call.public("/api/v5/public/time").status == 200


def test_who_is_dropped_with_pushes_on_the_way(
    sandbox: Sandbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that breaks off while something waits to be sent is no mistake, and none is logged."""
    request = json.dumps({"op": "subscribe", "args": [BOOKS]})
    with connected(sandbox) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(HANDSHAKE)
        frame = b"\x81" + bytes([0x80 | len(request)]) + b"\x00" * 4 + request.encode()
        assert eventually(lambda: len(sandbox._hub.sockets) == 1)
        (one,) = sandbox._hub.sockets
        one._stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        # A book is 30 kB, and the client reads nothing.
        client.sendall(frame * 20)
        assert eventually(lambda: len(one._stream._write_buffer) > 200_000)
        sandbox.set_faults("drop")
        clock.now += 1
        assert eventually(lambda: not sandbox._hub.sockets)
    sandbox.stop()
    gc.collect()
    assert "never retrieved" not in caplog.text


def test_nothing_is_left_of_connections(sandbox: Sandbox, clock: Clock) -> None:
    """Clients that came and went are not kept."""
    for _ in range(50):
        with Listener(sandbox, "private") as listener:
            listener.login(sandbox.demo, clock.now)
            listener.subscribe("account")
            listener.subscribe("orders", instType="ANY")
    assert eventually(lambda: not sandbox._hub.sockets)

    def left() -> int:
        gc.collect()
        return sum(isinstance(one, Client) for one in gc.get_objects())

    assert eventually(lambda: left() <= 1)


@pytest.mark.slow
def test_memory_is_flat(sandbox: Sandbox, clock: Clock) -> None:
    """However long somebody listens, what streams hold stays as large as it was."""
    own = [tracemalloc.Filter(inclusive=True, filename_pattern="*/sandbox/streams/*")]
    names = ("books", "trades", "tickers", "mark-price", "funding-rate", "bbo-tbt")
    sandbox._hub.look_seconds = 0.002

    def held_after(beats: int, listener: Listener) -> int:
        for _ in range(beats):
            clock.now += 1
            listener.until(channel="bbo-tbt")
        gc.collect()
        traces = tracemalloc.take_snapshot().filter_traces(own)
        return sum(one.size for one in traces.statistics("filename"))

    tracemalloc.start()
    try:
        with Listener(sandbox) as listener:
            listener.say("subscribe", *({"channel": one, "instId": SWAP} for one in names))
            before = held_after(10, listener)
            assert before > 1000
            assert held_after(60, listener) < 1.3 * before
    finally:
        tracemalloc.stop()


def test_a_mistake_of_ours_stops_nobody_else(
    sandbox: Sandbox, call: Caller, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """If a push of one client fails in the sandbox itself, it is reported, and all others go on."""

    def fail(*_: object) -> None:
        raise RuntimeError("a mistake")

    with Listener(sandbox) as struck:
        struck.subscribe("tickers", instId="BTC-USDT")
        for socket_ in list(sandbox._hub.sockets):
            socket_.tell = fail
        with Listener(sandbox) as other:
            other.subscribe("trades", instId="BTC-USDT")
            for _ in range(3):
                clock.now += 1
                other.until(channel="trades")
                assert call.public("/api/v5/public/time").status == 200
    assert "a mistake" in caplog.text
