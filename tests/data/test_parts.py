"""Cutting rows by time, and counting ranges of time."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.data.parts import Part, Parts
from okx_magic.data.ranges import joined, missing, month_name
from okx_magic.data.targets import split_targets
from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.pages.rows import times_of

DAY = 86_400_000
RANGES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=6)


def cut(times: list[int], low: int, high: int, *, most: int, page: int, unique: bool) -> list[Part]:
    parts = Parts(low, high, most=most, unique=unique)
    done: list[Part] = []
    for start in range(0, len(times), page):
        some = times[start : start + page]
        done += parts.add(list(enumerate(some, start)), times_of(some))
    return [*done, parts.end()]


@given(st.lists(st.integers(0, 200), max_size=80), st.integers(1, 20), st.integers(1, 9))
def test_parts_are_the_range_cut_in_pieces(days: list[int], most: int, page: int) -> None:
    """They meet without a gap, hold every row once, each within its bounds and of one month."""
    low, high = 0, 201 * DAY
    times = sorted((day * DAY for day in days), reverse=True)
    parts = cut(times, low, high, most=most, page=page, unique=False)
    assert [parts[0].high, *(part.low for part in parts)] == [
        high,
        *(part.high for part in parts[1:]),
        low,
    ]
    assert [row for part in parts for page in part.pages for row in page] == list(enumerate(times))
    for part in parts:
        assert all(part.low <= time < part.high for time in part.times)
        assert len({month_name(time) for time in part.times}) <= 1


@given(st.sets(st.integers(0, 200)), st.integers(1, 20), st.integers(1, 9))
def test_unique_times_wait_for_nothing(days: set[int], most: int, page: int) -> None:
    """Where no two rows share a time, none is kept back for the next page."""
    times = sorted((day * DAY for day in days), reverse=True)
    parts = cut(times, 0, 201 * DAY, most=most, page=page, unique=True)
    assert [time for part in parts for time in part.times] == times
    assert all(len(part.times) < most + page for part in parts)


def test_rows_out_of_order_are_refused() -> None:
    """A row that belongs to a part that is written already would be lost or doubled."""
    with pytest.raises(TransportError, match="not in the order of their times"):
        cut([9, 8, 7, 9], 0, 10, most=2, page=2, unique=True)


@given(RANGES, st.integers(0, 40), st.integers(0, 40))
def test_missing_is_what_no_range_has(ranges: list[tuple[int, int]], low: int, high: int) -> None:
    """Moment by moment, and in as few ranges as possible."""
    have = {moment for begin, end in ranges for moment in range(begin, end)}
    assert {moment for begin, end in joined(ranges) for moment in range(begin, end)} == have
    found = missing((low, high), ranges)
    moments = [moment for begin, end in found for moment in range(begin, end)]
    assert sorted(moments) == [moment for moment in range(low, high) if moment not in have]
    assert joined(found) == found[::-1]


@pytest.mark.parametrize(
    ("query", "targets"),
    [
        ("instId=A,B&bar=1m,1H&limit=5", ["A&bar=1m", "A&bar=1H", "B&bar=1m", "B&bar=1H"]),
        ("instId=A%2CB,A,&bar=1m&limit=5", ["A&bar=1m", "B&bar=1m"]),
    ],
)
def test_lists_are_targets(query: str, targets: list[str]) -> None:
    """Every value once, with every other; encoded as well."""
    path = "/api/v5/market/candles?instId="
    asked = split_targets(Request("GET", f"/api/v5/market/candles?{query}"))
    assert [each.target for each in asked] == [f"{path}{text}&limit=5" for text in targets]


def test_a_list_that_okx_takes_stays() -> None:
    """OrdType of algo orders is a list in one request."""
    request = Request("GET", "/api/v5/trade/orders-algo-history?ordType=conditional,oco")
    assert split_targets(request) == [request]


def _interrupted(parts: Parts, times: list[int], opcode: int) -> tuple[list[Part], bool]:
    """The parts of pages of three when Ctrl-C comes before an opcode of ``parts.py``, then what is cut
    after it; and whether it came.
    """
    left = opcode

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.endswith("parts.py"):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    done: list[Part] = []
    came = False
    tracing = sys.gettrace()
    # Python 3.12 tells of opcodes only where a frame asked for them before.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        for start in range(0, len(times), 3):
            some = times[start : start + 3]
            done.extend(parts.add(list(some), times_of(some)))
    except KeyboardInterrupt:
        came = True
    finally:
        sys.settrace(tracing)
    return [*done, *parts.cut()], came


@pytest.mark.parametrize("unique", [True, False])
def test_ctrl_c_at_any_instant_leaves_no_part_that_lacks_a_row(unique: bool) -> None:  # noqa: FBT001
    """Before each opcode: a part that is written has every row of its range, as itself says."""
    times = [90 * DAY - number * 7 * DAY for number in range(12)]
    opcode, came = 0, True
    while came:
        opcode += 1
        parts = Parts(0, 91 * DAY, most=4, unique=unique)
        written, came = _interrupted(parts, times, opcode)
        for part in written:
            expected = [time for time in times if part.low <= time < part.high]
            assert list(part.times) == expected, opcode
            assert [row for page in part.pages for row in page] == expected
    assert opcode > 500
