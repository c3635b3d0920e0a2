"""One account's way to OKX: check, give the order its id, pace, take the time, sign, send, judge, log.

Each attempt is stamped and signed afresh. Nothing is sent twice, but for one case: after 50102 (the
timestamp was refused at the door, so nothing was carried out) the clock is measured and the request
sent once more.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from okx_magic import knowledge
from okx_magic.errors import (
    CredentialsError,
    OkxError,
    OkxMagicError,
    OutcomeUnknown,
    TransportError,
)
from okx_magic.model import Envelope, Exchange, Request, Sent
from okx_magic.wire import orders, rails
from okx_magic.wire.clock import Clock
from okx_magic.wire.limits import claims
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.replies import judge, printable
from okx_magic.wire.signing import timestamp_text
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from okx_magic.wire.account import Account
    from okx_magic.wire.credentials import Credentials
    from okx_magic.wire.pacing import Turn
    from okx_magic.wire.transport import Answer

_TIME = Request("GET", "/api/v5/public/time")
_CLOCK_REFUSED = "50102"
_LOG_LENGTH = 1000
# The headers that tell OKX's own answers from those of something in between.
_TELLING = ("date", "server", "via", "content-type")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what the receipt tells of it. ``added_ids`` are the client order ids that were
    put into the body; ``milliseconds`` is the time of the exchange.
    """

    envelope: Envelope
    request: Request
    milliseconds: float
    added_ids: tuple[str, ...] = ()


