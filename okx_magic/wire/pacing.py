"""Keeps within OKX's limits by waiting before a request, so that none is refused with 50011.

The trouble with counting when a request is sent is that requests do not all travel equally long: two
windows' worth can arrive in one. So a place in a window is free again only when the answer to its
last request has been here for ``seconds``, less a part of the shortest round trip seen. Then, whatever
the jitter, no more requests than allowed can arrive in any window of that length.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from okx_magic.knowledge import Limit
    from okx_magic.wire.limits import Claim

OnWait = Callable[[float, "Limit"], None]

# A wait that a person would notice, in seconds.
WORTH_TELLING: Final = 0.5
# Timers and threads are not exact.
_MARGIN: Final = 0.005
# All round trips seen may have been slower than the quickest possible, when machine or network were
# busy from the start: so only a part of the shortest is counted on.
_TRUSTED: Final = 0.5


class Pacer:
    """The windows of all limits that the sessions sharing this pacer count against. Thread-safe.

    ``on_wait`` is told the seconds and the limit of a wait that a person would notice, in the thread
    that waits. ``clock`` is monotonic, in seconds; ``sleep`` waits so many of them.
    """

    def __init__(
        self,
        *,
        on_wait: OnWait | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._on_wait = on_wait
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(
        self, claims: Sequence[Claim], sleep: Callable[[float], None] | None = None
    ) -> Iterator[Turn]:
        """Wait until a request that makes these claims may leave; send it inside of the block.

        ``sleep`` waits in place of the pacer's own, and nobody is told; to give up, it raises. Claims
        come in the order of their keys: if each took two windows in an order of its own, two
        requests could wait for each other.
        """
        turn = Turn()
        with ExitStack() as stack:
            for claim in claims:
                waiting = sleep or partial(self._tell_and_sleep, claim.limit)
                stack.enter_context(self._window(claim).places(claim.count, turn, waiting))
            yield turn

    def _tell_and_sleep(self, limit: Limit, seconds: float) -> None:
        if self._on_wait is not None and seconds > WORTH_TELLING:
            self._on_wait(seconds, limit)
        self._sleep(seconds)

    def _window(self, claim: Claim) -> _Window:
        with self._lock:
            window = self._windows.get(claim.key)
            if window is None:
                window = _Window(claim.limit, self._clock)
                self._windows[claim.key] = window
            return window


class Turn:
    """One request on its way. Whoever sends it sets ``round_trip``: the seconds from its first byte
    to its answer, without the time for connecting, which later requests do not take again.
    """

    __slots__ = ("round_trip",)

    def __init__(self) -> None:
        self.round_trip = math.inf


class _Window:
    """The places of one limit. A place out of use remembers when its last answer came."""

    def __init__(self, limit: Limit, clock: Callable[[], float]) -> None:
        self._limit = limit
        self._clock = clock
        self._answered = [-math.inf] * limit.requests
        self._shortest = math.inf
        self._changed = threading.Condition()

    @contextmanager
    def places(self, count: int, turn: Turn, sleep: Callable[[float], None]) -> Iterator[None]:
        count = min(count, self._limit.requests)
        with self._changed:
            self._changed.wait_for(lambda: len(self._answered) >= count)
            taken = [heapq.heappop(self._answered) for _ in range(count)]
        try:
            # Looked at again after each sleep: a shorter round trip, seen meanwhile, means waiting
            # longer.
            while (seconds := self._free_at(taken[-1]) - self._clock()) > 0:
                sleep(seconds)
        except BaseException:
            self._give_back(taken)
            raise
        try:
            yield
        finally:
            self._give_back([self._clock()] * count, turn.round_trip)

    def _free_at(self, answered: float) -> float:
        known = self._shortest * _TRUSTED if math.isfinite(self._shortest) else 0
        return answered + self._limit.seconds + _MARGIN - known

    def _give_back(self, times: Sequence[float], round_trip: float = math.inf) -> None:
        with self._changed:
            self._shortest = min(self._shortest, round_trip)
            for each in times:
                heapq.heappush(self._answered, each)
            self._changed.notify_all()
