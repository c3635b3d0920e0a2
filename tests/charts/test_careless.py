"""Frames as people leave them, and arguments as they are mistyped: a picture or a line, never a fault."""

from __future__ import annotations

import re
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fakestream import FakeStream

from okx_magic.charts import widgets
from okx_magic.charts.accessor import OkxFrame
from okx_magic.charts.live import LiveView
from okx_magic.charts.pictures import Candles, HeatMap, Lines
from okx_magic.charts.spec import movable, spec_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.charts.chart import Chart

TIMES = pd.date_range("2026-01-01", periods=40, freq="h", tz="UTC", name="ts")
STEPS = np.arange(40.0)
MANY = pd.Series(np.tile(["buy", "sell"], 20), TIMES)
FRAMES = {
    "candles": pd.DataFrame(
        {"open": 99.0, "high": 200.0, "low": 90.0, "close": 100 + STEPS, "vol": STEPS}, TIMES
    ),
    "book": pd.DataFrame({"side": MANY.replace({"buy": "bid", "sell": "ask"}), "px": STEPS + 1})
    .assign(sz=1.0)
    .reset_index(drop=True),
    "fills": pd.DataFrame({"instId": "A-B", "side": MANY, "fillPx": 100 + STEPS, "fillSz": 1.0}),
    "balance": pd.DataFrame({"ccy": [f"C{at}" for at in range(40)], "eq": STEPS, "eqUsd": STEPS}),
    "bills": pd.DataFrame({"ccy": "A", "bal": STEPS, "balChg": 1.0, "type": "2"}, TIMES),
    "positions": pd.DataFrame(
        {"instId": "A-B", "pos": 1.0, "avgPx": 1.0, "upl": STEPS, "liqPx": 1.0, "markPx": STEPS},
        TIMES,
    ),
    "closed positions": pd.DataFrame({"realizedPnl": STEPS, "closeAvgPx": 1.0, "uTime": TIMES}),
    "funding": pd.DataFrame({"instId": "A-B", "fundingRate": STEPS / 1e4, "fundingTime": TIMES}),
    "tickers": pd.DataFrame(
        {"instId": [f"C{at}-B" for at in range(40)], "last": STEPS, "open24h": 5.0}
    ).assign(volCcy24h=STEPS),
    "trades": pd.DataFrame({"side": MANY, "px": 100 + STEPS, "sz": 1.0}, TIMES),
    "any": pd.DataFrame({"oi": STEPS, "vol": STEPS * 9}, TIMES),
}


