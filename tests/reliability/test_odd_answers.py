"""Answers to an order that nobody listed, each named as the exchange's own books have it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from odd_books import ORDER, Books, ack, answer, connected, envelope

from okx_magic.errors import NotCarriedOut, OkxError, OutcomeUnknown, TransportError
from okx_magic.model import Request
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.slow
PLACE = "/api/v5/trade/order"


def page(status: int) -> Answer:
    return answer(b"<html><body>something went wrong</body></html>", status)


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
