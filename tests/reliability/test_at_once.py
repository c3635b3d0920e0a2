"""The same order from two sessions at the same instant: one is sent (module: orders/submission)."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.accounts import Accounts
from okx_magic.errors import RefusedError
from okx_magic.orders.gate import Gate
from okx_magic.orders.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

ORDER = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1"}
PLACE = "/api/v5/trade/order"


@pytest.fixture
def pair(keys: Any, nobody: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Session]]:
    """Two sessions of one key, as of two kernels that share the ledger's file. Both orders are admitted
    before either is written down.
    """
    del keys
    both, real = threading.Barrier(2), Ledger.open

    def together(ledger: Ledger, *arguments: Any) -> str:
        both.wait(60)
        return real(ledger, *arguments)

    accounts = [Accounts(home=nobody), Accounts(home=nobody)]
    sessions = [each.login("demo") for each in accounts]
    monkeypatch.setattr(Ledger, "open", together)
    yield sessions
    for each in accounts:
        each.end()


def sent_by_both(pair: list[Session], size: str) -> list[str]:
    told: list[str] = []

    def send(session: Session) -> None:
        try:
            session.request("POST", PLACE, ORDER | {"sz": size})
            told.append("sent")
        except RefusedError as error:
            told.append("refused" if "--again" in error.remedy else str(error))

    threads = [threading.Thread(target=send, args=(session,)) for session in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_one_is_sent_and_the_second_refused(pair: list[Session]) -> None:
    """Ten times: check and entry are one step, so whoever is second sees the first."""
    for number in range(10):
        assert sent_by_both(pair, f"0.{number + 1:02}") == ["refused", "sent"]
    pending = pair[0].request("GET", "/api/v5/trade/orders-pending").data
    assert len(pending) == 10


def test_without_the_second_look_both_would_be_sent(
    pair: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: looked up before the entry is written, both find nothing."""
    monkeypatch.setattr(Gate, "admit_again", lambda *_: None)
    assert sent_by_both(pair, "0.5") == ["sent", "sent"]
