from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from saved import FOLDER, PATH, cleaned, path_of, run, shape

if TYPE_CHECKING:
    from pathlib import Path

# What the text of a notebook promises: it has to be there in each run.
PROMISES = {
    "quickstart": (
        "[sandbox] balance ← GET /api/v5/account/balance · 2 rows",
        "[sandbox] candles ← GET /api/v5/market/candles · 100 rows",
        "BTC-USDT 1H candles: last close",
        "[sandbox] order ← POST /api/v5/trade/order · clOrdId om",
        "[sandbox] fills ← GET /api/v5/trade/fills · ",
        "OkxError 51008 Order failed. Insufficient BTC balance",
        "/api/v5/trade/order-algo",
        "hours ← GET /api/v5/market/candles · 2,160 rows · 8 pages",
    ),
    "streams": (
        "a bar each minute: True",
        "every trade once: True",
        "recorded all: True",
        "the connection broke (1006)",
        "0 rows missing",
        "filled",
    ),
    "data": (
        "the same again goes on there",
        "whole: True · went on: True",
        "with workers: True",
    ),
    "orders-and-safety": (
        "RefusedError the same request was sent",
        "recovered: its answer was lost, and a look-up shows that it was carried out",
        "NotCarriedOut not placed",
        "OutcomeUnknown ",
        "still unknown",
        "effective",
        "left ← GET /api/v5/account/positions · 0 rows",
        "OkxError 51051",
        "PositionWithoutStop ",
        "stop ← POST /api/v5/trade/order-algo · algoClOrdId om",
        "3 orders were open, none is now",
        "position stays open: BTC-USDT-SWAP 1, without a stop: what waited at",
        "kill switch is on",
    ),
    "signature-debugging": (
        '200 {"code":"0","data":[{',
        '401 {"msg":"Invalid Sign","code":"50113"}',
        "checked ✓ secret: OKX accepted GET /api/v5/account/config",
        "[demo] POST /api/v5/trade/order · HTTP 200 · ok · demo",
        "signed with the body as JSON with blanks, as json.dumps writes it",
        "they differ from byte 58 on, in the body",
        "the signature is right for these inputs",
        "OK-ACCESS-PASSPHRASE: «passphrase ",
    ),
    "bots": (
        "spent 3000 USDT; wanted: 2000",
        "spent 4000 USDT; wanted: 4000",
        "test_it_buys_once[Bot]",
        "1 failed, 1 passed",
    ),
}
# Of a sandbox, of a person, or of a machine: in a saved notebook each would be a leak or a lie.
PRIVATE = {
    "a passphrase of the sandbox": r"Sandbox-(demo|live)-\w",
    "a secret": r"\b[0-9A-F]{32}\b",
    "a key": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "a path of a machine": r"/(tmp|home|root|Users|usr|var|opt)/|[A-Z]:\\\\",
    "an address in memory": r"\b0x[0-9a-f]{6,}",
    "the state of a widget": r"application/vnd\.jupyter\.widget",
}


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a company's machine and somebody who trades live have set is in nobody's way."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("OKX_DEMO", "0")


