"""The timestamp in wrong forms: another notation, another zone, another digit count.

Times are whole microseconds since 1970, UTC, so that no float rounds them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from okx_magic.debug.detective.mistakes import KNOWN, RARE, USUAL, Mistake, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.debug.detective.mistakes import Wrong

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000
_MINUTE: Final = 60 * _SECOND
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s?(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(\d{9,20})(?:\.(\d{1,9}))?")

_CORRECTION = (
    "format the time once, in UTC as 2020-12-08T09:08:57.715Z, and use that one text both in the"
    " prehash and in OK-ACCESS-TIMESTAMP"
)
_LOCAL_CORRECTION = (
    "take the time in UTC, as datetime.now(timezone.utc) gives it, and use one text both in the"
    " prehash and in OK-ACCESS-TIMESTAMP"
)


def instant(text: str) -> int | None:
    """The time that a text means, in µs since 1970; None for a text that is no time.

    ISO 8601 (UTC where no zone is given), the date of an HTTP header, or a number of seconds,
    milliseconds, microseconds or nanoseconds, told apart by their size.
    """
    if match := _ISO.fullmatch(text.strip()):
        return _from_iso(match)
    if match := _NUMBER.fullmatch(text.strip()):
        return _from_number(match)
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
    return _microseconds(moment) - shift * _MINUTE + int(digits)


def _from_number(match: re.Match[str]) -> int | None:
    whole, fraction = match.groups()
    unit = {9: 0, 10: 0, 13: 3, 16: 6, 19: 9}.get(len(whole))
    if unit is None:
        return None
    digits = (whole + (fraction or "")).ljust(len(whole) + 9, "0")
    return int(digits[: len(whole) - unit + 6])


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


# ---- notations ------------------------------------------------------------------------------------


def _iso_text(time: int) -> str:
    """All that ISO 8601 has to say: ``2020-12-08T09:08:57.715000+00:00``."""
    return (_EPOCH + timedelta(microseconds=time)).isoformat(timespec="microseconds")


def iso(time: int) -> str:
    """A time as OKX wants it."""
    return _iso_text(time)[:23] + "Z"


def _in_pattern(time: int, pattern: str) -> str:
    text = _iso_text(time)
    date, clock, us = text[:10], text[11:19], text[20:26]
    return pattern.format(
        date=date,
        clock=clock,
        minute=clock[:5],
        second=clock[6:],
        compact=f"{date}T{clock}".translate(_WITHOUT_SEPARATORS),
        ms=us[:3],
        us=us,
        tenth=us[:1],
        hundredth=us[:2],
        unpadded=int(us[:3]),
    )


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
    "the timestamp with seven digits of fraction": "{date}T{clock}.{us}0Z",
    "the timestamp with nanoseconds and without Z": "{date}T{clock}.{us}000",
    "the timestamp with milliseconds that are not filled up with zeros": (
        "{date}T{clock}.{unpadded}Z"
    ),
    "the timestamp with its seconds again for a fraction": "{date}T{clock}.{second}Z",
    "the timestamp with .000 for milliseconds": "{date}T{clock}.000Z",
    "the timestamp with a comma before the milliseconds": "{date}T{clock},{ms}Z",
    "the timestamp with a colon before the milliseconds": "{date}T{clock}:{ms}Z",
    "the timestamp cut off behind the minutes": "{date}T{minute}Z",
    "the timestamp in compact ISO 8601": "{compact}Z",
    "the timestamp in compact ISO 8601 with milliseconds": "{compact}.{ms}Z",
    "the date alone for a timestamp": "{date}",
    "the timestamp with UTC in place of Z": "{date} {clock} UTC",
}


def _seconds_as_python_prints(time: int) -> str:
    """``str`` of a float of seconds: as many digits as it needs, at least one."""
    fraction = f"{time % _SECOND:06d}".rstrip("0") or "0"
    return f"{time // _SECOND}.{fraction}"


_NUMBERS: dict[str, Callable[[int], str]] = {
    "the timestamp as epoch seconds": lambda time: str(time // _SECOND),
    "the timestamp as epoch milliseconds": lambda time: str(time // 1000),
    "the timestamp as epoch microseconds": str,
    "the timestamp as epoch seconds with a fraction": _seconds_as_python_prints,
    "the timestamp as epoch seconds with three decimals": lambda time: (
        f"{time // _SECOND}.{time % _SECOND // 1000:03d}"
    ),
    "the timestamp as epoch nanoseconds": lambda time: f"{time}000",
    "the timestamp as epoch seconds with .0": lambda time: f"{time // _SECOND}.0",
    "the timestamp as epoch milliseconds with .0": lambda time: f"{time // 1000}.0",
    "the timestamp as epoch seconds with six decimals": lambda time: (
        f"{time // _SECOND}.{time % _SECOND:06d}"
    ),
    "the timestamp as epoch seconds, rounded up": lambda time: str(-(-time // _SECOND)),
    "the timestamp as the milliseconds of whole seconds": lambda time: f"{time // _SECOND}000",
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


_DATES: dict[str, Callable[[int], str]] = {
    "the timestamp as the date of an HTTP header": _http_date,
    "the timestamp as JavaScript's Date prints itself": _javascript_date,
    "the timestamp as ctime prints it": _ctime,
}

NOTATIONS: dict[str, Callable[[int], str]] = {
    **{
        name: lambda time, pattern=pattern: _in_pattern(time, pattern)  # type: ignore[misc]  # one argument
        for name, pattern in _PATTERNS.items()
    },
    # By far the most often asked for, so not through the pattern.
    "the timestamp in ISO 8601 with milliseconds and Z": iso,
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


# ---- mistakes -------------------------------------------------------------------------------------

_FIRST_RARE_PATTERN = "the timestamp with one digit of fraction"


def _reaches() -> Iterator[tuple[str, int]]:
    reach = KNOWN
    for place, name in enumerate(_PATTERNS):
        if name == _FIRST_RARE_PATTERN:
            reach = RARE
        yield name, USUAL if place < 6 else reach
    for place, name in enumerate(_NUMBERS):
        yield name, USUAL if place < 4 else KNOWN if place < 8 else RARE
    for name in _DATES:
        yield name, RARE


MISTAKES = {name: Mistake(name, _CORRECTION, reach) for name, reach in _reaches()}
"""The mistake that each notation is, where the header has another one."""
_WITHOUT_A_TIME = (
    ("", Mistake("the timestamp left out", _CORRECTION, USUAL)),
    ("None", Mistake("the word None for a timestamp", _CORRECTION)),
    ("null", Mistake("the word null for a timestamp", _CORRECTION, RARE)),
    ("undefined", Mistake("the word undefined for a timestamp", _CORRECTION)),
    ("NaN", Mistake("the word NaN for a timestamp", _CORRECTION, RARE)),
)


def once(text: str) -> Iterator[Wrong]:
    """The timestamps of one mistake, for a header that says ``text``."""
    time = instant(text)
    if time is not None:
        for name, notation in NOTATIONS.items():
            yield wrong(notation(time), MISTAKES[name])
    for other, mistake in _WITHOUT_A_TIME:
        yield wrong(other, mistake)
    for other, name, reach in (
        (f'"{text}"', "the timestamp in double quotes", KNOWN),
        (f"'{text}'", "the timestamp in single quotes", RARE),
        (text + "\n", "a line break behind the timestamp", KNOWN),
        (text + " ", "a blank behind the timestamp", KNOWN),
        (text.lower(), "the timestamp with a small t and z", RARE),
        (text.replace(":", "%3A"), "the timestamp percent-encoded", KNOWN),
        (text + "Z", "the timestamp with two Z", RARE),
        (text + text, "the timestamp twice", RARE),
    ):
        yield wrong(other, Mistake(name, _CORRECTION, reach))
    if time is not None:
        yield from _elsewhere(time)


def twice(text: str, reach: int) -> Iterator[Wrong]:
    """The timestamps of two mistakes of this reach: local time in a wrong notation."""
    time = instant(text)
    if time is None:
        return
    for minutes in _COMMON_OFFSETS:
        if _SHIFTS[minutes].reach < reach:
            continue
        for name in _LOCAL_NOTATIONS:
            if MISTAKES[name].reach >= reach:
                local = NOTATIONS[name](time + minutes * _MINUTE)
                yield wrong(local, _SHIFTS[minutes], MISTAKES[name])


# Quarter hours, as UTC offsets go: -12 to +14, and to -14 for a header in local time and a signed UTC.
_OFFSETS = tuple(minutes for minutes in range(-14 * 60, 14 * 60 + 1, 15) if minutes)
# In use today beside the whole hours (IANA time zone database, 2024b).
_HALVES = (-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825)
_COMMON_OFFSETS = tuple(minutes for minutes in _OFFSETS if minutes % 60 == 0 or minutes in _HALVES)
_LOCAL_NOTATIONS = (
    "the timestamp without its Z",
    "the timestamp without milliseconds",
    "the timestamp without milliseconds and Z",
    "the timestamp with microseconds",
    "the timestamp with microseconds and without Z",
    "the timestamp with a blank in place of T and without Z",
    "the timestamp with a blank in place of T, without milliseconds and Z",
    "the timestamp as str(datetime) gives it without a zone",
    "the timestamp with .000 for milliseconds",
    "the timestamp as epoch seconds",
    "the timestamp as epoch milliseconds",
    "the timestamp as epoch seconds with a fraction",
)


def _shift(minutes: int) -> Mistake:
    hours, rest = divmod(abs(minutes), 60)
    far = f"{hours}:{rest:02d} h" if rest else f"{hours} h"
    way = "ahead of" if minutes > 0 else "behind"
    reach = KNOWN if minutes % 60 == 0 and abs(minutes) <= 12 * 60 else RARE
    if abs(minutes) == 8 * 60:  # OKX's home: what a machine there, or a guide from there, shows
        reach = USUAL
    return Mistake(
        f"a time {far} {way} the header's, as local time taken for UTC is", _LOCAL_CORRECTION, reach
    )


def _zone(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"


_SHIFTS = {minutes: _shift(minutes) for minutes in _OFFSETS}
_ZONES = {minutes: _zone(minutes) for minutes in _COMMON_OFFSETS}
_ZONED = {
    zone: Mistake(f"the timestamp in local time with its offset {zone}", _LOCAL_CORRECTION, RARE)
    for zone in _ZONES.values()
}


def _elsewhere(time: int) -> Iterator[Wrong]:
    for minutes, shift in _SHIFTS.items():
        yield wrong(iso(time + minutes * _MINUTE), shift)
    for minutes, zone in _ZONES.items():
        text = _iso_text(time + minutes * _MINUTE)
        for notation in (text[:23], text[:19], text[:26]):
            yield wrong(notation + zone, _ZONED[zone])
