"""Stills of candles and of a book.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from okx_magic.charts import scales
from okx_magic.charts.plot import (
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
from okx_magic.charts.svg import LINES, Svg, number
from okx_magic.charts.words import summary

if TYPE_CHECKING:
    from okx_magic.charts.pictures import Candles, Depth, Floats, Level

# More bars than that would be thinner than two pixels: then some are drawn as one.
MOST_BARS: Final = 300
MOST_LEVELS: Final = 220
_HOLLOW: Final = 4
_WIDEST: Final = 40.0
_LEVELS: Final = {"order": "a", "average": "c", "liquidation": "down"}
_VOLUME: Final = 0.2


def candles(picture: Candles, height: int) -> str:
    """Candles over their volume, with overlays, levels and marks."""
    shown, each = merged(picture.bars, picture.volume)
    bars, volume = shown
    legend = [
        (f"{name} {scales.price(value, picture.tick)}", "quiet")
        for name, value in zip("OHLC", bars[-1].tolist(), strict=True)
    ]
    legend.append((scales.percent(scales.change(bars[-1, 3], bars[-1, 0])), _side(bars[-1])))
    if volume is not None:
        legend.append((f"V {scales.short(float(volume[-1]))}", "quiet"))
    lines = tuple(zip(picture.overlays, LINES * (len(picture.overlays) // 4 + 1), strict=False))
    legend += [(line.name, colour) for line, colour in lines]
    if each > 1:
        legend.append((f"{each} bars as one", "quiet"))
    svg = begin(picture.title, summary(picture), height, legend)

    foot = height - FOOT
    bottom = foot - (height * _VOLUME if volume is not None else 0)
    far = [level.price for level in picture.levels if _near(level, bars)]
    scale = plane(TOP, bottom - 4, [bars, *(line.values for line, _ in lines), np.array(far)])
    wide = min(scale.width / len(bars), _WIDEST)
    _times(svg, picture.times[::each], wide, foot)
    scale.axis(svg, plain_number, scale.y(float(bars[-1, 3])))
    if volume is not None:
        _volume(svg, bars, volume, wide, (bottom + 4, foot))
    _bodies(svg, bars, scale, wide)
    for line, colour in lines:
        xs = (np.arange(0, len(line.values), each) / each + 0.5) * wide
        svg.series(polyline(xs, scale.ys(line.values[::each])), colour)
    _levels(svg, picture, scale, bars)
    _marks(svg, picture, scale, wide / each)
    last = bars[-1]
    svg.dashed(f"M0 {number(scale.y(last[3]))}h{number(scale.width)}", _side(last))
    tag(svg, scale.y(last[3]), scales.price(last[3], picture.tick), _side(last), (TOP, bottom))
    return svg.finish()


def merged(
    bars: Floats, volume: Floats | None, most: int = MOST_BARS
) -> tuple[tuple[Floats, Floats | None], int]:
    """At most so many bars, each of as many as it takes, and how many that are."""
    each = -(-len(bars) // most)
    if each <= 1:
        return (bars, volume), 1
    starts = np.arange(0, len(bars), each)
    ends = np.append(starts[1:], len(bars)) - 1
    joined = np.column_stack(
        [
            bars[starts, 0],
            np.maximum.reduceat(bars[:, 1], starts),
            np.minimum.reduceat(bars[:, 2], starts),
            bars[ends, 3],
        ]
    )
    return (joined, None if volume is None else np.add.reduceat(volume, starts)), each


def depth(picture: Depth, height: int) -> str:
    """What could be bought and sold down to each price, from the middle outwards."""
    bids, asks = picture.bids, picture.asks
    middle = (bids[0, 0] + asks[0, 0]) / 2
    reach = min(middle - bids[-1, 0], asks[-1, 0] - middle)
    reach = max(reach, middle - bids[0, 0], asks[0, 0] - middle) * 1.02
    legend = [
        (f"bid {scales.price(bids[0, 0], picture.tick)}", "up"),
        (f"ask {scales.price(asks[0, 0], picture.tick)}", "down"),
        (f"spread {scales.price(asks[0, 0] - bids[0, 0], picture.tick)}", "quiet"),
    ]
    svg = begin(picture.title, summary(picture), height, legend)
    foot = height - FOOT
    steps = []
    for side in (bids, asks):
        inside = side[np.abs(side[:, 0] - middle) <= reach]
        some = np.unique(np.linspace(0, max(len(inside) - 1, 0), MOST_LEVELS).astype(int))
        some = some[some < len(inside)]
        steps.append((inside[some, 0], np.cumsum(inside[:, 1])[some]))
    top = max(float(total[-1]) if len(total) else 0.0 for _, total in steps)
    scale = Plane(TOP, foot, 0.0, top * 1.05 or 1.0)
    scale.axis(svg, plain_number)
    left, per = middle - reach, scale.width / (2 * reach)
    at, digits = scales.ticks(left, middle + reach, 7)
    for value in at:
        x = (value - left) * per
        if 26 < x < scale.width - 26:
            svg.text(x, foot + 15, plain_number(value, digits), "quiet", "middle")
    svg.text(WIDTH - 6, foot + 15, "price", "quiet", "end")
    for (prices, totals), colour, end in zip(
        steps, ("up", "down"), (0.0, scale.width), strict=True
    ):
        if len(prices):
            line = _stairs((prices - left) * per, scale.ys(totals), foot, end)
            svg.path(f"{line}V{number(foot)}Z", colour, filled=True, clear=0.22)
            svg.path(line, colour, width=1.5)
    return svg.finish()


def _side(bar: Floats) -> str:
    return "up" if bar[3] >= bar[0] else "down"


def _stairs(xs: Floats, ys: Floats, foot: float, end: float) -> str:
    parts = [f"M{number(xs[0])} {number(foot)}"]
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        parts.append(f"H{number(x)}V{number(y)}")
    return "".join(parts) + f"H{number(end)}"


def _times(svg: Svg, shown: Floats, wide: float, foot: float) -> None:
    """The round times among those of the bars, each where its bar stands."""
    if len(shown) < 2:
        times(svg, [(60.0, scales.moment(float(shown[0])))], TOP, foot)
        return
    found = []
    for time, text in scales.time_ticks(float(shown[0]), float(shown[-1]), 9):
        index = int(np.searchsorted(shown, time))
        if index < len(shown):
            found.append(((index + 0.5) * wide, text))
    times(svg, found, TOP, foot)


def _bodies(svg: Svg, bars: Floats, scale: Plane, wide: float) -> None:
    """Rising bars are hollow and falling ones full, so that colour does not say it alone."""
    body = max(1.0, round(wide * 0.7, 1))
    tops = scale.ys(np.maximum(bars[:, 0], bars[:, 3]))
    bottoms = np.maximum(scale.ys(np.minimum(bars[:, 0], bars[:, 3])), tops + 0.7)
    highs, lows = scale.ys(bars[:, 1]), scale.ys(bars[:, 2])
    for colour, those in _rising_and_falling(bars):
        where = [((index + 0.5) * wide, index) for index in np.flatnonzero(those).tolist()]
        if colour == "up" and body >= _HOLLOW:
            lines = [
                f"M{number(x)} {number(highs[at])}V{number(tops[at])}M{number(x)} {number(bottoms[at])}"
                f"V{number(lows[at])}M{number(x - body / 2)} {number(tops[at])}h{number(body)}"
                f"V{number(bottoms[at])}h-{number(body)}z"
                for x, at in where
            ]
            svg.path("".join(lines), colour)
        else:
            # A thick line takes half the characters of a box.
            svg.path("".join(_upright(x, highs[at], lows[at]) for x, at in where), colour)
            thick = "".join(_upright(x, tops[at], bottoms[at]) for x, at in where)
            svg.path(thick, colour, width=body)


def _volume(svg: Svg, bars: Floats, volume: Floats, wide: float, ends: tuple[float, float]) -> None:
    top = float(np.nanmax(volume, initial=0.0)) or 1.0
    scale = Plane(ends[0], ends[1], 0.0, top)
    body = max(1.0, round(wide * 0.7, 1))
    for colour, those in _rising_and_falling(bars):
        lines = [
            _upright((at + 0.5) * wide, ends[1], scale.y(volume[at]))
            for at in np.flatnonzero(those & (volume > 0)).tolist()
        ]
        svg.path("".join(lines), colour, width=body, clear=0.4)
    svg.text(scale.width + 6, ends[0] + 8, scales.short(top), "quiet")


def _rising_and_falling(bars: Floats) -> tuple[tuple[str, np.ndarray], ...]:
    rising = bars[:, 3] >= bars[:, 0]
    return ("up", rising), ("down", ~rising)


def _upright(x: float, one: float, other: float) -> str:
    return f"M{number(x)} {number(one)}V{number(other)}"


def _near(level: Level, bars: Floats) -> bool:
    """Whether a level is so near that the bars stay readable when it is on the scale."""
    low, high = float(np.nanmin(bars[:, 2])), float(np.nanmax(bars[:, 1]))
    room = (high - low) or abs(high) * 0.001
    return low - room <= level.price <= high + room


def _levels(svg: Svg, picture: Candles, scale: Plane, bars: Floats) -> None:
    """A line across at each price; one that is far off is named at the edge nearest to it."""
    above = below = 0
    for level in picture.levels:
        colour, text = (
            _LEVELS[level.kind],
            f"{level.text} {scales.price(level.price, picture.tick)}",
        )
        if _near(level, bars):
            y = scale.y(level.price)
            svg.path(f"M0 {number(y)}h{number(scale.width)}", colour)
            svg.text(8, y - 3, text, colour)
        elif level.price > scale.high:
            above += 1
            svg.text(8, scale.top + 12 * above, f"↑ {text}", colour)
        else:
            svg.text(8, scale.bottom - 2 - 12 * below, f"↓ {text}", colour)
            below += 1


def _marks(svg: Svg, picture: Candles, scale: Plane, wide: float) -> None:
    """A triangle up below a buy, one down above a sell, at the bar in whose time it fell."""
    for side, colour, way in (("buy", "up", 1), ("sell", "down", -1)):
        line = ""
        for mark in picture.marks:
            index = int(np.searchsorted(picture.times, mark.time, side="right")) - 1
            if mark.side == side and index >= 0:
                x, y = (index + 0.5) * wide, scale.y(mark.price)
                line += f"M{number(x)} {number(y)}l-5 {9 * way}h10z"
        svg.path(line, colour, filled=True)
        svg.path(line, "ground")
