"""A made-up answer of every documented endpoint, from bytes to frame, compared cell by cell."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from okx_magic import catalogue
from okx_magic.frames import to_frame
from okx_magic.model import Request
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.catalogue import Endpoint
    from okx_magic.catalogue.reader import FieldType

# What each column means, cell by cell; None is "nothing".
Meaning = dict[str, list[Any]]

# What OKX sends in a field of each type, and what it means.
NOTHING = [("", None), (None, None)]
SAMPLES: dict[FieldType, list[tuple[Any, Any]]] = {
    "id": [
        ("2510789768709120999", "2510789768709120999"),
        ("0007", "0007"),
        ("-1", "-1"),
        (2510789768709120001, "2510789768709120001"),
        ("28****13", "28****13"),
    ],
    "text": [("live", "live"), ("0012.50", "0012.50"), ("1", "1"), ("60,221.15", "60,221.15")],
    "decimal": [
        ("87650.1000000000000000", 87650.1),
        ("-0.000000012345678901", -0.000000012345678901),
        ("1E-8", 1e-8),
        ("0", 0.0),
        (12.5, 12.5),
        (-3, -3.0),
        ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ],
    "integer": [("7", 7), (2021032621966107, 2021032621966107), ("-1", -1), ("3.0", 3)],
    "bool": [("true", True), (False, False), ("1", True), ("false", False)],
    "time": [
        ("1767225600123", "2026-01-01T00:00:00.123Z"),
        (1767225600124, "2026-01-01T00:00:00.124Z"),
        ("1767225600", "2026-01-01T00:00:00Z"),
        ("0", None),
    ],
    "time_hk": [("01/01/2026, 8:00:01 AM", "2026-01-01T00:00:01Z")],
    "time_us": [("1767225600123456", "2026-01-01T00:00:00.123456Z")],
    "list": [([], []), (["a", {"b": "01"}], ["a", {"b": "01"}])],
    "object": [({}, {}), ({"b": ["01"]}, {"b": ["01"]})],
}
DTYPES = {
    "id": "string",
    "text": "string",
    "decimal": "float64",
    "integer": "Int64",
    "bool": "boolean",
    "time": "datetime64[ms, UTC]",
    "time_hk": "datetime64[ms, UTC]",
    "time_us": "datetime64[us, UTC]",
    "list": "object",
    "object": "object",
}
CANDLES = ("ts", "o", "h", "l", "c")
CANDLE_NAMES = {"o": "open", "h": "high", "l": "low", "c": "close"}
LENGTH = 12
DOCUMENTED = [
    known
    for known in catalogue.endpoints().values()
    if (known.fields or known.columns) and not {"asks", "bids"} <= set(known.fields)
]


def kind_of(endpoint: Endpoint, name: str) -> FieldType:
    kind = catalogue.field_type(name, endpoint.method, endpoint.path)
    assert kind is not None
    return kind


def made_up(endpoint: Endpoint, names: Sequence[str]) -> tuple[list[list[Any]], Meaning]:
    """Rows of these fields as OKX would send them, and what stands in each column."""
    columns, meaning = [], {}
    for shift, name in enumerate(names):
        samples = SAMPLES[kind_of(endpoint, name)] + NOTHING
        # An item with another sCode is a refusal, and no frame is made of it.
        samples = [("0", "0")] if name == "sCode" else samples
        # Each column begins with another of its samples.
        cells = list(islice(cycle(samples), shift, shift + LENGTH))
        columns.append([sent for sent, _ in cells])
        meaning[name] = [meant for _, meant in cells]
    if tuple(names[:5]) == CANDLES:
        columns[0] = [str(1767225600000 + minute * 60000) for minute in range(LENGTH)]
        meaning["ts"] = [pd.Timestamp(int(sent), unit="ms", tz="UTC") for sent in columns[0]]
    return [list(row) for row in zip(*columns, strict=True)], meaning


def made_up_answer(endpoint: Endpoint) -> tuple[Any, Meaning]:
    """``data`` in the endpoint's own shape, and what its frame has to hold."""
    if endpoint.columns == ("uly",):
        return [["BTC-USDT", "ETH-USDT"]], {"uly": ["BTC-USDT", "ETH-USDT"]}
    if endpoint.columns:
        rows, meaning = made_up(endpoint, endpoint.columns)
        if endpoint.kind == "row":
            return rows[0], first_of(meaning)
        # OKX sends the newest first.
        return (rows[::-1] if endpoint.columns[:5] == CANDLES else rows), meaning
    around = [name for name in endpoint.fields if kind_of(endpoint, name) == "table"]
    names = endpoint.nested[around[0]] if around else endpoint.fields
    rows, meaning = made_up(endpoint, names)
    objects = [dict(zip(names, row, strict=True)) for row in rows]
    if around:
        return [{**dict.fromkeys(endpoint.fields, "1"), around[0]: objects}], meaning
    return (objects[0], first_of(meaning)) if endpoint.kind == "object" else (objects, meaning)


