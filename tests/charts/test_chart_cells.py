"""Pictures as cells ask for them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from okx_magic.errors import CellError

if TYPE_CHECKING:
    from conftest import Notebook

BOOK = "GET /api/v5/market/books?instId=BTC-USDT&sz=5"


def test_chart_shows_the_picture_of_each_answer(sandbox_notebook: Notebook) -> None:
    """With a name the frame is assigned all the same; without one the picture is in its place."""
    text = sandbox_notebook.run(f"%%okx --chart\nb = {BOOK}\n{BOOK}")
    assert sandbox_notebook.error is None
    assert text.count("BTC-USDT book: best bid ") == 2
    assert isinstance(sandbox_notebook["b"], pd.DataFrame)


def test_a_line_with_chart_gives_its_frame_too(sandbox_notebook: Notebook) -> None:
    """The picture is shown, the frame returned."""
    text = sandbox_notebook.run(f"b = %okx --chart {BOOK}")
    assert "best bid" in text
    assert list(sandbox_notebook["b"].columns) == ["side", "px", "sz", "orders"]


def test_pages_are_drawn(sandbox_notebook: Notebook) -> None:
    """--chart goes with --pages."""
    text = sandbox_notebook.run(
        "%%okx --chart --pages 2 c\nGET /api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=100"
    )
    assert "BTC-USDT 1H candles: last close" in text
    assert "over 200 bars" in text


def test_what_cannot_be_drawn_says_so_and_the_cell_goes_on(sandbox_notebook: Notebook) -> None:
    """No picture is no error."""
    text = sandbox_notebook.run("%%okx --chart t\nGET /api/v5/public/time")
    assert sandbox_notebook.error is None
    assert "no picture: " in text
    assert len(sandbox_notebook["t"]) == 1


def test_chart_and_raw_contradict_each_other(sandbox_notebook: Notebook) -> None:
    """The person learns it before anything is sent."""
    sandbox_notebook.run(f"%%okx --chart --raw\n{BOOK}")
    assert isinstance(sandbox_notebook.error, CellError)
    assert "--chart draws frames, and --raw makes none" in str(sandbox_notebook.error)


FIRST = """
import sys
import okx_magic
with okx_magic.connect("sandbox") as okx:
    frame = okx.frame("GET", "/api/v5/market/candles?instId=BTC-USDT")
    loaded = sorted(name for name in sys.modules if name.startswith("okx_magic.charts"))
    print(loaded, "anywidget" in sys.modules)
    print(frame.tail(3).okx.chart())
"""


@pytest.mark.slow
@pytest.mark.slow
def test_nothing_is_loaded_before_the_first_picture() -> None:
    """A frame loads its accessor and nothing more of this room, and no widgets."""
    done = subprocess.run(
        [sys.executable, "-c", FIRST], capture_output=True, text=True, check=True, timeout=60
    )
    loaded, drawn = done.stdout.split("\n", 1)
    assert loaded == "['okx_magic.charts', 'okx_magic.charts.accessor'] False"
    assert "last close" in drawn
