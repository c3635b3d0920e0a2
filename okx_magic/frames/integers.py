"""Whole numbers in OKX's texts as 64-bit integers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from okx_magic.frames.decimals import consist_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

_ZERO_FRACTION = re.compile(r"(?<=\d)\.0+\Z")
_LARGEST_INT64 = np.iinfo(np.int64).max


def int64(texts: Sequence[str]) -> Integers | None:
    """Whole numbers with 0 for blanks; None also for those beyond 64 bits, which stay text."""
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


def blank(texts: Sequence[str]) -> Flags:
    """Which of the texts are ``""``."""
    if "" not in texts:
        return np.zeros(len(texts), dtype=np.bool_)
    return np.fromiter((not text for text in texts), dtype=np.bool_, count=len(texts))