def all_numbers(change: Callable[[pd.Series], Any]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A change to each column of numbers."""

    def changed(frame: pd.DataFrame) -> pd.DataFrame:
        names = frame.select_dtypes("number").columns
        return frame.assign(**{name: change(frame[name]) for name in names})

    return changed


def all_times(change: Callable[[pd.Series], Any]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """A change to each column of times; those of the index become a column."""

    def changed(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.rename_axis("ts").reset_index()
        names = frame.select_dtypes("datetimetz").columns
        return frame.assign(**{name: change(frame[name]) for name in names})

    return changed


def first_as(value: object) -> Callable[[pd.Series], pd.Series]:
    return lambda column: pd.Series([value, *column[1:]], column.index, dtype=object)


CHANGES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "as it came": lambda frame: frame,
    "index renamed": lambda frame: frame.rename_axis("Zeit"),
    "one row": lambda frame: frame.head(1),
    "no row": lambda frame: frame.head(0),
    "rows twice": lambda frame: pd.concat([frame, frame]),
    "columns twice": lambda frame: pd.concat([frame, frame], axis=1),
    "columns of two levels": lambda frame: pd.concat({"a": frame, "b": frame}, axis=1),
    "columns by number": lambda frame: frame.set_axis(range(frame.shape[1]), axis=1),
    "texts": lambda frame: frame.astype(str),
    "objects": lambda frame: frame.astype(object),
    "Decimals": all_numbers(lambda column: column.map(lambda value: Decimal(str(value)))),
    "missing": all_numbers(lambda _: np.nan),
    "zero": all_numbers(lambda _: 0.0),
    "below zero": all_numbers(lambda column: -column),
    "infinite": all_numbers(lambda _: np.inf),
    "huge": all_numbers(lambda column: column * 1e300),
    "huge, both ways": all_numbers(
        lambda column: np.where(np.arange(len(column)) % 2, 1e308, -1e308)
    ),
    "tiny": all_numbers(lambda column: column * 1e-310),
    "a huge int among them": all_numbers(first_as(10**400)),
    "a word among them": all_numbers(first_as("none")),
    "one time": all_times(lambda column: column.iloc[0]),
    "no time": all_times(lambda _: pd.NaT),
    "times in nanoseconds": all_times(lambda column: column.dt.as_unit("ns").astype("int64")),
    "times of year 9999": all_times(lambda _: 253_402_300_799_999),
    "times as dates": all_times(lambda column: column.dt.date),
    "script": lambda frame: frame.assign(
        **{name: "<script>&\x00\u202e" for name in ("instId", "ccy", "type") if name in frame}
    ),
}


def looked_at(frame: pd.DataFrame, **wanted: Any) -> Chart:
    """The chart, after all that a front end asks of it. Nothing warns, and no number is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = OkxFrame(frame).chart(**wanted)
        assert str(chart)
        said = chart._repr_mimebundle_()["text/plain"]
        assert said
        if chart.picture is None:
            assert "\n" not in chart.reason
            return chart
        drawn = chart.svg()
        assert "<script" not in drawn
        assert len(drawn) < 60_000
        coordinates = re.findall(r' (?:d|x|y|width|height)="([^"]*)"', drawn)
        assert not [each for each in coordinates if "nan" in each or "inf" in each]
        if movable(chart.picture):
            spec_of(chart.picture)
    return chart


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_frame_is_a_picture_or_a_line(change: str) -> None:
    """Each kind of frame, changed as people change them, is drawn or says why not, without a warning."""
    for kind, frame in FRAMES.items():
        try:
            looked_at(CHANGES[change](frame))
        except Exception as error:
            error.add_note(f"{change}: {kind}")
            raise


def test_frames_that_still_hold_it_are_drawn() -> None:
    """The control: a line is not the answer to everything."""
    bars = FRAMES["candles"]
    for change in ("index renamed", "columns twice", "texts", "objects", "Decimals", "below zero"):
        assert type(looked_at(CHANGES[change](bars)).picture) is Candles, change
    for change in ("columns by number", "objects", "a word among them"):
        assert type(looked_at(CHANGES[change](FRAMES["any"])).picture) is Lines, change
    nothing = looked_at(CHANGES["zero"](FRAMES["closed positions"])).picture
    assert type(nothing) is Lines
    assert type(looked_at(CHANGES["objects"](FRAMES["tickers"])).picture) is HeatMap


def test_rows_as_okx_sent_them_are_drawn() -> None:
    """Texts of milliseconds are times, where a person made the frame from an envelope."""
    raw = pd.DataFrame([{"ts": str(1_790_000_000_000 + n * 1000), "oi": n} for n in range(9)])
    picture = looked_at(raw).picture
    assert isinstance(picture, Lines)
    assert picture.times[1] - picture.times[0] == 1000


def test_a_fall_below_zero_is_a_fall() -> None:
    """A close that is further below zero than its open is no gain."""
    bars = FRAMES["candles"].tail(1).assign(open=-1.0, low=-2.0, close=-2.0, high=0.0)
    assert "-100.00%" in str(looked_at(bars))


WRONG: dict[str, tuple[object, ...]] = {
    "height": ("x", None, np.nan, "360"),
    "overlay": ("nope", 5, [["open"]]),
    "marks": ("fills", [None], 5, pd.Series([1])),
    "tick": (0, -1, "x", np.nan, np.inf, pd.NA),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_mistyped_is_said_in_a_line(name: str) -> None:
    """An argument that cannot be meant has its line; the frame stays usable."""
    for value in WRONG[name]:
        chart = looked_at(FRAMES["candles"], **{name: value})
        assert chart.picture is None, value
        assert chart.reason.startswith("no picture: ")
    assert looked_at(FRAMES["fills"], candles="bars").picture is None


def test_what_can_be_meant_is_done() -> None:
    """Heights that no page has are brought within, a tick may be a text, nothing is nothing."""
    bars = FRAMES["candles"]
    for height, tall in ((0, 120), (-1, 120), (1e9, 2_000), (10**400, 2_000), (300.5, 300)):
        assert f'height="{tall}"' in looked_at(bars, height=height).svg()
    assert "100.0," in str(looked_at(bars.head(1), tick="0.1"))
    assert "100.00," in str(looked_at(bars.head(1), tick=Decimal("0.01")))
    assert looked_at(bars, overlay=None, marks=None).picture is not None
    twice = looked_at(bars, overlay=["open", "open"], title="<script>").picture
    assert isinstance(twice, Candles)
    assert len(twice.overlays) == 2


def test_a_sentence_of_many_names_a_few() -> None:
    """Of 300 swaps the text tells the largest, and how many more there are."""
    many = pd.DataFrame({"instId": [f"C{n}-USDT-SWAP" for n in range(300)], "oi": np.arange(300.0)})
    said = str(looked_at(many.assign(ts=TIMES[0])))
    assert "C299-USDT-SWAP" in said
    assert said.endswith("; and 288 more")
    assert len(said) < 2_000


def test_a_cell_of_twenty_views_of_a_stream_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty charts of one stream are left when it ends, and a picture before the first row says so."""
    monkeypatch.setattr(widgets, "has_front_end", lambda: True)
    monkeypatch.setattr(widgets, "place", lambda: ("", ""))
    for name in ("show", "refresh", "take_away"):
        monkeypatch.setattr(widgets, name, lambda *_: None)
    monkeypatch.setattr(widgets, "at_end_of_cells", lambda _: lambda: None)
    for kind in ("candles", "trades", "book", "table"):
        stream = FakeStream(kind, "tickers")
        for _ in range(20):
            LiveView(stream).show()
        assert stream.subscribed == 20
        assert repr(LiveView(stream).still()).startswith("no picture yet: ")
        assert stream.subscribed == 0
