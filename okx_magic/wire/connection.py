"""One account's way to OKX: check, give the order its id, pace, take the time, sign, send, judge, log.

Each attempt is stamped and signed afresh. What may be sent again is for ``retry`` to say, and what
changes something goes through ``writing``.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from okx_magic import knowledge
from okx_magic.errors import CredentialsError, OkxError, OkxMagicError, TransportError
from okx_magic.keys.signing import timestamp_text
from okx_magic.model import Envelope, Exchange, Request, Sent
from okx_magic.safety import orders, rails, retry
from okx_magic.safety.gate import Gate
from okx_magic.safety.lookups import check_whose
from okx_magic.safety.stamps import takes_expiry, with_expiry
from okx_magic.wire.attempt import Attempt, Flight, Reply, log_attempt, seconds_asked
from okx_magic.wire.clock import Clock
from okx_magic.wire.limits import claims
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.replies import judge, printable
from okx_magic.wire.targets import check_target
from okx_magic.wire.transport import Transport
from okx_magic.wire.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from okx_magic.keys.account import Account
    from okx_magic.keys.credentials import Credentials
    from okx_magic.safety.ledger import Ledger
    from okx_magic.wire.pacing import Turn
    from okx_magic.wire.transport import Answer

_TIME = Request("GET", "/api/v5/public/time")
_LOG_LENGTH = 1000
# The headers that tell OKX's own answers from those of something in between.
_TELLING = ("date", "server", "via", "content-type")


class Connection:
    """Sends the requests of one account. ``log`` keeps the last 1,000 exchanges, without secrets.

    Connections that share a ``pacer`` keep to OKX's limits together. ``on_failure`` is given each
    error that a request ends in with its last exchange, to add to it before it is raised. ``gate`` holds
    the safety rules; without one of its own a live connection only reads. What changes something is
    written into ``ledger``, if there is one, before it is sent. ``timing`` is how the waits between
    attempts pass.
    """

    def __init__(  # noqa: PLR0913  # each by its keyword, and a test replaces one or two
        self,
        account: Account,
        *,
        transport: Transport | None = None,
        clock: Clock | None = None,
        pacer: Pacer | None = None,
        on_failure: Callable[[OkxMagicError, Exchange], None] | None = None,
        gate: Gate | None = None,
        ledger: Ledger | None = None,
        timing: retry.Timing | None = None,
    ) -> None:
        self.account = account
        self.gate = gate or Gate(account)
        self.ledger = ledger
        self.timing = timing or retry.Timing()
        self._budget = retry.Budget()
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
        again: bool = False,
        sleep: Callable[[float], None] | None = None,
    ) -> Reply:
        """Send a request, as soon as OKX's limits allow, and judge its answer.

        Raises the errors of ``okx_magic.errors``, each with the request and the account. With
        ``as_typed`` an order goes without a client order id if it was typed without one, and without
        an expTime; with ``again`` although the same was sent just now. ``sleep`` waits in place of the
        pacer's own.
        """
        flight = Flight(sleep=sleep)
        try:
            prepared, added = self.prepare(request, as_typed=as_typed)
            # As typed: an id that was added would make it unlike the one before.
            self.gate.admit(request, again=again)
            if retry.kind_of(prepared) == "read":
                return self._read(prepared, flight)
            flight.expires = not as_typed and takes_expiry(prepared)
            return Writing(self, prepared, flight, typed=request, added=added).run()
        except OkxMagicError as error:
            error.account = error.account or self.account.name
            # A failure to learn the time was told where it happened.
            if flight.last is not None and error.request is not _TIME:
                self._tell(error, flight.last)
            raise

    def prepare(
        self, request: Request, *, as_typed: bool = False
    ) -> tuple[Request, tuple[str, ...]]:
        """The request as it will be sent, and the client order ids added to it; refuses one
        that contradicts the account.
        """
        check_target(request)
        rails.check_headers(request, self.account.environment)
        headers = rails.environment_headers(self.account.environment)
        request = replace(
            request, headers=(*rails.without_environment_header(request), *headers.items())
        )
        if as_typed:
            return request, ()
        return orders.with_client_ids(request, knowledge.endpoint(request.method, request.path))

    def expiring(self, request: Request) -> Request:
        """A prepared request as it would leave now, with its expTime; asks nobody for the time."""
        return with_expiry(request, self._now_unasked()) if takes_expiry(request) else request

    def preview(self, request: Request) -> Sent:
        """What would be signed for a prepared request; sends nothing, not even to ask the time."""
        prepared = self.transport.prepare(request)
        body = request.body.encode("utf-8")
        if not self.signs(request):
            return Sent(request.method, prepared.path_url, body, "", "")
        sent, _ = self._sign(self._now_unasked(), request.method, prepared.path_url, body)
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

    def course(self, kind: retry.Kind) -> retry.Course:
        """The attempts that a request of this kind may take."""
        timeout = self.account.timeout
        return retry.Course(
            kind,
            live=self.account.environment == "live",
            seconds=timeout if kind == "read" else min(retry.POST_SECONDS, timeout),
            budget=self._budget,
            chance=self.timing.chance,
        )

    def deliver(
        self, request: Request, flight: Flight, course: retry.Course
    ) -> tuple[Attempt, retry.Action]:
        """Send until there is an answer or it must not be sent again: the last attempt, and what is
        left to do about it.
        """
        while True:
            attempt = self._try(request, flight, course.left)
            course.spent(attempt.exchange.milliseconds / 1000)
            if attempt.error is None:
                self._budget.earn()
                return attempt, "stop"
            step = course.after(attempt.error, attempt.retry_after)
            if step.action not in {"again", "resync"}:
                return attempt, step.action
            # Nothing of it was carried out, or it changes nothing.
            flight.written = False
            if step.action == "resync":
                self.clock.forget()
            elif step.wait:
                (flight.sleep or self.timing.sleep)(step.wait)

    def look(self, request: Request, seconds: float) -> Envelope:
        """Send a GET once, within so many seconds."""
        prepared, _ = self.prepare(request)
        attempt = self._try(prepared, Flight(), seconds)
        if attempt.error is not None and retry.is_clock(attempt.error):
            # It is not sent again here: for whoever looks next.
            self.clock.forget()
        return _answered(attempt)

    def fresh_time(self) -> int:
        """The exchange's time in milliseconds, measured now."""
        self.clock.forget()
        return self.clock.now()

    def _read(self, request: Request, flight: Flight) -> Reply:
        try:
            attempt, _ = self.deliver(request, flight, self.course("read"))
        except KeyboardInterrupt:
            attempt = None
        if attempt is None:
            # Anew: the frames that it came through were signing, and a verbose traceback shows what
            # they hold.
            raise KeyboardInterrupt
        envelope, exchange = _answered(attempt), attempt.exchange
        return Reply(envelope, request, exchange.milliseconds, attempts=flight.attempts)

    def _try(
        self, request: Request, flight: Flight, seconds: float, *, log: bool = True
    ) -> Attempt:
        """Send once; what fails in it is told, what fails before it is raised."""
        flight.attempts += 1
        sent: Sent | None = None

        def authorise(method: str, target: str, body: bytes) -> Mapping[str, str]:
            nonlocal sent
            sent, headers = self._sign(milliseconds, method, target, body)
            return headers

        signed = self.signs(request)
        answer: Answer | None = None
        envelope: Envelope | None = None
        error: OkxMagicError | None = None
        with self._turn(request, flight.sleep) as turn:
            # After the wait, so that the timestamp is fresh; before the deadline of the request
            # starts, as it may have to ask the exchange.
            milliseconds = self.clock.now() if signed else 0
            if flight.expires:
                request = with_expiry(request, milliseconds)
            sent_at, started = time.time(), time.monotonic()
            try:
                answer = self.transport.send(
                    request,
                    authorise if signed else None,
                    seconds=seconds,
                    on_write=flight.wrote,
                )
                turn.round_trip = answer.round_trip
            except OkxMagicError as failure:
                error = failure
            elapsed = (time.monotonic() - started) * 1000
        if answer is not None:
            try:
                envelope = judge(answer, request, self._redact)
                if request.body:
                    check_whose(request, envelope)
            except OkxMagicError as failure:
                error = failure
        exchange = Exchange(
            request=request,
            account=self.account.name,
            environment=self.account.environment,
            sent=sent,
            status=answer.status if answer else None,
            code=error.code if isinstance(error, OkxError) else "" if error else "0",
            outcome=error.message if error else "ok",
            sent_at=sent_at,
            milliseconds=elapsed,
            offset=self.clock.offset,
            answered=self._telling(answer) if answer and error else (),
            attempt=flight.attempts,
        )
        flight.last = exchange
        # A request of ours that a person did not ask for is logged only if it fails.
        if log or error is not None:
            self.log.append(exchange)
        log_attempt(exchange, flight)
        wait = seconds_asked(answer.headers.get("retry-after", "")) if answer and error else None
        return Attempt(exchange, None if error else envelope, error, wait)

    def _now_unasked(self) -> int:
        return self.clock.local_now() + (self.clock.offset or 0)

    def _tell(self, error: OkxMagicError, exchange: Exchange) -> None:
        if self._on_failure is not None:
            self._on_failure(error, exchange)

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

    def _redact(self, text: str) -> str:
        credentials = self.account.credentials
        return credentials.redact(text) if credentials else text

    def _telling(self, answer: Answer) -> tuple[tuple[str, str], ...]:
        given = ((name, answer.headers.get(name, "")) for name in _TELLING)
        return tuple((name, printable(self._redact(value))) for name, value in given if value)

    def _ask_time(self) -> int:
        flight, course = Flight(), self.course("read")
        while True:
            attempt = self._try(_TIME, flight, course.left, log=False)
            course.spent(attempt.exchange.milliseconds / 1000)
            if attempt.error is None:
                return _time_in(_answered(attempt))
            step = course.after(attempt.error)
            if step.action != "again":
                self._tell(attempt.error, attempt.exchange)
                raise attempt.error
            self.timing.sleep(step.wait)


def _time_in(envelope: Envelope) -> int:
    """The exchange's time in milliseconds, from the answer of GET /api/v5/public/time."""
    try:
        return int(envelope.data[0]["ts"])
    except (LookupError, TypeError, ValueError):
        raise TransportError(
            "the exchange's time cannot be read",
            written=True,
            status=envelope.status,
            request=_TIME,
        ) from None


def _answered(attempt: Attempt) -> Envelope:
    if attempt.error is not None:
        raise attempt.error
    assert attempt.envelope is not None  # noqa: S101  # one of the two is set
    return attempt.envelope
