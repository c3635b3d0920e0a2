"""Frames straight from the texts of an answer are those that its lists give."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from many import many

from okx_magic import catalogue
from okx_magic.frames import frame_of_pages, to_frame
from okx_magic.frames import joined as pages
from okx_magic.frames.frame import Types
from okx_magic.model import Envelope, Request
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

CANDLES = Request("GET", "/api/v5/market/candles?instId=BTC-USDT")
ROWS_ENDPOINTS = [
    Request("GET", path)
    for (method, path), known in catalogue.endpoints().items()
    if known.kind == "rows" and len(known.columns) > 1
]


def as_numbers(rows: list[list[str]], request: Request = CANDLES) -> Envelope:
    """The envelope of rows as the judge makes it."""
    body = json.dumps({"code": "0", "msg": "", "data": rows}).encode()
    return judge(Answer(200, {}, body), request)


def as_lists(rows: list[list[str]]) -> Envelope:
    return Envelope("0", "", json.loads(json.dumps(rows)))


def rows_of(request: Request, count: int) -> list[list[str]]:
    """Rows as OKX sends them: newest first."""
    known = catalogue.endpoint("GET", request.path)
    assert known is not None
    values = {"time": "17672256{:05}", "decimal": "{}.250", "bool": "1", "text": "20260130"}
    kinds = [catalogue.field_type(name, "GET", request.path) for name in known.columns]
    return [[values[kind or "text"].format(row) for kind in kinds] for row in range(count, 0, -1)]


@pytest.mark.parametrize("request_", ROWS_ENDPOINTS, ids=lambda request: request.path)
@pytest.mark.parametrize("decimal", [False, True])
def test_every_endpoint_of_rows(request_: Request, *, decimal: bool) -> None:
    """Values, dtypes, index and attrs are those of the lists, for one page and for several."""
    rows = rows_of(request_, 7)
    expected = to_frame(as_lists(rows), request_, decimal=decimal)
    page = as_numbers(rows, request_)
    assert page.number_rows is not None
    frame = to_frame(page, request_, decimal=decimal)
    pd.testing.assert_frame_equal(frame, expected)
    assert frame.attrs == expected.attrs
    parts = [
        as_numbers(rows[:3], request_),
        as_lists(rows[3:5]),
        as_numbers(rows[5:], request_),
    ]
    paged = frame_of_pages(parts, request_, decimal=decimal)
    pd.testing.assert_frame_equal(paged, expected)


def test_candles_take_the_short_way() -> None:
    """A control: the frames above do not come from the lists on both sides."""
    page = as_numbers(rows_of(CANDLES, 3))
    assert Types.of(CANDLES, exact=False).block([page]) is not None
    to_frame(page, CANDLES)
    assert "lists" not in page.number_rows.__dict__
    to_frame(page, CANDLES, decimal=True)
    assert "lists" in page.number_rows.__dict__


CELLS = st.from_regex(r"-?(0|[1-9][0-9]{0,19})(\.[0-9]{1,20})?", fullmatch=True)
ODD_CELLS = st.text("0123456789.-", max_size=5) | st.sampled_from(["nan", "-inf", "1e5", "1E400"])
TIMES = st.integers(10**12, 10**13 - 1).map(str)
ODD_TIMES = st.sampled_from(
    ["", "0", "1767225600", "7", "1.", "nan", "1767225600000.5", "1.7672256E12"]
)


@st.composite
def candles(draw: st.DrawFn) -> list[list[str]]:
    """Some rows, in most cases as OKX sends them, and else with something odd in any place."""
    odd = draw(st.booleans())
    times = TIMES | ODD_TIMES if odd else TIMES
    cells = CELLS | ODD_CELLS if odd else CELLS
    flags = st.sampled_from(["0", "1", "", "2", "nan"] if odd else ["0", "1"])
    row = st.tuples(times, *[cells] * 7, flags).map(list)
    return draw(st.lists(row, min_size=1, max_size=5))


@pytest.mark.slow
@settings(max_examples=many(200, 100))
@given(rows=candles(), split=st.integers(1, 4))
def test_whatever_the_numbers_are(rows: list[list[str]], split: int) -> None:
    """Empty texts, long fractions, seconds and other texts come out as from their lists."""
    expected = to_frame(as_lists(rows), CANDLES)
    frame = to_frame(as_numbers(rows), CANDLES)
    pd.testing.assert_frame_equal(frame, expected)
    assert frame.attrs == expected.attrs
    parts = [part for part in (rows[:split], rows[split:]) if part]
    paged = frame_of_pages(map(as_numbers, parts), CANDLES)
    from_lists = frame_of_pages(map(as_lists, parts), CANDLES)
    pd.testing.assert_frame_equal(paged, from_lists)


@pytest.mark.parametrize("width", [1, 5, 8, 10])
def test_rows_of_another_width(width: int) -> None:
    """Rows with fewer or more columns than documented are what their lists are."""
    rows = [[str(1767225600000 - row), *["1"] * (width - 1)] for row in range(3)]
    pd.testing.assert_frame_equal(
        to_frame(as_numbers(rows), CANDLES), to_frame(as_lists(rows), CANDLES)
    )


@pytest.mark.parametrize("rows_at_once", [1, 5, 1000])
def test_one_odd_page_among_many(monkeypatch: pytest.MonkeyPatch, rows_at_once: int) -> None:
    """A page with a text that is no number leaves the other pages as they are, in their order."""
    monkeypatch.setattr(pages, "_ROWS", rows_at_once)
    rows = rows_of(CANDLES, 12)
    rows[5][1] = "1.2.3"
    parts = [rows[start : start + 2] for start in range(0, 12, 2)]
    paged = frame_of_pages(map(as_numbers, parts), CANDLES)
    from_lists = frame_of_pages(map(as_lists, parts), CANDLES)
    pd.testing.assert_frame_equal(paged, from_lists)
    assert paged.attrs["untyped"] == ["open"]


def test_an_unknown_endpoint_keeps_its_lists() -> None:
    """Where the catalogue names no columns, each row stays a list of text."""
    rows = [["1", "2"], ["3", "4"]]
    unknown = Request("GET", "/api/v5/brand/new")
    frame: Any = to_frame(as_numbers(rows, unknown), unknown)
    assert frame["data"].tolist() == rows
