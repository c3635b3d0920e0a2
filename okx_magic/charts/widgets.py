"""Pictures as widgets: the only file of this room that knows of front ends.

A widget re-opens in no notebook without its kernel, so it never stands alone: a still stands below it,
which it hides as long as it lives.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import anywidget
import numpy as np
import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display

from okx_magic.charts.feeds import BookFeed, TableFeed
from okx_magic.charts.pictures import Depth, NoPictureError
from okx_magic.charts.spec import data_of, spec_of
from okx_magic.charts.still import pixels
from okx_magic.errors import OkxMagicError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.charts.chart import View
    from okx_magic.charts.feeds import Feed
    from okx_magic.charts.pictures import Picture

_STATIC: Final = Path(__file__).parent / "static"
_PARTS: Final = ("axes.js", "bars.js", "candles.js", "depth.js", "lines.js", "view.js")
_HELP: Final = (
    "Arrow keys move and Shift with them the crosshair, plus and minus zoom, Home and End go to the ends,"
    " L changes the scale, T the time zone."
)
_ELSEWHERE: Final = "A live chart needs a running kernel; the picture below stays."


def script(parts: Sequence[str]) -> str:
    """Files of ours as the one module that a widget has: what they import from each other is there, and
    the colours that the stills have, too.
    """
    palette = json.loads((_STATIC / "palette.json").read_text("utf-8"))
    lines = [f"const PALETTE = {json.dumps(palette, indent=1)};"]
    importing = False
    for part in parts:
        for line in (_STATIC / part).read_text("utf-8").splitlines():
            importing = importing or line.startswith("import ")
            if not importing:
                lines.append(line.removeprefix("export ") if "default" not in line else line)
            elif line.endswith(('.js";', "};")):
                importing = False
    return "\n".join(lines)


class _Live(anywidget.AnyWidget):
    """What both widgets share: messages both ways, and a state that is fresh whenever it is asked for."""

    _css = _STATIC / "canvas.css"

    spec = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(360).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        # What a page that loads again gets in place of what was there at first.
        self.fresh: Callable[[], Mapping[str, Any]] = dict
        self.receive: Callable[[Mapping[str, Any]], None] | None = None
        super().__init__(**state)
        self.on_msg(self._on_message)

    def push(self, kind: str, data: Sequence[bytes], **more: Any) -> None:
        """Send new numbers; may be called from any thread."""
        self.send({"kind": kind, **more}, list(data))

    @property
    def closed(self) -> bool:
        """Whether it was closed, by ``close`` or by the front end."""
        return self.comm is None

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> Any:  # noqa: FBT001, FBT002  # ipywidgets'
        """The state as it is now."""
        state = super().get_state(key=key, drop_defaults=drop_defaults)
        state.update({name: value for name, value in self.fresh().items() if name in state})
        return state

    def _on_message(self, _: object, content: Any, __: object) -> None:
        if self.receive is not None and isinstance(content, dict):
            self.receive(content)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = _ELSEWHERE
        return bundle


class Canvas(_Live):
    """A picture on a canvas. ``receive`` gets what the canvas asks for."""

    _esm = script(_PARTS)

    data: Any = traitlets.List().tag(sync=True)

    def __init__(self, picture: Picture, view: View, key: str, *, older: bool = False) -> None:
        more = {"key": key, "log": view.log, "local": view.local, "older": older, "help": _HELP}
        height = pixels(view.height)
        super().__init__(spec=spec_of(picture) | more, data=data_of(picture), height=height)
        self._steps = 30

    def suit(self, feed: Feed) -> None:
        """The step of prices, of which the first bars say little."""
        if self._steps > 0:
            self._steps -= 1
            tick = spec_of(_picture_of(feed)).get("tick")
            if tick != self.spec["tick"]:
                self.spec = self.spec | {"tick": tick}


class LiveTable(_Live):
    """Rows of text of which only changed cells travel."""

    _esm = script(("table.js",))

    rows: Any = traitlets.List().tag(sync=True)

    def suit(self, feed: Feed) -> None:
        """The names of the columns, which the first row brings."""
        names = list(feed.names) if isinstance(feed, TableFeed) else []
        if names != self.spec["names"]:
            self.spec = self.spec | {"names": names}


def live(feed: Feed, view: View, key: str) -> Canvas | LiveTable:
    """The widget of a stream: a table, or a canvas that may begin empty."""
    if isinstance(feed, TableFeed):
        feed.changes()
        spec = {"title": feed.title, "names": list(feed.names), "key": key}
        table = LiveTable(spec=spec, rows=list(feed.rows), height=pixels(view.height))
        table.fresh = lambda: {"rows": list(feed.rows)}
        return table
    canvas = Canvas(_picture_of(feed), view, key)
    canvas.fresh = lambda: {"data": data_of(_picture_of(feed))}
    return canvas


def _picture_of(feed: Feed) -> Picture:
    """What a canvas has to show; a book that has not come, or is being repaired, is empty there."""
    try:
        return feed.picture()
    except (NoPictureError, OkxMagicError):
        if not isinstance(feed, BookFeed):
            raise
        return Depth(feed.title, np.empty((0, 2)), np.empty((0, 2)), 1.0)


def has_front_end() -> bool:
    """Whether a kernel runs this, so that there can be widgets."""
    return getattr(get_ipython(), "kernel", None) is not None


def place() -> tuple[str, str]:
    """The cell that runs, and which of its runs this is; "" where the front end names none."""
    parent = get_ipython().kernel.get_parent("shell") if has_front_end() else {}
    cell = (parent.get("metadata") or {}).get("cellId") or ""
    return str(cell), str((parent.get("header") or {}).get("msg_id") or "")


# The run of a cell that was seen last, and the charts that it showed.
_SHOWN: Final[dict[str, tuple[str, list[Canvas]]]] = {}


def of_this_run(canvas: Canvas) -> None:
    """Close the charts of earlier runs of the cell that runs: their outputs are gone, and the kernel
    would keep their numbers for each page that loads again.
    """
    cell, run = place()
    if not cell:
        return
    before, canvases = _SHOWN.get(cell, ("", []))
    if before != run:
        for each in canvases:
            each.close()
        canvases = []
    _SHOWN[cell] = (run, [*canvases, canvas])


def new_key() -> str:
    """A name by which a widget finds its still."""
    return token_hex(6)


def show(widget: Any, bundle: Mapping[str, str], ids: Sequence[str | None] = (None, None)) -> None:
    """The widget, and its still below, each with a display_id if it has one."""
    if widget is not None:
        display(widget, display_id=ids[0])
    display(dict(bundle), raw=True, display_id=ids[1])


def refresh(bundle: Mapping[str, str], display_id: str) -> None:
    """Another still in the place of the one that was shown by this id."""
    display(dict(bundle), raw=True, display_id=display_id, update=True)


def take_away(widget: Any, display_id: str) -> None:
    """Nothing in the place of a widget, so that a saved notebook asks for none."""
    display({"text/html": "", "text/plain": ""}, raw=True, display_id=display_id, update=True)
    widget.close()


def at_end_of_cells(call: Callable[[], None]) -> Callable[[], None]:
    """Call at the end of each later cell; returns what ends that."""
    events = get_ipython().events
    first = True

    def after(_: object) -> None:
        nonlocal first
        # The cell that showed it ends first, and has its still already.
        if not first:
            call()
        first = False

    def leave() -> None:
        # It may be left twice, by the stream's end and by the person.
        with suppress(ValueError):
            events.unregister("post_run_cell", after)

    events.register("post_run_cell", after)
    return leave
