"""An answer to something else is not believed, whatever was sent (module: orders/acknowledgements)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from faketime import FakeTime

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxMagicError, OutcomeUnknown
from okx_magic.model import Request
from okx_magic.orders import writing
from okx_magic.session import Session
from okx_magic.wire.clock import Clock
from okx_magic.wire.connection import Connection
from okx_magic.wire.transport import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

URL = "http://127.0.0.1:9"
NOW = 1_700_000_000_000
Row = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A write, the answer that is its own, and what the answer to another of its kind has instead."""

    path: str
    body: Any
    own: Any
    other: Mapping[str, Any]

    @property
    def request(self) -> Request:
        return Request("POST", f"/api/v5/{self.path}", json.dumps(self.body))

    @property
    def rows(self) -> list[Row]:
        return self.own if isinstance(self.own, list) else [self.own]


def ack(**ids: str) -> Row:
    return {
        "ordId": "77",
        "clOrdId": "x1",
        "tag": "",
        "ts": str(NOW),
        "sCode": "0",
        "sMsg": "",
    } | ids


SPOT = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "1",
    "sz": "1",
}
KINDS = {
    "order": Kind("trade/order", SPOT | {"clOrdId": "x1"}, ack(), {"clOrdId": "x2"}),
    "batch": Kind(
        "trade/batch-orders",
        [SPOT | {"clOrdId": "x1"}, SPOT | {"clOrdId": "y1"}],
        [ack(), ack(ordId="78", clOrdId="y1")],
        {"clOrdId": "x2"},
    ),
    "amend": Kind(
        "trade/amend-order",
        {"instId": "BTC-USDT", "ordId": "77", "newSz": "2"},
        ack(clOrdId="", reqId=""),
        {"ordId": "78"},
    ),
    "cancel": Kind(
        "trade/cancel-order",
        {"instId": "BTC-USDT", "ordId": "77"},
        ack(clOrdId=""),
        {"ordId": "78"},
    ),
    "cancel batch": Kind(
        "trade/cancel-batch-orders",
        [{"instId": "BTC-USDT", "ordId": each} for each in ("77", "78")],
        [ack(clOrdId=""), ack(ordId="78", clOrdId="")],
        {"ordId": "79"},
    ),
    "algo order": Kind(
        "trade/order-algo",
        SPOT | {"ordType": "trigger", "triggerPx": "1", "orderPx": "1", "algoClOrdId": "x1"},
        {"algoId": "5", "algoClOrdId": "x1", "clOrdId": "", "sCode": "0", "sMsg": "", "tag": ""},
        {"algoClOrdId": "x2"},
    ),
    "close position": Kind(
        "trade/close-position",
        {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"},
        {"instId": "BTC-USDT-SWAP", "posSide": "net", "clOrdId": "", "tag": ""},
        {"instId": "ETH-USDT-SWAP"},
    ),
    "leverage": Kind(
        "account/set-leverage",
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"},
        {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross", "posSide": ""},
        {"lever": "50"},
    ),
    "dead man's switch": Kind(
        "trade/cancel-all-after",
        {"timeOut": "30"},
        {"triggerTime": str(NOW + 30_000), "tag": "", "ts": str(NOW)},
        {"triggerTime": "0"},
    ),
    "position mode": Kind(
        "account/set-position-mode",
        {"posMode": "long_short_mode"},
        {"posMode": "long_short_mode"},
        {"posMode": "net_mode"},
    ),
    "mass cancel": Kind(
        "trade/mass-cancel",
        {"instType": "OPTION", "instFamily": "BTC-USD"},
        {"result": True},
        {"result": False},
    ),
    "margin": Kind(
        "account/position/margin-balance",
        {"instId": "BTC-USDT-SWAP", "posSide": "short", "type": "add", "amt": "1"},
        {"instId": "BTC-USDT-SWAP", "posSide": "short", "type": "add", "amt": "1", "ccy": "USDT"},
        {"amt": "100"},
    ),
    "transfer": Kind(
        "asset/transfer",
        {"ccy": "USDT", "amt": "1", "from": "6", "to": "18"},
        {"transId": "7", "ccy": "USDT", "clientId": "", "from": "6", "amt": "1", "to": "18"},
        {"ccy": "BTC", "amt": "55"},
    ),
    "withdrawal": Kind(
        "asset/withdrawal",
        {"ccy": "USDT", "amt": "1", "dest": "4", "toAddr": "TX1", "chain": "USDT-TRC20"},
        {"wdId": "7", "ccy": "USDT", "clientId": "", "amt": "1", "chain": "USDT-TRC20"},
        {"amt": "1000"},
    ),
}
TICKER = {
    "instType": "SPOT",
    "instId": "BTC-USDT",
    "last": "1",
    "askPx": "2",
    "bidPx": "1",
    "ts": "1",
}
BALANCE = {"uTime": "1", "totalEq": "1", "details": [], "imr": "", "mmr": ""}
FOREIGN = {
    "nothing": lambda _: [],
    "an empty row": lambda _: [{}],
    "a ticker": lambda _: [TICKER],
    "a balance": lambda _: [BALANCE],
    "the time": lambda _: [{"ts": str(NOW)}],
    "another of its kind": lambda kind: [row | kind.other for row in kind.rows],
    "one more than asked": lambda kind: [*kind.rows, kind.rows[0] | kind.other],
    "a list of candles": lambda _: [["1", "2", "3", "4", "5", "6"]],
    "another's order": lambda _: [ack(ordId="1", clOrdId="foreign1")],
    "names without values": lambda kind: [dict.fromkeys(row, "") for row in kind.rows],
}


class Says(Transport):
    """Answers each POST with these rows, and no look-up at all."""

    def __init__(self, rows: Any) -> None:
        super().__init__(URL)
        self.rows = rows
        self.time = FakeTime()

    def send(self, request: Request, *_: Any, **given: Any) -> Answer:
        if given.get("permit"):
            given["permit"].take()
            given["permit"].give_back()
        self.time.sleep(0.01)
        if request.path.endswith("/public/time"):
            return said([{"ts": str(int(self.time.true() * 1000))}])
        return said(self.rows) if request.method == "POST" else Answer(502, {}, b"<html>")


def said(rows: Any) -> Answer:
    return Answer(200, {}, json.dumps({"code": "0", "msg": "", "data": rows}).encode())


def sent(kind: Kind, rows: Any) -> str:
    """The error that a write ended in when it was answered with these rows; "" if they were believed."""
    transport = Says(rows)
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
    account = Account("main", "demo", keys, URL, "a test")
    connection = Connection(account, transport=transport, timing=transport.time.timing())
    connection.sender.clock = Clock(connection.ask_time, local=transport.time.wall)
    with Session(account, connection=connection) as session:
        try:
            session.orders.send(kind.request, as_typed=True)
        except OkxMagicError as error:
            return type(error).__name__
    return ""


@pytest.mark.parametrize("foreign", FOREIGN)
@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_to_something_else_is_not_believed(kind: str, foreign: str) -> None:
    """Neither as a success nor as a refusal: nobody knows, and that is said."""
    write = KINDS[kind]
    assert sent(write, FOREIGN[foreign](write)) == OutcomeUnknown.__name__


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_answer_is(kind: str) -> None:
    """The same write is done by the answer that OKX documents."""
    assert sent(KINDS[kind], KINDS[kind].rows) == ""


def test_without_the_check_many_would_be_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the envelope of a success alone, as most clients take it."""
    monkeypatch.setattr(writing, "check_acknowledged", lambda *_: None)
    believed = [
        (kind, foreign)
        for kind, write in KINDS.items()
        for foreign, rows in FOREIGN.items()
        if sent(write, rows(write)) == ""
    ]
    assert len(believed) > 100
