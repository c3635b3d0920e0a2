"""Steps of axes and the writing of numbers and times, the same in stills and texts.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.charts.pictures import Floats

_SECOND: Final = 1_000
_DAY: Final = 86_400 * _SECOND
_STEPS: Final = (
    *(each * _SECOND for each in (1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200)),
    *(each * _SECOND for each in (14_400, 21_600, 43_200)),
    *(days * _DAY for days in (1, 2, 7, 14, 30, 91, 182, 365, 730, 1_825)),
)
_DECIMALS: Final = 12


def step(span: float, wanted: int) -> float:
    """The step of 1, 2 or 5 times a power of ten that gives about so many ticks.

    >>> step(97.0, 5)
    20.0
    """
    raw = span / max(wanted, 1)
    if not raw > 0 or not math.isfinite(raw):
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(raw))
    ratio = raw / power
    return power * (1 if ratio < 1.5 else 2 if ratio < 3.5 else 5 if ratio < 7.5 else 10)


def ticks(low: float, high: float, wanted: int) -> tuple[list[float], int]:
    """The round numbers within, and how many decimals they need."""
    each = step(high - low, wanted)
    first, last = math.ceil(low / each - 1e-9), math.floor(high / each + 1e-9)
    return [number * each for number in range(first, last + 1)], decimals(each)


def decimals(each: float) -> int:
    """How many decimals a step of this size needs: 0 for 5, 1 for 0.5."""
    for digits in range(_DECIMALS):
        scaled = each * 10**digits
        if abs(scaled - round(scaled)) < 1e-6 * scaled:
            return digits
    return _DECIMALS


def tick_size(prices: Floats) -> float:
    """The largest step of which all prices are multiples, as the instrument's tick is.

    Binary noise, as an average leaves it, has no such step: then it is a ten-thousandth of the price.
    """
    some = np.unique(np.abs(prices[np.isfinite(prices)]))[:2_000]
    some = some[some > 0]
    if not some.size:
        return 0.01
    for digits in range(_DECIMALS):
        scaled = some * 10**digits
        whole = np.rint(scaled)
        if whole.max() > 2**53:
            break
        if np.all(np.abs(scaled - whole) <= 1e-9 * np.maximum(scaled, 1.0)) and whole.min() >= 1:
            finest = 1.0 / float(10**digits)
            # A few prices may share a large factor by chance.
            factor = int(np.gcd.reduce(whole.astype(np.int64))) if some.size >= 8 else 1
            return finest * factor
    power = math.floor(math.log10(float(np.median(some)))) - 4
    return float(10.0**power)


def price(value: float, tick: float) -> str:
    """A price with the digits of its tick: 52,815.80."""
    return "–" if not math.isfinite(value) else f"{value:,.{decimals(tick)}f}"


def short(value: float) -> str:
    """A size in about four digits: 1.234M, 56.7, 0.001893."""
    size = abs(value)
    if not math.isfinite(value):
        return "–"
    for limit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "K")):
        if size >= limit:
            return f"{value / (1e3 if letter == 'K' else limit):.4g}{letter}"
    return f"{value:,.0f}" if size >= 1_000 else f"{value:.4g}"


def change(value: float, since: float) -> float:
    """By how many percent it grew, also from below zero; NaN where it grew from nothing."""
    return (value - since) / abs(since) * 100 if since else math.nan


def percent(value: float) -> str:
    """A change with its sign, so that colour does not say it alone: +1.25%."""
    return f"{value:+z.2f}%" if math.isfinite(value) else "–"


def time_step(span: float, wanted: int) -> int:
    """The step in milliseconds that gives at most so many ticks in a span."""
    return next((each for each in _STEPS if span / each <= wanted), _STEPS[-1])


def time_ticks(first: float, last: float, wanted: int) -> Iterator[tuple[float, str]]:
    """The round times within, and their texts; a day is named at its beginning."""
    each = time_step(last - first, wanted)
    for number in range(math.ceil(first / each), math.floor(last / each) + 1):
        yield float(number * each), time_label(number * each, each)


def time_label(time: float, each: float) -> str:
    """What stands below a time on an axis with such steps."""
    at = datetime.fromtimestamp(time / 1000, UTC)
    if each >= 91 * _DAY:
        return f"{at:%b %Y}"
    if each >= _DAY or time % _DAY == 0:
        return f"{at.day} {at:%b}"
    return f"{at:%H:%M:%S}" if each < 60 * _SECOND else f"{at:%H:%M}"


def moment(time: float) -> str:
    """A time as people write it, in UTC, to the minute or where needed the second."""
    at = datetime.fromtimestamp(time / 1000, UTC)
    return f"{at:%Y-%m-%d %H:%M:%S}" if time % 60_000 else f"{at:%Y-%m-%d %H:%M}"


def span_text(milliseconds: float) -> str:
    """A bar's length as OKX writes it: 1m, 4H, 1D."""
    seconds = milliseconds / 1000
    for size, letter in ((604_800, "W"), (86_400, "D"), (3_600, "H"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{letter}"
    return f"{seconds:g}s"
