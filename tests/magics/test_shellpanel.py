"""%okx_login without a name: the panel where somebody sits before a notebook, and as ever elsewhere."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from ipywidgets import Widget

if TYPE_CHECKING:
    from conftest import Notebook

WIDGET = "application/vnd.jupyter.widget-view+json"


class Kernel:
    """As much of a kernel as is asked: whether the front end lets it ask a person."""

    def __init__(self, **content: bool) -> None:
        self._content = content

    def get_parent(self) -> dict[str, Any]:
        return {"header": {}, "content": self._content} if self._content else {}


@pytest.fixture
def front_end(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    """A notebook with somebody before it."""
    monkeypatch.setattr(notebook.shell, "kernel", Kernel(allow_stdin=True), raising=False)
    return notebook


def opened(notebook: Notebook) -> list[str]:
    """The model of each panel that the last cell showed."""
    return [output.data[WIDGET]["model_id"] for output in notebook.outputs if WIDGET in output.data]


def widget(notebook: Notebook) -> Any:
    return notebook.shell.magics_manager.registry["OkxMagic"]._panel._open[1]


def test_a_notebook_gets_the_panel(front_end: Notebook) -> None:
    """Nobody is logged in by it, and the text in its place says how to go on without widgets."""
    text = front_end.run("%okx_login")
    assert front_end.error is None
    assert len(opened(front_end)) == 1
    assert "%okx_login NAME" in text
    assert front_end.shell.magics_manager.registry["OkxMagic"].accounts.current is None


def test_with_a_name_it_logs_in_without_the_panel(front_end: Notebook) -> None:
    """As in a terminal."""
    text = front_end.run("%okx_login sandbox")
    assert opened(front_end) == []
    assert text.startswith("[sandbox] 127.0.0.1")


def test_with_an_option_it_logs_in_without_the_panel(
    front_end: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the option asks for is done at once, not by a button."""
    monkeypatch.setattr("okx_magic.ui.console.getpass", lambda _: "")
    text = front_end.run("%okx_login --unset-env")
    assert opened(front_end) == []
    assert text.startswith("[sandbox] 127.0.0.1")
    assert "none of the variables was set" in text


@pytest.mark.parametrize(
    "kernel", [Kernel(allow_stdin=False), Kernel()], ids=["asks nobody", "starts"]
)
def test_nobody_there_means_no_panel(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, kernel: Kernel
) -> None:
    """A kernel that may ask nobody, as under nbclient and papermill, or that is only about to start,
    logs in to the sandbox.
    """
    monkeypatch.setattr(notebook.shell, "kernel", kernel, raising=False)
    monkeypatch.setattr("okx_magic.ui.console.getpass", lambda _: "")
    text = notebook.run("%okx_login")
    assert opened(notebook) == []
    assert text.startswith("[sandbox] 127.0.0.1")


def test_run_all_twice_shows_one_panel(front_end: Notebook) -> None:
    """The same widget in each place, so that no two of them can differ."""
    front_end.run("%okx_login")
    first = opened(front_end)
    front_end.run("%okx_login\n%okx_login")
    assert opened(front_end) == first * 2


def test_cells_are_seen_in_the_panel(front_end: Notebook) -> None:
    """With nobody logged in a cell goes to the sandbox, and the panel shows account and request."""
    front_end.run("%okx_login")
    front_end.run("%%okx\ntime = GET /api/v5/public/time")
    assert widget(front_end).account["current"]["environment"] == "sandbox"
    assert widget(front_end).requests["count"] == 1
    front_end.run("%okx_logout")
    assert widget(front_end).account["current"] is None


def test_a_wait_in_the_panels_thread_is_not_told_under_a_cell(notebook: Notebook) -> None:
    """What a thread shows would stand under whatever cell runs; a cell's own wait is told."""
    notebook.run("accounts = get_ipython().magics_manager.registry['OkxMagic'].accounts")
    notebook.run("from okx_magic.catalogue import Limit; limit = Limit(5, 2.0, 'user', 'requests')")
    notebook.run("import threading; wait = lambda: accounts._opener.pacer._on_wait(1.5, limit)")
    assert "waiting 1.5 s" in notebook.run("wait()")
    assert not notebook.run("t = threading.Thread(target=wait); t.start(); t.join()").strip()


def test_a_panel_that_was_closed_is_opened_anew(front_end: Notebook) -> None:
    """Also when somebody closed all widgets of the kernel."""
    front_end.run("%okx_login")
    (first,) = opened(front_end)
    Widget.close_all()
    front_end.run("1")
    front_end.run("%okx_login")
    (second,) = opened(front_end)
    assert first != second
    assert len(front_end.shell.events.callbacks["post_run_cell"]) == 1


def test_unloading_closes_the_panel(front_end: Notebook) -> None:
    """The widget, its event and its threads are gone."""
    before = list(front_end.shell.events.callbacks["post_run_cell"])
    front_end.run("%okx_login")
    shown = widget(front_end)
    front_end.run("%unload_ext okx_magic")
    assert shown.closed
    assert front_end.shell.events.callbacks["post_run_cell"] == before
    for thread in threading.enumerate():
        if thread.name.startswith("okx-panel"):
            thread.join(5)
            assert not thread.is_alive()
    front_end.run("1")
    assert front_end.error is None
