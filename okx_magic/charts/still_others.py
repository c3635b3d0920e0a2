"""Stills of lines, bars, heat maps and tables.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from okx_magic.charts import scales
from okx_magic.charts.plot import (
    AXIS,
    FOOT,
    TOP,
    WIDTH,
    Plane,
    begin,
    plain_number,
    plane,
    polyline,
    tag,
    times,
)
from okx_magic.charts.squares import squares
from okx_magic.charts.svg import LINES, Svg, number
from okx_magic.charts.words import summary

if TYPE_CHECKING:
    from okx_magic.charts.pictures import Bars, Floats, HeatMap, Lines, Pane, Table

# More points than that would stand closer than a pixel.
MOST_POINTS: Final = 340
_ROW: Final = 20
MOST_ROWS: Final = 20
MOST_COLUMNS: Final = 8


def lines(picture: Lines, height: int) -> str:
    """Panes of lines, areas or bars above each other, over one axis of time."""
    svg = begin(picture.title, summary(picture), height)
    foot = height - FOOT
    first, last = float(picture.times[0]), float(picture.times[-1])
    per = (WIDTH - AXIS - 12) / ((last - first) or 1.0)
    xs = (picture.times - first) * per + 6
    at = [((time - first) * per + 6, text) for time, text in scales.time_ticks(first, last, 9)]
    times(svg, at or [(200.0, scales.moment(first))], TOP, foot)
    tall = (foot - TOP) / len(picture.panes)
    for index, pane in enumerate(picture.panes):
        _pane(svg, pane, xs, TOP + tall * index, TOP + tall * (index + 1) - 6)
    return svg.finish()


def _pane(svg: Svg, pane: Pane, xs: Floats, top: float, bottom: float) -> None:
    zero = pane.kind in {"bars", "area"}
    scale = plane(top + 16, bottom, [each.values for each in pane.series], zero=zero)
    known = [np.flatnonzero(np.isfinite(each.values)) for each in pane.series]
    newest = [float(each.values[at[-1]]) for each, at in zip(pane.series, known, strict=True)]
    tagged = len(pane.series) == 1 and pane.kind not in {"bars", "points"}
    free = scale.y(newest[0]) if tagged else math.nan
    scale.axis(svg, lambda value, digits: plain_number(value, digits) + pane.unit, free)
    x = 8.0
    for place, series in enumerate(pane.series):
        colour = LINES[place % len(LINES)]
        _one(svg, pane, scale, (xs[known[place]], series.values[known[place]]), colour)
        text = f"{series.name} {scales.short(newest[place])}{pane.unit}"
        if x + len(text) * 6.3 < WIDTH - AXIS:
            svg.text(x, top + 11, text, "ink" if pane.kind == "bars" else colour)
        x += len(text) * 6.3 + 14
    if tagged:
        tag(svg, free, scales.short(newest[0]), LINES[0], (top + 8, bottom))


def _one(svg: Svg, pane: Pane, scale: Plane, points: tuple[Floats, Floats], colour: str) -> None:
    xs, values = points
    if pane.kind == "bars":
        _bars_from_zero(svg, scale, xs, values)
        return
    some = _thinned(values)
    px, py = xs[some], scale.ys(values[some])
    if pane.kind == "points":
        dots = zip(px.tolist(), py.tolist(), strict=True)
        svg.path(
            "".join(f"M{number(x)} {number(y - 4)}l4 4l-4 4l-4-4z" for x, y in dots),
            colour,
            filled=True,
        )
        return
    if pane.kind == "steps":
        px, py = np.repeat(px, 2)[1:], np.repeat(py, 2)[:-1]
    line = polyline(px, py)
    if pane.kind == "area":
        ends = f"V{number(scale.y(0.0))}H{number(px[0])}Z"
        svg.path(line + ends, colour, filled=True, clear=0.18)
    svg.series(line, colour)


def _bars_from_zero(svg: Svg, scale: Plane, xs: Floats, values: Floats) -> None:
    zero = scale.y(0.0)
    gap = float(np.median(np.diff(xs))) if len(xs) > 1 else 20.0
    wide = max(1.0, min(gap * 0.7, 20.0))
    for colour, those in (("up", values > 0), ("down", values < 0)):
        boxes = [
            f"M{number(xs[index] - wide / 2)} {number(zero)}h{number(wide)}"
            f"V{number(scale.y(values[index]))}h-{number(wide)}z"
            for index in np.flatnonzero(those).tolist()
        ]
        svg.path("".join(boxes), colour, filled=True, clear=0.85)
    svg.path(f"M0 {number(zero)}h{number(scale.width)}", "quiet")


def _thinned(values: Floats) -> np.ndarray:
    """The places of the lowest and the highest of each few points, so that no spike is lost."""
    if len(values) <= MOST_POINTS:
        return np.arange(len(values))
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), MOST_POINTS // 2):
        kept |= {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
    return np.array(sorted(kept))


def bars(picture: Bars, height: int) -> str:
    """A row per label, in each column a bar from zero with its text."""
    shown = max(1, min(len(picture.labels), (height - TOP - 22) // _ROW))
    tall = TOP + 22 + shown * _ROW
    svg = begin(picture.title, summary(picture), tall)
    names = 16 + 7.4 * max(len(label) for label in picture.labels[:shown])
    names = min(names, 200.0)
    wide = (WIDTH - names) / len(picture.columns)
    for row, label in enumerate(picture.labels[:shown]):
        svg.text(8, TOP + 36 + row * _ROW, label[:30])
    for index, (name, values, texts) in enumerate(picture.columns):
        left, room = names + index * wide, wide - 110
        svg.text(left, TOP + 16, name, "quiet")
        known = np.nan_to_num(values[:shown])
        low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
        per = room / ((high - low) or 1.0)
        for row, value in enumerate(known.tolist()):
            y = TOP + 25 + row * _ROW
            start = left + (min(value, 0.0) - low) * per
            colour = ("up" if value >= 0 else "down") if "PnL" in name else LINES[0]
            if math.isfinite(values[row]):
                svg.rect(start, y, max(abs(value) * per, 1.0), 14, colour)
            svg.text(left + (max(value, 0.0) - low) * per + 6, y + 11, texts[row])
    if shown < len(picture.labels):
        svg.text(WIDTH - 8, 16, f"{shown} of {len(picture.labels)}", "quiet", "end")
    return svg.finish()


def heat_map(picture: HeatMap, height: int) -> str:
    """Fields as large as their weight; the change stands in each as text with its sign."""
    svg = begin(picture.title, summary(picture), height)
    size = np.nan_to_num(picture.weights)
    order = np.argsort(-size)[:80]
    limit = max(float(np.nanpercentile(np.abs(picture.changes), 90)), 1e-9)
    fields = squares(size[order].tolist(), 4, TOP, WIDTH - 8, height - TOP - 4)
    for index, (x, y, wide, tall) in zip(order.tolist(), fields, strict=True):
        change = float(picture.changes[index])
        svg.rect(x, y, wide - 1, tall - 1, shade(change, limit))
        if wide > 52 and tall > 30:
            middle = x + wide / 2
            label = picture.labels[index][: int(wide / 7)]
            svg.white(middle, y + tall / 2 - 2, label, min(16, int(wide / 6)))
            svg.white(middle, y + tall / 2 + 14, scales.percent(change), 11)
    return svg.finish()


def shade(change: float, limit: float) -> str:
    """From grey to green or red, each dark enough for white text."""
    share = min(abs(np.nan_to_num(change)) / limit, 1.0)
    grey, full = (91, 100, 112), ((0, 104, 92) if change >= 0 else (178, 34, 46))
    mixed = (round(a + (b - a) * share) for a, b in zip(grey, full, strict=True))
    return "#" + "".join(f"{each:02x}" for each in mixed)


def table(picture: Table, height: int) -> str:
    """The first rows and columns as text in columns."""
    del height
    names, rows = picture.names[:MOST_COLUMNS], picture.rows[:MOST_ROWS]
    numeric = picture.numeric or tuple(False for _ in names)
    svg = begin(picture.title, summary(picture), TOP + 28 + _ROW * len(rows))
    longest = [
        max([len(name), *(len(row[at]) for row in rows)]) + 2 for at, name in enumerate(names)
    ]
    per = min(7.0, (WIDTH - 16) / sum(longest))
    starts = np.concatenate([[0.0], np.cumsum(np.array(longest) * per)]) + 8
    for line, row in enumerate([names, *rows]):
        y = TOP + 16 + line * _ROW
        svg.path(f"M8 {y + 6}H{WIDTH - 8}", "grid")
        for at in range(len(names)):
            most = int(longest[at] * per / 6.2)
            text = row[at] if len(row[at]) <= most else row[at][: most - 1] + "…"
            x = starts[at + 1] - 10 if numeric[at] else starts[at]
            svg.text(x, y, text, "quiet" if line == 0 else "ink", "end" if numeric[at] else "")
    if len(rows) < len(picture.rows) or len(names) < len(picture.names):
        left = (
            f"{len(rows)} of {len(picture.rows)} rows, {len(names)} of {len(picture.names)} columns"
        )
        svg.text(WIDTH - 8, 16, left, "quiet", "end")
    return svg.finish()
