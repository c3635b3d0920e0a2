"""An order book that is kept by its changes, in the order of their ``seqId``.

OKX docs, Order Book Trading, Market Data, Order book channel: a change follows the state whose ``seqId``
is its ``prevSeqId``; a size of "0" deletes the level; equal ids are a sign of life; a ``seqId`` below its
``prevSeqId`` is a new count of the same book. The checksum is 0 since June 2026 and is not looked at.
"""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any, Final, Literal

import msgspec

# A level as OKX sends it: price, size, a retired field, orders.
Level = list[str]
Told = Literal["applied", "same", "old", "gap", "early"]

_NO_BUFFER: Final = 10_000


class Change(msgspec.Struct, gc=False):
    """One push of a book. ``before`` is -1 where it is the whole book."""

    asks: list[list[str]] = []
    bids: list[list[str]] = []
    ts: str = ""
    seqId: int = -1  # noqa: N815  # OKX's names
    prevSeqId: int = -1  # noqa: N815


CHANGES: Final = msgspec.json.Decoder(list[Change])


class Book:
    """``valid`` says whether it is known to be OKX's book; before the first whole one, and behind a gap,
    it is not. ``seq_id`` is that of its state.
    """

    def __init__(self) -> None:
        self.valid = False
        self.seq_id = -1
        self.ts = ""
        # It is read in another thread than the one that applies: between two states, never within one.
        self._lock = threading.Lock()
        self._asks: dict[str, Level] = {}
        self._bids: dict[str, Level] = {}
        self._waiting: list[Change] = []

    def take(self, change: Change, *, whole: bool) -> Told:
        """Judge a push by its numbers, and apply it only if it is the next one."""
        if whole or (change.prevSeqId == -1 and not self.valid):
            self.start(change)
            return "applied"
        if not self.valid:
            self._wait(change)
            return "early"
        if change.prevSeqId == self.seq_id:
            if change.seqId == self.seq_id and not (change.asks or change.bids):
                self.ts = change.ts
                return "same"
            # Below its own prevSeqId it counts anew, which OKX announces so.
            self._apply(change)
            return "applied"
        if change.seqId <= self.seq_id:
            return "old"
        self.valid = False
        self._waiting = [change]
        return "gap"

    def start(self, whole: Change) -> None:
        """Begin with a whole book, and what has been pushed since."""
        with self._lock:
            self._asks = {level[0]: level for level in whole.asks}
            self._bids = {level[0]: level for level in whole.bids}
            self.seq_id, self.ts, self.valid = whole.seqId, whole.ts, True
        waiting, self._waiting = self._waiting, []
        for place, change in enumerate(waiting):
            if change.seqId <= self.seq_id and change.prevSeqId <= change.seqId:
                continue
            if change.prevSeqId > self.seq_id:
                # What REST gave is older than what is waiting.
                self.valid = False
                self._waiting = waiting[place:]
                return
            self._apply(change)

    def lose(self) -> None:
        """The connection ended: what comes next begins anew."""
        self.valid = False
        self._waiting = []

    def as_dict(self, depth: int | None = None) -> dict[str, Any]:
        """The book as REST gives it, at most ``depth`` levels a side."""
        with self._lock:
            asks, bids = list(self._asks.values()), list(self._bids.values())
            state = {"ts": self.ts, "seqId": self.seq_id}
        asks.sort(key=lambda level: Decimal(level[0]))
        bids.sort(key=lambda level: Decimal(level[0]), reverse=True)
        return {"asks": asks[:depth], "bids": bids[:depth], **state}

    def _wait(self, change: Change) -> None:
        self._waiting.append(change)
        if len(self._waiting) > _NO_BUFFER:
            del self._waiting[: _NO_BUFFER // 2]

    def _apply(self, change: Change) -> None:
        with self._lock:
            for side, levels in ((self._asks, change.asks), (self._bids, change.bids)):
                for level in levels:
                    if level[1] == "0":
                        side.pop(level[0], None)
                    else:
                        side[level[0]] = level
            self.seq_id, self.ts = change.seqId, change.ts
