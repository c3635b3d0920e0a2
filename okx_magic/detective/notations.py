"""The notations that a time is written in: read back from a text, and written from a time.

Times are whole microseconds since 1970, UTC, so that no float rounds them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND: Final = 1_000_000
# The year 9999, less what local times are ahead.
_LATEST: Final = 253_370_764_800 * SECOND
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s?(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d{9,20})(?:\.(\d{1,9}))?")


def instant(text: str) -> int | None:
    """The time that a text means, in µs since 1970; None for a text that is no time.

    ISO 8601 (UTC where no zone is given), the date of an HTTP header, or a number of seconds,
    milliseconds, microseconds or nanoseconds, told apart by their size.
    """
    if match := _ISO.fullmatch(text.strip()):
        time = _from_iso(match)
    elif match := _NUMBER.fullmatch(text.strip()):
        time = _from_number(match)
    else:
        time = _from_http_date(text)
    return time if time is not None and 0 <= time < _LATEST else None


def _from_http_date(text: str) -> int | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return _microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _from_iso(match: re.Match[str]) -> int | None:
    *numbers, fraction, zone = match.groups()
    try:
        moment = datetime(*map(int, numbers), tzinfo=UTC)  # type: ignore[arg-type, misc]  # six ints
    except ValueError:
        return None
    shift = 0
    if zone and zone.upper() != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        shift = -minutes if zone[0] == "-" else minutes
    digits = (fraction or "").ljust(6, "0")[:6]
    return _microseconds(moment) - shift * 60 * SECOND + int(digits)


def _from_number(match: re.Match[str]) -> int | None:
    whole, fraction = match.groups()
    unit = {9: 0, 10: 0, 13: 3, 16: 6, 19: 9}.get(len(whole))
    if unit is None:
        return None
    digits = (whole + (fraction or "")).ljust(len(whole) + 9, "0")
    return int(digits[: len(whole) - unit + 6])


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _iso_text(time: int) -> str:
    """All that ISO 8601 has to say: ``2020-12-08T09:08:57.715000+00:00``."""
    return (_EPOCH + timedelta(microseconds=time)).isoformat(timespec="microseconds")


def iso(time: int) -> str:
    """A time as OKX wants it."""
    return _iso_text(time)[:23] + "Z"


# The notations of one time are written one after the other: they share what it is made of.
@lru_cache(maxsize=1)
def _pieces(time: int) -> dict[str, str]:
    """What the patterns are put together of."""
    text = _iso_text(time)
    date, clock, us = text[:10], text[11:19], text[20:26]
    return {
        "date": date,
        "clock": clock,
        "year": date[:4],
        "month": date[5:7],
        "day": date[8:],
        "hour": clock[:2],
        "minute": clock[3:5],
        "second": clock[6:],
        "compact": f"{date}T{clock}".translate(_WITHOUT_SEPARATORS),
        "digits": f"{date}{clock}".translate(_WITHOUT_SEPARATORS),
        "ms": us[:3],
        "us": us,
        "tenth": us[:1],
        "hundredth": us[:2],
        "unpadded": str(int(us[:3])),
        "half_day": f"{(int(clock[:2]) - 1) % 12 + 1:02d}{clock[2:]}",
        "month_from_0": f"{int(date[5:7]) - 1:02d}",
        "dotted_date": date.replace("-", "."),
        "dotted_clock": clock.replace(":", "."),
    }


def _in_pattern(time: int, pattern: str) -> str:
    return pattern.format_map(_pieces(time))


_WITHOUT_SEPARATORS = str.maketrans("", "", "-:")

# The names and the patterns, likeliest first; {ms} and {us} are the fraction in three and six digits.
_PATTERNS: dict[str, str] = {
    "the timestamp in ISO 8601 with milliseconds and Z": "{date}T{clock}.{ms}Z",
    "the timestamp without its Z": "{date}T{clock}.{ms}",
    "the timestamp without milliseconds": "{date}T{clock}Z",
    "the timestamp with +00:00 in place of Z": "{date}T{clock}.{ms}+00:00",
    "the timestamp with microseconds": "{date}T{clock}.{us}Z",
    "the timestamp with microseconds and without Z": "{date}T{clock}.{us}",
    "the timestamp with microseconds and +00:00": "{date}T{clock}.{us}+00:00",
    "the timestamp without milliseconds and Z": "{date}T{clock}",
    "the timestamp without milliseconds and with +00:00": "{date}T{clock}+00:00",
    "the timestamp with both +00:00 and Z": "{date}T{clock}.{ms}+00:00Z",
    "the timestamp with microseconds and both +00:00 and Z": "{date}T{clock}.{us}+00:00Z",
    "the timestamp with +0000 in place of Z": "{date}T{clock}.{ms}+0000",
    "the timestamp without milliseconds and with +0000": "{date}T{clock}+0000",
    "the timestamp with a blank in place of T": "{date} {clock}.{ms}Z",
    "the timestamp with a blank in place of T and without Z": "{date} {clock}.{ms}",
    "the timestamp with a blank in place of T, without milliseconds and Z": "{date} {clock}",
    "the timestamp with a blank in place of T and without milliseconds": "{date} {clock}Z",
    "the timestamp as str(datetime) gives it": "{date} {clock}.{us}+00:00",
    "the timestamp as str(datetime) gives it without a zone": "{date} {clock}.{us}",
    "the timestamp as str(datetime) gives it, without microseconds": "{date} {clock}+00:00",
    "the timestamp with a blank in place of T and +00:00": "{date} {clock}.{ms}+00:00",
    "the timestamp with one digit of fraction": "{date}T{clock}.{tenth}Z",
    "the timestamp with two digits of fraction": "{date}T{clock}.{hundredth}Z",
    "the timestamp with nanoseconds": "{date}T{clock}.{us}000Z",
    "the timestamp with nanoseconds and +00:00": "{date}T{clock}.{us}000+00:00",
    "the timestamp with seven digits of fraction": "{date}T{clock}.{us}0Z",
    "the timestamp with nanoseconds and without Z": "{date}T{clock}.{us}000",
    "the timestamp with milliseconds that are not filled up with zeros": (
        "{date}T{clock}.{unpadded}Z"
    ),
    "the timestamp with its seconds again for a fraction": "{date}T{clock}.{second}Z",
    "the timestamp with .000 for milliseconds": "{date}T{clock}.000Z",
    "the timestamp with a comma before the milliseconds": "{date}T{clock},{ms}Z",
    "the timestamp with a colon before the milliseconds": "{date}T{clock}:{ms}Z",
    "the timestamp cut off behind the minutes": "{date}T{hour}:{minute}Z",
    "the timestamp in compact ISO 8601": "{compact}Z",
    "the timestamp in compact ISO 8601 with milliseconds": "{compact}.{ms}Z",
    "the date alone for a timestamp": "{date}",
    "the timestamp with UTC in place of Z": "{date} {clock} UTC",
    # hh for HH in the patterns of Java and .NET, %I for %H in those of C.
    "the timestamp on a 12-hour clock": "{date}T{half_day}.{ms}Z",
    # getUTCMonth() of JavaScript.
    "the timestamp with its month counted from 0": "{year}-{month_from_0}-{day}T{clock}.{ms}Z",
    # MM and mm exchanged, in the patterns of Java and .NET.
    "the timestamp with its month for minutes": "{date}T{hour}:{month}:{second}.{ms}Z",
    "the timestamp with its minutes for a month": "{year}-{minute}-{day}T{clock}.{ms}Z",
    "the timestamp with its day before its month": "{year}-{day}-{month}T{clock}.{ms}Z",
    "the timestamp with +00 in place of Z": "{date}T{clock}.{ms}+00",
    "the timestamp as Go prints a time": "{date} {clock}.{ms} +0000 UTC",
    "the timestamp with a blank and UTC in place of Z": "{date}T{clock}.{ms} UTC",
    "the timestamp in digits alone": "{digits}",
    # The date of macOS leaves the N of %3N as it is.
    "the timestamp with 3N for milliseconds": "{date}T{clock}.3NZ",
    "the timestamp with full stops in its time": "{date}T{dotted_clock}.{ms}Z",
    "the timestamp with full stops in its date": "{dotted_date} {clock}",
}


def _seconds_as_python_prints(time: int) -> str:
    """``str`` of a float of seconds: as many digits as it needs, at least one."""
    fraction = f"{time % SECOND:06d}".rstrip("0") or "0"
    return f"{time // SECOND}.{fraction}"


_NUMBERS: dict[str, Callable[[int], str]] = {
    "the timestamp as epoch seconds": lambda time: str(time // SECOND),
    "the timestamp as epoch milliseconds": lambda time: str(time // 1000),
    "the timestamp as epoch microseconds": str,
    "the timestamp as epoch seconds with a fraction": _seconds_as_python_prints,
    "the timestamp as epoch seconds with three decimals": lambda time: (
        f"{time // SECOND}.{time % SECOND // 1000:03d}"
    ),
    "the timestamp as epoch nanoseconds": lambda time: f"{time}000",
    "the timestamp as epoch seconds with .0": lambda time: f"{time // SECOND}.0",
    "the timestamp as epoch milliseconds with .0": lambda time: f"{time // 1000}.0",
    "the timestamp as epoch seconds with six decimals": lambda time: (
        f"{time // SECOND}.{time % SECOND:06d}"
    ),
    "the timestamp as epoch seconds, rounded up": lambda time: str(-(-time // SECOND)),
    "the timestamp as the milliseconds of whole seconds": lambda time: f"{time // SECOND}000",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


# Written out, since strftime would take the names of days from the locale.
def _http_date(time: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment.year} {moment:%H:%M:%S} GMT"


def _javascript_date(time: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return (
        f"{day} {month} {moment.day:02d} {moment.year} {moment:%H:%M:%S}"
        " GMT+0000 (Coordinated Universal Time)"
    )


def _ctime(time: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {month} {moment.day:2d} {moment:%H:%M:%S} {moment.year}"


def _java_date(time: int) -> str:
    moment = _EPOCH + timedelta(microseconds=time)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day} {month} {moment.day:02d} {moment:%H:%M:%S} UTC {moment.year}"


_DATES: dict[str, Callable[[int], str]] = {
    "the timestamp as the date of an HTTP header": _http_date,
    "the timestamp as JavaScript's Date prints itself": _javascript_date,
    "the timestamp as ctime prints it": _ctime,
    "the timestamp as Java's Date prints itself": _java_date,
}

NOTATIONS: dict[str, Callable[[int], str]] = {
    **{
        name: lambda time, pattern=pattern: _in_pattern(time, pattern)  # type: ignore[misc]  # one argument
        for name, pattern in _PATTERNS.items()
    },
    # These are asked for by the ten thousands, so not through the pattern.
    "the timestamp in ISO 8601 with milliseconds and Z": iso,
    "the timestamp without its Z": lambda time: _iso_text(time)[:23],
    **_NUMBERS,
    **_DATES,
}
"""The timestamp's notations: name and what it makes of a time."""


def notation_of(text: str) -> str | None:
    """The name of the notation that a timestamp is written in; None for one that is not known."""
    time = instant(text)
    if time is None:
        return None
    return next((name for name, write in NOTATIONS.items() if write(time) == text), None)
