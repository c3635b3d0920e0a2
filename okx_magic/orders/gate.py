"""Where a request meets the safety rules: the facts are gathered, and the person is asked where one must
be. The rules are functions of a request and of these facts, and of nothing else.

===========  ==============================  ==============================================
what         sandbox, demo                   live
===========  ==============================  ==============================================
read         passes                          passes
cancel       passes                          passes: it can only lessen what an order risks
order        not again within 60 s           only when armed, and a person says yes to it
setting      passes                          only when armed, and a person says yes to it
guarded      not again within 60 s           as an order, and the profile must allow the kind
===========  ==============================  ==============================================

Guarded are withdrawals, transfers, sub-accounts, keys, earn products, loans, and every POST to a path
that the catalogue does not know. After the kill switch all but reads and cancels are refused,
everywhere.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.effects import GUARDED
from okx_magic.errors import RefusedError
from okx_magic.orders.arming import Arming, sentence
from okx_magic.orders.latch import Permit
from okx_magic.orders.ledger import fingerprint
from okx_magic.orders.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.catalogue.effects import Effect
    from okx_magic.credentials.account import Account
    from okx_magic.model import Environment, Request
    from okx_magic.orders.latch import Latch
    from okx_magic.orders.ledger import Ledger

    # Asks the person for yes or no; raises RefusedError where nobody can be asked.
    Confirm = Callable[[str], bool]


# After these it is known that nothing was carried out, so it may be sent anew.
_NOTHING_DONE: Final = frozenset({"not sent", "refused", "not done"})
AGAIN_SECONDS: Final = 60

_PLAIN: Final[dict[Effect, str]] = {
    "withdraw": "withdrawals",
    "transfer": "transfers",
    "subaccount": "changes of sub-accounts",
    "key": "changes of API keys",
    "earn": "earn products",
    "loan": "loans",
    "unknown": "POSTs to paths that the catalogue does not know",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that decide about a request.

    ``armed`` says whether live orders are switched on now, ``latched`` whether the kill switch is;
    ``allow`` holds the kinds that the profile permits. ``repeats`` is how many seconds ago the same
    request was sent that was not refused, None if it was not; ``unsettled`` whether the outcome of
    the same request is unknown. ``again`` says that the person wants it once more all the same.
    """

    environment: Environment
    armed: bool = False
    latched: bool = False
    allow: frozenset[str] = frozenset()
    repeats: float | None = None
    unsettled: bool = False
    again: bool = False


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
        self.arming = Arming(sentence(account))

    def admit(self, request: Request, *, again: bool = False) -> None:
        """Raise RefusedError unless the request may be sent now, asking the person where one must
        say yes.
        """
        standing = self._standing(request, again=again)
        check(request, standing)
        if not asks(request, self._account.environment):
            return
        if self._confirm is None:
            raise RefusedError("nobody can confirm a live order here", request=request)
        if not self._confirm(self._question(request, standing)):
            raise RefusedError("not confirmed: yes was not typed", request=request)
        # The answer may have taken its time.
        check(request, self._standing(request, again=again))

    def admit_again(self, request: Request, again: bool) -> None:  # noqa: FBT001  # as of ``admit``
        """Raise RefusedError if in the meantime another session, or another kernel, sent the same: for
        a caller that keeps both from the ledger.
        """
        check(request, self._standing(request, again=again))

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

    def permit(self, request: Request) -> Permit:
        """What a write takes just before its first byte leaves; the kill switch stops no cancel."""
        stops = self.latch is not None and request.effect not in {"read", "cancel"}
        return Permit(self.latch if stops else None, request)

    def await_writers(self) -> str:
        """Wait until no write is on its way to the socket any more, here or in another kernel, after
        ``kill``; what could not be stopped, "" if nothing is left.
        """
        return self.latch.await_writers() if self.latch is not None else ""

    def release(self) -> None:
        """Let orders through again."""
        if self.latch is not None:
            self.latch.lift()

    def _standing(self, request: Request, *, again: bool) -> Standing:
        repeats, unsettled = self._before(request)
        return Standing(
            environment=self._account.environment,
            armed=self._account.environment == "live" and self.arming.armed,
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
        entry = self.ledger.recent(self.key_hash, mark, AGAIN_SECONDS)
        if entry is None or entry.outcome in _NOTHING_DONE:
            return None, unsettled
        return max(self._clock() - entry.time, 0.0), unsettled

    def _question(self, request: Request, standing: Standing) -> str:
        account = self._account
        key = account.credentials.hint if account.credentials else "none"
        parts = [f"LIVE {account.name} (key {key})", summary(request)]
        if standing.repeats is not None:
            parts.append(f"the same request was sent {standing.repeats:.0f} s ago")
        return " · ".join(parts)


def check(request: Request, standing: Standing) -> None:
    """Raise RefusedError for a request that must not be sent as things stand."""
    effect = request.effect
    if effect in {"read", "cancel"}:
        return
    if standing.latched:
        raise RefusedError(
            "the kill switch is on: only cancels are sent",
            remedy="%okx_kill --release lifts it",
            request=request,
        )
    if standing.environment == "live":
        _check_live(request, standing)
    if effect not in {"setting", "undo"}:
        _check_repeat(request, standing)


def asks(request: Request, environment: Environment) -> bool:
    """Whether a person must say yes to this very request."""
    return environment == "live" and request.effect not in {"read", "cancel"}


def _check_live(request: Request, standing: Standing) -> None:
    effect = request.effect
    if effect in GUARDED and effect not in standing.allow:
        raise RefusedError(
            f"the profile does not allow {_PLAIN[effect]} on a live account",
            remedy=f'allow = ["{effect}"] in the profile permits them',
            request=request,
        )
    if not standing.armed:
        raise RefusedError(
            "a live account is read-only",
            remedy="%okx_live switches orders on for 15 minutes; -a demo or -a sandbox is practice",
            request=request,
        )


def _check_repeat(request: Request, standing: Standing) -> None:
    if standing.again:
        return
    if standing.unsettled:
        raise RefusedError(
            "the outcome of the same request is still unknown",
            remedy="%okx_login looks it up; --again (in Python again=True) sends it once more anyway",
            request=request,
        )
    # On live the person is asked, and told of the repetition.
    if standing.repeats is not None and standing.environment != "live":
        raise RefusedError(
            f"the same request was sent {standing.repeats:.0f} s ago",
            remedy=f"--again (in Python again=True) sends it anyway; not needed after {AGAIN_SECONDS} s",
            request=request,
        )
