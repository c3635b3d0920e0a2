"""Connections to one host, kept for the next exchange, and a deadline over each exchange.

The deadline is for a whole exchange: connecting, TLS, sending, waiting and reading. The timeouts of
sockets are per read, so a server that sends one byte a second outlasts any of them. A watchdog thread
therefore shuts the socket when the time is over, whatever the exchange is doing.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from typing import TYPE_CHECKING, Any, Protocol, Self

from okx_magic.wire.dialing import Dialer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.wire.dialing import HttpConnection


class Permit(Protocol):
    """What a request needs to pass to the socket: taken just before its first byte, given back when
    all of it was handed over. ``take`` refuses by an error of ours. ``written`` is True when a byte of it
    may have left.
    """

    written: bool

    def take(self) -> None:
        """Raise an OkxMagicError if the request must not be sent any more."""

    def give_back(self) -> None:
        """Note that it has passed, or will not."""


class Guard:
    """What is known of one exchange while it runs; a context manager around it.

    ``written_at`` is the time, on the monotonic clock, just before the first byte of the request may
    leave, None until then; ``expired`` turns True when the deadline passed first.
    """

    __slots__ = (
        "_permit",
        "_release",
        "_socket",
        "deadline",
        "expired",
        "written_at",
    )

    def __init__(
        self,
        deadline: float,
        release: Callable[[Guard], None],
        permit: Permit | None = None,
    ) -> None:
        self.deadline = deadline
        self._release = release
        self._permit = permit
        self.expired = False
        self.written_at: float | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.note_sent()
        self.end()

    @property
    def written(self) -> bool:
        """Whether any byte of the request may have left."""
        return self.written_at is not None

    def note_write(self) -> None:
        """Note that the first byte is about to leave, before it does; the permit may refuse that."""
        if self._permit is not None:
            self._permit.take()
        self.written_at = time.monotonic()

    def note_sent(self) -> None:
        """Note that the request was handed to the socket, or could not be."""
        if self._permit is not None:
            self._permit.give_back()
            self._permit = None

    def watch(self, sock: socket.socket) -> None:
        """Name the socket that the exchange uses from now on."""
        self._socket = sock
        if self.expired:
            self.expire()

    def end(self) -> None:
        """From here on the deadline does nothing."""
        self._release(self)

    def expire(self) -> None:
        """Shut the socket, so that what waits on it wakes with an error."""
        self.expired = True
        if self._socket is not None:
            # The plain method also on a TLS socket: its own would wait for the other side.
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Watchdog:
    """Holds the deadlines of the running exchanges; its one thread lives while there are any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._guards: set[Guard] = set()
        self._wakes_at = 0.0
        self._thread: threading.Thread | None = None

    def guard(
        self,
        seconds: float,
        permit: Permit | None = None,
    ) -> Guard:
        """The guard of an exchange that is cut off ``seconds`` from now."""
        guard = Guard(time.monotonic() + seconds, self._release, permit)
        with self._changed:
            self._guards.add(guard)
            if self._thread is None:
                self._wakes_at = guard.deadline
                self._thread = threading.Thread(
                    target=self._run, name="okx_magic-watchdog", daemon=True
                )
                self._thread.start()
            # A later deadline needs no waking: the thread looks again at the earlier one.
            elif guard.deadline < self._wakes_at:
                self._changed.notify()
        return guard

    def stop(self) -> None:
        """Forget all guards and let the thread end at once."""
        with self._changed:
            self._guards.clear()
            self._changed.notify()

    def _release(self, guard: Guard) -> None:
        with self._changed:
            self._guards.discard(guard)

    def _run(self) -> None:
        with self._changed:
            while self._guards:
                now = time.monotonic()
                for guard in [guard for guard in self._guards if guard.deadline <= now]:
                    self._guards.discard(guard)
                    guard.expire()
                if self._guards:
                    self._wakes_at = min(guard.deadline for guard in self._guards)
                    self._changed.wait(self._wakes_at - now)
            self._thread = None


class Pool:
    """Connects to a base URL, and keeps the connections. Thread-safe.

    See ``Dialer`` for the arguments.
    """

    def __init__(
        self, base_url: str, *, timeout: float, ca_bundle: str, proxy: str | None = None
    ) -> None:
        self._dialer = Dialer(base_url, timeout=timeout, ca_bundle=ca_bundle, proxy=proxy)
        self._kept: list[HttpConnection] = []
        self._closed = False

    def take(self, guard: Guard) -> HttpConnection:
        """A connection for one exchange: a kept one, or a new one. Raises one of ``dialing.ERRORS``."""
        connection = self._living() or self._dialer.new()
        connection.guard = guard
        if connection.is_closed:
            self._dialer.connect(connection)
        # TLS inside the TLS of a proxy is no socket, but has one.
        guard.watch(getattr(connection.sock, "socket", connection.sock))
        return connection

    def keep(self, connection: HttpConnection) -> None:
        """Take a connection back, after its answer was read to the end."""
        if self._closed:
            connection.close()
        else:
            self._kept.append(connection)

    def close(self) -> None:
        """Close the connections: the kept ones now, the others when they come back."""
        self._closed = True
        while self._kept:
            self._kept.pop().close()

    def forget(self) -> None:
        """Drop the kept connections without a word to the other side: they belong to the process that
        this one was forked from.
        """
        self._kept = []

    def _living(self) -> HttpConnection | None:
        while self._kept:
            connection = self._kept.pop()
            # What can be read before anything was asked is the end, or no answer to us.
            if connection.is_connected and not _decrypted(connection.sock):
                return connection
            connection.close()
        return None


def exchange(
    connection: HttpConnection,
    method: str,
    target: str,
    body: bytes | None,
    headers: Mapping[str, str],
) -> HTTPResponse:
    """Write a request and read the head of its answer; the connection's guard is told."""
    guard = connection.guard
    guard.note_write()
    try:
        HTTPConnection.request(connection, method, target, body, headers)
    finally:
        guard.note_sent()
    return HTTPConnection.getresponse(connection)


def _decrypted(sock: Any) -> int:
    """How many bytes TLS holds that were not read: no look at the socket shows them."""
    # TLS inside the TLS of a proxy is no socket.
    tls = getattr(sock, "sslobj", sock)
    return tls.pending() if hasattr(tls, "pending") else 0
