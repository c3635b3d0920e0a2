"""Public channels: what is pushed at an instant is what REST has at that instant, or what changed in it.

A feed is one subscription. ``first`` is what it begins with, ``next`` what there is to say since; both
give frames without their ``arg``. Each knows what it said last, so that nothing is left out however
late it is asked. OKX docs: Order Book Trading, Market Data, WebSocket; Public Data, WebSocket.

Tested in ``tests/sandbox/test_sandbox_streams_equal.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.streams.channels import Channel
    from okx_magic.sandbox.streams.messages import Frame

_UNDERLYING = "/api/v5/public/underlying"
_HISTORY_TRADES = "/api/v5/market/history-trades"
_SIDES = ("asks", "bids")
_DEPTH = (*_SIDES, "ts", "seqId")
_QUIET_SECONDS = 60
_TRADE = ("instId", "tradeId", "px", "sz", "side", "source", "ts")
# Pages: a few, as there are between two pushes; and those of who comes late.
_FEW, _PAGE = "20", "100"
# Beyond so many a connection has fallen behind.
_MOST_TRADES = 10_000
_MOST_BARS = "300"


class BehindError(Exception):
    """There is more to push than would be held for a client."""


class Rest:
    """What REST answers. Of one instant each answer is made once, for all who listen."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._now = 0.0
        self._made: dict[Hashable, Any] = {}

    def rows(self, path: str, query: tuple[tuple[str, str], ...], now: float) -> list[Any]:
        """The data of a GET at ``now``; not to be changed."""
        asked = (path, query)
        made = self.once(asked, now, lambda: self._exchange.rows(path, dict(query), now))
        return cast("list[Any]", made)

    def once(self, key: Hashable, now: float, make: Callable[[], Any]) -> Any:
        """What ``make`` gives, made once at ``now``."""
        if now != self._now:
            self._now, self._made = now, {}
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


class RowFeed:
    """The rows of a GET, when anything but their time has changed."""

    def __init__(self, rest: Rest, channel: Channel, arg: Mapping[str, str]) -> None:
        self._rest = rest
        self._path = channel.path
        self._query = channel.query(arg)
        self._last: list[Any] = []

    def first(self, now: float) -> list[Frame]:
        """All of them."""
        return self.next(now)

    def next(self, now: float) -> list[Frame]:
        """All of them, if one has changed."""
        rows = self._rows(now)
        changed, self._last = list(map(_timeless, rows)) != list(map(_timeless, self._last)), rows
        return [{"data": rows}] if changed else []

    def _rows(self, now: float) -> list[Any]:
        return self._rest.rows(self._path, self._query, now)


class DepthFeed(RowFeed):
    """The best levels of a book, whole each time."""

    def _rows(self, now: float) -> list[Any]:
        instrument = {"instId": dict(self._query)["instId"]}
        return [instrument | {name: row[name] for name in _DEPTH} for row in super()._rows(now)]


class ChangeFeed(RowFeed):
    """The rows of a list that are new or have changed."""

    def next(self, now: float) -> list[Frame]:
        """Those that are."""
        before, self._last = self._last, self._rows(now)
        changed = [row for row in self._last if row not in before]
        return [{"data": changed}] if changed else []

    def _rows(self, now: float) -> list[Any]:
        # Of options REST wants to know the families.
        query, kind = self._query, dict(self._query)
        if kind == {"instType": "OPTION"}:
            families = self._rest.rows(_UNDERLYING, query, now)[0]
            query = (*query, ("instFamily", ",".join(families)))
        return self._rest.rows(self._path, query, now)


