from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.pages.candle_plan import CandlePlan, candle_plan
from okx_magic.pages.paging import Span, checked_style, query_of

HOUR = 3_600_000
NOW = 1_700_000_000_000
RECENT = "/api/v5/market/candles"
OLDER = "/api/v5/market/history-candles"


class Market:
    """Bars at some times, answered as the docs say; recent ones alone at the recent endpoint."""

    def __init__(self, times: list[int], most: int = 300) -> None:
        self.times = sorted(times, reverse=True)
        self.most = most
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> list[Any]:
        self.asked.append(request)
        query = query_of(request)
        times = self.times[:1440] if request.path == RECENT else self.times
        if "after" in query:
            times = [time for time in times if time < int(query["after"])]
        return [[str(time), "1"] for time in times[: min(self.most, int(query["limit"]))]]


def planned(target: str, span: Span, now: int = NOW) -> CandlePlan:
    request = Request("GET", target)
    plan = candle_plan(request, checked_style(request, span), span, now)
    assert plan is not None
    return plan


def gathered(plan: CandlePlan, market: Market, high: int) -> list[int]:
    times = []
    for chunk in plan.chunks(high, plan.span.pages):
        fetched = chunk.fetch(market)
        times += [int(row[0]) for row in fetched.rows]
        if fetched.ended:
            break
    return times


@pytest.mark.slow
@settings(max_examples=150)
@given(
    missing=st.sets(st.integers(0, 120), max_size=60),
    shift=st.integers(0, HOUR - 1),
    limit=st.integers(1, 20),
    most=st.integers(1, 25),
    since=st.integers(-5, 125),
    length=st.integers(1, 130),
    fraction=st.sampled_from([0, 1, HOUR // 2, HOUR - 1]),
)
def test_every_bar_comes_once_and_in_order(
    *, missing: set[int], shift: int, limit: int, most: int, since: int, length: int, fraction: int
) -> None:
    """Whatever bars are missing, wherever they stand, and however few rows OKX really gives a page."""
    start = NOW // HOUR * HOUR - 2000 * HOUR + shift
    times = [start + number * HOUR for number in range(121) if number not in missing]
    low = start + since * HOUR + fraction
    span = Span(since=low, until=low + length * HOUR)
    plan = planned(f"{OLDER}?instId=X&bar=1H&limit={limit}", span)
    got = gathered(plan, Market(times, most), low + length * HOUR)
    assert got == sorted((time for time in times if span.holds(time)), reverse=True)


@pytest.mark.slow
@given(st.integers(1, 3000), st.integers(1, 3000))
def test_recent_and_older_bars_make_one_row(first: int, count: int) -> None:
    """Across the border between the recent endpoint and its history there is neither gap nor double."""
    newest = NOW // HOUR * HOUR
    times = [newest - number * HOUR for number in range(7000)]
    until = newest - (first - 1) * HOUR + 1
    span = Span(since=until - count * HOUR, until=until)
    market = Market(times)
    got = gathered(planned(f"{RECENT}?instId=X&bar=1H", span), market, until)
    assert got == [time for time in times if span.holds(time)]
    assert len(got) == count
    if first + count > 1440:
        assert market.asked[-1].path == OLDER


def test_pages_are_as_large_as_they_can_be() -> None:
    """744 hours are three pages; a typed limit is kept."""
    span = Span(since=1_704_067_200_000, until=1_706_745_600_000)
    assert planned(f"{OLDER}?instId=X&bar=1H", span).count(1_706_745_600_000, None) == 3
    assert planned(f"{OLDER}?instId=X&bar=1H&limit=100", span).count(1_706_745_600_000, None) == 8


def test_nothing_older_ends_it() -> None:
    """An empty answer says that the history has ended."""
    chunk = next(planned(f"{OLDER}?instId=X&bar=1H", Span()).chunks(NOW, None))
    fetched = chunk.fetch(Market([]))
    assert fetched.ended
    assert fetched.rows == []


def test_a_server_that_ignores_the_cursor_is_an_error() -> None:
    """It would be asked for ever, or its rows be taken for older ones."""
    market = Market([NOW])
    chunk = next(planned(f"{OLDER}?instId=X&bar=1H", Span()).chunks(NOW - HOUR, None))
    with pytest.raises(TransportError, match="has bars at or after after="):
        chunk.fetch(lambda _: market(Request("GET", f"{OLDER}?limit=5")))


@pytest.mark.parametrize(
    ("target", "on_grid"),
    [
        (f"{OLDER}?instId=X", True),
        (f"{OLDER}?instId=X&bar=1Wutc", True),
        (f"{OLDER}?instId=X&bar=1M", False),
        ("/api/v5/public/funding-rate-history?instId=X", False),
    ],
)
def test_only_bars_of_equal_length_are_on_a_grid(target: str, *, on_grid: bool) -> None:
    """Months differ, and other histories have no bars: their pages come one after another."""
    request = Request("GET", target)
    assert (
        candle_plan(request, checked_style(request, Span()), Span(), NOW) is not None
    ) == on_grid
