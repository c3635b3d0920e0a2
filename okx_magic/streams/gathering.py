"""Waits for sockets as asyncio does, but lets gather what comes in a rush.

To wake up costs as much as ten messages, and takes the interpreter from the cell that runs. So where
something is there again and again as soon as one looks, it is looked for every four milliseconds.

Tested in ``tests/streams/test_gathering.py``.
"""

from __future__ import annotations

import time
from selectors import DefaultSelector
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from selectors import SelectorKey

# Seconds. Nobody sees four milliseconds, and at twenty thousand messages a second the smallest of buffers
# holds what comes in them.
_REST: Final = 0.004
# What was waited for less is there at once. So many times in a row is a rush; an answer or two are none.
_AT_ONCE: Final = 0.002
_OFTEN: Final = 8


class Gathering(DefaultSelector):
    """For an event loop of its own thread, whose work may wait for that little."""

    def __init__(self) -> None:
        super().__init__()
        self._in_a_row = 0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """The library's own, after a rest in a rush."""
        if self._in_a_row >= _OFTEN:
            time.sleep(_REST)
        began = time.monotonic()
        ready = super().select(timeout)
        if ready:
            self._in_a_row = self._in_a_row + 1 if time.monotonic() - began < _AT_ONCE else 0
        return ready
