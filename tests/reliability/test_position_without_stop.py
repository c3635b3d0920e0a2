"""An order that stands while the stop attached to it does not (module: orders/protection)."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from attached import ALGO, BATCH, BUY, PLACE, STOP
from scripted_rest import LOST, TIME, post, scripted, sent

from okx_magic.cell import fill, names, parse
from okx_magic.errors import Interrupted, PartlyRefused, PositionWithoutStop

if TYPE_CHECKING:
    from okx_magic.model import Request
    from okx_magic.session import Session


FILLED = {"state": "filled", "accFillSz": "2", "avgPx": "95000", "fillPx": "95000.1"}


class Book:
    """What an exchange says of each order of a request: ``rows`` for their look-ups (the ids are added),
    ``fails`` the failCode of what is attached, ``algo`` the state of the algo order, "" for none.
    """

    def __init__(
        self,
        rows: dict[str, str] | None = None,
        fails: str = "",
        algo: str | BaseException = "live",
        acks: tuple[str, ...] = ("0",),
    ) -> None:
        self.rows = FILLED | (rows or {})
        self.fails = fails
        self.algo = algo
        self.acks = acks
        self.placed: list[dict[str, Any]] = []
        self.lost = False

    def __call__(self, request: Request) -> Any:
        if request.method == "POST":
            self.placed = [dict(each) for each in request.items]
            return LOST if self.lost else [self.ack(place) for place in range(len(self.acks))]
        asked = dict(request.query)
        if request.path == ALGO:
            if isinstance(self.algo, BaseException):
                raise self.algo
            row = {"algoId": "9", "state": self.algo, "cTime": "1700000000000"} | asked
            return [row] if self.algo else "51603"
        place = next(p for p in range(len(self.placed)) if self.is_of(asked, p))
        attached = [
            each | {"failCode": self.fails, "failReason": "past it" if self.fails else ""}
            for each in self.placed[place].get("attachAlgoOrds", [])
        ]
        ids = {"ordId": str(place), "clOrdId": self.placed[place]["clOrdId"]}
        stamp = str(int(TIME.true() * 1000))
        return [{"cTime": stamp} | ids | {"attachAlgoOrds": attached} | self.rows]

    def is_of(self, asked: dict[str, str], place: int) -> bool:
        ids = str(place), self.placed[place]["clOrdId"]
        return asked.get("ordId") == ids[0] or asked.get("clOrdId") == ids[1]

    def ack(self, place: int) -> dict[str, str]:
        code = self.acks[place]
        ids = {"ordId": str(place) if code == "0" else "", "clOrdId": self.placed[place]["clOrdId"]}
        return ids | {"sCode": code, "sMsg": "" if code == "0" else "no", "tag": "", "ts": "1"}


def buying(session: Session, *attached: dict[str, str], **fields: str) -> Any:
    return session.send(post(PLACE, BUY | fields | {"attachAlgoOrds": list(attached or (STOP,))}))


def raised(book: Book, *attached: dict[str, str], **fields: str) -> PositionWithoutStop:
    with pytest.raises(PositionWithoutStop) as caught:
        buying(scripted(book), *attached, **fields)
    return caught.value


def test_an_order_with_its_stop_is_an_order_like_any_other() -> None:
    """Two look-ups show it, and nothing is said; the stop carries an id of ours."""
    session = scripted(Book())
    reply = buying(session)
    order, algo = sent(session, "GET")[-2:]
    (attached_id,) = reply.added_ids[1:]
    assert order == f"{PLACE}?instId=BTC-USDT-SWAP&ordId=0"
    assert algo == f"{ALGO}?algoClOrdId={attached_id}"
    assert sent(session, "POST") == [PLACE]


def test_nothing_is_asked_where_nothing_is_attached() -> None:
    """An order without a stop costs no request more."""
    session = scripted(Book())
    session.send(post(PLACE, BUY))
    assert not [each for each in sent(session, "GET") if "time" not in each]


@pytest.mark.parametrize(
    ("book", "why"),
    [
        (Book(fails="51280"), "its stop was refused: 51280 past it"),
        (Book(algo=""), "its stop is not there"),
        (Book(algo="order_failed"), "its stop is order_failed"),
        (Book({"state": "canceled", "accFillSz": "1"}, algo=""), "its stop is not there"),
        (Book(algo="canceled"), "its stop is canceled"),
        (Book({"attachAlgoOrds": []}, algo=""), "its stop is not there"),  # type: ignore[dict-item]  # a list
        (
            Book({"state": "live", "accFillSz": "0", "attachAlgoOrds": []}),  # type: ignore[dict-item]  # a list
            "its stop is not in the order",
        ),
    ],
)
def test_a_stop_that_is_not_there_is_told(book: Book, why: str) -> None:
    """Refused, lost or gone: the order stands, its answer is in the error, and it is not sent again."""
    error = raised(book, ordType="limit", px="95000")
    assert error.message.startswith("position without a stop: buy BTC-USDT-SWAP, ordId 0, is ")
    assert error.message.endswith(why)
    assert error.envelope.data[0]["ordId"] == "0"
    assert error.account == "main"


def test_the_request_that_sets_it_is_ready_to_run() -> None:
    """As it is shown it is a cell that sends it: the other side, what was filled, the same trigger."""
    error = raised(Book(fails="51280"))
    shown = "\n".join(error._render_traceback_())
    cell = shown[shown.index("%%okx") + len("%%okx") :]
    (template,) = parse(cell).templates
    request = fill(template, names({}))
    assert (request.method, request.path) == ("POST", ALGO)
    assert request.json == {
        "instId": "BTC-USDT-SWAP",
        "tdMode": "cross",
        "side": "sell",
        "ordType": "conditional",
        "sz": "2",
        "reduceOnly": True,
        "slTriggerPx": "90000",
        "slOrdPx": "-1",
    }
    assert request.json == error.sets[0].json
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert (str(again), again.sets) == (str(error), error.sets)


@pytest.mark.parametrize(
    ("fields", "row", "attached", "sets"),
    [
        (
            {"instId": "BTC-USDT", "tdMode": "cash"},
            {"accFillSz": "0.01", "fee": "-0.00001", "feeCcy": "BTC"},
            STOP | {"tpTriggerPx": "99000", "tpOrdPx": "98000"},
            {"ordType": "oco", "sz": "0.00999", "tpTriggerPx": "99000", "tpOrdPx": "98000"},
        ),
        (
            {"side": "sell", "posSide": "short"},
            {},
            {"slTriggerRatio": "0.1", "sz": "1"},
            {"side": "buy", "posSide": "short", "sz": "1", "slTriggerPx": "104500.0"},
        ),
        (
            {},
            {},
            {"slTriggerRatio": "0.1", "tpTriggerRatio": "0.2"},
            {
                "ordType": "oco",
                "slTriggerPx": "85500.0",
                "tpTriggerPx": "114000.0",
                "tpOrdPx": "-1",
            },
        ),
        ({}, {}, {"callbackRatio": "0.05"}, {"ordType": "move_order_stop", "sz": "2"}),
        (
            {"ordType": "limit", "px": "95000"},
            {"state": "partially_filled", "accFillSz": "0", "avgPx": ""},
            STOP,
            {"ordType": "conditional", "sz": "2", "slTriggerPx": "90000"},
        ),
    ],
)
def test_what_it_sets_is_what_was_attached(
    fields: dict[str, str], row: dict[str, str], attached: dict[str, str], sets: dict[str, str]
) -> None:
    """Both legs, a ratio as the price that it stands for, a trailing stop; spot less the fee in coins."""
    error = raised(Book(row, fails="51280"), attached, **fields)
    body = error.sets[0].json
    assert {name: body[name] for name in sets} == sets
    # Neither a spot order nor one with a posSide takes it.
    assert ("reduceOnly" in body) == (not fields.keys() & {"posSide", "instId"})


@pytest.mark.parametrize(
    "row",
    [
        {"state": "canceled", "accFillSz": "0", "attachAlgoOrds": []},
        {"state": "canceled", "accFillSz": ""},
        {"state": "live", "accFillSz": ""},
    ],
)
def test_where_there_is_no_position_nothing_is_said(row: dict[str, str]) -> None:
    """An order that was cancelled without a fill, or that rests with its stop."""
    buying(scripted(Book(row, algo="")), ordType="limit", px="1")


def test_a_stop_may_be_shown_late() -> None:
    """The first look-ups of a filled order's stop may be too early."""
    book = Book(algo="")
    session = scripted(book)
    looks = 0

    def answers(request: Request) -> Any:
        nonlocal looks
        looks += request.path == ALGO
        book.algo = "live" if looks > 2 else ""
        return book(request)

    session.connection.transport.answers = answers  # type: ignore[attr-defined]  # of the scripted one
    buying(session)
    assert looks == 3


