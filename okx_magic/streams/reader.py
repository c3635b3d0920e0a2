"""The thread that reads: one for a kernel, with a loop of its own, as long as anything streams.

Tested in ``tests/streams/test_keeping_connected.py`` and ``tests/streams/test_in_a_kernel.py``.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
import weakref
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from okx_magic.streams.access import Timing
from okx_magic.streams.gathering import Gathering
from okx_magic.streams.line import Line
from okx_magic.streams.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from os import PathLike

    from okx_magic.streams.access import Access
    from okx_magic.streams.protocol import Arg

_PATIENCE: Final = 5.0


class Reader:
    """Opens streams and reads them all. Equal streams share a subscription, and all of one account and
    URL a connection. The thread begins with the first stream and ends with the last.
    """

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._lock = threading.RLock()
        self._streams: list[Stream] = []
        self._lines: dict[tuple[int, str, bool], Line] = {}
        self._connects: dict[str, deque[float]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._pid = os.getpid()

    @property
    def streams(self) -> tuple[Stream, ...]:
        """All that were opened and not stopped, in their order; none in a forked child."""
        return tuple(self._streams) if self._pid == os.getpid() else ()

    def open(
        self,
        access: Access,
        args: Sequence[Arg],
        *,
        name: str,
        keep: int,
        record: str | PathLike[str] | None = None,
    ) -> Stream:
        """A stream of these args, which are of one channel. It begins at once; ``record`` is a file for
        its rows from the first on.
        """
        if self._pid != os.getpid():
            self._begin_anew()
        with self._lock:
            stream = Stream(self, access, args, name=name, keep=keep)
            if record is not None:
                stream.record(record)
            self._streams.append(stream)
            self.run(self._add(stream))
        return stream

    def stop(self, stream: Stream) -> None:
        """End a stream; the last one ends the thread."""
        with self._lock:
            if self._pid != os.getpid() or stream not in self._streams:
                return
            if threading.current_thread() is self._thread:
                assert self._loop is not None  # noqa: S101  # its thread runs
                self._loop.create_task(self._remove_and_end(stream))
                return
            try:
                self.run(self._remove(stream))
            finally:
                self._forget(stream)
                self._end_if_idle()

    def close(self) -> None:
        """End all streams."""
        for stream in self.streams:
            stream.stop()

    def later(self, seconds: float, stream: Stream) -> None:
        """End a stream after that time."""
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.call_later, seconds, stream.stop)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run in the reader's thread, and wait for it."""
        loop = self._started()
        future = asyncio.run_coroutine_threadsafe(work, loop)
        with suppress(TimeoutError):
            future.result(_PATIENCE)

    async def _add(self, stream: Stream) -> None:
        for arg in stream.args:
            key = (id(stream.access), arg.channel.url, arg.channel.login)
            line = self._lines.get(key)
            if line is None:
                line = self._lines[key] = Line(
                    stream.access,
                    arg.channel.url,
                    login=arg.channel.login,
                    timing=self._timing,
                    call=self._call,
                    turn=self._turn,
                )
            refused = line.feeds.get(arg)
            if refused is not None and refused.state == "refused":
                # Asked for anew: the cause may be gone.
                await line.drop(refused)
            feed = line.add(arg)
            stream.begin(feed)
            feed.sinks = (*feed.sinks, stream)

    async def _remove(self, stream: Stream) -> None:
        for key, line in list(self._lines.items()):
            for feed in list(line.feeds.values()):
                if stream in feed.sinks:
                    feed.flush()
                    feed.sinks = tuple(sink for sink in feed.sinks if sink is not stream)
                    if not feed.sinks:
                        await line.drop(feed)
            if not line.feeds:
                del self._lines[key]
        stream.ended()

    def _forget(self, stream: Stream) -> None:
        if stream in self._streams:
            self._streams.remove(stream)

    async def _remove_and_end(self, stream: Stream) -> None:
        try:
            await self._remove(stream)
        finally:
            self._forget(stream)
        if self._lock.acquire(blocking=False):
            try:
                if not self._streams and self._loop is not None:
                    self._forget_thread()
            finally:
                self._lock.release()

    async def _call(self, function: Any, *values: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(function, *values))

    async def _turn(self, url: str) -> None:
        """Wait until a host may be connected to once more: OKX takes three a second from an address."""
        loop = asyncio.get_running_loop()
        times = self._connects.setdefault(urlsplit(url).netloc, deque())
        while True:
            while times and loop.time() - times[0] >= 1:
                times.popleft()
            if len(times) < self._timing.per_second:
                times.append(loop.time())
                return
            await asyncio.sleep(max(0.0, times[0] + 1 - loop.time()))

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            loop = self._loop = asyncio.SelectorEventLoop(Gathering())
            self._pool = ThreadPoolExecutor(4, thread_name_prefix="okx_magic-streams-rest")
            self._thread = threading.Thread(
                target=_run, args=(loop, self._pool), name="okx_magic-streams", daemon=True
            )
            self._thread.start()
            atexit.register(self.close)
            _READERS.add(self)
        return self._loop

    def _end_if_idle(self) -> None:
        if self._streams or self._loop is None:
            return
        thread = self._thread
        self._forget_thread()
        if thread is not None:
            thread.join(_PATIENCE)

    def _forget_thread(self) -> None:
        loop = self._loop
        self._loop = self._thread = self._pool = None
        atexit.unregister(self.close)
        _READERS.discard(self)
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)

    def _begin_anew(self) -> None:
        """In a forked child: the parent's streams are not ours."""
        self.__init__(self._timing)  # type: ignore[misc]  # all of it

    def forked(self) -> None:
        """In a forked child: its copies of the sockets are closed, so that the parent's end when the
        parent ends them.
        """
        for line in self._lines.values():
            for link in line.links:
                link.forget()


def _run(loop: asyncio.AbstractEventLoop, pool: ThreadPoolExecutor) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        # Who waits for this thread waits for those that ask REST, too.
        pool.shutdown(cancel_futures=True)
        loop.close()


_READERS: Final[weakref.WeakSet[Reader]] = weakref.WeakSet()


def _in_child() -> None:
    for reader in list(_READERS):
        reader.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
