"""The bars of candles: where each begins and ends.

OKX docs, Get Candlesticks: bars from 6H on open at midnight of UTC+8, those with ``utc`` at
midnight of UTC. Times are whole seconds since 1970; bars are numbered, so that paging is
arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_HONG_KONG = 8 * _HOUR
# 1970-01-05, the first Monday.
_MONDAY = 4 * _DAY


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind of bar: ``seconds`` long, or ``months`` long. ``shift`` is how much earlier than at
    UTC midnight it opens, ``anchor`` where bar 0 stands.
    """

    seconds: int = 0
    months: int = 0
    shift: int = 0
    anchor: int = 0

    def number(self, second: int) -> int:
        """The number of the bar that holds ``second``."""
        local = second + self.shift
        if self.seconds:
            return (local - self.anchor) // self.seconds
        day = datetime.fromtimestamp(local, UTC)
        return (day.year * 12 + day.month - 1) // self.months

    def start(self, number: int) -> int:
        """The first second of bar ``number``; it ends where the next one starts."""
        if self.seconds:
            return number * self.seconds + self.anchor - self.shift
        year, month = divmod(number * self.months, 12)
        return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) - self.shift


@cache
def bars() -> Mapping[str, Bar]:
    """Every bar OKX names, by its name."""
    short = {"1s": 1, "1m": 60, "3m": 180, "5m": 300, "15m": 900, "30m": 1800}
    short |= {"1H": _HOUR, "2H": 2 * _HOUR, "4H": 4 * _HOUR}
    table = {name: Bar(seconds) for name, seconds in short.items()}
    for suffix, shift in (("", _HONG_KONG), ("utc", 0)):
        for name, seconds in (("6H", 6 * _HOUR), ("12H", 12 * _HOUR)):
            table[name + suffix] = Bar(seconds, shift=shift)
        for days in (1, 2, 3):
            table[f"{days}D{suffix}"] = Bar(days * _DAY, shift=shift)
        table["1W" + suffix] = Bar(7 * _DAY, shift=shift, anchor=_MONDAY)
        for months in (1, 3):
            table[f"{months}M{suffix}"] = Bar(months=months, shift=shift)
    return MappingProxyType(table)
