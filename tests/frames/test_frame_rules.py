"""What holds for the frame of every answer."""

from __future__ import annotations

import json
import pickle
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic import catalogue
from okx_magic.frames import to_frame
from okx_magic.model import Envelope, Request

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import FrameOf

PENDING = "GET /api/v5/trade/orders-pending"
TICKERS = "GET /api/v5/market/tickers"
SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False)
NAMES = st.sampled_from(["ordId", "px", "ts", "tier", "asks", "bids", "details", "o"]) | st.text()
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
OBJECT_ENDPOINTS = [
    f"{method} {path}"
    for (method, path), known in catalogue.endpoints().items()
    if known.kind in {"objects", "nested"} and known.fields
]


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(kind) for name, kind in frame.dtypes.items()}


def test_the_catalogue_has_answers_to_check() -> None:
    """The endpoints that the next test goes through are the bulk of the catalogue."""
    assert len(OBJECT_ENDPOINTS) > 300


@pytest.mark.parametrize("endpoint", OBJECT_ENDPOINTS)
def test_an_empty_answer_has_the_columns_of_a_blank_one(frame_of: FrameOf, endpoint: str) -> None:
    """No rows, and a row of empty texts, have the same columns in the same dtypes."""
    method, path = endpoint.split()
    fields = catalogue.endpoint(method, path).fields
    empty, blank = frame_of(endpoint, []), frame_of(endpoint, [dict.fromkeys(fields, "")])
    assert len(empty) == 0
    if {"asks", "bids"} <= set(fields):
        assert list(empty.columns) == ["side", "px", "sz", "orders"] or "nonRpiQty" in empty
    elif "table" in {catalogue.field_type(name, method, path) for name in fields}:
        assert empty.columns[0] in {"ccy", "title"}
    else:
        assert dtypes(empty) == dtypes(blank)
        assert blank.isna().all(axis=None)
        assert "untyped" not in blank.attrs


def test_an_empty_answer_has_the_dtypes_of_a_full_one(
    frame_of: FrameOf, sampled_endpoint: str
) -> None:
    """Every column of a sample answer is in the empty one, and of the same dtype."""
    empty, full = dtypes(frame_of(sampled_endpoint, [])), dtypes(frame_of(sampled_endpoint))
    assert {name: empty.get(name) for name in full} == full


def test_dtypes_do_not_depend_on_the_values(frame_of: FrameOf) -> None:
    """A column of zeros is as much float64 as one of empty texts or of fractions."""
    frames = [
        frame_of(TICKERS, [{"last": value, "ts": ts}])
        for value, ts in [("0", "1767225600000"), ("", ""), ("1.5", "0"), ("7", "1767225600001")]
    ]
    assert [dtypes(frame) for frame in frames] == [
        {"last": "float64", "ts": "datetime64[ms, UTC]"}
    ] * len(frames)


def test_rows_with_different_fields_are_joined(frame_of: FrameOf) -> None:
    """Columns are those of all rows, in the order of first sight; what a row lacks is missing."""
    frame = frame_of(PENDING, [{"tag": "1", "stpId": "2"}, {"source": "3", "tag": "4"}])
    assert list(frame.columns) == ["tag", "stpId", "source"]
    assert frame["tag"].tolist() == ["1", "4"]
    assert frame.isna().to_numpy().tolist() == [[False, False, True], [False, True, False]]
    same_count = frame_of(PENDING, [{"tag": "1"}, {"source": "3"}])
    assert list(same_count.columns) == ["tag", "source"]


def test_what_people_look_for_stands_first(frame_of: FrameOf) -> None:
    """The columns of interest lead in their order, those left follow in OKX's, and none is lost."""
    sent = {
        "instType": "SWAP",
        "posId": "7",
        "upl": "1.5",
        "hedgedPos": "",
        "instId": "BTC-USDT-SWAP",
    }
    frame = frame_of("GET /api/v5/account/positions", [sent])
    assert list(frame.columns) == ["instId", "upl", "instType", "posId", "hedgedPos"]
    assert frame.loc[0, "posId"] == "7"
    empty = frame_of("GET /api/v5/account/positions", [])
    assert list(empty.columns[:6]) == ["instId", "posSide", "pos", "avgPx", "markPx", "upl"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("px", ["1.5", "n/a", ""]),
        ("px", ["60,221.15", "2"]),
        ("px", ["nan", "1"]),
        ("px", ["inf", "1"]),
        ("px", ["1_000", "1"]),
        ("px", ["1e999", "1"]),
        ("tier", ["1", "2.5"]),
        ("tier", ["99999999999999999999", "1"]),
        ("cTime", ["176722560", "1767225600001"]),
        ("cTime", ["yesterday", "1767225600000"]),
        ("reduceOnly", ["maybe", "true"]),
    ],
)
def test_what_does_not_fit_stays_text(frame_of: FrameOf, field: str, values: list[str]) -> None:
    """One value that is not of its field's type keeps the column as OKX's text, and says so."""
    rows = [{"ordId": str(row), field: value, "sz": "2"} for row, value in enumerate(values)]
    frame = frame_of(PENDING, rows)
    assert frame[field].fillna("").tolist() == values
    assert str(frame[field].dtype) == "string"
    assert str(frame["sz"].dtype) == "float64"
    assert frame.attrs["untyped"] == [field]


def test_a_list_where_text_was_due_is_kept(frame_of: FrameOf) -> None:
    """An object in a field of text stays the object, and the column is named in attrs."""
    frame = frame_of(PENDING, [{"state": {"a": "1"}}, {"state": "live"}])
    assert frame["state"].tolist() == [{"a": "1"}, "live"]
    assert frame.attrs["untyped"] == ["state"]


