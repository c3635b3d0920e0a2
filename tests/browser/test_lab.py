from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Lab
    from playwright.sync_api import Browser


def test_the_quickstart_in_jupyterlab(lab: Lab, chromium: Browser, tmp_path: Path) -> None:
    """Run All in a real JupyterLab: every cell ends without an error, and the receipts are seen."""
    notebook = lab.open(chromium, "quickstart.ipynb")
    notebook.run_all()
    notebook.page.screenshot(path=str(tmp_path / "quickstart.png"), full_page=True)
    text = notebook.outputs()
    assert "balance ← GET /api/v5/account/balance" in text
    assert "order ← POST /api/v5/trade/order" in text
    assert "Invalid Sign" in text
    assert notebook.page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert notebook.page.locator(".jp-OutputArea-output img").count() == 1
