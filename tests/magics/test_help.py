"""Help of the magics: it begins with an example, and each example runs (module: magics/magicline)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CredentialsError, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Notebook

MAGICS = (
    "okx",
    "okx_debug",
    "okx_explain",
    "okx_find",
    "okx_kill",
    "okx_live",
    "okx_log",
    "okx_login",
    "okx_logout",
    "okx_streams",
)
# What a test has not: a live account, credentials, a profile.
REFUSED: dict[str, tuple[type[Exception], str]] = {
    "%okx_live": (RefusedError, "not a live account"),
    "%okx_live --off": (RefusedError, "not a live account"),
    "%okx_login demo": (CredentialsError, "no credentials for demo"),
    "%okx_login main": (CredentialsError, "main"),
    "%okx_logout demo": (CredentialsError, "no account 'demo'"),
}


def help_of(notebook: Notebook, magic: str) -> str:
    return notebook.shell.find_line_magic(magic).__doc__ or ""


def cells_of(text: str) -> list[str]:
    """The cells of the examples: a line each, without what is said of it, or from %% to a blank line."""
    cells: list[str] = []
    for block in blocks(text):
        if block.startswith("%%"):
            cells.append(block)
        else:
            lines = [line for line in block.split("\n") if not line.startswith(" ")]
            cells += [re.sub(r"(?<=\S) {3,}\S.*", "", line) for line in lines]
    return cells


def blocks(text: str) -> list[str]:
    """What stands before the line that says what the magic is for."""
    lines = text.split("\n")
    end = next(at for at, line in enumerate(lines) if re.match(r"%okx\w*: ", line))
    return "\n".join(lines[:end]).strip("\n").split("\n\n")


@pytest.mark.parametrize("magic", MAGICS)
def test_help_begins_with_an_example(notebook: Notebook, magic: str) -> None:
    """``%magic?`` and --help say the same, and neither is an error: an example first, options last."""
    text = help_of(notebook, magic)
    assert re.match(rf"%?%{magic}\b", text)
    assert text.index(f"%{magic}: ") < text.index("--help")
    assert "Examples" not in text
    shown = notebook.run(f"%{magic} --help")
    assert notebook.error is None
    assert shown.strip().startswith(text[:40])
    if magic in notebook.shell.magics_manager.magics["cell"]:
        notebook.run(f"%%{magic} --help\nGET /x")
        assert notebook.error is None


def nobody_types(label: str) -> str:
    raise EOFError(label)


@pytest.mark.parametrize("magic", MAGICS)
def test_each_example_of_the_help_runs(
    sandbox_notebook: Notebook, magic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the sandbox as it stands; those that need a person or an account are refused for that only."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("okx_magic.ui.console.getpass", nobody_types)
    cells = cells_of(help_of(sandbox_notebook, magic))
    assert cells
    for cell in cells:
        sandbox_notebook.run("%okx_login sandbox")
        sandbox_notebook.run("%%okx -q\nGET /api/v5/public/time\nGET /api/v5/account/balance")
        if "stop ticks" in cell:
            sandbox_notebook.run("%%okx -q\nticks = SUBSCRIBE tickers?instId=BTC-USDT")
        text = sandbox_notebook.run(cell)
        kind, reason = REFUSED.get(cell, (type(None), ""))
        assert isinstance(sandbox_notebook.error, kind), f"{cell}: {text}"
        assert reason in str(sandbox_notebook.error), cell
        sandbox_notebook.run("%okx_streams stop --all")


@pytest.mark.parametrize("magic", MAGICS)
def test_help_has_no_marks_of_a_markup(notebook: Notebook, magic: str) -> None:
    """It is shown as it stands: no double backticks, no double colon at the end of a line."""
    text = help_of(notebook, magic)
    assert "``" not in text
    assert "<[" not in text
    assert "::\n" not in text
