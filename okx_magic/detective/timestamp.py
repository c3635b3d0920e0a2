"""The timestamp in wrong forms: another notation, another zone, another digit count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.detective.mistakes import ALONE, KNOWN, RARE, USUAL, Mistake, touched, wrong
from okx_magic.detective.notations import NOTATIONS, SECOND, instant, iso
from okx_magic.detective.shapes import SAMPLE, SHAPES, in_zone

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
_SHAPED = tuple(
    (shape, Mistake(f"the timestamp written as {shape.sample}", _CORRECTION, shape.reach))
    for shape in SHAPES
)
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
        for shape, mistake in _SHAPED:
            yield wrong(shape.write(time), mistake)
    for other, mistake in _WITHOUT_A_TIME:
        yield wrong(other, mistake)
    yield from touched("t", text, _CORRECTION)
    yield wrong(text + "Z", Mistake("the timestamp with two Z", _CORRECTION, RARE))
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


def local_shapes(text: str) -> Iterator[Wrong]:
    """The timestamps of two mistakes: local time, in a shape that is not too odd."""
    time = instant(text)
    for minutes in _COMMON_OFFSETS if time is not None else ():
        for shape, mistake in _SHAPED:
            if shape.plain and minutes % 60 == 0:
                yield wrong(shape.write((time or 0) + minutes * _MINUTE), _SHIFTS[minutes], mistake)


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
    if minutes not in _COMMON_OFFSETS:
        reach = ALONE
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
    zone: Mistake(f"the timestamp in local time with its offset {zone}", _LOCAL_CORRECTION, ALONE)
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
    yield from _in_zones(time)


_DAY: Final = 24 * 60
_CLOCKS = tuple(f"T{minute // 60:02d}:{minute % 60:02d}" for minute in range(_DAY))


def _in_zones(time: int) -> Iterator[Wrong]:
    for minutes in _COMMON_OFFSETS:
        for text, sample in zip(in_zone(time, minutes), _SAMPLES[minutes], strict=True):
            name = f"the timestamp in local time, written as {sample}"
            yield wrong(text, Mistake(name, _LOCAL_CORRECTION, ALONE))


_SAMPLES = {minutes: tuple(in_zone(SAMPLE, minutes)) for minutes in _COMMON_OFFSETS}


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
