"""Times: read from a text, and written by templates, which are the product of date, separator, clock,
fraction and zone, and what languages print.

A time is a whole number of microseconds since 1970, UTC, so that no float rounds it.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache, partial
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import COSTS, Cost, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MILLISECOND: Final = 1000
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
SAMPLE: Final = 1_607_463_837_715_000
"""2020-12-08T21:43:57.715Z: no two numbers of it are alike, so it stands for all in a name."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# The year 9999, less what local times are ahead.
_LATEST: Final = 253_370_764_800 * SECOND
_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    r"\s?(Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"(\d{9,20})(?:\.(\d{1,9}))?")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


# ---- reading --------------------------------------------------------------------------------------


def instant(text: str) -> int | None:
    """The time that a text means; None for a text that is no time.

    ISO 8601 (UTC where no zone is given), the date of an HTTP header, or a number of seconds,
    milliseconds, microseconds or nanoseconds, told apart by their size.
    """
    try:
        if match := _ISO.fullmatch(text.strip()):
            time = _from_iso(match)
        elif match := _NUMBER.fullmatch(text.strip()):
            time = _from_number(*match.groups())
        else:
            moment = parsedate_to_datetime(text)
            time = _microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    except ValueError:
        return None
    return time if 0 <= time < _LATEST else None


def _from_iso(match: re.Match[str]) -> int:
    *numbers, fraction, zone = match.groups()
    moment = datetime(*map(int, numbers), tzinfo=UTC)  # type: ignore[arg-type, misc]  # six ints
    shift = 0
    if zone and zone.upper() != "Z":
        minutes = int(zone[1:3]) * 60 + int(zone[-2:])
        shift = -minutes if zone[0] == "-" else minutes
    return _microseconds(moment) - shift * MINUTE + int((fraction or "").ljust(6, "0")[:6])


def _from_number(whole: str, fraction: str | None) -> int:
    unit = {9: 0, 10: 0, 13: 3, 16: 6, 19: 9}.get(len(whole))
    if unit is None:
        raise ValueError(whole)
    digits = (whole + (fraction or "")).ljust(len(whole) + 9, "0")
    return int(digits[: len(whole) - unit + 6])


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


# ---- writing --------------------------------------------------------------------------------------


# All templates of one time are filled one after the other.
@lru_cache(maxsize=4)
def fields(time: int, ahead: int = 0) -> Mapping[str, str]:
    """What the templates are put together of, by strftime's letters where it has any; ``ahead`` are the
    minutes of a zone whose local time it is.
    """
    at = _EPOCH + timedelta(microseconds=time + ahead * MINUTE)
    us, (seconds, rest), (hours, minutes) = (
        f"{at.microsecond:06d}",
        divmod(time, SECOND),
        divmod(abs(ahead), 60),
    )
    # The names of days and months are written out: strftime would take them from the locale.
    letters = "YymdHMSIjuV"
    numbers = at.strftime(" ".join(f"%{letter}" for letter in letters)).split()
    known = dict(zip(letters, numbers, strict=True))
    day, sign = _DAYS[at.weekday()], "-" if ahead < 0 else "+"
    return known | {
        "date": at.isoformat()[:10],
        "clock": at.isoformat()[11:19],
        "n": str(at.month),
        "n0": f"{at.month - 1:02d}",
        "j": str(at.day),
        "e": f"{at.day:2d}",
        "J": str(int(known["I"])),
        "G": str(at.hour),
        "p": "AM" if at.hour < 12 else "PM",
        "a": day[:3],
        "A": day,
        "b": _MONTHS[at.month - 1],
        "ms": us[:3],
        "y1900": str(at.year - 1900),
        "seconds_g": f"{seconds:g}",
        "millis_g": f"{time // MILLISECOND:g}",
        "scientific": f"{str(seconds)[:1]}.{(str(seconds)[1:] + us[:3]).rstrip('0') or '0'}",
        "us": us,
        "tenth": us[:1],
        "hundredth": us[:2],
        "trimmed": us.rstrip("0") or "0",
        "unpadded": str(int(us[:3])),
        "D": known["j"],
        "W": known["V"],
        "epoch": str(seconds),
        "epoch_up": str(seconds + (rest > 0)),
        "sign": sign,
        "hours": f"{hours:02d}",
        "minutes": f"{minutes:02d}",
        "offset": f"{sign}{hours:02d}:{minutes:02d}",
    }


def write(template: str, time: int) -> str:
    """The time in this notation."""
    return template.format_map(fields(time))


