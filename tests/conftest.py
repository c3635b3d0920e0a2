"""A shell of its own for each test, and one sandbox for all of them."""

from __future__ import annotations

import gc
import signal
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

from okx_magic.credentials.account import Site
from okx_magic.sandbox import Sandbox, server
from okx_magic.wire import probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A shell starts what runs in its background with Ctrl-C ignored, and so all that is started by it:
# the tests of interrupts would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is the machine's affair.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


# A market hangs on its seed alone: what one sandbox has computed of it need not be computed by the next.
server.Market = lru_cache(maxsize=4)(server.Market)  # type: ignore[misc, assignment]

# Most of what is made lives as long as a test. Python would look through all of the others' for garbage
# every few tests, for longer than these take.
gc.set_threshold(20_000, 20, 50)

# Whose tests are slow, all of them.
MARKS = {"browser": ("browser", "slow"), "clients": ("slow",), "notebooks": ("slow",)}


ALL_SLOW = "\npytestmark = pytest.mark.slow\n"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The quick loop leaves these folders, and files of slow tests only, out before it imports what their
    tests need.
    """
    if config.option.markexpr != "not slow":
        return None
    if collection_path.is_dir():
        return collection_path.name in MARKS or None
    slow = collection_path.suffix == ".py" and ALL_SLOW in collection_path.read_text("utf-8")
    return slow or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of whole folders."""
    for item in items:
        for mark in MARKS.get(item.path.parent.name, ()):
            item.add_marker(mark)


@settings(max_examples=1, database=None)
@given(st.none())
def _first_of_hypothesis(_: None) -> None:
    pass


def pytest_collection_finish() -> None:
    """Python looks for garbage now and then, and finds none among the libraries and the tests: they are
    passed over. Hypothesis makes its source of chance at its first test, and its old versions look for
    who holds it, which they would not find any more.
    """
    _first_of_hypothesis()
    gc.collect()
    gc.freeze()


VARIABLES = (
    "OKX_API_KEY",
    "OKX_SECRET_KEY",
    "OKX_API_SECRET",
    "OKX_PASSPHRASE",
    "OKX_API_PASSPHRASE",
    "OKX_DEMO",
    "OKX_SITE",
    "OKX_API_BASE_URL",
    "OKX_TIMEOUT_MS",
)


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home without credentials, in the environment or in files; returns the home."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("okx_magic.credentials.external.installed_keyring", lambda: None)
    return tmp_path


@pytest.fixture
def elsewhere(nobody: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:  # noqa: ARG001  # it must run first
    """A sandbox outside of the notebook, with its demo key in the environment."""
    with Sandbox.start() as sandbox:
        monkeypatch.setenv("OKX_API_KEY", sandbox.demo.key)
        monkeypatch.setenv("OKX_SECRET_KEY", sandbox.demo.secret)
        monkeypatch.setenv("OKX_PASSPHRASE", sandbox.demo.passphrase)
        monkeypatch.setenv("OKX_API_BASE_URL", sandbox.url)
        yield sandbox


@pytest.fixture
def two_sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Sandbox, Sandbox]]:
    """Two exchanges on this machine in the place of two of OKX's sites."""
    with Sandbox.start(seed=1) as here, Sandbox.start(seed=2) as there:
        sites = {
            name: Site(each.url, frozenset({each.url.removeprefix("http://")}))
            for name, each in (("here", here), ("there", there))
        }
        monkeypatch.setattr(probe, "SITES", sites)
        yield here, there


class Notebook:
    """Runs cells as a notebook does; ``run`` gives what a person sees, and keeps the error."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.error: BaseException | None = None
        self.shown: list[Any] = []
        self.html = ""
        self.outputs: list[Any] = []

    def run(self, cell: str) -> str:
        with capture_output() as captured:
            result = self.shell.run_cell(cell, store_history=True)
        self.error = result.error_before_exec or result.error_in_exec
        self.outputs = captured.outputs
        self.html = "".join(output.data.get("text/html", "") for output in captured.outputs)
        shown = [output.data.get("text/plain", "") for output in captured.outputs]
        return "\n".join([*shown, captured.stdout, captured.stderr])

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]

    def __contains__(self, name: str) -> bool:
        return name in self.shell.user_ns


@pytest.fixture
def bare_notebook(nobody: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook in which nothing is loaded yet."""
    # A shell takes this place, and its module is none that a spawned process can begin with.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    config = Config()
    config.HistoryManager.hist_file = str(nobody / "history.sqlite")
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    yield Notebook(shell)
    if "OkxMagic" in shell.magics_manager.registry:
        shell.run_line_magic("unload_ext", "okx_magic")
    # It would look for garbage among all that the tests before it have left, for longer than most of
    # them take. What is left over is found when Python looks by itself, and at the end of all tests.
    with monkeypatch.context() as ending:
        ending.setattr(gc, "collect", lambda *_: 0)
        shell._atexit_once()
    InteractiveShell.clear_instance()


@pytest.fixture
def notebook(bare_notebook: Notebook) -> Notebook:
    """A notebook with okx_magic loaded, and nobody logged in."""
    bare_notebook.run("%load_ext okx_magic")
    return bare_notebook


@pytest.fixture
def sandbox_notebook(notebook: Notebook) -> Notebook:
    """A notebook logged in to a sandbox of its own."""
    notebook.run("%okx_login sandbox")
    return notebook
