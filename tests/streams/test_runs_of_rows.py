"""Feeds by themselves: runs of pushes, and what is remembered of what is over."""

from __future__ import annotations

import asyncio
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.streams.access import Timing
from okx_magic.streams.feeds import feed_of
from okx_magic.streams.link import Link
from okx_magic.streams.protocol import Arg, Event
from okx_magic.streams.ring import joined
from okx_magic.streams.typed import envelope_of


def pushed(number: int, count: str = "1") -> bytes:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "ts": str(number), "count": count}
    return msgspec.json.encode([row])


def order(number: int, state: str) -> bytes:
    row = {"instId": "BTC-USDT", "ordId": str(number), "state": state, "uTime": str(number)}
    return msgspec.json.encode([row])


def bar(number: int) -> bytes:
    opened = str(1_700_000_000_000 + number * 60_000)
    return msgspec.json.encode([[opened, "1", "2", "0.5", "1.5", "3", "3", "4", "1"]])


class Keeper:
    """A sink that keeps what it is given."""

    def __init__(self) -> None:
        self.rows: list[tuple[bytes, bool]] = []

    def add(self, rows: Any, keys: Any, *, late: bool = False) -> None:
        del keys
        self.rows += [(bytes(row), late) for row in rows]

    def drop(self, keys: Any) -> None: ...

    def tell(self) -> None: ...


def fed(runs: list[list[bytes]]) -> tuple[list[tuple[bytes, bool]], int]:
    """What a feed of trades gives of these runs: rows, and how many holes there are."""

    async def feeding() -> tuple[list[tuple[bytes, bool]], int]:
        feed, keeper = feed_of(Arg.of("trades", {"instId": "BTC-USDT"})), Keeper()
        feed.sinks = (keeper,)
        for run in runs:
            feed.push(None, "", run)
        feed.flush()
        return keeper.rows, len(feed.gaps.all)

    return asyncio.run(feeding())


class Told:
    """A hearer that keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []

    def pushed(self, link: Link, arg: bytes, action: str, run: Any) -> None:
        del link
        self.said += [(arg, action, data) for data in run]

    def event(self, link: Link, event: Event) -> None:
        del link
        self.said.append((event.event, event.arg))


ARG = '"arg":{"channel":"trades","instId":"%s"}'
ROWS = st.sampled_from(["[]", '[{"px":"1"}]', '[{"px":"1"},{"px":"2"}]', '["]}",[{"data":[]}]]'])
FORMS = st.sampled_from(
    [
        '{%s,"data":%s}',
        '{%s, "data": %s}',
        '{%s,"data":%s }',
        '{%s,"action":"update","data":%s}',
        '{%s,"data":%s,"action":"snapshot"}',
        '{%s,"event":"subscribe"}%.0s',
        "pong%.0s%.0s",
    ]
)
MESSAGES = st.lists(st.tuples(FORMS, st.sampled_from(["A", "B"]), ROWS), max_size=12)


@settings(max_examples=100)
@given(MESSAGES)
def test_messages_that_come_together(drawn: list[tuple[str, str, str]]) -> None:
    """What is heard together is what is heard one by one, whatever stands in which order."""
    messages = [(form % (ARG % inst, rows)).encode() for form, inst, rows in drawn]

    async def heard(*together: list[bytes]) -> tuple[list[tuple[Any, ...]], bool]:
        told = Told()
        link = Link(told, Timing())
        for each in together:
            link.hear(each)
        return told.said, link.ended.done()

    assert asyncio.run(heard(messages)) == asyncio.run(heard(*([each] for each in messages)))


STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 1, 2, 0, -1, 3]), st.sampled_from(["1", "1", "1", "2", ""])
    ),
    min_size=3,
    max_size=9,
)


@settings(max_examples=60)
@given(STEPS)
def test_trades_in_a_run(steps: list[tuple[int, str]]) -> None:
    """Pushes that come together are judged as those that come one by one, whatever is missing or
    comes twice.
    """
    numbers = accumulate((step for step, _ in steps), initial=10)
    counts = ["1", *(count for _, count in steps)]
    pushes = [pushed(*each) for each in zip(numbers, counts, strict=True)]
    one_by_one = fed([[push] for push in pushes])
    assert fed([pushes]) == one_by_one
    assert fed([pushes[:1], pushes[1:]]) == one_by_one


def test_a_run_goes_on_as_it_came() -> None:
    """Trades that follow each other are given in one piece; the control has a hole in it."""
    run = [pushed(number) for number in range(1, 6)]
    rows = [(push[1:-1], False) for push in run]
    assert fed([run[:1], run[1:]]) == (rows, 0)
    assert fed([run[:1], run[2:]]) == (rows[:1] + rows[2:], 1)


def test_what_is_over_is_forgotten() -> None:
    """Final orders and old bars are not remembered for ever; what is open is."""

    async def feeding() -> tuple[Any, Any]:
        orders = feed_of(Arg.of("orders", {"instType": "ANY"}))
        bars = feed_of(Arg.of("candle1m", {"instId": "BTC-USDT"}))
        for number in range(9000):
            state = "filled" if number else "live"
            orders.push(None, "", [order(number, state)])
            bars.push(None, "", [bar(number)])
        return orders, bars

    orders, bars = asyncio.run(feeding())
    assert len(orders._newest) <= 4000
    assert "0" in orders._newest
    assert len(bars._confirmed) <= 4000


def test_a_hole_behind_a_final_bar() -> None:
    """A hole longer than a page is filled to its end, also where the last bar before it was final and the
    newest came before REST was asked.
    """
    bars = [msgspec.json.decode(bar(number))[0] for number in range(700, -1, -1)]

    async def ask(target: str) -> list[Any]:
        query = dict(parse_qsl(target.partition("?")[2]))
        older = [each for each in bars if each[0] < query.get("after", "9")]
        return older[: int(query["limit"])]

    async def feeding() -> tuple[tuple[int | None, int], set[str]]:
        feed: Any = feed_of(Arg.of("candle1m", {"instId": "BTC-USDT"}))
        feed.push(None, "", [bar(0)])
        feed.began = True
        feed.broken()
        feed.push(None, "", [bar(700)])
        return await feed.read_again(ask), set(feed._confirmed)

    (missed, filled), known = asyncio.run(feeding())
    assert (missed, filled) == (0, 699)
    assert known == {each[0] for each in bars}


def test_columns_are_what_rows_are() -> None:
    """Rows of equal fields become the columns that they would become one by one; others none."""
    rows = [b'{"instId":"A","px":"1.5","seqId":7}', b'{"px":null,"seqId":8,"instId":""}']
    columns = {"instId": ["A", ""], "px": ["1.5", None], "seqId": [7, 8]}
    assert getattr(envelope_of(joined(rows)).object_rows, "columns", None) == columns
    for more in (
        [*rows, b'{"instId":"A","px":"1"}'],
        [*rows, b'{"instId":"A","px":"1","seqId":9,"more":"1"}'],
        [b'["1700000000000","1"]'],
        [b"{}"],
        [],
    ):
        found = envelope_of(joined(more))
        assert found.object_rows is None
        assert found.data == [msgspec.json.decode(row) for row in more]
