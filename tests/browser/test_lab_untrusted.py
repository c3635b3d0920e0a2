"""What an untrusted notebook shows of saved outputs: a sanitizer takes fonts and more from their HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from okx_magic.catalogue.finder import find
from okx_magic.ui.console import Note

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Lab
    from playwright.sync_api import Browser

# The left edges of the words that begin with /api in the output, in pixels.
EDGES = """() => [...document.querySelectorAll('.jp-OutputArea-output pre')].flatMap(line => {
  const at = line.textContent.indexOf('/api/v5/'), node = [...line.childNodes].find(
    child => child.nodeType === 3 && child.textContent.includes('/api/v5/'));
  if (!node || line.textContent.startsWith('%')) return [];
  const range = document.createRange();
  range.setStart(node, node.textContent.indexOf('/api/v5/'));
  range.setEnd(node, node.length);
  return [Math.round(range.getClientRects()[0].left)];
})"""


def test_columns_align_in_an_untrusted_notebook(
    lab: Lab, chromium: Browser, tmp_path: Path
) -> None:
    """The finder's paths stand under one another though the fonts that styles name are taken away."""
    note = Note(find("cancel order"))
    html = note._repr_html_()
    output = new_output("display_data", data={"text/html": html, "text/plain": repr(note)})
    cell = new_code_cell("%okx_find cancel order", outputs=[output], execution_count=1)
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=[cell], metadata=kernel), lab.notebooks / "untrusted.ipynb")
    notebook = lab.open(chromium, "untrusted.ipynb")
    notebook.page.locator(".jp-OutputArea-output pre").first.wait_for()
    notebook.page.screenshot(path=str(tmp_path / "untrusted.png"))
    assert not notebook.page.evaluate(
        "window.jupyterapp.shell.currentWidget.content.widgets[0].model.trusted"
    )
    edges = notebook.page.evaluate(EDGES)
    assert len(edges) > 8
    assert len(set(edges)) == 1
