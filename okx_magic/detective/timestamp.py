"""The timestamp in wrong forms: another time, written in another notation, its text touched.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import math
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import Cost, Mistake, Wrong, changes, rows
from okx_magic.detective.grammar import Part, Stage, Sweep, touching
from okx_magic.detective.times import (
    MILLISECOND,
    MINUTE,
    SECOND,
    Notation,
    clock,
    fields,
    instant,
    local,
    named,
    notation_of,
    notations,
    shapes,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ISO: Final = "{date}T{clock}.{ms}Z"
_TWELVE_HOURS: Final = "the timestamp on a 12-hour clock"


class Moment(NamedTuple):
    """A time on its way into a prehash; ``text`` is the header's, None where the time is another."""

    time: int | None
    text: str | None


# Quarter hours, as UTC offsets go: -12 to +14, and to -14 for a header in local time and a signed UTC.
_OFFSETS: Final = tuple(minutes for minutes in range(-14 * 60, 14 * 60 + 1, 15) if minutes)
# In use today beside the whole hours (IANA time zone database, 2024b).
_HALVES: Final = (-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825)
ZONES: Final = tuple(minutes for minutes in _OFFSETS if minutes % 60 == 0 or minutes in _HALVES)


@cache
def _shifts() -> tuple[tuple[int, Mistake], ...]:
    """Local times in place of UTC, by their microseconds."""
    found = []
    for minutes in _OFFSETS:
        hours, rest = divmod(abs(minutes), 60)
        cost = Cost.RARE if minutes in ZONES else Cost.ALONE
        if not rest and hours < 12:
            # OKX is at home 8 h ahead, and so are the guides from there.
            cost = Cost.USUAL if hours == 8 else Cost.KNOWN
        far = f"{hours}:{rest:02d} h" if rest else f"{hours} h"
        way = "ahead of" if minutes > 0 else "behind"
        name = f"a time {far} {way} the header's, as local time taken for UTC is"
        found.append((minutes * MINUTE, Mistake.of(name, "local", cost)))
    return tuple(found)


def _elsewhere(moment: Moment, most: int) -> Iterator[tuple[Moment, Mistake]]:
    for far, mistake in _shifts() if moment.time is not None else ():
        if mistake.cost <= most:
            yield Moment((moment.time or 0) + far, None), mistake


def _own(moment: Moment) -> Iterator[str]:
    """A time as the header writes it; in OKX's own notation where the header's has no name."""
    if moment.text is not None:
        yield moment.text
    elif moment.time is not None:
        yield write(ISO, moment.time)


def _written(moment: Moment, most: int) -> Iterator[tuple[str, Mistake]]:
    """A time in another notation."""
    time = moment.time
    if time is None:
        return
    ready = fields(time)
    for name, template, cost in (*notations(), *shapes()):
        if cost <= most:
            text = template.format_map(ready)
            # Until noon a clock of 12 hours shows nothing wrong.
            if name != _TWELVE_HOURS or text != ISO.format_map(ready):
                yield text, _notation(name, cost)
    for ahead in ZONES if most >= Cost.ALONE and moment.text is not None else ():
        ready = fields(time, ahead)
        for name, template, cost in local(ahead):
            yield template.format_map(ready), Mistake.of(name, "local", cost)


def _notation(name: str, cost: int) -> Mistake:
    return Mistake.of(name, "12 hours" if name == _TWELVE_HOURS else "t", cost)


def part(stamp: str) -> Part:
    """How a timestamp is made: a time, a notation, its text."""
    texts = touching((*rows("timestamp"), *changes("t")))
    stages = (Stage(_elsewhere), Stage(_written, _own), texts)
    return Part.of(
        stamp, Moment(instant(stamp), stamp), *stages, many=partial(_near, stamp), most=24
    )


# OKX takes a time within 30 s of its own: two readings that are further apart are no accident.
_WINDOW: Final = 30 * SECOND
# In another notation, which is a second mistake, less of it is tried.
_NEAR_WINDOW: Final = SECOND
# Of a header in microseconds so many are tried; two readings in one function are closer still.
_FINE_WINDOW: Final = 30 * MILLISECOND
_NEAR: Final = 100
# In these a program that reads the clock twice writes the two readings in different notations.
_REREAD: Final = (
    *("in ISO 8601 with milliseconds and Z", "without its Z", "as epoch milliseconds"),
    *("without milliseconds", "as epoch seconds"),
)
# What a program writes of one reading whose milliseconds went into the header.
_FINER: Final = (
    *("with microseconds", "with microseconds and without Z", "with microseconds and +00:00"),
    *("as str(datetime) gives it", "as str(datetime) gives it without a zone"),
    *("as epoch microseconds", "as epoch seconds with a fraction"),
    *("in ISO 8601 with milliseconds and Z", "without its Z", "with +00:00 in place of Z"),
    *("as epoch milliseconds", "as epoch seconds with three decimals"),
)
_YEAR_1: Final = 62_135_596_800 * SECOND
_FRACTION: Final = "as epoch seconds with a fraction"