def test_an_unknown_field_stays_text(frame_of: FrameOf) -> None:
    """A field that no table knows is text, whatever it looks like."""
    frame = frame_of(PENDING, [{"neverHeardOf": "0012.50"}, {"neverHeardOf": ""}])
    assert frame["neverHeardOf"].tolist() == ["0012.50", pd.NA]
    assert "untyped" not in frame.attrs


def test_an_unknown_endpoint_is_typed_by_its_fields(frame_of: FrameOf) -> None:
    """An endpoint outside the catalogue still gets the types of the names it uses."""
    frame = frame_of("GET /api/v5/brand/new", [{"ordId": "12", "px": "1.5"}])
    assert dtypes(frame) == {"ordId": "string", "px": "float64"}
    assert frame_of("GET /api/v5/brand/new", []).shape == (0, 0)


def test_exact_decimals_keep_every_digit(frame_of: FrameOf) -> None:
    """With ``decimal=True`` a decimal column holds ``Decimal`` objects equal to OKX's text."""
    frame = frame_of("GET /api/v5/account/balance", decimal=True)
    assert frame["eq"].tolist() == [Decimal("10000.123456789012"), Decimal("0.001")]
    assert frame["availBal"].tolist() == [Decimal(9000), None]
    assert str(frame["uTime"].dtype) == "datetime64[ms, UTC]"


def test_attrs_are_plain_json(frame_of: FrameOf, sampled_endpoint: str) -> None:
    """``attrs`` goes through JSON unchanged and names the endpoint without its query."""
    attrs = frame_of(sampled_endpoint).attrs
    assert json.loads(json.dumps(attrs)) == attrs
    assert attrs["endpoint"] == sampled_endpoint


@pytest.mark.parametrize("decimal", [False, True])
def test_frames_survive_pickle(frame_of: FrameOf, sampled_endpoint: str, *, decimal: bool) -> None:
    """A pickled frame comes back equal, with its attrs."""
    frame = frame_of(sampled_endpoint, decimal=decimal)
    copy = pickle.loads(pickle.dumps(frame))  # noqa: S301  # our own bytes
    pd.testing.assert_frame_equal(copy, frame)
    assert copy.attrs == frame.attrs


@pytest.mark.parametrize("decimal", [False, True])
def test_frames_survive_parquet(
    frame_of: FrameOf, sampled_endpoint: str, tmp_path: Path, *, decimal: bool
) -> None:
    """A frame written to parquet comes back with its index, dtypes and attrs."""
    pytest.importorskip("pyarrow")
    frame = frame_of(sampled_endpoint, decimal=decimal)
    frame.to_parquet(tmp_path / "frame.parquet")
    copy = pd.read_parquet(tmp_path / "frame.parquet")
    assert dtypes(copy) == dtypes(frame)
    assert copy.index.equals(frame.index)
    assert copy.attrs == frame.attrs


@pytest.mark.parametrize(
    "data", [None, "text", 7, True, ["a", "b"], [1, None], [[1, 2], [3]], [{}, {}], [{"a": 1}, [2]]]
)
def test_unforeseen_data_is_one_column(frame_of: FrameOf, data: Any) -> None:
    """Data of a shape that OKX does not document is kept as it is, a value a row."""
    frame = frame_of("GET /api/v5/brand/new", data)
    rows = data if isinstance(data, list) else [data] * (data is not None)
    assert len(frame) == len(rows)
    assert list(frame.columns) == ([] if data in (None, [{}, {}]) else ["data"])
    assert "untyped" not in frame.attrs


@pytest.mark.slow
@given(data=JSON, endpoint=st.sampled_from([TICKERS, PENDING, "GET /api/v5/account/balance"]))
def test_no_json_in_data_raises(data: Any, endpoint: str) -> None:
    """Whatever JSON stands in ``data``, there is a frame, and its attrs are plain JSON."""
    for decimal in (False, True):
        frame = to_frame(Envelope("0", "", data), Request(*endpoint.split()), decimal=decimal)
        json.dumps(frame.attrs)


@given(rows=st.lists(st.lists(SCALARS | st.lists(SCALARS), max_size=11), max_size=5))
def test_no_rows_raise(rows: list[Any]) -> None:
    """Rows of any length and content make a frame of candles or a book, never an error."""
    candles = to_frame(Envelope("0", "", rows), Request("GET", "/api/v5/market/candles"))
    assert len(candles) == len(rows)
    book = [{"asks": rows, "bids": rows, "ts": "1"}]
    frame = to_frame(Envelope("0", "", book), Request("GET", "/api/v5/market/books"))
    assert frame["side"].tolist() == ["ask"] * len(rows) + ["bid"] * len(rows)


@pytest.mark.slow
@given(
    ids=st.lists(st.integers(10**17, 10**20 - 1).map(str) | st.just(""), min_size=1, max_size=5),
    other=st.dictionaries(
        NAMES.filter(lambda name: name not in {"ordId", "asks"}), JSON, max_size=3
    ),
)
def test_no_company_changes_an_id(ids: list[str], other: dict[str, Any]) -> None:
    """Ids stay as they came, whatever stands beside them in the same answer."""
    rows = [{"ordId": value, **other} for value in ids]
    frame = to_frame(Envelope("0", "", rows), Request(*PENDING.split()))
    assert frame["ordId"].fillna("").tolist() == ids
