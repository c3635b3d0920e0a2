"""Numbers and times in OKX's texts as arrays, many at once; None when one of the texts is something else.

Texts joined by commas are a JSON array of numbers, which msgspec reads four times as fast as
``float()`` reads the texts. Texts that are not JSON numbers ("007", "1.", ".5") go through ``float()``.

Tested in ``tests/frames/test_typed_columns.py``.
"""

from __future__ import annotations

import re
import struct
from datetime import timedelta, timezone
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas.api.extensions import ExtensionArray

Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

DECIMAL_CHARACTERS = b"0123456789+-.eE"
_NUMBERS = msgspec.json.Decoder(list[float])
_HONG_KONG = timezone(timedelta(hours=8))
_ZERO_FRACTION = re.compile(r"(?<=\d)\.0+\Z")
_LARGEST_INT64 = np.iinfo(np.int64).max


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


def int64(texts: Sequence[str]) -> Integers | None:
    """Whole numbers with 0 for ``""``; None also for those beyond 64 bits, which stay text."""
    if not consist_of(texts, b"0123456789-."):
        return None
    if "." in "".join(texts):
        texts = [_ZERO_FRACTION.sub("", text) for text in texts]
    filled = [text or "0" for text in texts] if "" in texts else texts
    line = ",".join(filled)
    if "-" not in line and "." not in line:
        numbers = np.fromstring(line, dtype=np.int64, sep=",")
        # What is beyond 64 bits became the largest number.
        if not (numbers == _LARGEST_INT64).any():
            return numbers
    try:
        return np.fromiter(map(int, filled), dtype=np.int64, count=len(filled))
    except (ValueError, OverflowError):
        return None


def empty(texts: Sequence[str]) -> Flags:
    """Which of the texts are ``""``."""
    if "" not in texts:
        return np.zeros(len(texts), dtype=np.bool_)
    return np.fromiter((not text for text in texts), dtype=np.bool_, count=len(texts))


def milliseconds(texts: Sequence[str]) -> ExtensionArray | None:
    """Milliseconds since 1970, from eleven digits (April 1970) on: OKX's docs have some before 2001."""
    return _times(texts, "ms", least=11, most=13)


def microseconds(texts: Sequence[str]) -> ExtensionArray | None:
    """Microseconds since 1970."""
    return _times(texts, "us", least=16, most=16)


def hong_kong_times(texts: Sequence[str]) -> ExtensionArray | None:
    """Times as a clock of Hong Kong shows them: ``01/09/2023, 8:10:48 PM``, the month first (OKX docs:
    Get deposit withdraw status); or in milliseconds, as everywhere else.
    """
    times = milliseconds(texts)
    if times is not None:
        return times
    try:
        moments = pd.to_datetime(list(texts), format="%m/%d/%Y, %I:%M:%S %p")
    except ValueError:
        return None
    if (moments.isna() != empty(texts)).any():  # pandas takes more than "" for nothing
        return None
    utc = moments.tz_localize(_HONG_KONG).tz_convert("UTC")
    return utc.as_unit("ms").array


def _times(
    texts: Sequence[str], unit: Literal["ms", "us"], *, least: int, most: int
) -> ExtensionArray | None:
    """Times since 1970 of ``least`` to ``most`` digits, which no other unit has until 2286.

    So one unit is never read as another; a few old answers are in seconds, which have ten digits.
    ``"0"`` is OKX's other way to say "none" (OKX docs: Cancel All After, ``triggerTime``).
    """
    numbers = int64(texts)
    if numbers is None:
        return None
    none = numbers == 0
    fit = none | _have_digits(numbers, least, most)
    if not fit.all():
        seconds = _have_digits(numbers, 10, 10)
        if not (fit | seconds).all():
            return None
        numbers[seconds] *= 10 ** (most - 10)
    stamps = numbers.view(f"M8[{unit}]")
    stamps[none] = np.datetime64("NaT", unit)
    return pd.array(stamps, dtype=pd.DatetimeTZDtype(unit, "UTC"), copy=False)


def _have_digits(numbers: Integers, least: int, most: int) -> Flags:
    fit: Flags = (numbers >= 10 ** (least - 1)) & (numbers < 10**most)
    return fit
