"""What the panel's buttons do, without a browser and without a widget."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from desk import Desk, vars_of

from okx_magic.accounts import Accounts

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.sandbox import Sandbox


def test_the_panel_opens_with_what_was_found(nobody: Path) -> None:
    """Sources, sites and what a cell would use are there before anything is sent."""
    triple = {
        "OKX_API_KEY": "985d5b66-57ce-40fb-b714-afc0b9787083",
        "OKX_SECRET_KEY": "F" * 32,
        "OKX_PASSPHRASE": "In-the-env-1!",
    }
    desk = Desk({**triple, "OKX_SITE": "eea"}, nobody)
    account = desk.view.state["account"]
    assert account["current"] is None
    assert account["first"] == "variables"
    assert account["usual"] == "the environment variables"
    assert account["sites"][0] == ["eea", "eea.okx.com"]
    (variables, _) = account["choices"]
    assert (variables["environment"], variables["host"]) == ("demo", "eea.okx.com")
    assert desk.view.state["requests"] == {"count": 0, "newest": ""}
    assert desk.view.state["signature"] is None


def test_typed_credentials_are_proved_and_described(desk: Desk, exchange: Sandbox) -> None:
    """After the log-in the state has the shortened key, permissions, addresses, clock and source."""
    assert desk.type_in(exchange)["text"] == "logged in: demo"
    assert desk.current["environment"] == "demo"
    assert desk.current["hint"] == f"{exchange.demo.key[:3]}…{exchange.demo.key[-3:]}"
    assert desk.facts["from"] == "typed in"
    assert desk.facts["permissions"] == "read, trade"
    assert desk.facts["addresses"] == "any (the key has no IP allowlist)"
    assert desk.facts["clock"].endswith("s to the exchange's")
    assert desk.accounts.current == "demo"


def test_a_profile_tells_the_age_of_its_key(nobody: Path, exchange: Sandbox) -> None:
    """Days since it was made, and the warning of an old key."""
    keys = exchange.demo
    config = nobody / ".okx" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.touch(0o600)
    config.write_text(
        f'[profiles.main]\napi_key = "{keys.key}"\nsecret_key = "{keys.secret}"\n'
        f'passphrase = "{keys.passphrase}"\nbase_url = "{exchange.url}"\ncreated = 2025-01-31\n'
    )
    desk = Desk({}, nobody)
    desk.press("login", source="profile main")
    assert desk.facts["key's age"] == "395 days, made 2025-01-31"
    assert any("make a new key" in warning for warning in desk.current["warnings"])
    desk.accounts.close()


def test_nothing_that_is_drawn_holds_a_secret(desk: Desk, exchange: Sandbox) -> None:
    """Through log-in, requests, their signatures and a log-out."""
    desk.type_in(exchange)
    desk.accounts.session().request("GET", "/api/v5/account/balance")
    desk.panel.refresh()
    desk.press("logout")
    drawn = json.dumps(desk.view.history)
    assert "/api/v5/account/balance" in drawn
    assert not any(secret in drawn for secret in vars_of(exchange).values())


def test_a_message_of_any_form_does_no_harm(desk: Desk) -> None:
    """Fields that lack or are no text count as empty; an unknown button does nothing."""
    before = len(desk.view.history)
    desk.panel.receive({})
    desk.panel.receive({"kind": ["login"]})
    assert len(desk.view.history) == before
    assert desk.press("login")["refusal"]
    said = desk.press(
        "login", source="typed", environment="demo", key=1, secret={}, passphrase=None
    )
    assert "key is empty" in said["refusal"]["headline"]
    assert desk.press("choose", id=7)["number"] > said["number"]
    assert "nobody is logged in" in desk.press("check")["refusal"]["headline"]


def test_every_button_is_answered(desk: Desk) -> None:
    """The view that sent a message hears of it, also when nothing has changed."""
    numbers = [desk.press("logout")["number"] for _ in range(2)]
    assert numbers[0] < numbers[1]


def test_logging_out_goes_back_to_the_account_before(desk: Desk, exchange: Sandbox) -> None:
    """The last account is closed and forgotten; the one before is current again, then none."""
    desk.press("login", source="sandbox")
    desk.type_in(exchange)
    assert desk.current["others"] == ["sandbox (sandbox)"]
    assert "demo" in desk.press("logout")["text"]
    assert desk.current["environment"] == "sandbox"
    desk.press("logout")
    assert desk.current is None
    assert desk.listed() == []


def test_the_panel_shows_what_cells_did(desk: Desk) -> None:
    """Accounts that a cell opened and what it sent, newest first; not yet proved by a log-in."""
    session = desk.accounts.session()
    session.request("GET", "/api/v5/public/time")
    with pytest.raises(Exception, match="51001"):
        session.request("GET", "/api/v5/market/ticker?instId=NO-SUCH")
    desk.panel.refresh()
    assert desk.view.state["requests"]["count"] == 2
    last, first = desk.listed()
    assert desk.listed(first["id"]) == [last]
    assert (last["method"], last["target"]) == ("GET", "/api/v5/market/ticker?instId=NO-SUCH")
    assert (last["code"], last["status"], last["account"]) == ("51001", 200, "sandbox")
    assert "exist" in last["outcome"]
    assert (first["code"], first["outcome"]) == ("0", "ok")
    assert "log in" in desk.facts["permissions"]


def test_the_newest_is_looked_at_until_one_is_chosen(desk: Desk) -> None:
    """A chosen exchange stays; choosing the newest goes on with the newest."""

    def send(ccy: str) -> str:
        desk.accounts.session("sandbox").request("GET", f"/api/v5/account/balance?ccy={ccy}")
        desk.panel.refresh()
        number: str = desk.view.state["requests"]["newest"]
        return number

    def target() -> str:
        text: str = desk.view.state["signature"]["evidence"]["target"]
        return text[-3:]

    first = send("BTC")
    assert target() == "BTC"
    send("ETH")
    assert target() == "ETH"
    desk.press("choose", id=first)
    newest = send("OKB")
    assert target() == "BTC"
    desk.press("choose", id=newest)
    assert target() == "OKB"
    send("BTC")
    assert target() == "BTC"


def test_the_kernel_goes_on_while_the_exchange_is_slow(
    desk: Desk, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pressing the button returns at once, says what is under way, and does one thing at a time."""
    answered = threading.Event()
    logins: list[str] = []

    def slow(accounts: Accounts, choice: str) -> Any:
        logins.append(choice)
        assert answered.wait(30)
        return accounts.session("sandbox")

    monkeypatch.setattr(Accounts, "login_with", slow)
    desk.panel.receive({"kind": "login", "source": "sandbox"})
    assert desk.view.state["work"]["busy"] == "asking the exchange"
    desk.panel.receive({"kind": "login", "source": "variables"})
    desk.panel.refresh()
    answered.set()
    assert desk.view.until_idle()["text"] == "logged in: sandbox"
    assert logins == ["sandbox"]
    assert exchange.url


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_ours_does_not_lock_the_panel(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel says that it failed, and can be used again."""

    def broken(accounts: Accounts, choice: str) -> Any:
        raise ZeroDivisionError(accounts, choice)

    with monkeypatch.context() as patched:
        patched.setattr(Accounts, "login_with", broken)
        assert "failed" in desk.press("login", source="sandbox")["text"]
        # The thread dies of it a little later: within this test, whose mark expects that.
        for thread in threading.enumerate():
            if thread.name == "okx-panel":
                thread.join(10)
    assert desk.press("login", source="sandbox")["text"] == "logged in: sandbox"
