"""A server on a raw socket: it records the very bytes that arrive and answers as a test tells it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

Reply = bytes | Callable[[socket.socket], None]


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """A whole HTTP/1.1 answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


EMPTY = http(b'{"code":"0","msg":"","data":[]}')


@dataclass
class RawServer:
    """Answers each request with ``reply``, or with what ``answer`` makes of its head; ``requests``
    holds what came, as (head, body). With ``hang_up`` it closes after an answer; with ``tls`` it is an
    https server.
    """

    reply: Reply = EMPTY
    requests: list[tuple[bytes, bytes]] = field(default_factory=list)
    connections: int = 0
    answer: Callable[[bytes], bytes] | None = None
    hang_up: bool = False
    tls: ssl.SSLContext | None = None
    address: str = "127.0.0.1"

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        self._listener = socket.create_server((self.address, 0), family=family)
        scheme = "https" if self.tls else "http"
        host = f"[{self.address}]" if ":" in self.address else self.address
        self.url = f"{scheme}://{host}:{self._listener.getsockname()[1]}"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def target(self) -> str:
        """The request target of the last request, as it arrived."""
        return self.requests[-1][0].split(b" ")[1].decode("latin-1")

    @property
    def body(self) -> bytes:
        return self.requests[-1][1]

    def header(self, name: str) -> str | None:
        for line in self.requests[-1][0].decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(": ")
            if key.lower() == name.lower():
                return value
        return None

    def close(self) -> None:
        with suppress(OSError):
            # Wakes the thread that accepts; closing alone would not.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _secured(self, accepted: socket.socket) -> socket.socket:
        return self.tls.wrap_socket(accepted, server_side=True) if self.tls else accepted

    def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError), self._secured(accepted) as connection:
            while True:
                head = _until(connection, b"\r\n\r\n")
                if not head:
                    return
                lengths = [
                    int(line.partition(b":")[2])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ]
                body = _exactly(connection, lengths[0] if lengths else 0)
                self.requests.append((head, body))
                if callable(self.reply):
                    self.reply(connection)
                    return
                reply = self.answer(head) if self.answer else self.reply
                connection.sendall(reply)
                if self.hang_up and b"/public/time" not in head:
                    return


def _until(connection: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        byte = connection.recv(1)
        if not byte:
            return b""
        data += byte
    return data


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        data += connection.recv(length - len(data))
    return data
