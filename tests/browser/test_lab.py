"""The notebooks in a real JupyterLab: run by a person, and read by one who runs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Lab
    from playwright.sync_api import Browser

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
IMAGES = """() => [...document.querySelectorAll('.jp-Notebook img')].map(
  image => image.complete && image.naturalWidth > 0 && image.offsetHeight > 0)"""


def test_the_quickstart_in_jupyterlab(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """Run All in a real JupyterLab: each cell ends, one of them in an error; the panel is there."""
    notebook = lab.open(chromium, "quickstart.ipynb")
    notebook.run_all()
    notebook.page.locator(".okx-panel").wait_for()
    notebook.page.screenshot(path=str(tmp_path / "quickstart.png"), full_page=True)
    text = notebook.outputs()
    assert "balance ← GET /api/v5/account/balance" in text
    assert "order ← POST /api/v5/trade/order" in text
    assert "OkxError 51008" in text
    assert "hours ← GET /api/v5/market/candles · 2,160 rows" in text
    # Lab shows an error's text as it shows stderr, of which there is none.
    red = notebook.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')
    assert [text.partition(" Order")[0] for text in red.all_inner_texts()] == ["OkxError 51008"]
    expect(notebook.page.locator(".jp-OutputArea-output canvas")).to_have_count(1)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_saved_notebook_is_read_without_a_kernel(
    lab: Lab, chromium: Browser, name: str, tmp_path: Path
) -> None:
    """Somebody who runs nothing sees every picture and receipt, and no widget that cannot load."""
    page = lab.read(chromium, name)
    assert page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session") is None
    page.wait_for_function(f"() => ({IMAGES})().every(Boolean)")
    page.screenshot(path=str(tmp_path / f"{name}.png"))
    saved = (ROOT / "notebooks" / name).read_text("utf-8")
    expect(page.locator(".jp-Notebook img.okx-still")).to_have_count(
        saved.count('class=\\"okx-still')
    )
    assert page.get_by_text("Loading widget").count() == 0
    page.context.close()
