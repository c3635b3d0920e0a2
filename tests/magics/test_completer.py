from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from IPython.core.completer import provisionalcompleter
from pace import cost

from okx_magic import catalogue
from okx_magic.errors import TransportError
from okx_magic.magics import completer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Notebook

INSTRUMENT = "%%okx\nGET /api/v5/market/ticker?instId=BTC-"


def matches(notebook: Notebook, cell: str) -> list[str]:
    """What the shell offers at the end of a cell."""
    with provisionalcompleter():
        return [each.text for each in notebook.shell.Completer.completions(cell, len(cell))]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The types of instruments that the exchange was asked for, while it answers as it does."""
    types: list[str] = []
    fetch = completer._fetch

    def counted(account: object, inst_type: str) -> list[str]:
        types.append(inst_type)
        return fetch(account, inst_type)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(completer, "_fetch", counted)
    return types


def test_instruments_are_fetched_once(sandbox_notebook: Notebook, asked: list[str]) -> None:
    """Once for a session and a type, anew for a new session, and not as a person's own request."""
    for _ in range(2):
        assert "BTC-USDT" in matches(sandbox_notebook, INSTRUMENT)
    assert asked == ["SPOT"]
    sandbox_notebook.run("%okx_login sandbox")
    assert "BTC-USDT" in matches(sandbox_notebook, INSTRUMENT)
    assert asked == ["SPOT", "SPOT"]
    sandbox_notebook.run("log = %okx_log")
    assert set(sandbox_notebook["log"].target) == {"/api/v5/account/config"}


def test_without_a_session_nobody_is_asked(notebook: Notebook, asked: list[str]) -> None:
    """Pressing Tab never logs in, also not after a log-out."""
    assert matches(notebook, INSTRUMENT) == ["BTC-"]
    notebook.run("%okx_login sandbox")
    notebook.run("%okx_logout")
    assert matches(notebook, INSTRUMENT) == ["BTC-"]
    assert asked == []


def test_a_failure_is_silent_and_asked_again(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer is no candidates, no error; the next Tab tries again."""

    def unreachable(_account: object, _inst_type: str) -> list[str]:
        raise TransportError("unreachable", written=False)

    with monkeypatch.context() as patch:
        patch.setattr(completer, "_fetch", unreachable)
        assert matches(sandbox_notebook, INSTRUMENT) == ["BTC-"]
    assert "BTC-USDT" in matches(sandbox_notebook, INSTRUMENT)


def test_a_slow_exchange_holds_nobody_up(
    sandbox_notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the longest wait there are no candidates; once the answer came, they are there."""
    answered = threading.Event()

    def slow(_account: object, _inst_type: str) -> list[str]:
        answered.wait(30)
        return ["BTC-USDT"]

    monkeypatch.setattr(completer, "_fetch", slow)
    monkeypatch.setattr(completer, "_LONGEST_WAIT_SECONDS", 0.05)
    assert matches(sandbox_notebook, INSTRUMENT) == ["BTC-"]
    answered.set()
    monkeypatch.setattr(completer, "_LONGEST_WAIT_SECONDS", 30)
    assert matches(sandbox_notebook, INSTRUMENT) == ["BTC-USDT"]


def test_broken_credentials_are_no_error_here(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partial set in the environment is told at log-in, not at Tab."""
    assert "sandbox" in matches(notebook, "%okx_login ")
    monkeypatch.setenv("OKX_API_KEY", "00000000-aaaa-bbbb-cccc-000000000001")
    assert matches(notebook, "%okx_login ") == [""]


def test_private_names_are_left_out(notebook: Notebook) -> None:
    """Between braces stand the person's own names: none of IPython's, none with an underscore."""
    notebook.run("mine = _hidden = 1")
    names = matches(notebook, "%%okx\nGET /api/v5/x?a={{ ")
    assert "mine" in names
    assert not {"_hidden", "In", "Out", "get_ipython", "exit"} & set(names)


def test_every_option_is_offered(notebook: Notebook) -> None:
    """The long form of each, as the magic has them."""
    options = matches(notebook, "%%okx --")
    assert {"--account", "--dry-run", "--force", "--help", "--quiet"} <= set(options)


def test_the_whole_answer_takes_under_twenty_milliseconds(sandbox_notebook: Notebook) -> None:
    """Through IPython's completer, over all kinds of answers, on a machine of today."""
    cells = [INSTRUMENT, "%%okx\nGET ", "%%okx\nGET /api/v5/market/candles?", "%%okx -"]
    matches(sandbox_notebook, INSTRUMENT)
    for cell in cells:
        assert cost(matches, sandbox_notebook, cell) < 20


def test_a_terminals_menu_shows_whole_paths(notebook: Notebook) -> None:
    """Two paths that differ in their middle look different; unloaded, the shell is as it was."""
    shell = notebook.shell
    shell.min_elide = 30
    completer.uninstall(shell)
    completer.install(shell, lambda: None)
    assert shell.min_elide > max(len(path) for _, path in catalogue.endpoints())
    completer.uninstall(shell)
    assert shell.min_elide == 30
