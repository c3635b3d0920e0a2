"""What is said on a connection: a request as it came, and its answer as it shall be.

Tested in ``tests/sandbox/test_sandbox_http.py``.
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from tornado import httputil
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from okx_magic.sandbox.gateway import RawRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tornado.web import Application

    from okx_magic.sandbox.faulty import FaultyExchange
    from okx_magic.sandbox.replies import Reply

_STREAMS = "/ws/v5/"
# SO_LINGER on, for no time: closing then resets.
_RESET = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


@dataclass(frozen=True)
class Gate(httputil.HTTPServerConnectionDelegate):
    """Gives each request on each connection a reader of its own. ``sockets`` takes those that want to be
    a WebSocket; ``done`` is called when a request has been answered.
    """

    exchange: FaultyExchange
    sockets: Application
    done: Callable[[], None]

    def start_request(
        self, server_conn: object, request_conn: httputil.HTTPConnection
    ) -> httputil.HTTPMessageDelegate:
        """The reader of the next request of ``request_conn``."""
        del server_conn
        assert isinstance(request_conn, HTTP1Connection)  # noqa: S101 - Tornado has no other
        return _Reader(self, request_conn)


class _Reader(httputil.HTTPMessageDelegate):
    """Gathers one request as it came, and writes the reply."""

    def __init__(self, gate: Gate, connection: HTTP1Connection) -> None:
        self._gate = gate
        self._socket: httputil.HTTPMessageDelegate | None = None
        self._connection = connection
        self._start = httputil.RequestStartLine("", "", "")
        self._headers = httputil.HTTPHeaders()
        self._body = bytearray()

    def headers_received(
        self,
        start_line: httputil.RequestStartLine | httputil.ResponseStartLine,
        headers: httputil.HTTPHeaders,
    ) -> Awaitable[None] | None:
        assert isinstance(start_line, httputil.RequestStartLine)  # noqa: S101 - a server hears no others
        self._start, self._headers = start_line, headers
        upgrades = headers.get("Upgrade", "").lower() == "websocket"
        if upgrades and start_line.path.startswith(_STREAMS):
            self._socket = self._gate.sockets.start_request(None, self._connection)
            return self._socket.headers_received(start_line, headers)
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._body += chunk
        return None

    def on_connection_close(self) -> None:
        if self._socket is not None:
            self._socket.on_connection_close()

    def finish(self) -> None:
        if self._socket is not None:
            self._socket.finish()
            return
        request = RawRequest(
            method=self._start.method,
            target=self._start.path,
            headers={name.lower(): value for name, value in self._headers.get_all()},
            body=bytes(self._body),
            address=self._connection.context.remote_ip,  # type: ignore[attr-defined] # Tornado's
        )
        reply = self._gate.exchange.answer(request)
        asyncio.get_running_loop().call_soon(self._gate.done)
        headers = httputil.HTTPHeaders({"Content-Type": reply.content_type, **dict(reply.headers)})
        headers["Content-Length"] = str(len(reply.body))
        line = httputil.ResponseStartLine("HTTP/1.1", reply.status, HTTPStatus(reply.status).phrase)
        # The answer to HEAD has the headers of a body, and none.
        body = b"" if request.method == "HEAD" else reply.body
        if reply.wire == "whole" and not reply.pause:
            self._connection.write_headers(line, headers, body)
            self._connection.finish()
            return
        lines = [f"HTTP/1.1 {line.code} {line.reason}", *map(": ".join, headers.get_all())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self._task = asyncio.create_task(self._misbehave(reply, head, body))

    async def _misbehave(self, reply: Reply, head: bytes, body: bytes) -> None:
        connection, stream = self._connection, self._connection.stream
        # The client may give up meanwhile: it closes, and the stream with it.
        with suppress(StreamClosedError):
            if reply.wire == "drip":
                stream.set_nodelay(value=True)
                for byte in head + body:
                    await stream.write(bytes([byte]))
                    await asyncio.sleep(reply.pause)
            else:
                await asyncio.sleep(reply.pause)
            if reply.wire == "nothing" or stream.closed():
                return
            match reply.wire:
                case "whole":
                    await stream.write(head + body)
                case "twice":
                    await stream.write((head + body) * 2)
                case "half":
                    await stream.write(head + body[: len(body) // 2])
                case "reset":
                    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            if reply.wire in {"half", "reset", "close"}:
                connection.close()
            else:
                connection.finish()