class TradeFeed(RowFeed):
    """Every trade, a frame each, oldest first."""

    def __init__(self, rest: Rest, channel: Channel, arg: Mapping[str, str]) -> None:
        super().__init__(rest, channel, arg)
        self._number = 0
        # OKX puts together what one order took; here that is one trade.
        self._count = {} if arg["channel"] == "trades-all" else {"count": "1"}

    def first(self, now: float) -> list[Frame]:
        """The newest trade."""
        return self._frames(self._rest.rows(self._path, (*self._query, ("limit", "1")), now))

    def next(self, now: float) -> list[Frame]:
        """All trades since."""
        rows = self._rest.rows(self._path, (*self._query, ("limit", _FEW)), now)
        page = rows
        while self._number and page and int(page[-1]["tradeId"]) > self._number:
            if len(rows) > _MOST_TRADES:
                raise BehindError
            older = (*self._query, ("limit", _PAGE), ("after", page[-1]["tradeId"]))
            page = self._rest.rows(_HISTORY_TRADES, older, now)
            rows = rows + page
        return self._frames([row for row in rows if int(row["tradeId"]) > self._number])

    def _frames(self, newest_first: list[Any]) -> list[Frame]:
        if newest_first:
            self._number = int(newest_first[0]["tradeId"])
        told = ({name: row[name] for name in _TRADE} for row in reversed(newest_first))
        return [{"data": [trade | self._count]} for trade in told]


class CandleFeed(RowFeed):
    """The newest bar when it has changed, and each bar once more as it closes."""

    def first(self, now: float) -> list[Frame]:
        """The newest bar."""
        self._last = self._rest.rows(self._path, (*self._query, ("limit", "1")), now)
        return [{"data": [row]} for row in self._last]

    def next(self, now: float) -> list[Frame]:
        """What became of the bars since the last one that was told, oldest first."""
        if not self._last:
            return self.first(now)
        told = self._last[0]
        for limit in ("2", _MOST_BARS):
            rows = self._rest.rows(self._path, (*self._query, ("limit", limit)), now)
            since = [row for row in rows if int(row[0]) >= int(told[0])]
            if len(since) < int(limit) or since[-1][0] == told[0]:
                break
        else:
            raise BehindError
        self._last = rows[:1]
        return [{"data": [row]} for row in reversed(since) if row != told]


class BookFeed(RowFeed):
    """A whole book: its state once, then what changes in it, in an order that can be checked.

    OKX docs, Order book channel: ``prevSeqId`` is the ``seqId`` of the frame before (-1 in the first), a
    level of size 0 is gone, and a book that does not change says so with two equal ids. The checksum is
    retired: always 0.
    """

    _seq, _said = -1, 0.0

    def first(self, now: float) -> list[Frame]:
        """All of it."""
        self._last, self._seq = self._rows(now), -1
        return [self._frame("snapshot", {side: self._last[0][side] for side in _SIDES}, now)]

    def next(self, now: float) -> list[Frame]:
        """What changed since."""
        before, self._last = self._last[0], self._rows(now)
        row = self._last[0]
        if row["seqId"] == before["seqId"]:
            if now - self._said < _QUIET_SECONDS:
                return []
            return [self._frame("update", {side: [] for side in _SIDES}, now)]
        changes = self._rest.once(
            (self._query, before["seqId"]),
            now,
            lambda: {side: _changes(before[side], row[side]) for side in _SIDES},
        )
        return [self._frame("update", changes, now)]

    def reset(self, frame: Frame) -> None:
        """Numbers ``frame``, the last one, anew from 1, as OKX does after maintenance."""
        frame["data"][0]["seqId"] = self._seq = 1

    def _frame(self, action: str, sides: Mapping[str, Any], now: float) -> Frame:
        row = self._last[0]
        seq = row["seqId"] if any(sides.values()) else self._seq
        ids = {"checksum": 0, "prevSeqId": self._seq, "seqId": seq}
        self._seq, self._said = seq, now
        return {"action": action, "data": [{**sides, "ts": row["ts"], **ids}]}


FEEDS: Mapping[str, Callable[[Rest, Channel, Mapping[str, str]], RowFeed]] = {
    "rows": RowFeed,
    "changes": ChangeFeed,
    "depth": DepthFeed,
    "trades": TradeFeed,
    "candles": CandleFeed,
    "book": BookFeed,
}


def _timeless(row: Any) -> Any:
    return {name: value for name, value in row.items() if name != "ts"}


def _changes(before: list[Any], after: list[Any]) -> list[Any]:
    was, now = ({level[0]: level for level in side} for side in (before, after))
    gone = [[px, "0", "0", "0"] for px in was if px not in now]
    return [*gone, *(level for px, level in now.items() if was.get(px) != level)]
