"""Answers to an order that nobody listed, each named as the exchange's own books have it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from faketime import FakeTime

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import NotCarriedOut, OkxError, OutcomeUnknown, TransportError
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.clock import Clock
from okx_magic.wire.connection import Connection
from okx_magic.wire.transport import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow

PLACE = "/api/v5/trade/order"
BATCH = "/api/v5/trade/batch-orders"
URL = "http://127.0.0.1:9"


def answer(body: Any, status: int = 200) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"content-type": "application/json"}, text)


def envelope(data: Any, code: Any = "0", status: int = 200, **more: Any) -> Answer:
    return answer({"code": code, "msg": "", "data": data} | more, status)


def page(status: int) -> Answer:
    return answer(b"<html><body>something went wrong</body></html>", status)


@dataclass
class Books(Transport):
    """An exchange of a test's own: it books, or does not, and then answers as it is told."""

    says: Callable[[list[dict[str, str]]], Answer | TransportError]
    books: bool
    time: FakeTime = field(default_factory=FakeTime)
    sent: list[Request] = field(default_factory=list)
    booked: list[dict[str, str]] = field(default_factory=list)
    looks: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(URL)

    def send(self, request: Request, *_: Any, **given: Any) -> Answer:
        if given.get("permit"):
            given["permit"].take()
            given["permit"].give_back()
        self.time.sleep(0.01)
        if request.path.endswith("/public/time"):
            return envelope([{"ts": str(int(self.time.true() * 1000))}])
        self.sent.append(request)
        if request.method == "GET":
            return self._look(request)
        orders = json.loads(request.body)
        orders = orders if isinstance(orders, list) else [orders]
        if self.books:
            now = str(int(self.time.true() * 1000))
            for each in orders:
                number = str(len(self.booked) + 1)
                self.booked.append(
                    {"ordId": number, "clOrdId": each["clOrdId"], "state": "live", "cTime": now}
                )
        said = self.says(orders)
        if isinstance(said, Exception):
            raise said
        return said

    def _look(self, request: Request) -> Answer:
        if self.looks:
            said = self.looks.pop(0)
            if isinstance(said, Exception):
                raise said
            if said is not None:
                assert isinstance(said, Answer)
                return said
        if request.path.endswith("orders-history"):
            return envelope([])
        wanted = request.target.rpartition("clOrdId=")[2]
        found = [row for row in self.booked if row["clOrdId"] == wanted]
        return envelope(found) if found else envelope([], "51603")

    @property
    def posts(self) -> int:
        return sum(each.method == "POST" for each in self.sent)


def connected(books: Books) -> Session:
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
    account = Account("main", "demo", keys, URL, "a test")
    connection = Connection(account, transport=books, timing=books.time.timing())
    connection.sender.clock = Clock(connection.ask_time, local=books.time.wall)
    return Session(account, connection=connection)


def ack(order: dict[str, str], **fields: Any) -> dict[str, Any]:
    row = {
        "ordId": "1",
        "clOrdId": order["clOrdId"],
        "tag": "",
        "ts": "1",
        "sCode": "0",
        "sMsg": "",
    }
    return row | fields


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


def refusal(code: Any, **fields: Any) -> Callable[[list[dict[str, str]]], Answer]:
    return lambda orders: envelope([ack(orders[0], ordId="", sCode=code) | fields], "1")


