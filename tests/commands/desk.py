"""A panel with its accounts, as the tests of its buttons use it; and the accounts of a notebook."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from panelview import View

from okx_magic.accounts import Accounts
from okx_magic.commands.panel_actions import Panel

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import Notebook

    from okx_magic.sandbox import Sandbox


class Desk:
    """A panel with its accounts and its view."""

    def __init__(self, environ: dict[str, str], home: Path) -> None:
        self.accounts = Accounts(environ=environ, home=home)
        self.view = View()
        self.panel = Panel(
            self.accounts, self.view, now=lambda: datetime(2026, 3, 2, 12, tzinfo=UTC)
        )

    def press(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Send a button's message, wait for its end, and give what was said."""
        self.panel.receive({"kind": kind, **fields})
        said: dict[str, Any] = self.view.until_idle()
        return said

    def type_in(self, sandbox: Sandbox, **other: str) -> dict[str, Any]:
        keys = sandbox.demo
        triple = {"key": keys.key, "secret": keys.secret, "passphrase": keys.passphrase}
        place = {"source": "typed", "environment": "demo", "site": "other"}
        return self.press("login", **{**place, **triple, **other})

    @property
    def current(self) -> Any:
        return self.view.state["account"]["current"]

    def listed(self, since: str = "") -> list[dict[str, Any]]:
        """The rows of the list of requests that came after this one, as the page asks for them."""
        self.panel.receive({"kind": "list", "since": since})
        rows: list[dict[str, Any]] = self.view.told[-1]["rows"]
        return rows

    def inspected(self, place: int = 0) -> dict[str, Any]:
        """A request with its answer, by its place in the list."""
        self.panel.receive({"kind": "inspect", "id": self.listed()[place]["id"]})
        return self.view.told[-1]

    @property
    def facts(self) -> dict[str, str]:
        return dict(self.current["facts"])


def accounts(notebook: Notebook) -> Accounts:
    """Those of a notebook's magics."""
    found: Accounts = notebook.shell.magics_manager.registry["OkxMagic"].accounts
    return found


def log_in_by(monkeypatch: pytest.MonkeyPatch, keys_of: Sandbox, url: str) -> None:
    """Sets the variables of a sandbox's demo key, and where it is asked for."""
    monkeypatch.setenv("OKX_API_KEY", keys_of.demo.key)
    monkeypatch.setenv("OKX_SECRET_KEY", keys_of.demo.secret)
    monkeypatch.setenv("OKX_PASSPHRASE", keys_of.demo.passphrase)
    monkeypatch.setenv("OKX_API_BASE_URL", url)


def vars_of(exchange: Sandbox) -> dict[str, str]:
    keys = exchange.demo
    return {"key": keys.key, "secret": keys.secret, "passphrase": keys.passphrase}
