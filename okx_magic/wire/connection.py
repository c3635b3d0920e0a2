"""One account's way to OKX: check, give the order its id, and send it until there is an answer or an end.

An attempt is ``sender``'s. What may be sent again is for ``retry`` to say, and what changes something
goes through ``writing``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from okx_magic import catalogue
from okx_magic.errors import OkxError, OkxMagicError, TransportError
from okx_magic.model import Envelope, Exchange, Request, Sent
from okx_magic.safety import orders, rails, retry
from okx_magic.safety.gate import Gate
from okx_magic.safety.stamps import takes_expiry, with_expiry
from okx_magic.safety.storm import Storm
from okx_magic.wire.attempt import Attempt, Flight, Reply
from okx_magic.wire.clock import Clock
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.sender import Sender
from okx_magic.wire.targets import check_target
from okx_magic.wire.transport import Transport
from okx_magic.wire.writing import Writing

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable

    from okx_magic.credentials.account import Account
    from okx_magic.safety.ledger import Ledger

_TIME = Request("GET", "/api/v5/public/time")
# Since 1970, from 2001 to 2286.
_MILLISECONDS = re.compile("[0-9]{13}")


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
        self._storm = Storm(self.timing.now)
        self._on_failure = on_failure
        transport = transport or Transport(
            account.base_url,
            timeout=account.timeout,
            proxy=account.proxy,
            ca_bundle=account.ca_bundle,
        )
        self.sender = Sender(account, transport, clock or Clock(self.ask_time), pacer or Pacer())

    @property
    def transport(self) -> Transport:
        """What carries the requests."""
        return self.sender.transport

    @property
    def clock(self) -> Clock:
        """The exchange's clock, as far as it was measured."""
        return self.sender.clock

    @property
    def log(self) -> deque[Exchange]:
        """The last exchanges, oldest first."""
        return self.sender.log

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

    def cancel(self, request: Request, seconds: float) -> None:
        """Send what only takes back within so many seconds, without looking up what became of it: for
        whoever looks at all that is open anyway. Raises what ``send`` raises.
        """
        prepared, _ = self.prepare(request, as_typed=True)
        self.gate.admit(request)
        if retry.kind_of(prepared) != "cancel":
            reason = f"{request} is no cancel"
            raise ValueError(reason)
        Writing(self, prepared, Flight(within=seconds), typed=request, added=()).run()

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
        return orders.with_client_ids(request, catalogue.endpoint(request.method, request.path))

    def expiring(self, request: Request) -> Request:
        """A prepared request as it would leave now, with its expTime; asks nobody for the time."""
        return with_expiry(request, self.sender.now_unasked()) if takes_expiry(request) else request

    def preview(self, request: Request) -> Sent:
        """What would be signed for a prepared request; sends nothing, not even to ask the time."""
        return self.sender.preview(request)

    def signs(self, request: Request) -> bool:
        """Whether this request is signed: see ``Sender.signs``."""
        return self.sender.signs(request)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def course(self, kind: retry.Kind, within: float | None = None) -> retry.Course:
        """The attempts that a request of this kind may take, ``within`` so many seconds."""
        timeout = self.account.timeout
        usual = timeout if kind == "read" else min(retry.POST_SECONDS, timeout)
        return retry.Course(
            kind,
            live=self.account.environment == "live",
            seconds=usual if within is None else min(usual, within),
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
            # What takes back what is at risk always goes.
            if course.kind != "cancel":
                self._storm.check(request)
            attempt = self.sender.attempt(request, flight, course.left)
            course.spent(attempt.exchange.milliseconds / 1000)
            throttled = attempt.error is not None and retry.is_throttled(attempt.error)
            if not throttled:
                self._storm.over(request)
            if attempt.error is None:
                self._budget.earn()
                return attempt, "stop"
            step = course.after(attempt.error, attempt.retry_after)
            if step.action not in {"again", "resync"}:
                if isinstance(attempt.error, OkxError) and throttled and self._budget.spent:
                    self._storm.refused(request, attempt.error)
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
        attempt = self.sender.attempt(prepared, Flight(), seconds)
        if attempt.error is not None and retry.is_clock(attempt.error):
            # It is not sent again here: for whoever looks next.
            self.clock.forget()
        return _answered(attempt)

    def fresh_time(self, seconds: float) -> int:
        """The exchange's time in milliseconds, measured now, within so many seconds."""

        def ask() -> int:
            return _time_in(_answered(self.sender.attempt(_TIME, Flight(), seconds, log=False)))

        return self.clock.measure(ask)

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

    def _tell(self, error: OkxMagicError, exchange: Exchange) -> None:
        if self._on_failure is not None:
            self._on_failure(error, exchange)

    def ask_time(self) -> int:
        """The exchange's time in milliseconds, from GET /api/v5/public/time."""
        flight, course = Flight(), self.course("read")
        while True:
            attempt = self.sender.attempt(_TIME, flight, course.left, log=False)
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
    stamp = envelope.data[0].get("ts") if envelope.data else None
    if isinstance(stamp, str) and _MILLISECONDS.fullmatch(stamp):
        return int(stamp)
    raise TransportError(
        "the exchange's time cannot be read",
        written=True,
        status=envelope.status,
        remedy="run it again; if it stays so, what answers is not OKX",
        request=_TIME,
    )


def _answered(attempt: Attempt) -> Envelope:
    if attempt.error is not None:
        raise attempt.error
    assert attempt.envelope is not None  # noqa: S101  # one of the two is set
    return attempt.envelope
