"""The exchange on a socket of this machine: Tornado, HTTP/1.1, loopback only, silent."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from okx_magic.sandbox.exchange import Clock, Exchange
from okx_magic.sandbox.gateway import RawRequest
from okx_magic.sandbox.keys import Keys, issue_keys
from okx_magic.sandbox.market import Market

if TYPE_CHECKING:
    from collections.abc import Awaitable

_ADDRESS = "127.0.0.1"
_BODY_LIMIT = 1 << 20
_BODY_SECONDS = 30
_IDLE_SECONDS = 300
_DEFAULT_MARKET = 0


class Sandbox:
    """A running exchange at ``url``, with ``demo`` and ``live`` keys of two separate accounts.

    It runs in a daemon thread of its own until ``stop``, or the end of a ``with`` block.
    """

    def __init__(self, *, port: int, seed: int | None, clock: Clock) -> None:
        self.demo = issue_keys("demo", seed)
        self.live = issue_keys("live", seed)
        keyring: dict[str, Keys] = {"demo": self.demo, "live": self.live}
        market = Market(_DEFAULT_MARKET if seed is None else seed)
        self._exchange = Exchange(keyring, market, clock)
        self._socket = socket.create_server((_ADDRESS, port))
        self._socket.settimeout(0)
        self.url = f"http://{_ADDRESS}:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="okx-sandbox", daemon=True)

    @classmethod
    def start(cls, *, port: int = 0, seed: int | None = None, clock: Clock = time.time) -> Sandbox:
        """A sandbox that listens when this returns; OSError if ``port`` is taken.

        ``port`` 0 takes a free one. With a ``seed`` keys and market are always the same; without,
        the keys are random and the market is market 0. ``clock`` gives seconds since 1970.
        """
        sandbox = cls(port=port, seed=seed, clock=clock)
        sandbox._thread.start()
        return sandbox

    def stop(self) -> None:
        """Closes all connections and ends the thread; a second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = HTTPServer(
            _Gate(self._exchange),
            max_body_size=_BODY_LIMIT,
            body_timeout=_BODY_SECONDS,
            idle_connection_timeout=_IDLE_SECONDS,
        )
        server.add_socket(self._socket)
        await self._ended.wait()
        server.stop()
        await server.close_all_connections()


class _Gate(HTTPServerConnectionDelegate):
    """Gives each request on each connection a reader of its own."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        del server_conn
        return _Reader(self._exchange, request_conn)


class _Reader(HTTPMessageDelegate):
    """Gathers one request as it came, and writes the reply."""

    def __init__(self, exchange: Exchange, connection: HTTPConnection) -> None:
        self._exchange = exchange
        self._connection = connection
        self._start = RequestStartLine("", "", "")
        self._headers = HTTPHeaders()
        self._body = bytearray()

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        assert isinstance(start_line, RequestStartLine)  # noqa: S101 - a server hears requests only
        self._start, self._headers = start_line, headers
        return None

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._body += chunk
        return None

    def finish(self) -> None:
        request = RawRequest(
            method=self._start.method,
            target=self._start.path,
            headers={name.lower(): value for name, value in self._headers.get_all()},
            body=bytes(self._body),
        )
        reply = self._exchange.answer(request)
        headers = HTTPHeaders(
            {"Content-Type": "application/json", "Content-Length": str(len(reply.body))}
        )
        line = ResponseStartLine("HTTP/1.1", reply.status, HTTPStatus(reply.status).phrase)
        # The answer to HEAD has the headers of a body, and none.
        body = b"" if request.method == "HEAD" else reply.body
        self._connection.write_headers(line, headers, body)
        self._connection.finish()
