"""Pages of any size give the same rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asked import INTEREST_HISTORY, ask, contracts, swaps, times
from hypothesis import given, settings
from hypothesis import strategies as st
from many import many

pytestmark = pytest.mark.slow


def backwards(path: str, now: float, cursor: Any, count: int, **query: object) -> list[Any]:
    """The newest ``count`` rows, gathered page by page; ``cursor`` reads a row's."""
    older = "end" if path == INTEREST_HISTORY else "after"
    rows: list[Any] = []
    while len(rows) < count:
        further = {older: cursor(rows[-1])} if rows else {}
        page = ask(path, now, **query, **further)
        if not page:
            break
        assert not rows or cursor(page[0]) < cursor(rows[-1])
        rows += page
    return rows[:count]


def number_of(row: Any) -> int:
    """The cursor of a candle or of an object."""
    return int(row[0] if isinstance(row, list) else row.get("tradeId") or row["fundingTime"])


paged = st.one_of(
    st.tuples(
        st.sampled_from(["market/candles", "market/history-candles"]),
        st.fixed_dictionaries({"bar": st.sampled_from(["1m", "4H", "1Dutc", "1W", "1M"])}),
        st.sampled_from(["ETH-USDT", "BTC-USD-SWAP"]),
    ),
    st.tuples(st.just("market/history-mark-price-candles"), st.just({"bar": "1H"}), contracts),
    st.tuples(st.just("market/history-index-candles"), st.just({"bar": "1D"}), st.just("BTC-USD")),
    st.tuples(st.just("market/history-trades"), st.just({"type": "1"}), contracts),
    st.tuples(st.just("public/funding-rate-history"), st.just({}), swaps),
    st.tuples(st.just(INTEREST_HISTORY), st.just({"period": "1H"}), contracts),
)


@given(paged, times, st.integers(1, 100))
@settings(max_examples=many(80, 25))
def test_pages_of_any_size_give_the_same_rows(
    asked: tuple[str, dict[str, str], str], now: float, size: int
) -> None:
    """Page by page into the past, or cut out between two cursors into the future: the rows are those
    of one page, each once, newest first.
    """
    path, query, name = asked
    whole = ask(path, now, instId=name, limit=100, **query)
    assert [number_of(row) for row in whole] == sorted({*map(number_of, whole)}, reverse=True)
    assert backwards(path, now, number_of, len(whole), instId=name, limit=size, **query) == whole

    older, newer = ("end", "begin") if path == INTEREST_HISTORY else ("after", "before")
    forwards: list[Any] = []
    cursors = [number_of(row) for row in reversed(whole)]
    for first in range(0, len(cursors), size):
        last = cursors[first : first + size][-1]
        bounds = {newer: cursors[first] - 1, older: last + 1}
        forwards = ask(path, now, instId=name, limit=100, **query, **bounds) + forwards
    assert forwards == whole


@given(st.sampled_from(["BTC-USDT", "ETH-USD-SWAP"]), times, st.integers(1, 60))
@settings(max_examples=many(40, 15))
def test_trades_paged_by_time(name: str, now: float, size: int) -> None:
    """By time come the same trades as by number, and those of a second make its candle."""
    query = {"instId": name, "type": "2", "limit": size}
    path = "market/history-trades"
    by_time = backwards(path, now, lambda row: int(row["ts"]), 230, **query)
    assert by_time == backwards(path, now, number_of, 230, instId=name)
    assert by_time[:100] == ask("market/trades", now, instId=name)
    # A cursor may be of any time, also where there is no market.
    assert ask(path, now, **query, after=10**18) == by_time[:size]
    assert ask(path, now, **query, after=0) == []
    second = (int(now) - 1) * 1000
    assert int(by_time[-1]["ts"]) < second
    sizes = [Decimal(row["sz"]) for row in by_time if 0 <= int(row["ts"]) - second < 1000]
    [candle] = ask("market/history-candles", now, instId=name, bar="1s", limit=1)
    assert candle[0] == str(second)
    assert sum(sizes) == Decimal(candle[5])
