"""Pictures for a terminal: a line of blocks, and the sentence that says the numbers.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from okx_magic.charts.pictures import Bars, Candles, Depth, HeatMap, Lines, Table
from okx_magic.charts.scales import percent
from okx_magic.charts.svg import clean
from okx_magic.charts.words import summary

if TYPE_CHECKING:
    from okx_magic.charts.pictures import Floats, Picture

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_WIDTH: Final = 60
_ROWS: Final = 12


def text_of(picture: Picture) -> str:
    """A few lines at most as wide as a terminal."""
    return clean("\n".join([*_drawn(picture), summary(picture)]))


def blocks(values: Floats, width: int = _WIDTH) -> str:
    """A line that rises and falls as the values do; a gap is a blank.

    >>> import numpy as np
    >>> blocks(np.array([1.0, 2.0, 3.0]))
    '▁▅█'
    """
    parts = np.array_split(values, min(width, len(values))) if len(values) else []
    means = [
        float(part[np.isfinite(part)].mean()) if np.isfinite(part).any() else None for part in parts
    ]
    known = [each for each in means if each is not None]
    if not known:
        return ""
    low, span = min(known), (max(known) - min(known)) or 1.0
    return "".join(
        " " if each is None else _BLOCKS[round((each - low) / span * (len(_BLOCKS) - 1))]
        for each in means
    )


def _drawn(picture: Picture) -> list[str]:
    match picture:
        case Candles():
            return [blocks(picture.bars[:, 3])]
        case Depth():
            half = _WIDTH // 2
            bids = np.cumsum(picture.bids[:, 1])[::-1]
            asks = np.cumsum(picture.asks[:, 1])
            return [f"{blocks(bids, half)} | {blocks(asks, half)}"]
        case Lines():
            series = [each for pane in picture.panes for each in pane.series]
            wide = max(len(each.name) for each in series)
            return [f"{each.name:{wide}} {blocks(each.values)}" for each in series]
        case Bars():
            return _bars(picture)
        case HeatMap():
            order = np.argsort(-np.nan_to_num(picture.changes))[:_ROWS]
            wide = max(len(picture.labels[index]) for index in order)
            return [f"{picture.labels[at]:{wide}} {percent(picture.changes[at])}" for at in order]
        case Table():
            return _table(picture)


def _bars(picture: Bars) -> list[str]:
    wide = max(map(len, picture.labels))
    lines = []
    for name, values, texts in picture.columns:
        lines.append(name)
        most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
        for label, value, text in zip(picture.labels[:_ROWS], values.tolist(), texts, strict=False):
            long = "" if np.isnan(value) else "█" * round(abs(value) / most * 24)
            lines.append(f"{label:{wide}} {long} {text}")
    return lines


def _table(picture: Table) -> list[str]:
    rows = [picture.names, *picture.rows[:_ROWS]]
    wide = [max(len(row[at]) for row in rows) for at in range(len(picture.names))]
    return [
        "  ".join(f"{cell:{each}}" for cell, each in zip(row, wide, strict=True)).rstrip()[:100]
        for row in rows
    ]
