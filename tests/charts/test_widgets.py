"""The widgets' script, and how long they live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from okx_magic.charts import widgets
from okx_magic.charts.chart import Chart

if TYPE_CHECKING:
    import pytest


def test_the_script_of_a_widget_is_small_and_asks_for_nothing() -> None:
    """One module without imports; no address, no evaluation of text, no markup out of text."""
    for parts in (widgets._PARTS, ("table.js",)):
        text = widgets.script(parts)
        lines = text.splitlines()
        assert max(map(len, lines)) <= 100
        assert text.count("export") == 1
        for bad in (
            "import ",
            "http",
            "eval",
            "Function(",
            "innerHTML",
            "fetch",
            "WebSocket",
            "localStorage",
        ):
            assert bad not in text, bad
    sources = [each.read_text("utf-8").splitlines() for each in widgets._STATIC.glob("*.js")]
    assert len(sources) == len(widgets._PARTS) + 1
    assert max(map(len, sources)) <= 250
    assert sum(map(len, sources)) <= 700


def test_a_cell_that_runs_again_keeps_the_charts_of_its_last_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those of earlier runs are closed, as their outputs are gone; those of other cells stay."""
    shown: list[widgets.Canvas] = []
    where = {"place": ("", "")}
    monkeypatch.setattr(widgets, "_SHOWN", {})
    monkeypatch.setattr(widgets, "has_front_end", lambda: True)
    monkeypatch.setattr(widgets, "place", lambda: where["place"])
    monkeypatch.setattr(widgets, "show", lambda widget, _: shown.append(widget))
    times = pd.date_range("2026-01-01", periods=9, freq="h", tz="UTC", name="ts")
    chart = Chart(pd.DataFrame({"oi": range(9)}, times))
    for place in (("a", "1"), ("a", "1"), ("b", "2"), ("", ""), ("a", "3"), ("", "")):
        where["place"] = place
        chart._ipython_display_()
    assert [canvas.closed for canvas in shown] == [True, True, False, False, False, False]
    for canvas in shown:
        canvas.close()