def readings(header: str) -> Iterator[Sweep]:
    """The clock read once more for the prehash than for the header, and written in its notation; then
    one reading of it, of which the header shows fewer digits than were signed.
    """
    for time, own in _read(header):
        yield _window(time, own, _WINDOW)
        for name in _FINER:
            yield from _finer(time, own, named(name))


def microseconds(header: str) -> Iterator[Sweep]:
    """Of one reading in the header's milliseconds each microsecond, as most programs write it."""
    for time, own in _read(header):
        for name in _FINER[:2] if own.grain == MILLISECOND else ():
            yield from _finer(time, own, named(name))


def _read(header: str) -> Iterator[tuple[int, Notation]]:
    """The time and the notation of a header; nothing where they are not known."""
    time, own = instant(header), notation_of(header)
    if time is not None and own is not None:
        yield time, own


def _finer(time: int, own: Notation, finer: Notation) -> Iterator[Sweep]:
    fraction = finer.name.endswith(_FRACTION)
    grain = MILLISECOND if fraction and own.grain == SECOND else finer.grain
    if grain == own.grain // 1000:
        times = range(time, time + own.grain, grain)
        yield _swept(finer, clock(finer.template, times))
    if fraction and own.grain == MILLISECOND:
        yield _swept(finer, _floats(time))


def _swept(notation: Notation, texts: Iterable[str]) -> Sweep:
    told = (_notation(notation.name, notation.cost),)
    return Sweep(list(map(str.encode, texts)), lambda _: told)


def ticks(header: str) -> Iterator[Sweep]:
    """One reading of .NET's clock, in tenths of microseconds: as a time, and counted from the year 1."""
    for time, own in _read(header):
        start, count = write("{date}T{clock}.{ms}", time), (time + _YEAR_1) // MILLISECOND
        rows = (
            ("with seven digits of fraction", start + "{:04d}Z"),
            ("as .NET's ticks", f"{count}{{:04d}}"),
        )
        for name, text in rows if own.grain == MILLISECOND else ():
            notation = Notation(f"the timestamp {name}", text, Cost.RARE)
            yield _swept(notation, map(text.format, range(10_000)))


def readings_otherwise(header: str) -> Iterator[Sweep]:
    """The clock read once more, and written in another notation: two mistakes."""
    time, own = instant(header), notation_of(header)
    for other in map(named, _REREAD) if time is not None else ():
        if other != own:
            told = _notation(other.name, other.cost)
            yield _window(time or 0, other, _NEAR_WINDOW, told)


def _near(header: str) -> Iterator[Wrong[bytes]]:
    """The timestamps a little before and behind the header's, and whole seconds away, in its notation."""
    for time, own in _read(header):
        near = (steps * own.grain for steps in range(-_NEAR, _NEAR + 1))
        for far in dict.fromkeys((*near, *range(-_WINDOW, _WINDOW + 1, SECOND))):
            if far:
                yield Wrong(write(own.template, time + far).encode(), (_reread(far),))


def _window(time: int, notation: Notation, width: int, *other: Mistake) -> Sweep:
    grain = notation.grain
    width = _FINE_WINDOW if grain == 1 else width
    start = time // grain * grain
    times = range(start - width, start + width + 1, grain)
    texts = list(map(str.encode, clock(notation.template, times)))
    return Sweep(texts, lambda number: (_reread(times[number] - time), *other))


def _floats(time: int) -> Iterator[str]:
    """``str(time.time())`` in the millisecond that the header shows: a float each 0.24 µs."""
    reading = time / SECOND
    while reading < (time + MILLISECOND) / SECOND:
        yield str(reading)
        reading = math.nextafter(reading, math.inf)


def _reread(microseconds: int) -> Mistake:
    far = abs(microseconds)
    for unit, length in (("s", SECOND), ("ms", MILLISECOND), ("µs", 1)):
        if far % length == 0:
            way = "before" if microseconds < 0 else "after"
            name = f"a second reading of the clock, {far // length} {unit} {way} the header's"
            return Mistake.of(name, "reading", Cost.SELDOM)
    raise AssertionError(microseconds)
