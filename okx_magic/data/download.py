"""A download: for each target the ranges that are still missing, one after another."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from okx_magic.data.fetching import DownloadProgress, Fetch
from okx_magic.data.filing import bar_length_of, manifest_of
from okx_magic.data.folder import Folder
from okx_magic.data.ranges import missing
from okx_magic.data.targets import Target, target_of
from okx_magic.errors import CellError, OkxError, OkxMagicError, OneLineInterrupt
from okx_magic.pages.candle_plan import candle_plan
from okx_magic.pages.paging import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from os import PathLike

    from okx_magic.data.folder import Manifest
    from okx_magic.data.ranges import Range
    from okx_magic.model import Request
    from okx_magic.pages import Team
    from okx_magic.wire.connection import Connection

# Rows in a file: some 20 MB in memory, and more than a month of minutes.
_MOST_ROWS: Final = 50_000
# Rows of the last moments may not be at OKX's side yet.
_SETTLING: Final = 5_000
# OKX docs, Error Code: 51001, "Instrument ID doesn't exist".
_NOT_THERE: Final = "51001"
# A bar in a file, compressed, and some to spare.
_BYTES_A_BAR: Final = 80


@dataclass(frozen=True, slots=True)
class Done:
    """One target at the end: ``rows`` in the dataset, ``fresh`` of them from this download."""

    target: str
    rows: int
    fresh: int
    requests: int
    seconds: float
    notices: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows, requests = ("" if count == 1 else "s" for count in (self.rows, self.requests))
        return (
            f"{self.target} · {self.rows:,} row{rows} · {self.fresh:,} new"
            f" · {self.requests:,} request{requests} · {self.seconds:.1f} s"
        )


class DownloadInterrupted(OneLineInterrupt):
    """Ctrl-C during a download."""


class Download:
    """Fetches targets over a connection into a folder, one after another; public candles with a team."""

    def __init__(  # noqa: PLR0913  # each by its keyword
        self,
        connection: Connection,
        to: str | PathLike[str],
        *,
        progress: DownloadProgress | None = None,
        team: Team | None = None,
        most_rows: int = _MOST_ROWS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._connection = connection
        self._folder = Folder(to)
        self._progress = progress
        self._team = team
        self._most_rows = most_rows
        self._clock = clock

    def bring(self, requests: Sequence[Request], span: Span) -> Generator[Done]:
        """Fetch what the folder does not have yet; one result a target, as soon as it is complete.

        Raises CellError before anything is sent for what cannot be done. What came before any other
        error, or before Ctrl-C, is in the folder, and the same call goes on behind it. A target that
        OKX does not know holds up no others: its refusal is raised at the end.
        """
        try:
            yield from self._bring_all(requests, span, int(self._clock() * 1000))
        except KeyboardInterrupt:
            raise DownloadInterrupted(
                f"what came is in {self._folder.path}; the same again goes on there"
            ) from None

    def _bring_all(self, requests: Sequence[Request], span: Span, now: int) -> Generator[Done]:
        targets = _targets(requests, span, now)
        with self._folder.writing():
            opened = [(target, manifest_of(self._folder, target)) for target in targets]
            plans = [self._plan(*each, span, now) for each in opened]
            self._check_space(targets, plans)
            if self._progress is not None:
                self._progress.start(_requests(targets, plans, now))
            refused: list[OkxError] = []
            for number, ((target, manifest), ranges) in enumerate(
                zip(opened, plans, strict=True), start=1
            ):
                try:
                    yield self._bring(target, manifest, ranges, now)
                except OkxMagicError as error:
                    if len(targets) > 1:
                        # Which of them it was: the request names its path only.
                        place = f"target {number} of {len(targets)}: {target}"
                        error.checked = (place, *error.checked)
                    if not isinstance(error, OkxError) or error.code != _NOT_THERE:
                        raise
                    refused.append(error)
            if refused:
                first, *others = refused
                first.checked += tuple(error.checked[0] for error in others)
                raise first

    def _plan(self, target: Target, manifest: Manifest, span: Span, now: int) -> list[Range]:
        length = bar_length_of(target)
        # A bar that began later than that is running.
        closed = now - length + 1 if length else now - _SETTLING
        high = closed if span.until is None else min(span.until, closed)
        # Before 1970 there is no time that OKX takes, and was no OKX.
        return missing((max(span.since or 0, 0), high), manifest.covered)

    def _check_space(self, targets: list[Target], plans: list[list[Range]]) -> None:
        needed = 0
        for target, ranges in zip(targets, plans, strict=True):
            # Of other rows nobody knows how many there are.
            length = bar_length_of(target)
            bounded = sum(high - low for low, high in ranges if low)
            needed += bounded // length * _BYTES_A_BAR if length else 0
        free = shutil.disk_usage(self._folder.path).free
        if needed > free:
            raise CellError(
                f"about {needed / 1e9:.1f} GB are needed in {self._folder.path}, and"
                f" {free / 1e9:.1f} GB are free",
                remedy="a later --since, or a folder on another disk",
            )

    def _bring(self, target: Target, manifest: Manifest, ranges: list[Range], now: int) -> Done:
        started = time.monotonic()
        before, pages, notices = manifest.rows, 0, list[str]()
        told = len(self._team.notices) if self._team else 0
        for bounds in ranges:
            fetch = Fetch(
                self._folder,
                target,
                manifest,
                bounds,
                now=now,
                progress=self._progress,
                team=self._team,
            )
            fetch.run(self._connection, self._most_rows)
            manifest = fetch.manifest
            pages += fetch.pages
            notices += fetch.notices
        notices += self._team.notices[told:] if self._team else []
        seconds = time.monotonic() - started
        fresh = manifest.rows - before
        return Done(target.request.target, manifest.rows, fresh, pages, seconds, tuple(notices))


def _targets(requests: Sequence[Request], span: Span, now: int) -> list[Target]:
    """The targets of requests, each once, however often it is named. Raises CellError."""
    for name, moment in (("since", span.since), ("until", span.until)):
        if moment is not None and moment > now:
            raise CellError(f"--{name} is in the future", remedy="leave it out: it means now")
    named = (target_of(request, span) for request in requests)
    targets = list({target.key: target for target in named}.values())
    if not targets:
        raise CellError("no target is named")
    for target in targets:
        if target.style.time is None:
            raise CellError(
                f"the rows of {target.request.path} have no time, by which they go to disk",
                remedy="fetch them into a frame: --all without --to",
            )
    return targets


def _requests(targets: list[Target], plans: list[list[Range]], now: int) -> int | None:
    """How many requests there will be, None where only OKX knows."""
    total = 0
    for target, ranges in zip(targets, plans, strict=True):
        for low, high in ranges:
            span = Span(None, low or None, high)
            plan = candle_plan(target.request, target.style, span, now)
            count = None if plan is None else plan.count(high, None)
            if count is None:
                return None
            total += count
    return total
