"""``frame.okx``: what a frame of ours can do more, on every frame of pandas.

All other files of this room are imported when the first picture is asked for.

Tested in ``tests/charts/test_chart_cells.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakValueDictionary

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.charts.chart import Chart

NAME: Final = "okx"


class Source(Protocol):
    """A session: where older bars of a chart come from."""

    def frame(self, method: Any, target: str) -> pd.DataFrame:
        """The answer to a request as a DataFrame."""


# The accessor is the process's own, so the sessions that its frames came from are, too. Each goes with
# its session.
SOURCES: Final[WeakValueDictionary[str, Source]] = WeakValueDictionary()


def enable(account: str, source: Source) -> None:
    """From now on frames of this account come from this source; ``.okx`` is registered with the first."""
    if not hasattr(pd.DataFrame, NAME):
        pd.api.extensions.register_dataframe_accessor(NAME)(OkxFrame)
    SOURCES[account] = source


class OkxFrame:
    """``frame.okx``."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    @property
    def source(self) -> Source | None:
        """The session that the frame came from, if it is still there."""
        return SOURCES.get(str(self._frame.attrs.get("account")))

    def chart(  # noqa: PLR0913  # each by its name
        self,
        *,
        title: str | None = None,
        height: int = 360,
        overlay: str | Sequence[str] = (),
        marks: pd.DataFrame | Sequence[pd.DataFrame] = (),
        candles: pd.DataFrame | None = None,
        tick: float | None = None,
        log: bool = False,
        local: bool = False,
    ) -> Chart:
        """The frame as a picture, chosen by its columns: candles, a book, fills, and so on.

        Examples::

            hours.okx.chart()
            hours["mean"] = hours["close"].rolling(20).mean()
            hours.okx.chart(overlay="mean", marks=[fills, positions], log=True)
            fills.okx.chart(candles=hours)

        ``height`` is in pixels; ``overlay`` names columns of the frame; ``marks`` are frames of fills,
        orders and positions, drawn on candles; ``candles`` is what a frame of those is drawn on.
        ``tick`` is the instrument's tickSz, else it is taken from the prices. ``log`` has a logarithmic
        scale of prices, ``local`` shows the time of the browser in place of UTC; both can be changed
        with the keys L and T. A frame that cannot be drawn says why in a line, and raises nothing.

        The chart is two outputs: a still that is saved with the notebook, and a live one over it.
        """
        from okx_magic.charts.chart import Chart, View  # noqa: PLC0415  # on first use
        from okx_magic.charts.choice import Wanted  # noqa: PLC0415  # same

        wanted = Wanted(title, overlay, marks, candles, tick)
        return Chart(self._frame, wanted, View(height, log=log, local=local))
