from __future__ import annotations

import datetime as dt
import enum
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qsl, quote

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from okx_magic.cell import fill, parse
from okx_magic.cell.values import (
    UnfitValueError,
    as_body,
    as_json,
    in_json_string,
    in_query,
    plain_text,
)
from okx_magic.errors import CellError

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ['X","sz":"1000', "a&sz=1000", "{{ x }}", "}}", '"', "\\", "\r\n", "a=b#c", "%41", "测试", "'"]
)
FLOATS = st.floats(-(2**53) + 1, 2**53 - 1)
NUMBERS = (
    st.integers(-(10**30), 10**30)
    | FLOATS.map(lambda number: float(f"{number:.15g}"))
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)
)
SCALARS = TEXTS | NUMBERS | st.booleans()
CELL = (
    "POST /api/v5/x?a=1&v={{ value }}&sz=2\n"
    '{"first": "1", "text": "<{{ value }}>", "bare": {{ value }}, "sz": "2"}'
)


class Side(str, enum.Enum):  # noqa: UP042 - the older kind, whose str() is another text
    BUY = "buy"


@settings(max_examples=200)
@given(value=SCALARS)
def test_a_value_never_changes_the_structure_around_it(value: Any) -> None:
    """Whatever the value, query and body keep their keys, and the value comes out as it went in."""
    request = fill(parse(CELL).templates[0], {"value": value})
    text = plain_text(value)
    pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
    assert pairs == [("a", "1"), ("v", text), ("sz", "2")]
    body = json.loads(request.body, parse_float=Decimal)
    assert list(body) == ["first", "text", "bare", "sz"]
    assert (body["first"], body["text"], body["sz"]) == ("1", f"<{text}>", "2")
    if isinstance(value, Decimal):
        assert body["bare"] == text
    else:
        assert body["bare"] == (Decimal(repr(value)) if isinstance(value, float) else value)


@settings(max_examples=100)
@given(value=st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3)
                          | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8))  # fmt: skip
def test_nested_values_are_json(value: Any) -> None:
    """Lists and dicts become compact JSON that means the same, Decimals as text."""
    request = fill(parse('POST /x\n{"a": {{ [value] }}, "sz": "2"}').templates[0], {"value": value})
    # Numbers are compared by their digits: the same digits may be read as int or as float.
    digits: dict[str, Any] = {"parse_int": Decimal, "parse_float": Decimal}
    expected = json.loads(json.dumps([value], default=plain_text), **digits)
    assert json.loads(request.body, **digits) == {"a": expected, "sz": "2"}


@settings(max_examples=100)
@given(items=st.lists(SCALARS, min_size=1, max_size=4))
def test_lists_in_a_query_keep_their_items_apart(items: list[Any]) -> None:
    """Items are joined by bare commas; a comma within an item is encoded."""
    assert in_query(items) == in_query(tuple(items))
    assert in_query(items).split(",") == [quote(plain_text(item), safe="") for item in items]


def test_a_query_value_is_encoded_whole() -> None:
    """All but the unreserved characters of a value are encoded, in upper-case hex."""
    assert in_query("a/b,c+d e~é") == "a%2Fb%2Cc%2Bd%20e~%C3%A9"


def test_plain_substitution_does_change_the_structure() -> None:
    """Control: text pasted into text breaks out for some of the values above."""
    broken = '{"instId": "%s", "sz": "2"}' % 'X","sz":"1000'  # noqa: UP031 - the mistake itself
    assert json.loads(broken)["instId"] == "X"
    assert parse_qsl("v=%s&sz=2" % "a&sz=1000") != [("v", "a&sz=1000"), ("sz", "2")]  # noqa: UP031


@settings(max_examples=100)
@given(number=NUMBERS)
def test_numbers_have_no_exponent_and_lose_no_digit(number: Any) -> None:
    """A number is written in digits alone and reads back equal."""
    text = plain_text(number)
    assert set(text) <= set("-0123456789.")
    assert type(number)(text) == number


@settings(max_examples=200)
@given(number=FLOATS)
def test_a_float_that_lost_digits_is_refused_and_no_other(number: float) -> None:
    """What any decimal of 15 digits becomes goes out with its digits; a float that none of these becomes
    was calculated or cut off, and which digits are meant nobody knows.
    """
    if number.is_integer() or number == float(f"{number:.15g}"):
        assert float(plain_text(number)) == number
    else:
        with pytest.raises(UnfitValueError, match="more digits than a float keeps"):
            plain_text(number)


@pytest.mark.parametrize(
    "value",
    [0.1 + 0.2, 1 - 0.9, 1 / 3, 1.1 * 3, np.float64(0.1) + 0.2, np.float32(1) / 3],
    ids=repr,
)
@pytest.mark.parametrize(
    "cell", ["GET /x?a={{ v }}", 'POST /x\n{"a": {{ v }}}', "GET /x\nh: {{ v }}"]
)
def test_the_result_of_arithmetic_is_refused_until_it_is_rounded(cell: str, value: float) -> None:
    """The remedy works: rounded, the same number goes out, and it is what was meant."""
    (template,) = parse(cell).templates
    with pytest.raises(CellError, match="more digits") as refusal:
        fill(template, {"v": value})
    assert "round(x, 8)" in refusal.value.remedy
    fill(template, {"v": round(float(value), 8)})


