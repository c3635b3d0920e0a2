"""Answers whose data are rows of numbers, which are read in one go."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from many import many

from okx_magic import strictjson
from okx_magic.errors import OkxMagicError
from okx_magic.model import Request
from okx_magic.wire.numberrows import read
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

CANDLES = Request("GET", "/api/v5/market/candles?instId=BTC-USDT")
WIDTH = 9
NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?", fullmatch=True)
ODD = st.text(max_size=3) | st.sampled_from(
    ["", "nan", "inf", "-Infinity", "1e5", "1E400", "1,2", "],[", '"', "\\", "007", "1.", " 1", "é"]
)


def written(data: Any, **around: Any) -> bytes:
    return json.dumps(
        {"code": "0", "msg": "", "data": data} | around, separators=(",", ":")
    ).encode()


def row(*cells: Any) -> list[Any]:
    """A row of candles that begins so."""
    return [*cells, *["1"] * (WIDTH - len(cells))]


def test_rows_of_numbers_are_kept_as_numbers_and_as_text() -> None:
    """Each number is the nearest to its text, and the text is there for those who ask for it."""
    data = [row("1767225600000", "1.50"), row("1767225540000", "-2", "12345678901234567890.1")]
    envelope = judge(Answer(200, {}, written(data)), CANDLES)
    rows = envelope.number_rows
    assert rows is not None
    assert (len(rows), rows.width) == (2, WIDTH)
    assert list(struct.unpack("=18d", rows.packed)) == [
        float(text) for cells in data for text in cells
    ]
    assert envelope.data == data
    assert envelope.data is envelope.data
    assert envelope.as_dict() == {"code": "0", "msg": "", "data": data}


@pytest.mark.parametrize(
    "data",
    [
        [],
        [[]],
        [row("1")[1:]],
        [[*row("1"), "1"]],
        [row("1"), row("1")[1:]],
        [row("1", None)],
        [["1", True, *row()[2:]]],
        [row("1", "")],
        [row("1", "a")],
        [row("1", "1e5")],
        [row("1", "1E5")],
        [row("1", "1,2")],
        [row("1", ["1"])],
        [row("1"), {"sCode": "51000"}],
        [{"asks": [row("1")]}],
        row("1"),
    ],
)
def test_anything_else_is_read_with_all_care(data: Any) -> None:
    """Another width, blanks, exponents, and what is no number in a row."""
    assert read(written([row("1")]), WIDTH) is not None
    assert read(written(data), WIDTH) is None
    assert read(written([row("1")], inTime="1"), WIDTH) is None
    assert read(written([row("1")], msg="a:b"), WIDTH) is None
    assert judge(Answer(200, {}, written([row("1")], inTime="1")), CANDLES).extra == {"inTime": "1"}


@pytest.mark.slow
@settings(max_examples=many(300, 150))
@given(
    rows=st.lists(
        st.lists(NUMBERS | NUMBERS | NUMBERS | ODD, min_size=WIDTH, max_size=WIDTH), max_size=3
    ),
    msg=st.sampled_from(["", "[", "]", "e", "\ud83d"]),
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


ROW = b'["' + b'","'.join([b"1"] * WIDTH) + b'"]'
MARKS = b"""[ ] , : { } " 1 . "msg":"" "code":"0" "data": "x": [] e \xff""".split()
STARTS = [b'{"code":"0","msg":"","data":', b'{"code":"0","data":[%b]' % ROW]
PIECES = st.sampled_from([ROW, ROW[:-1], b"[%b]" % ROW, *STARTS, *MARKS])


@settings(max_examples=1000)
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
        b'{"code":"0","msg":"","data":{},"x":[%b]}',
        b'{"code":"0","msg":"","data":[%b],"data":[]}',
        b'{"code":"0","data":[%b],"data":[%b]}',
        b'{"code":"0","msg":"","data":"[%b]"}',
        b"[%b]",
        b'{"code":"0","msg":"","data":[%b],}',
        b'{"code":"0","msg":"","data":[%b]}x',
        b'{"code":"0","code":"0","data":[%b]}',
        b'{"code":"51000","msg":"","data":[%b]}',
        b'{"code":0,"msg":"","data":[%b]}',
        b'{"code":"0","msg":"\\ud83d","data":[%b]}',
        b'{"code":"0","msg":"\xff","data":[%b]}',
        b'\xef\xbb\xbf{"code":"0","msg":"","data":[%b]}',
    ],
)
def test_what_stands_around_the_rows_is_judged_all_the_same(body: bytes) -> None:
    """Rows of numbers in a place where they are not the data, or in broken JSON, are no success."""
    with pytest.raises(OkxMagicError):
        judge(Answer(200, {}, body.replace(b"%b", ROW)), CANDLES)
