"""Plans pages that come one after another: what to ask first, what next, and where they end. Pure.

OKX docs: ``after`` asks for what is older than the cursor, which is itself excluded; rows come newest
first. ``begin`` and ``end`` filter by time where an endpoint has them.

Tested in ``tests/pages/test_paging.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from okx_magic.pages.paging import HISTORY_TRADES, query_of, with_query

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.pages.paging import PagingStyle, Span

# Digits of a time in microseconds; a longer number is not a time.
_LONGEST_TIME: Final = 16


class CursorPager:
    """Goes from page to page. ``request`` is the next one to send, None at the end.

    ``exhausted`` tells that OKX had nothing older; ``crowded`` is a time at which there are more rows
    than fit a page, so that some could not be reached; ``oldest`` is the time of the oldest row taken;
    ``behind`` the cursor behind all rows that came, "" for none; ``border`` the rows of the last time.
    ``follows`` is a pager of the same rows at another endpoint, which came to its end.
    """

    def __init__(
        self, request: Request, style: PagingStyle, span: Span, follows: CursorPager | None = None
    ) -> None:
        self._style = style
        self._span = span
        self._names = _names(request)
        self._limit = int(query_of(request).get("limit") or style.most or 0)
        self._taken = 0
        self._largest = 0
        self.border: list[Any] = follows.border if follows else []
        self._passed: int | None = None
        self.exhausted = False
        self.behind = ""
        self.oldest: int | None = None
        self.crowded: int | None = None
        self.request: Request | None = self._first(request)
        if follows is not None and follows.behind:
            self.request = with_query(self.request, **{style.param: follows.behind})

    @property
    def cursor(self) -> str:
        """Where the next page begins."""
        name = self._style.param
        return f"{name}={query_of(self.request).get(name, '')}" if self.request else ""

    def take(self, rows: list[Any]) -> list[Any]:
        """The rows of the page, without those outside of the span and those that came before."""
        fresh = self._fresh(rows)
        self._taken += 1
        self.behind = self._behind(rows) or self.behind
        self.request = self._next(rows, fresh)
        self._largest = max(self._largest, len(rows))
        wanted = []
        for row in fresh:
            time = self._time(row, self._style.time)
            if self._span.holds(time):
                wanted.append(row)
                self.oldest = time if self.oldest is None else min(self.oldest, time or self.oldest)
        return wanted

    def _first(self, request: Request) -> Request:
        style, span = self._style, self._span
        values: dict[str, str | int | None] = {}
        if style.most is not None:
            values["limit"] = self._limit
        if style.filters:
            # OKX does not document whether the ends are included: ask for a little more, filter by time.
            if span.since is not None:
                values["begin"] = span.since - 1
            if span.until is not None:
                values["end"] = span.until
        elif span.until is not None and style.kind == "time":
            values[style.param] = span.until
        elif span.until is not None and request.path == HISTORY_TRADES:
            # By time only for the first page: many trades share a millisecond.
            values |= {"type": 2, style.param: span.until}
        if style.kind == "page":
            values[style.param] = query_of(request).get("page") or 1
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
        if cursor in {None, query_of(self.request).get(self._style.param)}:
            return None
        return self._with_cursor(self.request, cursor)

    def _with_cursor(self, request: Request, cursor: str | None) -> Request:
        values: dict[str, str | int | None] = {self._style.param: cursor}
        if request.path == HISTORY_TRADES and self._taken == 1 and self._span.until is not None:
            values["type"] = None
        return with_query(request, **values)

    def _is_last(self, rows: list[Any], fresh: list[Any]) -> bool:
        short = len(rows) < min(self._limit, self._largest)
        if self._style.kind == "time":
            # OKX keeps rows of one time together, so that pages differ in length.
            return not rows or (not fresh and (short or self._passed is not None))
        # The first page never counts as short: the true limit may be less than documented.
        return not rows or (short and self._style.kind == "id")

    def _reached(self, fresh: list[Any]) -> bool:
        since = self._span.since
        if since is None:
            return False
        times = [self._time(row, self._style.time) for row in fresh]
        return bool(times) and all(time is not None and time < since for time in times)

    def _cursor(self, request: Request, rows: list[Any], fresh: list[Any]) -> str | None:
        if self._style.kind == "page":
            page = query_of(request)["page"]
            total = rows[0].get("totalPage") if isinstance(rows[0], dict) else None
            return None if str(total) == page else str(int(page) + 1)
        behind = self._behind(rows)
        if self._style.kind == "time" and behind and not fresh:
            # A whole page of one time came again, and would come again for ever.
            self._passed = int(behind) - 1
            return str(self._passed)
        return behind or None

    def _behind(self, rows: list[Any]) -> str:
        """The cursor behind rows that came; "" where they have none."""
        if self._style.kind == "id" and rows:
            return self._value(rows[-1], self._style.field)
        times = [time for row in rows if (time := self._time(row, self._style.field)) is not None]
        # The cursor is excluded, and other rows of its time with it: so ask for that time again.
        return str(min(times) + 1) if times else ""

    def _fresh(self, rows: list[Any]) -> list[Any]:
        if self._style.kind != "time":
            return rows
        fresh = []
        seen = list(self.border)
        for row in rows:
            if row in seen:
                seen.remove(row)
            else:
                fresh.append(row)
        times = [time for row in rows if (time := self._time(row, self._style.field)) is not None]
        if times:
            both = [*self.border, *fresh]
            oldest = min(times)
            self.border = [row for row in both if self._time(row, self._style.field) == oldest]
        return fresh

    def _time(self, row: Any, field: str | None) -> int | None:
        text = self._value(row, field) if field else ""
        return int(text) if text.isdecimal() and len(text) <= _LONGEST_TIME else None

    def _value(self, row: Any, field: str) -> str:
        if isinstance(row, dict):
            return str(row.get(field, ""))
        return str(row[self._names.index(field)]) if row else ""


def _names(request: Request) -> tuple[str, ...]:
    endpoint = request.endpoint
    return endpoint.columns if endpoint else ()
