"""A stream at the end of a cell, as a line that keeps up with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from okx_magic.ui.console import show_live
from okx_magic.ui.notes import Note

if TYPE_CHECKING:
    from okx_magic.streams.stream import Stream

# Seconds between two changes of the line.
_EACH: Final = 0.5


def show_line(stream: Stream) -> None:
    """Show it under the cell that runs; it follows the stream until that ends."""
    update = show_live(_note(stream))
    shown_at = 0.0

    def follow(row: dict[str, Any]) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if row and now - shown_at < _EACH:
            return
        shown_at = now
        update(_note(stream))
        if not stream.running:
            leave()

    leave = stream.watch(follow)


def _note(stream: Stream) -> Note:
    last = stream.last or {}
    names = ("last", "px", "c", "markPx", "idxPx", "fundingRate", "state")
    shown = next((f"{name} {last[name]}" for name in names if last.get(name)), "")
    return Note((" · ".join(filter(None, (repr(stream), shown))),))
