"""Plans the pages of candles, which are on a grid of time: all are known before the first is fetched.

A span as long as a page of bars has exactly one page of bars, wherever it begins. So the time is cut
into such spans, ``Chunk``s, newest first, and each is fetched by itself, in any order and anywhere.
Where bars are missing, a page reaches further back than its chunk, and the surplus is left to the
next; where OKX gives fewer rows than asked for, the chunk takes more than one page. So there are
neither gaps nor duplicates, whatever the alignment of the bars.

OKX docs, Get candlesticks: recent candles reach back 1,440 bars; older ones are in the endpoint's
history twin, which has no unfinished bar.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from okx_magic.catalogue.bar_names import DEFAULT_BAR, bar_length
from okx_magic.errors import TransportError
from okx_magic.pages.paging import PagingStyle, Span, query_of, with_query
from okx_magic.pages.rows import as_lists, bar_times, between

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.model import Request
    from okx_magic.pages.rows import Page

    Fetch = Callable[[Request], Page]

_HISTORY: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"/api/v5/market/{recent}": f"/api/v5/market/{history}"
        for recent, history in (
            ("candles", "history-candles"),
            ("index-candles", "history-index-candles"),
            ("mark-price-candles", "history-mark-price-candles"),
            ("sprd-candles", "sprd-history-candles"),
        )
    }
)
# Of the 1,440: the rest allows for a clock that is off and for the time that a pull takes.
_RECENT_BARS: Final = 1200


@dataclass(frozen=True, slots=True)
class Chunk:
    """The bars with ``low ≤ ts < high``, as many as fit a page, or fewer. None is no bound; without
    a lower one it is the single page below ``high``. ``length`` is that of a bar in milliseconds.
    """

    request: Request
    low: int | None
    high: int | None
    length: int

    def page(self, after: int | None) -> Request:
        """The request for the bars before ``after``."""
        return with_query(self.request, after=after)

    def fetch(self, fetch: Fetch) -> Fetched:
        """The rows of the chunk; ``fetch`` sends a request and brings its rows, newest first.

        Raises TransportError when the answers do not go back in time.
        """
        rows: Page = []
        after = self.high
        pages = 0
        while True:
            pages += 1
            request = self.page(after)
            page = fetch(request)
            if not page:
                return Fetched(rows, pages, ended=True)
            times = bar_times(page)
            if after is not None and times.max() >= after:
                raise TransportError(
                    f"the answer has bars at or after after={after}", written=True, request=request
                )
            mine, _ = between(page, times, self.low, None)
            rows = [*as_lists(rows), *as_lists(mine)] if rows else mine
            after = int(times.min())
            if self.low is None or after < self.low + self.length:
                return Fetched(rows, pages, ended=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The rows of a chunk, newest first, from ``pages`` pages; ``ended``: there is nothing older."""

    rows: Page = field(repr=False)
    pages: int
    ended: bool


@dataclass(frozen=True, slots=True)
class CandlePlan:
    """The chunks of a pull of candles. ``older`` is what reaches further back than ``request``, for
    bars before ``edge``.
    """

    request: Request
    older: Request
    edge: int
    length: int
    span: Span

    @property
    def newest(self) -> Chunk:
        """The page that tells where the chunks begin, where neither span nor query does."""
        return Chunk(self.request, None, None, self.length)

    @property
    def high(self) -> int | None:
        """Where the span ends, None for now."""
        typed = query_of(self.request).get("after", "")
        return int(typed) if typed.isdecimal() else self.span.until

    def chunks(self, high: int, pages: int | None) -> Iterator[Chunk]:
        """The chunks below ``high``, newest first, at most ``pages``; endless without a lower bound."""
        since = self.span.since
        count = 0
        while (since is None or high > since) and count != pages:
            request, low = self._page_below(high)
            low = low if since is None else max(low, since)
            yield Chunk(request, low, high, self.length)
            high = low
            count += 1

    def count(self, high: int, pages: int | None) -> int | None:
        """How many chunks there will be; None when only OKX knows."""
        if self.span.since is None:
            return pages
        return sum(1 for _ in self.chunks(high, pages))

    def _page_below(self, high: int) -> tuple[Request, int]:
        low = high - _limit(self.request) * self.length
        if low >= self.edge:
            return self.request, low
        return self.older, high - _limit(self.older) * self.length


def candle_plan(request: Request, style: PagingStyle, span: Span, now: int) -> CandlePlan | None:
    """The plan of a request for candles at the time ``now``; None for what is not on a grid."""
    length = bar_length(query_of(request).get("bar") or DEFAULT_BAR)
    if not style.candles or length is None:
        return None
    older = request
    history = _HISTORY.get(request.path)
    if history is not None:
        target = history + request.target.removeprefix(request.path)
        older = replace(request, target=target)
    rows = int(query_of(request).get("limit") or _largest_page(request))
    return CandlePlan(
        request=with_query(request, limit=rows),
        older=with_query(older, limit=min(rows, _largest_page(older))),
        edge=now - _RECENT_BARS * length,
        length=length,
        span=span,
    )


def _largest_page(request: Request) -> int:
    endpoint = request.endpoint
    return int(endpoint.paging["limit_max"]) if endpoint and endpoint.paging else 100


def _limit(request: Request) -> int:
    return int(query_of(request)["limit"])
