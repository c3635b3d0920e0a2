"""Which picture a frame gets: decided by its columns, so that frames people changed are drawn, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from okx_magic.charts import account, market
from okx_magic.charts import columns as col
from okx_magic.charts.pictures import Candles, NoPictureError, Picture
from okx_magic.charts.svg import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for beside the frame.

    ``overlay`` names numeric columns to draw over candles, or as the lines of a time series. ``marks``
    are frames of fills, orders or positions, drawn on candles; ``candles`` is what a frame of fills,
    orders or positions is drawn on. ``tick`` is the instrument's tickSz; None takes it from the prices.
    """

    title: str | None = None
    overlay: str | Sequence[str] = ()
    marks: pd.DataFrame | Sequence[pd.DataFrame] = ()
    candles: pd.DataFrame | None = None
    tick: float | None = None


def picture_of(frame: pd.DataFrame, wanted: Wanted | None = None) -> Picture:
    """The picture that fits what the frame is. Raises NoPictureError, which says why there is none."""
    wanted = wanted or Wanted()
    frame = col.plain(frame)
    if not len(frame):
        raise NoPictureError("the frame is empty")
    overlay, tick = [str(name) for name in _each(wanted.overlay)], _tick(wanted.tick)
    marks = [col.plain(each) for each in _each(wanted.marks)]
    for name in overlay:
        if name not in frame.columns:
            raise NoPictureError(f"overlay: the frame has no column {clean(name)}")
    if wanted.candles is not None and not col.has(frame, *market.PRICES):
        bars = _candles(col.plain(wanted.candles), (), tick)
        picture: Picture = on_candles(bars, [frame, *marks])
    else:
        picture = _fitting(frame, overlay, tick)
        if marks:
            if not isinstance(picture, Candles):
                raise NoPictureError("marks are drawn on candles, and this frame has none")
            picture = on_candles(picture, marks)
    return picture if wanted.title is None else replace(picture, title=clean(wanted.title))


def _each(wanted: Any) -> list[Any]:
    """What was asked for once or several times: a column's name or names, a frame or frames."""
    if wanted is None:
        return []
    one = isinstance(wanted, str | pd.DataFrame) or not isinstance(wanted, Iterable)
    return [wanted] if one else list(wanted)


def _tick(wanted: Any) -> float | None:
    """A step of prices, also as the text or the exact decimal that an instrument has."""
    if wanted is None:
        return None
    found = float(col.numbers([wanted])[0])
    if not found > 0:
        raise NoPictureError(f"tick: {clean(repr(wanted)[:40])} is no step of prices")
    return found


def on_candles(picture: Candles, frames: Sequence[pd.DataFrame]) -> Candles:
    """The candles with the fills, orders and positions of their instrument marked on them."""
    for frame in frames:
        mine = frame
        if "instId" in frame:
            names = frame["instId"].astype(str)
            if picture.instrument:
                mine = frame[names == picture.instrument]
            elif len(set(names)) > 1:
                raise NoPictureError(
                    "the candles do not say of which instrument they are, and the marks are of several:"
                    " leave the others out"
                )
        picture = replace(
            picture,
            marks=picture.marks + account.marks_of(mine),
            levels=picture.levels + account.levels_of(mine),
        )
    return picture


def _candles(frame: pd.DataFrame, overlay: Sequence[str], tick: float | None) -> Candles:
    if not col.has(frame, *market.PRICES):
        raise NoPictureError("candles need the columns open, high, low and close")
    return market.candles(frame, overlay, tick)


def _fitting(frame: pd.DataFrame, overlay: Sequence[str], tick: float | None) -> Picture:
    if col.has(frame, *market.PRICES):
        return _candles(frame, overlay, tick)
    if overlay:
        return market.time_series(frame, overlay)
    if _is_book(frame):
        return market.book(frame, tick)
    for names, draw in _BY_COLUMNS:
        if col.has(frame, *names):
            return draw(frame)
    if col.has(frame, "px", "sz", "side"):
        return market.trades(frame, tick)
    if col.times_of(frame) is None:
        raise NoPictureError(_unknown(frame))
    return market.time_series(frame)


def _is_book(frame: pd.DataFrame) -> bool:
    if not col.has(frame, "side", "px", "sz"):
        return False
    return set(frame["side"].astype(str).str.lower().str.rstrip("s")) <= {"bid", "ask"}


def _prices(frame: pd.DataFrame) -> Picture:
    """Tickers of one instrument, as they were polled, are a line; of several a heat map."""
    times = col.times_of(frame)
    moments = 0 if times is None else np.unique(times[np.isfinite(times)]).size
    if moments > 1 and len(set(frame["instId"])) == 1:
        return market.time_series(frame, ["last"])
    return market.tickers(frame)


def _unknown(frame: pd.DataFrame) -> str:
    names = ", ".join(clean(str(name)) for name in frame.columns[:6])
    more = " …" if len(frame.columns) > 6 else ""
    return f"no picture is known for these columns, and none of them is a time: {names}{more}"


# What has all of these columns is drawn so; the first that fits.
_BY_COLUMNS: Final[tuple[tuple[tuple[str, ...], Callable[[pd.DataFrame], Picture]], ...]] = (
    (("pos", "instId", "upl"), account.positions),
    (("bal", "balChg", "ccy"), account.bills),
    (("ccy", "eq"), account.balance),
    (("fillPx", "fillSz", "side"), account.fills_alone),
    (("avgPx", "side", "state"), account.fills_alone),
    (("realizedPnl", "closeAvgPx"), account.pnl),
    (("fundingRate", "fundingTime"), market.funding),
    (("last", "open24h", "instId"), _prices),
    (("last", "sodUtc0", "instId"), _prices),
)
