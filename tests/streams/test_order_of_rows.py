"""Books by their sequence, trades by their ids, candles by their time, orders by what REST says: points
10 to 15 of what right means.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import PATIENCE, Scripted, ScriptedAccess, until

from okx_magic.errors import OkxMagicError, TransportError
from okx_magic.streams.book import Book, Change

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]


def level(px: float, sz: str) -> list[str]:
    return [str(px), sz, "0", "1"]


def change(before: int, seq: int, asks: Any = (), bids: Any = ()) -> dict[str, Any]:
    rows = {"asks": [level(*each) for each in asks], "bids": [level(*each) for each in bids]}
    return {**rows, "ts": "1700000000000", "checksum": 0, "prevSeqId": before, "seqId": seq}


WHOLE = change(-1, 10, [(101, "1"), (102, "2")], [(99, "1"), (98, "3")])


def test_a_book_in_order(server: Scripted, stream: Opened) -> None:
    """A change that follows is applied, an empty one of equal ids is a sign of life, "0" deletes, a new
    count is gone along with, what comes twice is dropped; the checksum 0 is not looked at.
    """
    book = stream("books")
    server.push("books", [WHOLE], action="snapshot")
    server.push("books", [change(10, 11, [(101, "0")], [(99.5, "7")])], action="update")
    server.push("books", [change(10, 11, [(101, "0")])], action="update")
    server.push("books", [change(11, 11)], action="update")
    server.push("books", [change(11, 3, [(103, "4")])], action="update")
    until(lambda: book.total == 3)
    frame = book.frame()
    assert list(zip(frame["side"], frame["px"], frame["sz"], strict=True)) == [
        ("ask", 102.0, 2.0),
        ("ask", 103.0, 4.0),
        ("bid", 99.5, 7.0),
        ("bid", 99.0, 1.0),
        ("bid", 98.0, 3.0),
    ]
    assert frame.attrs["seqId"] == 3
    assert len(book.frame(1)) == 2
    assert book.gaps == ()


def test_a_gap_in_a_book(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """A change whose forerunner did not come is not applied: the book is not valid until REST has it."""
    answers: list[Any] = []

    def rest(_: str) -> list[Any]:
        if not answers:
            raise TransportError("not yet", written=False)
        return [answers.pop()]

    book = stream("books")
    server.push("books", [WHOLE], action="snapshot")
    until(lambda: book.total == 1)
    access.rest_of = rest
    server.push("books", [change(12, 13, [(101, "5")])], action="update")
    until(lambda: book.gaps)
    feed: Any = book._feeds[0]
    assert not feed.book.valid
    assert feed.book._asks["101"][1] == "1", "control: the change is not in the book"
    answers.append(change(-1, 12, [(101, "4")]))
    until(lambda: feed.book.valid)
    assert book.frame()["sz"].tolist() == [5.0], "REST's book, and what was waiting behind it"
    assert access.asked[0] == "/api/v5/market/books?instId=BTC-USDT&sz=400"
    until(lambda: book.gaps[0].until)


def test_a_book_without_its_first_push(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """A book begins with REST's, joined with those changes that are newer."""
    access.rest_of = lambda _: [change(-1, 11, [(101, "1")])]
    book = stream("books")
    server.push("books", [change(10, 11, [(101, "9")])], action="update")
    server.push("books", [change(11, 12, [(102, "2")])], action="update")
    until(lambda: book.total and book._feeds[0].book.seq_id == 12)  # type: ignore[attr-defined]
    assert book.frame()["sz"].tolist() == [1.0, 2.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3)), max_size=30),
    st.data(),
)
def test_a_book_is_right_or_says_that_it_is_not(
    changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Whatever is lost, doubled or late: a valid book is the exchange's of the same seqId."""
    truth: dict[int, dict[str, str]] = {0: {}}
    sent: list[Change] = []
    for seq, (price, size) in enumerate(changes, 1):
        levels = dict(truth[seq - 1])
        levels.pop(str(price), None)
        if size:
            levels[str(price)] = str(size)
        truth[seq] = levels
        sent.append(Change(asks=[[str(price), str(size), "0", "1"]], seqId=seq, prevSeqId=seq - 1))
    book = Book()
    book.start(Change(seqId=0))
    for each in sent:
        for _ in range(data.draw(st.integers(0, 2))):
            book.take(each, whole=False)
        if not book.valid and data.draw(st.booleans()):
            at = data.draw(st.integers(0, each.seqId))
            asks = [[px, sz, "0", "1"] for px, sz in truth[at].items()]
            book.start(Change(asks=asks, seqId=at))
        if book.valid:
            found = {row[0]: row[1] for row in book.as_dict()["asks"]}
            assert found == truth[book.seq_id]


def trade(number: int) -> dict[str, str]:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "px": "1.5", "sz": "2", "side": "buy"}
    return {**row, "ts": str(1_700_000_000_000 + number), "count": "1"}


