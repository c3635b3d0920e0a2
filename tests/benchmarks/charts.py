"""Charts in a real JupyterLab: first paint, updates seen, kernel CPU, push to pixel, long frames.

    python tests/benchmarks/charts.py

On a quiet machine; nothing is asserted. The peers that are installed are set beside: matplotlib for
stills, bqplot and ipecharts for candles, ipydatagrid for the table.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

sys.path[:0] = [str(Path(__file__).parents[1] / name) for name in ("browser", "charts")]

from conftest import FLAGS, Lab, server  # noqa: E402  # after the path
from fakestream import FakeStream, bar  # noqa: E402  # same
from playwright.sync_api import sync_playwright  # noqa: E402  # same

from okx_magic.charts.choice import picture_of  # noqa: E402  # same
from okx_magic.charts.still import html_of  # noqa: E402  # same

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_STREAM = f"""
import sys, threading, time
sys.path.insert(0, {str(Path(__file__).parents[1] / "charts")!r})
from fakestream import FakeStream, bar
from okx_magic.charts.live import LiveView
"""
_CANDLES = f"""{_STREAM}
stream = FakeStream("candles", "candle1m")
stream.bring(*(bar(number, 100 + number % 7) for number in range(1_000)))
change = lambda tick: stream.bring(bar(1_000 + tick, 100 + tick % 5))
"""
_TABLE = f"""{_STREAM}
stream = FakeStream("table", "tickers")
row = lambda n, v: {{"instId": f"C{{n}}"}} | {{f"f{{k}}": f"{{v + n + k}}.10" for k in range(7)}}
stream.bring(*(row(n, 0) for n in range(300)))
change = lambda tick: stream.bring(*(
    row(n, 0) | {{"f0": str(tick)}} for n in range(tick * 60 % 300, tick * 60 % 300 + 60)))
"""
_SHOW = """
began = time.process_time()
view = LiveView(stream)
view.show()
print("SHOWN", (time.process_time() - began) * 1000)
"""
_RUN = """
def go(spent):
    before = time.process_time()
    for tick in range(1, 51):
        change(tick)
        time.sleep(0.1)
    spent.append(time.process_time() - before)