def clock(template: str, times: range) -> Iterator[str]:
    """Many times in this notation, one step after the other: of each second only the fraction is new."""
    part = next((part for part in _UNITS if f"{{{part}}}" in template), "")
    unit = _UNITS.get(part, 0)
    if unit != times.step:
        yield from (write(template, time) for time in times)
        return
    digits, time = _DIGITS[: SECOND // unit] if unit > 1 else None, times.start
    while time < times.stop:
        start, behind = template.format_map({**fields(time), part: "\0"}).split("\0", 1)
        first = time % SECOND // unit
        last = min(SECOND // unit, first + (times.stop - time + unit - 1) // unit)
        steps = digits[first:last] if digits else [f"{step:06d}" for step in range(first, last)]
        if part == "trimmed":
            steps = [step.rstrip("0") or "0" for step in steps]
        yield from (start + step + behind for step in steps)
        time += (last - first) * unit


# The fields of a fraction, with the microseconds of their last digit.
_UNITS: Final = {"ms": MILLISECOND, "us": 1, "trimmed": 1}
_DIGITS: Final = [f"{step:03d}" for step in range(1000)]


# ---- the templates --------------------------------------------------------------------------------


class Notation(NamedTuple):
    """A way to write a time: what it is called, its template, and how unusual it is."""

    name: str
    template: str
    cost: int

    @property
    def grain(self) -> int:
        """The microseconds by which two times must differ to be written otherwise."""
        seen = write(self.template, SAMPLE)
        return next(
            (step for step in (1, MILLISECOND) if write(self.template, SAMPLE + step) != seen),
            SECOND,
        )


_table: Final = partial(table, "detective/times.json")


@cache
def notations() -> tuple[Notation, ...]:
    """Those that have a name, the likeliest first."""
    return tuple(Notation(name, row, COSTS[usual]) for usual, name, row in _table()["named"])


@cache
def named(name: str) -> Notation:
    """The notation of this name."""
    return next(each for each in notations() if each.name == f"the timestamp {name}")


def notation_of(text: str) -> Notation | None:
    """The notation that a timestamp is written in; None for one that is not known."""
    time = instant(text)
    if time is None:
        return None
    return next((each for each in notations() if write(each.template, time) == text), None)


# Deviations from what OKX wants, in sum; more of them are hardly seen together.
_MOST: Final = 3


@cache
def shapes() -> tuple[Notation, ...]:
    """The product of all parts of a time, as far as it deviates little, and the prints of languages."""
    found: dict[str, int] = {}
    for unusual, template, zone in _product(_table()["axes"], _MOST):
        if unusual:
            plain = unusual == 1 or (not zone and unusual < _MOST)
            found[template] = Cost.RARE if unusual == 1 else Cost.PLAIN if plain else Cost.ALONE
    found |= dict.fromkeys(_table()["prints"], Cost.ALONE)
    return tuple(
        Notation(f"the timestamp written as {_sample(template)}", template, cost)
        for template, cost in found.items()
    )


def _product(axes: Sequence[dict[str, list[str]]], most: int) -> Iterator[tuple[int, str, str]]:
    """The templates with at most so many deviations: how many, the template, and its last part."""
    first, *rest = axes
    for unusual, pieces in first.items():
        left = most - int(unusual)
        for more, behind, last in _product(rest, left) if rest and left >= 0 else [(0, "", "")]:
            for piece in pieces if left >= 0 else ():
                yield int(unusual) + more, piece + behind, last if rest else piece


def _sample(template: str) -> str:
    """What it makes of the time that stands for all; in words what that does not show."""
    shown = write(template, SAMPLE).strip()
    if "{trimmed}" in template:
        return f"{shown}, zeros at its end left off"
    return f"{shown}, its fraction not filled up" if "{unpadded}" in template else shown


@cache
def local(ahead: int) -> tuple[Notation, ...]:
    """Local time with the offset or the name of its zone, which is so many minutes ahead."""
    templates = []
    for separator, fraction, zone in product("T ", (".{ms}", "", ".{us}"), _table()["zones"]):
        plain = separator == "T" and fraction != ".{us}" and zone == "{offset}"
        templates.append((f"{{date}}{separator}{{clock}}{fraction}{zone}", plain))
    names, long = (_table()[each].get(str(ahead), []) for each in ("names", "long names"))
    ready, made = fields(SAMPLE, ahead), []
    templates += [(template, False) for template in _table()["local prints"] if names]
    for template, plain in templates:
        for zone in names if "{name}" in template else long if "{long}" in template else [""]:
            row = template.replace("{name}", zone).replace("{long}", zone)
            told = f"with its offset {ready['offset']}" if plain else ""
            name = (
                f"local time {told}" if told else f"local time, written as {row.format_map(ready)}"
            )
            made.append(Notation(f"the timestamp in {name}", row, Cost.ALONE))
    return tuple(made)
