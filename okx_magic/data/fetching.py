"""One range of one target, from OKX to files: page, part, file, manifest, in this order.

After a kill at any instant the manifest speaks of whole files only, and what it does not name is
fetched again.
"""

from __future__ import annotations

import errno
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from okx_magic.catalogue.bar_names import DEFAULT_BAR, bar_length
from okx_magic.data.parquet import content_of, schema_of
from okx_magic.data.parts import Part, Parts
from okx_magic.data.ranges import joined, month_name
from okx_magic.errors import CellError, OkxMagicError, TransportError
from okx_magic.pages import Pull
from okx_magic.pages.paging import Span, query_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.data.folder import Folder, Manifest
    from okx_magic.data.ranges import Range
    from okx_magic.data.targets import Target
    from okx_magic.pages import Team
    from okx_magic.wire.connection import Connection

# What a kill takes away at most.
_SECONDS_IN_MEMORY: Final = 60.0
# How many bars may be late: where none came yet that lately, OKX may still make them.
_LATE_BARS: Final = 10


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
        self._folder = folder
        self._target = target
        self.manifest = manifest
        self._bounds = bounds
        self._now = now
        self._schema = schema_of(target.request, target.place)
        self._length = bar_length_of(target)
        # The bar above the part that comes next, where there is one.
        self._above: int | None = bounds[1]
        self._written = time.monotonic()
        self._progress = progress
        self._team = team
        self.pages = 0
        self.notices: list[str] = []

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
        said = dict.fromkeys([*self.manifest.notices, *self.notices])
        self._save(replace(self.manifest, notices=list(said)))

    def _take(self, page: list[Any], parts: Parts, *, first: bool) -> None:
        rows = self._closed(page, parts)
        times = self._times(rows)
        if first and rows and self._may_still_come(self._bounds[1]):
            newest = max(times)
            parts.lower(newest + 1)
            self._above = None
        if self._progress is not None:
            self._progress.advance(0, len(rows))
        for part in parts.add(rows, times):
            self._write(part)

    def _closed(self, page: list[Any], parts: Parts) -> list[Any]:
        """The rows without the running bar, which is not complete either."""
        confirm = self._target.confirm
        if confirm is None:
            return page
        running = [row for row in page if str(row[confirm]) == "0"]
        if not running:
            return page
        parts.lower(min(self._times(running)))
        return [row for row in page if str(row[confirm]) != "0"]

    def _times(self, rows: list[Any]) -> list[int]:
        field = self._target.style.time
        endpoint = self._target.request.endpoint
        columns = endpoint.columns if endpoint else ()
        position: Any = columns.index(field) if field in columns else field
        texts = [str(row[position]) for row in rows]
        if not all(map(str.isdecimal, texts)):
            raise TransportError(
                f"a row has no time in {field}", written=True, request=self._target.request
            )
        return [int(text) for text in texts]

    def _may_still_come(self, high: int) -> bool:
        return self._length is not None and high > self._now - _LATE_BARS * self._length

    def _is_due(self) -> bool:
        return time.monotonic() - self._written > _SECONDS_IN_MEMORY

    def _write(self, part: Part) -> None:
        target = self._target
        files = self.manifest.files
        if part.rows:
            month = month_name(part.times[-1])
            name = f"{target.folder}/month={month}/{target.key}-{part.low}-{part.high}.parquet"
            content = content_of(part.rows, target.request, self._schema)
            with self._told():
                self._folder.write(name, content)
            files = files | {name: [min(part.times), max(part.times), len(part.rows)]}
        covered = joined([*self.manifest.covered, (part.low, part.high)])
        holes = joined([*self.manifest.holes, *self._holes(part)])
        self._save(replace(self.manifest, files=files, covered=covered, holes=holes))
        self._written = time.monotonic()

    def _save(self, manifest: Manifest) -> None:
        with self._told():
            self._folder.save(manifest)
        # At once: Ctrl-C never leaves a file here whose time is not covered.
        self.manifest = manifest

    def _holes(self, part: Part) -> list[Range]:
        length, above = self._length, self._above
        if length is None:
            return []
        found = []
        for moment in part.times:
            if above is not None and above - moment > length:
                found.append((moment + length, above))
            above = moment
        self._above = above
        if part.low and part.low == self._bounds[0] and above is not None:
            # The range need not begin where a bar does.
            first = above - (above - part.low) // length * length
            if first < above:
                found.append((first, above))
        return found

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            full = error.errno in {errno.ENOSPC, errno.EDQUOT}
            reason = "no space is left" if full else error.strerror or "it cannot be written"
            raise CellError(
                f"{self._folder.path}: {reason}; what came before is whole",
                remedy="make room, and run it again: it goes on there",
            ) from None


def bar_length_of(target: Target) -> int | None:
    """The length of the target's bars in milliseconds, None where its rows are no bars of one length."""
    if not target.style.candles:
        return None
    return bar_length(query_of(target.request).get("bar") or DEFAULT_BAR)
