"""What OKX refuses for its limits, time after time, is let be for a while: more would not help."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from okx_magic.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.model import Request

# Seconds, doubled each time that the one request which goes after a pause is refused, too.
_FIRST: Final = 2.0
_LONGEST: Final = 8.0


class Storm:
    """The pauses of all paths of a connection, on a monotonic clock in seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        # By path: until when, and how long the pause was.
        self._pauses: dict[str, tuple[float, float]] = {}

    def check(self, request: Request) -> None:
        """Raise RefusedError while the path is let be; of several calls one goes when that is over."""
        with self._lock:
            ends, length = self._pauses.get(request.path, (0.0, 0.0))
            left = ends - self._now()
            if length and left <= 0:
                self._pauses[request.path] = (self._now() + length, length)
        if length and left > 0:
            raise RefusedError(
                "OKX refuses this for its limit, time after time: not sent",
                remedy=f"in {left:.0f} s it may be sent again",
                request=request,
            )

    def refused(self, request: Request) -> None:
        """Note that it was refused, and that no retry is left."""
        with self._lock:
            _, length = self._pauses.get(request.path, (0.0, 0.0))
            length = min(2 * length, _LONGEST) if length else _FIRST
            self._pauses[request.path] = (self._now() + length, length)

    def over(self, request: Request) -> None:
        """Note that it was not refused."""
        with self._lock:
            self._pauses.pop(request.path, None)
