"""A real JupyterLab in a real Chromium, started once for all browser tests.

Without Chromium the tests are skipped, unless OKX_MAGIC_BROWSER=required says that it must be there.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page, WebSocket, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOKEN = "for-this-test-run-only"
# What is expected may come late on a busy machine.
expect.set_options(timeout=120_000)
ROOT = Path(__file__).parents[2]
# Offline and quiet: nothing of Chromium's own asks the network for anything.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# What would make a run differ from another: news, updates, autosave, cells that are not drawn.
SETTINGS: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    # "Save Widget State Automatically": whatever a widget's state holds gets into the file.
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
}

# Opens a notebook, and lets Lab neither start nor find a kernel for it.
WITHOUT_KERNEL = """async path => {
  const app = window.jupyterapp;
  await app.restored;
  await app.commands.execute('docmanager:open', {path, factory: 'Notebook',
    kernelPreference: {shouldStart: false, canStart: false, autoStartDefault: false}});
  await app.shell.currentWidget.context.ready;
}"""


def page_of(browser: Browser, width: int, height: int) -> Page:
    """A page that a busy machine has time for."""
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_default_timeout(120_000)
    return context.new_page()


@dataclass
class Lab:
    """A running server. ``home`` is everything that Jupyter and IPython may write to; ``page`` is where
    its application shows a notebook.
    """

    url: str
    notebooks: Path
    home: Path
    page: str = "doc/tree"

    def write(self, name: str, *cells: str) -> Path:
        """A notebook with these code cells."""
        assert not (ROOT / "notebooks" / name).exists(), "the project's own, which other tests read"
        path = self.notebooks / name
        # Without a kernel's name Lab would ask for one.
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
        notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells], metadata=kernel)
        nbformat.write(notebook, path)
        return path

    def kept(self) -> bytes:
        """All that Jupyter, IPython and the kernels have written to disk: notebooks and their
        checkpoints, histories, logs, connection files.
        """
        return b"\n".join(path.read_bytes() for path in self.home.rglob("*") if path.is_file())

    def open(self, browser: Browser, name: str, *, heard: list[str] | None = None) -> LabNotebook:
        """A notebook in a window of its own; ``heard`` gets each message from the server to it."""
        page = page_of(browser, 1200, 1600)
        if heard is not None:
            page.on("websocket", lambda socket: _listen(socket, heard))
        page.goto(f"{self.url}/{self.page}/{name}?token={TOKEN}")
        notebook = LabNotebook(page)
        notebook.wait_until(
            "context.isReady && !!session.kernel && session.kernel.status === 'idle'"
        )
        return notebook

    def read(self, browser: Browser, name: str) -> Page:
        """A page with a notebook as it is saved: nobody starts a kernel."""
        page = page_of(browser, 1000, 1200)
        page.goto(f"{self.url}/lab?token={TOKEN}&reset")
        page.wait_for_function("() => window.jupyterapp?.shell")
        # A copy, as a session that another test began would be taken up.
        copy = f"read-{name}"
        shutil.copy(ROOT / "notebooks" / name, self.notebooks / copy)
        page.evaluate(WITHOUT_KERNEL, copy)
        page.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for(state="attached")
        return page


class LabNotebook:
    """One notebook in the browser, driven by Lab's own commands."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        self.wait_until(
            "session.kernel.status === 'idle' && [...widget.content.widgets].every(cell =>"
            " cell.model.type !== 'code' || cell.model.executionCount !== null)"
        )

    def run(self, cell: int, *, wait: bool = True) -> None:
        """Run one cell, counted from 0; by default to its end."""
        self.page.evaluate(
            "async ([number, wait]) => { const app = window.jupyterapp;"
            " app.shell.currentWidget.content.activeCellIndex = number;"
            " const done = app.commands.execute('notebook:run-cell'); if (wait) await done; }",
            [cell, wait],
        )

    def theme(self, name: str) -> None:
        self.command("apputils:change-theme", theme=name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)

    def save(self) -> None:
        self.command("docmanager:save")

    def command(self, name: str, **arguments: object) -> None:
        self.page.evaluate(
            "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }",
            [name, arguments],
        )

    def wait_until(self, condition: str, *, timeout: float = 90) -> None:
        """Wait for a JavaScript condition on the notebook's ``widget``, ``context`` and ``session``."""
        self.page.wait_for_function(
            "() => { const widget = window.jupyterapp?.shell?.currentWidget;"
            " const context = widget?.context; const session = context?.sessionContext?.session;"
            f" return !!session && ({condition}); }}",
            timeout=timeout * 1000,
        )

    def outputs(self) -> str:
        return "\n".join(self.page.locator(".jp-OutputArea-output").all_inner_texts())


def _listen(socket: WebSocket, heard: list[str]) -> None:
    def note(payload: str | bytes) -> None:
        heard.append(payload if isinstance(payload, str) else payload.decode("utf-8", "replace"))

    socket.on("framereceived", note)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one file: while playwright runs, no other test of this process can
    start an event loop.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        reason = "no Chromium here"
        if os.environ.get("OKX_MAGIC_BROWSER") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("lab")
    notebooks = home / "notebooks"
    shutil.copytree(ROOT / "notebooks", notebooks)
    with server(home, notebooks) as url:
        yield Lab(url, notebooks, home)


@pytest.fixture(scope="session")
def notebook7(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The same in Notebook 7, which saves no widget state, as Lab by default."""
    pytest.importorskip("notebook")
    home = tmp_path_factory.mktemp("notebook7")
    notebooks = home / "notebooks"
    notebooks.mkdir()
    stateless = SETTINGS | {"@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": False}}
    with server(home, notebooks, "notebook", stateless) as url:
        yield Lab(url, notebooks, home, "notebooks")


@contextmanager
def server(
    home: Path,
    notebooks: Path,
    application: str = "jupyterlab",
    settings: Mapping[str, Mapping[str, Any]] = SETTINGS,
) -> Iterator[str]:
    """A server's address; it writes to ``home`` only."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for name, values in settings.items():
        file = home / "settings" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OKX_")}
    environment |= {
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", application, "--no-browser", "--allow-root"),
                *("--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
                *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={notebooks}"),
                *("--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"),
                "--JupyterNotebookApp.expose_app_in_browser=True",
                "--LabApp.extension_manager=readonly",
            ],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_for(f"{url}/api/status?token={TOKEN}", process, home / "server.log")
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    # However long it takes on a busy machine: a server that cannot start ends.
    while True:
        assert process.poll() is None, log.read_text()[-3000:]
        with suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # loopback
            answer.read()
            return
        time.sleep(0.1)