@pytest.mark.parametrize(
    ("value", "text", "in_json"),
    [
        (1e-07, "0.0000001", "0.0000001"),
        (1.0, "1", "1"),
        (100.0, "100", "100"),
        (-0.0, "0", "0"),
        (2.0**53 - 1, "9007199254740991", "9007199254740991"),
        (np.float32(3), "3", "3"),
        (np.float16(2047), "2047", "2047"),
        (Decimal("1.10"), "1.10", '"1.10"'),
        (Decimal("1E+3"), "1000", '"1000"'),
        (12345678901234567890, "12345678901234567890", "12345678901234567890"),
        (True, "true", "true"),
        (Side.BUY, "buy", '"buy"'),
        ("测", "测", '"测"'),
        (np.float64(0.1), "0.1", "0.1"),
        (np.float32(0.1), "0.1", "0.1"),
        (np.int64(7), "7", "7"),
        (np.uint8(7), "7", "7"),
        (np.bool_(True), "true", "true"),  # noqa: FBT003 - the value itself
        (np.str_("a"), "a", '"a"'),
        (np.array(7), "7", "7"),
        (np.array(0.1, dtype="float32"), "0.1", "0.1"),
        (pd.Series([1.5]).iloc[0], "1.5", "1.5"),
        (pd.Series([3], dtype="Int64").iloc[0], "3", "3"),
        (pd.Series(["a"], dtype="string").iloc[0], "a", '"a"'),
    ],
    ids=repr,
)
def test_values_are_written_by_kind(value: Any, text: str, in_json: str) -> None:
    """Each kind of value has one text, and one JSON form."""
    assert plain_text(value) == text
    assert in_json_string(value) == text
    assert as_json(value) == in_json


REFUSED = [
    None,
    float("nan"),
    float("inf"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-Infinity"),
    Decimal("1E+999999999"),
    10**5000,
    1e22,
    # The first whole number that two floats share, of each size: an order's id as one is another id.
    float(2**53),
    np.float64(-(2**53)),
    np.float32(2**24),
    np.float16(2**11),
    float(1234567890123456789),
    np.float64("nan"),
    np.float32("inf"),
    pd.NA,
    pd.NaT,
    pd.Timestamp("2026-01-01"),
    dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.timedelta(1),
    np.datetime64("2026-01-01T00:00:00.000000000"),
    np.timedelta64(5, "ns"),
    pd.Series([1]),
    pd.DataFrame({"dtype": [1]}),
    np.array([1]),
    b"bytes",
    1j,
    Fraction(1, 3),
    object(),
    {1},
    len,
    "\ud800",
    "a\udfff",
]
EVERYWHERE = ["GET /x?a={{ v }}", 'POST /x\n{"a": "{{ v }}"}', 'POST /x\n{"a": {{ v }}}']
NESTED = ["GET /x?a={{ [v] }}", 'POST /x\n{"a": {{ {"b": [v]} }}}', 'POST /x\n{{ {"b": (v,)} }}']


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("cell", [*EVERYWHERE, *NESTED, "GET /x\nh: {{ v }}"])
def test_values_without_a_certain_meaning_are_refused(cell: str, value: Any) -> None:
    """None, NaN, times, bytes, tables and the like name their line and expression."""
    with pytest.raises(CellError) as refusal:
        fill(parse("\n" + cell).templates[0], {"v": value})
    assert refusal.value.line == cell.count("\n") + 2
    assert refusal.value.message.startswith("{{ ")
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("cell", EVERYWHERE[:2])
@pytest.mark.parametrize("value", [{"a": 1}, [[1]], [{"a": 1}]])
def test_structures_stand_only_where_json_stands(cell: str, value: Any) -> None:
    """A dict, or a list within a list, is neither a query value nor text."""
    with pytest.raises(CellError, match="cannot be used here"):
        fill(parse(cell).templates[0], {"v": value})


@pytest.mark.parametrize("value", [1, "{}", [1], [{"a": 1}, None], None, {1: 2}, [{"a": None}]])
def test_a_whole_body_is_a_dict_or_a_list_of_dicts(value: Any) -> None:
    """Anything else in the place of the body is refused."""
    with pytest.raises(CellError):
        fill(parse("POST /x\n{{ v }}").templates[0], {"v": value})
    assert as_body({"a": 1}) == '{"a":1}'
    assert as_body(({"a": 1},)) == '[{"a":1}]'


@settings(max_examples=100)
@given(value=TEXTS)
def test_a_header_value_stays_on_its_line(value: str) -> None:
    """A header takes printable Latin-1 as it is; whatever else is refused."""
    template = parse("GET /x\nexpTime: {{ v }}").templates[0]
    printable = value.isprintable() and value.encode("latin-1", "ignore").decode("latin-1") == value
    if value and printable and value == value.strip():
        assert fill(template, {"v": value}).headers == (("expTime", value),)
        return
    assume("\xad" not in value)
    assume("\xa0" not in value)
    if "\t" in value.strip(" \t"):
        return  # a tab between visible characters is allowed, although Python does not print it
    with pytest.raises(CellError):
        fill(template, {"v": value})


def test_a_date_is_refused_with_the_way_to_milliseconds() -> None:
    """A date has no timestamp(); the remedy is one that works for it."""
    day = dt.date(2024, 1, 31)
    with pytest.raises(CellError) as refusal:
        fill(parse("GET /x?after={{ day }}").templates[0], {"day": day})
    expression = refusal.value.remedy.rpartition(": ")[2]
    assert eval(expression, {"pd": pd, "t": day}) == 1706659200000  # noqa: S307  # our own text


@pytest.mark.parametrize("value", [[], ()])
def test_an_empty_list_is_no_filter_for_all(value: Any) -> None:
    """Whoever holds nothing would get all: OKX takes a blank value for one that is left out."""
    (template,) = parse("GET /api/v5/account/balance?ccy={{ held }}").templates
    with pytest.raises(CellError, match="OKX would take it for all"):
        fill(template, {"held": value})
    assert fill(template, {"held": ""}).target.endswith("ccy=")
