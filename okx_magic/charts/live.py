"""A stream as a picture that moves, and the picture that stays of it.

    the reader's thread ─► feed.note ─► dirty ─► the painter's thread, ten times a second
                                                 ─► changes to the widget, every ten seconds a still

One thread paints all views of a kernel, and ends with the last of them.
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from okx_magic.charts.chart import View
from okx_magic.charts.feeds import BookFeed, CandleFeed, Feed, TableFeed, TradeFeed
from okx_magic.charts.pictures import Candles, NoPictureError
from okx_magic.charts.still import Still, bundle_of, pixels
from okx_magic.errors import OkxMagicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import pandas as pd

# Seconds between what is sent to one view, and between its stills.
EACH: Final = 0.1
STILL: Final = 10.0


class Arg(Protocol):
    """One thing that a stream is subscribed to; as text it is the channel and what it is of."""

    @property
    def keys(self) -> Mapping[str, str]:
        """What it is of: ``{"instId": "BTC-USDT"}``."""


class Stream(Protocol):
    """What a view needs of a stream. All of it may be asked for from any thread."""

    name: str
    channel: str

    @property
    def kind(self) -> str:
        """``candles``, ``trades``, ``book``, or anything else for a table."""

    @property
    def args(self) -> Sequence[Arg]:
        """What it is subscribed to: one for each instrument."""

    @property
    def keys(self) -> Sequence[str]:
        """The fields that tell one row of a table from another, such as instId."""

    @property
    def running(self) -> bool:
        """Whether more may come."""

    def frame(self, n: int | None = None) -> pd.DataFrame:
        """The newest rows, typed; of a book its levels."""

    def watch(
        self, call: Callable[[Mapping[str, Any]], None], begin: Callable[[], None]
    ) -> Callable[[], None]:
        """Call with each row from now on as OKX sent it, and with {} when the state changes; returns
        what ends it. No row comes between what ``begin`` reads and the first call.
        """

    def latest(self) -> Iterable[Mapping[str, Any]]:
        """The newest row of each key, as OKX sent it."""


class LiveView:
    """One view of a stream: a widget over its still."""

    def __init__(self, stream: Stream, view: View | None = None, title: str | None = None) -> None:
        self.stream = stream
        self.view = view or View()
        self._title = title or _title(stream)
        self._begin()
        self._widget: Any = None
        self._ids = ("", "", "")
        self._leave: Callable[[], None] = lambda: None
        self._stilled = 0.0
        self.place = ("", "")
        self._end: Callable[[], None] = lambda: None

    def _begin(self) -> None:
        self.feed = feed_of(self.stream, self._title)

    def show(self) -> None:
        """Show it under the cell that runs, and keep it moving until the stream ends."""
        from okx_magic.charts import widgets  # noqa: PLC0415  # loads the widgets

        if not widgets.has_front_end() or not self.stream.running:
            widgets.show(None, self._bundle(""))
            return
        self.place = widgets.place()
        PAINTER.forget(self.place)
        key = widgets.new_key()
        self._ids = (key, f"okx-{key}-live", f"okx-{key}-still")
        # A height that is none is refused here, before anything listens.
        pixels(self.view.height)
        self._leave = self.stream.watch(self._note, self._begin)
        self._widget = widgets.live(self.feed, self.view, key)
        widgets.show(self._widget, self._bundle(key), self._ids[1:])
        self._stilled = time.monotonic()
        self._end = widgets.at_end_of_cells(self.refresh)
        PAINTER.add(self)

    def still(self) -> Still:
        """The picture of this moment, to be shown; the live views of the stream end with theirs."""
        for view in PAINTER.views_of(self.stream):
            view.picture()
        return Still(self._bundle(""))

    def leave(self) -> None:
        """Follow the stream no more."""
        PAINTER.remove(self)
        self._leave()
        self._end()

    def picture(self) -> None:
        """Take the widget away: what stays is the picture of this moment."""
        self.leave()
        widget, self._widget = self._widget, None
        if widget is not None:
            from okx_magic.charts import widgets  # noqa: PLC0415  # loaded

            widgets.refresh(self._bundle(""), self._ids[2])
            widgets.take_away(widget, self._ids[1])

    def paint(self) -> None:
        """Send what has changed, and now and then another still. The painter calls it."""
        widget = self._widget
        if widget is None or widget.closed or not self.stream.running:
            self.picture()
            return
        try:
            change = self.feed.changes()
        except (NoPictureError, OkxMagicError):
            # A book that is being repaired is painted when it is right again.
            return
        if change is None:
            return
        kind, data, more = change
        widget.suit(self.feed)
        widget.push(kind, data, **more)
        if time.monotonic() - self._stilled >= STILL:
            self.refresh()

    def refresh(self) -> None:
        """Another still in the place of the last."""
        from okx_magic.charts import widgets  # noqa: PLC0415  # loaded

        if self._widget is not None:
            self._stilled = time.monotonic()
            widgets.refresh(self._bundle(self._ids[0]), self._ids[2])

    def _note(self, row: Mapping[str, Any]) -> None:
        if row:
            self.feed.note(row)
        PAINTER.wake(self)

    def _bundle(self, key: str) -> dict[str, str]:
        try:
            picture = self.feed.picture()
        except (NoPictureError, OkxMagicError) as error:
            return {"text/plain": f"no picture yet: {error}"}
        if isinstance(picture, Candles) and not len(picture.bars):
            return {"text/plain": "no picture yet: no bars have come"}
        return bundle_of(picture, self.view.height, key)


def _title(stream: Stream) -> str:
    # Each begins with the channel.
    names = [str(arg).removeprefix(stream.channel).strip() for arg in stream.args]
    args = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return f"{stream.name} · {stream.channel} {args}".rstrip()


def feed_of(stream: Stream, title: str) -> Feed:
    """What fits the kind of the stream."""
    if len(stream.args) > 1:
        # Prices of several instruments have no common scale.
        return _table(stream, title)
    if stream.kind == "book":
        return BookFeed(title, stream.frame)
    if stream.kind == "candles":
        return CandleFeed(title, stream.frame())
    if stream.kind == "trades":
        return TradeFeed(title, stream.frame(1_000))
    return _table(stream, title)


def _table(stream: Stream, title: str) -> TableFeed:
    feed = TableFeed(title, stream.keys, [arg.keys for arg in stream.args])
    for row in stream.latest():
        feed.note(row)
    return feed


def next_round(due: float, began: float) -> float:
    """When the painter's next round is due, after one that was due then and began then: while a cell
    computes each begins late, and what one is late the next waits less, to half of its time.
    """
    return max(due + EACH, began + EACH / 2)


class Painter:
    """The thread that paints what has changed, each view at most ten times a second."""

    def __init__(self) -> None:
        self._views: set[LiveView] = set()
        self._dirty: set[LiveView] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, view: LiveView) -> None:
        """Paint this one, too."""
        with self._changed:
            self._views.add(view)
            self._dirty.add(view)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="okx_magic-charts", daemon=True
                )
                self._thread.start()
            self._changed.notify()

    def remove(self, view: LiveView) -> None:
        """Paint it no more."""
        with self._changed:
            self._views.discard(view)
            self._dirty.discard(view)
            self._changed.notify()

    def views_of(self, stream: Stream) -> list[LiveView]:
        """The live views of a stream."""
        with self._changed:
            return [each for each in self._views if each.stream is stream]

    def forget(self, place: tuple[str, str]) -> None:
        """End the views of earlier runs of a cell: their outputs are gone."""
        cell, run = place
        with self._changed:
            gone = [each for each in self._views if cell and each.place[0] == cell]
        for each in gone:
            if each.place[1] != run:
                each.picture()

    def wake(self, view: LiveView) -> None:
        """Something of it has changed."""
        with self._changed:
            if view in self._views and view not in self._dirty:
                self._dirty.add(view)
                self._changed.notify()

    def _run(self) -> None:
        due = 0.0
        while True:
            with self._changed:
                while self._views and not self._dirty:
                    self._changed.wait()
                if not self._views:
                    self._thread = None
                    return
                some, self._dirty = self._dirty, set()
            due = next_round(due, time.monotonic())
            for view in some:
                self._paint(view)
            time.sleep(max(0.0, due - time.monotonic()))

    def _paint(self, view: LiveView) -> None:
        """A view that cannot be painted ends, with its reason where the kernel's faults stand: the others
        go on.
        """
        try:
            view.paint()
        except Exception:  # noqa: BLE001  # told, not hidden
            view.leave()
            threading.excepthook(
                threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
            )


PAINTER: Final = Painter()
