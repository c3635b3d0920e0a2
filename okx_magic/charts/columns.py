"""Columns of a frame as numbers, times and texts, whatever people made of the frame before.

Tested in ``tests/charts/test_choice.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from okx_magic.charts.pictures import NoPictureError
from okx_magic.charts.svg import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.charts.pictures import Floats

# Where a row's time stands, the first that is there.
TIMES: Final = ("ts", "fillTime", "fundingTime", "uTime", "cTime", "time", "date")
# What lies outside is no price, size or time (of the years 1678 to 2262, as pandas has them): scales and
# sums of such numbers overflow.
_LARGEST: Final = 1e100
_SMALLEST: Final = 1e-100
_LATEST: Final = 9.2e12


def plain(frame: Any) -> pd.DataFrame:
    """The frame with texts as names of its columns; of those that share a name the first. Raises
    NoPictureError for what is no frame.
    """
    if not isinstance(frame, pd.DataFrame):
        raise NoPictureError(f"only a DataFrame can be drawn, and this is {type(frame).__name__}")
    columns: list[Any] = frame.columns.tolist()
    names = [" ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in columns]
    named = frame.set_axis(names, axis=1)
    return named.loc[:, ~named.columns.duplicated()]


def has(frame: pd.DataFrame, *names: str) -> bool:
    """Whether the frame has all of these columns."""
    return set(names) <= set(frame.columns)


def numbers(values: Any) -> Floats:
    """A column as float64: of floats, nullable integers, exact decimals or texts; NaN where none is."""
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    if series.dtype == object or pd.api.types.is_string_dtype(series.dtype):
        # A Decimal is a number to float(), not to to_numeric.
        texts = series.map(lambda value: None if value is None else str(value))
        series = pd.to_numeric(texts, errors="coerce")
    array: Floats = series.to_numpy(dtype=np.float64, na_value=np.nan)
    size = np.abs(array)
    return np.where(size < _LARGEST, np.where(size < _SMALLEST, 0.0, array), np.nan)


def texts(values: pd.Series) -> list[str]:
    """A column as text, "" where there is none, without what could upset a reader."""
    return ["" if pd.isna(value) else clean(str(value)) for value in values]


def milliseconds(values: Any) -> Floats:
    """Times as milliseconds since 1970: times with or without a zone (then UTC's), numbers, or texts."""
    series = values if isinstance(values, pd.Series) else pd.Series(values)
    if pd.api.types.is_numeric_dtype(series.dtype) or _as_okx_sends(series):
        found = numbers(series)
    else:
        moments = pd.to_datetime(series, utc=True, errors="coerce")
        microseconds = moments.to_numpy(dtype="datetime64[us]")
        known = ~np.isnat(microseconds)
        found = np.full(len(series), np.nan)
        found[known] = microseconds[known].astype(np.int64) / 1e3
    return np.where(np.abs(found) < _LATEST, found, np.nan)


def _as_okx_sends(times: pd.Series) -> bool:
    """Whether they are texts of milliseconds: a person made the frame from what OKX sent."""
    return bool(times.dropna().astype(str).str.fullmatch(r"\d{12,14}").all())


def times_of(frame: pd.DataFrame, prefer: Iterable[str] = ()) -> Floats | None:
    """The times of the rows: the index if it is one of times, else a column of OKX's names, else any
    column of times. None where there is none.
    """
    if isinstance(frame.index, pd.DatetimeIndex):
        return milliseconds(frame.index.to_series())
    for name in (*prefer, *TIMES):
        if name in frame.columns:
            return milliseconds(frame[name])
    if frame.index.name in TIMES:
        return milliseconds(frame.index.to_series())
    # Of rows that are things, not moments, a time is one thing more that is known of them.
    for name in () if "instId" in frame else frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[name].dtype):
            return milliseconds(frame[name])
    return None


def needed_times(frame: pd.DataFrame, prefer: Iterable[str] = ()) -> Floats:
    """The same. Raises NoPictureError where there is none."""
    found = times_of(frame, prefer)
    if found is None or not np.isfinite(found).any():
        raise NoPictureError("the rows have no time: keep ts as the index or as a column")
    return found


def in_order(times: Floats) -> np.ndarray:
    """The places of the rows by time; of rows with the same time the last."""
    order = np.argsort(times, kind="stable")
    order = order[np.isfinite(times[order])]
    later = np.append(np.diff(times[order]) > 0, [True])[: len(order)]
    places: np.ndarray = order[later]
    return places


def instrument(frame: pd.DataFrame) -> str:
    """The one instrument of a frame, from its column or from the request; "" where there are more."""
    if "instId" in frame.columns:
        names = [name for name in pd.unique(frame["instId"].dropna().astype(str)) if name]
        return clean(names[0]) if len(names) == 1 else ""
    return clean(str(frame.attrs.get("instId", "")))


def title_of(frame: pd.DataFrame, what: str) -> str:
    """What the picture is of, as a person would say it."""
    return " ".join(part for part in (instrument(frame), what) if part)
