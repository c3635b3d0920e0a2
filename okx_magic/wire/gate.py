"""Where a request meets the rails: the facts are gathered, and the person is asked where one must be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from okx_magic.errors import RefusedError
from okx_magic.wire import rails
from okx_magic.wire.arming import Arming
from okx_magic.wire.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.model import Request
    from okx_magic.wire.account import Account
    from okx_magic.wire.latch import Latch

    # Asks the person for yes or no; raises RefusedError where nobody can be asked.
    Confirm = Callable[[str], bool]


class Repeats(Protocol):
    """What is known of earlier sendings of a request."""

    def seconds_since(self, request: Request) -> float | None:
        """How long ago the same request was last sent and not refused; None for not lately."""

    def unsettled(self, request: Request) -> bool:
        """Whether the outcome of the same request is unknown."""


class Gate:
    """The rails of one account.

    ``confirm`` is asked before each write of a live account; without it there is nobody to ask, and
    none is sent. ``latch`` is the kill switch's, ``repeats`` knows what was sent before.
    """

    def __init__(
        self,
        account: Account,
        *,
        latch: Latch | None = None,
        repeats: Repeats | None = None,
        confirm: Confirm | None = None,
        arming: Arming | None = None,
    ) -> None:
        self._account = account
        self.latch = latch
        self._repeats = repeats
        self._confirm = confirm
        self.arming = arming or Arming(_sentence(account))

    def admit(self, request: Request, *, again: bool = False) -> None:
        """Raise RefusedError unless the request may be sent now, asking the person where one must
        say yes.
        """
        standing = self._standing(request, again=again)
        rails.check(request, standing)
        if not rails.asks(request, self._account.environment):
            return
        if self._confirm is None:
            raise RefusedError("nobody is here to say yes to a live order", request=request)
        if not self._confirm(self._question(request, standing)):
            raise RefusedError("yes was not said", request=request)
        # The answer may have taken its time.
        rails.check(request, self._standing(request, again=again))

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

    def release(self) -> None:
        """Let orders through again."""
        if self.latch is not None:
            self.latch.lift()

    def _standing(self, request: Request, *, again: bool) -> rails.Standing:
        repeats = self._repeats
        return rails.Standing(
            environment=self._account.environment,
            armed=self.arming.armed,
            latched=self.latched,
            allow=self._account.allow,
            repeats=repeats.seconds_since(request) if repeats else None,
            unsettled=repeats.unsettled(request) if repeats else False,
            again=again,
        )

    def _question(self, request: Request, standing: rails.Standing) -> str:
        account = self._account
        key = account.credentials.hint if account.credentials else "none"
        parts = [f"LIVE {account.name} (key {key})", summary(request)]
        if standing.repeats is not None:
            parts.append(f"the same was sent {standing.repeats:.0f} s ago")
        return " · ".join(parts)


def _sentence(account: Account) -> str:
    tail = account.credentials.tail if account.credentials else ""
    return f"place real orders {tail}".strip()
