"""What became of a write without a trustworthy answer, or that Ctrl-C stopped: found out by looking.

Tested in ``tests/reliability/test_odd_answers.py`` and ``tests/reliability/test_interrupts.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okx_magic.errors import Interrupted, OkxMagicError
from okx_magic.model import Envelope
from okx_magic.orders.outcome import (
    already,
    doubtful,
    interrupted,
    rows_of,
    settled,
    unknown,
)
from okx_magic.orders.reconcile import SECONDS, SECONDS_AFTER_INTERRUPT, Lost
from okx_magic.orders.shown import read_back
from okx_magic.wire.clock import expiry_of

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.orders.outcome import Rows
    from okx_magic.orders.reconcile import Reconciler
    from okx_magic.orders.submission import Prepared, WritePorts
    from okx_magic.wire.retry import Action


@dataclass(frozen=True, slots=True)
class NotYet:
    """Seen not to be done, and it may be sent again; ``error`` if it is not. Of a batch only the orders
    at the places in ``again`` go again, and ``rows`` are the acknowledgements of the others.
    """

    error: OkxMagicError
    rows: Rows = field(default_factory=dict)
    again: tuple[int, ...] | None = None


class Recovery:
    """Looks up a prepared request; unless it ``looks_up``, a lost answer is for the caller to see."""

    def __init__(self, ports: WritePorts, prepared: Prepared, *, looks_up: bool) -> None:
        self._ports = ports
        self._prepared = prepared
        self._looks_up = looks_up

    def learn(
        self, request: Request, error: OkxMagicError, action: Action
    ) -> Envelope | OkxMagicError | NotYet:
        """What became of ``request``, which was sent last, and ended in this ``error``."""
        if not self._looks_up:
            return unknown(request, error, {})
        reconciler = self._reconciler(request, error)
        if action != "look up" or read_back(request) is not None:
            return _setting(request, error, reconciler, again=action != "look up")
        if request.effect == "cancel" and not reconciler.looks_up():
            # Such as of all orders at once: it takes back what is there, and no more the next time.
            return NotYet(unknown(request, error, {}))
        findings = reconciler.reconcile(SECONDS)
        outcome = settled(request, error, findings)
        states = {place: finding.state for place, finding in findings.items()}
        if "open" not in states.values():
            return outcome
        assert isinstance(outcome, OkxMagicError)  # noqa: S101  # not all is done
        # Only what may still be open goes again.
        again = tuple(place for place in sorted(states) if states[place] in {"open", "unknown"})
        rows = rows_of(request, error, findings)
        return NotYet(outcome, {at: row for at, row in rows.items() if at not in again}, again)

    def after_interrupt(self) -> Interrupted:
        """The error that says what became of it; another Ctrl-C ends the look-up."""
        request = self._prepared.request
        if not self._ports.permit.written:
            return self.interrupted("not done", "interrupted before it was sent: nothing was done")
        states = {"unknown"}
        if request.effect in {"order", "amend", "cancel", "transfer"}:
            try:
                findings = self._reconciler(request, None).reconcile(SECONDS_AFTER_INTERRUPT)
                states = {finding.state for finding in findings.values()} or states
            except KeyboardInterrupt:
                pass
        if states == {"done"}:
            return self.interrupted("done", "interrupted, but it was carried out")
        return self.interrupted("unknown", "interrupted; it may have been carried out")

    def interrupted(self, outcome: str, message: str = "") -> Interrupted:
        """The error for Ctrl-C after an outcome that is known."""
        said = message or f"interrupted; its outcome: {outcome}"
        return interrupted(self._prepared.request, self._ports.account.name, outcome, said)

    def _reconciler(self, request: Request, error: OkxMagicError | None) -> Reconciler:
        lost = Lost(
            request=request,
            expiry=expiry_of(request),
            ours=frozenset(self._prepared.added),
            doubtful=doubtful(error, len(request.items)),
            already=already(error),
        )
        return self._ports.reconciler(lost)


def _setting(
    request: Request, error: OkxMagicError, reconciler: Reconciler, *, again: bool
) -> Envelope | OkxMagicError | NotYet:
    """What became of a setting, by looking; it may be sent ``again`` where that does no harm."""
    state = reconciler.setting()
    if state == "done":
        return Envelope("0", "", [dict(request.items[0])])
    if state == "open":
        # No expTime ends it: a copy may be on its way for as long as its timestamp is good.
        said = unknown(request, error, {}, "; the old setting is still there, and may change")
        return NotYet(said) if again else said
    return unknown(request, error, {})
