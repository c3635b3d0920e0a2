"""Windows are told as windows, and holes as holes: ``pages/coverage``."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from okx_magic.cell.check import check
from okx_magic.model import Envelope, Request
from okx_magic.pages import Pull
from okx_magic.pages.coverage import Holes
from okx_magic.pages.paging import Span
from okx_magic.pages.rows import times_of

DAY = 24 * 3_600_000
NOW = int(time.time() * 1000)
FILLS, HISTORY = "/api/v5/trade/fills", "/api/v5/trade/fills-history"
# One fill an hour for 40 days, newest first, each older one with a smaller id.
ROWS = [
    {"billId": str(10_000 - hour), "ts": str(NOW - hour * 3_600_000), "instId": "BTC-USDT"}
    for hour in range(1, 40 * 24)
]


class Exchange:
    """Keeps the fills of 3 days at one path and all of them at the other; tells what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def read(self, request: Request, **_: Any) -> Any:
        query = dict(request.query)
        self.asked.append((request.path, query))
        rows = ROWS if request.path == HISTORY else ROWS[: 3 * 24]
        if "after" in query:
            rows = [row for row in rows if int(row["billId"]) < int(query["after"])]
        rows = [row for row in rows if int(query.get("begin", 0)) <= int(row["ts"])]
        page = rows[: int(query["limit"])]
        return SimpleNamespace(envelope=Envelope("0", "", page))


def pulled(span: Span, path: str = FILLS) -> tuple[Any, Exchange]:
    exchange = Exchange()
    request = Request("GET", f"{path}?instId=BTC-USDT")
    return Pull(exchange).bring(request, span), exchange  # type: ignore[arg-type]  # only reads


def test_since_continues_where_the_same_rows_are_kept_longer() -> None:
    """30 days of fills are 3 days of one endpoint and 27 of the other, each row once."""
    found, exchange = pulled(Span(since=NOW - 30 * DAY))
    assert len(found.frame) == len(set(found.frame.billId)) == 30 * 24
    assert {path for path, _ in exchange.asked} == {FILLS, HISTORY}
    assert found.notices == (
        "/api/v5/trade/fills keeps 3 days: older rows are from /api/v5/trade/fills-history",
    )
    assert all(query["instId"] == "BTC-USDT" for _, query in exchange.asked)


class Funding:
    """Bills of the funding account, three of each time: a month of them at one path, all at the other."""

    rows = tuple(
        {"billId": str(10_000 - n), "ts": str(NOW - n // 3 * DAY), "ccy": "USDT"}
        for n in range(300)
    )

    def __init__(self) -> None:
        self.paths: set[str] = set()

    def read(self, request: Request, **_: Any) -> Any:
        query = dict(request.query)
        self.paths.add(request.path)
        month = NOW - 30 * DAY if request.path.endswith("/bills") else 0
        after = int(query.get("after", NOW + 1))
        page = [row for row in self.rows if month <= int(row["ts"]) < after]
        return SimpleNamespace(envelope=Envelope("0", "", page[: int(query["limit"])]))


@pytest.mark.parametrize(
    ("since", "until", "days"), [(80, None, 81), (80, 10, 70), (80, 40, 40), (20, None, 21)]
)
def test_what_is_paged_by_time_continues_without_rows_that_come_twice(
    since: int, until: int | None, days: int
) -> None:
    """Also where the last time of the one endpoint has rows that the other has as well."""
    exchange = Funding()
    span = Span(since=NOW - since * DAY, until=None if until is None else NOW - until * DAY)
    pull = Pull(exchange)  # type: ignore[arg-type]  # only reads
    found = pull.bring(Request("GET", "/api/v5/asset/bills?ccy=USDT"), span)
    assert len(found.frame) == len(set(found.frame.billId)) == 3 * days
    assert ("/api/v5/asset/bills-history" in exchange.paths) == (since > 30)


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP", "3 months"),
        ("/api/v5/public/premium-history?instId=BTC-USDT-SWAP", "6 months"),
        ("/api/v5/public/settlement-history?instFamily=XRP-USD", "3 months"),
        ("/api/v5/account/interest-accrued", "a year"),
    ],
)
def test_a_window_without_another_endpoint_is_told_as_one(target: str, kept: str) -> None:
    """Not as the end of OKX's history."""
    nothing = SimpleNamespace(read=lambda *_, **__: SimpleNamespace(envelope=Envelope("0", "", [])))
    pull = Pull(nothing)  # type: ignore[arg-type]  # only reads
    (notice,) = pull.bring(Request("GET", target), Span(since=NOW - 800 * DAY)).notices
    assert notice.endswith(f"keeps {kept}: there are no older rows at OKX")


