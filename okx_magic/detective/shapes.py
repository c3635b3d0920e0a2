"""Times as the product of date, separator, clock, fraction and zone, and the prints of languages.

A shape is a template; it is called by what it makes of one time of the year 2020. A shape of few and
usual deviations from what OKX wants is likelier than one of many.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.detective.mistakes import ALONE, RARE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SAMPLE: Final = 1_607_463_837_715_000
"""2020-12-08T21:43:57.715Z, in µs since 1970: no two numbers of it are alike."""

# Each with how unusual it is.
_DATES: Final = {
    "{Y}-{m}-{d}": 0,
    "{Y}/{m}/{d}": 1,
    "{Y}{m}{d}": 1,
    "{y}-{m}-{d}": 1,
    "{Y}-{M}-{d}": 1,
    "{Y}-{d}-{m}": 1,
    "{m}/{d}/{Y}": 1,
    "{d}/{m}/{Y}": 1,
    "{n}/{j}/{Y}": 1,
    "{d}.{m}.{Y}": 1,
    "{Y}.{m}.{d}": 2,
    "{d}-{m}-{Y}": 2,
    "{Y}-{n}-{j}": 1,
    "{y}/{m}/{d}": 2,
    "{y}{m}{d}": 2,
}
_SEPARATORS: Final = {"T": 0, " ": 1, "": 2, "-": 2, "_": 2, ", ": 2, "  ": 2, ":": 2}
_CLOCKS: Final = {
    "{H}:{M}:{S}": 0,
    "{H}{M}{S}": 1,
    "{I}:{M}:{S}": 2,
    "{H}:{m}:{S}": 1,
    "{H}-{M}-{S}": 2,
    "{H}.{M}.{S}": 2,
    "{H}:{M}": 2,
    "{G}:{M}:{S}": 2,
}
_FRACTIONS: Final = {
    ".{ms}": 0,
    "": 1,
    ".{us}": 1,
    ".000": 1,
    ",{ms}": 2,
    ":{ms}": 1,
    ".{us}000": 2,
    ".{us}0": 2,
    ".{trimmed}": 2,
    ".000000": 2,
    ".{tenth}": 2,
    ".{hundredth}": 2,
    "{ms}": 2,
    ".{unpadded}": 2,
    " {ms}": 2,
}
_ZONES: Final = {
    "Z": 0,
    "": 1,
    "+00:00": 1,
    "+0000": 1,
    " UTC": 1,
    " +0000": 1,
    "+00": 2,
    " +00:00": 2,
    " GMT": 2,
    " +0000 UTC": 1,
    " Z": 2,
    "+00:00Z": 2,
    "UTC": 2,
    "+00:00[UTC]": 2,
    "Z[UTC]": 1,
    " {p}": 2,
    "Z[GMT]": 2,
    "-00:00": 2,
    "+0000Z": 2,
    "[UTC]": 2,
}
_MOST = 3
# What languages print by themselves.
_PRINTS: Final = (
    *("{a}, {d} {b} {Y} {H}:{M}:{S} +0000", "{a}, {d} {b} {Y} {H}:{M}:{S} UTC"),
    *("{a}, {d} {b} {Y} {H}:{M}:{S} -0000", "{a}, {j} {b} {Y} {H}:{M}:{S} +0000"),
    *("{a}, {j} {b} {Y} {H}:{M}:{S} GMT", "{a} {b} {d} {H}:{M}:{S} +0000 {Y}"),
    *("{A}, {d}-{b}-{y} {H}:{M}:{S} UTC", "{A}, {d}-{b}-{y} {H}:{M}:{S} GMT"),
    *("{A}, {d}-{b}-{Y} {H}:{M}:{S} UTC", "{a} {b} {e} {H}:{M}:{S} UTC {Y}"),
    *("{a} {b} {e} {H}:{M}:{S} GMT {Y}", "{a} {b} {d} {H}:{M}:{S} GMT {Y}"),
    *("{a} {b} {d} {Y} {H}:{M}:{S} GMT+0000", "{a} {b} {d} {Y} {H}:{M}:{S} GMT+0000 (UTC)"),
    "{a} {b} {d} {Y} {H}:{M}:{S} GMT+0000 (Greenwich Mean Time)",
    *("{d} {b} {y} {H}:{M} UTC", "{d} {b} {y} {H}:{M} +0000", "{d} {b} {Y} {H}:{M}:{S}"),
    *("{d} {b} {Y} {H}:{M}:{S} UTC", "{d}-{b}-{Y} {H}:{M}:{S}", "{d}/{b}/{Y}:{H}:{M}:{S} +0000"),
    *("{n}/{j}/{Y}, {J}:{M}:{S} {p}", "{n}/{j}/{Y} {J}:{M}:{S} {p}", "{j}/{n}/{Y}, {H}:{M}:{S}"),
    *(
        "{m}/{d}/{Y} {I}:{M}:{S} {p}",
        "{b} {j}, {Y}, {J}:{M}:{S} {p}",
        "{b} {j}, {Y} {J}:{M}:{S} {p}",
    ),
    *("{Y}-{m}-{d} {I}:{M}:{S} {p}", "{a} {b} {d} {Y}", "{a} {d} {b} {Y} {H}:{M}:{S} UTC"),
    *("{a} {d} {b} {Y} {I}:{M}:{S} {p} UTC", "{b} {e} {H}:{M}:{S}", "{b} {e} {H}:{M}:{S}.{ms}"),
    *("{J}:{M}{p}", '"{Y}-{m}-{d}T{H}:{M}:{S}.{ms}Z"'),
    *("{Y}-W{W}-{u}T{H}:{M}:{S}.{ms}Z", "{Y}-{D}T{H}:{M}:{S}.{ms}Z", "{H}:{M}:{S}"),
    *("{H}:{M}:{S}.{ms}", "{Y}-{m}-{d}T{H}:{M}:{S}.{ms}Z UTC", "{Y}-{m}-{d}T{H}:{M}:{S}:{ms}"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


class Shape(NamedTuple):
    """A template of a time, and in how much company it is looked for.

    A ``plain`` one has no zone and deviates little.
    """

    template: str
    reach: int
    plain: bool = False

    def write(self, time: int) -> str:
        """The time, in µs since 1970, UTC."""
        return self.template.format_map(fields(time))

    @property
    def sample(self) -> str:
        """What it makes of the time that stands for all; it says in words what that does not show."""
        shown = self.write(SAMPLE).strip()
        if "{trimmed}" in self.template:
            return f"{shown}, zeros at its end left off"
        return f"{shown}, its fraction not filled up" if "{unpadded}" in self.template else shown


# All shapes of one time are written one after the other.
@lru_cache(maxsize=1)
def fields(time: int) -> Mapping[str, str]:
    """What the templates are put together of, by strftime's letters where it has any."""
    at = _EPOCH + timedelta(microseconds=time)
    us, hour = f"{at.microsecond:06d}", (at.hour - 1) % 12 + 1
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return {
        "Y": f"{at.year:04d}",
        "y": f"{at.year % 100:02d}",
        "m": f"{at.month:02d}",
        "d": f"{at.day:02d}",
        "H": f"{at.hour:02d}",
        "M": f"{at.minute:02d}",
        "S": f"{at.second:02d}",
        "n": str(at.month),
        "j": str(at.day),
        "e": f"{at.day:2d}",
        "I": f"{hour:02d}",
        "J": str(hour),
        "G": str(at.hour),
        "p": "AM" if at.hour < 12 else "PM",
        "a": day[:3],
        "A": day,
        "b": month,
        "ms": us[:3],
        "us": us,
        "tenth": us[:1],
        "hundredth": us[:2],
        "trimmed": us.rstrip("0") or "0",
        "unpadded": str(int(us[:3])),
        "D": f"{at.timetuple().tm_yday:03d}",
        "u": str(at.isoweekday()),
        "W": f"{at.isocalendar().week:02d}",
    }


