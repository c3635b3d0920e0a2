"""Cancels, amendments, batches, settings and algo orders whose answer was lost."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from lab import PLACE, Lab, order
from scripted_rest import LOST, TIME, post, scripted, sent

from okx_magic.errors import (
    NotCarriedOut,
    OkxError,
    OutcomeUnknown,
    PartlyRefused,
    RefusedError,
    TransportError,
)
from okx_magic.model import Request
from okx_magic.orders import items, lookups

CANCEL = "/api/v5/trade/cancel-order"
AMEND = "/api/v5/trade/amend-order"
BATCH = "/api/v5/trade/batch-orders"


def placed(bench: Lab, **fields: str) -> dict[str, str]:
    """The acknowledgement of a resting order."""
    row: dict[str, str] = bench.session.send(order(**fields)).envelope.data[0]
    return row


def posts(bench: Lab, path: str) -> int:
    return sum(each.request.path == path for each in bench.connection.log)


def test_a_cancel_whose_answer_is_lost_is_found_done(bench: Lab) -> None:
    """The look-up shows the order cancelled: a normal answer, and nothing is sent again."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"next POST {CANCEL}: lose-answer")
    body = {"instId": "BTC-USDT", "ordId": ack["ordId"]}
    reply = bench.session.send(post(CANCEL, body))
    assert reply.recovered
    assert (reply.envelope.data[0]["ordId"], reply.envelope.data[0]["sCode"]) == (ack["ordId"], "0")
    assert posts(bench, CANCEL) == 1


@pytest.mark.parametrize("fault", ["lose-request", "502-before", "50004-before"])
def test_a_cancel_that_did_not_arrive_is_sent_again(bench: Lab, fault: str) -> None:
    """A look-up that shows the order still live lets the cancel go once more."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"next POST {CANCEL}: {fault}")
    bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert [each.state for each in bench.orders()] == ["canceled"]
    assert posts(bench, CANCEL) == 2


@pytest.mark.parametrize(("unseen", "found"), [(2, True), (9, False)])
def test_a_cancelled_order_may_be_shown_late(unseen: int, found: bool) -> None:  # noqa: FBT001  # a parameter
    """One that the look-ups do not show is never called not cancelled: OKX forgets some."""
    looks = 0

    def answers(request: Request) -> Any:
        nonlocal looks
        if request.method == "POST":
            return LOST
        looks += 1
        if looks <= unseen:
            return "51603"
        return [{"ordId": "7", "clOrdId": "", "state": "canceled", "cTime": "1700000000000"}]

    session = scripted(answers)
    request = post(CANCEL, {"instId": "BTC-USDT", "ordId": "7"})
    if found:
        assert session.send(request).recovered
    else:
        with pytest.raises(OutcomeUnknown):
            session.send(request)
        assert looks > 3


def test_a_cancel_is_sent_three_times_at_most(bench: Lab) -> None:
    """After that the error says that the order is live, and no more: a cancel has no expTime."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"every POST {CANCEL}: lose-request")
    with pytest.raises(OutcomeUnknown, match="the order is live now, and may yet be cancelled"):
        bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert posts(bench, CANCEL) == 3


def test_a_cancel_that_is_carried_out_late_is_not_called_not_done(bench: Lab) -> None:
    """Live at the last look and cancelled after it: unknown at first, then told as cancelled."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"every POST {CANCEL}: reset-late=25000")
    with pytest.raises(OutcomeUnknown, match="may yet be cancelled") as caught:
        bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert "whether it was cancelled" in caught.value.remedy
    bench.time.sleep(30)
    assert bench.settle()[0].endswith(f"cancelled; {caught.value.settles[0]} shows it")
    assert [each.state for each in bench.orders()] == ["canceled"]
    assert bench.told(CANCEL)[-1][1] == "done"


def test_a_cancel_whose_order_lives_on_was_not_carried_out(bench: Lab) -> None:
    """No copy is on its way any more; before, the question stays open."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"every POST {CANCEL}: lose-request")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert "may yet be cancelled" in bench.settle()[0]
    assert bench.told(CANCEL)[-1][1] == "unknown"
    bench.time.sleep(90)
    assert bench.settle()[0].endswith("not cancelled; the order is live now")
    assert bench.told(CANCEL)[-1][1] == "not done"


