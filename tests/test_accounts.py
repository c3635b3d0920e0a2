"""Logging in other than by name: by an offer, or with credentials that were typed into a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import okx_magic
from okx_magic.accounts import Accounts
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError, OkxError, TransportError
from okx_magic.sandbox import Keys, Sandbox
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def credentials(keys: Keys, *, passphrase: str = "") -> Credentials:
    return Credentials(keys.key, keys.secret, passphrase or keys.passphrase)


def ended(sandbox: Sandbox) -> bool:
    with Session(Account("guest", "sandbox", None, sandbox.url, "this test")) as guest:
        try:
            guest.request("GET", "/api/v5/public/time")
        except TransportError:
            return True
    return False


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Sandbox]:
    """The sandboxes that are started in this kernel."""
    found: list[Sandbox] = []
    start = Sandbox.start

    def noted(**options: Any) -> Sandbox:
        found.append(start(**options))
        return found[-1]

    monkeypatch.setattr(Sandbox, "start", noted)
    return found


@pytest.fixture
def accounts(nobody: Path) -> Iterator[Accounts]:
    opened = Accounts(environ={}, home=nobody)
    yield opened
    opened.close()


def test_an_offer_is_logged_in_with(accounts: Accounts) -> None:
    """The session is proved, current, and knows what the key may do."""
    session = accounts.login_with("sandbox")
    assert accounts.session() is session
    assert session.config["perm"] == "read_only,trade"


def test_a_session_that_was_named_is_not_the_current_one(accounts: Accounts) -> None:
    """Only a log-in, or the first cell without a name, says where cells go; neither opens it again."""
    named = accounts.session("sandbox")
    assert accounts.current is None
    assert accounts.session() is named
    assert accounts.current == "sandbox"


def test_typed_credentials_reach_the_sandbox_of_this_kernel(
    accounts: Accounts, started: list[Sandbox]
) -> None:
    """They belong to the one that runs already, which outlives the session that they replace."""
    accounts.login_with("sandbox")
    (sandbox,) = started
    session = accounts.login_typed(credentials(sandbox.demo), "sandbox", "global")
    assert session.account.base_url == sandbox.url
    assert accounts.open_sessions() == (session,)
    assert session.request("GET", "/api/v5/account/balance").code == "0"
    assert session.warnings == ()
    assert not ended(sandbox)
    accounts.close()
    assert ended(sandbox)


def test_a_new_sandbox_ends_the_old_one(accounts: Accounts, started: list[Sandbox]) -> None:
    """Logging in to the sandbox again starts again, says so, and leaves no exchange running."""
    said = [accounts.login_with("sandbox").warnings for _ in range(2)]
    assert said[0] == ()
    assert [warning for warning in said[1] if "the one before are gone" in warning]
    first, second = started
    assert accounts.session().account.base_url == second.url
    assert ended(first)


def test_a_refused_log_in_leaves_what_was_open(accounts: Accounts, started: list[Sandbox]) -> None:
    """The account before stays the current one; what was refused can still be looked at."""
    before = accounts.login_with("sandbox")
    wrong = credentials(started[0].demo, passphrase="not-the-right-one")
    with pytest.raises(OkxError, match="50105"):
        accounts.login_typed(wrong, "sandbox", "global")
    assert accounts.session() is before
    assert before.request("GET", "/api/v5/account/balance").code == "0"
    assert accounts.refused is not None
    assert [done.code for done in accounts.refused.log] == ["50105"]
    accounts.login_with("sandbox")
    assert accounts.refused is None


def test_logging_out_forgets_the_refused_account_too(
    accounts: Accounts, started: list[Sandbox]
) -> None:
    """No credentials are kept after a log-out, not even wrong ones."""
    accounts.login_with("sandbox")
    wrong = credentials(started[0].demo, passphrase="not-the-right-one")
    with pytest.raises(OkxError):
        accounts.login_typed(wrong, "sandbox", "global")
    accounts.close()
    assert accounts.refused is None
    assert accounts.open_sessions() == ()


def test_an_unknown_site_is_refused_before_anything_is_sent(accounts: Accounts) -> None:
    """A message that names another place than OKX's leads nowhere."""
    typed = Credentials("985d5b66-57ce-40fb-b714-afc0b9787083", "F" * 32, "Typed-in-1!")
    with pytest.raises(CredentialsError, match="site"):
        accounts.login_typed(typed, "demo", "evil.example")


def test_a_log_in_that_ends_after_the_end_is_undone(
    accounts: Accounts, started: list[Sandbox]
) -> None:
    """Unloading while the panel logs in leaves no session and no exchange open."""
    accounts.end()
    with pytest.raises(CredentialsError, match="unloaded"):
        accounts.login_with("sandbox")
    assert accounts.open_sessions() == ()
    assert ended(started[0])


@pytest.mark.okx_sandbox(seed=1)
def test_a_program_connects_to_the_sandbox_of_a_test(nobody: Path, okx_sandbox: Sandbox) -> None:
    """It orders there, the sandbox outlives it, and nothing of it stays in the home folder,
    where the next sandbox of that seed would find its orders.
    """
    order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market"}
    with okx_magic.connect(okx_sandbox) as okx:
        assert okx.request("POST", "/api/v5/trade/order", {**order, "sz": "100"}).code == "0"
        history = okx.frame("GET", "/api/v5/trade/orders-history?instType=SPOT")
    assert len(history) == 1
    assert not ended(okx_sandbox)
    assert list(nobody.iterdir()) == []


def test_what_is_neither_a_name_nor_a_sandbox_is_refused() -> None:
    """One line says what is taken."""
    with pytest.raises(TypeError, match="a name or a running Sandbox, not int"):
        okx_magic.connect(3)  # type: ignore[arg-type]  # that is the test
