"""Candles by their time, orders by what REST says, state by its keys."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
from scripted import PATIENCE, Scripted, ScriptedAccess, until

from okx_magic.errors import OkxMagicError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]


def trade(number: int) -> dict[str, str]:
    row = {"instId": "BTC-USDT", "tradeId": str(number), "px": "1.5", "sz": "2", "side": "buy"}
    return {**row, "ts": str(1_700_000_000_000 + number), "count": "1"}


def ids(stream: Stream) -> list[int]:
    return [int(each) for each in stream.frame(all=True)["tradeId"]] if stream.total else []


def test_who_begins_to_watch_misses_nothing_and_sees_nothing_twice(
    server: Scripted, stream: Opened
) -> None:
    """Rows that come while the beginning is read wait for it."""
    live = stream("trades")
    server.push("trades", [trade(0)])
    until(lambda: live.total == 1)
    read: list[int] = []
    seen: list[int] = []
    rows = [json.dumps(trade(1)).encode()]
    more = threading.Thread(target=live.add, args=(rows, None))

    def begin() -> None:
        more.start()
        # Long enough for one that does not wait.
        more.join(0.05)
        read.extend(ids(live))

    leave = live.watch(lambda row: seen.append(int(row["tradeId"])), begin)
    more.join(PATIENCE)
    leave()
    assert [*read, *seen] == [0, 1]
    assert seen == [1]


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