def test_what_nobody_can_tell_is_not_called_lost() -> None:
    """Look-ups that fail prove nothing: the error names the request that tells, and sets nothing."""
    error = raised(Book(algo=LOST))
    assert error.message.startswith(
        "nobody can tell whether buy BTC-USDT-SWAP, ordId 0, has its stop"
    )
    assert f"GET {ALGO}?algoClOrdId=om" in error.message
    assert error.sets == ()


def test_a_take_profit_is_called_so() -> None:
    """What has no stop at all lacks none."""
    error = raised(Book(fails="51279"), {"tpTriggerPx": "99000", "tpOrdPx": "-1"})
    assert error.message.startswith("position without a take-profit: ")


def test_each_order_of_a_batch_is_looked_at() -> None:
    """Of three, one of which OKX refused, two stand without a stop: both are told, and the refusal."""
    book = Book(fails="51280", acks=("0", "51008", "0"))
    orders = [BUY | {"attachAlgoOrds": [STOP]} for _ in book.acks]
    with pytest.raises(PositionWithoutStop) as caught:
        scripted(book).send(post(BATCH, orders))
    error = caught.value
    assert "ordId 0" in error.message
    assert "ordId 2" in error.others[0]
    assert error.items == (("51008", "no"),)
    assert len(error.sets) == 2
    with pytest.raises(PartlyRefused):
        scripted(Book(acks=book.acks)).send(post(BATCH, orders))


def test_a_lost_answer_is_settled_and_then_its_stop_is_looked_at() -> None:
    """An order that is found by its id may lack its stop like any other."""
    book = Book(fails="51280")
    book.lost = True
    assert raised(book).envelope.data[0]["ordId"] == "0"


def test_sent_as_typed_only_the_order_itself_tells() -> None:
    """Without an id there is no algo order to ask for; a refusal is seen all the same."""
    order = post(PLACE, BUY | {"clOrdId": "mine", "attachAlgoOrds": [STOP]})
    session = scripted(Book())
    session.send(order, as_typed=True)
    assert not any(ALGO in each for each in sent(session, "GET"))
    with pytest.raises(PositionWithoutStop, match="51280"):
        scripted(Book(fails="51280")).send(order, as_typed=True)


def test_ctrl_c_while_it_is_looked_at_keeps_the_order() -> None:
    """It was carried out: what is raised says so, and has its id."""
    session = scripted(Book(algo=KeyboardInterrupt()))
    with pytest.raises(Interrupted) as caught:
        buying(session)
    assert caught.value.outcome == "done"
    body = json.loads(session.log[0].request.body)
    assert caught.value.orders == (("BTC-USDT-SWAP", body["clOrdId"]),)
