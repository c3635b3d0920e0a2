"""The chunks of one pull, each fetched by this kernel or by a worker, given back in their order.

Tested in ``tests/pages/test_team.py``.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import OkxMagicError
from okx_magic.pages.blocks import at_once, pause
from okx_magic.pages.workers import LONG_AT_THE_END, attempt, is_limit, soon, was_refused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future

    from okx_magic.model import Request
    from okx_magic.pages.blocks import Results
    from okx_magic.pages.candle_plan import Chunk, Fetched
    from okx_magic.pages.team import Team

    Result = Fetched | OkxMagicError | None

# For each worker: one that it works on, and one that waits for it.
_PARTS: Final = 2
# A wait without end would sleep through a signal that comes as it begins.
_LONGEST_WAIT: Final = 0.5


@dataclass(order=True, slots=True)
class Slot:
    """A chunk in its place, and what it gave; None until it is known."""

    number: int
    chunk: Chunk = field(compare=False)
    result: Result = field(default=None, compare=False)


@dataclass(slots=True)
class Part:
    """Chunks that a worker has; without any it is only asked who it is. What it does not fetch goes back
    to the ``job``. ``last``: they are of what remains of a pull.
    """

    slots: tuple[Slot, ...]
    job: Job | None = None
    last: bool = False

    def take(self, results: Sequence[Result]) -> None:
        """Note what it gave."""
        for slot, result in zip(self.slots, results, strict=True):
            slot.result = result
            if result is None and self.job is not None:
                self.job.put_back(slot)

    def put_back(self) -> None:
        """It is lost."""
        self.take((None,) * len(self.slots))


class Job:
    """Hands out the chunks of a pull whose limit is that of ``request``."""

    def __init__(self, team: Team, request: Request) -> None:
        self._team = team
        self._at_once = at_once(request)
        self._request = request
        self._chunks: Iterator[Chunk] = iter(())
        self._more = True
        self._number = 0
        self._order: deque[Slot] = deque()
        self._todo: list[Slot] = []
        self._here: dict[Future[tuple[Result, bool]], Slot] = {}
        self._over = threading.Event()
        # Until then this kernel leaves the last chunks to the workers.
        self._rests = 0.0

    def run(self, chunks: Iterator[Chunk]) -> Results:
        """Each chunk, in order, with what waits for its rows."""
        self._chunks = chunks
        while True:
            self._fill()
            if not self._order:
                return
            slot = self._order[0]
            yield slot.chunk, partial(self._until, slot)
            self._order.popleft()

    def put_back(self, slot: Slot) -> None:
        """A chunk that somebody has to fetch again."""
        heapq.heappush(self._todo, slot)

    def end(self) -> None:
        """Give up what is still under way."""
        self._over.set()
        self._team.cut_off(self)
        for future in self._here:
            future.cancel()
        wait(self._here)

    def _until(self, slot: Slot) -> Fetched:
        """What a chunk gave, or its error; the work goes on meanwhile."""
        self._go_on(0)
        while slot.result is None:
            self._go_on(_LONGEST_WAIT)
        if isinstance(slot.result, OkxMagicError):
            raise slot.result
        return slot.result

    def _go_on(self, seconds: float) -> None:
        team = self._team
        self._fill()
        team.go_on()
        self._assign_here()
        self._assign_there()
        running: set[Future[Any]] = {*self._here, *team.parts}
        if team.settling is not None:
            running.add(team.settling)
        done, _ = wait(running, seconds, FIRST_COMPLETED)
        for future in done & self._here.keys():
            self._take_here(future)
        for part in done & team.parts.keys():
            # Of a broken executor the first takes the others along.
            if part in team.parts:
                team.take(part)

    def _fill(self) -> None:
        places = sum(share.places(self._at_once) for share in self._team.workers)
        ahead = 2 * self._at_once + 2 * _PARTS * places
        while self._more and len(self._order) < ahead:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._more = False
                return
            slot = Slot(self._number, chunk)
            self._number += 1
            self._order.append(slot)
            heapq.heappush(self._todo, slot)

    def _assign_here(self) -> None:
        if self._team.waits or (self._team.workers and time.monotonic() < self._rests):
            return
        places = self._team.own.places(self._at_once)
        while self._todo and len(self._here) < places:
            last = self._ends
            slot = heapq.heappop(self._todo)
            self._here[self._team.pool.submit(self._fetch, slot.chunk, last)] = slot

    def _assign_there(self) -> None:
        workers = [each for each in self._team.workers if each.places(self._at_once)]
        out = sum(part.job is self for part in self._team.parts.values())
        while self._todo and out < _PARTS * len(workers):
            # A window's worth; at the end less, so that all end at about the same time.
            most = min(share.places(self._at_once) for share in workers)
            last = self._ends
            size = min(most, math.ceil(len(self._todo) / (len(workers) * (1 if last else _PARTS))))
            slots = tuple(heapq.heappop(self._todo) for _ in range(size))
            self._team.hand_out(Part(slots, self, last))
            out += 1
            if not self._team.workers:
                return

    @property
    def _ends(self) -> bool:
        """Whether what remains fits into one window of all: then nobody should wait for the next, while
        others have places left in this one.
        """
        shares = [*self._team.workers, self._team.own]
        places = sum(share.places(self._at_once) for share in shares)
        return len(shares) > 1 and not self._more and len(self._todo) <= places

    def _fetch(self, chunk: Chunk, last: bool) -> tuple[Result, bool]:  # noqa: FBT001
        """What a chunk gives here, and whether OKX refused a request of it for its limit."""
        team, began = self._team, time.time()
        sleep = partial(pause, self._over)
        result = attempt(team.connection, partial(soon, sleep) if last else sleep, chunk)
        refused = was_refused(team.connection, {chunk.request.path}, began)
        if is_limit(result) and not team.shares.exhausted:
            sleep(team.window)
            return None, refused
        return result, refused

    def _take_here(self, future: Future[tuple[Result, bool]]) -> None:
        slot = self._here.pop(future)
        slot.result, refused = future.result()
        if refused:
            self._team.refused(self._team.here)
        if slot.result is None:
            self._rests = time.monotonic() + LONG_AT_THE_END
            self.put_back(slot)
