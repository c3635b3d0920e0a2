"""One column of JSON values as one typed array."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.frames.numbers import floats
from okx_magic.frames.typed_columns import typed

if TYPE_CHECKING:
    from okx_magic.catalogue.reader import FieldType

NUMBERS = st.from_regex(r"-?[0-9]{1,19}(\.[0-9]{1,19})?", fullmatch=True)
EXPONENTS = st.from_regex(r"-?[0-9]{1,3}\.[0-9]{1,8}[eE][+-]?[0-9]{1,2}", fullmatch=True)


def random_ids(count: int) -> list[str]:
    """Ids of 18 to 20 digits with an empty text now and then, the same every time."""
    generator = random.Random(20260131)  # noqa: S311  # test data
    ids = [str(generator.randrange(10**17, 10**20)) for _ in range(count)]
    return ["" if generator.random() < 0.05 else value for value in ids]


def test_ten_thousand_ids_are_unchanged() -> None:
    """Ids of 18 to 20 digits in a column with empty texts stay what they were, to the last digit."""
    ids = random_ids(10_000)
    column = pd.Series(typed(ids, "id"))
    assert column.fillna("").tolist() == ids
    assert column.isna().sum() == ids.count("") > 0


def test_the_usual_way_changes_ids() -> None:
    """A control: read as numbers next to an empty text, most of these ids do lose digits."""
    ids = random_ids(1000)
    numbers = pd.to_numeric(pd.Series([value for value in ids if len(value) == 18] + [""]))
    kept = [f"{number:.0f}" for number in numbers.dropna()]
    assert len(set(kept) & set(ids)) < len(kept) / 10


def test_json_integers_become_ids() -> None:
    """An id that comes as a JSON number is text too."""
    assert list(typed([2510789768709120999, None, "7"], "id")) == [
        "2510789768709120999",
        pd.NA,
        "7",
    ]


@pytest.mark.slow
@given(st.lists(NUMBERS | EXPONENTS | st.just(""), max_size=20))
def test_floats_are_the_nearest(texts: list[str]) -> None:
    """Every decimal becomes the float64 that ``float()`` gives, however many digits it has."""
    expected = np.array([float(text or "nan") for text in texts])
    np.testing.assert_array_equal(floats([texts]), expected)


@given(st.lists(st.text(alphabet="0123456789-.,eE+_ ni") | NUMBERS, min_size=1, max_size=4))
def test_floats_are_refused_rather_than_guessed(texts: list[str]) -> None:
    """Where any text is no number, there is no column; where there is one, ``float()`` agrees."""
    numbers = floats([texts])
    if numbers is not None:
        np.testing.assert_array_equal(numbers, [float(text or "nan") for text in texts])


@pytest.mark.parametrize(
    "text",
    [
        *(
            "nan",
            "inf",
            "-Infinity",
            "1_000",
            " 1",
            "1 ",
            "1,5",
            "1.2.3",
            "--1",
            "1-2",
            "-",
            ".",
            "-.",
        ),
        *("1e999", "0x10", "١٢", "true", "1" * 400),
    ],
)
def test_what_is_no_decimal(text: str) -> None:
    """Text that Python would read as a number, and OKX never means as one, is refused."""
    assert floats([["1.5", text]]) is None
    assert floats([[text]]) is None
    assert typed(["1.5", text], "decimal") is None


def test_only_text_is_a_decimal_text() -> None:
    """Values that are no text are left to the column's own conversion."""
    assert floats([["1", None]]) is None
    assert list(typed([1, Decimal("2.5"), "3"], "decimal")) == [1.0, 2.5, 3.0]


@given(st.lists(st.decimals(places=18, min_value=-(10**9), max_value=10**9), max_size=20))
def test_exact_decimals_have_all_places(prices: list[Decimal]) -> None:
    """Prices with 18 decimals come back equal, digit for digit."""
    texts = [f"{price:f}" for price in prices]
    assert [f"{price:f}" for price in typed(texts, "decimal", exact=True)] == texts


def test_exact_decimals_refuse_what_is_none() -> None:
    """Exact decimals refuse the same texts: no NaN, no infinity, no underscore."""
    for text in ("NaN", "Infinity", "1_0", "1.2.3"):
        assert typed(["1", text], "decimal", exact=True) is None


