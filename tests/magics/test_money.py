"""The magics that stop orders and allow them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.errors import (
    CellError,
    CredentialsError,
)

if TYPE_CHECKING:
    from conftest import Notebook


def test_no_kill_switch_is_lifted_without_a_word(sandbox_notebook: Notebook) -> None:
    """Neither by a new exchange nor by logging out of one; what comes after it is told as new."""
    sandbox_notebook.run("%okx_kill")
    assert "the kill switch of the one before" in sandbox_notebook.run("%okx_login sandbox")
    assert "kill switch is on" not in sandbox_notebook.run("%okx_kill --release")
    sandbox_notebook.run("%okx_kill")
    told = sandbox_notebook.run("%okx_logout sandbox")
    assert told.strip() == "logged out: sandbox · its kill switch ended with it"
    sandbox_notebook.run("%okx_login sandbox")
    assert "kill" not in sandbox_notebook.run("%okx_logout")


def test_the_kill_switch_does_not_take_an_instrument_for_an_account(notebook: Notebook) -> None:
    """It says what it is for, and where the cell for one instrument is; a profile's name is still one."""
    said = notebook.run("%okx_kill ETH-USDT")
    assert isinstance(notebook.error, CellError)
    assert "%okx_find cancel all orders on ETH-USDT" in said
    notebook.run("%okx_kill nosuch")
    assert isinstance(notebook.error, CredentialsError)
