"""A stream, as a person holds it: what is kept of a channel, and ways to look at it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import msgspec

from okx_magic.errors import CellError, StreamError
from okx_magic.streams.kept import Kept
from okx_magic.streams.typed import frame_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
    from os import PathLike

    import pandas as pd

    from okx_magic.streams.access import Access
    from okx_magic.streams.feed import Feed, State
    from okx_magic.streams.gaps import Gap
    from okx_magic.streams.protocol import Arg
    from okx_magic.streams.reader import Reader
    from okx_magic.streams.recording import Recording

Row = dict[str, Any]
_PATIENCE = 5.0


class Stream:
    """What a channel has pushed. Never waits for whoever looks at it, and never stops by itself: ``stop``,
    %okx_streams stop, a log-out and the end of the kernel end it.

    ::

        trades = session.stream("trades", instId="BTC-USDT")
        trades.wait(rows=10, timeout=30)
        trades.frame()                    # typed, as GET /api/v5/market/trades
        trades.stop()

    OKX docs: the channel's own section, by ``channel``.
    """

    def __init__(
        self, reader: Reader, access: Access, args: Sequence[Arg], *, name: str, keep: int
    ) -> None:
        self.name = name
        self.args = tuple(args)
        self.access = access
        self.channel = args[0].channel.name
        self.decimal = False
        self.errors = 0
        self._reader = reader
        self._feeds: list[Feed] = []
        self._changed = threading.Condition()
        self._kept = Kept(args[0].channel.kind, keep)
        self._calls: tuple[Callable[[Row], None], ...] = ()
        self._watches: tuple[Callable[[Row], None], ...] = ()
        self._recording: Recording | None = None
        self._stopped = False
        self._first_error = ""
        self.started_at = time.time()
        self.last_at: float | None = None

    @property
    def kind(self) -> str:
        """``events``, ``state``, ``account``, ``orders``, ``trades``, ``candles`` or ``book``."""
        kind = self.args[0].channel.kind
        return "book" if kind == "whole" else kind

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that tell one row from another."""
        key = self.args[0].channel.key
        return (key,) if key else ()

    @property
    def state(self) -> State:
        """``connecting``, ``streaming``, ``refused`` or ``stopped``; of several args the worst."""
        if self._stopped or self not in self._reader.streams:
            return "stopped"
        states = [feed.state for feed in self._feeds]
        for state in ("refused", "connecting", "streaming"):
            if state in states:
                return state  # type: ignore[return-value]  # one of them
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
        return self._row(row) if row is not None else None

    def latest(self) -> Iterable[Row]:
        """The newest row of each key, as OKX sent it."""
        with self._changed:
            rows = self._kept.current(None)
        return [self._row(row) for row in rows]

    def frame(
        self, n: int | None = None, all: bool = False, *, decimal: bool | None = None  # noqa: A002, FBT001, FBT002
    ) -> pd.DataFrame:
        """What is kept as a DataFrame with the columns and types of the channel's GET, oldest first.

        ``n`` newest rows, of a book ``n`` levels a side. State (tickers, positions …) is the newest row of
        each key, with ``all`` every row that came. ``decimal`` keeps every digit. Raises StreamError for
        a book that is not known to be right, and what the stream was refused with.
        """
        self._raise_refused()
        if self.args[0].channel.kind == "book":
            values: list[Any] = [self._book(n)]
        else:
            if all and self.kind == "book":
                raise CellError("a short book keeps its newest state only", remedy="frame()")
            rows = self._kept.history(self._changed, n) if all else self._current(n)
            values = msgspec.json.decode(b"[" + b",".join(rows) + b"]")
        exact = self.decimal if decimal is None else decimal
        return frame_of(self, values, decimal=exact, depth=n)

    def wait(self, rows: int = 1, timeout: float | None = None, **equals: Any) -> Row | None:
        """Wait until ``rows`` rows have come since the stream began, or with ``equals`` until one has
        these values (kept ones count); returns the newest such row. Raises StreamError after ``timeout``
        seconds. Ctrl-C ends the waiting, not the stream.
        """
        wanted = {name: _text(value) for name, value in equals.items()}
        end = None if timeout is None else time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                self._raise_refused()
                if not wanted and self._kept.ring.total >= rows:
                    return None if self._kept.last is None else self._row(self._kept.last)
                if wanted:
                    fresh = self._kept.ring.newest(self._kept.ring.total - seen)
                    seen = self._kept.ring.total
                    for row in map(self._row, reversed(fresh)):
                        if all(_text(row.get(name)) == value for name, value in wanted.items()):
                            return row
                self._wait_once(end, f"{self.total} rows came")

    def on(self, call: Callable[[Row], None]) -> Callable[[], None]:
        """Call with each row from now on, as OKX sent it, in the reader's thread; returns what ends it.
        Errors of ``call`` are counted in ``errors``, the first is told once.
        """
        self._calls = (*self._calls, call)

        def leave() -> None:
            self._calls = tuple(each for each in self._calls if each is not call)

        return leave

    def watch(self, call: Callable[[Row], None]) -> Callable[[], None]:
        """As ``on``, and with ``{}`` when the state changes."""
        self._watches = (*self._watches, call)

        def leave() -> None:
            self._watches = tuple(each for each in self._watches if each is not call)

        return leave

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
        """Write each row from now on to a parquet file, as OKX sent it; ``stop`` completes the file."""
        from okx_magic.streams.recording import Recording  # noqa: PLC0415  # pyarrow, on first use

        if self._recording is not None:
            raise CellError("the stream is being recorded already", remedy="stop it first")
        self._recording = Recording(path, self.channel)

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

    # From here on the reader's thread calls.

    def begin(self, feed: Feed) -> None:
        """The feed of one of its args."""
        self._feeds.append(feed)

    def add(self, rows: Sequence[bytes], keys: Sequence[str] | None, *, late: bool = False) -> None:
        """Rows that came."""
        with self._changed:
            self._kept.add(rows, keys, late=late)
            self.last_at = time.time()
            self._changed.notify_all()
        if self._recording is not None:
            self._recording.add(rows)
        if self._calls or self._watches:
            for row in map(self._row, rows):
                self._call(row)

    def drop(self, keys: Sequence[str]) -> None:
        """Rows that are no more."""
        with self._changed:
            self._kept.drop(keys)

    def tell(self) -> None:
        """The state has changed."""
        with self._changed:
            self._changed.notify_all()
        for call in self._watches:
            call({})

    def ended(self) -> None:
        """No more comes."""
        self._stopped = True
        if self._recording is not None:
            self._recording.close()
        self.tell()

    def _call(self, row: Row) -> None:
        for call in (*self._calls, *self._watches):
            try:
                call(row)
            except Exception as error:  # noqa: BLE001  # the person's own function: it can raise anything
                self.errors += 1
                self._first_error = self._first_error or f"{type(error).__name__}: {error}"

    def _current(self, n: int | None) -> list[bytes]:
        if self.kind in ("events", "trades", "orders"):
            return self._kept.history(self._changed, n)
        with self._changed:
            return self._kept.current(n)

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

    def _wait_once(self, end: float | None, reason: str) -> None:
        if not self.running:
            raise StreamError(f"{self.name} has ended: {reason}", remedy="run its cell again")
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise StreamError(
                f"{self.name}: {reason}, not what was waited for", remedy="wait longer: timeout=60"
            )
        # Short, so that Ctrl-C is heard on every system.
        self._changed.wait(0.5 if left is None else min(left, 0.5))

    def _raise_refused(self) -> None:
        for feed in self._feeds:
            if feed.error is not None:
                raise feed.error

    def _row(self, row: bytes) -> Row:
        value = msgspec.json.decode(row)
        return value if isinstance(value, dict) else _bar(value)

    def __repr__(self) -> str:
        return self.line()

    def line(self) -> str:
        """The stream in one line."""
        args = ", ".join(str(arg).partition(" ")[2] for arg in self.args)
        parts = [self.name, f"{self.channel} {args}".strip(), self.access.account.name, self.state]
        total, kept = self.total, self.kept
        if self.kind in ("trades", "events", "orders") and kept < total:
            parts.append(f"kept {kept:,} of {total:,} rows")
        else:
            parts.append(f"{total:,} rows")
        if gaps := len(self.gaps):
            parts.append(f"{gaps} gap" + ("s" if gaps > 1 else ""))
        if self.errors:
            parts.append(f"{self.errors} errors in on(): {self._first_error}")
        return " · ".join(parts)


def _bar(value: Any) -> Row:
    names = ("ts", "o", "h", "l", "c", "vol", "volCcy", "volCcyQuote", "confirm")
    if len(value) < len(names):
        names = (*names[:5], "confirm")
    return dict(zip(names, value, strict=False))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
