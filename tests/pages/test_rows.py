"""A page is cut alike whether its rows are lists or packed numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.model import NumberRows
from okx_magic.pages.rows import as_envelope, as_lists, bar_times, between, chosen
from okx_magic.wire import numberrows

if TYPE_CHECKING:
    from okx_magic.pages.rows import Page

MINUTE = 60_000
START = 1_700_000_000_000
PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=12)
BOUNDS = st.none() | st.integers(-1, 31).map(lambda place: START + place * MINUTE)


def pages(places: list[int]) -> tuple[list[list[str]], NumberRows]:
    """The same bars as lists, and as numbers read from an answer."""
    lists = [[str(START + place * MINUTE), f"{place}.10", "1"] for place in places]
    body = json.dumps({"code": "0", "msg": "", "data": lists}).encode()
    answer = numberrows.read(body, 3)
    assert answer is not None
    return lists, answer["data"]


@given(PLACES, BOUNDS, BOUNDS)
def test_numbers_are_cut_as_lists_are(places: list[int], low: int | None, high: int | None) -> None:
    """In whatever order they stand: the rows within the bounds, each with its text and its time."""
    lists, numbers = pages(places)
    expected = [
        row
        for row in lists
        if (low is None or int(row[0]) >= low) and (high is None or int(row[0]) < high)
    ]
    for page in (lists, numbers):
        rows, times = between(page, bar_times(page), low, high)
        assert as_lists(rows) == as_envelope(rows).data == expected
        assert list(times) == list(bar_times(rows)) == [int(row[0]) for row in expected]


@given(PLACES, st.data())
def test_a_cut_of_a_cut_still_has_its_own_texts(places: list[int], data: st.DataObject) -> None:
    """Cut twice, in the middle and with gaps, packed numbers lead to the rows that they are of."""
    lists, numbers = pages(places)
    for _ in range(2):
        keep = data.draw(st.lists(st.booleans(), min_size=len(lists), max_size=len(lists)))
        page: Page = numbers
        page, times = chosen(page, bar_times(page), np.array(keep, bool))
        lists = [row for row, kept in zip(lists, keep, strict=True) if kept]
        assert as_lists(page) == lists
        assert list(times) == [int(row[0]) for row in lists]
        if not isinstance(page, NumberRows):
            return
        assert list(page.column(1)) == [float(row[1]) for row in lists]
        numbers = page
