"""Takes the pictures that stand in README and quickstart, in a real JupyterLab in Chromium.

python tests/notebooks/screenshots.py               everyday.png and panel.png
python tests/notebooks/screenshots.py FOLDER        the notebooks as they are saved, without a kernel
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright
from saved import FOLDER, PATH

# The browser tests' own server and notebook.
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from conftest import FLAGS, Lab, server  # behind the path
from panelpage import PanelPage

BEGIN = "%load_ext okx_magic\n%okx_login sandbox"
TRADE = """%%okx
balance = GET /api/v5/account/balance?ccy=BTC,USDT
order   = POST /api/v5/trade/order
{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"}"""
FRAME = 'balance[["ccy", "cashBal", "availBal", "eqUsd", "uTime"]]'
CHART = "%%okx --chart\ncandles = GET /api/v5/market/candles?instId=BTC-USDT&bar=1H&limit=100"
# Bars and margins around the cells say nothing.
_BARE = """.jp-Toolbar, #jp-top-panel, #jp-bottom-panel, .jp-Notebook-footer {
  display: none !important
}"""


def everyday(lab: Lab, browser: Browser) -> None:
    """A cell, its receipts, the frame, and a chart."""
    lab.write("everyday.ipynb", BEGIN, TRADE, FRAME, CHART)
    notebook = lab.open(browser, "everyday.ipynb")
    bare(notebook.page, 1080)
    notebook.run_all()
    notebook.page.wait_for_selector(".jp-OutputArea-output canvas")
    notebook.page.locator(".jp-Notebook .jp-Cell").first.scroll_into_view_if_needed()
    box = notebook.page.locator(".jp-Notebook").bounding_box()
    last = notebook.page.locator(".jp-Notebook .jp-Cell").last.bounding_box()
    assert box is not None
    assert last is not None
    notebook.page.screenshot(
        path=str(FOLDER / "everyday.png"),
        clip=box | {"height": last["y"] + last["height"] - box["y"]},
    )


def panel(lab: Lab, browser: Browser) -> None:
    """The page Requests, with an order and its answer."""
    lab.write("panel.ipynb", BEGIN, TRADE, "%okx_login")
    notebook = lab.open(browser, "panel.ipynb")
    bare(notebook.page, 1100)
    notebook.run_all()
    page = PanelPage(notebook)
    page.tab("Requests")
    page.root.get_by_role("button", name="POST /api/v5/trade/order").click()
    page.root.get_by_text("sCode").first.wait_for()
    page.root.screenshot(path=str(FOLDER / "panel.png"))


def bare(page: Page, width: int) -> None:
    """Only the notebook, so wide."""
    page.add_style_tag(content=_BARE)
    page.set_viewport_size({"width": width, "height": 1600})


def saved(lab: Lab, browser: Browser, folder: Path) -> None:
    """Each notebook, opened by somebody who starts no kernel."""
    for name in PATH:
        shutil.copy(FOLDER / f"{name}.ipynb", lab.notebooks)
    shutil.copy(FOLDER / "panel.png", lab.notebooks)
    for name in PATH:
        page = lab.read(browser, f"{name}.ipynb")
        height = page.locator(".jp-WindowedPanel-inner").evaluate("inner => inner.scrollHeight")
        page.set_viewport_size({"width": 1200, "height": int(height) + 200})
        page.screenshot(path=str(folder / f"{name}.png"))
        page.context.close()


def main(folders: list[str]) -> None:
    """Start a server and a browser, take the pictures, and end both."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        notebooks = Path(home) / "notebooks"
        notebooks.mkdir()
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with server(Path(home), notebooks) as url:
            lab = Lab(url, notebooks, Path(home))
            if folders:
                saved(lab, browser, Path(folders[0]))
            else:
                everyday(lab, browser)
                panel(lab, browser)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
