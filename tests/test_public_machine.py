"""On a Binder strangers run the machine: only the sandbox is used there, unless the person insists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import okx_magic
from okx_magic.accounts import Accounts
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Notebook

    from okx_magic.sandbox import Sandbox

MARKS = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL", "BINDER_REQUEST")


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("line", ["%okx_login demo", "%okx_login", "%okx_login --prompt"])
def test_credentials_are_refused_on_a_binder(
    notebook: Notebook,
    elsewhere: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    mark: str,
    line: str,
) -> None:
    """By name, by finding them or by typing them: one line with the reason, and nothing is asked."""
    monkeypatch.setenv(mark, "https://mybinder.org/")
    monkeypatch.setattr("okx_magic.ui.console.getpass", pytest.fail)
    text = notebook.run(line)
    assert isinstance(notebook.error, CredentialsError)
    assert "this is a Binder: its operator can read every key" in text
    assert elsewhere.demo.passphrase not in text
    with pytest.raises(CredentialsError):
        okx_magic.connect("demo")


def test_the_sandbox_works_on_a_binder(
    notebook: Notebook, nobody: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing set up, and by its name, without a question."""
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    monkeypatch.setattr("okx_magic.ui.console.getpass", pytest.fail)
    notebook.run("%okx_login\n%okx GET /api/v5/account/balance")
    assert notebook.error is None
    notebook.run("%okx_login sandbox")
    assert notebook.error is None
    assert Accounts(environ={}, home=nobody).current is None


@pytest.mark.usefixtures("elsewhere")
def test_who_insists_is_let_through(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the variable that the refusal names, and by nothing else."""
    monkeypatch.setenv("BINDER_REQUEST", "1")
    assert "%env OKX_KEYS_ON_BINDER=1" in notebook.run("%okx_login demo")
    notebook.run("%env OKX_KEYS_ON_BINDER=0\n%okx_login demo")
    assert isinstance(notebook.error, CredentialsError)
    notebook.run("%env OKX_KEYS_ON_BINDER=1\n%okx_login demo")
    assert notebook.error is None
    monkeypatch.delenv("OKX_KEYS_ON_BINDER")


def test_elsewhere_nobody_is_stopped(notebook: Notebook, elsewhere: Sandbox) -> None:
    """The control: without Binder's marks the same log-in works."""
    notebook.run("%okx_login demo")
    assert notebook.error is None
    assert elsewhere.url in repr(
        notebook.shell.magics_manager.registry["OkxMagic"].accounts.session()
    )
