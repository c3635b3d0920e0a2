"""Answers that no client should believe: each is one error of ours that names the cause, never a frame,
and an order that is answered so is looked up, never called placed or refused.
"""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING, Any, Literal

import pytest
import requests
from faketime import FakeTime
from malformed import head, http, malformed
from rawserver import RawServer
from rawserver import http as kept

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import NotCarriedOut, OkxError, OutcomeUnknown, TransportError
from okx_magic.model import Request
from okx_magic.orders.ledger import Ledger
from okx_magic.orders.submission import Orders
from okx_magic.session import Session
from okx_magic.wire.clock import Clock
from okx_magic.wire.connection import Connection
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BALANCE = Request("GET", "/api/v5/account/balance")
ORDER = Request(
    "POST",
    "/api/v5/trade/order",
    '{"instId":"BTC-USDT","tdMode":"cash","side":"buy","ordType":"limit","px":"1","sz":"1",'
    '"clOrdId":"abc1"}',
)
READ = b'{"code":"0","msg":"","data":[{"uTime":"1700000000000"}]}'
TAKEN = (
    b'{"code":"0","msg":"","data":[{"ordId":"7","clOrdId":"abc1","tag":"","ts":"1700000000000",'
    b'"sCode":"0","sMsg":""}]}'
)
CASES = [(kind, name) for kind, damages in malformed(READ).items() for name in damages]
# The causes that are to be told, by the kind of damage; all of them are one of these.
CAUSES = {
    "page": "HTML came|neither JSON nor HTML|not OKX's {code",
    "empty": "empty|cut|neither JSON nor HTML",
    "status": "another HTTP status|redirected to|neither JSON nor HTML|cut|HTTP",
    "truncated": "cut|not HTTP|JSON is broken|broken HTTP|empty",
    "chunks": "broken HTTP|cut",
    "framing": "broken HTTP|not HTTP|cut|JSON is broken|empty|head of the answer|HTTP status",
    "types": "code is|data is not|msg is not text|not OKX's|neither JSON",
    "duplicates": "given twice",
    "numbers": "JSON is broken",
    "depth": "deeper than 64|JSON is broken",
    "syntax": "JSON is broken|neither JSON nor HTML",
    "characters": "byte-order mark|JSON is broken|neither JSON nor HTML",
    "compression": "not compressed as it says|neither JSON nor HTML",
}


class Desk:
    """A connection to a server that answers the request in question in one way, knows the time, and has
    the order or has it not.
    """

    def __init__(self, server: RawServer, folder: Path) -> None:
        self.server = server
        self.time = FakeTime()
        self.reply = http(READ)
        self.found = whole({"code": "51603", "msg": "no such order", "data": []})
        server.answer = self._answer
        server.hang_up = True
        keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
        account = Account("main", "demo", keys, server.url, "a test", timeout=5)
        self.ledger = Ledger(folder / "ledger.ndjson", clock=self.time.wall)
        connection = Connection(
            account,
            pacer=Pacer(clock=self.time.now, sleep=self.time.sleep),
            timing=self.time.timing(),
        )
        connection.sender.clock = Clock(connection.ask_time, local=self.time.wall)
        self.session = Session(account, connection=connection)
        self.session.orders = Orders(connection, self.session.gate, self.ledger)

    def _answer(self, sent: bytes) -> bytes:
        # Each on a connection of its own, so that no damage reaches the next.
        path = sent.split(b" ")[1]
        if path == b"/api/v5/public/time":
            stamp = str(int(self.time.true() * 1000))
            return whole({"code": "0", "msg": "", "data": [{"ts": stamp}]})
        if sent.startswith(b"GET /api/v5/trade/order?"):
            return self.found
        if sent.startswith(b"GET /api/v5/trade/orders-history"):
            return whole({"code": "0", "msg": "", "data": []})
        return self.reply

    def sent(self, method: Literal["GET", "POST"]) -> int:
        """How often the request in question left."""
        paths = {"GET": b" /api/v5/account/balance ", "POST": b" /api/v5/trade/order "}
        return sum(paths[method] in sent[:60] for sent, _ in self.server.requests)

    def outcome(self) -> str:
        *_, last = map(json.loads, self.ledger.path.read_text().splitlines())
        return str(last["outcome"])


def whole(reply: dict[str, Any]) -> bytes:
    return http(json.dumps(reply, separators=(",", ":")).encode())


