"""A pull from its first page to its frame: one page is converted while the next is fetched."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, Protocol

from okx_magic.errors import CellError, OkxMagicError, OneLineInterrupt, RefusedError
from okx_magic.frames.joined import frame_of_pages
from okx_magic.pages.blocks import at_once, candles, threads
from okx_magic.pages.candle_plan import CandlePlan, candle_plan
from okx_magic.pages.coverage import Holes, window_of
from okx_magic.pages.cursor_pager import CursorPager
from okx_magic.pages.paging import Span, checked_style, paging_style, time_text
from okx_magic.pages.rows import as_envelope, bar_times, between

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    import pandas as pd

    from okx_magic.model import Envelope, Request
    from okx_magic.pages.blocks import Spread
    from okx_magic.pages.candle_plan import Chunk, Fetched
    from okx_magic.pages.paging import PagingStyle
    from okx_magic.pages.rows import Page
    from okx_magic.pages.team import Team
    from okx_magic.wire.connection import Connection


_DAY_MS: Final = 24 * 60 * 60 * 1000


class Progress(Protocol):
    """Is told of the progress of a pull."""

    def start(self, pages: int | None, seconds: float | None) -> None:
        """The pull starts; it takes about this many pages and seconds, where that is known."""

    def advance(self) -> None:
        """One more page has come."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """A frame of many pages; ``notices`` say what a person should know of it."""

    frame: pd.DataFrame = field(repr=False)
    request: Request
    pages: int
    milliseconds: float
    notices: tuple[str, ...] = ()


class PullInterrupted(OneLineInterrupt):
    """Ctrl-C during a pull. ``pulled`` has what had come, without a gap."""

    def __init__(self, pulled: Pulled) -> None:
        super().__init__(pulled.notices[-1])
        self.pulled = pulled


def first_page(request: Request, span: Span) -> Request:
    """The request that a pull sends first. Raises CellError for an endpoint without pages."""
    style = checked_style(request, span)
    plan = candle_plan(request, style, span, int(time.time() * 1000))
    if plan is None:
        return CursorPager(request, style, span).request or request
    chunk = plan.newest if plan.high is None else next(plan.chunks(plan.high, 1))
    return chunk.page(chunk.high)


class _Silence:
    def start(self, pages: int | None, seconds: float | None) -> None:
        pass

    def advance(self) -> None:
        pass


class Pull:
    """Fetches many pages over a connection, once. A ``team`` fetches the pages of public candles."""

    def __init__(
        self,
        connection: Connection,
        *,
        progress: Progress | None = None,
        team: Team | None = None,
    ) -> None:
        self._connection = connection
        self._progress = progress or _Silence()
        self._team = team
        self._span = Span()
        self._style: PagingStyle | None = None
        self._pages = 0
        self._cursor = ""
        self._oldest: int | None = None
        self._notices: list[str] = []
        self._holes: Holes | None = None

    def bring(self, request: Request, span: Span, *, decimal: bool = False) -> Pulled:
        """Send a request page by page, and give all its rows of the span as one frame.

        Raises CellError for an endpoint without pages, RefusedError for an executor with anything but
        public candles, PullInterrupted at Ctrl-C, and what any request may raise. When rows had come
        before that, they are the error's ``pulled``.
        """
        # Clocks differ, and days by the time zone; nothing has rows from beyond that.
        if span.since is not None and span.since > time.time() * 1000 + _DAY_MS:
            raise CellError("--since is in the future", remedy="OKX has rows up to now")
        return self._run(self.pages(request, span), request, decimal=decimal)

    def pages(self, request: Request, span: Span) -> Generator[Page]:
        """The rows of each page that are of the span, newest first. Close it when you stop early.

        Raises what ``bring`` raises, but nothing is ``pulled``.
        """
        style = checked_style(request, span)
        plan = candle_plan(request, style, span, int(time.time() * 1000))
        if self._team is not None and (plan is None or self._connection.signs(request)):
            raise RefusedError(
                "an executor can fetch public candles only: other pages come one after another, and"
                " credentials do not travel",
                remedy="leave out the executor",
                request=request,
            )
        self._span, self._style = span, style
        if plan is None:
            return self._one_by_one(request, CursorPager(request, style, span))
        self._holes = Holes(plan.length)
        return self._side_by_side(plan)

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know of the rows that came."""
        return (*self._notices, *(self._holes.notices() if self._holes else ()))

    @property
    def _said(self) -> tuple[str, ...]:
        return (*(self._team.notices if self._team else ()), *self.notices)

    def _run(self, pages: Generator[Page], request: Request, *, decimal: bool) -> Pulled:
        """The frame of all pages. They are converted in a thread of their own: Ctrl-C, which only
        the main thread gets, never stops half-way through a page.
        """
        started = time.monotonic()
        queue: SimpleQueue[Envelope | None] = SimpleQueue()
        came = False
        stopped: KeyboardInterrupt | OkxMagicError | None = None
        with ThreadPoolExecutor(1, thread_name_prefix="okx_magic-pull") as pool:
            envelopes = iter(queue.get, None)
            frame = pool.submit(frame_of_pages, envelopes, request, decimal=decimal)
            try:
                with closing(pages):
                    for rows in pages:
                        came = True
                        queue.put(as_envelope(rows))
            except (KeyboardInterrupt, OkxMagicError) as reason:
                stopped = reason
            finally:
                if not came:
                    queue.put(as_envelope([]))
                queue.put(None)
        if stopped is not None:
            word = "interrupted" if isinstance(stopped, KeyboardInterrupt) else "stopped"
            self._notices.append(
                f"{word} at {self._cursor}: older rows are missing{self._how_to_go_on()}"
            )
        milliseconds = (time.monotonic() - started) * 1000
        pulled = Pulled(frame.result(), request, self._pages, milliseconds, self._said)
        if isinstance(stopped, KeyboardInterrupt):
            raise PullInterrupted(pulled)
        if stopped is not None:
            stopped.pulled = pulled if len(pulled.frame) else None
            raise stopped
        return pulled

    def _how_to_go_on(self) -> str:
        name, found, value = self._cursor.partition("=")
        if self._style is None or not found:
            return ""
        if self._style.kind != "time":
            return f"; with {name}={value} in the query and without --until it continues there"
        # The missing page would begin among rows of that time, some of which may have come.
        again = "" if self._style.candles else ", and rows of that time come again"
        return f"; with --until {value} it continues there{again}"

    def _one_by_one(self, request: Request, pager: CursorPager) -> Generator[Page]:
        """The pages of a cursor pager, one after another, also of the endpoint that keeps more."""
        self._progress.start(self._span.pages, None)
        while pager.request is not None:
            self._cursor = pager.cursor or "the first page"
            rows = self._connection.read(pager.request, sleep=time.sleep).envelope.data
            wanted = pager.take(rows)
            self._count(1)
            self._oldest = pager.oldest if pager.oldest is not None else self._oldest
            yield wanted
        if pager.crowded is not None:
            self._notices.append(
                f"more rows at {time_text(pager.crowded)} than fit a page: some of them are missing"
            )
        if pager.exhausted:
            yield from self._beyond_window(request, pager)

    def _beyond_window(self, request: Request, pager: CursorPager) -> Generator[Page]:
        """The rows that the endpoint does not keep any more, from the one that does, if there is one."""
        window, span, now = window_of(request), self._span, int(time.time() * 1000)
        if window is None or window.outlived_by(self._oldest, now):
            self._say_where_history_ends(precision=1)
        elif not window.holds(span.since, now):
            left = None if span.pages is None else span.pages - self._pages
            keeps = f"{window.path} keeps {window.kept}"
            if not window.longer:
                self._notices.append(f"{keeps}: there are no older rows at OKX")
            elif left == 0 or (span.since is None and left is not None):
                self._notices.append(f"{keeps}: older rows are at {window.longer}")
            else:
                self._notices.append(f"{keeps}: older rows are from {window.longer}")
                older = window.older(request)
                bounds = replace(span, pages=left)
                follow = CursorPager(older, paging_style(older), bounds, follows=pager)
                yield from self._one_by_one(older, follow)

    def _side_by_side(self, plan: CandlePlan) -> Generator[Page]:
        """The pages of a candle plan, newest first."""
        high, left = plan.high, self._span.pages
        if high is None:
            self._cursor = "the first page"
            newest = plan.newest.fetch(partial(candles, self._connection, sleep=time.sleep))
            yield self._wanted(newest)
            if newest.ended:
                return
            high = int(bar_times(newest.rows).min())
            left = None if left is None else left - 1
        count = plan.count(high, left)
        self._progress.start(count, None if count is None else _seconds(count, plan.older))
        with self._spread(plan) as spread, closing(spread(plan.chunks(high, left))) as results:
            for chunk, result in results:
                self._cursor = f"after={chunk.high}"
                self._say_who_answers(chunk, plan)
                fetched = result()
                yield self._wanted(fetched)
                if fetched.ended:
                    self._say_where_history_ends(plan.length)
                    return

    def _spread(self, plan: CandlePlan) -> AbstractContextManager[Spread]:
        if self._team is None:
            return threads(self._connection, plan.older)
        return self._team.spread(plan)

    def _wanted(self, fetched: Fetched) -> Page:
        self._count(fetched.pages)
        span = self._span
        rows, times = between(fetched.rows, bar_times(fetched.rows), span.since, span.until)
        if len(times):
            self._oldest = int(times.min())
        if self._holes is not None:
            self._holes.see(times)
        return rows

    def _count(self, pages: int) -> None:
        self._pages += pages
        for _ in range(pages):
            self._progress.advance()

    def _say_who_answers(self, chunk: Chunk, plan: CandlePlan) -> None:
        path = chunk.request.path
        said = f"bars older than OKX's recent ones are from {path}"
        if path != plan.request.path and said not in self._notices:
            self._notices.append(said)

    def _say_where_history_ends(self, precision: int) -> None:
        since, oldest = self._span.since, self._oldest
        if since is not None and oldest is not None and oldest >= since + precision:
            self._notices.append(
                f"OKX's history ends at {time_text(oldest)}, not at {time_text(since)}"
            )


def _seconds(pages: int, request: Request) -> float:
    """How long these pages take by the limit, at least."""
    endpoint = request.endpoint
    window = endpoint.limit.seconds if endpoint and endpoint.limit else 0
    return (math.ceil(pages / at_once(request)) - 1) * window
