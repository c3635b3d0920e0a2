"""The first request of a kernel imports what frames need in a thread, while others import it too."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# The thread stops at the door of pandas until this thread has begun with the frames.
PROGRAM = """
import sys, threading
from importlib.machinery import PathFinder, SourceFileLoader
from okx_magic import session

begun, reached = threading.Event(), threading.Event()

class Late(SourceFileLoader):
    def exec_module(self, module):
        begun.set()
        reached.wait()
        super().exec_module(module)

class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is threading.main_thread():
            if name in ("okx_magic.frames", "okx_magic.frames.joined"):
                reached.set()
        elif name == "pandas":
            spec = PathFinder.find_spec(name, path)
            spec.loader = Late(spec.loader.name, spec.loader.path)
            return spec
        return None

sys.meta_path.insert(0, Watch())
session._TABLES = sys.argv[1] if len(sys.argv) > 1 else session._TABLES
session._import_tables_meanwhile()
begun.wait()
import okx_magic.pages
print("imported", okx_magic.pages.first_page.__name__)
"""


def ran(*tables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *tables], capture_output=True, text=True, check=False
    )


def test_a_pull_may_be_the_first_that_needs_frames() -> None:
    """The first cell of a kernel may be one of many pages, also while pandas is still being imported."""
    done = ran()
    assert done.stdout.split() == ["imported", "first_page"], done.stderr


@pytest.mark.slow
def test_a_half_imported_room_would_break_it() -> None:
    """The control: if the thread imported our own room, entering it by another file would fail, unless
    this thread is the faster one.
    """
    tries = (ran("okx_magic.frames") for _ in range(20))
    failed = next(done for done in tries if "first_page" not in done.stdout)
    assert "okx_magic.frames" in failed.stderr


# Its import goes on until the main thread has ended.
LATE = """
import sys, threading
threading.main_thread().join()
sys.modules.pop("concurrent.futures.thread", None)
import concurrent.futures.thread
"""
FAST = """
from okx_magic import session
session._TABLES = "late_tables"
session._import_tables_meanwhile()
"""


@pytest.mark.parametrize(
    ("late", "ends"),
    [(LATE, ""), ("raise RuntimeError('broken')", "RuntimeError: broken")],
    ids=["at the end", "control"],
)
def test_a_script_that_ends_first_ends_without_a_traceback(
    tmp_path: Path, late: str, ends: str
) -> None:
    """What an import meets while the interpreter shuts down is nobody's business; all else is told."""
    (tmp_path / "late_tables.py").write_text(late, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FAST],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0
    assert done.stderr.strip().endswith(ends)
    assert bool(done.stderr) == bool(ends), done.stderr
