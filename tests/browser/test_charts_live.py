"""Streams as pictures in a real JupyterLab: they move, and what they leave stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Lab
    from playwright.sync_api import Browser, Locator


SETUP = "%load_ext okx_magic\n%okx_login sandbox"
STREAM = f"""import sys, threading, time
sys.path.insert(0, {str(Path(__file__).parents[1] / "charts")!r})
from fakestream import FakeStream, bar
from okx_magic.charts.live import LiveView
"""


def label(canvas: Locator) -> str:
    return canvas.get_attribute("aria-label") or ""


def changed(canvas: Locator, before: str) -> str:
    """The label, as soon as it is another one."""
    canvas.page.wait_for_function(
        "([canvas, before]) => canvas.getAttribute('aria-label') !== before",
        arg=[canvas.element_handle(), before],
    )
    return label(canvas)


def saved_cell(lab: Lab, name: str, number: int) -> Any:
    notebook = json.loads((lab.notebooks / name).read_text("utf-8"))
    return notebook["cells"][number]["outputs"]


LIVE = f"""{STREAM}
stream = FakeStream("candles", "candle1m")
stream.bring(*(bar(number, 100 + number % 7) for number in range(200)))
view = LiveView(stream)
view.show()
"""
MOVE = """
def bring():
    for number in range(200, 230):
        stream.bring(bar(number, 100 + number % 5))
        time.sleep(0.05)
thread = threading.Thread(target=bring)
thread.start()
total = 0
while thread.is_alive():
    total += sum(range(1000))
"""


def test_a_live_chart_moves_while_a_cell_runs(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """New bars are seen before the cell ends; at the stream's end the still is all that is left."""
    lab.write("live.ipynb", LIVE, MOVE, "stream.stop()")
    notebook = lab.open(chromium, "live.ipynb")
    notebook.run(0)
    canvas = notebook.page.locator("canvas.okx-canvas")
    canvas.wait_for()
    notebook.page.wait_for_function(
        "canvas => canvas.getAttribute('aria-label')", arg=canvas.element_handle()
    )
    notebook.run(1, wait=False)
    notebook.page.wait_for_function(
        "canvas => { const n = Number(canvas.getAttribute('aria-label').match(/(\\d+) candles$/)[1]);"
        " return n > 202 && n < 230 ? n : false; }",
        arg=canvas.element_handle(), polling=50,
    )  # fmt: skip
    assert (
        notebook.page.evaluate(
            "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.status"
        )
        == "busy"
    )
    notebook.page.wait_for_function(
        "canvas => canvas.getAttribute('aria-label').endsWith(' 230 candles')",
        arg=canvas.element_handle(),
    )
    notebook.wait_until("session.kernel.status === 'idle'")
    notebook.page.screenshot(path=str(tmp_path / "live.png"))
    notebook.run(2)
    notebook.page.locator("img.okx-still").wait_for()
    canvas.wait_for(state="detached")
    alt = notebook.page.locator("img.okx-still").get_attribute("alt") or ""
    assert "over 230 bars" in alt
    notebook.save()
    assert "widget-view" not in json.dumps(saved_cell(lab, "live.ipynb", 0))


TABLE = f"""{STREAM}
stream = FakeStream("table", "tickers")
for n in range(300):
    stream.bring({{"instId": f"COIN{{n:03}}-USDT", "last": f"{{n}}.10", "vol": "<b>1</b>"}})
view = LiveView(stream)
view.show()
"""


def test_a_live_table_shows_what_changed(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """Digits as they came, text as text, up and down for a moment, sorted by a click."""
    change = 'stream.bring({"instId": "COIN007-USDT", "last": "999.50", "vol": "1"})'
    lab.write("table.ipynb", TABLE, change)
    notebook = lab.open(chromium, "table.ipynb")
    notebook.run(0)
    page = notebook.page
    table = page.locator(".okx-table")
    table.wait_for()
    expect(table.locator("tbody tr")).to_have_count(300)
    assert table.locator("td").nth(0).inner_text() == "0.10"
    assert table.locator("td").nth(1).inner_text() == "<b>1</b>"
    page.evaluate(
        """() => { window.moved = []; new MutationObserver(all => all.forEach(one =>
          one.target.dataset.moved && window.moved.push(one.target.dataset.moved)))
          .observe(document.querySelector('.okx-table'), { subtree: true, attributes: true }); }"""
    )
    notebook.run(1)
    page.wait_for_function("() => window.moved.includes('up')")
    page.screenshot(path=str(tmp_path / "table.png"))
    page.wait_for_function("() => !document.querySelector('.okx-table [data-moved]')")
    table.get_by_role("button", name="last").click()
    table.get_by_role("button", name="last").click()
    first = table.locator("tbody tr").first
    assert first.locator("th, td").all_inner_texts()[:2] == ["COIN007-USDT", "999.50"]
    assert table.locator("thead th").nth(1).get_attribute("aria-sort") == "descending"


SUBSCRIBED = """%%okx -q
bars = SUBSCRIBE candle1m?instId=BTC-USDT
book = SUBSCRIBE books?instId=BTC-USDT
ticks = SUBSCRIBE tickers?instId=BTC-USDT,ETH-USDT"""


def test_streams_draw_themselves(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """At the end of a cell: candles and a book that move, and a table; picture() takes them away."""
    names = ("bars", "book", "ticks")
    lab.write("shown.ipynb", SETUP, SUBSCRIBED, *names, "bars.picture()", "%okx_streams stop --all")
    notebook = lab.open(chromium, "shown.ipynb")
    page = notebook.page
    for cell in range(5):
        notebook.run(cell)
    canvas = page.locator("canvas.okx-canvas")
    page.wait_for_function(
        "() => document.querySelectorAll('canvas.okx-canvas[aria-label]').length === 2"
    )
    before = label(canvas.last)
    assert "best bid" in before
    changed(canvas.last, before)
    page.locator(".okx-table [data-moved]").first.wait_for()
    page.screenshot(path=str(tmp_path / "streams.png"))
    notebook.run(5)
    page.wait_for_function("() => document.querySelectorAll('canvas.okx-canvas').length === 1")
    notebook.run(6)
    page.wait_for_function("() => !document.querySelector('canvas.okx-canvas, .okx-table')")
    expect(page.locator("img.okx-still:visible")).to_have_count(4)
    page.screenshot(path=str(tmp_path / "ended.png"))
