"""Ranges of time as sorted pairs ``[low, high)`` in milliseconds, which do not touch. Pure.

What a dataset has of a target is such a list; what is still to be fetched is what lies between.

Tested in ``tests/data/test_parts.py``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Range = tuple[int, int]


def joined(ranges: Iterable[Range]) -> list[Range]:
    """The same time as few ranges as possible.

    Example:
        >>> joined([(5, 9), (0, 3), (3, 4)])
        [(0, 4), (5, 9)]
    """
    result: list[Range] = []
    for low, high in sorted(each for each in ranges if each[0] < each[1]):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], high))
        else:
            result.append((low, high))
    return result


def missing(wanted: Range, have: Iterable[Range]) -> list[Range]:
    """What of a range is in none of the others, newest first.

    Example:
        >>> missing((0, 10), [(2, 4), (6, 20)])
        [(4, 6), (0, 2)]
    """
    result: list[Range] = []
    low, high = wanted
    for begin, end in joined(have):
        if begin > low and low < high:
            result.append((low, min(begin, high)))
        low = max(low, end)
    if low < high:
        result.append((low, high))
    return result[::-1]


def without(whole: Range, part: Range) -> list[Range]:
    """What of a range is not in another.

    Example:
        >>> without((0, 10), (4, 6))
        [(0, 4), (6, 10)]
    """
    return missing(whole, [part])[::-1]


def month_start(time: int) -> int:
    """When the month of a time begins (UTC)."""
    moment = datetime.fromtimestamp(time // 1000, UTC)
    return int(datetime(moment.year, moment.month, 1, tzinfo=UTC).timestamp()) * 1000


def month_name(time: int) -> str:
    """The month of a time, such as ``2024-01``."""
    return f"{datetime.fromtimestamp(time // 1000, UTC):%Y-%m}"
