"""What OKX refuses for its limits, time after time, is paused for a while: more would not help."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from okx_magic.errors import OkxError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.model import Request

# Seconds, doubled each time that the one request which goes after a pause is refused, too.
_FIRST: Final = 2.0
_LONGEST: Final = 8.0


class CircuitBreaker:
    """The pauses of all paths of a connection, on a monotonic clock in seconds. Thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        # By path: until when, how long the pause was, and what OKX said.
        self._pauses: dict[str, tuple[float, float, OkxError]] = {}

    def check(self, request: Request) -> None:
        """Raise OKX's refusal while the path is paused; of several calls one goes when that is over."""
        with self._lock:
            if request.path not in self._pauses:
                return
            ends, length, said = self._pauses[request.path]
            left = ends - self._now()
            if left <= 0:
                self._pauses[request.path] = (self._now() + length, length, said)
                return
        raise OkxError(
            said.code,
            f"{said.msg} · OKX said so time after time: not sent now",
            envelope=said.envelope,
            means=said.means,
            remedy=f"in {max(left, 1):.0f} s it may be sent again",
            request=request,
        )

    def open(self, request: Request, said: OkxError) -> None:
        """Note that it was refused, and that no retry is left."""
        with self._lock:
            known = self._pauses.get(request.path)
            length = min(2 * known[1], _LONGEST) if known else _FIRST
            self._pauses[request.path] = (self._now() + length, length, said)

    def close(self, request: Request) -> None:
        """Note that it was not refused."""
        with self._lock:
            self._pauses.pop(request.path, None)