@pytest.fixture
def desk(server: RawServer, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(server, tmp_path)
    with closing(made.session):
        yield made


def test_there_are_enough_of_them() -> None:
    """At least 60, of at least 12 kinds."""
    assert len(CASES) >= 160
    assert len({kind for kind, _ in CASES}) >= 12


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_it_is_one_error_that_names_the_cause(desk: Desk, kind: str, name: str) -> None:
    """A question that is answered so ends in one TransportError; its cause is told in one line."""
    desk.reply = malformed(READ)[kind][name]
    with pytest.raises(TransportError, match=CAUSES[kind]) as caught:
        desk.session.send(BALANCE)
    assert caught.value.written
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "\n" not in caught.value.message
    assert len(caught.value.message) <= 220
    # What came is judged, with the causes that were checked, where it is HTTP at all.
    assert caught.value.remedy or "(HTTP " in caught.value.message
    assert desk.sent("GET") <= 3


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_an_order_that_is_answered_so_is_looked_up(desk: Desk, kind: str, name: str) -> None:
    """It leaves once. Where a look-up finds it, it is placed; where none does until its expTime is over,
    it is not; nothing else is said, here or in the ledger.
    """
    desk.reply = malformed(TAKEN)[kind][name]
    with pytest.raises(NotCarriedOut, match="not placed") as caught:
        desk.session.send(ORDER)
    assert desk.time.passed >= 6
    assert desk.outcome() == "not done"
    assert not isinstance(caught.value, OkxError)
    made = str(int(desk.time.true() * 1000))
    row = {"instId": "BTC-USDT", "ordId": "7", "clOrdId": "abc1", "state": "live", "cTime": made}
    desk.found = whole({"code": "0", "msg": "", "data": [row]})
    reply = desk.session.send(ORDER, again=True)
    assert reply.recovered
    assert desk.outcome() == "done"
    assert desk.sent("POST") == 2


@pytest.mark.parametrize(("kind", "name"), CASES[::5])
def test_a_look_up_that_is_answered_so_proves_nothing(desk: Desk, kind: str, name: str) -> None:
    """As long as no look-up is answered properly, nobody knows: never placed, never not placed."""
    desk.reply = http(b"")
    row = b'{"code":"0","msg":"","data":[{"instId":"BTC-USDT","ordId":"7","clOrdId":"abc1",'
    row += b'"state":"live","cTime":"1700000000000"}]}'
    desk.found = malformed(row)[kind][name]
    with pytest.raises(OutcomeUnknown) as caught:
        desk.session.send(ORDER)
    assert "GET /api/v5/trade/order?" in caught.value.remedy
    assert desk.outcome() == "unknown"


def naive(url: str) -> bool:
    """Whether a client as one writes it takes the answer for a success."""
    with requests.Session() as plain:
        plain.trust_env = False
        try:
            reply = plain.get(url, timeout=5, allow_redirects=False).json()
            return int(reply["code"]) == 0
        except (requests.RequestException, ValueError, TypeError, LookupError, RecursionError):
            return False


def test_a_naive_client_takes_many_for_a_success(server: RawServer) -> None:
    """The control: of the same answers requests and json make dozens of successes."""
    server.hang_up = True
    taken = []
    for kind, name in CASES:
        server.reply = malformed(READ)[kind][name]
        if naive(server.url + "/"):
            taken.append((kind, name))
    assert len(taken) >= 40
    assert {"status", "duplicates", "numbers", "chunks", "framing", "types"} <= {
        kind for kind, _ in taken
    }


CODES = (
    *(("403", 403), ("500", 200), ("7", 200), ("1001", 400), ("60000001", 200)),
    *(("429", 429), ("200", 200), ("3", 200)),
)


@pytest.mark.parametrize(("code", "status"), CODES)
def test_a_code_of_somebody_else_is_no_refusal(desk: Desk, code: str, status: int) -> None:
    """A gateway that answers in JSON with a code of its own says nothing of the order."""
    body = json.dumps({"code": code, "msg": "denied", "data": None}).encode()
    desk.reply = http(body, status=f"{status} X")
    with pytest.raises(NotCarriedOut, match=f"code {code} is not one of OKX's: denied"):
        desk.session.send(ORDER)
    assert desk.sent("POST") == 1


def test_a_code_that_is_new_is_okx_s_all_the_same(desk: Desk) -> None:
    """A code that the catalogue does not know yet is told with its text; the order leaves once."""
    desk.reply = whole({"code": "51999", "msg": "Something new", "data": []})
    with pytest.raises((OkxError, NotCarriedOut), match="51999 Something new"):
        desk.session.send(ORDER)
    assert desk.sent("POST") == 1


@pytest.mark.parametrize("strange", [0, 0.0, None, True, [], {}, ["0"]], ids=repr)
def test_an_item_s_code_that_is_no_text_tells_nothing(desk: Desk, strange: Any) -> None:
    """Neither a success nor a refusal of the order, nor an error of Python's."""
    ack = json.loads(TAKEN)["data"][0] | {"sCode": strange}
    desk.reply = whole({"code": "0", "msg": "", "data": [ack]})
    with pytest.raises(NotCarriedOut, match="sCode is not text"):
        desk.session.send(ORDER)


def test_an_item_without_a_code_tells_nothing(desk: Desk) -> None:
    """An acknowledgement that lacks its sCode acknowledges nothing: the order is looked up."""
    ack = json.loads(TAKEN)["data"][0]
    del ack["sCode"]
    desk.reply = whole({"code": "0", "msg": "", "data": [ack]})
    with pytest.raises(NotCarriedOut, match="an item has no sCode"):
        desk.session.send(ORDER)


@pytest.mark.parametrize("data", [[1], ["x"], [None], [[]], [{}, 1], [True]], ids=repr)
def test_rows_of_another_kind_are_no_answer(desk: Desk, data: list[Any]) -> None:
    """Where objects are documented, a list of anything else makes no frame."""
    desk.reply = whole({"code": "0", "msg": "", "data": data})
    with pytest.raises(TransportError, match="data is not of the form"):
        desk.session.send(BALANCE)


@pytest.mark.parametrize("first", ["100 Continue", "102 Processing", "103 Early Hints"])
def test_what_comes_before_an_answer_is_not_taken_for_it(desk: Desk, first: str) -> None:
    """An interim head is skipped or refused; what follows it never answers the next request."""
    desk.server.hang_up = False
    other = READ.replace(b"1700000000000", b"1600000000000")
    desk.reply = head(status=f"HTTP/1.1 {first}") + kept(READ)
    for _ in range(2):
        try:
            envelope = desk.session.send(BALANCE).envelope
        except TransportError:
            pass
        else:
            assert envelope.data[0]["uTime"] == "1700000000000"
    desk.reply = kept(other)
    assert desk.session.send(BALANCE).envelope.data[0]["uTime"] == "1600000000000"
