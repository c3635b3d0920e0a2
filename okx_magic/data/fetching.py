"""One range of one target, from OKX to files: page, part, file, manifest, in this order.

Tested in ``tests/data/test_break_offs.py``.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, Protocol

from okx_magic.data.filing import Filing
from okx_magic.data.parts import Part, Parts
from okx_magic.errors import CellError, OkxMagicError, TransportError
from okx_magic.model import NumberRows
from okx_magic.pages import Pull
from okx_magic.pages.paging import Span
from okx_magic.pages.rows import bar_times, chosen, noughts, times_of

if TYPE_CHECKING:
    from okx_magic.data.folder import Folder, Manifest
    from okx_magic.data.ranges import Range
    from okx_magic.data.targets import Target
    from okx_magic.pages import Team
    from okx_magic.pages.rows import Page, Times
    from okx_magic.wire.connection import Connection

# What a kill takes away at most.
_SECONDS_IN_MEMORY: Final = 60.0
# How many bars may be late: where none came yet that lately, OKX may still make them.
_LATE_BARS: Final = 10
# A number of more is no time, and may be more than 64 bits.
_MOST_DIGITS: Final = 18


class DownloadProgress(Protocol):
    """Is told of the progress of a download."""

    def start(self, requests: int | None) -> None:
        """It takes about this many requests, where that is known."""

    def advance(self, requests: int, rows: int) -> None:
        """So many more requests were answered, and so many rows came."""


class Fetch:
    """Brings the rows of a range; ``manifest``, ``pages`` and ``notices`` tell of it."""

    def __init__(  # noqa: PLR0913  # each is what a fetch is about
        self,
        folder: Folder,
        target: Target,
        manifest: Manifest,
        bounds: Range,
        *,
        now: int,
        progress: DownloadProgress | None,
        team: Team | None = None,
    ) -> None:
        self._target = target
        self._filing = Filing(folder, target, manifest)
        self._bounds = bounds
        self._now = now
        self._length = self._filing.length
        # The bar above the part that comes next, where there is one.
        self._above: int | None = bounds[1]
        self._progress = progress
        self._team = team
        self.pages = 0
        self.notices: list[str] = []

    @property
    def manifest(self) -> Manifest:
        """What the dataset has of the target by now."""
        return self._filing.manifest

    def start(self, pages: int | None, seconds: float | None) -> None:  # a pull's progress
        """The pull begins; the whole download was told already."""

    def advance(self) -> None:
        """The pull has one more page."""
        self.pages += 1
        if self._progress is not None:
            self._progress.advance(1, 0)

    def run(self, connection: Connection, most_rows: int) -> None:
        """Fetch and write. At an error, and at Ctrl-C, what is complete is written before it goes on."""
        low, high = self._bounds
        parts = Parts(
            low, high, most=most_rows, unique=self._target.style.candles, due=self._is_due
        )
        # What is private, or comes page after page, is fetched here.
        shared = self._length is not None and not connection.signs(self._target.request)
        pull = Pull(connection, progress=self, team=self._team if shared else None)
        pages = pull.pages(self._target.request, Span(since=low or None, until=high))
        try:
            with closing(pages):
                first = True
                for page in pages:
                    self._take(page, parts, first=first)
                    first = first and not page
            if first and self._may_still_come(high):
                return
            self._write(parts.end())
        except (KeyboardInterrupt, OkxMagicError) as stopped:
            # A disk that is full would be so again.
            if not isinstance(stopped, CellError):
                for part in parts.cut():
                    self._write(part)
            raise
        self.notices += pull.notices
        self._filing.note(self.notices)

    def _take(self, page: Page, parts: Parts, *, first: bool) -> None:
        rows, times = self._closed(page, parts)
        if first and len(times) and self._may_still_come(self._bounds[1]):
            parts.lower(int(times.max()) + 1)
            self._above = None
        if self._progress is not None:
            self._progress.advance(0, len(times))
        for part in parts.add(rows, times):
            self._write(part)

    def _closed(self, page: Page, parts: Parts) -> tuple[Page, Times]:
        """The rows without the running bar, which is not complete either, and their times."""
        times, confirm = self._times(page), self._target.confirm
        if confirm is None:
            return page, times
        running = noughts(page, confirm)
        if running.any():
            parts.lower(int(times[running].min()))
        return chosen(page, times, ~running)

    def _times(self, rows: Page) -> Times:
        if isinstance(rows, NumberRows):
            return bar_times(rows)
        field = self._target.style.time
        endpoint = self._target.request.endpoint
        columns = endpoint.columns if endpoint else ()
        position: Any = columns.index(field) if field in columns else field
        texts = [str(row[position]) for row in rows]
        if not all(text.isdecimal() and len(text) <= _MOST_DIGITS for text in texts):
            raise TransportError(
                f"a row has no time in {field}", written=True, request=self._target.request
            )
        return times_of(map(int, texts))

    def _may_still_come(self, high: int) -> bool:
        return self._length is not None and high > self._now - _LATE_BARS * self._length

    def _is_due(self) -> bool:
        return time.monotonic() - self._filing.written > _SECONDS_IN_MEMORY

    def _write(self, part: Part) -> None:
        self._above = self._filing.write(part, above=self._above, bottom=self._bounds[0])
