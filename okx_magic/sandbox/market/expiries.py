"""When contracts expire and since when they are listed: at 08:00 UTC, on Fridays, options daily too.

OKX docs, Get instruments, ``alias``; times are in seconds since 1970.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import overload

_DAY = 86_400
_AT = 8 * 3600
_WEEK = 7 * _DAY
# The first Friday, at eight.
_FRIDAY = _DAY + _AT
_DAILIES = 3


@overload
def expiry_named(expiry: int) -> str: ...
@overload
def expiry_named(expiry: str) -> int | None: ...
def expiry_named(expiry: int | str) -> str | int | None:
    """The date in a contract's name (``260327``) of an expiry, and the expiry of a date, if it is one."""
    if isinstance(expiry, int):
        return f"{datetime.fromtimestamp(expiry, UTC):%y%m%d}"
    if len(expiry) != 6 or not (expiry.isascii() and expiry.isdigit()):
        return None
    try:
        day = datetime.strptime(expiry, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) + _AT


@lru_cache(maxsize=64)
def _futures(hour: int) -> dict[str, int]:
    second = hour * 3600
    week = (second - _FRIDAY) // _WEEK * _WEEK + _FRIDAY + _WEEK
    month = _last_friday(second, 1)
    quarter = _last_friday(second, 3)
    named = {
        "next_quarter": _last_friday(quarter, 3),
        "quarter": quarter,
        "this_month": month,
        "next_week": week + _WEEK,
        "this_week": week,
    }
    # A date has one contract, which has the name of its longest kind.
    dates = {expires: alias for alias, expires in reversed(named.items())}
    return {alias: expires for expires, alias in sorted(dates.items())}


def futures_expiries(second: int) -> dict[str, int]:
    """When the futures on offer at ``second`` expire, by their aliases; soonest first."""
    return _futures(second // 3600)


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
    if _last_friday(expires - 1, 3) == expires:
        return _friday_before(_friday_before(expires, 3), 3)
    if _last_friday(expires - 1, 1) == expires:
        return min(_friday_before(expires, 1), expires - 2 * _WEEK)
    return expires - 2 * _WEEK


def _last_friday(second: int, months: int) -> int:
    # The first last Friday of a month (or of a quarter) after second.
    day = datetime.fromtimestamp(second, UTC)
    number = (day.year * 12 + day.month - 1) // months * months + months - 1
    while (found := _last_friday_of(number)) <= second:
        number += months
    return found


def _friday_before(expires: int, months: int) -> int:
    day = datetime.fromtimestamp(expires, UTC)
    return _last_friday_of(day.year * 12 + day.month - 1 - months)


def _last_friday_of(number: int) -> int:
    year, month = divmod(number + 1, 12)
    last = datetime(year, month + 1, 1, tzinfo=UTC) - timedelta(days=1)
    friday = last - timedelta(days=(last.weekday() - 4) % 7)
    return int(friday.timestamp()) + _AT
