"""Frames of the market as pictures: candles, trades, books, tickers, funding, times series.

Tested in ``tests/charts/test_choice.py``.
"""

from __future__ import annotations

from numbers import Number
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from okx_magic.charts import columns as col
from okx_magic.charts.pictures import (
    Bars,
    Candles,
    Depth,
    HeatMap,
    Lines,
    NoPictureError,
    Pane,
    Series,
)
from okx_magic.charts.scales import short, span_text, tick_size
from okx_magic.charts.svg import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.charts.pictures import Floats, PaneKind

PRICES: Final = ("open", "high", "low", "close")
_VOLUMES: Final = ("vol", "volume", "volCcy")
# A bar of trades is the shortest of these that makes at most so many bars.
_BARS: Final = (1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800)
_MOST_BARS: Final = 150
_MOST_LINES: Final = 4
# What is drawn of many instruments at one moment, the first that is there.
_SNAPSHOTS: Final = ("oiUsd", "oi", "fundingRate", "last", "markPx", "idxPx", "volUsd24h")
# Columns that say what a row is, not how much of something there is.
_NO_MEASURE: Final = frozenset({"confirm", "method", "formulaType", "seqId", "tradeId", "source"})


def candles(frame: pd.DataFrame, overlay: Sequence[str] = (), tick: float | None = None) -> Candles:
    """Bars by time, with volume where there is one, and columns of the frame drawn over them."""
    times = col.needed_times(frame)
    bars = np.column_stack([col.numbers(frame[name]) for name in PRICES])
    order = col.in_order(times)
    order = order[np.isfinite(bars[order]).all(axis=1)]
    if not order.size:
        raise NoPictureError("no row has open, high, low and close")
    times, bars = times[order], bars[order]
    volume = next((col.numbers(frame[name])[order] for name in _VOLUMES if name in frame), None)
    return Candles(
        col.title_of(frame, f"{_bar_of(frame, times)} candles".strip()),
        times,
        bars,
        None if volume is None else np.nan_to_num(volume),
        tick or tick_size(bars),
        overlays=tuple(Series(name, col.numbers(frame[name])[order]) for name in overlay),
        instrument=col.instrument(frame),
    )


def _bar_of(frame: pd.DataFrame, times: Floats) -> str:
    """The name of the bars: as long as they are apart; ``utc`` where they were asked for so."""
    gaps = np.diff(times)
    length = span_text(float(np.median(gaps))) if gaps.size else ""
    asked = str(frame.attrs.get("bar", ""))
    return asked if asked.removesuffix("utc") == length else length


def trades(frame: pd.DataFrame, tick: float | None = None) -> Candles | Lines:
    """Trades as candles of their own prices; fewer than ten as a line."""
    times, price, size = trade_rows(frame)
    if len(times) < 10:
        return Lines(col.title_of(frame, "trades"), times, (Pane((Series("price", price),)),))
    span = times[-1] - times[0]
    each = next((bar * 1000 for bar in _BARS if span / (bar * 1000) <= _MOST_BARS), 604_800_000)
    starts, bars, volume = of_trades(times, price, size, each)
    title = col.title_of(frame, f"trades as {span_text(each)} candles")
    step = tick or tick_size(price)
    return Candles(title, starts, bars, volume, step, instrument=col.instrument(frame))


