"""Streams as pictures that move: what travels, what stays, and what is left after them."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from fakestream import FakeStream, bar

from okx_magic.charts import live, widgets
from okx_magic.charts.chart import View
from okx_magic.charts.live import LiveView, Painter, feed_of, next_round

if TYPE_CHECKING:
    from collections.abc import Callable


class Shown:
    """What a front end would have been told, in its order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.painted = threading.Event()
        self.place = ("", "")

    def until(self, told: Callable[[], bool]) -> None:
        """Wait for what the painter's thread does."""
        for _ in range(4_000):
            if told():
                return
            threading.Event().wait(0.005)
        pytest.fail(f"it never came: {self.told}")

    def of(self, kind: str) -> list[Any]:
        return [what for said, what in self.told if said == kind]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """A front end that writes down; time passes between paints as it likes."""
    told = Shown()

    def push(self: Any, kind: str, data: Any, **more: Any) -> None:
        told.told.append((kind, (self, data, more)))
        told.painted.set()

    monkeypatch.setattr(widgets, "has_front_end", lambda: True)
    monkeypatch.setattr(widgets, "place", lambda: told.place)
    monkeypatch.setattr(widgets, "show", lambda *args: told.told.append(("show", args)))
    monkeypatch.setattr(widgets, "refresh", lambda *args: told.told.append(("refresh", args)))
    monkeypatch.setattr(widgets, "take_away", lambda *args: told.told.append(("away", args)))
    monkeypatch.setattr(
        widgets, "at_end_of_cells", lambda _: lambda: told.told.append(("left", ()))
    )
    monkeypatch.setattr(widgets._Live, "push", push)
    monkeypatch.setattr(widgets._Live, "closed", property(lambda _: False))
    monkeypatch.setattr(live, "EACH", 0.001)
    monkeypatch.setattr(live, "PAINTER", Painter())
    return told


def numbers(data: list[bytes], width: int) -> np.ndarray:
    return np.frombuffer(data[0], "<f8").reshape(-1, width)


def test_only_new_and_changed_bars_travel(shown: Shown) -> None:
    """The chart begins with what the stream holds; then a bar travels when it came or changed."""
    stream = FakeStream("candles", "candle1m")
    stream.bring(*(bar(number, 100 + number) for number in range(50)))
    view = LiveView(stream)
    view.show()
    (widget, _, _) = shown.of("show")[0]
    assert len(numbers(widget.data, 6)) == 50
    stream.bring(bar(49, 120), bar(50, 130))
    shown.until(lambda: {130.0} <= closes(shown))
    view.picture()
    assert closes(shown) == {120, 130}


@pytest.mark.usefixtures("shown")
def test_no_trade_is_missing_between_a_view_and_its_first_paint() -> None:
    """What comes after a view was made and before it is shown is in it, and once."""
    stream = FakeStream("trades", "trades")
    made = [{"tradeId": str(n), "ts": "1790000000000", "px": "5", "sz": "2"} for n in range(3)]
    stream.bring(made[0])
    view = LiveView(stream)
    stream.bring(made[1])
    view.show()
    stream.bring(made[2])
    assert view.feed.picture().volume.tolist() == [6]
    view.picture()


def closes(shown: Shown) -> set[float]:
    """The closes of all bars that travelled."""
    return {row[4] for _, data, _ in shown.of("bars") for row in numbers(data, 6).tolist()}


def test_when_a_stream_ends_the_picture_stays(shown: Shown) -> None:
    """The still is made anew, the widget is taken away, and nothing listens any more."""
    stream = FakeStream("candles", "candle1m")
    stream.bring(bar(0, 100))
    first, second = LiveView(stream), LiveView(stream, View(height=200))
    first.show()
    second.show()
    assert stream.subscribed == 2
    stream.bring(bar(1, 105))
    first.picture()
    assert stream.subscribed == 1
    stream.stop()
    shown.until(lambda: len(shown.of("away")) == 2)
    assert stream.subscribed == 0
    bundle, _ = shown.of("refresh")[-1]
    assert "close 105" in bundle["text/plain"]
    assert "okx-still-" not in bundle["text/html"]
    thread = live.PAINTER._thread
    if thread is not None:
        thread.join(20)
    assert live.PAINTER._thread is None


def test_a_picture_of_a_stream_takes_its_live_views_away(shown: Shown) -> None:
    """What stays under their cells is the still of that moment; the stream goes on."""
    stream = FakeStream("candles", "candle1m")
    stream.bring(bar(0, 100))
    LiveView(stream).show()
    LiveView(stream).show()
    still = LiveView(stream).still()
    assert "close 100" in repr(still)
    assert len(shown.of("away")) == 2
    assert stream.subscribed == 0
    assert stream.running


def test_a_cell_that_runs_again_has_one_view(shown: Shown) -> None:
    """The view of its earlier run ends, as its output is gone; others stay."""
    stream = FakeStream("candles", "candle1m")
    stream.bring(bar(0, 100))
    for place in (("a", "run 1"), ("a", "run 1"), ("b", "run 2"), ("a", "run 3")):
        shown.place = place
        LiveView(stream).show()
    assert stream.subscribed == 2
    stream.stop()