def test_a_cancel_needs_no_ledger(bench: Lab) -> None:
    """A full disk keeps orders from being sent, and no cancel: that only lessens the risk."""
    ack = placed(bench)
    bench.ledger.path = bench.ledger.path / "nowhere"
    with pytest.raises(RefusedError, match="without a record"):
        bench.session.send(order(px="2"))
    bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert [each.state for each in bench.orders()] == ["canceled"]


@pytest.mark.parametrize(
    ("fault", "price"), [("lose-answer", "3"), ("50004-after", "3"), ("reset-before", "1")]
)
def test_a_lost_amendment_is_read_back(bench: Lab, fault: str, price: str) -> None:
    """The order has the new price, or, after the expTime, still the old one; it is never sent twice."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"next POST {AMEND}: {fault}")
    request = post(AMEND, {"instId": "BTC-USDT", "ordId": ack["ordId"], "newPx": "3.00"})
    if price == "3":
        assert bench.session.send(request).recovered
    else:
        with pytest.raises(NotCarriedOut, match="not amended"):
            bench.session.send(request)
    assert [str(each.ticket.px) for each in bench.orders()] == [price if price == "1" else "3.00"]
    assert posts(bench, AMEND) == 1


def batch(*prices: str, **fields: str) -> Request:
    return post(BATCH, [json.loads(order(px=px, **fields).body) for px in prices])


def test_a_lost_batch_is_looked_up_order_by_order(bench: Lab) -> None:
    """All orders of a batch are found: one normal answer with one row each."""
    bench.sandbox.set_faults(f"next POST {BATCH}: lose-answer")
    reply = bench.session.send(batch("1", "2", "3"))
    assert reply.recovered
    ids = [each.ord_id for each in bench.orders()]
    assert [row["ordId"] for row in reply.envelope.data] == ids
    assert len(ids) == 3


def test_of_a_lost_batch_a_part_was_booked(bench: Lab) -> None:
    """What stands and what does not is told, as OKX tells of a batch that was partly refused."""
    bench.sandbox.set_faults(f"next POST {BATCH}: lose-answer")
    # The second would cost more than there is.
    with pytest.raises(PartlyRefused) as caught:
        bench.session.send(batch("1", "999999", "3", sz="1"))
    rows = caught.value.envelope.data
    assert [row["sCode"] for row in rows] == ["0", "51603", "0"]
    assert [row["ordId"] for row in rows if row["ordId"]] == [o.ord_id for o in bench.orders()]


def test_a_typed_id_that_was_used_before_does_not_pass_for_the_new_order(bench: Lab) -> None:
    """A look-up by an id that an older order had shows that one, and proves nothing of the new."""
    ack = placed(bench, clOrdId="mine")
    bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    bench.time.sleep(10)
    bench.sandbox.set_faults("next POST */trade/order: reset-before")
    with pytest.raises(NotCarriedOut):
        bench.session.send(order(clOrdId="mine"))
    bench.sandbox.set_faults("next POST */trade/order: reset-after")
    assert bench.session.send(order(clOrdId="mine")).recovered
    assert bench.booked("mine") == 2


def test_a_typed_id_in_use_is_refused_as_okx_refuses_it(bench: Lab) -> None:
    """51016 for an id of another, open order is OKX's plain refusal, and known at the first look."""
    placed(bench, clOrdId="mine")
    bench.time.sleep(10)
    began = bench.time.now()
    with pytest.raises(OkxError, match="51016"):
        bench.session.send(order(clOrdId="mine"))
    assert bench.booked("mine") == 1
    assert bench.time.now() - began < 1
    assert bench.ledger.unsettled(bench.connection.account.credentials.key_hash) == ()  # type: ignore[union-attr]