DOUBTFUL = (
    "50001",
    "50004",
    "50013",
    "50026",
    "51054",
    "51149",
    "52912",
    "51016",
    "50071",
    "50042",
)
ODD: dict[str, Callable[[list[dict[str, str]]], Answer | TransportError]] = {
    # The code says success, and nothing else does.
    "no data": lambda _: answer({"code": "0", "msg": ""}),
    "empty data": lambda _: envelope([]),
    "null data": lambda _: envelope(None),
    "an empty row": lambda _: envelope([{}]),
    "an object in place of a list": lambda orders: envelope(ack(orders[0])),
    "rows of text": lambda _: envelope(["ok"]),
    "no ordId": lambda orders: envelope([without(ack(orders[0]), "ordId")]),
    "an empty ordId": lambda orders: envelope([ack(orders[0], ordId="")]),
    "no clOrdId": lambda orders: envelope([without(ack(orders[0]), "clOrdId")]),
    "another clOrdId": lambda orders: envelope([ack(orders[0], clOrdId="another")]),
    "two rows for one order": lambda orders: envelope([ack(orders[0])] * 2),
    "the answer to a balance": lambda _: envelope([{"totalEq": "1", "details": []}]),
    "the answer to a ticker": lambda _: envelope([{"instId": "BTC-USDT", "last": "1"}]),
    "the exchange's time": lambda _: envelope([{"ts": "1"}]),
    "success with HTTP 500": lambda orders: envelope([ack(orders[0])], status=500),
    "success with HTTP 202": lambda orders: envelope([ack(orders[0])], status=202),
    # The code says failure, and the items do not.
    "code 1 without items": lambda _: envelope([], "1"),
    "code 2 without items": lambda _: envelope([], "2"),
    "code 1 with an item that stands": lambda orders: envelope([ack(orders[0])], "1"),
    "code 2 with an item that stands": lambda orders: envelope([ack(orders[0])], "2"),
    "a refusal of another order": refusal("51008", clOrdId="another"),
    # Codes that are none.
    "code 0 as a number": lambda orders: envelope([ack(orders[0])], 0),
    "an empty code": lambda orders: envelope([ack(orders[0])], ""),
    "no code": lambda orders: answer({"data": [ack(orders[0])]}),
    "sCode 0 as a number": lambda orders: envelope([ack(orders[0], sCode=0)]),
    "sCode null": lambda orders: envelope([ack(orders[0], sCode=None)]),
    "sCode of words": lambda orders: envelope([ack(orders[0], sCode="failed")]),
    "a code of nobody's": lambda _: envelope([], "99999"),
    "two codes": lambda _: answer(b'{"code":"51008","code":"0","msg":"","data":[]}'),
    # A refusal in a form that says that something broke.
    "a refusal with HTTP 500": lambda _: envelope([], "51008", 500),
    "too many requests with HTTP 503": lambda _: envelope([], "50011", 503),
    "a wrong time with HTTP 504": lambda _: envelope([], "50102", 504),
    # What is no answer of OKX's at all.
    "null": lambda _: answer(b"null"),
    "a list": lambda _: answer(b"[]"),
    "NaN": lambda _: answer(b'{"code":"0","msg":"","data":[{"ordId":NaN}]}'),
    "half of it": lambda orders: answer(
        json.dumps({"code": "0", "data": [ack(orders[0])]}).encode()[:40]
    ),
    "nothing": lambda _: answer(b""),
    "nothing, HTTP 204": lambda _: answer(b"", 204),
    "words": lambda _: answer(b"OK"),
    **{
        f"a page, HTTP {status}": lambda _, status=status: page(status)  # type: ignore[misc]  # bound
        for status in (200, 400, 403, 404, 408, 429, 500, 502, 503, 504, 520, 522, 524, 530)
    },
    **{
        f"a redirect, HTTP {status}": lambda _, status=status: answer(b"", status)  # type: ignore[misc]  # bound
        for status in (301, 302, 303, 307, 308)
    },
    # OKX itself does not say.
    **{f"{code} of an item": refusal(code) for code in DOUBTFUL},
    **{
        f"{code} of the whole, HTTP {status}": lambda _, code=code, status=status: envelope(  # type: ignore[misc]  # bound
            [], code, status
        )
        for code in DOUBTFUL
        for status in (200, 400, 429, 500)
    },
    "a lost connection": lambda _: TransportError("the connection was cut", written=True),
}
ORDER = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "1",
    "sz": "1",
}


@pytest.mark.parametrize("books", [True, False], ids=["booked", "not booked"])
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_settled_by_look_up(odd: str, books: bool) -> None:  # noqa: FBT001  # by name
    """The order leaves once, and is said to be placed exactly if it is on the books."""
    exchange = Books(ODD[odd], books)
    session = connected(exchange)
    request = Request("POST", PLACE, json.dumps(ORDER))
    if books:
        reply = session.send(request)
        assert reply.recovered
        assert reply.envelope.data[0]["clOrdId"] == reply.added_ids[0]
        assert reply.envelope.data[0]["ordId"] == "1"
    else:
        with pytest.raises(NotCarriedOut, match="not placed: ") as caught:
            session.send(request)
        assert "\n" not in caught.value.headline()
        assert len(caught.value.headline()) <= 250
    assert exchange.posts == 1
    assert len(exchange.booked) == books


@pytest.mark.parametrize("code", ["51008", "51000", "51020", "51400", "50014", "59999"])
def test_a_refusal_is_believed_at_once(code: str) -> None:
    """A plain refusal of an item is no reason for a look-up."""
    exchange = Books(refusal(code), books=False)
    with pytest.raises(OkxError, match=code):
        connected(exchange).send(Request("POST", PLACE, json.dumps(ORDER)))
    assert [each.method for each in exchange.sent] == ["POST"]


def test_control_a_client_that_reads_the_code_alone_is_wrong() -> None:
    """The control: who takes code 0 for placed and all else for not placed misnames many of them."""
    wrong = []
    for odd, says in ODD.items():
        for books in (True, False):
            said = says([ORDER | {"clOrdId": "x"}])
            try:
                assert isinstance(said, Answer)
                placed = json.loads(said.body)["code"] in {"0", 0}
            except (AssertionError, ValueError, TypeError, KeyError):
                placed = False
            if placed != books:
                wrong.append((odd, books))
    assert len(wrong) == len(ODD)


