"""Trades by their ids: a hole is seen, and filled from REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from scripted import Scripted, ScriptedAccess, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.streams.stream import Stream

    Opened = Callable[..., Stream]


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
