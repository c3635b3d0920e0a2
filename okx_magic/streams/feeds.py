"""The kinds of feeds: state by key, candles by time, orders by id, and the one for each channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from okx_magic import catalogue
from okx_magic.catalogue.bar_names import bar_length
from okx_magic.streams.book_feed import BookFeed
from okx_magic.streams.feed import ENCODE, Feed
from okx_magic.streams.protocol import rows_in
from okx_magic.streams.trade_feed import TradeFeed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.streams.feed import Ask
    from okx_magic.streams.protocol import Arg

_MOST_PAGES: Final = 40
# What is over is asked for no more: so many of it are known still, that a stream does not grow for ever.
_REMEMBERED: Final = 4000
_OPEN_ORDERS: Final = frozenset({"live", "partially_filled", "pause", "partially_effective"})
_OBJECTS: Final = msgspec.json.Decoder(list[dict[str, Any]])
_BARS: Final = msgspec.json.Decoder(list[list[str]])


class StateFeed(Feed):
    """The newest row of each key; a row that says nothing new, or is older, is none."""

    def __init__(self, arg: Arg) -> None:
        super().__init__(arg)
        self._newest: dict[str, tuple[str, bytes]] = {}

    def take(self, data: bytes) -> None:
        """Rows with what tells them apart."""
        self._add(zip(_OBJECTS.decode(data), rows_in(data), strict=True))

    def _add(self, pairs: Iterable[tuple[Mapping[str, Any], bytes]]) -> int:
        rows, keys = [], []
        for value, row in pairs:
            key = self._key(value)
            ts = str(value.get("uTime") or value.get("ts") or "")
            before = self._newest.get(key)
            if before and (before[1] == row or (len(ts), ts) < (len(before[0]), before[0])):
                continue
            self._newest[key] = ts, row
            rows.append(row)
            keys.append(key)
        self.give(rows, keys)
        return len(rows)

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """For an account's state: all of it, and what is in it no more is gone."""
        if not self.arg.channel.again:
            return None, 0
        before = dict(self._newest)
        pairs = self._pairs(await ask(target(self.arg.channel.again, self.arg)))
        found = {self._key(value) for value, _ in pairs}
        # A row that was pushed while REST was asked is newer than its answer.
        gone = [
            key for key, row in before.items() if key not in found and self._newest.get(key) == row
        ]
        for key in gone:
            del self._newest[key]
        # What waits to be passed on is older than this.
        self.flush()
        for sink in self.sinks:
            sink.drop(gone)
        # The state is whole again; what it was meanwhile nobody knows.
        return None, self._add(pairs)

    def _key(self, value: Mapping[str, Any]) -> str:
        return str(value.get(self.arg.channel.key, ""))

    def _pairs(self, values: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], bytes]]:
        return [(value, ENCODE(value)) for value in values]


class AccountFeed(StateFeed):
    """A balance: what is around the currencies, and each currency by itself."""

    def take(self, data: bytes) -> None:
        """One object, with the currencies that changed."""
        self._add(self._pairs(_OBJECTS.decode(data)))

    def _key(self, value: Mapping[str, Any]) -> str:
        return str(value.get("ccy", ""))

    def _pairs(self, values: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], bytes]]:
        parts: list[Mapping[str, Any]] = []
        for value in values:
            parts.append({name: part for name, part in value.items() if name != "details"})
            parts += [part for part in value.get("details") or () if isinstance(part, dict)]
        return super()._pairs(parts)


