"""What the panel draws of an account, without a panel."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.credentials.account import Account
from okx_magic.credentials.choices import Choices
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.sources import Ports
from okx_magic.orders.gate import Gate
from okx_magic.orders.latch import Latch
from okx_magic.session import Session
from okx_magic.ui import panelstate

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.model import Environment

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)


def session(environment: Environment, folder: Path) -> Session:
    credentials = Credentials("985d5b66-57ce-40fb-b714-afc0b9787083", "F" * 32, "Drawn-only-1!")
    host = "http://127.0.0.1:8700" if environment == "sandbox" else "https://openapi.okx.com"
    account = Account("mine", environment, credentials, host, "here", created=date(2026, 6, 1))
    return Session(account, gate=Gate(account, latch=Latch(folder, "hash")))


def drawn(of: Session) -> dict[str, Any]:
    return panelstate.account(of, [], NOW)


@pytest.mark.parametrize(
    ("environment", "money"),
    [
        ("sandbox", "invented money"),
        ("demo", "simulated money"),
        ("live", "real money · reading only, until %okx_live"),
    ],
)
def test_the_bar_says_whose_money_it_is(
    tmp_path: Path, environment: Environment, money: str
) -> None:
    """In words, whatever the colour."""
    assert drawn(session(environment, tmp_path))["money"] == money


def test_the_bar_says_until_when_live_orders_are_sent(tmp_path: Path) -> None:
    """Once the sentence was typed, a quarter of an hour; not any more with the kill switch on."""
    live = session("live", tmp_path)
    assert live.gate.arming.arm(live.gate.arming.sentence)
    # The quarter may have begun some milliseconds ago.
    until = "real money · ORDERS ARE SENT until 12:"
    assert drawn(live)["money"] in {f"{until}14 UTC", f"{until}15 UTC"}
    live.gate.kill()
    assert "kill switch" in drawn(live)["money"]


def test_what_is_not_known_is_said_to_be_so(tmp_path: Path) -> None:
    """Before a log-in has asked there are no permissions, and never a guess."""
    facts = dict(drawn(session("demo", tmp_path))["facts"])
    assert facts["permissions"] == "not asked yet: log in to know"
    assert "addresses" not in facts
    assert "clock" not in facts
    assert facts["key's age"] == "29 days, made 2026-06-01"


def test_on_a_machine_of_strangers_only_the_sandbox_is_offered(tmp_path: Path) -> None:
    """With the reason; credentials that are set up there are not offered."""
    variables = {
        "OKX_API_KEY": "985d5b66-57ce-40fb-b714-afc0b9787083",
        "OKX_SECRET_KEY": "F" * 32,
        "OKX_PASSPHRASE": "Drawn-only-1!",
    }
    here = panelstate.offered(Choices(variables, tmp_path, Ports()), ())
    assert [choice["key"] for choice in here["choices"]] == ["variables", "sandbox"]
    there = Choices({**variables, "BINDER_REQUEST": "v2/gh/x/y/HEAD"}, tmp_path, Ports())
    state = panelstate.offered(there, ())
    assert [choice["key"] for choice in state["choices"]] == ["sandbox"]
    assert state["first"] == "sandbox"
    assert "Binder" in state["refusal"]


def test_unread_sources_come_before_the_sandbox_in_words(tmp_path: Path) -> None:
    """A cell would look into the keyring first, if nothing before it has credentials."""
    choices = Choices({}, tmp_path, Ports(keyring=lambda: None, colab=lambda: str))
    state = panelstate.offered(choices, choices.unread())
    assert state["usual"] == "the Colab secrets, else the built-in sandbox"
