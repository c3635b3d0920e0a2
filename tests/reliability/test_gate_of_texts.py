"""Texts of a server that reach a person without a frame pass the same gate (module: servertext)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.accounts import Accounts
from okx_magic.model import Request
from okx_magic.streams.protocol import EVENT
from okx_magic.ui.console import Note
from okx_magic.ui.receipts import login
from okx_magic.wire import probe
from okx_magic.wire.transport import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from okx_magic.session import Session

HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
EVIL = "read_only\x1b]0;owned\x07\x1b[2J\u202e001\x9b"
ASKED = Request("GET", "/api/v5/trade/order?instId=BTC-USDT&clOrdId=x1")


@pytest.fixture
def okx(nobody: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session whose exchange puts what moves cursors into each text of its answers."""
    send = Transport.send

    def spoilt(*arguments: Any, **options: Any) -> Answer:
        answer = send(*arguments, **options)
        reply = json.loads(answer.body)
        for row in reply["data"]:
            for name in ("perm", "ip", "label", "state"):
                if name in row:
                    row[name] = EVIL
        return Answer(answer.status, answer.headers, json.dumps(reply).encode())

    monkeypatch.setattr(Transport, "send", spoilt)
    accounts = Accounts(environ={}, home=nobody)
    yield accounts.login("sandbox")
    accounts.end()


def test_the_receipt_of_a_log_in_moves_no_cursor(okx: Session) -> None:
    """Permissions and addresses are shown with their escapes, in receipt, panel and report alike."""
    assert "\\x1b" in str(okx.config["perm"])
    assert not HARMFUL.search(repr(okx.config))
    shown = repr(login(okx))
    assert "owned" in shown
    assert not HARMFUL.search(shown.replace("\n", ""))


def test_without_the_gate_it_would(okx: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same answer as it came holds the escape."""
    monkeypatch.setattr(probe, "on_a_line", lambda value: value)
    config = probe.config_in(okx.request("GET", probe.PROOF))
    assert HARMFUL.search(str(config["perm"]))


def test_a_look_up_brings_plain_texts(okx: Session) -> None:
    """Its states are told in lines of ours."""
    order = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit"}
    body = order | {"px": "1", "sz": "1", "clOrdId": "x1"}
    okx.request("POST", "/api/v5/trade/order", body)
    state = okx.connection.look(ASKED, 5.0).data[0]["state"]
    assert "owned" in state
    assert not HARMFUL.search(state)
    with pytest.raises(ValueError, match="not a look-up"):
        okx.connection.look(Request("POST", "/api/v5/trade/order", "{}"), 5.0)


def test_notices_of_a_stream_and_notes_are_plain() -> None:
    """What a stream is told, and whatever a note is made of."""
    event = EVENT.decode(json.dumps({"event": "error", "code": "60012", "msg": EVIL}))
    assert "owned" in event.msg
    assert not HARMFUL.search(event.msg)
    assert not HARMFUL.search(repr(Note((EVIL,))))
