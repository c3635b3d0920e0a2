"""The facts of a refusal, and what is found of it.

Tested in ``tests/advice/test_causes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.credentials.account import Account
    from okx_magic.model import Exchange

_MARKS = {True: "✗", False: "✓", None: "?"}


@dataclass(frozen=True, slots=True)
class Cause:
    """A possible cause of a refusal that was checked, not guessed.

    ``holds`` is True where the check found this to be the cause, False where it ruled it out, and
    None where that cannot be decided from here. ``found`` says in one sentence what was found, and
    ``remedy`` what to do about it, "" where the remedy of the code says it.
    """

    name: str
    found: str
    holds: bool | None = None
    remedy: str = ""

    @property
    def mark(self) -> str:
        """One character: ✗ this is it, ✓ this is in order, ? this may be it."""
        return _MARKS[self.holds]

    def __str__(self) -> str:
        return f"{self.mark} {self.name}: {self.found}"


@dataclass(frozen=True, slots=True)
class Known:
    """What is known around an exchange.

    ``log`` has the exchanges of the same account, oldest first; ``config`` is the row of GET
    /api/v5/account/config, empty if it was not asked.
    """

    log: Sequence[Exchange] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """A refusal, and all that is known of it.

    ``code`` is OKX's, "" for an answer that is not OKX's. ``exchange`` is None where only a code is
    known, such as one from another program's WebSocket.
    """

    code: str
    account: Account
    exchange: Exchange | None = None
    known: Known = Known()

    @property
    def accepted(self) -> Exchange | None:
        """The last signed exchange of the account that OKX accepted, before this one."""
        for each in reversed(self.known.log):
            if each.code == "0" and each.sent is not None and each is not self.exchange:
                return each
        return None

    @property
    def offset(self) -> int | None:
        """The exchange's clock minus ours in milliseconds, None if it was never measured."""
        if self.exchange is not None and self.exchange.offset is not None:
            return self.exchange.offset
        offsets = (each.offset for each in reversed(self.known.log))
        return next((offset for offset in offsets if offset is not None), None)


def clock_text(offset: int) -> str:
    """``this computer's clock is 1.2 s behind the exchange's``."""
    if abs(offset) < 50:
        return "this computer's clock agrees with the exchange's"
    side = "behind" if offset > 0 else "ahead of"
    return f"this computer's clock is {abs(offset) / 1000:.1f} s {side} the exchange's"


def ago(seconds: float) -> str:
    """How long ago something was, for a sentence."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s before"
    return f"{seconds / 60:.0f} min before"
