from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from okx_magic.ui.history import forget

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPED = "--secret 'hunter2 \"quoted\"'"
CELL = f"%env {TYPED}"
# IPython makes one line of it, with the spaces of both.
CONTINUED = CELL.replace(" 'h", " \\\n    'h")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell with a history file of its own."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    config = Config()
    config.HistoryManager.hist_file = str(tmp_path / "history.sqlite")
    made = InteractiveShell(config=config)
    yield made
    made._atexit_once()


def kept(shell: InteractiveShell) -> str:
    """All that the shell keeps of its inputs: memory, the cache for the file, and the file."""
    history = shell.history_manager
    memory = [
        *history.input_hist_raw,
        *history.input_hist_parsed,
        *map(repr, history.db_input_cache),
    ]
    memory += [str(value) for name, value in shell.user_ns.items() if name.startswith("_i")]
    memory += [getattr(history, name) for name in ("_i", "_ii", "_iii", "_i00")]
    disk = b"".join(path.read_bytes() for path in Path(history.hist_file).parent.iterdir())
    return "\n".join(memory) + disk.decode("latin-1")


@pytest.mark.parametrize("saved", [True, False], ids=["on disk", "still in the cache"])
@pytest.mark.parametrize("cell", [CELL, CONTINUED], ids=["one line", "continued"])
def test_a_typed_secret_is_forgotten_everywhere(
    shell: InteractiveShell,
    cell: str,
    saved: bool,  # noqa: FBT001
) -> None:
    """After forgetting, neither memory nor the history file holds the secret; the rest is kept."""
    shell.run_cell("kept = 1", store_history=True)
    shell.run_cell(cell, store_history=True)
    shell.run_cell("later = 1", store_history=True)
    if saved:
        shell.history_manager.writeout_cache()
    # The control: it was there.
    assert "hunter2" in kept(shell)
    assert forget(shell, TYPED)
    assert "hunter2" not in kept(shell)
    assert "kept = 1" in kept(shell)
    assert "later = 1" in kept(shell)


def test_a_history_file_that_cannot_be_written_is_told(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A locked file is no traceback that would show the line: memory is clean, False says the rest."""
    shell.run_cell(CELL, store_history=True)

    def locked(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError

    monkeypatch.setattr("okx_magic.ui.history.sqlite3.connect", locked)
    assert not forget(shell, TYPED)
    assert not any("hunter2" in source for source in shell.history_manager.input_hist_raw)
