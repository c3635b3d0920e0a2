from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic import catalogue
from okx_magic.errors import CellError
from okx_magic.model import Method, Request
from okx_magic.pages.cursor_pager import CursorPager
from okx_magic.pages.paging import Span, checked_style, paging_style, query_of, with_query

SPREADS = Request("GET", "/api/v5/sprd/trades?sprdId=BTC-USDT_BTC-USDT-SWAP")
QUOTES = Request("GET", "/api/v5/rfq/quotes?state=filled")
BILLS = Request("GET", "/api/v5/account/bills?ccy=BTC")
DEPOSITS = Request("GET", "/api/v5/asset/deposit-history")
FILLS = Request("GET", "/api/v5/trade/fills-history?instType=SPOT")
ALGOS = Request("GET", "/api/v5/trade/orders-algo-history?ordType=oco")
TRADES = Request("GET", "/api/v5/market/history-trades?instId=BTC-USDT")
TRADES_BY_TIME = with_query(TRADES, type=2)
RATIO = Request(
    "GET", "/api/v5/rubik/stat/contracts/open-interest-history?instId=BTC-USDT-SWAP&period=5m"
)

Row = Any


class History:
    """What OKX has, newest first, and answers by the documented rules of its parameters."""

    def __init__(self, rows: list[Row], *, id_field: str = "", most: int = 10) -> None:
        self.rows = rows
        self.id_field = id_field
        self.most = most
        self.requests: list[Request] = []

    def answer(self, request: Request) -> list[Row]:
        self.requests.append(request)
        query = query_of(request)
        rows = self.rows
        by_time = not self.id_field or query.get("type") == "2"
        typed = query.get("after") or query.get("endId")
        if typed:
            cursor = int(typed)
            rows = [row for row in rows if self.value(row, by_time=by_time) < cursor]
        if "begin" in query:
            rows = [row for row in rows if time_of(row) > int(query["begin"])]
        if "end" in query:
            rows = [row for row in rows if time_of(row) < int(query["end"])]
        return rows[: min(self.most, int(query.get("limit", 100)))]

    def value(self, row: Row, *, by_time: bool) -> int:
        return time_of(row) if by_time else int(row[self.id_field])


def time_of(row: Row) -> int:
    return int(row[0] if isinstance(row, list) else row["ts"])


def paged(request: Request, span: Span, history: History) -> tuple[list[Row], CursorPager]:
    pager = CursorPager(request, checked_style(request, span), span)
    rows = []
    while pager.request is not None:
        assert len(history.requests) < 300, "it never ends"
        rows += pager.take(history.answer(pager.request))
    return rows, pager


# Times that are often equal, but never for more rows than fit a page.
@st.composite
def times(draw: st.DrawFn, page: int) -> list[int]:
    pager = draw(st.lists(st.integers(0, 3), max_size=60))
    made, now, same = [], 1_700_000_000_000, 0
    for step in pager:
        same = same + 1 if step == 0 else 0
        now -= 1 if same >= page - 1 else step
        same = 0 if same >= page - 1 else same
        made.append(now)
    return made


@st.composite
def cases(draw: st.DrawFn) -> tuple[int, list[int], Span]:
    page = draw(st.integers(2, 9))
    made = draw(times(page))
    edges = st.none() | st.integers(1_700_000_000_000 - 70, 1_700_000_000_000 + 3)
    since, until = draw(edges), draw(edges)
    if since is not None and until is not None and since >= until:
        until = None
    return page, made, Span(since=since, until=until)


@settings(max_examples=150)
@given(cases(), st.sampled_from([DEPOSITS, RATIO, TRADES_BY_TIME]))
def test_by_time_every_row_comes_once_and_in_order(
    case: tuple[int, list[int], Span], request_: Request
) -> None:
    """Any page size, rows of equal times on both sides of a border, any span."""
    page, made, span = case
    rows: list[Row] = [
        [str(time), str(number)] if request_ is RATIO else {"ts": str(time), "depId": str(number)}
        for number, time in enumerate(made)
    ]
    request = with_query(request_, limit=page)
    got, pager = paged(request, span, History(rows, most=page))
    assert got == [row for row in rows if span.holds(time_of(row))]
    assert pager.crowded is None


@settings(max_examples=150)
@given(cases(), st.sampled_from([BILLS, FILLS, ALGOS, TRADES, SPREADS, QUOTES]))
def test_by_id_every_row_comes_once_and_in_order(
    case: tuple[int, list[int], Span], request_: Request
) -> None:
    """The same by ids, with and without a filter of time, and where only the first page goes by time."""
    page, made, span = case
    field = paging_style(request_).field
    time = paging_style(request_).time or ""
    rows: list[Row] = [
        {field: str(10_000 - number), "ts": str(each), time: str(each)}
        for number, each in enumerate(made)
    ]
    request = with_query(request_, limit=page)
    got, _ = paged(request, span, History(rows, id_field=field, most=page))
    assert got == [row for row in rows if span.holds(time_of(row))]


