"""A stream that brings what a test says, from whatever thread says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Arg(str):
    """What a stream is subscribed to, as text its channel."""

    __slots__ = ()

    keys: Mapping[str, str] = {}


class FakeStream:
    """As ``live.Stream`` wants it. ``subscribed`` counts the calls that listen."""

    def __init__(self, kind: str, channel: str, keys: Sequence[str] = ("instId",)) -> None:
        self.name = "ticks"
        self.channel = channel
        self.kind = kind
        self.keys = keys
        self.args = (Arg(channel),)
        self.running = True
        self.rows: dict[Any, Mapping[str, Any]] = {}
        self._calls: list[Callable[[Mapping[str, Any]], None]] = []
        self.book = pd.DataFrame({"side": [], "px": [], "sz": []})

    @property
    def subscribed(self) -> int:
        return len(self._calls)

    def frame(self, n: int | None = None) -> pd.DataFrame:
        if self.kind == "book":
            return self.book
        rows = list(self.rows.values())[-(n or len(self.rows)) :]
        frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else None)
        if self.kind == "candles" and rows:
            names = {"o": "open", "h": "high", "l": "low", "c": "close"}
            frame = frame.astype(float).rename(columns=names)
        return frame

    def latest(self) -> Iterable[Mapping[str, Any]]:
        return list(self.rows.values())

    def watch(
        self, call: Callable[[Mapping[str, Any]], None], begin: Callable[[], None]
    ) -> Callable[[], None]:
        begin()
        self._calls.append(call)
        return lambda: self._calls.remove(call) if call in self._calls else None

    def bring(self, *rows: Mapping[str, Any]) -> None:
        for row in rows:
            key = row["ts"] if self.kind == "candles" else row.get("tradeId") or row.get("instId")
            self.rows[key] = row
            for call in list(self._calls):
                call(row)

    def stop(self) -> None:
        self.running = False
        for call in list(self._calls):
            call({})


def bar(number: int, close: float, volume: float = 1) -> dict[str, str]:
    """A bar of a minute as OKX sends it."""
    return {
        "ts": str(1_790_000_000_000 // 60_000 * 60_000 + number * 60_000),
        "o": "100",
        "h": str(max(100, close) + 1),
        "l": str(min(100, close) - 1),
        "c": str(close),
        "vol": str(volume),
    }
