"""Sends one request and brings back the bytes of its answer; the only file that knows ``requests``.

The one rule of signing: target and body are built once, prepared by the HTTP library, and what it
prepared is signed and sent. What the library would change is refused before anything leaves.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from okx_magic.credentials.account import without_userinfo
from okx_magic.errors import RefusedError, TransportError
from okx_magic.wire.answer_body import read_body
from okx_magic.wire.dialing import ERRORS
from okx_magic.wire.failures import Failure, describe, late
from okx_magic.wire.pool import Guard, Permit, Pool, Watchdog, exchange

if TYPE_CHECKING:
    from email.message import Message

    from okx_magic.model import Request

# Exchanges side by side, each on a connection of its own: as many as the widest limit of paging allows.
MOST_AT_ONCE = 40

Authorise = Callable[[str, str, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: HTTP status, headers by name in any case, decompressed body.

    ``round_trip`` is the time from the first byte sent to the last one received, in seconds.
    """

    status: int
    headers: Mapping[str, str] | Message
    body: bytes
    round_trip: float = math.inf


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
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip"}
        self._watchdog = Watchdog()
        # No Session of requests: .netrc, proxy and CA variables would act unseen, and cookies be kept.
        # What is wanted of them is in the account.
        self._pool = Pool(
            base_url,
            timeout=timeout,
            ca_bundle=ca_bundle or DEFAULT_CA_BUNDLE_PATH,
            proxy=proxy,
        )

    def prepare(self, request: Request) -> requests.PreparedRequest:
        """The request as the HTTP library will send it, unsigned.

        Raises RefusedError when the library would change its method, target, body or host, or cannot
        send it at all.
        """
        headers = dict(request.headers) | self._headers
        if request.body:
            headers["Content-Type"] = "application/json"
        prepared = requests.PreparedRequest()
        try:
            body = request.body.encode("utf-8")
            # The steps of prepare() less those for cookies, authentication and hooks, of which we use
            # none.
            prepared.prepare_method(request.method)
            prepared.prepare_url(self.base_url + request.target, None)
            prepared.prepare_headers(headers)
            prepared.prepare_body(body or None, None)
            # As http.client will write them.
            "".join(headers).encode("ascii")
            "".join(headers.values()).encode("latin-1")
        except (requests.RequestException, UnicodeEncodeError):
            raise RefusedError(
                "the HTTP library cannot send this target, these headers or this body",
                remedy="a target is ASCII, a header one line of Latin-1, a body Unicode",
                request=request,
            ) from None
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
                remedy="percent-encode the target as it should be sent",
                request=request,
            )
        return prepared

    def send(
        self,
        request: Request,
        authorise: Authorise | None = None,
        *,
        seconds: float = math.inf,
        permit: Permit | None = None,
    ) -> Answer:
        """Send once, never follow a redirect, never try again.

        ``authorise`` gets method, target and body as prepared, at the last moment, and gives the
        headers that prove the account. ``seconds`` is the total for this exchange, where it is less
        than usual; the ``permit`` is taken before the first byte leaves, and may refuse that by an error;
        it is given back once the request was handed to the socket. Raises TransportError when no whole
        answer came in time.
        """
        seconds = min(seconds, self.timeout)
        prepared = self.prepare(request)
        method, target = request.method, prepared.path_url
        body = prepared.body if isinstance(prepared.body, bytes) else b""
        headers = dict(prepared.headers.lower_items())
        with self._watchdog.guard(seconds, permit) as guard:
            if authorise is not None:
                headers |= authorise(method, target, body)
            failure: Failure | None = None
            try:
                answer = self._exchange(guard, method, target, body, headers)
            except ERRORS as error:
                failure = describe(
                    error, host=self._netloc, proxy=self._proxy_name, seconds=seconds
                )
        # To http.client the end of the stream also ends the headers, so an answer that was shut
        # half-way may look whole.
        if guard.expired:
            failure = late(seconds)
        if failure is None:
            return answer
        # Raised out here, so that the library's exception, which holds the signed headers, does not
        # travel along as the context.
        raise TransportError(
            failure.message, written=guard.written, remedy=failure.remedy, request=request
        )

    def after_fork(self) -> None:
        """Start again in a forked child, without the connections and locks of its parent."""
        self._pool.forget()
        self._watchdog = Watchdog()

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.close()
        self._watchdog.stop()

    def _exchange(
        self, guard: Guard, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        connection = self._pool.take(guard)
        try:
            response = exchange(connection, method, target, body or None, headers)
            content = read_body(response)
        except BaseException:
            # Half-read: the connection cannot carry another exchange.
            connection.close()
            raise
        # Kept only when its deadline cannot shut it any more, under the exchange that comes next.
        guard.end()
        self._pool.keep(connection)
        round_trip = time.monotonic() - guard.written_at if guard.written_at else math.inf
        return Answer(response.status, response.headers, content, round_trip)
