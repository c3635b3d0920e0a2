"""The exchange's clock: the offset of our clock to it, measured against GET /api/v5/public/time.

OKX refuses a timestamp more than 30 s away from its own (50102; OKX docs: REST Authentication).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Gives the exchange's time in milliseconds since 1970.

    ``ask`` brings the exchange's time in milliseconds; it is asked before the first use and again
    after ``forget``. ``offset`` is exchange minus local in milliseconds, None before it was measured.
    """

    def __init__(self, ask: Callable[[], int], *, local: Callable[[], float] = time.time) -> None:
        self._ask = ask
        self._local = local
        self.offset: int | None = None

    def now(self) -> int:
        """The exchange's time; measures the offset first when it is not known."""
        if self.offset is None:
            return self.measure(self._ask)
        return self.local_now() + self.offset

    def measure(self, ask: Callable[[], int]) -> int:
        """The exchange's time, measured with the help of ``ask`` in place of its own."""
        before = self._local()
        theirs = ask()
        # The answer was made about half-way between asking and hearing.
        ours = (before + self._local()) / 2 * 1000
        self.offset = round(theirs - ours)
        return self.local_now() + self.offset

    def local_now(self) -> int:
        """Our own time in milliseconds, uncorrected."""
        return int(self._local() * 1000)

    def forget(self) -> None:
        """Measure again at the next use."""
        self.offset = None