def first_of(meaning: Meaning) -> Meaning:
    return {name: cells[:1] for name, cells in meaning.items()}


def frame_from_bytes(endpoint: Endpoint, data: Any, *, decimal: bool = False) -> pd.DataFrame:
    body = json.dumps({"code": "0", "msg": "", "data": data}).encode()
    request = Request(endpoint.method, endpoint.path + "?x=1")
    return to_frame(judge(Answer(200, {}, body), request), request, decimal=decimal)


def cells_of(column: pd.Series) -> list[Any]:
    """The column as plain values, None for missing ones."""
    values = column.tolist()
    return [
        None if not isinstance(cell, list | dict) and pd.isna(cell) else cell for cell in values
    ]


def place(first: Sequence[str], name: str) -> int:
    """Where a column stands among those that people look for first; after them, where it is not."""
    return first.index(name) if name in first else len(first)


def check(frame: pd.DataFrame, endpoint: Endpoint, meaning: Meaning) -> None:
    """Every column is there, in its order and of its type, and every cell is what was sent."""
    if frame.index.name == "ts":
        frame = frame.reset_index().rename(columns={new: old for old, new in CANDLE_NAMES.items()})
    first = catalogue.first_columns(endpoint.method, endpoint.path)
    assert list(frame.columns) == sorted(meaning, key=lambda name: place(first, name))
    assert "untyped" not in frame.attrs
    assert json.loads(json.dumps(frame.attrs)) == frame.attrs
    for name, meant in meaning.items():
        kind = kind_of(endpoint, name)
        assert str(frame[name].dtype) == DTYPES[kind], name
        if kind in {"time", "time_hk", "time_us"}:
            meant = [None if cell is None else pd.Timestamp(cell) for cell in meant]  # noqa: PLW2901
        assert cells_of(frame[name]) == meant, name


def test_nearly_all_of_the_catalogue_is_checked() -> None:
    """The endpoints below are those whose answers are documented, and they are the bulk."""
    assert len(DOCUMENTED) > 350


@pytest.mark.parametrize("endpoint", DOCUMENTED, ids=lambda known: f"{known.method} {known.path}")
def test_a_frame_holds_what_was_sent(endpoint: Endpoint) -> None:
    """No id is changed, no time or number left as text, no column lost, whatever its spelling."""
    data, meaning = made_up_answer(endpoint)
    check(frame_from_bytes(endpoint, data), endpoint, meaning)


@pytest.mark.parametrize("endpoint", DOCUMENTED, ids=lambda known: f"{known.method} {known.path}")
def test_exact_decimals_hold_what_was_sent(endpoint: Endpoint) -> None:
    """With ``decimal=True`` each decimal has the digits that were sent, trailing zeros and all."""
    data, meaning = made_up_answer(endpoint)
    frame = frame_from_bytes(endpoint, data, decimal=True).reset_index()
    digits = [str(sent).upper() for sent, _ in SAMPLES["decimal"]]
    for name in meaning:
        if kind_of(endpoint, name) == "decimal":
            column = frame[CANDLE_NAMES.get(name, name) if "o" in meaning else name]
            assert [None if cell is None else float(cell) for cell in column] == meaning[name]
            assert {f"{cell:f}" for cell in column if cell is not None} <= {
                f"{Decimal(sent):f}" for sent in digits
            }


def test_objects_may_differ_from_the_documented() -> None:
    """Fields that no table knows, that only some rows have, or that all lack, spoil no column."""
    endpoint = catalogue.endpoint("GET", "/api/v5/trade/orders-history")
    assert endpoint is not None
    data, meaning = made_up_answer(endpoint)
    for row in data:
        row.pop("px")
    data[0].pop("sz")
    data[1] |= {"brandNew": "007.10", "newFlag": True, "newList": [{"a": "1"}], "newNumber": 1e-7}
    meaning.pop("px")
    meaning["sz"][0] = None
    frame = frame_from_bytes(endpoint, data)
    known = [name for name in frame.columns if name in meaning]
    check(frame[known], endpoint, meaning)
    assert frame.loc[1, ["brandNew", "newFlag", "newNumber"]].tolist() == ["007.10", "true", "1E-7"]
    assert frame.loc[1, "newList"] == [{"a": "1"}]
    assert frame.loc[0, ["brandNew", "newFlag", "newList", "newNumber"]].isna().all()
