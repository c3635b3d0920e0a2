"""Connections to one host, kept for the next exchange; the only file that knows how one is made.

urllib3 connects: addresses, TLS, proxies. What then travels is written and read by http.client, upon
which urllib3's connections are built. What urllib3 puts around that (retries, redirects, streams) is
not wanted here, and takes longer than pacing, signing and judging together.
"""

from __future__ import annotations

import http.client
import ssl
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.exceptions import HTTPError, ProxyError
from urllib3.util import Url, make_headers, parse_url

from okx_magic.wire.failures import BundleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.wire.deadline import Guard

# For each address of the host.
CONNECT_SECONDS = 3.05

# What goes wrong between connecting and the last byte of an answer.
ERRORS = (HTTPError, http.client.HTTPException, OSError)


class _Guarded(http.client.HTTPConnection):
    """A connection that serves one exchange at a time, and tells its guard what goes on."""

    guard: Guard
    # Whoever turns http.client's debugging on would have it print the headers, passphrase and all.
    debuglevel = 0
    # urllib3's looks at each header for whether it shall be left out.
    putheader = http.client.HTTPConnection.putheader

    def exchange(
        self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """Write a request and read the head of its answer."""
        self.guard.note_write()
        http.client.HTTPConnection.request(self, method, target, body, headers)
        return http.client.HTTPConnection.getresponse(self)

    def _new_conn(self) -> Any:
        # A proxy's tunnel and TLS are still to come, and may take their time.
        sock = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        self.guard.watch(sock)
        return sock


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


Connection = _Plain | _Secure


class Pool:
    """Connects to a base URL, and keeps the connections. Thread-safe.

    ``timeout`` is in seconds, for each read and write; ``ca_bundle`` is a file of certificates;
    ``proxy`` is for https alone.
    """

    def __init__(
        self, base_url: str, *, timeout: float, ca_bundle: str, proxy: str | None = None
    ) -> None:
        self._url = parse_url(base_url)
        self._timeout = timeout
        self._ca_bundle = ca_bundle
        self._proxy = parse_url(proxy) if proxy else None
        self._kept: list[_Plain | _Secure] = []
        self._closed = False

    def take(self, guard: Guard) -> Connection:
        """A connection for one exchange: a kept one, or a new one. Raises one of ``ERRORS``."""
        connection = self._living() or self._new()
        connection.guard = guard
        if connection.is_closed:
            self._connect(connection)
        # TLS inside the TLS of a proxy is no socket, but has one.
        guard.watch(getattr(connection.sock, "socket", connection.sock))
        return connection

    def keep(self, connection: Connection) -> None:
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

    def _living(self) -> Connection | None:
        while self._kept:
            connection = self._kept.pop()
            # What can be read before anything was asked is the end, or no answer to us.
            if connection.is_connected and not _decrypted(connection.sock):
                return connection
            connection.close()
        return None

    def _new(self) -> Connection:
        host, port = _address(self._url)
        timeout = min(CONNECT_SECONDS, self._timeout)
        if self._url.scheme == "http":
            return _Plain(host, port, timeout=timeout)
        if self._proxy is None:
            return _Secure(host, port, timeout=timeout, ssl_context=self._tls)
        connection = _Secure(
            *_address(self._proxy),
            timeout=timeout,
            ssl_context=self._tls,
            proxy=self._proxy,
            proxy_config=ProxyConfig(self._tls, False, None, None),  # noqa: FBT003  # a named tuple
        )
        user = unquote(self._proxy.auth or "")
        headers = make_headers(proxy_basic_auth=user or None)
        connection.set_tunnel(host, port, headers, self._proxy.scheme or "http")
        return connection

    def _connect(self, connection: Connection) -> None:
        try:
            connection.connect()
            connection.sock.settimeout(self._timeout)
        except BaseException as error:
            before_proxy = connection.proxy and not connection.has_connected_to_proxy
            connection.close()
            if before_proxy and isinstance(error, ERRORS):
                raise ProxyError("", error) from error
            raise

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        # One for all connections, as reading the bundle takes longer than connecting. Not made by the
        # functions of ssl or urllib3: those write the keys to where SSLKEYLOGFILE points.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_verify_locations(self._ca_bundle)
        except OSError as error:  # as ssl.SSLError is
            raise BundleError from error
        return context


def _decrypted(sock: Any) -> int:
    """How many bytes TLS holds that were not read: no look at the socket shows them."""
    # TLS inside the TLS of a proxy is no socket.
    tls = getattr(sock, "sslobj", sock)
    return tls.pending() if hasattr(tls, "pending") else 0


def _address(url: Url) -> tuple[str, int]:
    """Host and port; the brackets around an IPv6 address belong to the URL."""
    return (url.host or "").strip("[]"), url.port or (80 if url.scheme == "http" else 443)
