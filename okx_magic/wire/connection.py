"""One account's way to OKX: prepare a request, and send it until there is an answer or an end.

An attempt is ``sender``'s, and what may follow a failure is for ``retry`` to say. What changes something
is sent by ``orders``, which uses this; by itself a connection only reads.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from okx_magic.errors import OkxError, OkxMagicError, RefusedError
from okx_magic.servertext import on_a_line
from okx_magic.wire import retry
from okx_magic.wire.clock import TIME, Clock, time_in
from okx_magic.wire.pacing import Pacer
from okx_magic.wire.sender import Attempt, Reply, RequestState, Sender
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.catalogue import Effect
    from okx_magic.credentials.account import Account
    from okx_magic.model import Envelope, Environment, Exchange, Request, Sent
    from okx_magic.wire.exchange_log import ExchangeLog

# Names between single slashes, as all of OKX's paths are: nothing that a library, a proxy or a server
# could read as another host, another path or another line. Of the query what RFC 3986, section 3.4,
# lets stand there.
_TARGET: Final = re.compile(
    r"(?:/[A-Za-z0-9_-]+)+/?(?:\?(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)?", re.ASCII
)
_DEMO_HEADER: Final = "x-simulated-trading"


# All that there are, to begin anew in a forked child.
_LIVING: Final[WeakSet[Connection]] = WeakSet()


class Connection:
    """Sends the requests of one account. ``log`` keeps the last 1,000 exchanges, without secrets.

    Connections that share a ``pacer`` keep to OKX's limits together. ``on_failure`` is given each
    error that a request ends in with its last exchange, to add to it before it is raised. ``timing`` is
    how the waits between attempts pass.
    """

    def __init__(  # noqa: PLR0913  # each by its keyword, and a test replaces one or two
        self,
        account: Account,
        *,
        transport: Transport | None = None,
        clock: Clock | None = None,
        pacer: Pacer | None = None,
        on_failure: Callable[[OkxMagicError, Exchange], None] | None = None,
        timing: retry.Timing | None = None,
    ) -> None:
        self.account = account
        self.timing = timing or retry.Timing()
        self.on_failure = on_failure
        self._budget = retry.Budget()
        self._breaker = retry.CircuitBreaker(self.timing.now)
        transport = transport or Transport(
            account.base_url,
            timeout=account.timeout,
            proxy=account.proxy,
            ca_bundle=account.ca_bundle,
        )
        pacer = pacer or Pacer(clock=self.timing.now, sleep=self.timing.sleep)
        self.sender = Sender(account, transport, clock or Clock(self.ask_time), pacer)
        self._closed = False
        _LIVING.add(self)

    def after_fork(self) -> None:
        """Begin anew in a forked child: an answer on a connection that both read could be the other's,
        and a lock that another thread held at the fork stays locked for ever.
        """
        self._budget = retry.Budget()
        self._breaker = retry.CircuitBreaker(self.timing.now)
        for part in (self.transport, self.sender.pacer, self.log):
            part.after_fork()

    @property
    def transport(self) -> Transport:
        """What carries the requests."""
        return self.sender.transport

    @property
    def clock(self) -> Clock:
        """The exchange's clock, as far as it was measured."""
        return self.sender.clock

    @property
    def log(self) -> ExchangeLog:
        """The last exchanges, oldest first."""
        return self.sender.log

    def read(self, request: Request, *, sleep: Callable[[float], None] | None = None) -> Reply:
        """Send a request that changes nothing, as soon as OKX's limits allow, and judge its answer.

        Raises the errors of ``okx_magic.errors``, each with the request and the account. ``sleep``
        waits in place of the pacer's own.
        """
        if request.effect != "read":
            reason = f"{request} changes something: Session.send sends it"
            raise ValueError(reason)
        self.check_open(request)
        state = RequestState(sleep=sleep)
        try:
            prepared = self.prepare(request)
            attempt, _ = self.deliver(prepared, state)
            envelope = _answered(attempt)
        except KeyboardInterrupt:
            envelope = None
        except OkxMagicError as error:
            self.failed(error, state)
            raise
        if envelope is None:
            # Anew: the frames that it came through were signing, and a verbose traceback shows what
            # they hold.
            raise KeyboardInterrupt
        return Reply(envelope, prepared, attempt.exchange.milliseconds, attempts=state.attempts)

    def prepare(self, request: Request) -> Request:
        """The request as it will be sent. Raises RefusedError for a target that is no plain path with a
        query, and for a header that contradicts the account.
        """
        check_target(request)
        return with_environment(request, self.account.environment)

    def preview(self, request: Request) -> Sent:
        """What would be signed for a prepared request; sends nothing, not even to ask the time."""
        return self.sender.preview(request)

    def signs(self, request: Request) -> bool:
        """Whether this request is signed: see ``Sender.signs``."""
        return self.sender.signs(request)

    def close(self) -> None:
        """Close the connections. A look-up that is under way still says what became of its order."""
        self._closed = True
        self.transport.close()

    def check_open(self, request: Request) -> None:
        """Raise RefusedError once it is closed: "no connection" would send people to their network."""
        if self._closed:
            raise RefusedError(
                "this session is closed",
                remedy=f'okx_magic.connect("{self.account.name}") opens another',
                request=request,
                account=self.account.name,
            )

    def retries(self, effect: Effect, within: float | None = None) -> retry.RetryState:
        """The attempts that a request of this effect may take, ``within`` that many seconds."""
        timeout = self.account.timeout
        usual = timeout if effect == "read" else min(retry.POST_SECONDS, timeout)
        return retry.RetryState(
            effect,
            live=self.account.environment == "live",
            seconds=usual if within is None else min(usual, within),
            budget=self._budget,
            chance=self.timing.chance,
        )

    def deliver(self, request: Request, state: RequestState) -> tuple[Attempt, retry.Action]:
        """Send until there is an answer or it must not be sent again: the last attempt, and what is
        left to do about it.
        """
        retries = state.retries or self.retries(request.effect, state.within)
        state.retries = retries
        while True:
            # What takes back what is at risk always goes.
            if retries.effect != "cancel":
                self._breaker.check(request)
            attempt = self.sender.attempt(request, state, retries.left)
            retries.spent(attempt.exchange.milliseconds / 1000)
            throttled = attempt.error is not None and retry.is_throttled(attempt.error)
            if not throttled:
                self._breaker.close(request)
            if attempt.error is None:
                self._budget.earn()
                return attempt, "stop"
            step = retries.after(attempt.error, attempt.retry_after)
            if step.action not in {"again", "resync"}:
                if isinstance(attempt.error, OkxError) and throttled and self._budget.spent:
                    self._breaker.open(request, attempt.error)
                return attempt, step.action
            if state.permit is not None:
                # Nothing of it was carried out.
                state.permit.written = False
            if step.action == "resync":
                self.clock.forget()
            elif step.wait:
                (state.sleep or self.timing.sleep)(step.wait)

    def look(self, request: Request, seconds: float) -> Envelope:
        """Send a GET once, within that many seconds; what changes something goes through ``orders``."""
        if request.method != "GET":
            reason = f"{request} is not a look-up"
            raise ValueError(reason)
        attempt = self.sender.attempt(self.prepare(request), RequestState(), seconds)
        if attempt.error is not None and retry.is_clock(attempt.error):
            # It is not sent again here: the next look is right.
            self.clock.forget()
        envelope = _answered(attempt)
        # Its states and ids are told in lines of ours.
        return replace(envelope, data=on_a_line(envelope.data))

    def fresh_time(self, seconds: float) -> int:
        """The exchange's time in milliseconds, measured now, within that many seconds."""

        def ask() -> int:
            return time_in(_answered(self.sender.attempt(TIME, RequestState(), seconds, log=False)))

        return self.clock.measure(ask)

    def ask_time(self) -> int:
        """The exchange's time in milliseconds, from GET /api/v5/public/time."""
        state, retries = RequestState(), self.retries("read")
        while True:
            attempt = self.sender.attempt(TIME, state, retries.left, log=False)
            retries.spent(attempt.exchange.milliseconds / 1000)
            if attempt.error is None:
                return time_in(_answered(attempt))
            step = retries.after(attempt.error)
            if step.action != "again":
                self._tell(attempt.error, attempt.exchange)
                raise attempt.error
            self.timing.sleep(step.wait)

    def failed(self, error: OkxMagicError, state: RequestState) -> None:
        """Name the account in an error that a request ended in, and tell ``on_failure``."""
        error.account = error.account or self.account.name
        # A failure to learn the time was told where it happened.
        if state.last is not None and error.request is not TIME:
            self._tell(error, state.last)

    def _tell(self, error: OkxMagicError, exchange: Exchange) -> None:
        if self.on_failure is not None:
            self.on_failure(error, exchange)


