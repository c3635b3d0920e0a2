"""Batches whose answer was lost, and ids that were used before."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from lab import Lab, order
from scripted_rest import post

from okx_magic.errors import (
    NotCarriedOut,
    OkxError,
    PartlyRefused,
)

if TYPE_CHECKING:
    from okx_magic.model import Request

CANCEL = "/api/v5/trade/cancel-order"
BATCH = "/api/v5/trade/batch-orders"


def placed(bench: Lab, **fields: str) -> dict[str, str]:
    """The acknowledgement of a resting order."""
    row: dict[str, str] = bench.session.send(order(**fields)).envelope.data[0]
    return row


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
        account = bench.sandbox._exchange._exchange.accounts["demo"]
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
