"""A request that changes something, from its line in the ledger to its outcome.

It is sent again only where nothing of it can have been carried out. A lost answer, or one that does
not say, is looked up; Ctrl-C does not end the question either, it only shortens the look-up.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from okx_magic.errors import (
    Interrupted,
    OkxMagicError,
    PartlyRefused,
    PositionWithoutStop,
    TransportError,
)
from okx_magic.model import Envelope
from okx_magic.orders import ledger
from okx_magic.orders.acknowledgements import check_acknowledged
from okx_magic.orders.lookups import items_of
from okx_magic.orders.outcome import (
    already,
    answer_of,
    doubtful,
    in_ledger,
    interrupted,
    not_done,
    only,
    rows_of,
    settled,
    unknown,
)
from okx_magic.orders.reconcile import SECONDS, SECONDS_AFTER_INTERRUPT, Lost
from okx_magic.orders.record import Record
from okx_magic.wire.clock import expiry_of
from okx_magic.wire.sender import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.model import Request
    from okx_magic.orders.outcome import Rows
    from okx_magic.orders.reconcile import LookupResult, Reconciler
    from okx_magic.orders.submission import Prepared, WritePorts
    from okx_magic.wire.retry import Action, RetryState
    from okx_magic.wire.sender import Attempt, RequestState


class Writing:
    """Carries out a prepared request. Unless it ``looks_up``, a lost answer is for the caller to see."""

    def __init__(
        self,
        ports: WritePorts,
        prepared: Prepared,
        state: RequestState,
        retries: RetryState,
        *,
        looks_up: bool = True,
    ) -> None:
        self._ports = ports
        self._prepared = prepared
        self._request = prepared.request
        self._state = state
        self._retries = retries
        self._looks_up = looks_up
        self._items = items_of(prepared.request)
        self._record = Record(ports.account, ports.ledger, prepared, self._items)
        self._ended = ""
        # Of a batch of cancels: what is known by now, and the places of those that are sent again.
        self._rows: Rows = {}
        self._places = tuple(range(len(self._items)))

    def run(self) -> Reply:
        """Send it and give its answer, or the one that shows by look-up that it was carried out.

        Raises OutcomeUnknown, NotCarriedOut, Interrupted, and what any request may raise.
        """
        try:
            return self._run()
        except Interrupted:
            raise
        except KeyboardInterrupt:
            # Between the outcome and the end of this; raised below, as in there.
            outcome = self._ended or ("unknown" if self._ports.permit.written else "not done")
            if not self._record.closed:
                self._record.close(outcome if self._ports.permit.written else "not sent")
        raise self._interrupted(outcome, f"interrupted; its outcome: {outcome}")

    def _run(self) -> Reply:
        try:
            self._record.open()
            reply = self._carry_out()
        except KeyboardInterrupt:
            # Raised below: as the context of ours it would keep the frames that were signing.
            stopped = self._look_after_interrupt()
        except OkxMagicError as error:
            outcome, code = in_ledger(error, written=self._ports.permit.written)
            # A caller that does not have it looked up sees for itself.
            told = not self._looks_up and outcome == ledger.UNKNOWN
            self._record.close(ledger.TOLD if told else outcome, code)
            if isinstance(error, PartlyRefused):
                self._check_attached(error.envelope, error)
            if isinstance(error, TransportError) and not self._ports.permit.written:
                # The error may speak of the exchange's time, which has to be known first.
                ours = error.request is not None and error.request.path == self._request.path
                what = "not sent" if ours else f"{self._request} was not sent"
                error.message = f"{what}: {error.message}"
            raise
        else:
            self._ended = "done"
            self._state.over = True
            self._record.close("done")
            self._check_attached(reply.envelope)
            return reply
        self._record.close(stopped.outcome if self._ports.permit.written else "not sent")
        raise stopped

    def _check_attached(self, envelope: Envelope, refused: PartlyRefused | None = None) -> None:
        """Raise PositionWithoutStop where an order stands without what was attached to it."""
        if lacks := self._ports.unprotected(self._request, envelope):
            raise PositionWithoutStop(
                lacks[0].text,
                envelope=envelope,
                request=self._request,
                others=tuple(each.text for each in lacks[1:]),
                sets=tuple(each.sets for each in lacks if each.sets is not None),
                items=refused.items if refused else (),
            )

    def _carry_out(self) -> Reply:
        lost = False
        while True:
            request, items = self._request, [self._items[place] for place in self._places]
            if len(items) < len(self._items):
                request = only(request, self._places)
            self._state.check = partial(check_acknowledged, items)
            self._state.ids = tuple(item.id for item in items if item.id)
            attempt, action = self._ports.deliver(request, self._state, self._retries)
            error = attempt.error
            if error is None:
                assert attempt.envelope is not None  # noqa: S101  # one of the two is set
                return self._reply(
                    self._whole(attempt.envelope), attempt, recovered=bool(self._rows)
                )
            if action == "stop" and lost:
                # It may be refused because the one before, whose answer was lost, was carried out.
                action = "look up" if request.effect == "cancel" else "read back"
            if action == "stop":
                raise error
            lost = True
            outcome = self._learn(attempt, error, action)
            if isinstance(outcome, Envelope):
                return self._reply(self._whole(outcome), attempt, recovered=True)
            if not isinstance(outcome, _NotYet):
                raise outcome
            # Seen not to be done, and harmless to be done twice.
            if not self._retries.repeats():
                raise outcome.error

    def _whole(self, envelope: Envelope) -> Envelope:
        """The answer to all of a batch, where only a part of it was sent at last."""
        if len(self._places) == len(self._items):
            return envelope
        self._rows |= zip(self._places, envelope.data, strict=True)
        whole = answer_of(self._rows, self._request)
        if isinstance(whole, OkxMagicError):
            raise whole
        return whole

    def _learn(
        self, attempt: Attempt, error: OkxMagicError, action: Action
    ) -> Envelope | OkxMagicError | _NotYet:
        """What became of it, by looking."""
        request = attempt.exchange.request
        if not self._looks_up:
            return unknown(request, error, {})
        if action == "look up":
            reconciler = self._reconciler(request, error)
            if request.effect == "cancel" and not reconciler.looks_up():
                # Such as of all orders at once: it takes back what is there, and no more the next time.
                return _NotYet(unknown(request, error, {}))
            findings = reconciler.reconcile(SECONDS)
            outcome = settled(request, error, findings)
            still = [place for place, finding in findings.items() if finding.state == "open"]
            if not still:
                return outcome
            assert isinstance(outcome, OkxMagicError)  # noqa: S101  # not all is done
            self._narrow(request, error, findings, still)
            return _NotYet(outcome)
        return self._read_back(request, error)

    def _read_back(
        self, request: Request, error: OkxMagicError
    ) -> Envelope | OkxMagicError | _NotYet:
        """What became of a setting, by looking."""
        state = self._reconciler(request, error).setting()
        if state == "done":
            return Envelope("0", "", [dict(self._items[0].wanted)])
        if state == "open":
            return _NotYet(not_done(request, error, {}))
        return unknown(request, error, {})

    def _narrow(
        self,
        request: Request,
        error: OkxMagicError,
        findings: Mapping[int, LookupResult],
        still: Sequence[int],
    ) -> None:
        """Of a batch only what may still be open goes again."""
        unknown = [place for place, finding in findings.items() if finding.state == "unknown"]
        rows = rows_of(request, error, findings)
        again = sorted({*still, *unknown})
        self._rows |= {self._places[at]: row for at, row in rows.items() if at not in again}
        self._places = tuple(self._places[at] for at in again)

    def _reconciler(self, request: Request, error: OkxMagicError | None) -> Reconciler:
        lost = Lost(
            request=request,
            expiry=expiry_of(request),
            ours=frozenset(self._prepared.added),
            doubtful=doubtful(error, len(self._items)),
            already=already(error),
        )
        return self._ports.reconciler(lost)

    def _look_after_interrupt(self) -> Interrupted:
        """The error that says what became of it; another Ctrl-C ends the look-up."""
        if not self._ports.permit.written:
            return self._interrupted("not done", "interrupted before it was sent: nothing was done")
        states = {"unknown"}
        if self._request.effect in {"order", "amend", "cancel"}:
            try:
                reconciler = self._reconciler(self._request, None)
                findings = reconciler.reconcile(SECONDS_AFTER_INTERRUPT)
                states = {finding.state for finding in findings.values()} or states
            except KeyboardInterrupt:
                pass
        if states == {"done"}:
            return self._interrupted("done", "interrupted, but it was carried out")
        return self._interrupted("unknown", "interrupted; it may have been carried out")

    def _interrupted(self, outcome: str, message: str) -> Interrupted:
        return interrupted(self._request, self._ports.account.name, outcome, message)

    def _reply(self, envelope: Envelope, attempt: Attempt, *, recovered: bool = False) -> Reply:
        return Reply(
            envelope,
            attempt.exchange.request,
            attempt.exchange.milliseconds,
            self._prepared.added,
            recovered=recovered,
            attempts=self._state.attempts,
        )


class _NotYet:
    """Seen not to be done, and it may be sent again; ``error`` if it is not."""

    def __init__(self, error: OkxMagicError) -> None:
        self.error = error