def trade_rows(frame: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Times, prices and sizes of trades, the oldest first."""
    times, price = col.needed_times(frame), col.numbers(frame["px"])
    size = np.nan_to_num(col.numbers(frame["sz"]))
    good = np.flatnonzero(np.isfinite(times) & np.isfinite(price))
    if not good.size:
        raise NoPictureError("no row has a time and a price")
    # OKX's trades come newest first; of one millisecond the tradeId tells the order.
    ids = col.numbers(frame["tradeId"]) if "tradeId" in frame else -np.arange(len(frame))
    order = good[np.lexsort((ids[good], times[good]))]
    return times[order], price[order], size[order]


def of_trades(
    times: Floats, price: Floats, size: Floats, each: float
) -> tuple[Floats, Floats, Floats]:
    """Times, bars and volume of trades in their order; a bar without a trade is left out."""
    slot = np.floor(times / each)
    starts = np.flatnonzero(np.append([True], np.diff(slot) > 0))
    ends = np.append(starts[1:], len(times)) - 1
    bars = np.column_stack(
        [
            price[starts],
            np.maximum.reduceat(price, starts),
            np.minimum.reduceat(price, starts),
            price[ends],
        ]
    )
    return slot[starts] * each, bars, np.add.reduceat(size, starts)


def book(frame: pd.DataFrame, tick: float | None = None) -> Depth:
    """Bids and asks from the best outwards."""
    side = frame["side"].astype(str).str.lower().str.rstrip("s")
    price, size = col.numbers(frame["px"]), col.numbers(frame["sz"])
    good = np.isfinite(price) & (size > 0)
    found = []
    for name, way in (("bid", -1), ("ask", 1)):
        rows = np.flatnonzero((side == name).to_numpy() & good)
        rows = rows[np.argsort(way * price[rows], kind="stable")]
        if not rows.size:
            raise NoPictureError(f"the book has no {name}s")
        found.append(np.column_stack([price[rows], size[rows]]))
    step = tick or tick_size(np.concatenate([found[0][:, 0], found[1][:, 0]]))
    return Depth(col.title_of(frame, "book"), found[0], found[1], step)


def tickers(frame: pd.DataFrame) -> HeatMap:
    """Each instrument by its change over 24 hours, as large as what was traded."""
    opened = "open24h" if "open24h" in frame else "sodUtc0"
    first = col.numbers(frame[opened])
    change = (col.numbers(frame["last"]) / np.where(first == 0, np.nan, first) - 1) * 100
    good = np.flatnonzero(np.isfinite(change))
    if not good.size:
        raise NoPictureError(f"no row has last and {opened}")
    weights = _turnover(frame)[good]
    names = col.texts(frame["instId"].iloc[good])
    since = "24 h" if opened == "open24h" else "UTC day"
    return HeatMap(
        f"change over the {since}, area by turnover",
        tuple(names),
        change[good],
        weights,
    )


def _turnover(frame: pd.DataFrame) -> Floats:
    """What was traded, in the quote currency as well as it is known; spread out so that all are seen."""
    if "volCcy24h" not in frame:
        return np.ones(len(frame))
    turnover = col.numbers(frame["volCcy24h"])
    if "instType" in frame:
        # Spot says it in the quote currency, derivatives in the base currency.
        spot = frame["instType"].astype(str).isin(["SPOT", "MARGIN"]).to_numpy()
        turnover = np.where(spot, turnover, turnover * col.numbers(frame["last"]))
    roots: Floats = np.sqrt(np.maximum(np.nan_to_num(turnover), 0))
    return roots


def funding(frame: pd.DataFrame) -> Lines:
    """Funding rates in percent, as bars from zero; of more instruments as lines."""
    rate = "realizedRate" if "realizedRate" in frame else "fundingRate"
    wide = by_instrument(frame, [rate], ("fundingTime",))
    return series_picture(
        col.title_of(frame, "funding rate"), wide, unit="%", scale=100, kind="bars"
    )


def by_instrument(
    frame: pd.DataFrame, names: Sequence[str], prefer: Sequence[str] = ()
) -> pd.DataFrame:
    """Numeric columns by time; where rows are of more instruments, a column for each."""
    times = col.needed_times(frame, prefer)
    long = pd.DataFrame({name: col.numbers(frame[name]) for name in names})
    long["time"] = times
    key = next((each for each in ("instId", "ccy", "instFamily") if each in frame), None)
    if key and len(set(frame[key].dropna().astype(str))) > 1:
        long["key"] = frame[key].astype(str).to_numpy()
        long = long[np.isfinite(long["time"])]
        largest = long["key"].value_counts().index[:_MOST_LINES]
        long = long[long["key"].isin(largest)]
        wide: pd.DataFrame = long.pivot_table(
            index="time", columns="key", values=names[0], aggfunc="last"
        )
        return wide
    places = col.in_order(times)
    return long.iloc[places].set_index("time")


def series_picture(
    title: str, wide: pd.DataFrame, *, unit: str = "", scale: float = 1, kind: PaneKind = "line"
) -> Lines:
    """A picture of a frame whose index is times in milliseconds: lines of like size share a pane."""
    if len(wide) == 0:
        raise NoPictureError("no row has a time and a value")
    series = [Series(str(name), wide[name].to_numpy(float) * scale) for name in wide]
    series = [each for each in series if np.isfinite(each.values).any()]
    if not series:
        raise NoPictureError("its columns hold no numbers")
    groups: list[list[Series]] = []
    for each in series:
        group = next((group for group in groups if _alike(group[0], each)), None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    if len(series) > 1 and kind == "bars":
        kind = "line"
    panes = tuple(Pane(tuple(group), kind, unit) for group in groups)
    return Lines(title, wide.index.to_numpy(float), panes)


def _alike(one: Series, other: Series) -> bool:
    """Whether two lines can be read on one scale."""
    sizes = [float(np.nanmax(np.abs(each.values), initial=0.0)) for each in (one, other)]
    return min(sizes) * 5 >= max(sizes)


def snapshot(frame: pd.DataFrame) -> Bars:
    """One moment of several instruments: as much of each as the frame says."""
    names = [name for name in map(str, frame.columns) if name in _SNAPSHOTS]
    if not names:
        raise NoPictureError("all rows are of one time, and a line needs two")
    name = min(names, key=_SNAPSHOTS.index)
    values = col.numbers(frame[name])
    order = np.argsort(-np.nan_to_num(values), kind="stable")
    labels = col.texts(frame["instId"].iloc[order])
    said = tuple(short(float(values[index])) for index in order)
    return Bars(_topic(frame) or name, tuple(labels), ((name, values[order], said),))


def time_series(frame: pd.DataFrame, chosen: Sequence[str] = ()) -> Lines | Bars:
    """The numeric columns of any frame with times, as lines."""
    times = col.needed_times(frame)
    names = list(chosen) or [
        str(name) for name in frame.columns if name not in _NO_MEASURE and is_measure(frame[name])
    ]
    if not names:
        raise NoPictureError("no column holds numbers")
    if "instId" in frame and frame["instId"].is_unique and len(frame) > 1:
        return snapshot(frame)
    if np.unique(times[np.isfinite(times)]).size < 2:
        raise NoPictureError("all rows are of one time, and a line needs two")
    wide = by_instrument(frame, names[:_MOST_LINES])
    return series_picture(col.title_of(frame, _topic(frame) or ", ".join(names[:4])), wide)


def _topic(frame: pd.DataFrame) -> str:
    """What was asked for, as the last part of the endpoint says it."""
    return clean(str(frame.attrs.get("endpoint", ""))).rpartition("/")[2].replace("-", " ")


def is_measure(values: pd.Series) -> bool:
    """Whether a column holds numbers, also among other things: no ids and no booleans."""
    kind = values.dtype
    if pd.api.types.is_bool_dtype(kind):
        return False
    if pd.api.types.is_numeric_dtype(kind):
        return bool(np.isfinite(col.numbers(values)).any())
    return pd.api.types.is_object_dtype(kind) and any(
        isinstance(value, Number) and not isinstance(value, bool) for value in values.dropna()
    )
