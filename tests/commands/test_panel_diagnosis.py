"""What the panel says of a refused log-in, and what its detective finds."""

from __future__ import annotations

import base64
import hmac
import json
from typing import TYPE_CHECKING

import pytest
from desk import Desk, vars_of

from okx_magic.accounts import Accounts
from okx_magic.wire.probe import Asked

if TYPE_CHECKING:
    from okx_magic.credentials.account import Account
    from okx_magic.sandbox import Sandbox


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
