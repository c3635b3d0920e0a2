"""What can be drawn, as plain records: neither frames nor pixels.

    frame  ─► choice.py ─► a picture ─► still.py    an SVG that stays
    stream ─► live.py   ─► a picture ─► widgets.py  a canvas to look closer
                                     ─► text.py     a line of blocks for a terminal

Times are float64 milliseconds since 1970, UTC; prices and sizes float64.

Tested in ``tests/charts/test_choice.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
LevelKind = Literal["order", "average", "liquidation"]
PaneKind = Literal["line", "steps", "area", "bars", "points"]


class NoPictureError(ValueError):
    """Why something cannot be drawn, in one line."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A named line: one value per time of its picture, NaN where there is none."""

    name: str
    values: Floats


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time and a price: a fill, seen from its side."""

    time: float
    price: float
    side: Literal["buy", "sell"]
    text: str


@dataclass(frozen=True, slots=True)
class Level:
    """A price that holds until it is changed: an open order, an average price, a liquidation."""

    price: float
    kind: LevelKind
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Bars in the order of time. ``bars`` is n × 4: open, high, low, close; ``tick`` the price step.

    ``instrument`` is "" where the frame does not say whose bars they are.
    """

    title: str
    times: Floats
    bars: Floats
    volume: Floats | None
    tick: float
    overlays: tuple[Series, ...] = ()
    marks: tuple[Mark, ...] = ()
    levels: tuple[Level, ...] = ()
    instrument: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Depth:
    """A book. Each side is n × 2, price and size, the best first."""

    title: str
    bids: Floats
    asks: Floats
    tick: float


@dataclass(frozen=True, slots=True, eq=False)
class Pane:
    """Series that share one scale. Each has a value at least; ``unit`` follows numbers.

    ``steps`` hold a value until the next; areas and bars begin at zero.
    """

    series: tuple[Series, ...]
    kind: PaneKind = "line"
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Panes above each other that share their times, in the order of time."""

    title: str
    times: Floats
    panes: tuple[Pane, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """A horizontal bar per label and column; a column is a name, its values and the text of each."""

    title: str
    labels: tuple[str, ...]
    columns: tuple[tuple[str, Floats, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """A field per label: its area by ``weights``, its colour by ``changes`` in percent."""

    title: str
    labels: tuple[str, ...]
    changes: Floats
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of text under their names; ``numeric`` says which columns stand to the right."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...] = field(default=())


Picture = Candles | Depth | Lines | Bars | HeatMap | Table