CANCELS = "/api/v5/trade/cancel-batch-orders"


def cancels(bench: Lab, *prices: str) -> Request:
    """A cancel of all of so many resting orders."""
    ids = [placed(bench, px=price)["ordId"] for price in prices]
    return post(CANCELS, [{"instId": "BTC-USDT", "ordId": each} for each in ids])


@pytest.mark.parametrize("losses", [1, 2])
@pytest.mark.parametrize("fault", ["lose-request", "502-before", "50004-before"])
def test_of_a_lost_batch_of_cancels_only_what_is_open_goes_again(
    bench: Lab, fault: str, losses: int
) -> None:
    """Orders that are over by now are not in the next one, and stand in the answer all the same; the next
    one may be lost, too.
    """
    request = cancels(bench, "1", "2", "3")
    bench.sandbox.set_faults(f"next {losses} POST {CANCELS}: {fault}")
    first = json.loads(request.body)[0]
    look = bench.connection.look

    def cancelled_meanwhile(question: Request, seconds: float) -> Any:
        account = bench.sandbox._exchange._exchange._accounts["demo"]
        if resting := account.orders.open.get(first["ordId"]):
            account.keep(replace(resting, state="canceled"))
        return look(question, seconds)

    bench.connection.look = cancelled_meanwhile  # type: ignore[method-assign]  # for this test
    reply = bench.session.send(request)
    bodies = [each.request.body for each in bench.connection.log if each.request.path == CANCELS]
    assert [len(json.loads(each)) for each in bodies] == [3] + [2] * losses
    assert first["ordId"] not in bodies[1]
    assert [row["sCode"] for row in reply.envelope.data] == ["0"] * 3
    assert [row["ordId"] for row in reply.envelope.data] == [
        each["ordId"] for each in json.loads(request.body)
    ]
    assert {each.state for each in bench.orders()} == {"canceled"}


def test_a_cancel_that_is_refused_after_a_lost_one_is_looked_up(bench: Lab) -> None:
    """The one before was carried out after all: that is what is said, not the refusal."""
    ack = placed(bench)
    bench.sandbox.set_faults(f"next POST {CANCEL}: reset-late=400")
    reply = bench.session.send(post(CANCEL, {"instId": "BTC-USDT", "ordId": ack["ordId"]}))
    assert reply.envelope.data[0]["sCode"] == "0"
    assert [each.state for each in bench.orders()] == ["canceled"]


def test_an_order_without_an_id_is_unknown_at_once(bench: Lab) -> None:
    """Sent as typed, without a clOrdId, nothing can be looked up; it leaves once all the same."""
    bench.sandbox.set_faults("next POST */trade/order: reset-after")
    with pytest.raises(OutcomeUnknown, match="may have been carried out") as caught:
        bench.session.send(order(), as_typed=True)
    assert "no client order id" in caught.value.remedy
    assert len(bench.orders()) == 1


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
        ("trade/cancel-all-after", {"timeOut": "30"}, "it may be sent again: it sets the same"),
        ("trade/mass-cancel", {"instType": "OPTION"}, "it may be sent again: it cancels what is"),
        ("asset/cancel-withdrawal", {"wdId": "1"}, "it may be sent again"),
        ("trade/order", {"instId": "BTC-USDT"}, "it has no client order id"),
        ("finance/savings/purchase-redempt", {"ccy": "BTC"}, "check the account"),
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


