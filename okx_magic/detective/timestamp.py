"""The timestamp in wrong forms: another notation, another zone, another digit count."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake, wrong
from okx_magic.detective.notations import NOTATIONS, SECOND, instant, iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.detective.mistakes import Wrong

_MINUTE: Final = 60 * SECOND

_CORRECTION = (
    "format the time once, in UTC as 2020-12-08T09:08:57.715Z (a WebSocket log-in: in whole seconds),"
    " and use that one text both in the prehash and in OK-ACCESS-TIMESTAMP"
)
_LOCAL_CORRECTION = (
    "take the time in UTC, as datetime.now(timezone.utc) gives it, and use one text both in the"
    " prehash and in OK-ACCESS-TIMESTAMP"
)
# Other lengths of the fraction are read, too: widely used clients send two digits.
_READ = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
_READ_AT_LOG_IN = re.compile(r"\d{10}")
_LOG_IN = "/users/self/verify"


def unreadable(text: str, target: str) -> str:
    """What OKX makes of a timestamp in a form that it does not take; "" for one that it takes."""
    if target == _LOG_IN:
        if _READ_AT_LOG_IN.fullmatch(text):
            return ""
        return "a log-in with this timestamp is refused (60004): it takes whole epoch seconds"
    if _READ.fullmatch(text):
        return ""
    return (
        "this timestamp is refused for its form (50112; as a number, 50102):"
        " send UTC as 2020-12-08T09:08:57.715Z"
    )


_USUAL = frozenset(
    {
        "the timestamp in ISO 8601 with milliseconds and Z",
        "the timestamp without its Z",
        "the timestamp without milliseconds",
        "the timestamp with +00:00 in place of Z",
        "the timestamp with microseconds",
        "the timestamp with microseconds and without Z",
        "the timestamp as epoch seconds",
        "the timestamp as epoch milliseconds",
        "the timestamp as epoch microseconds",
        "the timestamp as epoch seconds with a fraction",
    }
)
_KNOWN = frozenset(
    {
        "the timestamp with microseconds and +00:00",
        "the timestamp without milliseconds and Z",
        "the timestamp without milliseconds and with +00:00",
        "the timestamp with both +00:00 and Z",
        "the timestamp with microseconds and both +00:00 and Z",
        "the timestamp with +0000 in place of Z",
        "the timestamp without milliseconds and with +0000",
        "the timestamp with a blank in place of T",
        "the timestamp with a blank in place of T and without Z",
        "the timestamp with a blank in place of T, without milliseconds and Z",
        "the timestamp with a blank in place of T and without milliseconds",
        "the timestamp as str(datetime) gives it",
        "the timestamp as str(datetime) gives it without a zone",
        "the timestamp as str(datetime) gives it, without microseconds",
        "the timestamp with a blank in place of T and +00:00",
        "the timestamp as epoch seconds with three decimals",
        "the timestamp as epoch nanoseconds",
        "the timestamp as epoch seconds with .0",
        "the timestamp as epoch milliseconds with .0",
        "the timestamp on a 12-hour clock",
    }
)


def _reach(name: str) -> int:
    return USUAL if name in _USUAL else KNOWN if name in _KNOWN else RARE


_TWELVE_HOURS = "the timestamp on a 12-hour clock"
_CORRECTIONS = {
    _TWELVE_HOURS: (
        "count the hours from 00 to 23: HH in the patterns of Java and .NET, %H in those of C"
    )
}
MISTAKES = {
    name: Mistake(name, _CORRECTIONS.get(name, _CORRECTION), _reach(name)) for name in NOTATIONS
}
"""The mistake that each notation is, where the header has another one."""
_WITHOUT_A_TIME = (
    ("", Mistake("the timestamp left out", _CORRECTION, USUAL)),
    ("None", Mistake("the word None for a timestamp", _CORRECTION)),
    ("null", Mistake("the word null for a timestamp", _CORRECTION, RARE)),
    ("undefined", Mistake("the word undefined for a timestamp", _CORRECTION)),
    ("NaN", Mistake("the word NaN for a timestamp", _CORRECTION, RARE)),
    ("{{timestamp}}", Mistake("the placeholder {{timestamp}} itself", _CORRECTION, RARE)),
    ("{timestamp}", Mistake("the placeholder {timestamp} itself", _CORRECTION, RARE)),
)


def once(text: str) -> Iterator[Wrong]:
    """The timestamps of one mistake, for a header that says ``text``."""
    time = instant(text)
    if time is not None:
        for name, notation in NOTATIONS.items():
            # Until noon a clock of 12 hours shows nothing wrong.
            if name != _TWELVE_HOURS or notation(time) != iso(time):
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
        (f"b'{text}'", "the timestamp as b'…'", RARE),
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
    local = _local_texts(time)
    for minutes, shift in _SHIFTS.items():
        yield wrong(local[minutes] + "Z", shift)
    for minutes, zone in _ZONES.items():
        text = local[minutes]
        yield wrong(text + zone, _ZONED[zone])
        yield wrong(text[:19] + zone, _ZONED[zone])


_DAY: Final = 24 * 60
_CLOCKS = tuple(f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(_DAY))


def _local_texts(time: int) -> dict[int, str]:
    """The time of each offset in ISO 8601 with milliseconds; put together, since a datetime for each
    takes three times as long.
    """
    dates = {day: iso(time + day * _DAY * _MINUTE)[:10] for day in (-1, 0, 1)}
    rest = iso(time)[16:23]
    minute = time // _MINUTE % _DAY
    return {
        offset: dates[(minute + offset) // _DAY] + _CLOCKS[(minute + offset) % _DAY] + rest
        for offset in _OFFSETS
    }
