"""Pictures that stay: small, well-formed, legible, and nothing but pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.charts.chart import Chart, View
from okx_magic.charts.choice import Wanted, picture_of
from okx_magic.charts.pictures import Candles, Table
from okx_magic.charts.scales import percent
from okx_magic.charts.squares import squares
from okx_magic.charts.still import html_of, svg_of
from okx_magic.charts.still_prices import merged
from okx_magic.charts.svg import _PALETTE, data_url
from okx_magic.charts.text import text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    import pandas as pd

SVG = "{http://www.w3.org/2000/svg}"
DRAWN = (
    "candles", "index candles", "book", "fills", "orders", "balance", "bills", "positions",
    "funding", "tickers", "trades", "open interest", "open interest now",
)  # fmt: skip
# What may stand in a still. No script, no link, no picture from elsewhere.
ELEMENTS = {"svg", "style", "path", "rect", "text"}


def parsed(svg: str) -> Element:
    return ET.fromstring(svg)  # noqa: S314  # our own


@pytest.mark.parametrize("name", DRAWN)
def test_a_still_is_small_and_well_formed(frames: dict[str, pd.DataFrame], name: str) -> None:
    """Under 25 kB with what the page adds, made of shapes and text, with a label and text that say what
    it shows.
    """
    picture = picture_of(frames[name])
    html = html_of(picture)
    assert len(html.encode()) < 25_000
    document = parsed(svg_of(picture))
    assert {element.tag.removeprefix(SVG) for element in document.iter()} <= ELEMENTS
    assert document.get("role") == "img"
    assert document.get("aria-label")
    assert text_of(picture).splitlines()[-1] == document.get("aria-label")
    coordinates = re.findall(r'(?:d|x|y|width|height)="([^"]*)"', svg_of(picture))
    assert not any(bad in each for each in coordinates for bad in ("nan", "inf", "e-", "e+"))


def test_a_rising_bar_is_hollow_and_a_falling_one_full(hours: pd.DataFrame) -> None:
    """So that colour does not say it alone."""
    document = parsed(svg_of(picture_of(hours)))
    bodies = [path for path in document.iter(f"{SVG}path") if "z" in path.get("d", "")]
    assert [path.get("class") for path in bodies] == ["l up"]
    assert bodies[0].get("d", "").count("z") == 24
    falling = [path for path in document.iter(f"{SVG}path") if path.get("class") == "l down"]
    assert [path.get("d", "").count("V") for path in falling if path.get("stroke-width")] == [
        24,
        24,
    ]


def test_prices_stand_where_the_axis_says(hours: pd.DataFrame) -> None:
    """The tag of the last close has the height of its price between the labels of the axis."""
    document = parsed(svg_of(picture_of(hours)))
    labels = [(text.text or "", float(text.get("y", ""))) for text in document.iter(f"{SVG}text")]
    # Of prices: the axis of volume has numbers of one digit.
    axis = {float(text): y for text, y in labels if re.fullmatch(r"\d\d+", text)}
    low, high = min(axis), max(axis)
    tag = next(y for text, y in labels if text == "99")
    expected = axis[low] + (99 - low) / (high - low) * (axis[high] - axis[low])
    assert tag == pytest.approx(expected, abs=1.0)


def test_many_bars_are_merged_and_lose_no_extreme(frames: dict[str, pd.DataFrame]) -> None:
    """At most 300 are drawn; the first open, the last close, highs, lows and volume stay."""
    generator = np.random.default_rng(1)
    bars = np.sort(generator.uniform(90, 110, (2_345, 4)))[:, [1, 3, 0, 2]]
    volume = generator.uniform(0, 9, 2_345)
    (few, total), each = merged(bars, volume)
    assert each == 8
    assert len(few) <= 300
    assert (few[0, 0], few[-1, 3]) == (bars[0, 0], bars[-1, 3])
    assert (few[:, 1].max(), few[:, 2].min()) == (bars[:, 1].max(), bars[:, 2].min())
    assert total is not None
    assert total.sum() == pytest.approx(volume.sum())
    del frames


HOSTILE = "</text><script>alert(1)</script>\x1b[31m\u202e\"'&\x00"


def test_text_of_a_server_stays_text(hours: pd.DataFrame) -> None:
    """Names of columns and instruments become no element, no attribute and no escape sequence."""
    hours[HOSTILE] = hours["close"]
    hours.attrs["instId"] = HOSTILE
    picture = picture_of(hours, Wanted(overlay=HOSTILE))
    assert {each.tag.removeprefix(SVG) for each in parsed(svg_of(picture)).iter()} <= ELEMENTS
    html = html_of(picture)
    assert html.count("<") == 1
    assert "\x1b" not in text_of(picture)
    assert "\u202e" not in text_of(picture)


@settings(max_examples=60)
@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_makes_a_readable_document(title: str, cell: str) -> None:
    """Whatever is in a title or a cell, an XML reader reads it back, and the address holds all of it."""
    svg = svg_of(Table(title, ("a", "b"), ((cell, "1"),), (False, True)))
    parsed(svg)
    assert unquote(data_url(svg).partition(",")[2]) == svg
    assert '"' not in data_url(svg)


def test_colours_have_contrast() -> None:
    """WCAG 2.2: text 4.5 to 1 on its ground, in both themes; the grid is no information."""
    for colours in (_PALETTE["light"], _PALETTE["dark"]):
        ground = _luminance(colours["ground"])
        for name, colour in colours.items():
            if name not in {"ground", "grid"}:
                pair = sorted([_luminance(colour), ground])
                assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, (name, colour)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=60))
def test_fields_of_a_heat_map_fill_it(weights: list[float]) -> None:
    """Their areas are all of it, and none stands outside."""
    fields = squares(sorted(weights, reverse=True), 0, 0, 700, 300)
    assert sum(wide * tall for _, _, wide, tall in fields) == pytest.approx(210_000, rel=1e-6)
    for x, y, wide, tall in fields:
        assert x >= -1e-6
        assert y >= -1e-6
        assert x + wide <= 700.001
        assert y + tall <= 300.001


def test_a_chart_shows_a_picture_or_a_line(frames: dict[str, pd.DataFrame]) -> None:
    """In a terminal it is blocks and numbers; what cannot be drawn is a line and no error."""
    chart = Chart(frames["candles"], view=View(height=240))
    assert "▁" in repr(chart)
    assert 'height="240"' in chart.svg()
    bundle = Chart(frames["closed positions"])._repr_mimebundle_()
    assert bundle == {"text/plain": "no picture: the frame is empty"}


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_few_bars_are_drawn(hours: pd.DataFrame, rows: int) -> None:
    """A frame need not be long, and flat prices need no span."""
    flat = hours[:rows].assign(open=5.0, high=5.0, low=5.0, close=5.0, vol=0.0)
    picture = picture_of(flat)
    assert isinstance(picture, Candles)
    parsed(svg_of(picture))
    assert "last close 5" in text_of(picture)


@pytest.mark.parametrize(
    ("change", "text"), [(-0.001, "+0.00%"), (0, "+0.00%"), (-1.256, "-1.26%")]
)
def test_a_change_that_rounds_to_nothing_has_no_minus(change: float, text: str) -> None:
    """Every other keeps its sign, so that colour does not say it alone."""
    assert percent(change) == text
