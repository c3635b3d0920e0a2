"""Finds rows of numbers in an answer without reading the numbers."""

from __future__ import annotations

from okx_magic.model import NumberRows

_IN_NUMBERS = b"0123456789.-"


def split(body: bytes) -> tuple[bytes, NumberRows | None]:
    """An answer with ``[]`` in the place of its only list, and that list, if it is rows of numbers.

    Otherwise the answer as it came and None. The numbers are texts, equally many in each row, and
    written without blanks between them, as OKX does.
    """
    start, end = body.find(b'[["'), body.rfind(b'"]]') + 3
    if not 0 <= start < end:
        return body, None
    around = body[:start] + b"[]" + body[end:]
    rows = None if around.count(b"[") > 1 else _rows(body[start:end])
    return (body, None) if rows is None else (around, rows)


def _rows(text: bytes) -> NumberRows | None:
    # Without what numbers are made of, all rows are equal: ["","",""]
    frame = text.translate(None, _IN_NUMBERS)
    row = frame[1 : frame.find(b"]") + 1]
    width, count = len(row) // 3, len(frame) // (len(row) + 1)
    equal = frame[:-1] + b"," == b"[" + (row + b",") * count
    if equal and row == b'[""' + b',""' * (width - 1) + b"]":
        return NumberRows(text.translate(None, b'[]"'), count, width)
    return None
