"""Bars from before the first one that a chart has, brought when a person drags there.

Tested in ``tests/browser/test_charts.py`` and ``tests/charts/test_live.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import numpy as np

from okx_magic.charts import market
from okx_magic.charts.columns import times_of
from okx_magic.charts.pictures import NoPictureError
from okx_magic.charts.scales import span_text
from okx_magic.charts.spec import bar_rows, packed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from okx_magic.charts.accessor import Source

# Where bars of any age are (OKX docs: Order Book Trading, Market Data; Public Data).
_HISTORIES: Final = {
    f"GET /api/v5/market/{recent}": f"/api/v5/market/{history}"
    for recent, history in (
        ("candles", "history-candles"),
        ("history-candles", "history-candles"),
        ("index-candles", "history-index-candles"),
        ("history-index-candles", "history-index-candles"),
        ("mark-price-candles", "history-mark-price-candles"),
        ("history-mark-price-candles", "history-mark-price-candles"),
    )
}
_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Older:
    """Asks a session for bars of the same instrument and length."""

    source: Source
    path: str
    query: Mapping[str, str]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Older | None:
        """For a frame of candles as OKX sent them; None for one that cannot be continued."""
        # Registered with the first frame of a session; a frame of another's making has none.
        accessor = getattr(frame, "okx", None)
        source = accessor.source if accessor is not None else None
        path = _HISTORIES.get(str(frame.attrs.get("endpoint")))
        name, bar = frame.attrs.get("instId"), str(frame.attrs.get("bar", "1m"))
        if source is None or path is None or not name or not _still_of(frame, bar):
            return None
        return cls(source, path, {"instId": str(name), "bar": bar, "limit": str(_PAGE)})

    def before(self, time: float, columns: int) -> tuple[bytes, bool]:
        """Rows before a time as a canvas takes them, of so many columns, and whether they are the last.

        Raises what a request may raise.
        """
        query = urlencode({**self.query, "after": f"{time:.0f}"})
        frame = self.source.frame("GET", f"{self.path}?{query}")
        try:
            rows = bar_rows(market.candles(frame))
        except NoPictureError:
            return b"", True
        missing = np.full((len(rows), columns - rows.shape[1]), np.nan)
        return packed(np.hstack([rows, missing])), len(rows) < _PAGE

    def answer_to(self, canvas: Any) -> Callable[[Mapping[str, Any]], None]:
        """What a canvas calls when it wants older bars. What goes wrong ends its asking."""

        def answer(message: Mapping[str, Any]) -> None:
            before = message.get("before")
            if message.get("kind") != "older" or not isinstance(before, int | float):
                return
            rows, last = b"", True
            try:
                rows, last = self.before(before, 6 + len(canvas.spec["overlays"]))
            finally:
                canvas.push("older", [rows], end=last)

        return answer


def _still_of(frame: pd.DataFrame, bar: str) -> bool:
    """Whether the bars are as long as those that were asked for: a person may have joined some."""
    times = times_of(frame)
    if times is None or len(times) < 2:
        return False
    said = bar.removesuffix("utc")
    usual = span_text(float(np.median(np.diff(np.sort(times)))))
    return said == usual or said.endswith("M") or said in {"7D", "1W"}
