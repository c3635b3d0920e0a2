"""Which picture a frame gets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.charts.choice import Wanted, picture_of
from okx_magic.charts.pictures import Bars, Candles, Depth, HeatMap, Lines, NoPictureError

if TYPE_CHECKING:
    from okx_magic.session import Session

KINDS = {
    "candles": Candles,
    "index candles": Candles,
    "book": Depth,
    "fills": Lines,
    "orders": Lines,
    "balance": Bars,
    "bills": Lines,
    "positions": Bars,
    "funding": Lines,
    "tickers": HeatMap,
    "trades": Candles,
    "open interest": Lines,
    "open interest now": Bars,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_frame_is_drawn_as_what_it_is(frames: dict[str, pd.DataFrame], name: str) -> None:
    """Each answer of the exchange gets the picture that its columns call for."""
    assert type(picture_of(frames[name])) is KINDS[name]


@pytest.mark.parametrize("name", KINDS)
def test_columns_decide_and_not_what_a_frame_was(
    frames: dict[str, pd.DataFrame], name: str
) -> None:
    """Without attrs, with the time as a column, turned round and with a column more it is the same."""
    frame = frames[name].copy()
    frame.attrs = {}
    if frame.index.name == "ts":
        frame = frame.reset_index()
    frame = frame[::-1].reset_index(drop=True).assign(mine="x")
    assert type(picture_of(frame)) is KINDS[name]


@pytest.mark.parametrize("bar", ["1D", "1Dutc", "4H"])
def test_a_title_names_the_bar_as_it_was_asked_for(okx: Session, bar: str) -> None:
    """Days of UTC are told from those of Hong Kong; bars that were resampled are what they are now."""
    frame = okx.frame("GET", f"/api/v5/market/candles?instId=BTC-USDT&bar={bar}&limit=60")
    assert titled(frame) == f"BTC-USDT {bar} candles"
    assert titled(frame[::-2]) == f"BTC-USDT {2 * int(bar[0])}{bar[1]} candles"


def titled(frame: pd.DataFrame) -> str:
    picture = picture_of(frame)
    assert isinstance(picture, Candles)
    return picture.title


def test_exact_decimals_are_drawn_as_floats_are(okx: Session) -> None:
    """--decimal changes no picture."""
    target = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&after=1700000000000"
    exact = picture_of(okx.frame("GET", target, decimal=True))
    plain = picture_of(okx.frame("GET", target))
    assert isinstance(exact, Candles)
    assert isinstance(plain, Candles)
    assert np.array_equal(exact.bars, plain.bars)
    assert exact.tick == plain.tick


@pytest.mark.parametrize("name", ["instruments", "closed positions"])
def test_what_cannot_be_drawn_says_why(frames: dict[str, pd.DataFrame], name: str) -> None:
    """One line, for the person."""
    with pytest.raises(NoPictureError) as caught:
        picture_of(frames[name])
    reason = "no picture is known for these columns, and none of them is a time: "
    assert str(caught.value) == "the frame is empty" or str(caught.value).startswith(reason)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (pd.DataFrame({"open": [1.0], "high": 1.0, "low": 1.0, "close": 1.0}), "have no time"),
        (pd.DataFrame({"side": ["bid"], "px": [1.0], "sz": [1.0]}), "the book has no asks"),
        (pd.DataFrame({"pos": [0.0], "instId": "A", "upl": 0.0}), "no position is open"),
        (pd.DataFrame({"ccy": ["A"], "eq": [0.0]}), "the account holds nothing"),
        (pd.DataFrame({"ts": pd.to_datetime(["2026"]), "a": ["x"]}), "no column holds numbers"),
        (pd.DataFrame({"ts": pd.to_datetime(["2026"]), "a": [1.0]}), "all rows are of one time"),
    ],
)
def test_each_reason_names_what_is_missing(frame: pd.DataFrame, reason: str) -> None:
    """A person can tell what to keep or to add."""
    with pytest.raises(NoPictureError, match=reason):
        picture_of(frame)


def test_bars_come_in_order_and_once(hours: pd.DataFrame) -> None:
    """Of two rows of one time the last counts; rows without a price are left out."""
    late = hours.iloc[[3]].assign(close=99.5)
    gap = hours.iloc[[5]].assign(close=np.nan)
    picture = picture_of(pd.concat([hours[::-1], late, gap]))
    assert isinstance(picture, Candles)
    assert len(picture.bars) == 47
    assert (np.diff(picture.times) > 0).all()
    assert picture.bars[3, 3] == 99.5


def test_overlays_are_columns_of_the_frame(hours: pd.DataFrame) -> None:
    """They keep their place beside the bars, and one that is not there is named."""
    hours["mean"] = hours["close"].rolling(5).mean()
    picture = picture_of(hours[::-1], Wanted(overlay="mean"))
    assert isinstance(picture, Candles)
    (overlay,) = picture.overlays
    assert np.array_equal(overlay.values, hours["mean"].to_numpy(), equal_nan=True)
    with pytest.raises(NoPictureError, match="overlay: the frame has no column nope"):
        picture_of(hours, Wanted(overlay=["mean", "nope"]))


def test_fills_stand_on_the_candles_of_their_instrument(
    okx: Session, frames: dict[str, pd.DataFrame]
) -> None:
    """The fills of others are left out; prices and sides are those of the fills."""
    fills = frames["fills"]
    bars = okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1m")
    picture = picture_of(fills, Wanted(candles=bars))
    assert isinstance(picture, Candles)
    mine = fills[fills.instId == "BTC-USDT"]
    assert len(fills) > len(mine) > 0
    assert sorted((mark.price, mark.side) for mark in picture.marks) == sorted(
        zip(mine.fillPx, mine.side, strict=True)
    )


def test_candles_of_nobody_take_no_marks_of_several(
    hours: pd.DataFrame, frames: dict[str, pd.DataFrame]
) -> None:
    """Else the fills of one instrument would stand at the prices of another."""
    with pytest.raises(NoPictureError, match="leave the others out"):
        picture_of(hours, Wanted(marks=[frames["fills"]]))


def test_orders_and_positions_are_levels(okx: Session, frames: dict[str, pd.DataFrame]) -> None:
    """An open order at its price; a position at its average price and its liquidation."""
    spot = okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT&bar=1m")
    swap = okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT-SWAP&bar=1m")
    orders = picture_of(spot, Wanted(marks=[frames["open orders"]]))
    held = picture_of(swap, Wanted(marks=[frames["positions"]]))
    assert isinstance(orders, Candles)
    assert isinstance(held, Candles)
    assert [(level.kind, level.price) for level in orders.levels] == [("order", 9.0)]
    position = frames["positions"].iloc[0]
    assert [(level.kind, level.price) for level in held.levels] == [
        ("average", position.avgPx),
        ("liquidation", position.liqPx),
    ]


def test_a_balance_that_was_polled_is_a_line(frames: dict[str, pd.DataFrame]) -> None:
    """Rows of more times are an equity line for each currency."""
    later = frames["balance"].assign(uTime=frames["balance"].uTime + pd.Timedelta("1h"))
    picture = picture_of(pd.concat([frames["balance"], later]))
    assert isinstance(picture, Lines)
    names = {series.name for pane in picture.panes for series in pane.series}
    assert names <= set(frames["balance"].ccy)


def test_trades_become_bars_that_hold_them_all(frames: dict[str, pd.DataFrame]) -> None:
    """Nothing of size is lost, and open and close are the first and the last trade."""
    trades = frames["trades"]
    picture = picture_of(trades)
    assert isinstance(picture, Candles)
    assert picture.volume is not None
    assert picture.volume.sum() == pytest.approx(trades.sz.sum())
    assert picture.bars[0, 0] == trades.px.iloc[-1]
    assert picture.bars[-1, 3] == trades.px.iloc[0]
    assert picture.bars[:, 1].max() == trades.px.max()


@given(
    st.lists(st.integers(1, 10**7), min_size=8, max_size=60, unique=True),
    st.sampled_from(["0.1", "0.01", "0.00001", "5", "0.5", "0.025"]),
)
def test_the_tick_divides_every_price(steps: list[int], tick: str) -> None:
    """It is the instrument's tick or a multiple that all prices share."""
    from okx_magic.charts.scales import tick_size  # noqa: PLC0415  # beside its use

    prices = np.array([float(Decimal(step) * Decimal(tick)) for step in steps])
    found = tick_size(prices)
    ratio = found / float(tick)
    assert ratio == pytest.approx(round(ratio), rel=1e-6)
    assert np.allclose(prices / found, np.rint(prices / found), atol=1e-3)
