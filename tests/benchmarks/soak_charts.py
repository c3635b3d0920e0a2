"""Streams with their charts in a real JupyterLab for an hour: the memory of the kernel and of the page.

    python tests/benchmarks/soak_charts.py [MINUTES]

A line a minute; nothing is asserted. The page's memory is its JavaScript heap after a collection.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "browser")]

from conftest import FLAGS, Lab, server  # noqa: E402  # after the path
from playwright.sync_api import sync_playwright  # noqa: E402  # same

_SETUP = "%load_ext okx_magic\n%okx_login sandbox\nimport os\nprint('PID', os.getpid())"
# With few rows to keep: what a stream keeps is full after minutes, and cannot be what grows.
_STREAMS = (
    "%%okx bars --keep 1000\nSUBSCRIBE candle1m?instId=BTC-USDT",
    "%%okx deals --keep 1000\nSUBSCRIBE trades?instId=BTC-USDT",
    "%%okx book --keep 1000\nSUBSCRIBE books?instId=BTC-USDT",
    "%%okx ticks --keep 1000\nSUBSCRIBE tickers?instId=BTC-USDT,ETH-USDT,SOL-USDT",
)
_VIEWS = ("bars", "deals", "book", "ticks")


def main(minutes: int) -> None:
    """Print the memory of both each minute."""
    home = Path(tempfile.mkdtemp())
    notebooks = home / "notebooks"
    notebooks.mkdir()
    with server(home, notebooks) as url, sync_playwright() as playwright:
        lab = Lab(url, notebooks, home)
        flags = [*FLAGS, "--js-flags=--expose-gc", "--enable-precise-memory-info"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        lab.write("soak.ipynb", _SETUP, *_STREAMS, *_VIEWS)
        notebook = lab.open(browser, "soak.ipynb")
        notebook.run_all()
        kernel = int(notebook.outputs().partition("PID ")[2].split()[0])
        for minute in range(minutes + 1):
            heap = notebook.page.evaluate(
                "() => { window.gc(); return performance.memory.usedJSHeapSize / 1e6; }"
            )
            said = notebook.page.locator("canvas.okx-canvas").first.get_attribute("aria-label")
            rss = _resident(kernel)
            print(f"{minute:3d} min: kernel {rss:.1f} MB, page {heap:.1f} MB; {said}", flush=True)
            time.sleep(60)
        browser.close()


def _resident(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
