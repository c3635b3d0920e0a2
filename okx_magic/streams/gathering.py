"""Waits for sockets as asyncio does, but lets gather what comes in a rush.

To wake up costs as much as ten messages, and takes the interpreter from the cell that runs. So where
something comes again and again within a few milliseconds, they are read once in two.

Tested in ``tests/streams/test_gathering.py``.
"""

from __future__ import annotations

import time
from selectors import DefaultSelector
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectors import SelectorKey

# Seconds. Nobody sees two milliseconds, and at a hundred thousand messages a second the system has room
# for what comes in them.
_REST: Final = 0.002
# So many times in a row is a rush; an answer or two are none.
_OFTEN: Final = 8


class Gathering(DefaultSelector):
    """For an event loop of its own thread, whose work may wait for that little."""

    def __init__(self) -> None:
        super().__init__()
        self._in_a_row = 0
        self._last = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """The library's own, after a rest in a rush."""
        if self._in_a_row >= _OFTEN:
            time.sleep(_REST)
        ready = super().select(timeout)
        if ready:
            now = time.monotonic()
            self._in_a_row = self._in_a_row + 1 if now - self._last < 2 * _REST else 0
            self._last = now
        return ready