spent = []
thread = threading.Thread(target=go, args=(spent,))
thread.start()
"""
_BUSY = "while thread.is_alive():\n    sum(range(1000))"
_IDLE = "thread.join(); print('CPU', spent[0] / 50 * 1000)"
# Each frame in which a picture was painted, and how long it took; when the first message of a widget
# came, and when its picture stood in the page.
_WATCH = """() => {
  window.paints = [];
  window.marks = {};
  const ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (call) => ask((now) => {
    const start = performance.now();
    call(now);
    if (/paint/.test(call.name)) window.paints.push([start, performance.now() - start]);
  });
  const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
  kernel.anyMessage.connect((_, { msg }) => {
    if (msg.header.msg_type === "comm_open") window.marks.opened ??= performance.now();
  });
  new MutationObserver(() => {
    if (document.querySelector(".okx-canvas, .okx-table")) window.marks.placed ??= performance.now();
  }).observe(document.body, { childList: true, subtree: true });
}"""
# Each frame in which a peer has drawn anything in the output of a cell: on a canvas, or by elements.
_PEER_WATCH = """() => {
  window.frames_ = new Set();
  let now = 0;
  const tick = (at) => { now = at; requestAnimationFrame(tick); };
  requestAnimationFrame(tick);
  for (const name of ["fill", "stroke", "fillRect", "fillText", "drawImage"]) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...all) {
      window.frames_.add(now);
      return draw.apply(this, all);
    };
  }
  new MutationObserver((some) => {
    if (some.some(({ target }) => target.closest?.(".jp-OutputArea svg"))) window.frames_.add(now);
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
}"""


def stills() -> None:
    """300 bars as a still of ours and as a PNG of matplotlib."""
    stream = FakeStream("candles", "candle1m")
    stream.bring(*(bar(number, 100 + number % 7) for number in range(300)))
    frame = stream.frame()
    html = html_of(picture_of(frame))
    ours = min(_timed(lambda: html_of(picture_of(frame))) for _ in range(9))
    import matplotlib as mpl  # noqa: PLC0415  # its import is part of what is told

    mpl.use("agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415  # same

    def png() -> bytes:
        figure, axes = plt.subplots(figsize=(7.6, 3.6))
        x = np.arange(len(frame))
        axes.vlines(x, frame["low"], frame["high"], linewidth=1)
        axes.bar(x, frame["close"] - frame["open"], 0.7, frame["open"])
        to = io.BytesIO()
        figure.savefig(to, format="png")
        plt.close(figure)
        return to.getvalue()

    theirs = min(_timed(png) for _ in range(3))
    print(f"still of 300 bars: {ours:.1f} ms, {len(html) / 1000:.1f} kB", end="; ")
    print(f"matplotlib PNG {theirs:.0f} ms, {len(png()) / 1000:.1f} kB")


def live(lab: Lab, browser: Browser, what: str, setup: str, selector: str) -> None:
    """Ten updates a second for five seconds, with a cell that runs and without one."""
    lab.write(f"{what}.ipynb", setup, _SHOW, _RUN, _BUSY, _RUN, _IDLE)
    notebook = lab.open(browser, f"{what}.ipynb")
    notebook.page.evaluate(_WATCH)
    notebook.run(0)
    begun = notebook.page.evaluate("() => performance.now()")
    notebook.run(1, wait=False)
    notebook.page.locator(selector).first.wait_for()
    notebook.page.wait_for_function(
        "() => window.paints.length || document.querySelector('.okx-table')"
    )
    opened, placed, painted = notebook.page.evaluate(
        "() => [window.marks.opened, window.marks.placed, (window.paints[0] || [window.marks.placed])[0]]"
    )
    seen = []
    for cells in ((2, 3), (4, 5)):
        notebook.page.evaluate("() => { window.paints = []; }")
        for cell in cells:
            notebook.run(cell)
        paints: list[Any] = notebook.page.evaluate("() => window.paints")
        seen.append(len(paints) / 5)
    cpu = notebook.outputs().rpartition("CPU ")[2].split()[0]
    show = float(notebook.outputs().rpartition("SHOWN ")[2].split()[0])
    print(
        f"{what}: first paint {(painted - begun) / 1000:.2f} s (kernel {opened - begun:.0f} ms, of it"
        f" {show:.0f} ms CPU with the import of ipywidgets,"
        f" front end {placed - opened:.0f} ms, paint {painted - placed:.0f} ms),"
        f" seen a second {seen[0]:.1f} busy / {seen[1]:.1f} idle",
        end="",
    )
    took = statistics.median(each for _, each in paints)
    print(f", kernel CPU {float(cpu):.2f} ms an update, a paint {took:.1f} ms")


def latency(lab: Lab, browser: Browser) -> None:
    """From a push in the kernel to the frame after the paint, 100 times."""
    show = (
        "import time\nfrom okx_magic.charts import widgets\nfrom okx_magic.charts.chart import View\n"
        "from okx_magic.charts.spec import packed\nimport numpy as np\n"
        "live = widgets.live(view.feed, View(), 'x')\nlive"
    )
    push = (
        "for n in range(100):\n"
        "    row = np.array([[1.8e12 + n * 60_000, 100, 101, 99, 100 + n % 2, 1]])\n"
        "    live.push('bars', [packed(row)], tick=time.time() * 1000)\n"
        "    time.sleep(0.05)"
    )
    setup = f"{_CANDLES}\nview = LiveView(stream)"
    lab.write("latency.ipynb", setup, show, push)
    notebook = lab.open(browser, "latency.ipynb")
    notebook.run(0)
    notebook.run(1)
    notebook.page.locator("canvas.okx-canvas").wait_for()
    notebook.page.evaluate(
        """() => { window.late = []; const canvas = document.querySelector('canvas.okx-canvas');
          new MutationObserver(() => { const sent = Number(canvas.dataset.tick);
            requestAnimationFrame(() => setTimeout(() => window.late.push(Date.now() - sent))); })
          .observe(canvas, { attributes: true, attributeFilter: ['data-tick'] }); }"""
    )
    notebook.run(2)
    late = sorted(notebook.page.evaluate("() => window.late"))
    p50, p95 = late[len(late) // 2], late[int(len(late) * 0.95)]
    print(f"push to pixel: p50 {p50:.0f} ms, p95 {p95:.0f} ms of {len(late)}")


def long(lab: Lab, browser: Browser) -> None:
    """20,000 bars, all of them in view."""
    cell = (
        "import numpy as np, pandas as pd\n"
        "index = pd.date_range('2024', periods=20_000, freq='min', tz='UTC', name='ts')\n"
        "close = 100 + np.random.default_rng(1).normal(size=20_000).cumsum()\n"
        "frame = pd.DataFrame({'open': close, 'high': close + 1, 'low': close - 1, 'close': close + .3,"
        " 'vol': 1.0}, index)\nfrom okx_magic.charts.chart import Chart\nChart(frame)"
    )
    lab.write("long.ipynb", cell)
    notebook = lab.open(browser, "long.ipynb")
    notebook.page.evaluate(_WATCH)
    notebook.run(0)
    canvas = notebook.page.locator("canvas.okx-canvas")
    canvas.focus()
    for _ in range(40):
        canvas.press("-")
    notebook.page.evaluate("() => { window.paints = []; }")
    for _ in range(20):
        canvas.press("Shift+ArrowLeft")
    paints = notebook.page.evaluate("() => window.paints")
    print(f"20,000 bars in view: a paint {statistics.median(each for _, each in paints):.1f} ms")


def peer(lab: Lab, browser: Browser, what: str, setup: str, change: str) -> None:
    """The same of what another package shows: the first frame in which it drew, frames a second, CPU. The
    first includes its import, as ours does.
    """
    lab.write(
        f"{what}.ipynb", _BARS, setup, f"change = {change}\n{_RUN}", _BUSY, f"{_RUN}\n{_IDLE}"
    )
    notebook = lab.open(browser, f"{what}.ipynb")
    notebook.page.evaluate(_PEER_WATCH)
    notebook.run(0)
    begun = notebook.page.evaluate("() => { window.frames_.clear(); return performance.now(); }")
    notebook.run(1, wait=False)
    notebook.page.wait_for_function("() => window.frames_.size")
    first = notebook.page.evaluate("() => [...window.frames_][0]")
    seen = []
    for cells in ((2, 3), (4,)):
        notebook.page.evaluate("() => window.frames_.clear()")
        for cell in cells:
            notebook.run(cell)
        seen.append(notebook.page.evaluate("() => window.frames_.size") / 5)
    cpu = float(notebook.outputs().rpartition("CPU ")[2].split()[0])
    print(
        f"{what}: first paint {(first - begun) / 1000:.2f} s, frames a second {seen[0]:.1f} busy /"
        f" {seen[1]:.1f} idle, kernel CPU {cpu:.2f} ms an update"
    )


_BARS = """
import numpy as np, pandas as pd, threading, time
close = 100 + np.random.default_rng(1).normal(size=1_000).cumsum()
bars = np.column_stack([close, close + 1, close - 1, close + 0.3])
"""
_BQPLOT = """
import bqplot
x, y = bqplot.LinearScale(), bqplot.LinearScale()
mark = bqplot.OHLC(x=np.arange(1_000), y=bars, scales={"x": x, "y": y})
bqplot.Figure(marks=[mark])
"""
_ECHARTS = """
from ipecharts import EChartsRawWidget
option = lambda tick: {"animation": False, "xAxis": {"type": "category"}, "yAxis": {"scale": True},
    "series": [{"type": "candlestick", "data": (bars + tick % 5)[:, [0, 3, 2, 1]].tolist()}]}
shown = EChartsRawWidget(option=option(0))
shown
"""
_DATAGRID = """
from ipydatagrid import DataGrid
shown = DataGrid(pd.DataFrame(np.zeros((300, 8)), columns=list("abcdefgh")))
def cells(tick):
    for row in range(tick * 60 % 300, tick * 60 % 300 + 60):
        shown.set_cell_value("a", row, tick)
shown
"""
# What each needs: its package, a cell that makes it, and how it changes.
PEERS = {
    "bqplot": ("bqplot", _BQPLOT, "lambda tick: setattr(mark, 'y', bars + tick % 5)"),
    "ipecharts": ("ipecharts", _ECHARTS, "lambda tick: setattr(shown, 'option', option(tick))"),
    "ipydatagrid": ("ipydatagrid", _DATAGRID, "cells"),
}


def _timed(call: Any) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Print all of it."""
    print(f"pandas {pd.__version__}, Python {sys.version.split()[0]}")
    stills()
    home = Path(tempfile.mkdtemp())
    notebooks = home / "notebooks"
    notebooks.mkdir()
    with server(home, notebooks) as url, sync_playwright() as playwright:
        lab = Lab(url, notebooks, home)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        live(lab, browser, "candles", _CANDLES, "canvas.okx-canvas")
        live(lab, browser, "table", _TABLE, ".okx-table")
        latency(lab, browser)
        long(lab, browser)
        for what, (module, setup, change) in PEERS.items():
            if find_spec(module) is not None:
                peer(lab, browser, what, setup, change)
        browser.close()


if __name__ == "__main__":
    main()
