"""A request that changes something, from its line in the ledger to its outcome.

It is sent again only where nothing of it can have been carried out. A lost answer, or one that does
not say, is looked up; Ctrl-C does not end the question either, it only shortens the look-up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.errors import (
    Interrupted,
    NotCarriedOut,
    OkxError,
    OkxMagicError,
    OutcomeUnknown,
    PartlyRefused,
    RefusedError,
)
from okx_magic.model import Envelope
from okx_magic.safety import ledger, lookups, retry
from okx_magic.safety.outcome import already, doubtful, not_done, settled, unknown
from okx_magic.safety.settle import SECONDS, SECONDS_AFTER_INTERRUPT, Lost, Settler
from okx_magic.safety.stamps import expiry_of
from okx_magic.wire.attempt import Reply

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.wire.attempt import Attempt, Flight
    from okx_magic.wire.connection import Connection


class Writing:
    """Carries out ``request``, prepared; ``typed`` is as the person typed it, ``added`` the ids that it
    was given since.
    """

    def __init__(
        self,
        connection: Connection,
        request: Request,
        flight: Flight,
        *,
        typed: Request,
        added: tuple[str, ...],
    ) -> None:
        self._connection = connection
        self._ledger = connection.ledger
        self._request = request
        self._flight = flight
        self._typed = typed
        self._added = added
        self._kind = retry.kind_of(request)
        self._items = lookups.items_of(request)
        self._began = connection.timing.now()
        self._entry = ""

    def run(self) -> Reply:
        """Send it and give its answer, or the one that shows by look-up that it was carried out.

        Raises OutcomeUnknown, NotCarriedOut, Interrupted, and what any request may raise.
        """
        try:
            self._open()
            reply = self._carry_out()
        except KeyboardInterrupt:
            # Raised below: as the context of ours it would keep the frames that were signing.
            interrupted = self._look_after_interrupt()
        except OkxMagicError as error:
            self._close(*_outcome(error, written=self._flight.written))
            raise
        else:
            self._close("done")
            return reply
        self._close(interrupted.outcome if self._flight.written else "not sent")
        raise interrupted

    def _carry_out(self) -> Reply:
        course = self._connection.course(self._kind)
        while True:
            attempt, action = self._connection.deliver(self._request, self._flight, course)
            error = attempt.error
            if error is None:
                assert attempt.envelope is not None  # noqa: S101  # one of the two is set
                return self._reply(attempt.envelope, attempt)
            if action == "stop":
                raise error
            outcome = self._learn(attempt, error, action)
            if isinstance(outcome, Envelope):
                return self._reply(outcome, attempt, recovered=True)
            if not isinstance(outcome, _NotYet):
                raise outcome
            if not course.repeats():
                raise outcome.error
            # Seen not to be done, and harmless to be done twice.
            self._flight.written = False

    def _learn(
        self, attempt: Attempt, error: OkxMagicError, action: retry.Action
    ) -> Envelope | OkxMagicError | _NotYet:
        """What became of it, by looking."""
        request = attempt.exchange.request
        if action == "look up":
            findings = self._settler(request, error).settle(SECONDS)
            outcome = settled(request, self._kind, error, findings)
            if any(finding.state == "open" for finding in findings.values()):
                assert isinstance(outcome, OkxMagicError)  # noqa: S101  # not all is done
                return _NotYet(outcome)
            return outcome
        if action == "read back":
            state = self._settler(request, error).setting()
            if state == "done":
                return Envelope("0", "", [dict(self._items[0].wanted)])
            if state == "open":
                return _NotYet(not_done(request, self._kind, error, {}))
        return unknown(request, error, {})

    def _settler(self, request: Request, error: OkxMagicError | None) -> Settler:
        connection = self._connection
        lost = Lost(
            request=request,
            kind=self._kind,
            expiry=expiry_of(request),
            began=self._began,
            ours=frozenset(self._added),
            doubtful=doubtful(error, len(self._items)),
            already=already(error),
        )
        return Settler(lost, connection.look, connection.fresh_time, connection.timing)

    def _look_after_interrupt(self) -> Interrupted:
        """The error that says what became of it; another Ctrl-C ends the look-up."""
        if not self._flight.written:
            return self._interrupted("not done", "interrupted before it was sent: nothing was done")
        states = {"unknown"}
        if self._kind in {"order", "amend", "cancel"}:
            try:
                findings = self._settler(self._request, None).settle(SECONDS_AFTER_INTERRUPT)
                states = {finding.state for finding in findings.values()} or states
            except KeyboardInterrupt:
                pass
        if states == {"done"}:
            return self._interrupted("done", "interrupted, and carried out all the same")
        return self._interrupted("unknown", "interrupted; it may have been carried out")

    def _interrupted(self, outcome: str, message: str) -> Interrupted:
        asks = lookups.remedy(self._items, self._request.path)
        remedies = {
            "unknown": asks,
            "done": asks.replace("ask before sending it again", "see it"),
        }
        return Interrupted(
            message,
            outcome=outcome,
            request=self._request,
            account=self._connection.account.name,
            orders=self._orders(),
            settles=self._settles(),
            remedy=remedies.get(outcome, ""),
        )

    def _reply(self, envelope: Envelope, attempt: Attempt, *, recovered: bool = False) -> Reply:
        return Reply(
            envelope,
            attempt.exchange.request,
            attempt.exchange.milliseconds,
            self._added,
            recovered=recovered,
            attempts=self._flight.attempts,
        )

    def _orders(self) -> tuple[tuple[str, str], ...]:
        return tuple((item.inst_id, item.id) for item in self._items if item.id)

    def _settles(self) -> tuple[str, ...]:
        return tuple(item.settles for item in self._items if item.settles)

    def _as_entry(self) -> ledger.Entry:
        account = self._connection.account
        return ledger.Entry(
            environment=account.environment,
            account=account.name,
            key=account.credentials.key_hash if account.credentials else "",
            method=self._request.method,
            path=self._request.path,
            orders=self._orders(),
            settles=self._settles(),
            fingerprint=ledger.fingerprint(self._typed),
        )

    def _open(self) -> None:
        if self._ledger is None:
            return
        try:
            self._entry = self._ledger.open(self._as_entry())
        except RefusedError:
            # To cancel lessens what is at risk: a full disk must not be in its way.
            if self._kind != "cancel":
                raise

    def _close(self, outcome: str, code: str = "") -> None:
        if self._ledger is None or not self._entry:
            return
        try:
            self._ledger.close(self._entry, outcome, **({"code": code} if code else {}))
        except KeyboardInterrupt:
            interrupted = self._interrupted(outcome, f"interrupted; its outcome: {outcome}")
        else:
            return
        raise interrupted


class _NotYet:
    """Seen not to be done, and it may be sent again; ``error`` if it is not."""

    def __init__(self, error: OkxMagicError) -> None:
        self.error = error


def _outcome(error: OkxMagicError, *, written: bool) -> tuple[str, str]:
    """How the ledger names an error, and OKX's code."""
    if isinstance(error, OutcomeUnknown):
        return ledger.UNKNOWN, ""
    if isinstance(error, NotCarriedOut):
        return "not done", ""
    if isinstance(error, OkxError):
        return "partly done" if isinstance(error, PartlyRefused) else "refused", error.code
    return ledger.UNKNOWN if written else "not sent", ""
