"""What the panel's buttons do, without a browser and without a widget."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from panelview import View

from okx_magic.accounts import Accounts
from okx_magic.commands.panel_actions import Panel
from okx_magic.sandbox import Sandbox
from okx_magic.wire.probe import Asked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.credentials.account import Account


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    """A sandbox outside of the kernel."""
    with Sandbox.start() as running:
        yield running


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


@pytest.fixture
def desk(nobody: Path, exchange: Sandbox) -> Iterator[Desk]:
    """A panel on a machine whose variables name a host, and no credentials."""
    made = Desk({"OKX_API_BASE_URL": exchange.url}, nobody)
    yield made
    made.accounts.close()


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


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("passphrase", "not-the-right-one", "50105"),
        ("secret", "F" * 32, "50113"),
        ("key", "11111111-2222-3333-4444-555555555555", "50119"),
        ("secret", "", "secret is empty"),
        ("key", "  ", "key is empty"),
        ("passphrase", "line\nbreak", "a line break at position 5"),
        ("site", "mars", "does not name a site"),
        ("environment", "paper", "choose an environment"),
        ("environment", "live", "plain http"),
    ],
)
def test_a_refused_log_in_is_told_in_words(
    desk: Desk, exchange: Sandbox, field: str, value: str, words: str
) -> None:
    """Headline and lines of the error; nobody is logged in, and no typed value comes back."""
    said = desk.type_in(exchange, **{field: value})
    assert words in said["refusal"]["headline"]
    assert desk.current is None
    drawn = json.dumps(desk.view.history)
    triple = {**vars_of(exchange), field: value}
    assert not any(triple[name].strip() and triple[name] in drawn for name in vars_of(exchange))


def vars_of(exchange: Sandbox) -> dict[str, str]:
    keys = exchange.demo
    return {"key": keys.key, "secret": keys.secret, "passphrase": keys.passphrase}


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


def test_a_refused_log_in_can_be_looked_at(desk: Desk, exchange: Sandbox) -> None:
    """Its request is in the list, its prehash in the signature, though nobody is logged in."""
    desk.type_in(exchange, secret="F" * 32)
    assert [each["code"] for each in desk.listed()] == ["50113"]
    signature = desk.view.state["signature"]
    assert "50113" in signature["title"]
    prehash = "".join(part["text"] for part in signature["parts"])
    assert prehash.endswith("ZGET/api/v5/account/config")
    assert len(prehash) == signature["size"]
    assert desk.view.state["account"]["current"] is None


def test_the_detective_names_the_mistake(desk: Desk, exchange: Sandbox) -> None:
    """For the exchange looked at: right as it was sent, and what is wrong with another signature."""
    desk.type_in(exchange)
    evidence = desk.view.state["signature"]["evidence"]
    assert desk.press("check", **evidence)["refusal"] is None
    assert desk.view.state["verdict"]["kind"] == "right"
    message = f"{evidence['timestamp']}get{evidence['target']}".encode()
    digest = hmac.digest(exchange.demo.secret.encode(), message, "sha256")
    desk.press("check", **{**evidence, "signature": base64.b64encode(digest).decode()})
    verdict = desk.view.state["verdict"]
    assert verdict["kind"] == "explained"
    assert "method" in verdict["lines"][0]
    desk.press("choose", id=desk.listed()[0]["id"])
    assert desk.view.state["verdict"] == {}


def test_the_detective_tries_the_secret_that_was_refused(desk: Desk, exchange: Sandbox) -> None:
    """A secret that OKX refused, too, can be what signed: then the signature is right for it."""
    desk.type_in(exchange, secret="F" * 32)
    desk.press("check", **desk.view.state["signature"]["evidence"])
    assert desk.view.state["verdict"]["kind"] == "right"
    assert "another key" in "".join(desk.view.state["verdict"]["lines"])


def test_elsewhere_is_asked_only_by_the_button(
    desk: Desk, exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown key offers the other sites; pressing the button asks them, and says what came."""
    asked: list[Account] = []

    def places(_: Accounts) -> tuple[Account, ...]:
        refused = desk.accounts.refused
        return (refused.account,) if refused else ()

    def ask(_: Accounts) -> tuple[Asked, ...]:
        asked.extend(desk.accounts.elsewhere())
        return (Asked(asked[0], "50119", "API key doesn't exist"),)

    monkeypatch.setattr(Accounts, "elsewhere", places)
    monkeypatch.setattr(Accounts, "ask_elsewhere", ask)
    said = desk.type_in(exchange, key="11111111-2222-3333-4444-555555555555")
    assert said["refusal"]["elsewhere"] == [f"{asked_host(exchange)} (demo)"]
    assert not asked
    said = desk.press("elsewhere")
    assert len(asked) == 1
    assert "API key doesn't exist" in said["text"]
    assert "has a typo" in said["text"]


def asked_host(exchange: Sandbox) -> str:
    return exchange.url.removeprefix("http://")


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
