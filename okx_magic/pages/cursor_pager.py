"""Plans the pages that come one after another: what to ask first, what next, and when it has ended. Pure.

OKX docs: ``after`` asks for what is older than the cursor, which is itself left out; rows come newest
first. ``begin`` and ``end`` filter by time where an endpoint has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from okx_magic import catalogue
from okx_magic.pages.paging import HISTORY_TRADES, query_of, with_query

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.pages.paging import Course, Span

# Digits of a time in microseconds; what has more is none.
_LONGEST_TIME: Final = 16


class Walk:
    """Goes from page to page. ``request`` is the next one to send, None at the end.

    ``exhausted`` tells that OKX had nothing older; ``crowded`` is a time at which there are more rows
    than fit a page, so that some could not be reached; ``oldest`` is the time of the oldest row taken.
    """

    def __init__(self, request: Request, way: Course, span: Span) -> None:
        self._way = way
        self._span = span
        self._names = _names(request)
        self._limit = int(query_of(request).get("limit") or way.most or 0)
        self._taken = 0
        self._largest = 0
        self._border: list[Any] = []
        self._passed: int | None = None
        self.exhausted = False
        self.oldest: int | None = None
        self.crowded: int | None = None
        self.request: Request | None = self._first(request)

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        name = self._way.param
        return f"{name}={query_of(self.request).get(name, '')}" if self.request else ""

    def take(self, rows: list[Any]) -> list[Any]:
        """The rows of the page that was asked for, less those that are not wanted or came before."""
        fresh = self._fresh(rows)
        self._taken += 1
        self.request = self._next(rows, fresh)
        self._largest = max(self._largest, len(rows))
        wanted = []
        for row in fresh:
            time = self._time(row, self._way.time)
            if self._span.holds(time):
                wanted.append(row)
                self.oldest = time if self.oldest is None else min(self.oldest, time or self.oldest)
        return wanted

    def _first(self, request: Request) -> Request:
        way, span = self._way, self._span
        values: dict[str, str | int | None] = {}
        if way.most is not None:
            values["limit"] = self._limit
        if way.filters:
            # Whether OKX counts the ends in is not documented: a little more, then chosen by time.
            if span.since is not None:
                values["begin"] = span.since - 1
            if span.until is not None:
                values["end"] = span.until
        elif span.until is not None and way.kind == "time":
            values[way.param] = span.until
        elif span.until is not None and request.path == HISTORY_TRADES:
            # By time only for the first page: trades of the same millisecond are many.
            values |= {"type": 2, way.param: span.until}
        if way.kind == "page":
            values[way.param] = query_of(request).get("page") or 1
        return with_query(request, **values)

    def _next(self, rows: list[Any], fresh: list[Any]) -> Request | None:
        """The request for the page after this one; None where it ends."""
        if self.request is None:
            return None
        if fresh and self._passed is not None:
            self.crowded, self._passed = self._passed, None
        self.exhausted = self._is_last(rows, fresh)
        if self.exhausted or self._taken == self._span.pages or self._reached(fresh):
            return None
        cursor = self._cursor(self.request, rows, fresh)
        if cursor in {None, query_of(self.request).get(self._way.param)}:
            return None
        return self._with_cursor(self.request, cursor)

    def _with_cursor(self, request: Request, cursor: str | None) -> Request:
        values: dict[str, str | int | None] = {self._way.param: cursor}
        if request.path == HISTORY_TRADES and self._taken == 1 and self._span.until is not None:
            values["type"] = None
        return with_query(request, **values)

    def _is_last(self, rows: list[Any], fresh: list[Any]) -> bool:
        short = len(rows) < min(self._limit, self._largest)
        if self._way.kind == "time":
            # OKX keeps rows of one time together, so that pages differ in length.
            return not rows or (not fresh and (short or self._passed is not None))
        # The first page is never called short: the true limit may be less than is documented.
        return not rows or (short and self._way.kind == "id")

    def _reached(self, fresh: list[Any]) -> bool:
        since = self._span.since
        if since is None:
            return False
        times = [self._time(row, self._way.time) for row in fresh]
        return bool(times) and all(time is not None and time < since for time in times)

    def _cursor(self, request: Request, rows: list[Any], fresh: list[Any]) -> str | None:
        if self._way.kind == "page":
            page = query_of(request)["page"]
            total = rows[0].get("totalPage") if isinstance(rows[0], dict) else None
            return None if str(total) == page else str(int(page) + 1)
        if self._way.kind == "id":
            return self._value(rows[-1], self._way.field) or None
        times = [time for row in rows if (time := self._time(row, self._way.field)) is not None]
        if not times:
            return None
        if not fresh:
            # A whole page of one time came again, and would for ever.
            self._passed = min(times)
            return str(self._passed)
        # The cursor itself is left out, and other rows of its time with it: so ask for that time again.
        return str(min(times) + 1)

    def _fresh(self, rows: list[Any]) -> list[Any]:
        if self._way.kind != "time":
            return rows
        fresh = []
        seen = list(self._border)
        for row in rows:
            if row in seen:
                seen.remove(row)
            else:
                fresh.append(row)
        times = [time for row in rows if (time := self._time(row, self._way.field)) is not None]
        if times:
            both = [*self._border, *fresh]
            oldest = min(times)
            self._border = [row for row in both if self._time(row, self._way.field) == oldest]
        return fresh

    def _time(self, row: Any, field: str | None) -> int | None:
        text = self._value(row, field) if field else ""
        return int(text) if text.isdecimal() and len(text) <= _LONGEST_TIME else None

    def _value(self, row: Any, field: str) -> str:
        if isinstance(row, dict):
            return str(row.get(field, ""))
        return str(row[self._names.index(field)]) if row else ""


def _names(request: Request) -> tuple[str, ...]:
    endpoint = catalogue.endpoint(request.method, request.path)
    return endpoint.columns if endpoint else ()
