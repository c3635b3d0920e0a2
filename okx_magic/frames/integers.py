"""Whole numbers and times in OKX's texts as arrays; None when one of the texts is neither."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from okx_magic.frames.decimals import consist_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas.api.extensions import ExtensionArray


Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_HONG_KONG = timezone(timedelta(hours=8))
_ZERO_FRACTION = re.compile(r"(?<=\d)\.0+\Z")
_LARGEST_INT64 = np.iinfo(np.int64).max


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
