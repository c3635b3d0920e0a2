"""Finds out what became of a request whose answer was lost, by looking it up until that is known.

An order is *done* when a look-up shows it. It is *not done* only when a look-up still shows none after
its ``expTime``, and a second of grace: until then a copy may be on its way. All else is *unknown*.

Tested in ``tests/reliability/test_reconcile.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from okx_magic.errors import OkxError, OkxMagicError, TransportError
from okx_magic.orders.amendments import amended
from okx_magic.orders.bills import booked
from okx_magic.orders.items import items_of
from okx_magic.orders.lookups import (
    UNKNOWN_IDS,
    closed,
    closes_position,
    failed,
    history_of,
    made_at,
    names,
)
from okx_magic.orders.shown import is_set, read_back

if TYPE_CHECKING:
    from collections.abc import Collection

    from okx_magic.model import Envelope, Request
    from okx_magic.orders.items import Item
    from okx_magic.wire.retry import Timing

# Sends one GET once, within that many seconds.
Ask = Callable[["Request", float], "Envelope"]
LookupState = Literal["done", "not done", "open", "unknown"]

SECONDS: Final = 10.0
SECONDS_AFTER_INTERRUPT: Final = 3.0
GRACE_MS: Final = 1000
# When to look, in seconds after the answer was lost.
_LOOKS: Final = (0.3, 0.8, 1.8, 3.8, 7.8)
_LONGEST_LOOK: Final = 3.0
# After that many seconds an order to be cancelled that a look-up does not show is not there: what asks
# elsewhere than where orders are kept may show it with a delay.
_SHOWN_WITHIN: Final = 1.5
# The last two are of block trading (OKX docs: Get rfqs, Get quotes).
STILL_OPEN: Final = frozenset({"live", "partially_filled", "pause", "active", "pending_fill"})
CANCELED: Final = frozenset({"canceled", "mmp_canceled", "order_failed"})
# These are about an order that was there before, or about none.
_OF_WHAT_IS_THERE: Final = frozenset({"amend", "cancel", "setting", "undo"})
# Clocks agree within a second when they have just been compared.
_AGREEMENT_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Lost:
    """A request without a trustworthy answer. ``expiry`` is its expTime in milliseconds, None if it
    had none; ``ours`` the ids that were made for it; ``doubtful`` the places of those of its orders
    that are in doubt; ``already`` whether OKX said that there is such an order already.
    """

    request: Request
    expiry: int | None
    ours: Collection[str]
    doubtful: Collection[int]
    already: bool = False


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a look-up found of one order: its state, and its row where there is one. ``older`` says that
    there is one of the same id, from before.
    """

    item: Item
    state: LookupState
    row: Mapping[str, Any] | None = None
    older: bool = False


def look(ask: Ask, question: Request, seconds: float) -> Mapping[str, Any] | None:
    """What a look-up shows of an order now; None where OKX knows none of that id."""
    try:
        rows = ask(question, seconds).data
    except OkxError as error:
        if error.code in UNKNOWN_IDS and error.status < 500:
            return None
        raise
    # An empty list, or another's row, says nothing.
    if not rows or not names(rows[0], question.query):
        raise TransportError("the look-up brought something else", written=True)
    row: Mapping[str, Any] = rows[0]
    return row