def check_target(request: Request) -> None:
    """Raise RefusedError for a target that is no plain path with a query."""
    if _TARGET.fullmatch(request.target) is None:
        raise RefusedError(
            f"{request.target[:60]!r} is not a path of OKX's API",
            remedy="a path such as /api/v5/account/balance?ccy=BTC, its values percent-encoded",
        )


def with_environment(request: Request, environment: Environment) -> Request:
    """The request with the header that selects demo trading; a live one has none.

    Raises RefusedError where a typed ``x-simulated-trading`` contradicts the account: it selects the
    environment and is not signed (OKX docs: Demo Trading Services).
    """
    headers = []
    for name, value in request.headers:
        if name.lower() != _DEMO_HEADER:
            headers.append((name, value))
        elif (value.strip() == "1") == (environment == "live"):
            raise RefusedError(
                f"x-simulated-trading: {value} contradicts the account, which is {environment}",
                remedy="leave the header out; the account decides (-a NAME)",
                request=request,
            )
    if environment != "live":
        headers.append((_DEMO_HEADER, "1"))
    return replace(request, headers=tuple(headers))


def _answered(attempt: Attempt) -> Envelope:
    if attempt.error is not None:
        raise attempt.error
    assert attempt.envelope is not None  # noqa: S101  # one of the two is set
    return attempt.envelope


def _after_fork() -> None:
    for connection in list(_LIVING):
        connection.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