def test_a_smaller_page_than_documented_is_not_the_end() -> None:
    """OKX's true maximum may be less than what its docs say: only shrinking pages end the paging."""
    rows: list[Row] = [
        {"billId": str(number), "ts": "1700000000000"} for number in range(95, 0, -1)
    ]
    history = History(rows, id_field="billId", most=10)
    assert paged(BILLS, Span(), history)[0] == rows
    assert len(history.requests) == 10


def test_the_largest_page_is_asked_for_unless_one_was_typed() -> None:
    """limit= is the endpoint's maximum, or what stands in the request; the rest stays as typed."""
    history = History([])
    paged(BILLS, Span(), history)
    paged(with_query(BILLS, limit=7), Span(), history)
    assert [request.target for request in history.requests] == [
        "/api/v5/account/bills?ccy=BTC&limit=100",
        "/api/v5/account/bills?ccy=BTC&limit=7",
    ]


def test_pages_are_counted() -> None:
    """With pages=2 the third is not asked for; a typed cursor is where they begin."""
    rows: list[Row] = [
        {"billId": str(number), "ts": "1700000000000"} for number in range(50, 0, -1)
    ]
    history = History(rows, id_field="billId")
    got, pager = paged(with_query(BILLS, after=41), Span(pages=2), history)
    assert [row["billId"] for row in got] == [str(number) for number in range(40, 20, -1)]
    assert not pager.exhausted


def test_more_rows_of_one_time_than_fit_a_page_are_told() -> None:
    """They cannot be reached by a cursor of time; the pager goes on after them and says so."""
    rows: list[Row] = [{"ts": "1700000000000", "depId": str(number)} for number in range(15)]
    rows.append({"ts": "1600000000000", "depId": "old"})
    got, pager = paged(with_query(DEPOSITS, limit=10), Span(), History(rows))
    assert pager.crowded == 1_700_000_000_000
    assert got[-1]["depId"] == "old"
    assert len(got) == 11


def test_numbered_pages_end_with_the_last() -> None:
    """By the number of pages that the answer names, or by an empty page."""
    request = Request("GET", "/api/v5/support/announcements?annType=x")
    pager = CursorPager(request, checked_style(request, Span()), Span())
    numbers = []
    while pager.request is not None:
        numbers.append(query_of(pager.request)["page"])
        pager.take([{"totalPage": "3", "details": []}])
    assert numbers == ["1", "2", "3"]
    pager = CursorPager(request, checked_style(request, Span()), Span())
    pager.take([])
    assert pager.request is None


@pytest.mark.parametrize(
    ("method", "target", "words"),
    [
        ("POST", "/api/v5/trade/order", "only a GET"),
        ("GET", "/api/v5/public/time", "has no pages"),
        ("GET", "/api/v5/market/trades?instId=A", "has no pages"),
        ("GET", "/api/v5/no/such", "does not know"),
    ],
)
def test_what_has_no_pages_is_refused(method: Method, target: str, words: str) -> None:
    """An endpoint without a cursor, a POST, and a path that nobody knows."""
    with pytest.raises(CellError, match=words):
        checked_style(Request(method, target), Span(pages=2))


def test_a_refusal_names_what_is_offered() -> None:
    """Parameters that choose rows, where there are any."""
    with pytest.raises(CellError) as caught:
        checked_style(Request("GET", "/api/v5/rfq/trades"), Span())
    assert caught.value.remedy == "it offers beginId, endId, limit"


@pytest.mark.parametrize(
    ("target", "span", "words"),
    [
        ("/api/v5/account/bills", Span(pages=0), "1 or more"),
        ("/api/v5/account/bills", Span(since=2, until=2), "before"),
        ("/api/v5/account/bills?before=7", Span(), "before="),
        ("/api/v5/sprd/trades?beginId=7", Span(), "beginId="),
        ("/api/v5/asset/bills?after=7", Span(until=7), "both say where to begin"),
        ("/api/v5/support/announcements", Span(since=7), "have no time: use --pages"),
        ("/api/v5/account/bills?limit=x", Span(), "not a number"),
    ],
)
def test_what_does_not_go_together_is_refused(target: str, span: Span, words: str) -> None:
    """Contradictions are found before anything is sent."""
    with pytest.raises(CellError, match=words):
        checked_style(Request("GET", target), span)


def test_each_endpoint_with_a_documented_cursor_has_pages() -> None:
    """Of the whole catalogue, none with a cursor field is left out, and each says how large a page is."""
    paged = [one for one in catalogue.endpoints().values() if one.paging]
    with_cursor = [one for one in paged if one.paging and one.paging.get("cursor_field")]
    assert len(with_cursor) > 60
    for one in with_cursor:
        assert paging_style(Request("GET", one.path)).field
