"""A module leads to its tests: they have its name, or it names them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_architecture import FILES, PACKAGE, room_of

TESTS = Path(__file__).parent
# The test that a module names, where none has its name: in the docstring, or below one that users read.
NAMED = re.compile(r"Tested in (``tests/[\w/]+\.py``(?: and )?)+\.")


def named_after(path: Path) -> list[Path]:
    """``wire/clock.py``: ``tests/wire/test_clock.py``, or ``test_wire_clock_…``: no two have one name."""
    *rooms, name = path.relative_to(PACKAGE).with_suffix("").parts
    room = rooms[0] if rooms else ""
    own = "_".join([*rooms[1:], name])
    twins = [each for each in FILES if each.stem == name and room_of(each) == room_of(path)]
    names = {own} if len(twins) > 1 else {own, name}
    found = re.compile(rf"test_({room}_)?({'|'.join(names)})(_\w+)?")
    return [test for test in (TESTS / room).glob("test_*.py") if found.fullmatch(test.stem)]


def untested(path: Path) -> str:
    """What is missing that would lead from a module to its test."""
    text = path.read_text("utf-8")
    if not re.search(r"^\s*(def|class) ", text, re.MULTILINE):
        return ""
    said = NAMED.search(text)
    tests = re.findall(r"tests/[\w/]+\.py", said[0]) if said else []
    missing = [test for test in tests if not (TESTS.parent / test).exists()]
    if missing:
        return f"{path}: {missing} is not there"
    return "" if tests or named_after(path) else f"{path}: no test is named"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_module_leads_to_its_test(path: Path) -> None:
    """Who changes a file finds its test: by its name, or named in the docstring ("Tested in …")."""
    assert untested(path) == ""


def test_a_module_without_a_test_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The control: nothing leads to a test, or to one that is not there."""
    monkeypatch.setitem(globals(), "PACKAGE", tmp_path)
    module = tmp_path / "wire" / "unheard_of.py"
    module.parent.mkdir()
    module.write_text("def f(): ...\n", "utf-8")
    assert "no test is named" in untested(module)
    module.write_text('"""Tested in ``tests/wire/test_gone.py``."""\ndef f(): ...\n', "utf-8")
    assert "is not there" in untested(module)
    module.write_text('"""Tested in ``tests/wire/test_clock.py``."""\ndef f(): ...\n', "utf-8")
    assert untested(module) == ""