def test_a_setting_that_comes_late_is_never_called_not_set(bench: Lab) -> None:
    """Every copy is lost, and carried out only after the last look: it stays open until none can come,
    then it is told as it is.
    """
    bench.sandbox.set_faults("every POST */set-leverage: reset-late=20000")
    with pytest.raises(OutcomeUnknown):
        bench.session.send(LEVERAGE)
    (line,) = bench.settle()
    assert "lever is 3 now, and may yet change" in line
    bench.time.sleep(91)
    (line,) = bench.settle()
    assert f": lever is 5 now; GET {SHOWS_LEVERAGE} shows it" in line
    assert bench.settle() == ()


def test_a_setting_that_cannot_be_read_back_is_unknown() -> None:
    """What the table does not know is not guessed at."""
    session = scripted(lambda _: LOST)
    with pytest.raises(OutcomeUnknown):
        session.send(post("/api/v5/account/set-isolated-mode", {"isoMode": "automatic"}))
    assert len(sent(session, "POST")) == 1


def test_money_that_moves_is_sent_once_and_never_looked_up() -> None:
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
    funding = bench.sandbox._exchange._exchange._accounts["demo"].funding
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


def test_a_look_up_that_brings_another_order_is_no_proof() -> None:
    """Only a row with the id that was asked for counts."""
    other = {"ordId": "7", "clOrdId": "another", "state": "live", "cTime": "1"}
    session = scripted(lambda request: LOST if request.method == "POST" else [other])
    with pytest.raises(OutcomeUnknown):
        session.send(order())


def test_an_acknowledgement_of_another_order_is_no_answer() -> None:
    """An answer that names another clOrdId than the order's is taken for lost, and looked up."""

    def answers(request: Request) -> Any:
        stamp = str(int(TIME.true() * 1000))
        if request.method == "POST":
            return [{"ordId": "1", "clOrdId": "another", "sCode": "0", "sMsg": "", "ts": stamp}]
        client_id = request.target.rpartition("=")[2]
        return [{"ordId": "2", "clOrdId": client_id, "state": "live", "cTime": stamp}]

    reply = scripted(answers).send(order())
    assert reply.recovered
    assert reply.envelope.data[0]["ordId"] == "2"


def test_the_log_has_a_line_for_each_attempt(bench: Lab, caplog: pytest.LogCaptureFixture) -> None:
    """Each attempt and look-up is logged with its outcome; neither bodies, headers nor the values of
    private queries are.
    """
    caplog.set_level("DEBUG")
    bench.sandbox.set_faults("next POST */trade/order: lose-answer, next 1 GET */balance: 502")
    bench.session.send(order())
    bench.session.send(Request("GET", "/api/v5/account/balance?ccy=BTC"))
    client_id = bench.orders()[0].ticket.cl_ord_id
    lines = [each.getMessage() for each in caplog.records if each.name == "okx_magic"]
    post_line = next(line for line in lines if f"POST {PLACE} " in line)
    assert f"attempt=1 clOrdId={client_id}" in post_line
    assert "sandbox" in post_line
    assert any(f"GET {PLACE}?instId=…&clOrdId=…" in line for line in lines)
    balances = [line.split(" ") for line in lines if "/balance?ccy=…" in line]
    assert [words[4] for words in balances] == ["status=502", "status=200"]
    assert [words[7] for words in balances] == ["attempt=1", "attempt=2"]
    # One request has one id, whatever its attempts.
    assert balances[0][0] == balances[1][0]
    keys = bench.sandbox.demo
    forbidden = (keys.key, keys.secret, keys.passphrase, "0.01", "OK-ACCESS", "ccy=BTC")
    assert not any(word in caplog.text for word in forbidden)


def test_the_session_log_has_an_entry_for_each_attempt(bench: Lab) -> None:
    """What was sent can be seen afterwards, attempt by attempt."""
    bench.sandbox.set_faults("next 2 GET */balance: 502")
    reply = bench.session.send(Request("GET", "/api/v5/account/balance"))
    entries = [(each.attempt, each.status) for each in bench.connection.log]
    assert entries == [(1, 502), (2, 502), (3, 200)]
    assert reply.attempts == 3


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
