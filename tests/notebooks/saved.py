"""What a notebook is saved with after a run, and what of it does not depend on when and where it ran."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parents[2] / "notebooks"
# One after the other, as a newcomer reads them; each ends with a link to the next.
PATH = (
    "quickstart",
    "streams",
    "pictures",
    "data",
    "orders-and-safety",
    "signature-debugging",
    "bots",
)
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}
_WIDGET = "application/vnd.jupyter.widget-view+json"
_STILL = re.compile(r"<style>.*?</style>| okx-still-\w+", re.DOTALL)
# Variables that a report of okx_magic tells of, and those that change what pytest prints.
_OF_THE_MACHINE = r"^OKX_|_CA_BUNDLE$|^SSL_CERT|^(CI|BUILD_NUMBER|COLUMNS|PY_COLORS|PYTEST_\w+)$"
# What a run of its own has, in this order: each is replaced by a word.
_OWN = (
    (r"(?m)^(versions|fact) .*(\n|$)", ""),  # of the machine, in a report
    (r"\x1b\[[\d;]*m|[▁▂▃▄▅▆▇█]", ""),
    (r"\bom[0-9A-Za-z]{30}\b", "<clOrdId>"),
    (r"[A-Za-z0-9+/]{43}=", "<signature>"),
    (r"\b[0-9a-f]{16,}\b|«(\w+) [0-9a-f]{8}»", "<digest>"),
    (r"\b[0-9a-f]{3}…[0-9a-f]{3}\b", "<key>"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?", "<time>"),
    (r"[-+−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?([KMB]\b)?", "#"),
    (r"[ \t]+", " "),
    (r"# (ms|s)\b", "<while>"),
    # Whether anything was traded during a gap is chance.
    (r"# rows? missing(, # filled from REST)?", "<missing>"),
    (r"\b(row|bar|buy|sell)s?\b", r"\1s"),
    (r"(?m)(^|most up |most down )[A-Z]+-[A-Z]+ #%", r"\1<instrument> #%"),
    (r"\| (long|short) \|", "| <side> |"),
    (r"<NA>|NaN|NaT|None", "–"),
)


def path_of(name: str) -> Path:
    """The file of a notebook of PATH."""
    return FOLDER / f"{name}.ipynb"


def run(name: str) -> nbformat.NotebookNode:
    """The notebook after a run by a person of whom nothing is known, in an empty folder."""
    notebook = nbformat.read(path_of(name), as_version=4)
    with TemporaryDirectory() as home, patch.dict(os.environ):
        for variable in [each for each in os.environ if re.search(_OF_THE_MACHINE, each)]:
            del os.environ[variable]
        # Else the kernel picks a backend of pictures that wants a display.
        os.environ.pop("MPLBACKEND", None)
        os.environ |= {
            "HOME": home,
            "IPYTHONDIR": f"{home}/ipython",
            "PYTHONPATH": os.pathsep.join([str(FOLDER.parent), os.environ.get("PYTHONPATH", "")]),
            "TERM": "dumb",
        }
        NotebookClient(
            notebook,
            timeout=None,
            startup_timeout=600,
            kernel_name="python3",
            store_widget_state=False,
            record_timing=False,
            resources={"metadata": {"path": home}},
        ).execute()
    return notebook


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook as it is saved: without widgets, which need a kernel, and a run's metadata."""
    for cell in notebook.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs = _joined(each for each in map(_cleaned, cell.outputs) if each)
    notebook.metadata = nbformat.from_dict(_METADATA)
    return notebook


def _joined(outputs: Iterable[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """What a cell printed in one piece, in however many it came."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        if joined and output.get("name", "") == joined[-1].get("name"):
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _cleaned(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    data = output.get("data")
    if data is None:
        return output
    if _WIDGET in data or not any(data.values()):
        # The still that stands below it stays; what is empty was taken back.
        return None
    if "okx-still" in data.get("text/html", ""):
        # What a widget would hide it by.
        data["text/html"] = _STILL.sub("", data["text/html"])
    output.metadata = nbformat.from_dict({})
    return output


def shape(cell: nbformat.NotebookNode) -> list[Any]:
    """What a cleaned cell shows but for numbers, times and ids: words, columns, kinds of rows."""
    return [[output.output_type, *_shape(output)] for output in cell.get("outputs", [])]


def _shape(output: nbformat.NotebookNode) -> list[Any]:
    if output.output_type == "stream":
        return [output.name, normal(output.text)]
    if output.output_type == "error":
        # Where its lines are broken depends on the length of its numbers.
        return [output.ename, normal(" ".join("\n".join(output.traceback).split()))]
    html = output.data.get("text/html", "")
    text = _rows(html) if 'class="dataframe"' in html else output.data.get("text/plain", "")
    return [sorted(output.data), normal(text)]


def normal(text: str) -> list[str]:
    """The lines of a text without what is a run's own; like lines that follow each other are one."""
    for pattern, word in _OWN:
        text = re.sub(pattern, word, text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line, before in zip(lines, [None, *lines], strict=False) if line != before]


def _rows(html: str) -> str:
    """The rows of a frame, a line each. Its text is broken into parts by its width, its HTML is not."""
    table = _Table()
    table.feed(html)
    return "\n".join(" | ".join(row) for row in table.rows)


class _Table(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser's signature
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data
