"""Makes connections to one host; the only file that knows how.

urllib3 connects: addresses, TLS, proxies. What then travels is written and read by http.client, upon
which urllib3's connections are built. What urllib3 puts around that (retries, redirects, streams) is
not wanted here, and takes longer than pacing, signing and judging together.

Tested in ``tests/wire/test_pool.py``.
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
    from okx_magic.wire.pool import Guard

# For each address of the host.
CONNECT_SECONDS = 3.05

# What goes wrong between connecting and the last byte of an answer.
ERRORS = (HTTPError, http.client.HTTPException, OSError)


class _Guarded(http.client.HTTPConnection):
    """A connection that serves one exchange at a time, and tells its guard which socket it uses."""

    guard: Guard
    # With http.client's debugging on it would print the headers, passphrase and all.
    debuglevel = 0
    # urllib3's looks at each header for whether it shall be left out.
    putheader = http.client.HTTPConnection.putheader

    def _new_conn(self) -> Any:
        # A proxy's tunnel and TLS are still to come, and may take their time.
        sock = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        self.guard.watch(sock)
        return sock


class _Plain(_Guarded, HTTPConnection):
    pass


class _Secure(_Guarded, HTTPSConnection):
    pass


HttpConnection = _Plain | _Secure


class Dialer:
    """Connects to a base URL.

    ``timeout`` is in seconds, for each read and write; ``ca_bundle`` is a file of certificates;
    ``proxy`` is for https alone.
    """

    def __init__(self, base_url: str, *, timeout: float, ca_bundle: str, proxy: str | None) -> None:
        self._url = parse_url(base_url)
        self._timeout = timeout
        self._ca_bundle = ca_bundle
        self._proxy = parse_url(proxy) if proxy else None

    def new(self) -> HttpConnection:
        """A connection that is not connected yet."""
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

    def connect(self, connection: HttpConnection) -> None:
        """Connect one. Raises one of ``ERRORS``."""
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


def _address(url: Url) -> tuple[str, int]:
    """Host and port; the brackets around an IPv6 address belong to the URL."""
    return (url.host or "").strip("[]"), url.port or (80 if url.scheme == "http" else 443)
