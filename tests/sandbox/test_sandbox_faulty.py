"""Faults that are slow, repeated or by chance, and clients that give up."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox


TIME = "/api/v5/public/time"
CONFIG = "/api/v5/account/config"


def test_a_storm_passes(call: Caller, sandbox: Sandbox) -> None:
    """Five requests are too many; the sixth is served."""
    sandbox.set_faults("next 5 any: 50011")
    assert [call.public(TIME).status for _ in range(6)] == [429] * 5 + [200]


def test_skew(call: Caller, sandbox: Sandbox, clock: Clock) -> None:
    """The exchange's clock can go wrong for all requests or for some; then right signatures expire."""
    sandbox.set_faults("skew=31")
    assert call.public(TIME).data[0]["ts"] == "1772508831500"
    assert call.get(CONFIG).json["code"] == "50102"
    sandbox.set_faults("next GET */config: skew=-31")
    assert call.get(CONFIG).json["code"] == "50102"
    assert call.get(CONFIG).status == 200
    assert call.public(TIME).data[0]["ts"] == f"{int(clock.now * 1000)}"


@pytest.mark.parametrize("target", [TIME, "/api/v5/market/books?instId=BTC-USDT&sz=5"])
def test_twice(sandbox: Sandbox, target: str) -> None:
    """The answer stands on the connection twice: who reads on takes it for the next one."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        for fault in ("x-sandbox-fault: twice", "Connection: close"):
            ask = f"GET {target} HTTP/1.1\r\nHost: {host}\r\n{fault}\r\n\r\n"
            connection.sendall(ask.encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    first, second, own = received.split(b"HTTP/1.1 200 OK\r\n")[1:]
    assert first == second != own


def test_slow(call: Caller) -> None:
    """A slow answer comes whole, and no faster than byte by byte."""
    started = time.perf_counter()
    assert call.public(TIME, **{"x-sandbox-fault": "slow=1"}).data
    assert time.perf_counter() - started > 0.1


def test_delay(call: Caller) -> None:
    """A delayed answer comes whole, after so many milliseconds."""
    started = time.perf_counter()
    assert call.public(TIME, **{"x-sandbox-fault": "delay=60"}).data
    assert time.perf_counter() - started > 0.06


def test_a_hanging_answer_holds_up_nobody(call: Caller, sandbox: Sandbox) -> None:
    """While answers hang and drip, others are served; stopping ends them all in silence."""
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    ask = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nx-sandbox-fault: {}\r\n\r\n"
    waiting = [socket.create_connection((host, int(port))) for _ in range(3)]
    for connection, fault in zip(waiting, ("hang", "slow=50", "delay=60000"), strict=True):
        connection.sendall(ask.format(TIME, fault).encode())
    assert call.public(TIME).status == 200
    assert sandbox._thread in threading.enumerate()
    sandbox.stop()
    assert sandbox._thread not in threading.enumerate()
    for connection in waiting:
        with suppress(ConnectionResetError):
            while connection.recv(100):
                pass
        connection.close()


PROGRAM = """
import socket, sys, time
from okx_magic.sandbox import Sandbox
faults = ["hang", "slow=20", "delay=60000", "reset", "half", "twice", "close"] * 5
kept = []
sandbox = Sandbox.start()
host, _, port = sandbox.url.removeprefix("http://").partition(":")
for number, fault in enumerate(faults):
    connection = socket.create_connection((host, int(port)))
    ask = f"GET /api/v5/public/time HTTP/1.1\\r\\nHost: localhost\\r\\nx-sandbox-fault: {fault}\\r\\n"
    connection.sendall(ask.encode() + b"\\r\\n")
    if number % 2:
        connection.close()
    else:
        kept.append(connection)
time.sleep(0.3)
sandbox.stop()
for connection in kept:
    connection.close()
"""


def test_clients_that_give_up_leave_no_noise() -> None:
    """Clients that close at any point of a fault, and a stop among them, write nothing to stderr."""
    command = [sys.executable, "-W", "error", "-c", PROGRAM]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_a_fault_in_the_answer_to_head(call: Caller) -> None:
    """An answer to HEAD has no body, broken or not."""
    answer = call.send("HEAD", TIME, {"x-sandbox-fault": "502"})
    assert (answer.status, answer.body) == (502, b"")
    assert json.loads(call.public(TIME).body)["code"] == "0"
