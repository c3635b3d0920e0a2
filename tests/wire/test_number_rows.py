"""Answers whose data are rows of numbers, which are judged without being read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic import strictjson
from okx_magic.errors import OkxMagicError
from okx_magic.model import Request
from okx_magic.wire.numberrows import split
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

CANDLES = Request("GET", "/api/v5/market/candles?instId=BTC-USDT")
NUMBERS = st.text("0123456789.-", max_size=4)
TEXTS = (
    NUMBERS
    | st.sampled_from(["[", "],[", '"', "\\", "1,2", "1e5", "é", "a", " "])
    | st.text(max_size=3)
)


def written(data: Any, **around: Any) -> bytes:
    return json.dumps(
        {"code": "0", "msg": "", "data": data} | around, separators=(",", ":")
    ).encode()


def test_rows_of_numbers_are_found() -> None:
    """Equally long rows of number texts, blanks among them, are kept as they came."""
    data = [["1767225600000", "1.50", ""], ["1767225540000", "-2", "."]]
    envelope = judge(Answer(200, {}, written(data, inTime="1")), CANDLES)
    rows = envelope.number_rows
    assert rows is not None
    assert (rows.count, rows.width) == (2, 3)
    assert rows.line == b"1767225600000,1.50,,1767225540000,-2,."
    assert envelope.data == data
    assert envelope.data is envelope.data
    assert envelope.as_dict() == {"code": "0", "msg": "", "data": data, "inTime": "1"}


@pytest.mark.parametrize(
    "data",
    [
        [],
        [[]],
        [["1"], ["1", "2"]],
        [["1", 2]],
        [["1", None]],
        [["1", "a"]],
        [["1", "1e5"]],
        [["1,2"]],
        [[["1"]]],
        [["1"], {"sCode": "51000"}],
        [{"asks": [["1", "2"]]}],
        ["1"],
    ],
)
def test_anything_else_is_read(data: Any) -> None:
    """Rows that differ in length, or hold anything but texts of digits, points and signs, are lists."""
    assert split(written(data)) == (written(data), None)


@settings(deadline=None, max_examples=300)
@given(
    rows=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(TEXTS, min_size=width, max_size=width), max_size=4)
    ),
    msg=st.sampled_from(["", "[", '[["1"]]', '"]]']),
    ascii_only=st.booleans(),
)
def test_the_data_are_what_any_reader_finds(
    rows: list[list[str]], msg: str, *, ascii_only: bool
) -> None:
    """Whatever the texts hold, the data are those of Python's own reader."""
    body = json.dumps(
        {"code": "0", "msg": msg, "data": rows}, ensure_ascii=ascii_only, separators=(",", ":")
    ).encode("utf-8", "surrogatepass")
    try:
        expected = strictjson.loads(body)["data"]
    except ValueError:
        with pytest.raises(OkxMagicError):
            judge(Answer(200, {}, body), CANDLES)
        return
    assert judge(Answer(200, {}, body), CANDLES).data == expected


PIECES = st.sampled_from(
    b"""[[" "]] "],[" "," " 1 . [ ] [] , : { } "data": "x":
    {"code":"0","msg":"","data": {"code":"0","data":[["1"]]""".split()
)


@settings(deadline=None, max_examples=1000)
@given(st.lists(PIECES, max_size=9).map(b"".join))
def test_no_broken_answer_is_mended(body: bytes) -> None:
    """What is taken out of an answer never makes a sound one of one that is not."""
    try:
        envelope = judge(Answer(200, {}, body), CANDLES)
    except OkxMagicError:
        return
    assert strictjson.loads(body)["data"] == envelope.data


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"0","msg":"a[["1"]]b","data":{}}',
        b'{"code":"0","msg":"","data":{},"x":[["1"]]}',
        b'{"code":"0","data":[["1"]],"data":[]}',
        b'{"code":"0","data":[["1"]],"data":{}}',
        b'{"code":"0","data":"[["1"]]"}',
        b'[["1"]]',
        b'{"code":"0","data":[["1"]],}',
        b'{"code":"0","code":"1","data":[["1"]]}',
    ],
)
def test_what_stands_around_the_rows_is_judged_all_the_same(body: bytes) -> None:
    """Rows of numbers in a place where they are not the data, or in broken JSON, are no success."""
    with pytest.raises(OkxMagicError):
        judge(Answer(200, {}, body), CANDLES)
