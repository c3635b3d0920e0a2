"""Pictures in a real JupyterLab: looked at closer, in both themes, saved and opened again."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Lab, LabNotebook
    from playwright.sync_api import Browser, Locator


SETUP = "%load_ext okx_magic\n%okx_login sandbox"
BARS = (
    "%%okx -q --chart\nc = GET /api/v5/market/candles?instId=BTC-USDT&bar=15m&limit=300",
    "c['mean'] = c.close.rolling(20).mean()\nc.okx.chart(overlay='mean', height=300)",
)


def opened(lab: Lab, chromium: Browser, name: str, *cells: str) -> LabNotebook:
    lab.write(name, *cells)
    notebook = lab.open(chromium, name)
    notebook.run_all()
    return notebook


def label(canvas: Locator) -> str:
    return canvas.get_attribute("aria-label") or ""


def colours(canvas: Locator) -> dict[str, int]:
    """How many pixels of the canvas have each colour, the most frequent first."""
    found: dict[str, int] = canvas.evaluate(
        """canvas => {
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const counts = {};
          for (let i = 0; i < data.length; i += 4) {
            const key = [data[i], data[i + 1], data[i + 2]].join(",");
            counts[key] = (counts[key] || 0) + 1;
          }
          return Object.fromEntries(Object.entries(counts).sort((a, b) => b[1] - a[1]).slice(0, 60));
        }"""
    )
    return found


def changed(canvas: Locator, before: str) -> str:
    """The label, as soon as it is another one."""
    canvas.page.wait_for_function(
        "([canvas, before]) => canvas.getAttribute('aria-label') !== before",
        arg=[canvas.element_handle(), before],
    )
    return label(canvas)


def test_a_chart_is_looked_at_closer(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """Its still is hidden; pointer and keys move it; the theme is followed at once."""
    notebook = opened(lab, chromium, "charts.ipynb", SETUP, *BARS)
    page = notebook.page
    canvas = page.locator("canvas.okx-canvas").last
    canvas.wait_for()
    page.wait_for_function(
        "document.querySelectorAll('canvas.okx-canvas[aria-label]').length === 2"
    )
    expect(page.locator("img.okx-still")).to_have_count(2)
    assert page.locator("img.okx-still:visible").count() == 0
    first = label(canvas)
    assert first.startswith("BTC-USDT 15m candles: close ")
    box = canvas.bounding_box()
    assert box is not None

    page.mouse.move(box["x"] + 200, box["y"] + 100)
    crossed = changed(canvas, first)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 100, steps=4)
    page.mouse.up()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    dragged = changed(canvas, crossed)
    assert dragged.split(" at ")[1] < crossed.split(" at ")[1]

    assert page.evaluate("document.activeElement.className") == "okx-canvas"
    page.keyboard.press("End")
    page.mouse.move(5, 5)
    canvas.press("Shift+ArrowLeft")
    page.wait_for_function(
        "canvas => canvas.getAttribute('aria-label').includes('close')", arg=canvas.element_handle()
    )
    before = label(canvas)
    canvas.press("t")
    canvas.press("l")
    canvas.press("-")
    canvas.press("Shift+ArrowLeft")
    changed(canvas, before)

    notebook.theme("JupyterLab Light")
    light = next(iter(colours(canvas)))
    page.screenshot(path=str(tmp_path / "light.png"))
    notebook.theme("JupyterLab Dark")
    page.wait_for_function(
        """canvas => canvas.getContext("2d").getImageData(2, canvas.height - 3, 1, 1).data[0] < 60""",
        arg=canvas.element_handle(),
    )
    dark = next(iter(colours(canvas)))
    page.screenshot(path=str(tmp_path / "dark.png"))
    assert light == "255,255,255"
    assert max(map(int, dark.split(","))) < 60


def test_older_bars_come_at_the_left_edge(lab: Lab, chromium: Browser) -> None:
    """Dragged to the first bar, and not before, the chart asks the session for those before it."""
    few = BARS[0].replace("limit=300", "limit=90")
    notebook = opened(lab, chromium, "older.ipynb", SETUP, few)
    canvas = notebook.page.locator("canvas.okx-canvas").last
    canvas.wait_for()
    notebook.page.wait_for_function(
        "canvas => / 90 candles$/.test(canvas.getAttribute('aria-label'))",
        arg=canvas.element_handle(),
    )
    canvas.focus()
    notebook.page.wait_for_timeout(500)
    assert label(canvas).endswith(" 90 candles")
    for _ in range(40):
        canvas.press("ArrowLeft")
    notebook.page.wait_for_function(
        "canvas => Number(canvas.getAttribute('aria-label').match(/(\\d+) candles$/)[1]) >= 190",
        arg=canvas.element_handle(),
    )


@pytest.mark.parametrize("width", [1200, 700, 320])
def test_charts_fit_their_page(lab: Lab, chromium: Browser, tmp_path: Path, width: int) -> None:
    """The canvas is as wide as its output, with pixels of rising and of falling bars."""
    name = f"wide{width}.ipynb"
    lab.write(name, SETUP, BARS[0])
    notebook = lab.open(chromium, name)
    notebook.theme("JupyterLab Light")
    notebook.page.set_viewport_size({"width": width, "height": 900})
    notebook.run_all()
    canvas = notebook.page.locator("canvas.okx-canvas")
    canvas.wait_for()
    notebook.page.wait_for_function(
        "canvas => canvas.getAttribute('aria-label')", arg=canvas.element_handle()
    )
    box, outer = canvas.bounding_box(), canvas.locator("xpath=..").bounding_box()
    assert box is not None
    assert outer is not None
    assert box["width"] == pytest.approx(outer["width"], abs=2)
    assert box["x"] + box["width"] <= width
    seen = colours(canvas)
    notebook.page.screenshot(path=str(tmp_path / f"{width}.png"))
    assert {"0,120,106", "194,47,59"} <= set(seen), seen


def test_a_saved_chart_needs_no_kernel(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """Opened again with another kernel, and exported: the still is there, and no word of a widget."""
    notebook = opened(lab, chromium, "saved.ipynb", SETUP, BARS[0])
    notebook.page.locator("canvas.okx-canvas").wait_for()
    notebook.save()
    notebook.command("kernelmenu:shutdown")
    notebook.page.context.close()
    forget_widgets(lab, "saved.ipynb")
    again = lab.open(chromium, "saved.ipynb")
    still = again.page.locator("img.okx-still")
    still.wait_for()
    again.page.wait_for_timeout(500)
    again.page.screenshot(path=str(tmp_path / "again.png"))
    assert still.evaluate("image => image.naturalWidth") == 760
    assert again.page.get_by_text("Error displaying widget").locator("visible=true").count() == 0

    exported = tmp_path / "saved.html"
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output", str(exported),
         str(lab.notebooks / "saved.ipynb")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    page = chromium.new_context(offline=True).new_page()
    page.goto(exported.as_uri())
    page.screenshot(path=str(tmp_path / "exported.png"))
    assert page.locator("img.okx-still").evaluate("image => image.naturalWidth") == 760
    size = len(json.dumps(saved_cell(lab, "saved.ipynb", 1)))
    assert size < 40_000


def forget_widgets(lab: Lab, name: str) -> None:
    """Lab saves no state of widgets unless told so; these tests tell it."""
    notebook = json.loads((lab.notebooks / name).read_text("utf-8"))
    notebook["metadata"].pop("widgets", None)
    (lab.notebooks / name).write_text(json.dumps(notebook), "utf-8")


def saved_cell(lab: Lab, name: str, number: int) -> Any:
    notebook = json.loads((lab.notebooks / name).read_text("utf-8"))
    return notebook["cells"][number]["outputs"]


def test_notebook_7_draws_and_keeps_it(notebook7: Lab, chromium: Browser, tmp_path: Path) -> None:
    """The same canvas over the same still, which is all that a page without that kernel shows."""
    notebook = opened(notebook7, chromium, "seven.ipynb", SETUP, BARS[0])
    notebook.page.locator("canvas.okx-canvas[aria-label]").wait_for()
    assert notebook.page.locator("img.okx-still:visible").count() == 0
    notebook.page.screenshot(path=str(tmp_path / "seven.png"))
    notebook.save()
    notebook.page.context.close()
    forget_widgets(notebook7, "seven.ipynb")
    again = notebook7.open(chromium, "seven.ipynb")
    still = again.page.locator("img.okx-still")
    still.wait_for(state="attached")
    again.page.screenshot(path=str(tmp_path / "again.png"))
