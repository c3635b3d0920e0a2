"""The picture that stays: an SVG in an image, which needs no kernel, no script and no network.

Tested in ``tests/charts/test_stills.py``.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from okx_magic.charts import pictures, still_others, still_prices
from okx_magic.charts.pictures import NoPictureError
from okx_magic.charts.svg import clean, data_url, escape
from okx_magic.charts.text import text_of
from okx_magic.charts.words import summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.charts.pictures import Picture

HEIGHT: Final = 360
_DRAW: Final[dict[type, Callable[[Any, int], str]]] = {
    pictures.Candles: still_prices.candles,
    pictures.Depth: still_prices.depth,
    pictures.Lines: still_others.lines,
    pictures.Bars: still_others.bars,
    pictures.HeatMap: still_others.heat_map,
    pictures.Table: still_others.table,
}


def pixels(height: Any) -> int:
    """A height that a page has room for. Raises NoPictureError for what is no number."""
    # An int may be more than a float holds.
    number = min(height, 2_000) if isinstance(height, int) else height
    if not isinstance(number, Real) or math.isnan(number):
        raise NoPictureError(f"height: {clean(repr(height)[:40])} is no number of pixels")
    return int(max(120, min(float(number), 2_000)))


def svg_of(picture: Picture, height: int = HEIGHT) -> str:
    """The picture as an SVG document of 760 pixels' width."""
    return _DRAW[type(picture)](picture, pixels(height))


# A widget whose kernel is gone would say that its model was not found, above the still that stays.
_HIDE: Final = (
    "<style>.jp-OutputArea-child:has(+ .jp-OutputArea-child .okx-still)"
    " > .jupyter-widgets:not(:has(*)){display:none}</style>"
)


def html_of(picture: Picture, height: int = HEIGHT, key: str = "") -> str:
    """The same as an image; ``key`` is how a widget finds the still that it hides."""
    names = f"okx-still okx-still-{key}" if key else "okx-still"
    return (
        f'{_HIDE if key else ""}<img class="{names}" alt="{escape(summary(picture))}"'
        f' style="max-width:100%" src="{data_url(svg_of(picture, height))}">'
    )


def bundle_of(picture: Picture, height: int = HEIGHT, key: str = "") -> dict[str, str]:
    """Both as an output of a cell: the image, and text where there are no images."""
    return {"text/html": html_of(picture, height, key), "text/plain": text_of(picture)}


class Still:
    """A picture that stays as it is."""

    def __init__(self, bundle: dict[str, str]) -> None:
        self._bundle = bundle

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return self._bundle

    def __repr__(self) -> str:
        return self._bundle["text/plain"]