class Reconciler:
    """Looks up the orders of a lost request.

    ``server_now`` measures the exchange's time in milliseconds afresh, within that many seconds; like
    ``ask`` it raises the errors of ``okx_magic.errors``. ``began`` is when the request was first sent, on
    the monotonic clock.
    """

    def __init__(
        self,
        lost: Lost,
        ask: Ask,
        server_now: Callable[[float], int],
        timing: Timing,
        began: float,
    ) -> None:
        self._lost = lost
        self._ask = ask
        self._server_now = server_now
        self._timing = timing
        self._began = began
        # The time at the exchange when ours was 0, once it has been measured.
        self._epoch: float | None = None

    def reconcile(self, seconds: float = SECONDS) -> Mapping[int, LookupResult]:
        """What became of each doubtful order, by its place, found out within ``seconds``."""
        now = self._timing.now
        lost_at = now()
        items = items_of(self._lost.request)
        findings = {place: LookupResult(items[place], "unknown") for place in self._lost.doubtful}
        ends = lost_at + seconds
        looks = [lost_at + look for look in _LOOKS if look <= seconds]
        proof: float | None = None
        while looks and self._undecided(findings.values()):
            look = looks.pop(0)
            if look > now():
                self._timing.sleep(look - now())
            proven = proof is not None and now() >= proof
            if self._lost.request.effect == "cancel":
                proven = now() - lost_at >= _SHOWN_WITHIN
            for place, finding in findings.items():
                item = finding.item
                if finding.state == "unknown" and item.look_up and now() < ends:
                    findings[place] = self._find(item, item.look_up, ends - now(), proven=proven)
            if proof is None and self._undecided(findings.values()):
                proof = self._proof(ends - now())
                if proof is not None and proof <= ends:
                    looks = sorted({*looks, max(proof, now())})
        return findings

    def setting(self) -> LookupState:
        """Whether a setting is as the request wanted it."""
        question = read_back(self._lost.request)
        if question is None:
            return "unknown"
        for look in _LOOKS[:3]:
            self._timing.sleep(look)
            try:
                rows = self._ask(question, _LONGEST_LOOK).data
            except OkxMagicError:
                continue
            shown = is_set(self._lost.request, rows)
            if shown is not None:
                return "done" if shown else "open"
        return "unknown"

    def looks_up(self) -> bool:
        """Whether there is anything to look up."""
        items = items_of(self._lost.request)
        return any(items[place].look_up for place in self._lost.doubtful)

    def _undecided(self, findings: Collection[LookupResult]) -> bool:
        return any(each.state == "unknown" and each.item.look_up for each in findings)

    def _find(self, item: Item, look_up: Request, left: float, *, proven: bool) -> LookupResult:
        seconds = min(left, _LONGEST_LOOK)
        try:
            if closes_position(item):
                gone = closed(item, self._ask(look_up, seconds).data)
                # What is left may be closed by an order that is still under way.
                return LookupResult(item, "done" if gone else "unknown")
            if item.amount:
                rows = self._ask(look_up, seconds).data
                # Its bill may come later, and a copy of the request may be on its way.
                to = str(item.wanted.get("toAddr") or "")
                done = booked(rows, item.amount, self._sent_at(), to)
                return LookupResult(item, "done" if done else "unknown")
            row = look(self._ask, look_up, seconds)
            older = row is not None and self._is_older(row, item)
            if older:
                row = None
            if row is None and proven and self._lost.request.effect in {"order", "cancel"}:
                row = self._in_history(item, seconds)
        except OkxMagicError:
            return LookupResult(item, "unknown")
        proven = proven or (older and self._lost.already)
        return LookupResult(item, self._state(item, row, proven=proven), row, older=older)

    def _state(self, item: Item, row: Mapping[str, Any] | None, *, proven: bool) -> LookupState:
        if self._lost.request.effect == "cancel":
            return _state_of_cancel(row)
        if row is None:
            return "not done" if proven else "unknown"
        if self._lost.request.effect == "amend":
            as_wanted = amended(item, row)
            if as_wanted is None:
                return "unknown"
            return "done" if as_wanted else "not done" if proven else "unknown"
        return "not done" if failed(row) else "done"

    def _in_history(self, item: Item, seconds: float) -> Mapping[str, Any] | None:
        question, asked = history_of(item), [(item.id_field, item.id)]
        rows = self._ask(question, seconds).data if question else ()
        found = (row for row in rows if names(row, asked) and not self._is_older(row, item))
        return next(found, None)

    def _is_older(self, row: Mapping[str, Any], item: Item) -> bool:
        """Whether an order was there before this request, whose id a person typed."""
        if self._lost.request.effect in _OF_WHAT_IS_THERE or item.id in self._lost.ours:
            return False
        made = made_at(row)
        if made is None:
            return False
        return made < self._sent_at()

    def _sent_at(self) -> float:
        """What is older than this at the exchange was there before."""
        return self._at_the_exchange(_LONGEST_LOOK) + self._began * 1000 - _AGREEMENT_MS

    def _proof(self, left: float) -> float | None:
        """When, on our monotonic clock, a look-up proves that nothing was done."""
        if self._lost.expiry is None or left <= 0:
            return None
        try:
            now = self._at_the_exchange(min(left, _LONGEST_LOOK))
        except OkxMagicError:
            return None
        return (self._lost.expiry + GRACE_MS - now) / 1000

    def _at_the_exchange(self, seconds: float) -> float:
        # Measured afresh: the clock that stamped the request may have stepped since.
        if self._epoch is None:
            self._epoch = self._server_now(seconds) - self._timing.now() * 1000
        return self._epoch


def _state_of_cancel(row: Mapping[str, Any] | None) -> LookupState:
    # An order that no look-up shows may have been cancelled: OKX forgets those without a fill.
    if row is None:
        return "unknown"
    if row.get("state") in CANCELED:
        return "done"
    return "open" if row.get("state") in STILL_OPEN else "not done"