def test_whole_numbers_are_nullable() -> None:
    """Whole numbers are Int64 up to 64 bits; "" is missing, more bits are not Int64."""
    column = typed(["9223372036854775807", "", "-1", 5], "integer")
    assert list(column) == [9223372036854775807, pd.NA, -1, 5]
    assert list(typed(["9223372036854775806", "9"], "integer")) == [9223372036854775806, 9]
    for too_large in ("9223372036854775808", "99999999999999999999", "-9223372036854775809"):
        assert typed([too_large], "integer") is None


def test_a_fraction_of_zeros_is_whole() -> None:
    """Zeros after the point leave a number whole; any other fraction is no whole number."""
    assert list(typed(["3.0", "12.00", "-1.0", ""], "integer")) == [3, 12, -1, pd.NA]
    for text in ("3.5", "3.", ".0", "1.0.0", "-.0"):
        assert typed([text], "integer") is None


@pytest.mark.parametrize("kind", ["time", "time_us"])
def test_seconds_are_times_too(kind: FieldType) -> None:
    """Ten digits are seconds, and stand for the same moment next to finer times and empty texts."""
    finer = "1767225600" + "0" * {"time": 3, "time_us": 6}[kind]
    column = pd.Series(typed(["1767225600", finer, ""], kind))
    assert column[0] == column[1] == pd.Timestamp("2026-01-01T00:00:00Z")
    assert column.isna().tolist() == [False, False, True]


def test_booleans_in_every_spelling() -> None:
    """JSON booleans, their text and the candles' 0 and 1 are booleans; "" is missing."""
    column = typed([True, "false", "1", "0", ""], "bool")
    assert list(column) == [True, False, True, False, pd.NA]
    assert typed(["2"], "bool") is None


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("time", "1767225600123", "2026-01-01T00:00:00.123Z"),
        ("time_us", "1767225600123456", "2026-01-01T00:00:00.123456Z"),
    ],
)
def test_times_are_utc(kind: FieldType, text: str, expected: str) -> None:
    """Milliseconds and microseconds are UTC times of their unit; "" and "0" mean no time."""
    column = pd.Series(typed([text, "", "0"], kind))
    assert column[0] == pd.Timestamp(expected)
    assert column.isna().tolist() == [False, True, True]
    assert (
        str(column.dtype) == {"time": "datetime64[ms, UTC]", "time_us": "datetime64[us, UTC]"}[kind]
    )


def test_times_before_2001_have_fewer_digits() -> None:
    """Milliseconds of the last century are times, too; fewer than eleven digits could be seconds."""
    column = pd.Series(typed(["123456789000", "10000000000", "1767225600000"], "time"))
    assert column[0] == pd.Timestamp("1973-11-29T21:33:09Z")
    assert column[1] == pd.Timestamp("1970-04-26T17:46:40Z")
    assert typed(["176722560012345"], "time_us") is None


def test_times_of_hong_kong_are_utc() -> None:
    """A time in words is by the clock of Hong Kong, the month first; it may come in milliseconds."""
    column = pd.Series(typed(["01/09/2023, 8:10:48 PM", "12/31/2023, 12:00:00 AM", ""], "time_hk"))
    assert column[0] == pd.Timestamp("2023-01-09T12:10:48Z")
    assert column[1] == pd.Timestamp("2023-12-30T16:00:00Z")
    assert column.isna().tolist() == [False, False, True]
    assert str(column.dtype) == "datetime64[ms, UTC]"
    assert typed(["1767225600123"], "time_hk")[0] == pd.Timestamp("2026-01-01T00:00:00.123Z")


@pytest.mark.parametrize("text", ["31/12/2023, 8:10:48 PM", "2023-01-09", "soon", "NaT", "nan"])
def test_what_is_no_time_of_hong_kong(text: str) -> None:
    """Other words are no time, neither another order of day and month nor pandas' words for nothing."""
    assert typed(["01/09/2023, 8:10:48 PM", text], "time_hk") is None


@pytest.mark.parametrize("text", ["17672256001234", "20260101", "-1", "1e12", "now"])
def test_what_is_no_time(text: str) -> None:
    """Neither 13 digits nor the ten of seconds: no time, it might be one of another unit."""
    assert typed(["1767225600123", text], "time") is None


def test_lists_of_equal_length_stay_lists() -> None:
    """A column of lists holds the lists, also where all have the same length; "" is None."""
    column = typed([["a", "b"], ["c", "d"], ""], "list")
    assert list(column) == [["a", "b"], ["c", "d"], None]
    assert typed(["a"], "list") is None
