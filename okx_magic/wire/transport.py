"""Sends one request and brings back the bytes of its answer; the only file that knows ``requests``.

The one rule of signing: target and body are built once, prepared by the HTTP library, and what it
prepared is signed and sent. What the library would change is refused before anything leaves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from okx_magic.errors import RefusedError, TransportError
from okx_magic.wire.deadline import Guard, Watchdog, current_guard
from okx_magic.wire.failures import Failure, TooLargeError, describe, late
from okx_magic.wire.proxies import without_userinfo

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from okx_magic.model import Request

# The largest answers of OKX (all options of a family) are near 3 MB of JSON.
LARGEST_ANSWER = 32 * 1024 * 1024
CONNECT_SECONDS = 3.05
# Connections that are kept: as many as the widest limit of paging lets go at once.
MOST_AT_ONCE = 40

Authorise = Callable[[str, str, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, headers by name in any case, decompressed body.

    ``round_trip`` is the time from the first byte sent to the last one received, in seconds.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    round_trip: float = math.inf


class _Guarded:
    """A connection that tells the guard of the running exchange which socket it uses."""

    sock: Any

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]  # mixed into urllib3's connections
        guard = current_guard()
        if guard is not None:
            guard.watch(sock)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        # Connecting first keeps "could not connect" apart from "was written": only after this line
        # may a byte of the request have reached anyone.
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        guard = current_guard()
        if guard is not None:
            guard.watch(self.sock)
            guard.written_at = time.monotonic()
        super().request(*args, **kwargs)  # type: ignore[misc]


class _GuardedHTTP(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _GuardedAdapter(HTTPAdapter):
    _POOLS = {"http": _HTTPPool, "https": _HTTPSPool}  # noqa: RUF012  # read only

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = self._POOLS
        return manager


class Transport:
    """Keeps connections to one base URL. ``timeout`` is the total for an exchange, in seconds."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float = 15.0,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        user_agent: str = "okx_magic",
    ) -> None:
        self.base_url = base_url
        self.timeout = timeout
        self._netloc = urlsplit(base_url).netloc
        self._proxy_name = without_userinfo(proxy) if proxy else ""
        self._proxies = {"https": proxy} if proxy else {}
        self._verify: str | bool = ca_bundle or True
        self._user_agent = user_agent
        self._watchdog = Watchdog()
        # No Session above it: .netrc, proxy and CA variables would act unseen, and cookies be kept.
        # What of them is wanted stands in the account.
        self._adapter = _GuardedAdapter(pool_maxsize=MOST_AT_ONCE)
        self._pool: HTTPConnectionPool | None = None
        self._timeouts = urllib3.Timeout(connect=min(CONNECT_SECONDS, timeout), read=timeout)

    def prepare(self, request: Request) -> requests.PreparedRequest:
        """The request as the HTTP library will send it, unsigned.

        Raises RefusedError when the library would change its method, target, body or host.
        """
        body = request.body.encode("utf-8")
        headers = dict(request.headers)
        headers |= {
            "User-Agent": self._user_agent,
            "Accept-Encoding": "gzip, deflate",
        }
        if body:
            headers["Content-Type"] = "application/json"
        prepared = requests.PreparedRequest()
        # The steps of prepare() less those for cookies, authentication and hooks, of which we use none.
        prepared.prepare_method(request.method)
        prepared.prepare_url(self.base_url + request.target, None)
        prepared.prepare_headers(headers)
        prepared.prepare_body(body or None, None)
        unchanged = (
            prepared.method == request.method
            and prepared.path_url == request.target
            and (prepared.body or b"") == body
            and urlsplit(prepared.url).netloc == self._netloc
        )
        if not unchanged:
            raise RefusedError(
                f"the HTTP library would send {prepared.method} {prepared.path_url!r} in place of"
                " what was typed",
                remedy="percent-encode the target as it should travel",
                request=request,
            )
        return prepared

    def send(self, request: Request, authorise: Authorise | None = None) -> Answer:
        """Send once, never follow a redirect, never try again.

        ``authorise`` gets method, target and body as prepared, at the last moment, and gives the
        headers that prove the account. Raises TransportError when no whole answer came in time.
        """
        prepared = self.prepare(request)
        headers = dict(prepared.headers.lower_items())
        with self._watchdog.guard(self.timeout) as guard:
            if authorise is not None:
                body = prepared.body if isinstance(prepared.body, bytes) else b""
                headers |= authorise(request.method, prepared.path_url, body)
            failure: Failure | None = None
            try:
                answer = self._exchange(prepared, headers, guard)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                failure = describe(
                    error, host=self._netloc, proxy=self._proxy_name, seconds=self.timeout
                )
        # To http.client the end of the stream also ends the headers, so an answer that was shut
        # half-way may look whole.
        if guard.expired:
            failure = late(self.timeout)
        if failure is None:
            return answer
        # Raised out here, so that the library's exception, which holds the signed headers, does not
        # travel along as the context.
        raise TransportError(
            failure.message, written=guard.written, remedy=failure.remedy, request=request
        )

    def close(self) -> None:
        """Close the kept connections."""
        self._adapter.close()
        self._watchdog.stop()

    def _exchange(
        self, prepared: requests.PreparedRequest, headers: Mapping[str, str], guard: Guard
    ) -> Answer:
        response = self._pool_for(prepared).urlopen(
            prepared.method or "",
            prepared.path_url,
            body=prepared.body,
            headers=headers,
            redirect=False,
            retries=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            timeout=self._timeouts,
        )
        try:
            body = _read(response)
        except BaseException:
            # Half-read: the connection cannot carry another exchange.
            response.close()
            raise
        response.release_conn()
        round_trip = time.monotonic() - guard.written_at if guard.written_at else math.inf
        return Answer(response.status, response.headers, body, round_trip)

    def _pool_for(self, prepared: requests.PreparedRequest) -> HTTPConnectionPool:
        # Looked up once, as there is one host.
        if self._pool is None:
            pool = self._adapter.get_connection_with_tls_context(
                prepared, self._verify, proxies=self._proxies
            )
            self._adapter.cert_verify(pool, prepared.url, self._verify, None)  # type: ignore[no-untyped-call]  # its types lack it
            # One of ours: the adapter's pool managers make no others.
            self._pool = cast("HTTPConnectionPool", pool)
        return self._pool


def _read(response: BaseHTTPResponse) -> bytes:
    """The decompressed body, which is never let grow beyond the limit."""
    body: bytes = response.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(body) > LARGEST_ANSWER:
        raise TooLargeError
    return body