def read(name: str) -> nbformat.NotebookNode:
    return nbformat.read(path_of(name), as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def seen(notebook: nbformat.NotebookNode) -> str:
    """All text that a reader sees under the cells."""
    return "\n".join(
        text
        for cell in code(notebook)
        for output in cell.outputs
        for text in (
            output.get("text", ""),
            output.get("data", {}).get("text/plain", ""),
            *output.get("traceback", []),
        )
    )


@pytest.mark.parametrize("name", PATH)
def test_a_run_shows_what_is_saved(name: str) -> None:
    """Each cell shows what its saved outputs show but for numbers, times and ids, and keeps its promises.

    Where this fails, the notebook or okx_magic has changed: run refresh.py, and look at the difference.
    """
    saved, fresh = read(name), cleaned(run(name))
    for before, after in zip(saved.cells, fresh.cells, strict=True):
        assert shape(after) == shape(before), before.source
    for promise in PROMISES.get(name, ()):
        assert promise in seen(fresh)
        assert promise in seen(saved)


@pytest.mark.parametrize("name", PATH)
def test_nothing_private_is_saved(name: str) -> None:
    """Neither source nor output has a secret, a key, a path of a machine, or a widget's state."""
    text = path_of(name).read_text("utf-8")
    assert {what for what, pattern in PRIVATE.items() if re.search(pattern, text)} == set()
    assert len(text) < 200_000


@pytest.mark.parametrize("name", PATH)
def test_it_is_saved_as_a_person_left_it(name: str) -> None:
    """It is valid, all its cells were run in order, and only cells that say so ended in an error."""
    notebook = read(name)
    nbformat.validate(notebook)
    cells = code(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [(cell, output) for cell in cells for output in cell.outputs]
    assert outputs
    for cell, output in outputs:
        assert output.get("name") != "stderr", cell.source
        if output.output_type == "error":
            assert cell.metadata.tags == ["raises-exception"], cell.source
    assert notebook.metadata.language_info.nbconvert_exporter == "python"


@pytest.mark.parametrize("name", PATH)
def test_no_line_is_cut(name: str) -> None:
    """In a window of 1,200 pixels, with Lab's list of files beside it, every cell can be read whole."""
    lines = [line for cell in code(read(name)) for line in cell.source.splitlines()]
    assert [line for line in lines if len(line) > 95] == []


@pytest.mark.parametrize("name", PATH)
def test_nothing_waits_for_a_person(name: str) -> None:
    """No cell asks a question, at which Run All would stop; with nobody there it is an error."""
    text = seen(read(name))
    assert "nobody can answer here" not in text
    assert not re.search(r"\binput\(|getpass", "\n".join(cell.source for cell in code(read(name))))


def test_one_path_leads_through_all_notebooks() -> None:
    """Each notebook is on the path, and its last cell links to the next."""
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(PATH)
    for name, following in pairwise(PATH):
        last = read(name).cells[-1]
        assert last.cell_type == "markdown"
        assert f"]({following}.ipynb)" in last.source, name


def test_the_quickstart_has_ten_cells() -> None:
    """It is as long as its title says."""
    assert len(code(read("quickstart"))) == 10


def drawn(notebook: nbformat.NotebookNode) -> int:
    return sum("okx-still" in str(output) for cell in code(notebook) for output in cell.outputs)


@pytest.mark.parametrize(("name", "least"), [("quickstart", 1), ("streams", 1), ("pictures", 13)])
def test_pictures_stay(name: str, least: int) -> None:
    """Stills are in the file itself, are not hidden, are small, and ask for no network."""
    notebook = read(name)
    assert drawn(notebook) >= least
    for cell in code(notebook):
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html", "")
            if "okx-still" in html:
                assert "<style" not in html
                assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
                assert len(html) < 25_000


def changed(name: str, what: str) -> list[Any]:
    """The shapes of a saved notebook with a change to the first cell that shows something."""
    notebook = read(name)
    cell = next(cell for cell in code(notebook) if cell.outputs)
    if what == "word":
        cell.outputs[0].data["text/plain"] += " unexpected"
    if what == "lost":
        cell.outputs.pop()
    if what == "number":
        cell.outputs[0].data["text/plain"] = re.sub(
            r"\d+\.\d+ s", "123.4 s", cell.outputs[0].data["text/plain"]
        )
    return [shape(cell) for cell in notebook.cells]


def test_a_difference_is_noticed() -> None:
    """The control: another word or a lost output is a difference, another number is none."""
    same = [shape(cell) for cell in read("quickstart").cells]
    assert changed("quickstart", "number") == same
    assert changed("quickstart", "word") != same
    assert changed("quickstart", "lost") != same


@pytest.mark.parametrize(
    "text",
    [
        "Sandbox-demo-0a1b2c3d",
        "0123456789ABCDEF" * 2,
        "-".join(["0a1b2c3d", *["0a1b"] * 3, "0a1b2c3d4e5f"]),
        "recorded to /tmp/x/y",
        "<Bot object at 0x7f1234567890>",
    ],
)
def test_what_is_private_is_found(text: str) -> None:
    """The control: each of these would be found in a saved notebook."""
    assert any(re.search(pattern, text) for pattern in PRIVATE.values())


def test_a_notebook_that_just_logs_in_runs_without_anybody(
    nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under nbclient %okx_login is no panel, which nobody would fill in, but a log-in to the sandbox."""
    monkeypatch.setenv("IPYTHONDIR", str(nobody / "ipython"))
    cells = ["%load_ext okx_magic\n%okx_login", "%okx GET /api/v5/account/balance"]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=None, kernel_name="python3", startup_timeout=600).execute()
    assert "[sandbox] 127.0.0.1:" in seen(notebook)
    assert "widget-view" not in nbformat.writes(notebook)