def history(newest: Callable[[], int]) -> Callable[[str], list[Any]]:
    """REST's trades, of which there are those up to ``newest``."""

    def rest(target: str) -> list[Any]:
        path, _, query = target.partition("?")
        asked = dict(parse_qsl(query))
        top = min(newest(), int(asked.get("after", newest() + 1)) - 1)
        found = [trade(number) for number in range(top, max(0, top - int(asked["limit"])), -1)]
        assert path.startswith("/api/v5/market/")
        return found

    return rest


def ids(stream: Stream) -> list[int]:
    return [int(each) for each in stream.frame(all=True)["tradeId"]] if stream.total else []


def test_a_hole_in_the_trades(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """Ids that did not come are a gap with a name, until REST has filled it; nothing is there twice."""
    access.rest_of = history(lambda: 500)
    trades = stream("trades")
    for number in (1, 2, 300, 300, 301, 299):
        server.push("trades", [trade(number)])
    until(lambda: trades.gaps and trades.gaps[0].until)
    until(lambda: trades.total == 301)
    assert ids(trades) == list(range(1, 302))
    (gap,) = trades.gaps
    assert gap.whole
    assert "3 to 299" in gap.reason
    assert gap.filled in (296, 297)


def test_a_hole_that_rest_cannot_fill(server: Scripted, stream: Opened) -> None:
    """Without REST a hole stays told."""
    trades = stream("trades")
    for number in (1, 5):
        server.push("trades", [trade(number)])
    until(lambda: trades.total == 2)
    assert [gap.until for gap in trades.gaps] == [None]


def test_trades_after_an_outage(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """What was traded while there was no connection is read from REST."""
    newest = 3
    access.rest_of = history(lambda: newest)
    trades = stream("trades")
    server.push("trades", [trade(3)])
    until(lambda: trades.total == 1)
    newest = 250
    server.kill()
    until(lambda: trades.total == 248)
    assert ids(trades) == list(range(3, 251))
    until(lambda: all(gap.whole for gap in trades.gaps))


def test_several_trades_in_a_row(server: Scripted, stream: Opened) -> None:
    """A row that stands for several trades is no hole."""
    trades = stream("trades")
    server.push("trades", [trade(1)])
    server.push("trades", [trade(4) | {"count": "3"}])
    until(lambda: trades.total == 2)
    assert trades.gaps == ()


# Minutes since 1970; a time of OKX's has 13 digits.
FIRST = 28_333_333


def bar(number: int, confirm: str = "1") -> list[str]:
    return [str((FIRST + number) * 60_000), "1", "2", "0.5", "1.5", "3", "3", "4", confirm]


def test_candles_begin_with_history(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """REST's bars come before the first that is pushed, without one missing, and after an outage too."""
    now = 100

    def rest(target: str) -> list[Any]:
        asked = dict(parse_qsl(target.partition("?")[2]))
        top = min(now, int(asked.get("after", 10**15)) // 60_000 - FIRST - 1)
        found = range(top, max(0, top - int(asked["limit"])), -1)
        return [bar(each, "0" if each == now else "1") for each in found]

    access.rest_of = rest
    live = stream("candle1m")
    until(lambda: live.total >= 100)
    server.push("candle1m", [bar(100)])
    server.push("candle1m", [bar(101, "0")])
    now = 500
    server.kill()
    until(lambda: len(live.latest()) == 500)
    frame = live.frame()
    assert (frame.index.diff()[1:].total_seconds() == 60).all()
    assert list(frame.columns[:4]) == ["open", "high", "low", "close"]
    assert frame.index.tz is not None
    assert not frame["confirm"].iloc[-1]
    assert frame["confirm"].iloc[:-1].all()


def test_a_skipped_bar_is_asked_for(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """Where a bar did not come, or not its end, REST has it."""
    known: list[list[str]] = []
    access.rest_of = lambda _: known
    live = stream("candle1m")
    server.push("candle1m", [bar(1, "0")])
    until(lambda: live.total == 1)
    known[:] = [bar(3, "0"), bar(2), bar(1)]
    server.push("candle1m", [bar(3, "0")])
    until(lambda: len(live.latest()) == 3)
    assert live.frame()["confirm"].tolist() == [True, True, False]


def order(number: int, state: str, filled: str = "0") -> dict[str, str]:
    base = {"instId": "BTC-USDT", "ordId": str(number), "state": state, "accFillSz": filled}
    return {**base, "uTime": str(1_700_000_000_000 + number), "instType": "SPOT"}


def test_orders_after_an_outage(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """An order that ended while there was no connection is asked for by its id."""

    def rest(target: str) -> list[Any]:
        if target.startswith("/api/v5/trade/orders-pending"):
            return [order(1, "live"), order(3, "live")] if server.paths[1:] else []
        assert target == "/api/v5/trade/order?instId=BTC-USDT&ordId=2"
        return [order(2, "filled", "1") | {"uTime": "1700000000900"}]

    access.rest_of = rest
    orders = stream("orders", instType="ANY")
    for number in (1, 2):
        server.push("orders", [order(number, "live")], instType="ANY", instId="")
    server.say(
        {"arg": {"channel": "orders", "instType": "ANY", "uid": "7"}, "data": [order(1, "live")]}
    )
    server.say(
        {"arg": {"channel": "orders", "instType": "ANY", "uid": "7"}, "data": [order(2, "live")]}
    )
    until(lambda: orders.total == 2)
    server.kill()
    filled = orders.wait(state="filled", timeout=20)
    assert filled is not None
    assert filled["ordId"] == "2"
    until(lambda: orders.total == 4)
    assert orders.frame()["ordId"].tolist() == ["1", "2", "3", "2"]


def stop(number: int, state: str) -> dict[str, str]:
    base = {"instId": "BTC-USDT-SWAP", "algoId": str(number), "state": state, "ordId": ""}
    return {**base, "uTime": str(1_700_000_000_000 + number), "ordType": "conditional"}


def test_stops_after_an_outage(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """A stop that was set off while there was no connection is asked for by its id, as an order is; each
    kind of them is listed by itself.
    """
    listing, asked = "/api/v5/trade/orders-algo-pending", list[str]()

    def rest(target: str) -> list[Any]:
        asked.append(target)
        if target == f"{listing}?instType=SWAP&ordType=conditional":
            return [stop(1, "live"), stop(3, "live")] if server.paths[1:] else []
        if target.startswith(listing):
            return []
        assert target == "/api/v5/trade/order-algo?algoId=2"
        return [stop(2, "effective") | {"uTime": "1700000000900"}]

    access.rest_of = rest
    stops = stream("orders-algo", instType="SWAP")
    arg = {"channel": "orders-algo", "instType": "SWAP", "uid": "7"}
    for number in (1, 2):
        server.say({"arg": arg, "data": [stop(number, "live")]})
    until(lambda: stops.total == 2)
    server.kill()
    set_off = stops.wait(state="effective", timeout=20)
    assert set_off is not None
    assert set_off["algoId"] == "2"
    until(lambda: stops.total == 4)
    assert stops.frame()["algoId"].tolist() == ["1", "2", "3", "2"]
    kinds = {each.rpartition("=")[2] for each in asked if each.startswith(listing)}
    assert kinds == {"conditional", "oco", "trigger", "chase"}


def test_positions_are_read_again(server: Scripted, access: ScriptedAccess, stream: Opened) -> None:
    """After a new connection an account's state is REST's: what is closed is gone."""
    held = {"instId": "BTC-USDT-SWAP", "posId": "1", "pos": "2", "uTime": "1"}
    now: list[Any] = []
    access.rest_of = lambda _: list(now)
    positions = stream("positions", instType="ANY")
    arg = {"channel": "positions", "instType": "ANY", "uid": "7"}
    until(lambda: access.asked)
    server.say({"arg": arg, "data": [held, held | {"posId": "2"}]})
    until(lambda: len(positions.latest()) == 2)
    now.append(held | {"posId": "3"})
    server.kill()
    until(lambda: [row["posId"] for row in positions.latest()] == ["3"])


def test_what_is_pushed_while_rest_answers_is_kept(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """REST's answer may be older than a push: it takes nothing away that came since it was asked."""
    held = {"instId": "BTC-USDT-SWAP", "posId": "1", "pos": "2", "uTime": "1"}
    arg = {"channel": "positions", "instType": "ANY", "uid": "7"}
    pushed = threading.Event()

    def rest(_: str) -> list[Any]:
        pushed.wait(PATIENCE)
        return [held | {"posId": "2"}]

    access.rest_of = rest
    positions = stream("positions", instType="ANY")
    until(lambda: access.asked)
    server.say({"arg": arg, "data": [held]})
    until(lambda: len(positions.latest()) == 1)
    pushed.set()
    until(lambda: "2" in [row["posId"] for row in positions.latest()])
    assert [row["posId"] for row in positions.latest()] == ["1", "2"]


def test_a_balance_of_rest_overwrites_no_newer_one(
    server: Scripted, access: ScriptedAccess, stream: Opened
) -> None:
    """Of a currency the newest ``uTime`` counts, whether it was pushed or read."""

    def balance(at: str, **equity: str) -> dict[str, Any]:
        details = [{"ccy": ccy, "eq": eq, "uTime": at} for ccy, eq in equity.items()]
        return {"uTime": at, "details": details}

    pushed = threading.Event()

    def rest(_: str) -> list[Any]:
        pushed.wait(PATIENCE)
        return [balance("100", BTC="1", USDT="5")]

    access.rest_of = rest
    arg = {"channel": "account", "extraParams": '{"updateInterval":"0"}'}
    account = stream(**arg)
    until(lambda: access.asked)
    server.say({"arg": arg | {"uid": "7"}, "data": [balance("200", BTC="2")]})
    until(account.latest)
    pushed.set()
    until(lambda: len(account.latest()) == 2)
    assert {row["ccy"]: str(row["eq"]) for row in account.latest()} == {"BTC": "2", "USDT": "5"}


def test_what_falls_out_is_counted(server: Scripted, stream: Opened) -> None:
    """The ring keeps the newest rows, and says how many came."""
    trades = stream("trades", keep=10)
    server.push("trades", [trade(number) for number in range(1, 10_001)])
    until(lambda: trades.total == 10_000)
    assert trades.kept == 10
    assert ids(trades) == list(range(9_991, 10_001))
    assert "kept 10 of 10,000 rows" in repr(trades)


def test_state_is_the_newest_of_each_key(server: Scripted, stream: Opened) -> None:
    """Of state there is the newest row of each key; what is older or said already changes nothing."""
    ticks = stream("tickers")
    row = {"instId": "BTC-USDT", "last": "1", "ts": "5"}
    for last, ts in (("1", "5"), ("1", "5"), ("0", "4"), ("2", "6")):
        server.push("tickers", [row | {"last": last, "ts": ts}])
    until(lambda: ticks.total == 2)
    assert ticks.frame()["last"].tolist() == [2.0]
    assert ticks.frame(all=True)["last"].tolist() == [1.0, 2.0]
    assert ticks.frame(all=True, decimal=True)["last"].map(str).tolist() == ["1", "2"]


def test_a_message_that_cannot_be_read(server: Scripted, stream: Opened) -> None:
    """What is no message of OKX's is a gap, and a new connection, never a guess."""
    trades = stream("trades")
    server.push("trades", [{"tradeId": None}])
    until(lambda: trades.gaps and trades.gaps[0].until)
    assert "cannot be read" in trades.gaps[0].reason


def test_ctrl_c_ends_the_waiting_only(
    server: Scripted, stream: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while waiting leaves the stream as it is."""
    ticks = stream("tickers")

    def interrupt(_: float) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(ticks._changed, "wait", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ticks.wait(timeout=20)
    monkeypatch.undo()
    server.push("tickers", [{"instId": "BTC-USDT", "last": "1", "ts": "5"}])
    ticks.wait(timeout=20)
    with pytest.raises(OkxMagicError, match="1 rows came"):
        ticks.wait(rows=2, timeout=0)
