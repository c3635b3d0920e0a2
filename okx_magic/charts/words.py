"""What a picture shows, in one sentence: for who cannot see it, and for terminals.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from okx_magic.charts import pictures
from okx_magic.charts.scales import change, moment, percent, price, short

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.charts.pictures import Bars, Candles, Depth, HeatMap, Lines, Picture, Table

# More rows than that are no sentence that anybody listens to.
_ROWS: Final = 12


def summary(picture: Picture) -> str:
    """The newest value first, then what else there is."""
    words: Callable[[Any], str] = _WORDS[type(picture)]
    return words(picture)


def _candles(picture: Candles) -> str:
    first, last = picture.bars[0], picture.bars[-1]
    text = (
        f"{picture.title}: last close {price(last[3], picture.tick)}, "
        f"{percent(change(last[3], first[0]))} over {_count(len(picture.bars), 'bar')}, "
        f"low {price(np.nanmin(picture.bars[:, 2]), picture.tick)}, "
        f"high {price(np.nanmax(picture.bars[:, 1]), picture.tick)}, "
        f"{moment(picture.times[0])} to {moment(picture.times[-1])} UTC"
    )
    for what in ("buy", "sell"):
        number = sum(mark.side == what for mark in picture.marks)
        text += f", {_count(number, what)}" if number else ""
    for level in picture.levels:
        text += f", {level.text} {price(level.price, picture.tick)}"
    return text


def _depth(picture: Depth) -> str:
    bid, ask = picture.bids[0, 0], picture.asks[0, 0]
    return (
        f"{picture.title}: best bid {price(bid, picture.tick)}, best ask {price(ask, picture.tick)}, "
        f"{short(picture.bids[:, 1].sum())} bid and {short(picture.asks[:, 1].sum())} asked "
        f"on {len(picture.bids)} and {len(picture.asks)} levels"
    )


def _lines(picture: Lines) -> str:
    said = []
    for pane in picture.panes:
        for series in pane.series:
            known = series.values[np.isfinite(series.values)]
            if known.size:
                said.append(f"{series.name} {short(float(known[-1]))}{pane.unit}")
    span = f"{moment(picture.times[0])} to {moment(picture.times[-1])} UTC"
    return f"{picture.title}: {', '.join(said)}; {_count(len(picture.times), 'time')}, {span}"


def _bars(picture: Bars) -> str:
    rows = [
        f"{label} " + " and ".join(f"{name} {texts[row]}" for name, _, texts in picture.columns)
        for row, label in enumerate(picture.labels[:_ROWS])
    ]
    more = len(picture.labels) - len(rows)
    return f"{picture.title}: {'; '.join(rows)}" + (f"; and {more:,} more" if more else "")


def _heat_map(picture: HeatMap) -> str:
    order = np.argsort(np.nan_to_num(picture.changes))
    best, worst = int(order[-1]), int(order[0])
    return (
        f"{picture.title}: {_count(len(picture.labels), 'instrument')}, "
        f"most up {picture.labels[best]} {percent(picture.changes[best])}, "
        f"most down {picture.labels[worst]} {percent(picture.changes[worst])}"
    )


def _table(picture: Table) -> str:
    return f"{picture.title}: {_count(len(picture.rows), 'row')} of {', '.join(picture.names)}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


_WORDS: dict[type, Callable[[Any], str]] = {
    pictures.Candles: _candles,
    pictures.Depth: _depth,
    pictures.Lines: _lines,
    pictures.Bars: _bars,
    pictures.HeatMap: _heat_map,
    pictures.Table: _table,
}
