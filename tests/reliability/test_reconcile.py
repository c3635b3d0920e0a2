"""Cancels and amendments whose answer was lost."""

from __future__ import annotations

from typing import Any

import pytest
from lab import PLACE, Lab, order
from scripted_rest import LOST, TIME, post, scripted

from okx_magic.errors import (
    NotCarriedOut,
    OutcomeUnknown,
    RefusedError,
)
from okx_magic.model import Request

CANCEL = "/api/v5/trade/cancel-order"
AMEND = "/api/v5/trade/amend-order"


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


LEVERAGE = post(
    "/api/v5/account/set-leverage", {"instId": "BTC-USDT-SWAP", "lever": "5", "mgnMode": "cross"}
)
SHOWS_LEVERAGE = "/api/v5/account/leverage-info?instId=BTC-USDT-SWAP&mgnMode=cross"


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
