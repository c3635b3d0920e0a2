"""Scripts that the suite does not run: benchmarks, soaks and the like."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = {path.stem: path for path in sorted(TESTS.rglob("*.py")) if path.stem != "conftest"}
# The benchmarks borrow those of the browser tests.
FILES["conftest"] = TESTS / "browser" / "conftest.py"
SCRIPTS = [
    path
    for path in sorted(TESTS.rglob("*.py"))
    if not path.name.startswith("test_") and "__main__" in path.read_text("utf-8")
]


def lost_names(source: str) -> list[str]:
    """What a script takes by name from a file of the tests that does not have it."""
    lost = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in FILES:
            has = names_of(FILES[node.module].read_text("utf-8"))
            lost += [f"{node.module}.{each.name}" for each in node.names if each.name not in has]
    return lost


def names_of(source: str) -> set[str]:
    """All names that a file gives to something."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {each.asname or each.name for each in node.names}
    return names


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_a_script_borrows_is_there(path: Path) -> None:
    """A helper that was renamed would be noticed only when somebody runs the script by hand."""
    assert lost_names(path.read_text("utf-8")) == []


def test_a_renamed_helper_is_noticed() -> None:
    """The control."""
    assert lost_names("from conftest import FLAGS, gone") == ["conftest.gone"]
