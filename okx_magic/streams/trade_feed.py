"""Trades: their ids have no holes, so what is missing is known, and REST has it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import msgspec

from okx_magic.streams.feed import ENCODE, Feed
from okx_magic.streams.protocol import rows_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.streams.feed import Ask
    from okx_magic.streams.protocol import Arg

_HISTORY: Final = "/api/v5/market/history-trades"
_NEWEST: Final = "/api/v5/market/trades"
_PAGE: Final = 100
_MOST_PAGES: Final = 200


class _Head(msgspec.Struct, gc=False):
    # ``count`` trades of one order in one row: its id is that of the last.
    tradeId: int  # noqa: N815  # OKX's name; it sends a text
    count: str = "1"


_HEADS: Final = msgspec.json.Decoder(list[_Head], strict=False)


class _Hole:
    """Ids from ``low`` to ``high`` that did not come, and the number of its gap."""

    def __init__(self, low: int, high: int, gap: int) -> None:
        self.low, self.high, self.gap = low, high, gap
        self.found: set[int] = set()


class TradeFeed(Feed):
    """Every trade once. A hole in the ids is a gap until REST has filled it."""

    takes_both = True

    def __init__(self, arg: Arg) -> None:
        super().__init__(arg)
        self._newest: int | None = None
        self._holes: list[_Hole] = []

    def take(self, data: bytes) -> None:
        """Rows of trades, in whatever order."""
        heads = _HEADS.decode(data)
        if len(heads) == 1:
            self._one(heads[0], data[1:-1])
            return
        for head, row in zip(heads, rows_in(data), strict=True):
            self._one(head, row)

    def take_run(self, run: Sequence[bytes], action: str) -> None:
        """Pushes of one trade each that follow each other, as nearly all do, go on as they are."""
        rows = [data[1:-1] for data in run]
        heads = _HEADS.decode(b"[" + b",".join(rows) + b"]")
        newest = self._newest
        if len(heads) == len(run) and newest is not None:
            for head in heads:
                if head.tradeId != newest + (1 if head.count == "1" else int(head.count or 1)):
                    break
                newest = head.tradeId
            else:
                self._newest = newest
                self.give(rows)
                return
        super().take_run(run, action)

    def _one(self, head: _Head, row: bytes) -> None:
        last, newest = head.tradeId, self._newest
        first = last if head.count == "1" else last + 1 - int(head.count or 1)
        if newest is None or first == newest + 1:
            self._newest = last
            self.give((row,))
        elif last > newest:
            if first > newest + 1:
                self._hole(newest + 1, first - 1)
            self._newest = last
            self.give((row,))
        else:
            self._late(first, last, row)

    def _hole(self, low: int, high: int) -> None:
        since = self.last_at if self.last_at is not None else time.time()
        number = self.gaps.open(since, f"trades {low} to {high} did not come")
        self._holes.append(_Hole(low, high, number))
        self.wants_rest = True

    def _late(self, first: int, last: int, row: bytes) -> bool:
        for hole in self._holes:
            if hole.low <= last <= hole.high and last not in hole.found:
                hole.found.update(range(first, last + 1))
                self.give([row], late=True)
                return True
        return False

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """What was traded while there was no connection."""
        newest = self._newest
        if newest is None:
            return 0, 0
        inst = quote(self.arg.keys.get("instId", ""), safe="")
        rows = await ask(f"{_NEWEST}?instId={inst}&limit={_PAGE}")
        fresh = [row for row in rows if int(row["tradeId"]) > newest]
        filled = 0
        for row in reversed(fresh):
            # What is missing before the first of them becomes a hole, which ``fill`` asks for.
            before = self._newest
            self._one(_Head(int(row["tradeId"])), ENCODE(row))
            filled += self._newest != before
        return 0, filled

    async def fill(self, ask: Ask) -> None:
        """Ask REST for the trades of the holes. Raises the errors of ``ask``."""
        for hole in list(self._holes):
            filled, reached = await self._fill(hole, ask)
            self._holes.remove(hole)
            self.wants_rest = bool(self._holes)
            # Whoever reads that a gap has ended finds the rows that fill it.
            self.flush()
            if reached:
                # Ids that REST does not have either were never trades.
                self.gaps.end(hole.gap, time.time(), missed=0, filled=filled)
            else:
                left = hole.high - hole.low + 1 - len(hole.found)
                self.gaps.end(hole.gap, time.time(), missed=left, filled=filled)

    async def _fill(self, hole: _Hole, ask: Ask) -> tuple[int, bool]:
        inst = quote(self.arg.keys.get("instId", ""), safe="")
        after, filled = hole.high + 1, 0
        for _ in range(_MOST_PAGES):
            rows: list[Any] = await ask(
                f"{_HISTORY}?instId={inst}&type=1&after={after}&limit={_PAGE}"
            )
            inside = [row for row in rows if hole.low <= int(row["tradeId"]) <= hole.high]
            for row in reversed(inside):
                number = int(row["tradeId"])
                filled += self._late(number, number, ENCODE(row))
            if not rows or int(rows[-1]["tradeId"]) <= hole.low:
                return filled, True
            after = int(rows[-1]["tradeId"])
        return filled, False
