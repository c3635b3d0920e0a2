"""Sends one request and brings back the bytes of its answer; the only file that knows ``requests``.

The one rule of signing: target and body are built once, prepared by the HTTP library, and what it
prepared is signed and sent. What the library would change is refused before anything leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from okx_magic.errors import RefusedError, TransportError
from okx_magic.wire.deadline import Watchdog, current_guard
from okx_magic.wire.failures import Failure, TooLargeError, describe, late
from okx_magic.wire.proxies import without_userinfo

if TYPE_CHECKING:
    from okx_magic.model import Request

# The largest answers of OKX (all options of a family) are near 3 MB of JSON.
LARGEST_ANSWER = 32 * 1024 * 1024
CONNECT_SECONDS = 3.05

Authorise = Callable[[str, str, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, headers by lower-case name, decompressed body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


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
            guard.written = True
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
        self._session = requests.Session()
        # Off: .netrc, proxy and CA variables would act unseen. What of them is wanted stands in the
        # account.
        self._session.trust_env = False
        self._session.mount("https://", _GuardedAdapter())
        self._session.mount("http://", _GuardedAdapter())

    def prepare(self, request: Request) -> requests.PreparedRequest:
        """The request as the HTTP library will send it, unsigned.

        Raises RefusedError when the library would change its target, body or host.
        """
        body = request.body.encode("utf-8")
        headers = dict(request.headers)
        headers |= {
            "User-Agent": self._user_agent,
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
        }
        if body:
            headers["Content-Type"] = "application/json"
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=self.base_url + request.target,
            headers=headers,
            data=body or None,
        )
        unchanged = (
            prepared.path_url == request.target
            and (prepared.body or b"") == body
            and urlsplit(prepared.url).netloc == self._netloc
        )
        if not unchanged:
            raise RefusedError(
                f"the HTTP library would send {prepared.path_url!r} in place of what was typed",
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
        with self._watchdog.guard(self.timeout) as guard:
            if authorise is not None:
                body = prepared.body if isinstance(prepared.body, bytes) else b""
                prepared.headers.update(authorise(request.method, prepared.path_url, body))
            failure: Failure | None = None
            try:
                answer = self._exchange(prepared)
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
        self._session.close()
        self._watchdog.stop()

    def _exchange(self, prepared: requests.PreparedRequest) -> Answer:
        response = self._session.send(
            prepared,
            stream=True,
            allow_redirects=False,
            verify=self._verify,
            proxies=self._proxies,
            timeout=(min(CONNECT_SECONDS, self.timeout), self.timeout),
        )
        try:
            body = _read(response)
        except BaseException:
            # Half-read: the connection cannot carry another exchange.
            response.close()
            raise
        response.raw.release_conn()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, body)


def _read(response: requests.Response) -> bytes:
    """The decompressed body, which is never let grow beyond the limit."""
    body: bytes = response.raw.read(LARGEST_ANSWER + 1, decode_content=True)
    if len(body) > LARGEST_ANSWER:
        raise TooLargeError
    return body
