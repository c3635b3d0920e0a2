"""The socket: what it bears, what it refuses, and that it is silent."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.sandbox import Sandbox
from okx_magic.sandbox import __main__ as program_of_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox_caller import Caller

TIME = b"GET /api/v5/public/time HTTP/1.1\r\nHost: 127.0.0.1\r\n"
ABSOLUTE = TIME.replace(b" /", b" http://127.0.0.1/", 1)
POST = b"POST /api/v5/trade/order HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def raw(url: str, data: bytes) -> bytes:
    """What comes back for ``data`` until the other side closes."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(data)
        received = b""
        while part := connection.recv(65536):
            received += part
    return received


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (TIME + b"Connection: close\r\n\r\n", b"200"),
        (b"HEAD" + TIME[3:] + b"Connection: close\r\n\r\n", b"405"),
        (b"GET /api/v5/public/time HTTP/1.1\r\nConnection: close\r\n\r\n", b"403"),
        (ABSOLUTE + b"Connection: close\r\n\r\n", b"404"),
        (POST + b"Content-Length: -1\r\n\r\n", b"400"),
        (POST + b"Content-Length: abc\r\n\r\n", b"400"),
        (POST + b"Content-Length: 10000000000\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\r\n\r\n", b"400"),
    ],
)  # fmt: skip
def test_odd_requests(sandbox: Sandbox, data: bytes, status: bytes) -> None:
    """Odd and hostile requests get a status and a closed connection, and harm nobody else."""
    assert raw(sandbox.url, data).split(b" ", 2)[1] == status
    assert b"200 OK" in raw(sandbox.url, TIME + b"Connection: close\r\n\r\n")


def test_body_limit(sandbox: Sandbox) -> None:
    """A body over 1 MiB is refused before it is read; one of just 1 MiB is read and judged."""
    over = POST + b"Content-Length: 1048577\r\n\r\n"
    assert raw(sandbox.url, over).startswith(b"HTTP/1.1 400 ")
    full = POST + b"Connection: close\r\nContent-Length: 1048576\r\n\r\n" + b" " * 1048576
    assert raw(sandbox.url, full).startswith(b"HTTP/1.1 401 ")


def test_one_connection_carries_many_requests(call: Caller) -> None:
    """HTTP/1.1 keep-alive: refusals and answers follow each other on one connection."""
    for _ in range(3):
        assert call.public("/api/v5/public/time").status == 200
        kept = call.connection.sock
        assert call.public("/api/v5/account/balance").status == 401
        assert call.public("/api/v5/nothing").status == 404
        assert call.connection.sock is kept


def test_idle_connections_cost_no_threads(sandbox: Sandbox) -> None:
    """With 200 idle connections it still answers, from its one thread."""
    before = threading.active_count()
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(closing(socket.create_connection((host, int(port)))))
        assert b"200 OK" in raw(sandbox.url, TIME + b"Connection: close\r\n\r\n")
        assert threading.active_count() <= before


def test_loopback_only(sandbox: Sandbox) -> None:
    """It listens on 127.0.0.1 and no other address."""
    assert sandbox.url.startswith("http://127.0.0.1:")
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.2", port), timeout=5)


def test_stop(sandbox: Sandbox) -> None:
    """After stop nobody answers and the thread is gone; a second stop does nothing."""
    thread = sandbox._thread
    assert thread in threading.enumerate()
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(OSError, match="refused"):
        raw(sandbox.url, TIME)
    assert thread not in threading.enumerate()


def test_a_taken_port(sandbox: Sandbox) -> None:
    """A port that is in use is an OSError for whoever asks for it."""
    with pytest.raises(OSError, match="in use"):
        Sandbox.start(port=int(sandbox.url.rpartition(":")[2]))


def test_keys_and_seed() -> None:
    """A seed gives the same keys again, no seed new ones; all have OKX's shapes."""
    with Sandbox.start(seed=1) as one, Sandbox.start(seed=1) as same, Sandbox.start() as other:
        assert (one.demo, one.live) == (same.demo, same.live)
        assert len({one.demo.key, one.live.key, other.demo.key, other.live.key}) == 4
        for keys in (one.demo, one.live, other.demo):
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", keys.key)
            assert re.fullmatch(r"[0-9A-F]{32}", keys.secret)
            assert len(keys.passphrase) <= 32


@pytest.fixture
def program() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-m", "okx_magic.sandbox", "--seed", "1"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_the_program_is_silent_and_stops_cleanly(program: subprocess.Popen[str]) -> None:
    """It says how to connect, writes nothing for hostile requests, and ends well on Ctrl-C."""
    assert program.stdout is not None
    said = "".join(iter(program.stdout.readline, "Ctrl-C stops it.\n"))
    url = re.findall(r"http://127\.0\.0\.1:\d+", said)[0]
    raw(url, POST + b"Content-Length: abc\r\n\r\n")
    raw(url, b"GET /api/v5/public/time HTTP/1.1\r\nConnection: close\r\n\r\n")
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate(timeout=10)
    assert (program.returncode, errors) == (0, "")
    for name in ("OKX_API_KEY", "OKX_SECRET_KEY", "OKX_PASSPHRASE", "OKX_API_BASE_URL", "OKX_DEMO"):
        assert f"export {name}=" in said


def test_an_interrupt_as_soon_as_it_is_ready(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C by a reader faster than the program's own print ends it well, and its door is shut."""

    def print_and_be_interrupted(said: str, **_: Any) -> None:
        sys.stdout.write(f"{said}\n")
        raise KeyboardInterrupt

    monkeypatch.setattr(program_of_sandbox, "print", print_and_be_interrupted, raising=False)
    try:
        status = program_of_sandbox.main(["--seed", "1"])
    except KeyboardInterrupt:
        pytest.fail("the interrupt came through")
    assert status == 0
    ready = json.loads(capsys.readouterr().out.partition("\n")[0])
    with pytest.raises(ConnectionRefusedError):
        raw(ready["url"], TIME + b"\r\n")


_INTERRUPTED_WITHOUT_WAKING = """
import _thread, sys, threading
from okx_magic.sandbox import __main__ as program
program.print = lambda *_, **__: threading.Timer(0.3, _thread.interrupt_main).start()
sys.exit(program.main(["--seed", "1"]))
"""


@pytest.mark.slow
def test_an_interrupt_that_wakes_nothing() -> None:
    """Ctrl-C counts even if the wait had not quite begun, so that the signal woke nothing."""
    done = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED_WITHOUT_WAKING],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_program_on_a_taken_port(sandbox: Sandbox) -> None:
    """A taken port is one line on stderr and exit status 1."""
    port = sandbox.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "okx_magic.sandbox", "--port", port],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert port in done.stderr


def test_help_says_nothing_of_tests() -> None:
    """What a file says to those who change it is not for those who run it."""
    told = program_of_sandbox._parser().format_help()
    assert "The first line is JSON" in told
    assert "lose-answer" in told
    assert "Tested in" not in told
    assert "tests/" not in told
