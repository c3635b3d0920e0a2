"""A socket on the wire: the handshake, texts in and out, and how a connection ends.

Tested in ``tests/sandbox/test_sandbox_streams_abuse.py``.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tornado.iostream import StreamBufferFullError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from okx_magic.sandbox.gateway import is_local
from okx_magic.sandbox.replies import compact, text
from okx_magic.sandbox.streams.client import Client

if TYPE_CHECKING:
    from okx_magic.sandbox.streams.hub import Hub
    from okx_magic.sandbox.streams.messages import Frame

# OKX docs, Subscribe: a request may be so long; and so much waits for a client that does not read.
_MOST_BYTES = 65_536
_MOST_WAITING = 4 << 20


class Socket(WebSocketHandler):
    """One connection of a client."""

    def initialize(self, hub: Hub) -> None:
        """Tornado's constructor."""
        self._hub = hub
        self._silent = False

    def check_origin(self, origin: str) -> bool:
        """Any, here: ``prepare`` has judged it."""
        del origin
        return True

    def prepare(self) -> None:
        """Judges the handshake."""
        headers = {name.lower(): value for name, value in self.request.headers.get_all()}
        if not is_local(headers):
            self.send_error(403)
        elif not self._hub.admits(str(self.request.remote_ip)):
            self.send_error(429)

    def open(self, *args: str, **_: str) -> None:
        """The handshake is done."""
        # Tornado has no other way to say how much may wait.
        connection: Any = self.ws_connection
        self._stream = connection.stream
        self._stream.max_write_buffer_size = _MOST_WAITING
        self._live()
        simulated = self.request.headers.get("x-simulated-trading", "")
        environment = {"1": "demo", "0": "live"}.get(simulated, self._hub.environment)
        self.client = Client(self, self._hub, args[0], environment, str(self.request.remote_ip))
        self._hub.sockets.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Has what a client says answered."""
        self._live()
        if message == "ping":
            self._write(b"pong")
        elif len(message) > _MOST_BYTES:
            self.close(1009, "User subscription request is too large")
        else:
            self.client.hear(message if isinstance(message, str) else message.decode("latin-1"))

    def on_close(self) -> None:
        """Nothing of it is kept."""
        self._hub.sockets.discard(self)

    def say(self, frame: Frame) -> None:
        """Sends ``frame``."""
        self._live()
        self._write(compact(frame))

    def end(self, code: str) -> None:
        """Closes it with one of OKX's codes."""
        self.close(int(code), text(code))

    def end_later(self, seconds: float) -> None:
        """Closes it then, for an upgrade."""
        asyncio.get_running_loop().call_later(seconds, self.close, 1001)

    def say_later(self, seconds: float, frame: Frame) -> None:
        """Sends ``frame`` then."""
        asyncio.get_running_loop().call_later(seconds, self.say, frame)

    def end_if_idle(self, seconds: float) -> None:
        """Closes it if nothing has moved on it for so long."""
        if asyncio.get_running_loop().time() - self._alive > seconds and not self._silent:
            self.end("4004")

    def silence(self) -> None:
        """Sends nothing more, and stays open."""
        self._silent = True

    def drop(self) -> None:
        """Breaks it off, without a word."""
        self._stream.close()

    def _write(self, data: bytes) -> None:
        if self._silent:
            return
        with suppress(WebSocketClosedError):
            try:
                self.write_message(data)
            except StreamBufferFullError:
                self._stream.max_write_buffer_size = None
                self.end("4005")

    def _live(self) -> None:
        self._alive = asyncio.get_running_loop().time()
