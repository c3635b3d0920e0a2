"""Answers that are made to fill the memory: refused for little work and little memory."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rawserver import RawServer, http

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
ROOM = 64 * MIB
REFUSED = "larger than any|not compressed as it says|broken HTTP|not HTTP"

# The most memory so far; ru_maxrss would begin with that of the process that started this one.
PEAK = """
import resource
def peak():
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
"""
# Run in a process of its own: what it asks for, what it is told, for how many seconds it worked, and how
# much more memory than before it had at the most.
OURS = """
import json, sys, time
from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.wire.transport import Transport
url, *targets = sys.argv[1:]
transport = Transport(url, timeout=10)
transport.send(Request("GET", "/small"))
before = peak()
for target in targets:
    started = time.process_time()
    try:
        said = len(transport.send(Request("GET", target)).body)
    except TransportError as error:
        said = error.message
    print(json.dumps([target, said, time.process_time() - started, peak() - before]), flush=True)
transport.close()
"""
NAIVE = """
import json, sys, time
import requests
url, target = sys.argv[1:]
plain = requests.Session()
plain.trust_env = False
plain.get(url + "/small")
before, started = peak(), time.process_time()
said = len(plain.get(url + target).content)
print(json.dumps([target, said, time.process_time() - started, peak() - before]))
"""


@cache
def packed(times: int) -> bytes:
    """300 MiB of zeros, packed so many times over."""
    if times > 1:
        return gzip.compress(packed(times - 1))
    packer = zlib.compressobj(6, wbits=zlib.MAX_WBITS | 16)
    zeros = bytes(MIB)
    return b"".join(packer.compress(zeros) for _ in range(300)) + packer.flush()


def for_ever(first: bytes, again: bytes) -> Callable[[socket.socket], None]:
    def reply(connection: socket.socket) -> None:
        connection.sendall(first)
        while True:
            connection.sendall(again)

    return reply


_OK = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_CHUNK = b"%x\r\n%b\r\n" % (MIB, bytes(MIB))
BOMBS: dict[str, Callable[[], bytes | Callable[[socket.socket], None]]] = {
    "/gzip": lambda: http(packed(1), headers="Content-Encoding: gzip\r\n"),
    "/gzip-gzip": lambda: http(packed(2), headers="Content-Encoding: gzip, gzip\r\n"),
    "/six-layers": lambda: http(
        packed(6), headers="Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip\r\n"
    ),
    "/gzip-in-chunks": lambda: (
        _CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n")
        + b"%x\r\n%b\r\n0\r\n\r\n" % (len(packed(1)), packed(1))
    ),
    "/a-gibibyte": lambda: for_ever(_OK + b"Content-Length: 1073741824\r\n\r\n", bytes(MIB)),
    "/without-a-length": lambda: for_ever(_OK + b"\r\n", bytes(MIB)),
    "/endless-chunks": lambda: for_ever(_CHUNKED, _CHUNK),
    "/one-chunk-of-gigabytes": lambda: for_ever(_CHUNKED + b"ffffffff\r\n", bytes(MIB)),
    "/a-chunk-below-zero": lambda: for_ever(_CHUNKED + b"-1\r\n", bytes(MIB)),
    "/endless-line-of-a-chunk": lambda: for_ever(_CHUNKED + b"1;", b"x" * MIB),
    "/endless-trailers": lambda: for_ever(_CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
    "/endless-header": lambda: for_ever(_OK + b"X: ", b"x" * MIB),
    "/endless-headers": lambda: for_ever(_OK, b"X: y\r\n" * 10_000),
    "/endless-status": lambda: for_ever(b"HTTP/1.1 200 ", b"x" * MIB),
}


@pytest.fixture(scope="module")
def server() -> Iterator[RawServer]:
    """Answers with the bomb that is named by the path."""
    raw = RawServer()
    made = {name: bomb() for name, bomb in BOMBS.items()}

    def reply(connection: socket.socket) -> None:
        target = raw.target
        bomb = made.get(target, http(b"{}", headers="Connection: close\r\n"))
        if isinstance(bomb, bytes):
            connection.sendall(bomb)
        else:
            bomb(connection)

    raw.reply = reply
    yield raw
    raw.close()


def told_by(program: str, *arguments: str) -> list[list[Any]]:
    done = subprocess.run(
        [sys.executable, "-c", PEAK + program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def naive(server: RawServer) -> list[Any]:
    """What requests makes of the first bomb."""
    (told,) = told_by(NAIVE, server.url, "/gzip")
    return told


def test_every_bomb_is_refused_soon_and_for_little_memory(
    server: RawServer, naive: list[Any]
) -> None:
    """One error each, for less work than a naive client has, and for less than 64 MiB in all."""
    told = told_by(OURS, server.url, *BOMBS)
    assert [target for target, *_ in told] == list(BOMBS)
    for target, said, seconds, memory in told:
        assert re.search(REFUSED, str(said)), (target, said)
        assert seconds < naive[2], (target, seconds)
        assert memory <= ROOM, (target, memory / MIB)


def test_a_naive_client_is_filled_up(naive: list[Any]) -> None:
    """The control: requests unpacks all of the 300 MiB."""
    _, said, _, memory = naive
    assert said == 300 * MIB
    assert memory >= 250 * MIB
