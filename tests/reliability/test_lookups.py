"""Settings, money and algo orders whose answer was lost: the request that tells what became of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from scripted_rest import LOST, TIME, post, scripted, sent

from okx_magic.errors import (
    NotCarriedOut,
    OutcomeUnknown,
    TransportError,
)
from okx_magic.orders import items, lookups

if TYPE_CHECKING:
    from lab import Lab

    from okx_magic.model import Request

AMEND = "/api/v5/trade/amend-order"


def posts(bench: Lab, path: str) -> int:
    return sum(each.request.path == path for each in bench.connection.log)


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("asset/transfer", {"ccy": "USDT", "amt": "1"}, "GET /api/v5/asset/bills?ccy=USDT"),
        ("asset/withdrawal", {"ccy": "BTC"}, "GET /api/v5/asset/withdrawal-history?ccy=BTC"),
        (
            "account/position/margin-balance",
            {"instId": "BTC-USDT-SWAP", "amt": "5"},
            "GET /api/v5/account/positions?instId=BTC-USDT-SWAP",
        ),
        ("trade/easy-convert", {"toCcy": "OKB"}, "GET /api/v5/trade/easy-convert-history"),
        (
            "trade/cancel-all-after",
            {"timeOut": "30"},
            "to send it again sets the timer anew",
        ),
        ("trade/mass-cancel", {"instType": "OPTION"}, "it may be sent again: it cancels what is"),
        ("asset/cancel-withdrawal", {"wdId": "1"}, "it may be sent again"),
        ("trade/order", {"instId": "BTC-USDT"}, "it has no client order id"),
        ("finance/savings/purchase-redempt", {"ccy": "BTC"}, "GET /api/v5/finance/savings/balance"),
        ("finance/stable-rewards/trade", {"quoteId": "1"}, "check the account"),
    ],
)
def test_the_advice_on_an_unknown_outcome_is_of_its_kind(
    path: str, body: dict[str, str], says: str
) -> None:
    """Where it is seen, or that a second time does no harm; never that of an order for a transfer."""
    request = post(f"/api/v5/{path}", body)
    assert says in lookups.remedy(items.items_of(request), request.path)


LEVERAGE = post(
    "/api/v5/account/set-leverage", {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}
)
SHOWS_LEVERAGE = "/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross"


@pytest.mark.parametrize(("lever", "times"), [("5", 1), ("3", 3)])
def test_a_lost_setting_is_read_back(lever: str, times: int) -> None:
    """A setting that is there was carried out; one that is not is sent again, three times in all. Then it
    is not known: no expTime keeps a copy that is on its way from being carried out.
    """
    session = scripted(lambda request: LOST if request.method == "POST" else [{"lever": lever}])
    if lever == "5":
        reply = session.send(LEVERAGE)
        assert reply.recovered
        assert reply.envelope.data[0]["lever"] == "5"
    else:
        with pytest.raises(OutcomeUnknown, match="the old setting is still there") as caught:
            session.send(LEVERAGE)
        assert caught.value.settles == (f"GET {SHOWS_LEVERAGE}",)
        for told in (f"GET {SHOWS_LEVERAGE} shows it", "it sets the same once more", "--settle"):
            assert told in caught.value.remedy
    assert len(sent(session, "POST")) == times
    assert SHOWS_LEVERAGE in sent(session, "GET")


def test_a_setting_that_cannot_be_read_back_is_unknown() -> None:
    """What the table does not know is not guessed at."""
    session = scripted(lambda _: LOST)
    with pytest.raises(OutcomeUnknown):
        session.send(post("/api/v5/account/set-isolated-mode", {"isoMode": "automatic"}))
    assert len(sent(session, "POST")) == 1


def test_money_that_moves_is_sent_once() -> None:
    """A transfer without an answer is unknown; even one that did not leave is not sent again."""
    transfer = post("/api/v5/asset/transfer", {"ccy": "USDT", "amt": "1", "from": "6", "to": "18"})
    for error in (LOST, TransportError("no connection", written=False)):
        session = scripted(lambda _, error=error: error)
        with pytest.raises(OutcomeUnknown if error.written else TransportError):
            session.send(transfer)
        assert len(sent(session, "POST")) == 1


@pytest.mark.parametrize("moment", ["after", "before"])
@pytest.mark.parametrize("fault", ["reset", "half", "502", "50004", "empty", "no-data"])
def test_a_lost_transfer_is_found_by_its_id(bench: Lab, fault: str, moment: str) -> None:
    """The money moves once at most. It is looked up where it carries an id of the person's; one that is
    not there may still be on its way, as no expTime ends it.
    """
    path = "/api/v5/asset/transfer"
    transfer = {"ccy": "USDT", "amt": "1", "from": "6", "to": "18", "clientId": "t1"}
    bench.sandbox.set_faults(f"next POST {path}: {fault}-{moment}")
    funding = bench.sandbox._exchange._exchange.accounts["demo"].funding
    bills = len(funding.bills)
    if moment == "after":
        reply = bench.session.send(post(path, transfer))
        assert reply.recovered
        (row,) = reply.envelope.data
        assert row["transId"] == funding.bills[-1].about["transId"]
    else:
        with pytest.raises(OutcomeUnknown) as caught:
            bench.session.send(post(path, transfer))
        assert caught.value.settles == ("GET /api/v5/asset/transfer-state?clientId=t1",)
    assert len(funding.bills) - bills == (moment == "after")
    assert posts(bench, path) == 1


@pytest.mark.parametrize(
    ("path", "body", "question", "row"),
    [
        (
            "/api/v5/trade/order-algo",
            {"instId": "BTC-USDT", "ordType": "trigger"},
            "/api/v5/trade/order-algo?algoClOrdId=",
            {"algoId": "7", "algoClOrdId": "{}", "state": "live"},
        ),
        (
            "/api/v5/sprd/order",
            {"sprdId": "BTC-USDT_BTC-USDT-SWAP"},
            "/api/v5/sprd/order?clOrdId=",
            {"ordId": "7", "clOrdId": "{}", "state": "live"},
        ),
    ],
)
@pytest.mark.parametrize("found", [True, False])
def test_orders_of_other_kinds(  # by name
    path: str,
    body: dict[str, str],
    question: str,
    row: dict[str, str],
    found: bool,  # noqa: FBT001
) -> None:
    """Algo and spread orders are looked up by their own ids. They have no expTime, so that without a
    trace of them their outcome is unknown, not "not placed".
    """

    def answers(request: Request) -> Any:
        if request.method == "POST":
            return LOST
        client_id = request.target.rpartition("=")[2]
        filled = {name: value.format(client_id) for name, value in row.items()}
        return [filled | {"cTime": str(int(TIME.true() * 1000))}] if found else "51603"

    session = scripted(answers)
    if found:
        reply = session.send(post(path, body))
        assert reply.recovered
        assert "7" in reply.envelope.data[0].values()
    else:
        with pytest.raises(OutcomeUnknown) as caught:
            session.send(post(path, body))
        assert f"GET {question}" in caught.value.remedy
    assert all(each.startswith(question) for each in sent(session, "GET") if "time" not in each)


CLOSE = post("/api/v5/trade/close-position", {"instId": "BTC-USDT-SWAP", "mgnMode": "cross"})
POSITION = {"instId": "BTC-USDT-SWAP", "mgnMode": "cross", "posSide": "net", "pos": "2"}
TRANSFER = post(
    "/api/v5/asset/transfer", {"ccy": "USDT", "amt": "1", "from": "6", "to": "18", "clientId": "t1"}
)
WITHDRAWAL = post(
    "/api/v5/asset/withdrawal",
    {
        "ccy": "USDT",
        "amt": "1",
        "dest": "4",
        "toAddr": "x",
        "chain": "USDT-TRC20",
        "clientId": "w1",
    },
)
ALGO = post("/api/v5/trade/amend-algos", {"instId": "X", "algoId": "7", "newTpTriggerPx": "5.0"})
ATTACHED = post(AMEND, {"instId": "X", "ordId": "7", "attachAlgoOrds": [{"newTpTriggerPx": "5"}]})
MOVED = {"attachAlgoClOrdId": "s1", "newSlTriggerPx": "5", "sz": "2"}
MOVES = post(AMEND, {"instId": "X", "ordId": "7", "newPx": "5", "attachAlgoOrds": [MOVED]})
ENDED = {"attachAlgoClOrdId": "s1", "newSlTriggerPx": "0"}
ENDS = post(AMEND, {"instId": "X", "ordId": "7", "attachAlgoOrds": [ENDED]})
STOP = {"attachAlgoClOrdId": "s1", "slTriggerPx": "5.0", "sz": "2", "failCode": ""}
ROW = {"ordId": "7", "state": "live", "cTime": "1", "px": "5"}


@pytest.mark.parametrize(
    ("request_", "rows", "outcome"),
    [
        (CLOSE, [], "done"),
        (CLOSE, [POSITION | {"pos": "0"}], "done"),
        (CLOSE, [POSITION | {"mgnMode": "isolated"}], "done"),
        (CLOSE, [POSITION], "unknown"),
        (TRANSFER, [{"transId": "9", "clientId": "t1", "state": "success"}], "done"),
        (TRANSFER, [{"transId": "9", "clientId": "t1", "state": "failed"}], "not done"),
        (TRANSFER, [{"transId": "9", "clientId": "another", "state": "success"}], "unknown"),
        (TRANSFER, [], "unknown"),
        (TRANSFER, "58129", "unknown"),
        (WITHDRAWAL, [{"wdId": "9", "clientId": "w1", "state": "0", "ts": "{now}"}], "done"),
        (WITHDRAWAL, [{"wdId": "9", "clientId": "w1", "state": "2", "ts": "1"}], "unknown"),
        (ALGO, [{"algoId": "7", "state": "live", "tpTriggerPx": "5", "cTime": "1"}], "done"),
        (ALGO, [{"algoId": "7", "state": "live", "tpTriggerPx": "4", "cTime": "1"}], "unknown"),
        (ALGO, [{"algoId": "7", "state": "live", "cTime": "1"}], "unknown"),
        (ATTACHED, [ROW], "unknown"),
        (MOVES, [ROW | {"attachAlgoOrds": [STOP]}], "done"),
        (MOVES, [ROW | {"attachAlgoOrds": [STOP | {"slTriggerPx": "4"}]}], "not done"),
        (MOVES, [ROW | {"attachAlgoOrds": [STOP | {"attachAlgoClOrdId": "s2"}]}], "unknown"),
        (ENDS, [ROW | {"attachAlgoOrds": [STOP | {"slTriggerPx": ""}]}], "done"),
        (ENDS, [ROW | {"attachAlgoOrds": [STOP]}], "not done"),
        (MOVES, [ROW | {"px": "4", "attachAlgoOrds": [STOP]}], "not done"),
    ],
)
def test_what_a_get_shows_without_doubt_is_settled(
    request_: Request, rows: Any, outcome: str
) -> None:
    """Positions, transfers, withdrawals and amendments, each sent once; what is not shown is unknown,
    with the GET that tells.
    """

    def answers(request: Request) -> Any:
        if request.method == "POST":
            return LOST
        if isinstance(rows, str):
            return rows
        now = str(int(TIME.true() * 1000))
        return [
            {name: now if value == "{now}" else value for name, value in each.items()}
            for each in rows
        ]

    session = scripted(answers)
    if outcome == "done":
        assert session.send(request_).recovered
    else:
        kind = OutcomeUnknown if outcome == "unknown" else NotCarriedOut
        with pytest.raises(kind) as caught:
            session.send(request_)
        if outcome == "unknown":
            assert caught.value.remedy.startswith("check before sending it again: GET /api/v5/")  # type: ignore[attr-defined]  # ours
    assert len(sent(session, "POST")) == 1


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (
            ("/api/v5/trade/cancel-all-after", {"timeOut": "10"}),
            {"ts": "1700000000000", "triggerTime": "1700000010000", "tag": ""},
        ),
        (("/api/v5/sprd/mass-cancel", {}), {"result": True}),
        (("/api/v5/rfq/cancel-all-quotes", {}), {"ts": "1700000000000"}),
    ],
)
def test_what_takes_back_all_at_once_is_sent_again(
    asked: tuple[str, dict[str, str]], answer: dict[str, Any]
) -> None:
    """There is nothing to look up by, and a second time takes back no more than the first."""
    left = [LOST, LOST]

    def answers(_: Request) -> Any:
        return left.pop() if left else [answer]

    session = scripted(answers)
    assert session.send(post(*asked)).attempts == 3
    left += [LOST] * 3
    with pytest.raises(OutcomeUnknown):
        scripted(answers).send(post(*asked))
