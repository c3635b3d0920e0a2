"""Logging in and out, in a shell."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from IPython.core.error import StdinNotImplementedError

from okx_magic.errors import (
    OkxError,
    TransportError,
)

if TYPE_CHECKING:
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox


def test_where_no_socket_can_be_opened_the_sandbox_is_refused_in_one_line(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which programs may not listen: no traceback, and nothing half started."""

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("socket.create_server", refused)
    text = notebook.run("%okx_login sandbox")
    assert isinstance(notebook.error, TransportError)
    assert "cannot listen on this machine: Operation not permitted" in text


def test_with_nothing_set_up_a_cell_goes_to_the_sandbox(notebook: Notebook) -> None:
    """A request without a log-in goes to the sandbox, and a note says so."""
    text = notebook.run("%%okx\ntime = GET /api/v5/public/time")
    assert "the built-in sandbox" in text
    assert len(notebook["time"]) == 1


def test_login_without_anything_set_up_or_anybody_to_ask(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A headless notebook that just logs in gets the sandbox."""

    def nobody_there(label: str) -> str:
        raise StdinNotImplementedError(label)

    monkeypatch.setattr("okx_magic.ui.console.getpass", nobody_there)
    text = notebook.run("%okx_login")
    assert notebook.error is None
    assert text.startswith("[sandbox] 127.0.0.1")


def test_login_by_the_environment(notebook: Notebook, elsewhere: Sandbox) -> None:
    """The variables are a demo account; the receipt names it, its key only shortened."""
    text = notebook.run("%okx_login demo")
    assert text.startswith("[demo] 127.0.0.1")
    assert elsewhere.demo.key not in text
    assert elsewhere.demo.secret not in text


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("OKX_SECRET_KEY", "F" * 32, "50113"),
        ("OKX_PASSPHRASE", "not-the-right-one", "50105"),
        ("OKX_API_KEY", "11111111-2222-3333-4444-555555555555", "50119"),
    ],
)
def test_login_with_a_wrong_credential_is_explained(
    notebook: Notebook,
    elsewhere: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    code: str,
) -> None:
    """A refused log-in says which part is wrong, is not kept, and does not show the value."""
    assert elsewhere.url
    monkeypatch.setenv(variable, value)
    text = notebook.run("%okx_login demo")
    assert isinstance(notebook.error, OkxError)
    assert notebook.error.code == code
    assert "try" in text
    assert value not in text
    assert notebook.shell.magics_manager.registry["OkxMagic"].accounts.current is None


def test_a_live_key_in_the_demo_account_is_told(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """50101 comes with the setting that decides."""
    monkeypatch.setenv("OKX_API_KEY", elsewhere.live.key)
    monkeypatch.setenv("OKX_SECRET_KEY", elsewhere.live.secret)
    monkeypatch.setenv("OKX_PASSPHRASE", elsewhere.live.passphrase)
    text = notebook.run("%okx_login demo")
    assert "50101" in text
    assert "OKX_DEMO" in text


def test_an_unreachable_host_is_one_line(notebook: Notebook, elsewhere: Sandbox) -> None:
    """A host that is gone is named, with the way to go on without a network."""
    notebook.run("%okx_login demo")
    elsewhere.stop()
    text = notebook.run("%%okx\nGET /api/v5/public/time")
    assert isinstance(notebook.error, TransportError)
    assert "127.0.0.1" in text


def test_an_account_of_its_own_for_a_cell(notebook: Notebook, elsewhere: Sandbox) -> None:
    """-a sends as another account, logged in or not; the next cell goes where cells went before."""
    assert elsewhere.url
    notebook.run("%okx_login sandbox")
    for _ in range(2):
        assert "[demo]" in notebook.run("%%okx -a demo\nGET /api/v5/account/balance")
        assert "[sandbox]" in notebook.run("%%okx\nGET /api/v5/account/balance")


def test_logout_forgets(sandbox_notebook: Notebook) -> None:
    """After logging out the next cell starts anew."""
    assert "logged out: sandbox" in sandbox_notebook.run("%okx_logout")
    assert "built-in sandbox" in sandbox_notebook.run("%%okx\nGET /api/v5/public/time")


def test_logging_out_of_one_account_says_which_is_next(
    notebook: Notebook, elsewhere: Sandbox
) -> None:
    """Another that is open takes its place, which must not surprise; after the last there is none."""
    assert elsewhere.url
    notebook.run("%okx_login sandbox")
    notebook.run("%okx_login demo")
    assert notebook.run("%okx_logout demo").strip() == "logged out: demo · cells use sandbox now"
    assert "[sandbox]" in notebook.run("%%okx\nGET /api/v5/public/time")
    assert notebook.run("%okx_logout sandbox").strip() == "logged out: sandbox"


def test_the_environment_is_left_alone(notebook: Notebook) -> None:
    """Logging in sets no variable that a cell could print."""
    before = dict(os.environ)
    notebook.run("%okx_login sandbox")
    assert notebook.error is None
    assert dict(os.environ) == before


def test_a_log_in_that_failed_says_which_account_goes_on(
    notebook: Notebook, elsewhere: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next order would be taken to be of the account that was refused."""
    assert elsewhere.url
    monkeypatch.setenv("OKX_PASSPHRASE", "not-the-right-one")
    assert "as before" not in notebook.run("%okx_login demo")
    notebook.run("%okx_login sandbox")
    assert "not logged in: cells use sandbox as before" in notebook.run("%okx_login demo")
    assert "cells use sandbox as before" in notebook.run("%okx_login nosuch")


def test_a_cell_after_the_log_out_says_who_it_logs_in(
    notebook: Notebook, elsewhere: Sandbox
) -> None:
    """The variables are still there: what is found in them is named before it is used."""
    assert elsewhere.url
    notebook.run("%okx_login demo")
    notebook.run("%okx_logout")
    shown = notebook.run("%%okx\nbalance = GET /api/v5/account/balance")
    assert "nobody was logged in: this is demo, from " in shown
    assert "nobody" not in notebook.run("%%okx\nbalance = GET /api/v5/account/balance")


@pytest.mark.parametrize("which", ["secret", "passphrase"])
def test_a_secret_in_a_comment_is_told(notebook: Notebook, elsewhere: Sandbox, which: str) -> None:
    """It is not sent, and would stay in the notebook's file without a word."""
    notebook.run("%okx_login demo")
    secret = getattr(elsewhere.demo, which)
    shown = notebook.run(f"%%okx\n# mine is {secret}\nGET /api/v5/public/time")
    assert "a comment of this cell has your secret" in shown
    assert secret not in shown
    assert "a comment" not in notebook.run("%%okx\n# mine\nGET /api/v5/public/time")
