"""Pushes of a book that hold several of its states, as on a busy machine: who joins in their midst."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.streams.channels import find
from okx_magic.sandbox.streams.public import BookFeed, Rest

if TYPE_CHECKING:
    from okx_magic.sandbox import Sandbox

ARG = {"channel": "books", "instId": "ETH-USDT"}
BEGAN = 1_796_134_800.0
SIDES = ("asks", "bids")


def levels(row: Any) -> dict[str, dict[Any, Any]]:
    return {side: {level[0]: level for level in row[side]} for side in SIDES}


def applied(book: dict[str, dict[Any, Any]], change: Any) -> dict[str, dict[Any, Any]]:
    after = {side: book[side] | levels(change)[side] for side in SIDES}
    return {
        side: {px: level for px, level in after[side].items() if level[1] != "0"} for side in SIDES
    }


def test_a_book_is_joined_in_the_midst_of_a_push(sandbox: Sandbox) -> None:
    """REST's book of a moment between two pushes becomes the exchange's with the second one, also where a
    level changed and changed back; the control is a push of nothing but the difference.
    """
    exchange, channel = sandbox._hub.exchange, find(ARG, "public")
    query, wrong = dict(channel.query(ARG)), 0
    for moment in range(10, 20):
        began = BEGAN + 7 * moment
        feed = BookFeed(Rest(exchange), channel, ARG)
        feed.first(began)
        before, between, after = (
            levels(exchange.rows(channel.path, query, began + later)[0]) for later in (0, 0.2, 0.5)
        )
        (push,) = feed.next(began + 0.5)
        assert applied(between, push["data"][0]) == after
        assert applied(before, push["data"][0]) == after
        difference: dict[str, Any] = {
            side: [level for px, level in after[side].items() if before[side].get(px) != level]
            + [[px, "0"] for px in before[side].keys() - after[side].keys()]
            for side in SIDES
        }
        wrong += applied(between, difference) != after
    assert wrong
