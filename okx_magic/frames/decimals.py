"""Decimal texts as float64, each the nearest one, many at once.

Texts joined by commas are a JSON array of numbers, which msgspec reads four times as fast as
``float()`` reads the texts. Texts that are not JSON numbers ("007", "1.", ".5") go through ``float()``.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = np.ndarray[Any, np.dtype[np.float64]]

DECIMAL_CHARACTERS = b"0123456789+-.eE"
_NUMBERS = msgspec.json.Decoder(list[float])


def floats(columns: Sequence[Sequence[Any]]) -> Floats | None:
    """The nearest float64 of each text, column after column, NaN for ``""``; None when one of them is
    not a decimal. The columns are equally long.

    "nan", "inf", "1_000" and " 1" are not decimals, nor is anything but text, nor a number beyond the
    range of float64: its text is better than an infinity that OKX never sent.
    """
    count = sum(map(len, columns))
    if not count:
        return np.empty(0)
    try:
        line = ",".join(map(",".join, columns)).encode("utf-8", "replace")
    except TypeError:
        return None
    numbers = _floats_of_line(line, count) if _is_plain(line) else None
    return _floats_one_by_one(list(chain.from_iterable(columns))) if numbers is None else numbers


def consist_of(texts: Sequence[str], characters: bytes) -> bool:
    """Whether the texts have no other characters.

    ``float()`` and ``int()`` also read "1_000", " 1" and digits of other scripts, which OKX never
    means as numbers.
    """
    return not "".join(texts).encode("utf-8", "replace").translate(None, characters)


def _is_plain(line: bytes) -> bool:
    """Whether the line has digits, commas, points and signs only: in ASCII, "," to "9" but for "/"."""
    codes = np.frombuffer(line, dtype=np.uint8)
    return not len(line) or bool(
        codes.min() >= ord(",") and codes.max() <= ord("9") and b"/" not in line
    )


def _floats_of_line(line: bytes, count: int) -> Floats | None:
    """The floats of ``count`` texts joined by commas, of digits, points and signs only.

    None when one is not a number in JSON ("007", "1.2.3"), or has a comma of its own
    ("60,221.15" would read as two).
    """
    numbers = _read(line)
    if numbers is not None:
        return numbers if len(numbers) == count else None
    ends = np.flatnonzero(np.frombuffer(line + b",", dtype=np.uint8) == ord(","))
    gaps = np.diff(ends, prepend=-1) == 1
    if len(gaps) != count or not gaps.any():
        return None
    filled = np.insert(np.frombuffer(line, dtype=np.uint8), ends[gaps], ord("0"))
    numbers = _read(filled.tobytes())
    if numbers is not None:
        numbers[gaps] = np.nan
    return numbers


def _read(line: bytes) -> Floats | None:
    try:
        numbers = _NUMBERS.decode(b"[%b]" % line)
    except msgspec.DecodeError:  # also for what is beyond the range of float64
        return None
    array = np.empty(len(numbers))
    # Twice as fast as np.fromiter().
    struct.pack_into(f"={len(numbers)}d", array.data, 0, *numbers)
    return array


def _floats_one_by_one(texts: Sequence[str]) -> Floats | None:
    if not consist_of(texts, DECIMAL_CHARACTERS):
        return None
    try:
        filled = (text or "nan" for text in texts)
        numbers = np.fromiter(map(float, filled), dtype=np.float64, count=len(texts))
    except ValueError:
        return None
    return None if np.isinf(numbers).any() else numbers
