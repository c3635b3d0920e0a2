"""When bars begin and when contracts expire, in whole seconds since 1970.

What the names of bars mean is in ``catalogue``; they are numbered, so that paging is arithmetic. OKX
docs, Get instruments, ``alias``: contracts expire at 08:00 UTC, on Fridays, options daily too.

Tested in ``tests/sandbox/test_sandbox_prices.py`` and ``tests/sandbox/test_sandbox_contracts.py``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

import numpy as np

from okx_magic.catalogue.bar_names import bar_length, opens_by_hong_kong

_DAY = 86_400
_EIGHT = 8 * 3600
# 1970-01-05, the first Monday.
_MONDAY = 4 * _DAY
_DAILIES = 3


class Bar(NamedTuple):
    """A kind of bar, so many ``seconds`` or ``months`` long; it opens so much earlier by ``shift``."""

    seconds: int
    months: int
    shift: int

    def number(self, second: int) -> int:
        """The number of the bar that holds ``second``."""
        local = second + self.shift
        if self.seconds:
            return local // self.seconds
        day = datetime.fromtimestamp(local, UTC)
        return (day.year * 12 + day.month - 1) // self.months

    def start(self, number: int) -> int:
        """The first second of bar ``number``; it ends where the next one starts."""
        if self.seconds:
            return number * self.seconds - self.shift
        year, month = divmod(number * self.months, 12)
        return int(datetime(year, month + 1, 1, tzinfo=UTC).timestamp()) - self.shift


@cache
def bar_named(name: str) -> Bar:
    """The bar that OKX calls so: ``1m``, ``1Dutc``."""
    length, shift = bar_length(name), _EIGHT if opens_by_hong_kong(name) else 0
    if length is None:
        return Bar(0, int(name[: name.index("M")]), shift)
    return Bar(length // 1000, 0, shift - _MONDAY if "W" in name else shift)


def date_of(expires: int) -> str:
    """The date that is in the names of what expires then: ``260327``."""
    return f"{datetime.fromtimestamp(expires, UTC):%y%m%d}"


def futures_expiries(second: int) -> dict[str, int]:
    """When the futures on offer at ``second`` expire, by their aliases; soonest first."""
    dates: dict[int, str] = {}
    for aliases, fridays in _fridays().items():
        # A date has one contract, which has the name of its longest kind.
        dates |= zip(fridays[bisect_right(fridays, second) :], aliases, strict=False)
    return {alias: expires for expires, alias in sorted(dates.items())}


def expiries(kind: str, second: int) -> list[int]:
    """When the FUTURES, or the OPTIONs, on offer at ``second`` expire: options on the next days, too."""
    found = set(futures_expiries(second).values())
    if kind == "OPTION":
        today = (second - _EIGHT) // _DAY * _DAY + _EIGHT
        found |= {today + _DAY * after for after in range(1, _DAILIES + 1)}
    return sorted(found)


def term_of(date: str, kind: str) -> tuple[int, int] | None:
    """Since when FUTURES or OPTIONs with those six digits in their names are listed, and when they
    expire; None where there never are any.
    """
    try:
        day = datetime.strptime(date, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    expires = int(day.timestamp()) + _EIGHT
    for aliases, fridays in reversed(_fridays().items()):
        place = bisect_left(fridays, expires)
        if fridays[place] == expires:
            # It comes as one of its kind goes.
            return fridays[place - len(aliases)], expires
    return (expires - _DAILIES * _DAY, expires) if kind == "OPTION" else None


@cache
def _fridays() -> dict[tuple[str, ...], list[int]]:
    # Those of weeks, months and quarters, a century around; and what the next ones are called.
    after = np.arange("1960-02", "2100-02", dtype="datetime64[M]").astype("datetime64[D]")
    months = np.busday_offset(after, -1, roll="forward", weekmask="Fri").astype(np.int64)
    kinds = {
        ("this_week", "next_week"): np.arange(months[0], months[-1], 7),
        ("this_month",): months,
        ("quarter", "next_quarter"): months[2::3],
    }
    return {aliases: (days * _DAY + _EIGHT).tolist() for aliases, days in kinds.items()}
