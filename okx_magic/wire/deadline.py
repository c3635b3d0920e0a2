"""A deadline for a whole exchange: connecting, TLS, sending, waiting and reading.

The timeouts of sockets are per read, so a server that sends one byte a second outlasts any of them.
A watchdog thread therefore shuts the socket when the time is over, whatever the exchange is doing.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable


class Guard:
    """What is known of one exchange while it runs; a context manager around it.

    ``written_at`` is the time, on the monotonic clock, just before the first byte of the request may
    leave, None until then; ``expired`` turns True when the deadline passed first.
    """

    __slots__ = ("_on_write", "_release", "_socket", "deadline", "expired", "written_at")

    def __init__(
        self,
        deadline: float,
        release: Callable[[Guard], None],
        on_write: Callable[[], None] | None = None,
    ) -> None:
        self.deadline = deadline
        self._release = release
        self._on_write = on_write
        self.expired = False
        self.written_at: float | None = None
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def written(self) -> bool:
        """Whether any byte of the request may have left."""
        return self.written_at is not None

    def note_write(self) -> None:
        """Note that the first byte is about to leave, before it does; ``on_write`` is told."""
        if self._on_write is not None:
            self._on_write()
        self.written_at = time.monotonic()

    def watch(self, sock: socket.socket) -> None:
        """Name the socket that the exchange uses from now on."""
        self._socket = sock
        if self.expired:
            self.expire()

    def end(self) -> None:
        """From here on the deadline does nothing."""
        self._release(self)

    def expire(self) -> None:
        """Shut the socket, so that whoever waits on it wakes with an error."""
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

    def guard(self, seconds: float, on_write: Callable[[], None] | None = None) -> Guard:
        """The guard of an exchange that is cut off ``seconds`` from now."""
        guard = Guard(time.monotonic() + seconds, self._release, on_write)
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
