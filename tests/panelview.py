"""A view that keeps what it was told to draw, for tests of the panel without a widget."""

from __future__ import annotations

import threading
from typing import Any


class View:
    """``state`` is what is drawn now, ``history`` all that ever was; ``told`` are the messages."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}
        self.history: list[tuple[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def show(self, part: str, value: Any) -> None:
        with self._changed:
            self.state[part] = value
            self.history.append((part, value))
            self._changed.notify_all()

    def tell(self, message: dict[str, Any]) -> None:
        self.told.append(message)

    def until_idle(self) -> Any:
        """Waits until nothing is under way; returns what was said last."""
        with self._changed:
            assert self._changed.wait_for(lambda: not self.state["work"]["busy"], timeout=30)
        return self.state["work"]
