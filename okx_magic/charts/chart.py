"""A chart of a frame: what ``frame.okx.chart()`` gives, and shows at the end of a cell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from okx_magic.charts.choice import Wanted, picture_of
from okx_magic.charts.older import Older
from okx_magic.charts.pictures import NoPictureError
from okx_magic.charts.spec import movable
from okx_magic.charts.still import HEIGHT, bundle_of, pixels, svg_of
from okx_magic.charts.text import text_of

if TYPE_CHECKING:
    from os import PathLike

    import pandas as pd

    from okx_magic.charts.pictures import Picture


@dataclass(frozen=True, slots=True)
class View:
    """How it is seen at first: pixels of height, scale of prices, zone of times."""

    height: int = HEIGHT
    log: bool = False
    local: bool = False


class Chart:
    """Shows itself: as a picture in a notebook, as text elsewhere. ``picture`` is None, and
    ``reason`` a line, where the frame cannot be drawn.
    """

    def __init__(
        self, frame: pd.DataFrame, wanted: Wanted | None = None, view: View | None = None
    ) -> None:
        self.frame = frame
        self.view = view or View()
        self.picture: Picture | None = None
        self.reason = ""
        try:
            pixels(self.view.height)
            self.picture = picture_of(frame, wanted)
        except NoPictureError as error:
            self.reason = f"no picture: {error}"

    def svg(self) -> str:
        """The still as an SVG document of 760 pixels' width. Raises NoPictureError."""
        if self.picture is None:
            raise NoPictureError(self.reason)
        return svg_of(self.picture, self.view.height)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the still as an SVG file. Raises NoPictureError."""
        Path(path).write_text(self.svg(), "utf-8")

    def __repr__(self) -> str:
        return self.reason if self.picture is None else text_of(self.picture)

    def _ipython_display_(self) -> None:
        from okx_magic.charts import widgets  # noqa: PLC0415  # loads the widgets

        widget, key = None, ""
        if self.picture is not None and movable(self.picture) and widgets.has_front_end():
            key = widgets.new_key()
            older = Older.of(self.frame)
            widget = widgets.Canvas(self.picture, self.view, key, older=older is not None)
            if older is not None:
                widget.receive = older.answer_to(widget)
            widgets.of_this_run(widget)
        widgets.show(widget, self._bundle(key))

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self._bundle("")

    def _bundle(self, key: str) -> dict[str, str]:
        if self.picture is None:
            return {"text/plain": self.reason}
        return bundle_of(self.picture, self.view.height, key)
