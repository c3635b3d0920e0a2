"""What a stream takes in, in the reader's thread, and whom it tells.

Tested in ``tests/streams/test_streams_feeds.py``.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from okx_magic.streams.kept import Kept
from okx_magic.streams.typed import row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from okx_magic.streams.access import Access
    from okx_magic.streams.feed import Feed
    from okx_magic.streams.protocol import Arg
    from okx_magic.streams.reader import Reader
    from okx_magic.streams.recording import Recording

Row = dict[str, Any]


class Intake:
    """The half of a stream that the reader fills. ``errors`` counts those of the functions it calls."""

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
        # The totals of rows that are waited for; below them nobody needs to be woken.
        self._waiting: list[int] = []
        self.first_error = ""
        self.started_at = time.time()
        self.last_at: float | None = None

    def on(self, call: Callable[[Row], None]) -> Callable[[], None]:
        """Call with each row from now on, as OKX sent it, in the reader's thread; returns what ends it.
        Errors of ``call`` are counted in ``errors``, the first is told once.
        """
        self._calls = (*self._calls, call)

        def leave() -> None:
            self._calls = tuple(each for each in self._calls if each is not call)

        return leave

    def watch(
        self, call: Callable[[Row], None], begin: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """As ``on``, and with ``{}`` when the state changes. What ``begin`` reads of the stream and the
        rows that ``call`` gets are together all of them, each once.
        """
        with self._changed:
            begin()
            self._watches = (*self._watches, call)

        def leave() -> None:
            self._watches = tuple(each for each in self._watches if each is not call)

        return leave

    def begin(self, feed: Feed) -> None:
        """The feed of one of its args."""
        self._feeds.append(feed)

    def add(self, rows: Sequence[bytes], keys: Sequence[str] | None, *, late: bool = False) -> None:
        """Rows that came."""
        with self._changed:
            self._kept.add(rows, keys, late=late)
            self.last_at = time.time()
            if self._waiting and self._kept.ring.total >= min(self._waiting):
                self._changed.notify_all()
            # Who comes now has read these rows already.
            there = (*self._calls, *self._watches)
        if self._recording is not None:
            self._recording.add(rows)
        for row in map(row_of, rows) if there else ():
            self._call(row, there)

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
        """No more comes. Whoever reads that it has ended finds the file of a recording complete."""
        try:
            if self._recording is not None:
                self._recording.close()
        finally:
            self._stopped = True
            self.tell()

    def _call(self, row: Row, there: Collection[Callable[[Row], None]]) -> None:
        # One that leaves gets no more.
        for call in (each for each in (*self._calls, *self._watches) if each in there):
            try:
                call(row)
            except Exception as error:  # noqa: BLE001  # the person's own function: it can raise anything
                self.errors += 1
                self.first_error = self.first_error or f"{type(error).__name__}: {error}"
