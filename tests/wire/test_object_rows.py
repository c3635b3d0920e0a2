"""Long answers whose data are objects of one form, which are read in one go."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic import strictjson
from okx_magic.frames import to_frame
from okx_magic.model import Envelope, Request
from okx_magic.wire import objectrows
from okx_magic.wire.objectrows import read
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

INSTRUMENTS = Request("GET", "/api/v5/public/instruments?instType=SPOT")
NAMES = st.sampled_from(["a", "b", "code", "data", "class", "__init__", "", '"', "é", "a:b"])
TEXTS = st.text(max_size=4) | st.sampled_from(["", "1.50", "a:b", '"', "\\", "é", "{", "},{", "[:"])
VALUES = TEXTS | st.booleans() | st.none() | st.lists(TEXTS, max_size=2)
ODD = VALUES | st.integers() | st.sampled_from([1.0, {"a": "1"}, {}, [[]], [{}], [{"a": "1"}]])


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers of the tests count as long."""
    monkeypatch.setattr(objectrows, "LONG", 0)


def written(data: Any, **around: Any) -> bytes:
    return json.dumps({"code": "0", "msg": "", "data": data} | around).encode()


def instrument(number: int, **more: Any) -> dict[str, Any]:
    return {
        "instId": f"COIN{number}-USDT",
        "tickSz": "0.10",
        "futureSettlement": False,
        "upcChg": [],
        "listTime": "1767225600000",
    } | more


def test_objects_are_columns_until_somebody_asks() -> None:
    """The frame is that of the objects and needs none; ``data`` has them as they came."""
    data = [instrument(number) for number in range(5)]
    envelope = judge(Answer(200, {}, written(data)), INSTRUMENTS)
    rows = envelope.object_rows
    assert rows is not None
    frame = to_frame(envelope, INSTRUMENTS)
    assert "objects" not in rows.__dict__
    pd.testing.assert_frame_equal(frame, to_frame(Envelope("0", "", data), INSTRUMENTS))
    assert envelope.data == data
    assert envelope.data is envelope.data
    assert envelope.as_dict() == {"code": "0", "msg": "", "data": data}
    assert json.dumps(envelope.data) == json.dumps(data)


@pytest.mark.parametrize(
    "data",
    [
        [],
        [instrument(1)],
        [{}, {}],
        [instrument(1), {}],
        [instrument(1), instrument(2, more="1")],
        [instrument(1), instrument(2, tickSz=1)],
        [instrument(1), instrument(2, tickSz=1.0)],
        [instrument(1), instrument(2, tickSz="a:b")],
        [instrument(1, upcChg=[{"param": "1"}]), instrument(2)],
        [instrument(1), [instrument(2)]],
        {"a": instrument(1)},
    ],
)
def test_other_data_are_read_with_all_care(data: Any) -> None:
    """As before, whatever is odd about them."""
    assert read(written(data)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"tickSz": "0.10"', '"tickSz": "1", "tickSz": "2"'),
        ('"code": "0"', '"code": "0", "code": "1"'),
        ('"msg": ""', '"msg": "", "more": "1"'),
        ('"msg": "", ', ""),
        ("COIN1", "\\ud800"),
    ],
)
def test_what_two_readers_could_understand_differently_is_refused(old: str, new: str) -> None:
    """A key that is given twice above all, in the first object or in another."""
    text = written([instrument(1), instrument(2)]).decode()
    assert read(text.encode()) is not None
    for changed in (text.replace(old, new, 1), new.join(text.rsplit(old, 1))):
        assert changed != text
        assert read(changed.encode()) is None


@given(st.data())
@settings(max_examples=300)
def test_what_is_read_is_what_the_strict_reader_reads(data: st.DataObject) -> None:
    """Of any objects of one form or of nearly one, and of bytes that are cut or changed."""
    names = data.draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    count = data.draw(st.integers(1, 3))
    objects = [{name: data.draw(VALUES) for name in names} for _ in range(count)]
    if data.draw(st.booleans()):
        odd = data.draw(st.sampled_from(objects))
        odd[data.draw(st.sampled_from([*names, "z"]))] = data.draw(ODD)
    body = written(objects)
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(body)))
        body = (
            body[:place]
            + data.draw(st.sampled_from([b"", b'"', b",", b"\xff"]))
            + body[place + 1 :]
        )
    found = read(body)
    if found is not None:
        assert found | {"data": found["data"].objects} == strictjson.loads(body)
