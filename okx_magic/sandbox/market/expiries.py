"""When contracts expire and since when they are listed: at 08:00 UTC, on Fridays, options daily too.

OKX docs, Get instruments, ``alias``; times are in seconds since 1970.

Tested in ``tests/sandbox/test_sandbox_contracts.py``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from functools import cache, lru_cache

_DAY = 86_400
_AT = 8 * 3600
_WEEK = 7 * _DAY
# The first Friday, at eight.
_FRIDAY = _DAY + _AT
_DAILIES = 3


def date_of(expires: int) -> str:
    """The date that is in the names of what expires then: ``260327``."""
    return f"{datetime.fromtimestamp(expires, UTC):%y%m%d}"


def expiry_of(date: str) -> int | None:
    """When what has those six digits in its name expires, if they are a date."""
    try:
        day = datetime.strptime(date, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) + _AT


def futures_expiries(second: int) -> dict[str, int]:
    """When the futures on offer at ``second`` expire, by their aliases; soonest first."""
    week = (second - _FRIDAY) // _WEEK * _WEEK + _FRIDAY + _WEEK
    place = bisect_right(_ends(3), second)
    named = {
        "next_quarter": _ends(3)[place + 1],
        "quarter": _ends(3)[place],
        "this_month": _ends(1)[bisect_right(_ends(1), second)],
        "next_week": week + _WEEK,
        "this_week": week,
    }
    # A date has one contract, which has the name of its longest kind.
    dates = {expires: alias for alias, expires in reversed(named.items())}
    return {alias: expires for expires, alias in sorted(dates.items())}


def option_expiries(second: int) -> list[int]:
    """When the options on offer at ``second`` expire: the next days, and when futures do."""
    next_day = (second - _AT) // _DAY * _DAY + _AT + _DAY
    days = range(next_day, next_day + _DAILIES * _DAY, _DAY)
    return sorted({*days, *futures_expiries(second).values()})


@lru_cache(maxsize=256)
def listed_since(expires: int, *, daily: bool) -> int | None:
    """Since when what expires so is listed; None for what never is."""
    if (expires - _FRIDAY) % _WEEK:
        return expires - _DAILIES * _DAY if daily else None
    # A quarter's contract comes as the one before the last expires, a month's as the last does.
    for months, before in ((3, 2), (1, 1)):
        place = bisect_left(_ends(months), expires)
        if _ends(months)[place] == expires:
            return min(_ends(months)[place - before], expires - 2 * _WEEK)
    return expires - 2 * _WEEK


@cache
def _ends(months: int) -> list[int]:
    # The last Friday of each month or quarter, since long before there was anything.
    starts = range(months - 120, 2400, months)
    after = (datetime(1970 + start // 12, start % 12 + 1, 1, tzinfo=UTC) for start in starts)
    return [(int(day.timestamp()) - 1 - _FRIDAY) // _WEEK * _WEEK + _FRIDAY for day in after]
