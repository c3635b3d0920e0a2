"""Pictures as widgets: the only file of this room that knows of front ends.

A widget re-opens in no notebook without its kernel, so it never stands alone: a still stands below it,
which it hides as long as it lives.
"""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display

from okx_magic.charts.spec import data_of, spec_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from okx_magic.charts.chart import View
    from okx_magic.charts.pictures import Picture

_STATIC: Final = Path(__file__).parent / "static"
_PARTS: Final = ("axes.js", "bars.js", "candles.js", "depth.js", "lines.js", "view.js")
_ELSEWHERE: Final = "A live chart needs a running kernel; the picture below stays."


def script(parts: Sequence[str]) -> str:
    """Files of ours as the one module that a widget has: what they import from each other is there."""
    lines = []
    importing = False
    for part in parts:
        for line in (_STATIC / part).read_text("utf-8").splitlines():
            importing = importing or line.startswith("import ")
            if not importing:
                lines.append(line.removeprefix("export ") if "default" not in line else line)
            elif line.endswith('.js";'):
                importing = False
    return "\n".join(lines)


class Canvas(anywidget.AnyWidget):
    """A picture on a canvas. ``receive`` gets what the canvas asks for."""

    _esm = script(_PARTS)
    _css = _STATIC / "canvas.css"

    spec = traitlets.Dict().tag(sync=True)
    data: Any = traitlets.List().tag(sync=True)
    height = traitlets.Int(360).tag(sync=True)

    def __init__(self, picture: Picture, view: View, key: str, *, older: bool = False) -> None:
        more = {"key": key, "log": view.log, "local": view.local, "older": older}
        super().__init__(
            spec=spec_of(picture) | more, data=data_of(picture), height=max(120, view.height)
        )
        self.receive: Callable[[Mapping[str, Any]], None] | None = None
        self.on_msg(self._on_message)

    def push(self, kind: str, data: Sequence[bytes], **more: Any) -> None:
        """Send new numbers; may be called from any thread."""
        self.send({"kind": kind, **more}, list(data))

    @property
    def closed(self) -> bool:
        """Whether it was closed, by ``close`` or by the front end."""
        return self.comm is None

    def _on_message(self, _: object, content: Any, __: object) -> None:
        if self.receive is not None and isinstance(content, dict):
            self.receive(content)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = _ELSEWHERE
        return bundle


def has_front_end() -> bool:
    """Whether a kernel runs this, so that there can be widgets."""
    return getattr(get_ipython(), "kernel", None) is not None


def new_key() -> str:
    """A name by which a widget finds its still."""
    return token_hex(6)


def show(widget: Any, bundle: Mapping[str, str], display_id: str | None = None) -> None:
    """The widget, and its still below."""
    if widget is not None:
        display(widget)
    display(dict(bundle), raw=True, display_id=display_id)


def refresh(bundle: Mapping[str, str], display_id: str) -> None:
    """Another still in the place of the one that was shown by this id."""
    display(dict(bundle), raw=True, display_id=display_id, update=True)
