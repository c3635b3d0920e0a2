"""Times as a person types them (module: pages/paging)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from okx_magic.errors import CellError
from okx_magic.pages.paging import read_time, time_text

NOW = 1_700_000_000_000
DAY = 86_400_000
JANUARY = 1_706_659_200_000


@pytest.mark.parametrize(
    "value",
    [
        "2024-01-31",
        " 2024-01-31T00:00 ",
        "2024-01-31 00:00:00Z",
        "2024-01-31T08:00:00+08:00",
        "1706659200000",
        JANUARY,
        float(JANUARY),
        np.int64(JANUARY),
        date(2024, 1, 31),
        datetime(2024, 1, 31, tzinfo=UTC),
        datetime(2024, 1, 31, 8, tzinfo=timezone(timedelta(hours=8))),
        datetime(2024, 1, 31),  # noqa: DTZ001 - a time without a zone is the point
        pd.Timestamp("2024-01-31"),
        pd.Timestamp("2024-01-31", tz="UTC").as_unit("s"),
        np.datetime64("2024-01-31"),
    ],
)
def test_a_time_is_that_time_in_utc(value: Any) -> None:
    """Texts, numbers and dates of every kind; what names no zone is UTC."""
    assert read_time(value, NOW) == JANUARY


@pytest.mark.parametrize(
    ("words", "ago"),
    [
        ("now", 0),
        ("90d", 90 * DAY),
        ("36h", 36 * DAY // 24),
        ("15m", 15 * 60_000),
        ("2 weeks ago", 14 * DAY),
        ("2y", 730 * DAY),
        ("2 years ago", 730 * DAY),
        ("1M", 31 * DAY),
    ],
)
def test_a_span_is_before_now(words: str, ago: int) -> None:
    """Months and years are the calendar's; m is a minute and M a month, as in OKX's bars."""
    assert read_time(words, NOW) == NOW - ago


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "01/02/2024",
        "2024-13-01",
        "1706659200",
        "20240131",
        "90",
        "90 q",
        "999999y",
        12,
        True,
        None,
        float("nan"),
        float("inf"),
        pd.NaT,
        [1],
        "9999-01-01",
    ],
)
def test_what_is_no_time_is_refused(value: Any) -> None:
    """Seconds in place of milliseconds, and dates that could be read two ways, too."""
    with pytest.raises(CellError, match="is not a time"):
        read_time(value, NOW)


def test_a_time_is_told_in_utc() -> None:
    """Midnight is a day; all else has hours and minutes."""
    assert time_text(JANUARY) == "2024-01-31"
    assert time_text(JANUARY + 3_600_000) == "2024-01-31 01:00 UTC"


def test_days_by_their_names_begin_at_midnight_of_utc() -> None:
    """Today and yesterday; no other word is guessed."""
    day = 24 * 3_600_000
    assert read_time("today", NOW) == NOW // day * day
    assert read_time("yesterday", NOW) == read_time("today", NOW) - day