def test_within_the_window_the_other_endpoint_is_not_asked() -> None:
    """Two days are all there, and nothing is to be told."""
    found, exchange = pulled(Span(since=NOW - 2 * DAY))
    assert {path for path, _ in exchange.asked} == {FILLS}
    assert found.notices == ()
    assert len(found.frame) == 48


def test_the_end_of_the_longest_window_is_told_as_that() -> None:
    """Not as the end of OKX's history."""
    found, _ = pulled(Span(since=NOW - 400 * DAY))
    assert (
        found.notices[-1]
        == "/api/v5/trade/fills-history keeps 3 months: there are no older rows at OKX"
    )
    assert len(found.frame) == len(ROWS)


def test_everything_is_all_that_both_keep() -> None:
    """--all goes on there, too; a number of pages only says where there is more."""
    assert len(pulled(Span())[0].frame) == len(ROWS)
    found, exchange = pulled(Span(pages=5))
    assert {path for path, _ in exchange.asked} == {FILLS}
    assert found.notices == (
        "/api/v5/trade/fills keeps 3 days: older rows are at /api/v5/trade/fills-history",
    )


def test_holes_between_bars_are_found_over_pages() -> None:
    """With their first missing bar, and the first that is there again, oldest first."""
    hour, start = 3_600_000, 1_704_067_200_000
    there = [start + n * hour for n in range(48) if n not in (5, 30, 31)]
    newest_first = times_of(sorted(there, reverse=True))
    holes = Holes(hour)
    holes.see(newest_first[:20])
    holes.see(newest_first[20:])
    (notice,) = holes.notices()
    assert "3 bars are missing" in notice
    assert notice.index("05:00") < notice.index("06:00") < notice.index("2024-01-02")
    whole = Holes(hour)
    whole.see(times_of(start - n * hour for n in range(10)))
    assert whole.notices() == ()


@pytest.mark.parametrize("more", ["", "&limit=5"])
def test_before_alone_is_told(more: str) -> None:
    """It does not bring the rows after its cursor, which is what people take it for."""
    path = "/api/v5/market/candles?instId=BTC-USDT&before=1700000000000"
    (note,) = check(Request("GET", path + more))
    assert "--since" in note
    assert check(Request("GET", f"{path}&after=1700003600000")) == ()


@pytest.mark.parametrize(("days", "told"), [(90, "keeps 3 months"), (300, "history ends at")])
def test_a_site_that_keeps_more_than_the_docs_say_is_not_told_to_keep_less(
    days: int, told: str
) -> None:
    """Where rows came that are older than the documented window, the oldest of them is the end."""
    rows = [{"billId": str(9_000 - n), "ts": str(NOW - n * DAY), "fillTime": str(NOW - n * DAY)}
            for n in range(days)]  # fmt: skip

    def read(request: Request, **_: Any) -> Any:
        query = dict(request.query)
        after = int(query.get("after", 10_000))
        page = [row for row in rows if int(row["billId"]) < after][: int(query["limit"])]
        return SimpleNamespace(envelope=Envelope("0", "", page))

    pull = Pull(SimpleNamespace(read=read))  # type: ignore[arg-type]  # only reads
    request = Request("GET", "/api/v5/trade/fills-history?instType=SPOT")
    assert told in pull.bring(request, Span(since=NOW - 800 * DAY)).notices[-1]