def test_a_view_may_begin_before_anything_came(shown: Shown) -> None:
    """It says so in place of a still, and draws what comes."""
    stream = FakeStream("candles", "candle1m")
    view = LiveView(stream)
    view.show()
    assert shown.of("show")[0][1] == {"text/plain": "no picture yet: no bars have come"}
    stream.bring(bar(0, 100.5))
    assert shown.painted.wait(20)
    view.picture()
    assert shown.of("bars")[0][0].spec["tick"] == 0.1


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("table", "no rows have come"),
        ("book", "the book has no bids"),
        ("candles", "no bars have come"),
        ("trades", "no bars have come"),
    ],
)
def test_no_kind_of_stream_needs_a_first_row_to_be_shown(shown: Shown, kind: str, why: str) -> None:
    """Each says what is missing in its still, live or not, and paints what comes, a book whole."""
    stream = FakeStream(kind, kind)
    still = {"text/plain": f"no picture yet: {why}"}
    assert LiveView(stream).still()._repr_mimebundle_() == still
    view = LiveView(stream)
    view.show()
    widget, bundle, _ = shown.of("show")[0]
    assert bundle == still
    # A page that loads again before anything has come.
    assert widget.get_state()["spec"]["title"]
    stream.book = BOOK
    stream.bring(bar(0, 100) if kind == "candles" else {"ts": "0", "px": "5", "sz": "1"})
    assert shown.painted.wait(20)
    view.picture()
    assert "no picture yet" not in shown.of("refresh")[-1][0]["text/plain"]


BOOK = pd.DataFrame({"side": ["bid", "ask"], "px": [1.0, 2.0], "sz": [3.0, 4.0]})


def test_a_book_that_breaks_while_it_is_painted_stops_no_other_view(shown: Shown) -> None:
    """The painter goes on: what is being repaired is painted when it is right again."""
    broken, other = FakeStream("book", "books"), FakeStream("candles", "candle1m")
    broken.book = BOOK
    views = [LiveView(broken), LiveView(other)]
    for view in views:
        view.show()
    suit, suited = widgets.Canvas.suit, threading.Event()

    def breaks(self: widgets.Canvas, feed: Any) -> None:
        broken.book = BOOK[:0]
        suited.set()
        suit(self, feed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widgets.Canvas, "suit", breaks)
        broken.bring({"ts": "1"})
        assert suited.wait(20)
    # A painter that is gone is not asked again by itself.
    other.bring(bar(0, 102))
    shown.until(lambda: {102.0} <= closes(shown))
    for view in views:
        view.picture()


def test_a_page_that_loads_again_gets_what_is_there_now() -> None:
    """The state that a front end asks for is fresh, without a message for every change."""
    stream = FakeStream("table", "tickers")
    stream.bring({"instId": "A", "last": "1"})
    feed = feed_of(stream, "x")
    widget = widgets.live(feed, View(), "key")
    feed.note({"instId": "A", "last": "2"})
    assert widget.get_state()["rows"] == [["A", "2"]]
    assert widget.get_state("height") == {"height": 360}


def test_a_view_that_cannot_be_painted_ends_alone(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fault is told, the stream is left, and the views of other streams move on."""
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", told.append)
    broken, whole = FakeStream("table", "tickers"), FakeStream("table", "tickers")
    for stream in (broken, whole):
        LiveView(stream).show()
        stream.bring({"instId": "A", "last": "1"})
    shown.until(lambda: len(shown.of("cells")) == 2)
    (bad,) = live.PAINTER.views_of(broken)
    monkeypatch.setattr(bad.feed, "changes", lambda: {}["no such"])
    broken.bring({"instId": "A", "last": "2"})
    shown.until(lambda: bool(told))
    assert told[0].exc_type is KeyError
    assert broken.subscribed == 0
    whole.bring({"instId": "A", "last": "3"})
    shown.until(lambda: len(shown.of("cells")) == 3)
    for view in live.PAINTER.views_of(whole):
        view.picture()
    assert len(told) == 1


NEVER = (
    "import ",
    "http",
    "eval(",
    "Function(",
    "innerHTML",
    "fetch(",
    "WebSocket",
    "localStorage",
)


def test_rounds_that_begin_late_are_still_ten_a_second() -> None:
    """Each begins up to 40 ms late; none follows the one before sooner than after half of its time."""
    due, began, rounds = 100.0, 100.0, []
    for number in range(100):
        rounds.append(began)
        due = next_round(due, began)
        began = due + (number % 5) / 100
    gaps = [later - earlier for earlier, later in pairwise(rounds)]
    assert rounds[-1] - rounds[0] == pytest.approx(9.9, abs=0.05)
    assert min(gaps) >= 0.05 - 1e-9


def test_after_a_pause_nothing_is_made_up_for() -> None:
    """A stream that was quiet for a minute is painted ten times a second again, and no faster."""
    due, began = next_round(100.0, 160.0), 160.0
    assert due - began == pytest.approx(0.05)
    assert next_round(due, due) - due == pytest.approx(0.1)
