"""Where a request meets the safety rules: the facts are gathered, and the person is asked where one must
be. A live account writes for 15 minutes after a person typed the sentence, and the kill switch's latch
ends that everywhere.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from okx_magic.errors import RefusedError
from okx_magic.orders import policy
from okx_magic.orders.latch import Permit
from okx_magic.orders.ledger import fingerprint
from okx_magic.orders.policy import ARMED_SECONDS
from okx_magic.orders.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.account import Account
    from okx_magic.model import Request
    from okx_magic.orders.latch import Latch
    from okx_magic.orders.ledger import Ledger

    # Asks the person for yes or no; raises RefusedError where nobody can be asked.
    Confirm = Callable[[str], bool]


# After these it is known that nothing was carried out, so it may be sent anew.
_NOTHING_DONE: Final = frozenset({"not sent", "refused", "not done"})


class Gate:
    """The safety rules of one account.

    ``confirm`` is asked before each write of a live account; without it there is nobody to ask, and
    none is sent. ``latch`` is the kill switch's, ``ledger`` knows what was sent before.
    """

    def __init__(
        self,
        account: Account,
        *,
        latch: Latch | None = None,
        ledger: Ledger | None = None,
        confirm: Confirm | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._account = account
        self.latch = latch
        self.ledger = ledger
        self._confirm = confirm
        self._clock = clock
        self.key_hash = account.credentials.key_hash if account.credentials else ""
        self.arming = Arming(_sentence(account))

    def admit(self, request: Request, *, again: bool = False) -> None:
        """Raise RefusedError unless the request may be sent now, asking the person where one must
        say yes.
        """
        standing = self._standing(request, again=again)
        policy.check(request, standing)
        if not policy.asks(request, self._account.environment):
            return
        if self._confirm is None:
            raise RefusedError("nobody can confirm a live order here", request=request)
        if not self._confirm(self._question(request, standing)):
            raise RefusedError("not confirmed: yes was not typed", request=request)
        # The answer may have taken its time.
        policy.check(request, self._standing(request, again=again))

    def admit_again(self, request: Request, again: bool) -> None:  # noqa: FBT001  # as of ``admit``
        """Raise RefusedError if in the meantime another session, or another kernel, sent the same: for
        a caller that keeps both from the ledger.
        """
        policy.check(request, self._standing(request, again=again))

    def went_before(self, request: Request) -> bool:
        """Whether the same request was sent just now and may have been carried out."""
        repeats, unsettled = self._before(request)
        return unsettled or repeats is not None

    @property
    def latched(self) -> bool:
        """Whether the kill switch is on."""
        return bool(self.latch)

    def kill(self) -> bool:
        """Let only reads and cancels through from now on, in every kernel; False when that could not
        be written to disk, so that it holds in this kernel only.
        """
        self.arming.disarm()
        return self.latch is None or self.latch.set(self._account.name)

    def permit(self, request: Request) -> Permit | None:
        """What a write takes just before its first byte leaves; None where nothing could stop it."""
        if self.latch is None or request.effect in {"read", "cancel"}:
            return None
        return Permit(self.latch, request)

    def await_writers(self) -> str:
        """Wait until no write is on its way to the socket any more, here or in another kernel, after
        ``kill``; what could not be stopped, "" if nothing is left.
        """
        return self.latch.await_writers() if self.latch is not None else ""

    def release(self) -> None:
        """Let orders through again."""
        if self.latch is not None:
            self.latch.lift()

    def _standing(self, request: Request, *, again: bool) -> policy.Standing:
        repeats, unsettled = self._before(request)
        return policy.Standing(
            environment=self._account.environment,
            armed=self.arming.armed,
            latched=self.latched,
            allow=self._account.allow,
            repeats=repeats,
            unsettled=unsettled,
            again=again,
        )

    def _before(self, request: Request) -> tuple[float | None, bool]:
        """How many seconds ago the same request was sent and may have been carried out, and whether
        the outcome of one is unknown.
        """
        # What only lessens the risk does not wait for a ledger that cannot be read.
        if self.ledger is None or request.effect in {"read", "cancel"}:
            return None, False
        mark = fingerprint(request)
        unsettled = any(each.fingerprint == mark for each in self.ledger.unsettled(self.key_hash))
        entry = self.ledger.recent(self.key_hash, mark, policy.AGAIN_SECONDS)
        if entry is None or entry.outcome in _NOTHING_DONE:
            return None, unsettled
        return max(self._clock() - entry.time, 0.0), unsettled

    def _question(self, request: Request, standing: policy.Standing) -> str:
        account = self._account
        key = account.credentials.hint if account.credentials else "none"
        parts = [f"LIVE {account.name} (key {key})", summary(request)]
        if standing.repeats is not None:
            parts.append(f"the same request was sent {standing.repeats:.0f} s ago")
        return " · ".join(parts)


class Arming:
    """Live orders of one session, off until ``arm`` gets the right sentence.

    Nothing but that text switches them on, and no other session, kernel or restart inherits it.
    """

    def __init__(
        self,
        sentence: str,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.sentence = sentence
        self._monotonic = monotonic
        self._wall = wall
        self._ends: tuple[float, float] | None = None

    def arm(self, typed: str) -> bool:
        """Switch live orders on if the sentence is right; whether it was."""
        if " ".join(typed.split()) != self.sentence:
            return False
        self._ends = self._monotonic() + ARMED_SECONDS, self._wall() + ARMED_SECONDS
        return True

    def disarm(self) -> None:
        """Switch live orders off."""
        self._ends = None

    @property
    def seconds_left(self) -> float:
        """How long live orders are still on; 0 when they are off."""
        if self._ends is None:
            return 0.0
        # The monotonic clock may stand still while the machine sleeps; the other may be set back.
        # The clock that says first that the time is over is believed.
        left = min(self._ends[0] - self._monotonic(), self._ends[1] - self._wall())
        return max(left, 0.0)

    @property
    def armed(self) -> bool:
        """Whether live orders are on."""
        return self.seconds_left > 0


def _sentence(account: Account) -> str:
    tail = account.credentials.tail if account.credentials else ""
    return f"place real orders {tail}".strip()