class Connection:
    """Sends the requests of one account. ``log`` keeps the last 1,000 exchanges, without secrets.

    Connections that share a ``pacer`` keep to OKX's limits together. ``on_failure`` is given each
    error that an exchange ends in, to add to it before it is raised.
    """

    def __init__(
        self,
        account: Account,
        *,
        transport: Transport | None = None,
        clock: Clock | None = None,
        pacer: Pacer | None = None,
        on_failure: Callable[[OkxMagicError, Exchange], None] | None = None,
    ) -> None:
        self.account = account
        self.transport = transport or Transport(
            account.base_url,
            timeout=account.timeout,
            proxy=account.proxy,
            ca_bundle=account.ca_bundle,
        )
        self.clock = clock or Clock(self._ask_time)
        self._pacer = pacer or Pacer()
        self._on_failure = on_failure
        self.log: deque[Exchange] = deque(maxlen=_LOG_LENGTH)

    def send(
        self,
        request: Request,
        *,
        as_typed: bool = False,
        sleep: Callable[[float], None] | None = None,
    ) -> Reply:
        """Send a request, as soon as OKX's limits allow, and judge its answer.

        Raises the errors of ``okx_magic.errors``, each with the request and the account. With
        ``as_typed`` an order goes without a client order id if it was typed without one. ``sleep``
        waits in place of the pacer's own.
        """
        try:
            prepared, added = self.prepare(request, as_typed=as_typed)
            try:
                return self._attempt(prepared, added, sleep)
            except OkxError as error:
                if error.code != _CLOCK_REFUSED:
                    raise
            self.clock.forget()
            return self._attempt(prepared, added, sleep)
        except OkxMagicError as error:
            error.account = error.account or self.account.name
            raise

    def prepare(
        self, request: Request, *, as_typed: bool = False
    ) -> tuple[Request, tuple[str, ...]]:
        """The request as it will be sent, and the client order ids added to it; refuses what must
        not be sent.
        """
        rails.check(request, self.account.environment)
        headers = rails.environment_headers(self.account.environment)
        request = replace(
            request, headers=(*rails.without_environment_header(request), *headers.items())
        )
        if as_typed:
            return request, ()
        return orders.with_client_ids(request, knowledge.endpoint(request.method, request.path))

    def preview(self, request: Request) -> Sent:
        """What would be signed for a prepared request; sends nothing, not even to ask the time."""
        prepared = self.transport.prepare(request)
        body = request.body.encode("utf-8")
        milliseconds = self.clock.local_now() + (self.clock.offset or 0)
        if not self.signs(request):
            return Sent(request.method, prepared.path_url, body, "", "")
        sent, _ = self._sign(milliseconds, request.method, prepared.path_url, body)
        return sent

    def signs(self, request: Request) -> bool:
        """Whether this request is signed. Public endpoints are not: a wrong key would only break
        them. A path that the catalogue does not know is.
        """
        endpoint = knowledge.endpoint(request.method, request.path)
        if endpoint is not None and not endpoint.private:
            return False
        return self.account.credentials is not None or endpoint is not None

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _attempt(
        self, request: Request, added: tuple[str, ...], sleep: Callable[[float], None] | None
    ) -> Reply:
        envelope, exchange = self._exchange(request, sleep)
        self.log.append(exchange)
        return Reply(envelope, request, exchange.milliseconds, added)

    def _exchange(
        self, request: Request, sleep: Callable[[float], None] | None = None
    ) -> tuple[Envelope, Exchange]:
        """Send once; a failure is logged here, then raised."""
        sent: Sent | None = None

        def authorise(method: str, target: str, body: bytes) -> Mapping[str, str]:
            nonlocal sent
            sent, headers = self._sign(milliseconds, method, target, body)
            return headers

        signed = self.signs(request)
        answer: Answer | None = None
        envelope: Envelope | None = None
        error: OkxMagicError | None = None
        with self._turn(request, sleep) as turn:
            # After the wait, so that the timestamp is fresh; before the deadline of the request
            # starts, as it may have to ask the exchange.
            milliseconds = self.clock.now() if signed else 0
            sent_at, started = time.time(), time.monotonic()
            try:
                answer = self.transport.send(request, authorise if signed else None)
                turn.round_trip = answer.round_trip
            except OkxMagicError as failure:
                error = failure
            elapsed = (time.monotonic() - started) * 1000
        if answer is not None:
            try:
                envelope = judge(answer, request)
            except OkxMagicError as failure:
                error = failure
        if isinstance(error, TransportError):
            error = _unknown_outcome(error, request) or error
        exchange = Exchange(
            request=request,
            account=self.account.name,
            environment=self.account.environment,
            sent=sent,
            status=answer.status if answer else None,
            code=error.code if isinstance(error, OkxError) else "0" if envelope else "",
            outcome=error.message if error else "ok",
            sent_at=sent_at,
            milliseconds=elapsed,
            offset=self.clock.offset,
            answered=_telling(answer) if answer and error else (),
        )
        if error is not None:
            self.log.append(exchange)
            if self._on_failure is not None:
                self._on_failure(error, exchange)
            raise error
        assert envelope is not None  # noqa: S101  # one of the two is set
        return envelope, exchange

    def _turn(
        self, request: Request, sleep: Callable[[float], None] | None = None
    ) -> AbstractContextManager[Turn]:
        account = self.account
        user = account.credentials.hint if account.credentials else ""
        return self._pacer.turn(claims(request, base_url=account.base_url, user=user), sleep)

    def _sign(
        self, milliseconds: int, method: str, target: str, body: bytes
    ) -> tuple[Sent, Mapping[str, str]]:
        timestamp = timestamp_text(milliseconds)
        headers = self._credentials().headers(timestamp, method, target, body)
        return Sent(method, target, body, timestamp, headers["OK-ACCESS-SIGN"]), headers

    def _credentials(self) -> Credentials:
        if self.account.credentials is None:
            raise CredentialsError(
                "this endpoint is private and the account has no credentials",
                remedy="%okx_login NAME",
            )
        return self.account.credentials

    def _ask_time(self) -> int:
        # Logged only if it fails: a person did not ask for it.
        envelope, _ = self._exchange(_TIME)
        return int(envelope.data[0]["ts"])


def _telling(answer: Answer) -> tuple[tuple[str, str], ...]:
    given = ((name, answer.headers.get(name, "")) for name in _TELLING)
    return tuple((name, printable(value)) for name, value in given if value)


def _unknown_outcome(error: TransportError, request: Request) -> OutcomeUnknown | None:
    """The error for a written POST whose answer was lost, or None for a request that changed nothing."""
    if request.method == "GET" or not error.written:
        return None
    return OutcomeUnknown(
        f"{error.message}; it may have been carried out",
        written=True,
        status=error.status,
        remedy=orders.settling_request(request, knowledge.endpoint(request.method, request.path)),
        request=request,
    )
