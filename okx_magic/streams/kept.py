"""What a stream keeps: its newest rows, and the newest row of each key.

Tested in ``tests/streams/test_streams_feeds.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from okx_magic.streams.ring import Ring, joined, lines_of, rows_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

_BOOKS: Final = frozenset({"book", "whole"})


class Kept:
    """Not thread-safe. ``ring`` counts every row; of books it keeps none, as each would be kilobytes."""

    def __init__(self, kind: str, keep: int) -> None:
        self.kind = kind
        self.ring = Ring(keep)
        self.last: bytes | None = None
        self._newest: dict[str, bytes] = {}
        self._late = False

    def add(self, fresh: Sequence[bytes], keys: Sequence[str] | None, *, late: bool) -> None:
        """Rows that came; ``late`` ones belong before others."""
        if self.kind in _BOOKS:
            self.ring.total += len(fresh)
        else:
            self.ring.add(fresh)
        if not late or self.last is None:
            self.last = fresh[-1]
        self._late = self._late or late
        if keys is not None and self.kind != "book":
            self._newest.update(zip(keys, fresh, strict=True))
            if len(self._newest) > self.ring.keep:
                for key in sorted(self._newest)[: len(self._newest) - self.ring.keep]:
                    del self._newest[key]

    def drop(self, keys: Sequence[str]) -> None:
        """Keys that are no more."""
        for key in keys:
            self._newest.pop(key, None)

    def newest(self) -> list[bytes]:
        """The newest row of each key, as it came."""
        return [row for key, row in self._newest.items() if key or self.kind != "account"]

    def current(self, n: int | None) -> list[bytes]:
        """The newest row of each key: of candles by time, of others in the order of their coming."""
        if self.kind == "candles":
            keys = sorted(self._newest, key=int)
            return [self._newest[key] for key in (keys if n is None else keys[-n:])]
        if self.kind == "account":
            return [_account(self._newest)] if self._newest else []
        found = list(self._newest.values())
        return found if n is None or self.kind == "whole" else found[-n:]

    def history(self, lock: threading.Condition, n: int | None) -> bytes:
        """The newest ``n`` rows, oldest first, each a line; unpacked outside of the lock."""
        with lock:
            late = self._late and self.kind == "trades"
            pieces = self.ring.pieces(None if late else n)
        lines = lines_of(*pieces)
        if not late:
            return lines
        found = sorted(rows_of(lines), key=_trade_key)
        return joined(found if n is None else found[max(0, len(found) - n) :])


class _Trade(msgspec.Struct, gc=False):
    tradeId: str  # noqa: N815  # OKX's name
    instId: str = ""  # noqa: N815
    ts: str = ""


_TRADE: Final = msgspec.json.Decoder(_Trade)


def _trade_key(row: bytes) -> tuple[int, str, int]:
    trade = _TRADE.decode(row)
    return int(trade.ts or 0), trade.instId, int(trade.tradeId)


def _account(newest: dict[str, bytes]) -> bytes:
    around = newest.get("", b"{}")
    details = b",".join(row for key, row in newest.items() if key)
    comma = b"," if len(around) > 2 else b""
    return around[:-1] + comma + b'"details":[' + details + b"]}"
