"""The examples in the docstrings of what is public: each is run, and none is missing."""

from __future__ import annotations

import doctest
import inspect
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

import okx_magic
from okx_magic import errors, pytest_plugin, session
from okx_magic.data.reading import Dataset
from okx_magic.downloading import Downloading
from okx_magic.streaming import Streaming
from okx_magic.streams.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOOKS = {"load_ipython_extension", "unload_ipython_extension"}
# What a caller of ``connect`` uses; the other methods serve the magics.
METHODS = ("request", "frame", "pages", "log")


def public() -> Iterator[tuple[str, object]]:
    """Name and object of all that is public, and has an example."""
    yield "okx_magic", okx_magic
    for name in set(okx_magic.__all__) - HOOKS - {"__version__"}:
        yield name, getattr(okx_magic, name)
    yield "Session", session.Session
    for name in METHODS:
        yield f"Session.{name}", inspect.getattr_static(session.Session, name)
    for name in ("download", "download_files"):
        yield f"Session.{name}", inspect.getattr_static(Downloading, name)
    yield "Session.stream", Streaming.stream
    yield "Stream", Stream
    yield "Dataset.frame", Dataset.frame
    yield "errors", errors


def examples_of(name: str, thing: object) -> doctest.DocTest:
    text = inspect.getdoc(thing) or ""
    return doctest.DocTestParser().get_doctest(text, {}, name, None, None)


@pytest.mark.usefixtures("nobody")
@pytest.mark.parametrize(("name", "thing"), sorted(public()), ids=lambda each: str(each)[:20])
def test_each_example_gives_what_it_says(name: str, thing: object, tmp_path: Path) -> None:
    """Run against the sandbox as a reader would; ``okx`` is a session, as the class's example has it."""
    test = examples_of(name, thing)
    assert test.examples, f"{name} has no example"
    with okx_magic.connect("sandbox") as okx:
        test.globs = {"okx_magic": okx_magic, "okx": okx, "folder": tmp_path}
        told: list[str] = []
        result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=told.append)
    assert result.failed == 0, "".join(told)


def test_a_wrong_example_fails() -> None:
    """The control: an example that does not give what it says is noticed."""
    test = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, None)
    assert doctest.DocTestRunner().run(test, out=lambda _: None).failed == 1


@pytest.mark.slow
def test_the_fixtures_example_is_a_test_that_passes(tmp_path: Path) -> None:
    """The test file in the plugin's docstring, copied as it is and run."""
    text = (pytest_plugin.__doc__ or "").partition("::\n")[2].partition("\nThe marker")[0]
    (tmp_path / "test_bot.py").write_text(textwrap.dedent(text), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert "2 passed" in done.stdout, done.stdout


def test_every_public_name_says_what_it_raises() -> None:
    """A reader of ``help`` finds errors and return values without opening the code."""
    for name, thing in public():
        if callable(thing) and name not in {"safe_csv", "Session", "Stream", "Dataset.frame"}:
            text = inspect.getdoc(thing) or ""
            assert "Raises" in text, name
            assert "OKX docs" in text, name
