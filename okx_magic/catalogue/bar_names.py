"""What the names of bars mean: ``1m``, ``4H``, ``1D``, ``1Wutc``.

OKX docs, Get candlesticks: bars of six hours and more open by the day of Hong Kong (UTC+8), those
with ``utc`` by the day of UTC.

Tested in ``tests/pages/test_candle_plan.py`` and ``tests/catalogue/test_catalogue_data.py``.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_BAR: Final = "1m"

_HOUR: Final = 3_600_000
_LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {"s": 1000, "m": 60_000, "H": _HOUR, "D": 24 * _HOUR, "W": 7 * 24 * _HOUR}
)
_BAR: Final = re.compile(r"(\d{1,3})([smHDWM])(utc)?", re.ASCII)
# Shorter bars open at the same times in Hong Kong and in UTC.
_SHORTEST_OF_A_DAY: Final = 6 * _HOUR


def bar_length(bar: str) -> int | None:
    """The length in milliseconds; None for months, which differ in length, and for other texts."""
    match = _BAR.fullmatch(bar)
    if match is None or match[2] == "M":
        return None
    return int(match[1]) * _LENGTHS[match[2]]


def opens_by_hong_kong(bar: str) -> bool:
    """Whether the bar opens by the day of Hong Kong, where that differs from UTC's."""
    match = _BAR.fullmatch(bar)
    if match is None or match[3]:
        return False
    return match[2] == "M" or int(match[1]) * _LENGTHS[match[2]] >= _SHORTEST_OF_A_DAY
