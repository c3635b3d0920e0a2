"""A stream, as a person holds it: what is kept of a channel, and ways to look at it.

Tested in ``tests/streams/test_streams_feeds.py``.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from okx_magic.errors import CellError, StreamError
from okx_magic.streams.intake import Intake, Row
from okx_magic.streams.ring import joined, rows_of
from okx_magic.streams.typed import frame_of, line_of, row_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from os import PathLike

    import pandas as pd

    from okx_magic.streams.feed import State
    from okx_magic.streams.gaps import Gap

_PATIENCE = 5.0
# As many rows as a person would look at.
_SHOWN = 50


class Stream(Intake):
    """What a channel has pushed; a session's ``stream``, or SUBSCRIBE in a cell, makes one.

    It goes on while nobody looks. ``stop``, ``%okx_streams stop``, a log-out and the kernel's end end it;
    what is kept can be read afterwards. OKX docs: the channel's own section, by ``channel``.

    Example:
        >>> book = okx.stream("books", instId="BTC-USDT")
        >>> update = book.wait(timeout=60)
        >>> book.frame(1)["side"].tolist(), list(book.frame(1).columns)
        (['ask', 'bid'], ['side', 'px', 'sz', 'orders'])
        >>> book.stop()
        >>> book.state
        'stopped'
    """

    @property
    def kind(self) -> str:
        """``events``, ``state``, ``account``, ``orders``, ``trades``, ``candles`` or ``book``."""
        kind = self.args[0].channel.kind
        return "book" if kind == "whole" else kind

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that tell one row from another."""
        key = self.args[0].channel.key
        named = "instId" if "instId" in self.args[0].channel.args else ""
        return tuple(filter(None, (key or named,)))

    @property
    def state(self) -> State:
        """``connecting``, ``streaming``, ``refused`` or ``stopped``; of several args the worst."""
        if self._stopped or self not in self._reader.streams:
            return "stopped"
        states = [feed.state for feed in self._feeds]
        for state in ("refused", "connecting", "streaming"):
            if state in states:
                return state
        return "connecting"

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self.state in ("connecting", "streaming")

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """When rows may be missing, in the order of time."""
        found = [gap for feed in self._feeds for gap in feed.gaps.all]
        return tuple(sorted(found, key=lambda gap: gap.since))

    @property
    def total(self) -> int:
        """How many rows came."""
        return self._kept.ring.total

    @property
    def kept(self) -> int:
        """How many of them ``frame(all=True)`` has; the oldest fall out."""
        return self._kept.ring.kept

    @property
    def last(self) -> Row | None:
        """The newest row as OKX sent it, numbers as text; None before the first."""
        with self._changed:
            row = self._kept.last
        return row_of(row) if row is not None else None

    def latest(self) -> Iterable[Row]:
        """The newest row of each key, as OKX sent it."""
        if self.kind in ("events", "trades"):
            rows = rows_of(self._kept.history(self._changed, _SHOWN))
        else:
            with self._changed:
                rows = self._kept.newest()
        return [row_of(row) for row in rows]

    def frame(
        self,
        n: int | None = None,
        all: bool = False,  # noqa: A002, FBT001, FBT002  # the word that people know
        *,
        decimal: bool | None = None,
    ) -> pd.DataFrame:
        """What is kept as a DataFrame with the columns and types of the channel's GET, oldest first.

        ``n`` newest rows, of a book ``n`` levels a side. State (tickers, positions …) is the newest row
        of each key, with ``all`` every row that came. ``decimal`` keeps every digit. Raises StreamError
        for a book that is not known to be right, and what the stream was refused with.
        """
        self._raise_refused()
        if self.args[0].channel.kind == "book":
            lines = msgspec.json.encode(self._book(n))
        else:
            if all and self.kind == "book":
                raise CellError("a short book keeps its newest state only", remedy="frame()")
            lines = self._kept.history(self._changed, n) if all else self._current(n)
        exact = self.decimal if decimal is None else decimal
        return frame_of(self, lines, decimal=exact, depth=n)

    def wait(self, rows: int = 1, timeout: float | None = None, **equals: Any) -> Row | None:
        """Wait until ``rows`` rows have come since the stream began, or with ``equals`` until one has
        these values (kept ones count); returns the newest such row. Raises StreamError after ``timeout``
        seconds. Ctrl-C ends the waiting, not the stream.
        """
        wanted = {name: str(value) for name, value in equals.items()}
        end = None if timeout is None else time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                self._raise_refused()
                if not wanted and self._kept.ring.total >= rows:
                    return None if self._kept.last is None else row_of(self._kept.last)
                if wanted:
                    fresh = self._kept.ring.newest(self._kept.ring.total - seen)
                    seen = self._kept.ring.total
                    for row in map(row_of, reversed(fresh)):
                        if all(str(row.get(name)) == value for name, value in wanted.items()):
                            return row
                self._wait_once(end, f"{self.total} rows came", 0 if wanted else rows)

    async def __aiter__(self) -> AsyncIterator[Row]:
        """Each row from now on. Whoever is slower than the stream misses what ``keep`` cannot hold."""
        loop = asyncio.get_running_loop()
        waiting: deque[Row] = deque(maxlen=self._kept.ring.keep)
        more = asyncio.Event()

        def note(row: Row) -> None:
            if row:
                waiting.append(row)
            loop.call_soon_threadsafe(more.set)

        leave = self.watch(note)
        try:
            while True:
                more.clear()
                while waiting:
                    yield waiting.popleft()
                if not self.running:
                    self._raise_refused()
                    return
                await more.wait()
        finally:
            leave()

    def record(self, path: str | PathLike[str]) -> None:
        """Write each row from now on to a parquet file, as OKX sent it; ``stop`` completes the file. One
        that is written already goes on.
        """
        from okx_magic.streams.recording import Recording  # noqa: PLC0415  # pyarrow, on first use

        if self._recording is not None:
            if self._recording.path == Path(path):
                return
            raise CellError(
                f"{self.name} is being recorded to {self._recording.path}",
                remedy=f"%okx_streams stop {self.name} completes that file; then run this again",
            )
        self._recording = Recording(path, self.channel)

    def picture(self) -> Any:
        """What it looks like now, as a picture that stays: candles, a book, or a table."""
        return self.access.picture(self)

    def stop(self) -> None:
        """End the stream. What is kept can be read afterwards."""
        self._reader.stop(self)

    def end_after(self, seconds: float) -> None:
        """End it after that time; nobody waits for it."""
        self._reader.later(seconds, self)

    def settled(self, timeout: float) -> None:
        """Wait until OKX has accepted or refused it, at most so long. Raises what it was refused with."""
        end = time.monotonic() + timeout
        with self._changed:
            while any(feed.state == "connecting" for feed in self._feeds):
                left = end - time.monotonic()
                if left <= 0 or self._stopped:
                    break
                self._changed.wait(min(left, 0.2))
        self._raise_refused()

    def _current(self, n: int | None) -> bytes:
        if self.kind in ("events", "trades", "orders"):
            return self._kept.history(self._changed, n)
        with self._changed:
            return joined(self._kept.current(n))

    def _book(self, n: int | None) -> Row:
        end = time.monotonic() + _PATIENCE
        feed: Any = self._feeds[0]
        with self._changed:
            while not feed.book.valid:
                if self._stopped:
                    raise StreamError(f"{self.name} ended, and its book is not known to be right")
                self._wait_once(end, "the book has a gap, and no whole one came from OKX")
                self._raise_refused()
            book: Row = feed.book.as_dict(n)
        return book

    def _wait_once(self, end: float | None, reason: str, total: int = 0) -> None:
        if not self.running:
            raise StreamError(f"{self.name} has ended: {reason}", remedy="run its cell again")
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise StreamError(
                f"{self.name}: {reason}, not what was waited for", remedy="wait longer: timeout=60"
            )
        # Short, so that Ctrl-C is heard on every system.
        self._waiting.append(total)
        try:
            self._changed.wait(0.5 if left is None else min(left, 0.5))
        finally:
            self._waiting.remove(total)

    def _raise_refused(self) -> None:
        for feed in self._feeds:
            if feed.error is not None:
                raise feed.error

    def __repr__(self) -> str:
        return line_of(self)
