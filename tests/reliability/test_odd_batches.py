"""Answers to a batch of which a part stands, or that do not tell of each order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from odd_books import ORDER, Books, ack, connected, envelope

from okx_magic.errors import OkxError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.wire.transport import Answer

pytestmark = pytest.mark.slow
BATCH = "/api/v5/trade/batch-orders"


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
