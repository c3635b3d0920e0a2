"""Reads an answer whose data are rows of numbers, such as candles, in one go.

Tested in ``tests/wire/test_number_rows.py``.
"""

from __future__ import annotations

import struct
from functools import cache
from itertools import starmap
from types import GenericAlias
from typing import TYPE_CHECKING, Any

import msgspec

from okx_magic.model import NumberRows

if TYPE_CHECKING:
    from collections.abc import Callable


def read(body: bytes, width: int) -> dict[str, Any] | None:
    """``{"code", "msg", "data"}`` of an answer with rows of ``width`` numbers, as NumberRows.

    None for any other answer, which must be read with all care: with a member more or less, without
    rows, with one of another width, with anything in it that is not a number, between quotes or not, or
    has an exponent, which only decimals may have.
    """
    start, end = body.find(b"["), body.rfind(b"]")
    if body.find(b"e", start, end) >= 0 or body.find(b"E", start, end) >= 0:
        return None
    # Numbers have no colons. Three around them are three members, each of which is there once.
    if body.count(b":", 0, start) + body.count(b":", end) != 3:
        return None
    decode, pack = _tools(width)
    try:
        answer = decode(body)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    if not answer.data:
        return None
    rows = NumberRows(b"".join(starmap(pack, answer.data)), width, body)
    return {"code": answer.code, "msg": answer.msg, "data": rows}


@cache
def _tools(width: int) -> tuple[Callable[[bytes], Any], Callable[..., bytes]]:
    rows = GenericAlias(list, GenericAlias(tuple, (float,) * width))
    members = [("code", str), ("msg", str), ("data", rows)]
    answer = msgspec.defstruct("Answer", members, forbid_unknown_fields=True)
    # Not strict: a number may stand between quotes.
    return msgspec.json.Decoder(answer, strict=False).decode, struct.Struct(f"={width}d").pack
