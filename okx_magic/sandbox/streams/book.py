"""The channel of a whole book: its state once, then what changes in it, in an order that can be checked.

OKX docs: Order Book Trading, Market Data, WS / Order book channel: ``prevSeqId`` is the ``seqId`` of the
frame before (-1 in the first), a level of size 0 is gone, and a book that does not change says so with
two equal ids. The checksum is retired: always 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.streams.channels import Channel
    from okx_magic.sandbox.streams.messages import Frame
    from okx_magic.sandbox.streams.public import Rest

_SIDES = ("asks", "bids")
_QUIET_SECONDS = 60
_GONE = ["0", "0", "0"]


class BookFeed:
    """The book as REST has it."""

    def __init__(self, rest: Rest, channel: Channel, arg: Mapping[str, str]) -> None:
        self._rest = rest
        self._path = channel.path
        self._query = channel.query(arg)
        self._last: Mapping[str, Any] = {}
        self._seq = -1
        self._said = 0.0

    def first(self, now: float) -> list[Frame]:
        """All of it."""
        self._last = self._rest.rows(self._path, self._query, now)[0]
        self._seq = -1
        return [self._frame("snapshot", {side: self._last[side] for side in _SIDES}, now)]

    def next(self, now: float) -> list[Frame]:
        """What changed since."""
        before, row = self._last, self._rest.rows(self._path, self._query, now)[0]
        if row["seqId"] == before["seqId"]:
            if now - self._said < _QUIET_SECONDS:
                return []
            changes: Mapping[str, Any] = {side: [] for side in _SIDES}
        else:
            of = (self._query, before["seqId"])
            changes = self._rest.once(
                of, now, lambda: {side: _changes(before[side], row[side]) for side in _SIDES}
            )
        self._last = row
        return [self._frame("update", changes, now)]

    def reset(self, frame: Frame) -> None:
        """Numbers ``frame``, the last one, anew from 1, as OKX does after maintenance."""
        frame["data"][0]["seqId"] = self._seq = 1

    def _frame(self, action: str, sides: Mapping[str, Any], now: float) -> Frame:
        quiet = not any(sides.values())
        seq = self._seq if quiet else self._last["seqId"]
        ids = {"checksum": 0, "prevSeqId": self._seq, "seqId": seq}
        self._seq, self._said = seq, now
        return {"action": action, "data": [{**sides, "ts": self._last["ts"], **ids}]}


def _changes(before: list[Any], after: list[Any]) -> list[Any]:
    was, now = ({level[0]: level for level in side} for side in (before, after))
    gone = [[px, *_GONE] for px in was if px not in now]
    return [*gone, *(level for px, level in now.items() if was.get(px) != level)]
