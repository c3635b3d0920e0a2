"""Many pages as one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from okx_magic.frames import frame_of_pages, to_frame
from okx_magic.frames import joined as pages
from okx_magic.model import Envelope, Request

if TYPE_CHECKING:
    from collections.abc import Sequence

CANDLES = Request("GET", "/api/v5/market/candles")
FILLS = Request("GET", "/api/v5/trade/fills")
ORDERS = Request("GET", "/api/v5/trade/orders-history")
ANNOUNCEMENTS = Request("GET", "/api/v5/support/announcements")


def frame(request: Request, *data: Any, decimal: bool = False) -> pd.DataFrame:
    return frame_of_pages((Envelope("0", "", page) for page in data), request, decimal=decimal)


def at_once(request: Request, data: Any, *, decimal: bool = False) -> pd.DataFrame:
    return to_frame(Envelope("0", "", data), request, decimal=decimal)


def candles(minutes: Sequence[int]) -> list[list[str]]:
    return [
        [str(1767225600000 + minute * 60000), *(f"{minute}.5",) * 4, "1", "1", "1.10", "1"]
        for minute in minutes
    ]


def fills(first: int, count: int) -> list[dict[str, str]]:
    return [
        {
            "billId": f"25107897687091{number:05}",
            "fillPx": str(number),
            "fee": "" if number % 2 else "-0.1",
            "ts": f"17672256{number:05}",
        }
        for number in range(first, first + count)
    ]


@pytest.fixture(params=[1, 3, 1000], autouse=True)
def rows_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages converted each by itself, some together, and all together."""
    monkeypatch.setattr(pages, "_ROWS", request.param)


@pytest.mark.parametrize("decimal", [False, True])
def test_pages_of_objects_are_one_answer(*, decimal: bool) -> None:
    """Pages under one another are the frame of one answer with all their rows."""
    whole = frame(FILLS, fills(0, 2), fills(2, 2), [], fills(4, 1), decimal=decimal)
    pd.testing.assert_frame_equal(whole, at_once(FILLS, fills(0, 5), decimal=decimal))
    assert whole.attrs == {"endpoint": str(FILLS)}


@pytest.mark.parametrize("turned", [False, True])
def test_pages_of_candles_rise(*, turned: bool) -> None:
    """Candles are oldest first over all pages, in whatever order the pages came."""
    rows = candles(range(9, -1, -1))
    parts = [rows[:4], rows[4:7], rows[7:]]
    whole = frame(CANDLES, *(parts[::-1] if turned else parts))
    pd.testing.assert_frame_equal(whole, at_once(CANDLES, rows))
    assert whole.index.is_monotonic_increasing


def test_pages_with_different_fields_are_joined() -> None:
    """A field that a page lacks is missing in its rows, and keeps its dtype."""
    first = [{"ordId": "1", "sz": "2"}]
    second = [{"ordId": "3", "cTime": "1767225600000", "tag": "x", "attachAlgoOrds": [{"sz": "1"}]}]
    whole = frame(ORDERS, first, second)
    pd.testing.assert_frame_equal(whole, at_once(ORDERS, first + second))
    assert whole["cTime"].isna().tolist() == [True, False]


def test_what_does_not_fit_is_kept_and_told() -> None:
    """A text that is no number stays, beside the numbers of other pages, and attrs name it."""
    whole = frame(FILLS, fills(0, 3), [{"fillPx": "n/a", "billId": "9"}], fills(4, 3))
    assert whole.attrs["untyped"] == ["fillPx"]
    assert whole["fillPx"].tolist()[3] == "n/a"
    assert [float(price) for price in whole["fillPx"].drop(3)] == [0, 1, 2, 4, 5, 6]
    assert whole["billId"].tolist()[3] == "9"


@pytest.mark.parametrize("request_", [CANDLES, FILLS, ANNOUNCEMENTS])
def test_pages_without_rows_have_the_columns(request_: Request) -> None:
    """Only empty pages give the empty frame with its columns."""
    pd.testing.assert_frame_equal(frame(request_, [], None), at_once(request_, []))


def test_no_page_is_an_error() -> None:
    """Without any page there is no answer to show."""
    with pytest.raises(ValueError, match="no pages"):
        frame(FILLS)


def test_pages_of_announcements() -> None:
    """The tables inside the pages' objects are one table."""
    details = [{"title": "one", "pTime": "1767225600000"}, {"title": "two", "pTime": ""}]
    page = [{"totalPage": "2", "details": details}]
    assert frame(ANNOUNCEMENTS, page, page)["title"].tolist() == ["one", "two"] * 2
