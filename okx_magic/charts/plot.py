"""The frame of a still: title, a plane with a price axis at its right and times below.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from okx_magic.charts.scales import price, short, ticks
from okx_magic.charts.svg import Svg, number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.charts.pictures import Floats

WIDTH: Final = 760
AXIS: Final = 72
TOP: Final = 26
FOOT: Final = 20
_CHARACTER: Final = 6.3


@dataclass(frozen=True, slots=True)
class Plane:
    """A rectangle with a scale from ``low`` at its bottom to ``high`` at its top."""

    top: float
    bottom: float
    low: float
    high: float
    width: float = WIDTH - AXIS

    def y(self, value: float) -> float:
        """Where a value stands."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)

    def ys(self, values: Floats) -> Floats:
        """Where each of many values stands."""
        share = (values - self.low) / (self.high - self.low)
        found: Floats = self.bottom - share * (self.bottom - self.top)
        return found

    def axis(self, svg: Svg, text: Callable[[float, int], str], free: float = math.nan) -> None:
        """Lines at round values, and what they are at the right; ``free`` is where a tag will stand."""
        at, digits = ticks(self.low, self.high, max(2, int((self.bottom - self.top) / 42)))
        where = [(value, self.y(value)) for value in at]
        svg.path("".join(f"M0 {round(y)}h{number(self.width)}" for _, y in where), "grid")
        for value, y in where:
            if self.top + 3 < y < self.bottom + 1 and not abs(y - free) < 14:
                svg.text(self.width + 6, y + 4, text(value, digits), "quiet")


def plane(top: float, bottom: float, values: Iterable[Floats], *, zero: bool = False) -> Plane:
    """The plane on which all of these values fit, with some air; with zero on it if told so."""
    ends = [(np.nanmin(each), np.nanmax(each)) for each in values if np.isfinite(each).any()]
    low = min((float(each[0]) for each in ends), default=0.0)
    high = max((float(each[1]) for each in ends), default=1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    air = (high - low) * 0.06 or abs(high) * 0.001 or 1.0
    return Plane(
        top,
        bottom,
        low if zero and low == 0 < high else low - air,
        high if zero and low < 0 == high else high + air,
    )


def begin(title: str, label: str, height: int, legend: Iterable[tuple[str, str]] = ()) -> Svg:
    """An SVG with its title and a legend: texts with the class of their colour."""
    svg = Svg(WIDTH, height, label)
    room = WIDTH - 12.0
    x = 8.0
    for text, colour in [(title, "ink"), *legend]:
        width = len(text) * _CHARACTER + 12
        if x > 8 and x + width > room:
            break
        svg.text(x, 16, text if width < room else text[: int(room / _CHARACTER) - 2] + "…", colour)
        x += width
    return svg


def times(svg: Svg, at: Iterable[tuple[float, str]], top: float, bottom: float) -> None:
    """Lines down from the top, and below them the times, where they do not touch."""
    free = -math.inf
    line = ""
    for x, text in at:
        half = len(text) * _CHARACTER / 2
        if x - half < max(free, 0) or x + half > WIDTH - AXIS:
            continue
        line += f"M{round(x)} {number(top)}V{number(bottom)}"
        svg.text(x, bottom + 15, text, "quiet", "middle")
        free = x + half + 8
    svg.path(line, "grid")
    svg.text(WIDTH - 6, bottom + 15, "UTC", "quiet", "end")


def tag(svg: Svg, y: float, text: str, colour: str, bounds: tuple[float, float]) -> None:
    """A value on the axis, on its colour."""
    y = min(max(y, bounds[0] + 8), bounds[1] - 8)
    svg.rect(WIDTH - AXIS, y - 8, AXIS, 16, colour)
    svg.text(WIDTH - AXIS + 6, y + 4, text, "ground")


def polyline(xs: Floats, ys: Floats) -> str:
    """A path through points that leaves out what is missing."""
    parts: list[str] = []
    pen = "M"
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if math.isfinite(y):
            parts.append(f"{pen}{number(x)} {number(y)}")
            pen = "L"
        else:
            pen = "M"
    return "".join(parts)


def plain_number(value: float, digits: int) -> str:
    """A tick's text: large ones short."""
    return short(value) if abs(value) >= 1e6 else price(value, 10.0**-digits)