LIES: dict[str, tuple[list[Any], str]] = {
    "not found, then found": ([envelope([], "51603")] * 3, "placed"),
    "an empty list, then found": ([envelope([])] * 3, "placed"),
    "fails, then found": ([page(502), TransportError("cut", written=True)], "placed"),
    "paced, then found": ([envelope([], "50011", 429)] * 2, "placed"),
    "a wrong time, then found": ([envelope([], "50102", 401)], "placed"),
    "another order, then found": (
        [envelope([{"ordId": "9", "clOrdId": "z", "state": "live", "cTime": "1"}])],
        "placed",
    ),
    "a row without an id": (
        [envelope([{"ordId": "9", "state": "live", "cTime": "1"}])] * 9,
        "unknown",
    ),
    "an empty list for ever": ([envelope([])] * 9, "unknown"),
    "pages for ever": ([page(502)] * 9, "unknown"),
    "no answer for ever": ([TransportError("cut", written=True)] * 9, "unknown"),
    "refused for ever": ([envelope([], "50011", 429)] * 9, "unknown"),
    "a system error for ever": ([envelope([], "50026", 500)] * 9, "unknown"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_look_up_that_lies_or_fails_proves_nothing(lie: str) -> None:
    """What a look-up did not show is never taken for not being there before that is proved."""
    looks, outcome = LIES[lie]
    exchange = Books(ODD["nothing"], books=True, looks=list(looks))
    session = connected(exchange)
    request = Request("POST", PLACE, json.dumps(ORDER))
    if outcome == "placed":
        assert session.send(request).recovered
    else:
        with pytest.raises(OutcomeUnknown, match="may have been carried out") as caught:
            session.send(request)
        (inst_id, client_id), *_ = caught.value.orders
        assert caught.value.settles == (f"GET {PLACE}?instId={inst_id}&clOrdId={client_id}",)
    assert exchange.posts == 1
    assert exchange.time.passed < 21


def batch_ack(*codes: str, code: str = "2") -> Callable[[list[dict[str, str]]], Answer]:
    return lambda orders: envelope(
        [
            ack(order, sCode=each, ordId=str(at + 1) if each == "0" else "")
            for at, (order, each) in enumerate(zip(orders, codes, strict=False))
        ],
        code,
    )


@pytest.mark.parametrize(
    "codes",
    [
        # Each of these would place the first order a second time, were the batch sent again.
        *[
            ("0", "50011", "50061"),
            ("0", "50102", "0"),
            ("0", "50036", "50036"),
            ("0", "0", "50040"),
        ],
        *[("50011", "51008", "51008"), ("0", "51008", "50011")],
    ],
)
def test_a_batch_of_which_a_part_stands_is_never_sent_again(codes: tuple[str, ...]) -> None:
    """A limit or a wrong time that refuses one order of a batch lets nothing of it go once more."""
    exchange = Books(batch_ack(*codes, code="2" if "0" in codes else "1"), books=True)
    with pytest.raises(OkxError):
        connected(exchange).send(Request("POST", BATCH, json.dumps([ORDER] * 3)))
    assert exchange.posts == 1


@pytest.mark.parametrize(
    "says",
    [
        batch_ack("0", "0", code="0"),
        batch_ack("0", "51008"),
        batch_ack("51008", code="1"),
        batch_ack("0", "0", "0", "0", code="0"),
        lambda orders: envelope([ack(order) for order in reversed(orders)]),
        lambda orders: envelope([ack(order) for order in orders], "2"),
        lambda orders: envelope([ack(order, sCode="50026") for order in orders], "1"),
    ],
)
def test_a_batch_that_is_not_told_of_order_by_order_is_looked_up(says: Any) -> None:
    """Too few or too many acknowledgements, in another order, or none of use."""
    exchange = Books(says, books=True)
    exchange.says = lambda orders: says([*orders, orders[0]])
    reply = connected(exchange).send(Request("POST", BATCH, json.dumps([ORDER] * 3)))
    assert reply.recovered
    assert [row["ordId"] for row in reply.envelope.data] == ["1", "2", "3"]
    assert exchange.posts == 1


def test_a_slow_clock_does_not_stretch_the_look_up() -> None:
    """The exchange's time, which a proof needs, is asked within the time of the look-up."""
    exchange = Books(ODD["nothing"], books=False)
    session = connected(exchange)
    session.connection.clock.now()
    asked = []
    real = exchange.send

    def slow(request: Request, *rest: Any, **given: Any) -> Answer:
        if request.path.endswith("/public/time"):
            asked.append(given["seconds"])
            exchange.time.sleep(given["seconds"])
            raise TransportError("no complete answer", written=True)
        return real(request, *rest, **given)

    exchange.send = slow  # type: ignore[method-assign]  # for this test
    began = exchange.time.passed
    with pytest.raises(OutcomeUnknown):
        session.send(Request("POST", PLACE, json.dumps(ORDER)))
    assert asked
    assert max(asked) <= 3.0
    assert exchange.time.passed - began < 12


def test_an_order_before_which_the_time_was_not_to_be_had_was_not_sent() -> None:
    """The error says so, whatever became of the question for the time."""
    exchange = Books(ODD["nothing"], books=True)
    session = connected(exchange)
    real = exchange.send

    def timeless(request: Request, *rest: Any, **given: Any) -> Answer:
        return page(502) if request.path.endswith("/public/time") else real(request, *rest, **given)

    exchange.send = timeless  # type: ignore[method-assign]  # for this test
    with pytest.raises(TransportError, match=f"POST {PLACE} was not sent: "):
        session.send(Request("POST", PLACE, json.dumps(ORDER)))
    assert exchange.posts == 0