def _shapes() -> Iterator[Shape]:
    axes = (_DATES, _SEPARATORS, _CLOCKS, _FRACTIONS, _ZONES)
    for pieces in product(*axes):
        unusual = sum(axis[piece] for axis, piece in zip(axes, pieces, strict=True))
        if 0 < unusual <= _MOST:
            plain = (not pieces[4] and unusual < _MOST) or unusual == 1
            yield Shape("".join(pieces), RARE if unusual == 1 else ALONE, plain)
    for template in _PRINTS:
        yield Shape(template, ALONE)


SHAPES: Final = tuple(_shapes())


# ---- local time -----------------------------------------------------------------------------------

_LOCAL_ZONES: Final = ("{0}:{1}", "{0}{1}", " {0}:{1}", " {0}{1}", " {0}{1} {2}", " {2}", "{0}")
_NAMES: Final = {480: ("CST", "HKT", "+08"), 540: ("JST",), -300: ("EST", "CDT"), -240: ("EDT",)}
_NAMES_TOO: Final = {60: ("CET", "BST"), 120: ("CEST", "EET"), -480: ("PST",), -420: ("PDT", "MST")}


def in_zone(time: int, minutes: int) -> Iterator[str]:
    """A time as the local one of a zone, with the zone's offset or its name behind it."""
    sign = "-" if minutes < 0 else "+"
    hours, rest = (f"{each:02d}" for each in divmod(abs(minutes), 60))
    local = fields(time + minutes * 60_000_000)
    for separator, fraction in product("T ", (".{ms}", "", ".{us}")):
        text = ("{Y}-{m}-{d}" + separator + "{H}:{M}:{S}" + fraction).format_map(local)
        for zone in _LOCAL_ZONES:
            for name in (_NAMES | _NAMES_TOO).get(minutes, ("",)):
                if name or "{2}" not in zone:
                    yield text + zone.format(sign + hours, rest, name)
    for name in (_NAMES | _NAMES_TOO).get(minutes, ()):
        offset = f"{sign}{hours}{rest}"
        for template in (
            "{a} {b} {e} {H}:{M}:{S} " + name + " {Y}",
            "{a} {b} {d} {Y} {H}:{M}:{S} GMT" + offset,
            "{a}, {d} {b} {Y} {H}:{M}:{S} " + offset,
        ):
            yield template.format_map(local)
