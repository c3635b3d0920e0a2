"""Live orders are off until a person typed the sentence, and for 15 minutes after it.

Tested in ``tests/orders/test_gate.py``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.account import Account

ARMED_SECONDS: Final = 15 * 60


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


def sentence(account: Account) -> str:
    """What a person types to arm an account."""
    tail = account.credentials.tail if account.credentials else ""
    return f"place real orders {tail}".strip()
