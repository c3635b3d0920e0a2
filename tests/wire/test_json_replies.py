"""Texts near JSON, in the place of a value: what is none is an error, what is some becomes a frame.

Python's own reader, with all its laxness forbidden, is the judge of what is JSON.
"""

from __future__ import annotations

import json
import random
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.errors import TransportError
from okx_magic.frames import to_frame
from okx_magic.model import Request
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = Request("GET", "/api/v5/unknown")
PIECES = (
    *("{}", "[]", '{"a":1}', '["x",null,true,false]', "-0", "0", "1", "-1.5e-7", "1E+2", "0.10"),
    *(
        '""',
        '"\\u00e9\\n\\"\\\\\\/"',
        '"\\ud83d\\ude00"',
        '"测试"',
        '{"":{"":[[[]]]}}',
        " \t\r\n1 ",
    ),
    *('{"a":{"b":[1,2,{"c":"d"}]},"e":[]}', '[1,"2",3.0,[4,[5]]]', '{"x" : "y" , "z":null}'),
    *("123456789012345678901234567890", "1e400", '"\\u0000"', '{"a:b":":","c":"{["}'),
)
DAMAGE = (
    *'{}[]:,"\\ \x00\x0b\ufeff+-.eE0',
    "NaN",
    "'",
    "/*",
    "//",
    "\\x",
    "\\u12",
    "\ud83d",
    "tru",
)


def reference(text: str) -> Any:
    """What Python's own reader makes of it with all its laxness forbidden; ValueError where that is
    nothing.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def never(word: str) -> Any:
        raise ValueError(word)

    value = json.loads(
        text, object_pairs_hook=once, parse_constant=never, parse_float=str, parse_int=str
    )
    # Halves of a surrogate pair cannot be written.
    json.dumps(value, ensure_ascii=False).encode()
    return value


def put(text: str) -> bytes:
    return ('{"code":"0","msg":"","data":[{"x":' + text + "}]}").encode("utf-8", "surrogatepass")


def is_json(text: str) -> bool:
    try:
        reference(text)
    except ValueError:
        return False
    return True


def damaged() -> Iterator[str]:
    """Texts one or two steps from JSON, always the same ones."""
    chance = random.Random(19)  # noqa: S311  # not for secrets
    while True:
        text = chance.choice(PIECES)
        for _ in range(chance.choice((1, 1, 2))):
            place = chance.randrange(len(text) + 1)
            kept = place + chance.choice((0, 0, 1))
            text = text[:place] + chance.choice(("", *DAMAGE)) + text[kept:]
        yield text


def sorted_out(wanted: int) -> tuple[list[str], list[tuple[str, Any]]]:
    """So many damaged texts that are no JSON, and those on the way that are, with their values."""
    bad: dict[str, None] = {}
    good: dict[str, Any] = {text: reference(text) for text in PIECES}
    for text in damaged():
        try:
            good[text] = reference(text)
        except ValueError:
            # What closes what is around it, and opens it anew, is JSON there.
            if not is_json(put(text).decode("utf-8", "surrogatepass")):
                bad[text] = None
        if len(bad) == wanted:
            return list(bad), list(good.items())
    raise AssertionError


BAD, GOOD = sorted_out(900)


def test_no_damaged_json_is_read() -> None:
    """900 texts near JSON that are none, each in the place of a value: each is an error."""
    for text in BAD:
        with pytest.raises(TransportError, match="JSON is broken"):
            judge(Answer(200, {}, put(text)), UNKNOWN)


def test_all_sound_json_is_read() -> None:
    """Whatever sound JSON stands in a field is read with its digits, becomes a frame and can be shown."""
    assert len(GOOD) >= 95
    for text, value in GOOD:
        envelope = judge(Answer(200, {}, put(text)), UNKNOWN)
        assert digits(envelope.data) == digits([{"x": value}])
        frame = to_frame(envelope, UNKNOWN)
        assert len(frame) == 1
        assert frame.to_string()


def digits(value: Any) -> Any:
    """The value with its numbers as Decimals, whether they were read as numbers or as texts."""
    if isinstance(value, dict):
        return {name: digits(each) for name, each in value.items()}
    if isinstance(value, list):
        return [digits(each) for each in value]
    if value is None or isinstance(value, bool):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    return number if number.is_finite() else str(value)


def test_a_naive_reader_takes_damaged_json() -> None:
    """The control: json alone reads some of what is no JSON, and loses digits of what is."""
    lax = 0
    for text in BAD:
        try:
            json.loads(text)
        except ValueError:
            continue
        lax += 1
    assert lax >= 5
    assert json.loads("1e400") == float("inf")
