"""Reads a long answer whose data are objects of one form, such as all instruments, in one go.

Tested in ``tests/wire/test_object_rows.py``.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from okx_magic import strictjson
from okx_magic.model import ObjectRows

if TYPE_CHECKING:
    from collections.abc import Callable

# A shorter one is read as soon without.
LONG: Final = 100_000
# The first object stands in so many bytes, and has so many fields at most.
_FIRST: Final = 20_000
_MOST_FIELDS: Final = 200
_BEGIN: Final = rb'"data":\s*\[\s*(?=\{)'
_MEMBERS: Final = 3
# Whole numbers are none of them: 1.0 would become one.
_Value = str | bool | list[str] | None


def read(body: bytes) -> dict[str, Any] | None:
    """``{"code", "msg", "data"}`` of an answer with several objects, as ObjectRows.

    None for any other answer, which must be read with all care: with a member more or less, with objects
    of different fields, and with any value but a text, a flag, a list of texts and null.
    """
    names = _names(body)
    if not names:
        return None
    # Each member has its colon: what else has one is a text, or a key that is given twice.
    members = body.count(b":") - _MEMBERS
    if members % len(names):
        return None
    try:
        answer = _decode(names)(body)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    if len(answer.data) < 2 or len(answer.data) * len(names) != members:
        return None
    rows = ObjectRows(names, strictjson.cells(answer.data))
    return {"code": answer.code, "msg": answer.msg, "data": rows}


def _names(body: bytes) -> tuple[str, ...]:
    """The fields of the first object; none where it is not found."""
    begin = re.search(_BEGIN, body)
    if begin is None:
        return ()
    text = body[begin.end() : begin.end() + _FIRST].decode("utf-8", "replace")
    try:
        first, _ = json.JSONDecoder().raw_decode(text)
    except ValueError:
        return ()
    usual = all(name.isascii() and name.isidentifier() for name in first)
    return tuple(first) if usual and len(first) <= _MOST_FIELDS else ()


@lru_cache(maxsize=32)
def _decode(names: tuple[str, ...]) -> Callable[[bytes], Any]:
    row = strictjson.record(names, _Value)
    members = [("code", str), ("msg", str), ("data", list[row])]  # type: ignore[valid-type]
    answer = msgspec.defstruct("Answer", members, forbid_unknown_fields=True)
    return msgspec.json.Decoder(answer).decode
