"""A picture as a canvas takes it: a description in JSON, and numbers as bytes. None of it is secret.

Tested in ``tests/charts/test_live.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from okx_magic.charts.pictures import Candles, Depth, Lines

if TYPE_CHECKING:
    from okx_magic.charts.pictures import Floats, Picture

Spec = dict[str, Any]


def movable(picture: Picture | None) -> bool:
    """Whether a canvas can show more of it than its still does."""
    return isinstance(picture, Candles | Depth | Lines)


def spec_of(picture: Picture) -> Spec:
    """What there is beside the numbers: title, names, levels, marks."""
    match picture:
        case Candles():
            return {
                "kind": "candles",
                "title": picture.title,
                "tick": picture.tick,
                "volume": picture.volume is not None,
                "overlays": [each.name for each in picture.overlays],
                "levels": [[each.price, each.kind, each.text] for each in picture.levels],
                "marks": [[each.time, each.price, each.side, each.text] for each in picture.marks],
            }
        case Depth():
            return {"kind": "depth", "title": picture.title, "tick": picture.tick}
        case Lines():
            panes = [
                {
                    "names": [each.name for each in pane.series],
                    "kind": pane.kind,
                    "unit": pane.unit,
                }
                for pane in picture.panes
            ]
            return {"kind": "lines", "title": picture.title, "panes": panes}
    raise TypeError(picture)


def data_of(picture: Picture) -> list[bytes]:
    """The numbers, row after row: of candles t, o, h, l, c, volume and overlays; of a book price and size
    of each side; of lines t and each series.
    """
    match picture:
        case Candles():
            return [packed(bar_rows(picture))]
        case Depth():
            return [packed(picture.bids), packed(picture.asks)]
        case Lines():
            series = [each.values for pane in picture.panes for each in pane.series]
            return [packed(np.column_stack([picture.times, *series]))]
    raise TypeError(picture)


def bar_rows(picture: Candles) -> Floats:
    """A row for each bar: t, o, h, l, c, volume, overlays."""
    volume = np.zeros(len(picture.bars)) if picture.volume is None else picture.volume
    overlays = [each.values for each in picture.overlays]
    return np.column_stack([picture.times, picture.bars, volume, *overlays])


def packed(numbers: Floats) -> bytes:
    """Little-endian float64, as a Float64Array reads them."""
    return np.ascontiguousarray(numbers, "<f8").tobytes()
