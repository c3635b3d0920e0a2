from __future__ import annotations

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from save_stills import is_still

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(autouse=True)
def _nobody(nobody: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel starts without credentials and without the person's own settings."""
    monkeypatch.setenv("IPYTHONDIR", str(nobody / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    # What a company's machine and somebody who trades live have set is in nobody's way.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("OKX_DEMO", "0")
    # Else the kernel picks a backend that wants a display.
    monkeypatch.delenv("MPLBACKEND", raising=False)


def executed(path: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", store_widget_state=False).execute()
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> str:
    """All text that a reader of the notebook sees under its cells."""
    shown = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            shown.append(output.get("text", ""))
            shown.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_saved_without_outputs(path: Path) -> None:
    """No output of a run is in the repository, and nbconvert makes a Python script of it."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count is None for cell in code)
    outputs = [each for cell in code for each in cell.outputs]
    # save_stills.py leaves pictures in one of them, and nothing else.
    assert all(is_still(each) for each in outputs)
    assert not outputs or path.name == "pictures.ipynb"
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.language_info.nbconvert_exporter == "python"


@pytest.mark.slow
def test_the_pictures_are_drawn_again() -> None:
    """Each cell that has a saved still draws one when it runs, and none of them asks for a network."""
    path = ROOT / "notebooks" / "pictures.ipynb"
    saved = nbformat.read(path, as_version=4)
    for before, after in zip(saved.cells, executed(path).cells, strict=True):
        stills = [sum(map(is_still, cell.get("outputs", []))) for cell in (before, after)]
        assert stills[0] == stills[1], before.source
        for each in filter(is_still, after.get("outputs", [])):
            html = each.data["text/html"].replace("http://www.w3.org/2000/svg", "")
            assert "http" not in html
            assert len(html) < 25_000
    assert sum(len(cell.get("outputs", [])) for cell in saved.cells) >= 13


def test_the_quickstart_runs_and_shows_what_it_promises() -> None:
    """Every cell runs; balance, plot, order, fill, the wrong signature and its explanation are there."""
    notebook = executed(ROOT / "notebooks" / "quickstart.ipynb")
    text = outputs(notebook)
    assert "[sandbox] balance ← GET /api/v5/account/balance · 2 rows" in text
    assert "[sandbox] candles ← GET /api/v5/market/candles · 100 rows" in text
    assert "[sandbox] order ← POST /api/v5/trade/order · clOrdId om" in text
    assert "[sandbox] fills ← GET /api/v5/trade/fills · " in text
    assert '401 {"msg":"Invalid Sign","code":"50113"}' in text
    assert "never the passphrase" in text
    assert any(
        "image/png" in output.get("data", {})
        for cell in notebook.cells
        for output in cell.get("outputs", [])
    )


def test_the_debugging_notebook_finds_the_cause() -> None:
    """GET works, POST fails, the detective names why, the repaired client works; no secret is shown."""
    notebook = executed(ROOT / "notebooks" / "signature-debugging.ipynb")
    text = outputs(notebook)
    assert '200 {"code":"0","data":[{' in text
    assert '401 {"msg":"Invalid Sign","code":"50113"}' in text
    assert "checked ✓ secret: OKX accepted GET /api/v5/account/config" in text
    assert "[demo] POST /api/v5/trade/order · HTTP 200 · ok · demo" in text
    assert text.count("signed with the body as JSON with blanks, as json.dumps writes it") == 2
    assert "they differ from byte 58 on, in the body" in text
    assert "the signature is right for these inputs" in text
    assert "OK-ACCESS-PASSPHRASE: «passphrase " in text
    assert "Sandbox-demo-" not in text


def test_orders_can_be_practised() -> None:
    """Each mishap ends as the text beside it says: once, not at all, unknown, or stopped."""
    notebook = executed(ROOT / "notebooks" / "orders-and-safety.ipynb")
    text = outputs(notebook)
    assert "recovered: its answer was lost, and a look-up shows that it was carried out" in text
    assert "3 orders were open, none is now" in text
    assert "position stays open: BTC-USDT-SWAP 1, without a stop: what waited at" in text
    raised = [
        f"{output.ename} {output.evalue}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    assert [each.split()[0] for each in raised] == [
        "RefusedError",
        "NotCarriedOut",
        "OutcomeUnknown",
        "RefusedError",
        "OkxError",
        "PositionWithoutStop",
        *["RefusedError"] * 3,
    ]
    assert "the same request was sent" in raised[0]
    assert "still unknown" in raised[3]
    assert "51051" in raised[4]
    assert "its stop is not there" in raised[5]
    assert "kill switch is on" in raised[6]
    shown = {cell.id: outputs(new_notebook(cells=[cell])) for cell in notebook.cells}
    assert "effective" in shown["stop-4"]
    assert all(side in shown["stop-7"] for side in ("buy", "sell"))
    assert "left ← GET /api/v5/account/positions · 0 rows" in shown["stop-6"]
    assert "stop ← POST /api/v5/trade/order-algo · algoClOrdId om" in shown["stop-14"]
    # Of each liquidated position: OKX's type 3.
    assert re.search(r"(long|short) +3 ", shown["liq-8"])


@pytest.mark.slow
def test_data_goes_to_disk() -> None:
    """A pull, a break-off that goes on, files, a cluster: each is whole."""
    notebook = executed(ROOT / "notebooks" / "data.ipynb")
    text = outputs(notebook)
    assert "the same again goes on there" in text
    assert "whole: True · went on: True" in text
    assert "with workers: True" in text
    assert "OKX has no file" not in text


def test_live_data_can_be_followed() -> None:
    """Candles go on from history, an order is seen, a hole is told and filled, a recording is whole."""
    notebook = executed(ROOT / "notebooks" / "streams.ipynb")
    text = outputs(notebook)
    for promised in ("a bar each minute: True", "every trade once: True", "recorded all: True"):
        assert promised in text
    assert "the connection broke (1006)" in text
    assert "0 rows missing" in text
    assert "filled" in text


def test_a_notebook_that_just_logs_in_runs_without_anybody(tmp_path: Path) -> None:
    """Under nbclient %okx_login is no panel, which nobody would fill in, but a log-in to the sandbox."""
    cells = ["%load_ext okx_magic\n%okx_login", "%okx GET /api/v5/account/balance"]
    path = tmp_path / "login.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(cell) for cell in cells]), path)
    notebook = executed(path)
    assert "[sandbox] 127.0.0.1:" in outputs(notebook)
    assert "widget-view" not in nbformat.writes(notebook)
