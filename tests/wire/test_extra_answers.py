"""A second answer behind the first on a kept connection: it must never pass for the answer to what is
asked next.
"""

from __future__ import annotations

import io
import json
import socket
import ssl
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from rawserver import RawServer
from rawserver import http as answer_of

from okx_magic.model import Request
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Within one segment; beyond what is read at once; beyond a TLS record.
SIZES = (1, 9_000, 90_000)


def body(who: str, size: int) -> bytes:
    filling = "x" * size
    return json.dumps({"code": "0", "msg": "", "data": [{"who": who, "filling": filling}]}).encode()


@pytest.fixture(params=["http", "https"])
def extra(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RawServer, str | None]]:
    """A server whose every answer names the path asked for; it can send one more behind it."""
    context = bundle = None
    if request.param == "https":
        authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        bundle = str(tmp_path / "bundle.pem")
        authority.cert_pem.write_to_path(bundle)
    server = RawServer(tls=context)
    yield server, bundle
    server.close()


def answering(size: int, *, extras: int) -> Any:
    """Answers by path, and behind the first answer some that nobody asked for."""
    left = [extras]

    def answer(head: bytes) -> bytes:
        path = head.split(b" ")[1].decode()
        own = answer_of(body(path, 10))
        behind = answer_of(body("forged", size)) * left[0]
        left[0] = 0
        return own + behind

    return answer


def who(content: bytes) -> str:
    named: str = json.loads(content)["data"][0]["who"]
    return named


@pytest.mark.parametrize("pause", [0.0, 0.05])
@pytest.mark.parametrize("size", SIZES)
def test_an_answer_that_nobody_asked_for_is_never_used(
    extra: tuple[RawServer, str | None], size: int, pause: float
) -> None:
    """Each answer is that to its own request, however large the forged one and whether or not it has
    come by then.
    """
    server, bundle = extra
    server.answer = answering(size, extras=3)
    with closing(Transport(server.url, ca_bundle=bundle)) as transport:
        for number in range(4):
            target = f"/{number}"
            assert who(transport.send(Request("GET", target)).body) == target
            time.sleep(pause)


def test_an_answer_in_the_buffer_of_tls_is_never_used(extra: tuple[RawServer, str | None]) -> None:
    """The hardest place: the own answer ends where the reader's buffer does, and the forged one waits
    decrypted, where no look at the socket sees it.
    """
    server, bundle = extra
    left = ["forged"]

    def answer(head: bytes) -> bytes:
        path = head.split(b" ")[1].decode()
        room = io.DEFAULT_BUFFER_SIZE - len(answer_of(body(path, 1000))) + 1000
        own = answer_of(body(path, room))
        assert len(own) == io.DEFAULT_BUFFER_SIZE
        return own + (answer_of(body(left.pop(), 1)) if left else b"")

    server.answer = answer
    with closing(Transport(server.url, ca_bundle=bundle)) as transport:
        for number in range(3):
            assert who(transport.send(Request("GET", f"/{number}")).body) == f"/{number}"


def test_control_a_client_that_keeps_its_connection_takes_it() -> None:
    """The control: a client that reads on where the first answer ended takes the forged one."""
    server = RawServer()
    server.answer = answering(1, extras=1)
    host, port = server.url.removeprefix("http://").split(":")
    with closing(server), closing(socket.create_connection((host, int(port)), 5)) as connection:
        reader = connection.makefile("rb")
        seen = []
        for number in range(2):
            connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            length = 0
            while (line := reader.readline()) != b"\r\n":
                if line.startswith(b"Content-Length:"):
                    length = int(line.split()[1])
            seen.append(who(reader.read(length)))
        reader.close()
    assert seen == ["/0", "forged"]
