"""Runs notebooks/pictures.ipynb and saves it with its pictures, and with nothing else that a run leaves.

python tests/notebooks/save_stills.py
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "pictures.ipynb"
# The one that stands in the README.
SHOWN = NOTEBOOK.with_name("candles.svg")


def is_still(output: Any) -> bool:
    """Whether an output of a cell is a picture that stays."""
    return 'class="okx-still' in output.get("data", {}).get("text/html", "")


def main() -> None:
    """Run, keep the stills, save."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    metadata = nbformat.read(NOTEBOOK.with_name("quickstart.ipynb"), as_version=4).metadata
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    stills = []
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [each for each in cell.outputs if is_still(each)]
            for each in cell.outputs:
                # What a widget would hide it by, and the ids of a display, are the run's own.
                each.metadata.clear()
                html = re.sub(r"<style>.*?</style>| okx-still-\w+", "", each.data["text/html"])
                each.update(output_type="display_data", data={"text/html": html})
                each.pop("execution_count", None)
                stills.append(html)
    notebook.metadata = metadata
    nbformat.write(notebook, NOTEBOOK)
    (svg,) = re.findall(r'src="data:image/svg\+xml,([^"]*)"', stills[0])
    SHOWN.write_text(unquote(svg), "utf-8")
    print(f"{len(stills)} stills, {NOTEBOOK.stat().st_size / 1000:.0f} kB")  # noqa: T201  # a script


if __name__ == "__main__":
    main()
