"""The panel's widget: state out, messages in, and JS and CSS of its own that draw it.

A stock Password keeps its value in a synced trait, which ends up in saved notebooks. Here secrets are
in no trait: they come in one message, which is emptied as soon as it was read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STATIC: Final = Path(__file__).parent / "static"
_WITHOUT_WIDGETS: Final = (
    "The log-in panel of okx_magic needs a running kernel and a front end that shows widgets."
    " Run %okx_login to open it again; elsewhere %okx_login NAME or %okx_login --prompt log in,"
    " and %okx_debug shows how a request was signed."
)


class PanelWidget(anywidget.AnyWidget):
    """Draws what ``show`` is given; ``receive`` is called with each message from a button."""

    _esm = _STATIC / "panel.js"
    _css = _STATIC / "panel.css"

    account = traitlets.Dict().tag(sync=True)
    work = traitlets.Dict().tag(sync=True)
    requests: Any = traitlets.List().tag(sync=True)
    signature = traitlets.Dict(allow_none=True, default_value=None).tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.receive: Callable[[Mapping[str, Any]], None] | None = None
        self.on_msg(self._on_message)

    def show(self, part: str, value: Any) -> None:
        """Send one part of the state to the front end, if it changed."""
        setattr(self, part, value)

    @property
    def closed(self) -> bool:
        """Whether it was closed, by ``close`` or by the front end's ``Widget.close_all``."""
        return self.comm is None

    def _on_message(self, _: object, content: Any, __: object) -> None:
        try:
            if self.receive is not None and isinstance(content, dict):
                self.receive(content)
        finally:
            # The kernel keeps the last message that it got.
            content.clear()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle[0]["text/plain"] = _WITHOUT_WIDGETS
        return bundle