class OrderFeed(StateFeed):
    """Orders, algo orders too: every change of each. What became of those that were open during a gap is
    asked for.
    """

    def __init__(self, arg: Arg) -> None:
        super().__init__(arg)
        self._open: dict[str, str] = {}

    def _add(self, pairs: Iterable[tuple[Mapping[str, Any], bytes]]) -> int:
        told = []
        for value, row in pairs:
            order = self._key(value)
            if value.get("state") in _OPEN_ORDERS:
                self._open[order] = str(value.get("instId", ""))
            else:
                self._open.pop(order, None)
            told.append((value, row))
        added = super()._add(told)
        if len(self._newest) > _REMEMBERED:
            over = [order for order in self._newest if order not in self._open]
            for order in over[: _REMEMBERED // 2]:
                del self._newest[order]
        return added

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """All open orders, and what became of those that are open no more."""
        before, channel = dict(self._open), self.arg.channel
        values = []
        for more in [dict([each]) for each in channel.each] or [{}]:
            values += await ask(target(channel.again, self.arg, **more))
        still = {self._key(value) for value in values}
        for order, instrument in before.items():
            if order not in still:
                asked = _taken(channel.twin, {"instId": instrument, channel.key: order})
                values += await ask(f"{channel.twin}?{urlencode(asked)}")
        changed = [value for value in values if self._differs(value)]
        return (0 if self.began else None), self._add((value, ENCODE(value)) for value in changed)

    def _differs(self, value: Mapping[str, Any]) -> bool:
        before = self._newest.get(self._key(value))
        if before is None:
            return True
        known = msgspec.json.decode(before[1])
        return any(known.get(name) != value.get(name) for name in ("state", "accFillSz", "uTime"))


class WholeFeed(Feed):
    """A short book that comes whole each time: the newest is all there is."""

    def take(self, data: bytes) -> None:
        """The last of them counts."""
        self.give(rows_in(data)[-1:], [""])


class CandleFeed(Feed):
    """Bars by the time they open; REST has those before the first, and those of a gap."""

    def __init__(self, arg: Arg) -> None:
        super().__init__(arg)
        self._newest: list[str] = []
        self._confirmed: dict[str, str] = {}
        # The last bar before a hole: where there is one, REST is asked from there on.
        self._since = ""

    def take(self, data: bytes) -> None:
        """Bars, each of which replaces the one of the same time."""
        for bar, row in zip(_BARS.decode(data), rows_in(data), strict=True):
            if self._newest and bar[0] < self._newest[0] and self._confirmed.get(bar[0]) == "1":
                continue
            if bar == self._newest:
                continue
            skipped = bool(self._newest) and bar[0] > self._newest[0]
            if skipped and (self._newest[-1] != "1" or self._jumps(bar[0])):
                self.broken()
                self.wants_rest = True
            self._keep(bar)
            self.give([row], [bar[0]])

    def broken(self) -> None:
        """What comes next may not follow."""
        self._since = self._since or (self._newest[0] if self._newest else "")

    def _jumps(self, ts: str) -> bool:
        length = bar_length(self.arg.channel.bar)
        return length is not None and int(ts) - int(self._newest[0]) > length

    def _keep(self, bar: list[str]) -> None:
        self._confirmed[bar[0]] = bar[-1]
        if not self._newest or bar[0] >= self._newest[0]:
            self._newest = bar
        if len(self._confirmed) > _REMEMBERED:
            for ts in sorted(self._confirmed)[: _REMEMBERED // 2]:
                del self._confirmed[ts]

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """Bars from the last one known to now; at first as many as one page has."""
        self.wants_rest = False
        self.broken()
        running = (ts for ts, done in self._confirmed.items() if done != "1")
        since = min((self._since, *running))
        begun = self.began
        endpoint = catalogue.endpoint("GET", self.arg.channel.twin)
        limit = str((endpoint.paging or {}).get("limit_max", 100) if endpoint else 100)
        filled, after = 0, ""
        for _ in range(_MOST_PAGES):
            more = {"bar": self.arg.channel.bar, "limit": limit}
            bars = await ask(target(self.arg.channel.twin, self.arg, **more, after=after))
            filled += self._fill(bars)
            if not bars or not begun or not since or bars[-1][0] <= since:
                self._since = ""
                return 0, filled
            after = bars[-1][0]
        self._since = ""
        return None, filled

    def _fill(self, bars: list[list[str]]) -> int:
        fresh = [bar for bar in reversed(bars) if self._confirmed.get(bar[0], "0") != "1"]
        # One that still runs is newer as it was pushed.
        fresh = [bar for bar in fresh if bar[-1] == "1" or bar[0] not in self._confirmed]
        for bar in fresh:
            self._keep(bar)
        self.give([ENCODE(bar) for bar in fresh], [bar[0] for bar in fresh], late=True)
        return len(fresh)


def target(path: str, arg: Arg, **more: str) -> str:
    """The GET of a path with those keys of the arg that it takes."""
    mine = _taken(path, dict(item for item in arg.items if item != ("instType", "ANY")))
    query = urlencode({**mine, **{name: value for name, value in more.items() if value}}, safe=",")
    return f"{path}?{query}" if query else path


def _taken(path: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Those of the keys that the GET of a path has."""
    endpoint = catalogue.endpoint("GET", path)
    takes = {param.name for param in endpoint.params} if endpoint else set()
    return {name: value for name, value in keys.items() if name in takes}


_KINDS: Final[Mapping[str, type[Feed]]] = {
    "events": Feed,
    "state": StateFeed,
    "account": AccountFeed,
    "orders": OrderFeed,
    "trades": TradeFeed,
    "candles": CandleFeed,
    "book": BookFeed,
    "whole": WholeFeed,
}


def feed_of(arg: Arg) -> Feed:
    """The feed for an arg."""
    return _KINDS[arg.channel.kind](arg)
