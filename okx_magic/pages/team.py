"""This kernel and the workers of an executor, who fetch the chunks of pulls together.

The kernel hands out shares of each address's pace (``shares.py``) with the parts of the work. Shares
change when a worker comes or goes, or OKX refuses: then no part is handed out until those under way are
back and a window of the limit has passed. What others at its own address use, the kernel takes from its
own pacer (``lending.py``).
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from okx_magic.errors import CellError
from okx_magic.pages.blocks import pause
from okx_magic.pages.job import Job, Part
from okx_magic.pages.lending import Lending
from okx_magic.pages.shares import Shares
from okx_magic.pages.workers import fetch_part, this_worker, without_credentials
from okx_magic.servertext import printable
from okx_magic.wire.transport import MOST_AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from okx_magic.pages.blocks import Spread
    from okx_magic.pages.candle_plan import CandlePlan
    from okx_magic.pages.shares import Addresses, Share
    from okx_magic.pages.workers import Answer
    from okx_magic.wire.connection import Connection

# So many are asked at first who they are; twice as many as long as most were unknown.
_GREETINGS: Final = 8
# Before they answer this kernel does not use up the pace that it is about to share.
_PATIENCE: Final = 1.0
_MOST_FAILURES: Final = 3
# Who was silent for so long, while the others gave back so many parts each, is gone.
_SILENCE: Final = 30.0
_PARTS_OF_OTHERS: Final = 8
# After a break-off workers go on with what they have begun, and with what their queue holds.
_WINDOWS_LEFT: Final = 3


class Client(Protocol):
    """A dask client, as far as it is needed: it makes an executor of its cluster."""

    def get_executor(self, *, pure: bool) -> Any:
        """An executor of the cluster; not ``pure`` runs a part once more where it is asked for again."""


def _executor_of(workers: Executor | Client) -> Executor:
    found: Any = workers
    if hasattr(workers, "get_executor"):
        found = workers.get_executor(pure=False)
    if not isinstance(found, Executor):
        raise CellError(
            f"an executor is a concurrent.futures.Executor, not a {type(workers).__name__}",
            remedy="such as a ProcessPoolExecutor, or a dask Client",
        )
    return found


class Team:
    """Fetches chunks in this process and on the workers of an executor, or of a dask client; a context
    manager around as many pulls as you like, one at a time.

    ``notices`` say what a person should know of it. ``addresses`` is as for ``Shares``. Raises CellError
    for what is no executor, RefusedError for a proxy whose password would have to travel.
    """

    def __init__(
        self, connection: Connection, executor: Executor | Client, addresses: Addresses = None
    ) -> None:
        self._executor: Executor | None = _executor_of(executor)
        self._source = without_credentials(connection.account)
        worker = this_worker(self._source)
        # The executor's workers may be threads of this process.
        self.here = f"{worker.process} kernel"
        self.connection = connection
        self.notices: list[str] = []
        self.shares = Shares(replace(worker, process=self.here), addresses)
        self.own = self.shares.all()[self.here]
        self.parts: dict[Future[Answer], Part] = {}
        self.over = threading.Event()
        self.pool = ThreadPoolExecutor(MOST_AT_ONCE + 1, thread_name_prefix="okx_magic-team")
        self.settling: Future[dict[str, Share]] | None = None
        self.changed = False
        self._table: dict[str, Share] = {}
        self._lending = Lending(connection)
        self._plan: CandlePlan | None = None
        self._worked = self._cut_off = False
        self._began = time.monotonic()
        self._round = self._to_greet = _GREETINGS
        self._unknown = self._number = self._failures = 0
        self._heard: dict[str, tuple[float, int]] = {}

    @contextmanager
    def spread(self, plan: CandlePlan) -> Iterator[Spread]:
        """What fetches the chunks of one pull. At its end those that are still waiting give up."""
        if self._plan is None or self._plan.older.path != plan.older.path:
            # Another limit, of which nothing is lent yet.
            self.changed = True
        self._plan = plan
        job = Job(self, plan.older)
        try:
            yield job.run
        finally:
            job.end()

    @property
    def window(self) -> float:
        """The seconds of the window of the limit."""
        endpoint = self._plan.older.endpoint if self._plan else None
        return endpoint.limit.seconds if endpoint and endpoint.limit else 0.0

    @property
    def waits(self) -> bool:
        """Whether this kernel should not send yet, as it is about to share its pace."""
        unshared = self._executor is not None and not self._table
        return unshared and time.monotonic() < self._began + _PATIENCE

    @property
    def workers(self) -> list[Share]:
        """The shares of the workers that parts may be handed out to now; none while they change."""
        if self.changed or self.settling is not None:
            return []
        return [share for process, share in self._table.items() if process != self.here]

    @property
    def _greeting(self) -> bool:
        return bool(self._to_greet) or any(not part.slots for part in self.parts.values())

    def go_on(self) -> None:
        """Greet workers, and change the shares where that is due. Returns at once."""
        if self.settling is not None and self.settling.done():
            self._table = self.settling.result()
            self.settling = None
        if self._executor is None or self.settling is not None:
            return
        while self._to_greet and self._executor is not None:
            self._to_greet -= 1
            self.hand_out(Part(()))
        working = any(part.slots for part in self.parts.values())
        if self.changed and not working and not (self._greeting and self.waits):
            self.changed = False
            self.notices += self.shares.settle()
            table = self.shares.all()
            self.own = table[self.here]
            self.settling = self.pool.submit(self._settle, table)

    def hand_out(self, part: Part) -> None:
        """Submit a part of the work; where that fails this kernel does it."""
        assert self._executor is not None  # noqa: S101  # there are no workers without one
        chunks = tuple(slot.chunk for slot in part.slots)
        self._number += 1
        self._worked |= bool(chunks)
        try:
            future = self._executor.submit(
                fetch_part, self._source, chunks, self._table, self._number, last=part.last
            )
        except Exception as error:  # noqa: BLE001  # whatever an executor raises is told
            part.put_back()
            self._failed(error)
        else:
            self.parts[future] = part

    def take(self, future: Future[Answer]) -> None:
        """Take what a worker gives back."""
        part = self.parts.pop(future)
        try:
            answer = future.result()
        except (Exception, CancelledError) as error:  # noqa: BLE001  # as above
            part.put_back()
            self._failed(error)
            return
        self._failures = 0
        part.take(answer.results)
        self._hear(answer, greeting=not part.slots)

    def refused(self, process: str) -> None:
        """Note that OKX refused a request of a process for its limit."""
        self.shares.refuse(process)
        self.changed = True

    def close(self) -> None:
        """End what is under way, and take this kernel's whole pace back."""
        self.over.set()
        self.cut_off(None)
        for future in self.parts:
            future.cancel()
        self.pool.shutdown(cancel_futures=True)
        self._lending.end(_WINDOWS_LEFT * self.window if self._cut_off else 0.0)

    def cut_off(self, job: Job | None) -> None:
        """Give up the parts of a job, or of all. Those that have begun go on, whatever is done here."""
        for future, part in list(self.parts.items()):
            if part.slots and job in {part.job, None}:
                self._cut_off = True
                part.job = None
                # It may be that nobody says when it is over.
                if future.cancel():
                    del self.parts[future]

    def _hear(self, answer: Answer, *, greeting: bool) -> None:
        process = answer.worker.process
        unknown = self.shares.see(answer.worker)
        self._heard[process] = (time.monotonic(), self._number)
        self.changed |= unknown
        if greeting:
            self._unknown += unknown
            if not self._greeting:
                # As many as half were unknown: there may be more.
                more = 2 * self._unknown >= self._round
                self._round = self._to_greet = 2 * self._round if more else 0
                self._unknown = 0
        if answer.refused:
            self.refused(process)
        self._forget_the_silent()

    def _forget_the_silent(self) -> None:
        now = time.monotonic()
        for process, (when, number) in list(self._heard.items()):
            others = _PARTS_OF_OTHERS * len(self.shares)
            if now - when > _SILENCE and self._number - number > others:
                del self._heard[process]
                self.shares.forget(process)
                self.changed = True

    def _failed(self, error: BaseException) -> None:
        self._failures += 1
        broken = isinstance(error, BrokenExecutor | CancelledError | RuntimeError)
        if self._executor is None or (not broken and self._failures < _MOST_FAILURES):
            return
        self._executor = None
        for future, part in self.parts.items():
            future.cancel()
            part.put_back()
        self.parts = {}
        said = printable(str(error).partition("\n")[0])[:120]
        self.notices.append(
            f"the workers are lost ({type(error).__name__}{': ' + said if said else ''}): this kernel"
            " fetches the rest"
        )
        for process in self.shares:
            if process != self.here:
                self.shares.forget(process)
        table = self.shares.all()
        self.own = table[self.here]
        # Perhaps not all of them are dead, and some still send.
        self.settling = self.pool.submit(self._settle, table, _WINDOWS_LEFT)

    def _settle(self, table: dict[str, Share], windows: int = 1) -> dict[str, Share]:
        """Let others' requests get old, and lend them what is theirs; then the shares are in force."""
        sleep = partial(pause, self.over)
        assert self._plan is not None  # noqa: S101  # there are chunks
        if self._worked:
            sleep(windows * self.window)
        self._lending.keep(table[self.here], (self._plan.request, self._plan.older), sleep)
        return table

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
