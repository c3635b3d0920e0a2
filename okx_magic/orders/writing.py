"""A request that changes something, from its line in the ledger to its outcome.

The line is opened before its first byte leaves, and closed with its outcome. It is sent again only where
nothing of it can have been carried out. A lost answer, or one that does not say, is looked up (by
``recovery``); Ctrl-C does not end the question either, it only shortens the look-up.

Tested in ``tests/reliability/test_odd_answers.py`` and ``tests/reliability/test_interrupts.py``.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from okx_magic.errors import (
    Interrupted,
    OkxMagicError,
    PartlyRefused,
    PositionWithoutStop,
    RefusedError,
    TransportError,
)
from okx_magic.model import Envelope
from okx_magic.orders import ledger
from okx_magic.orders.acknowledgements import check_acknowledged
from okx_magic.orders.items import ATTACHED, items_of, settled_by
from okx_magic.orders.outcome import answer_of, in_ledger, only
from okx_magic.orders.recovery import NotYet, Recovery
from okx_magic.orders.shown import shown_by
from okx_magic.wire.sender import Reply

if TYPE_CHECKING:
    from okx_magic.orders.outcome import Rows
    from okx_magic.orders.submission import Prepared, WritePorts
    from okx_magic.wire.sender import Attempt, RequestState

# How often the end of an entry is written, where Ctrl-C keeps interrupting it.
_TRIES: Final = 9


def carry_out(
    ports: WritePorts, prepared: Prepared, state: RequestState, *, looks_up: bool = True
) -> Reply:
    """Send a prepared request and give its answer, or the one that shows by look-up that it was carried
    out. Unless it ``looks_up``, a lost answer is for the caller to see.

    Raises OutcomeUnknown, NotCarriedOut, Interrupted, and what any request may raise.
    """
    return Writing(ports, prepared, state, looks_up=looks_up).run()


class Writing:
    """One request on its way."""

    def __init__(
        self, ports: WritePorts, prepared: Prepared, state: RequestState, *, looks_up: bool
    ) -> None:
        self._ports = ports
        self._prepared = prepared
        self._request = prepared.request
        self._state = state
        self._looks_up = looks_up
        self._items = items_of(prepared.request)
        # The line in the ledger, "" where there is none.
        self._entry = ""
        self._closed = False
        self._ended = ""
        # Of a batch of cancels: what is known by now, and the places of those that are sent again.
        self._rows: Rows = {}
        self._places = tuple(range(len(self._items)))

    def run(self) -> Reply:
        """See ``carry_out``."""
        try:
            return self._run()
        except Interrupted:
            raise
        except KeyboardInterrupt:
            # Between the outcome and the end of this; raised below, as in there.
            outcome = self._ended or ("unknown" if self._ports.permit.written else "not done")
            if not self._closed:
                self._close(outcome if self._ports.permit.written else "not sent")
        except BaseException:
            # Another program's, such as an alarm: what never left is not open, whatever stopped it.
            if not (self._closed or self._ports.permit.written):
                self._close("not sent")
            raise
        raise self._recovery.interrupted(outcome)

    def _run(self) -> Reply:
        try:
            self._open()
            reply = self._carry_out()
        except KeyboardInterrupt:
            # Raised below: as the context of ours it would keep the frames that were signing.
            stopped = self._recovery.after_interrupt()
        except OkxMagicError as error:
            written = self._ports.permit.written
            outcome, code = in_ledger(error, written=written)
            # A caller that does not have it looked up sees for itself.
            told = not self._looks_up and outcome == ledger.UNKNOWN
            self._close(ledger.TOLD if told else outcome, code)
            if isinstance(error, PartlyRefused):
                self._check_attached(error.envelope, error)
            if isinstance(error, TransportError) and not written:
                # The error may speak of the exchange's time, which has to be known first.
                ours = error.request is not None and error.request.path == self._request.path
                what = "not sent" if ours else f"{self._request} was not sent"
                error.message = f"{what}: {error.message}"
            raise
        else:
            self._ended = "done"
            self._state.over = True
            self._close("done")
            self._check_attached(reply.envelope)
            return reply
        self._close(stopped.outcome if self._ports.permit.written else "not sent")
        raise stopped

    @property
    def _recovery(self) -> Recovery:
        return Recovery(self._ports, self._prepared, looks_up=self._looks_up)

    def _open(self) -> None:
        """Write down that it is about to be sent. Raises RefusedError where that cannot be, or where the
        same was sent meanwhile.
        """
        if self._ports.ledger is None:
            return
        # Known before the line is written: Ctrl-C in the middle of that leaves no entry open.
        self._entry = ledger.new_id()
        try:
            self._ports.ledger.open(self._as_entry(), self._prepared.recheck)
        except RefusedError:
            self._entry = ""
            # To cancel lessens what is at risk: a full disk must not be in its way.
            if self._request.effect != "cancel":
                raise

    def _close(self, outcome: str, code: str = "") -> None:
        """Write down how it ended. Raises Interrupted, with that outcome, if Ctrl-C comes meanwhile."""
        book = self._ports.ledger
        if book is None or not self._entry:
            return
        facts = {"code": code} if code else {}
        stopped: Interrupted | None = None
        for _ in range(_TRIES):
            try:
                book.close(self._entry, outcome, **facts)
            except KeyboardInterrupt:
                # The line may not be there: what is told and what is written must be the same, however
                # often the keys are pressed.
                stopped = self._recovery.interrupted(outcome)
            else:
                break
        self._closed = True
        if stopped is not None:
            raise stopped

    def _as_entry(self) -> ledger.Entry:
        account, request = self._ports.account, self._request
        return ledger.Entry(
            environment=account.environment,
            account=account.name,
            key=account.credentials.key_hash if account.credentials else "",
            method=request.method,
            path=request.path,
            orders=tuple((item.inst_id, item.id) for item in self._items if item.id),
            settles=settled_by(self._items) or shown_by(self._request),
            fingerprint=ledger.fingerprint(self._prepared.typed),
            id=self._entry,
            amount=next((item.amount for item in self._items if item.amount), ""),
        )

    def _check_attached(self, envelope: Envelope, refused: PartlyRefused | None = None) -> None:
        """Raise PositionWithoutStop where an order stands without what was attached to it."""
        request = self._request
        if not any(each.get(ATTACHED) for each in request.items):
            return
        if lacks := self._ports.unprotected(request, envelope):
            raise PositionWithoutStop(
                lacks[0].text,
                envelope=envelope,
                request=request,
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
            attempt, action = self._ports.deliver(request, self._state)
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
            outcome = self._recovery.learn(attempt.exchange.request, error, action)
            if isinstance(outcome, Envelope):
                return self._reply(self._whole(outcome), attempt, recovered=True)
            if not isinstance(outcome, NotYet):
                raise outcome
            # Seen not to be done, and harmless to be done twice.
            if outcome.again is not None:
                self._rows |= {self._places[at]: row for at, row in outcome.rows.items()}
                self._places = tuple(self._places[at] for at in outcome.again)
            if self._state.retries is None or not self._state.retries.repeats():
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

    def _reply(self, envelope: Envelope, attempt: Attempt, *, recovered: bool = False) -> Reply:
        return Reply(
            envelope,
            attempt.exchange.request,
            attempt.exchange.milliseconds,
            self._prepared.added,
            recovered=recovered,
            attempts=self._state.attempts,
        )
