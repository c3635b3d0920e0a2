"""The newest rows of a stream, as the bytes that came: blocks of a thousand, compressed.

Tested in ``tests/streams/test_ring.py``.
"""

from __future__ import annotations

import zlib
from collections import deque
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Rows of a block, about as many as are kept but within these: until it is full they lie there as they
# came. zlib looks back no further than some hundred.
_FEWEST: Final = 64
_ROWS: Final = 1024
_SEPARATOR: Final = b"\n"


class Ring:
    """Keeps at least the newest ``keep`` rows; ``total`` counts all that came. A row is one JSON value
    without line breaks. Not thread-safe.
    """

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.total = 0
        self._blocks: deque[tuple[bytes, int]] = deque()
        self._open: list[bytes] = []
        self._closed = 0
        self._block = min(max(keep, _FEWEST), _ROWS)

    @property
    def kept(self) -> int:
        """How many rows ``newest`` can give."""
        return min(self.keep, self._closed + len(self._open))

    def add(self, rows: Sequence[bytes]) -> None:
        """The newest rows."""
        self._open += rows
        self.total += len(rows)
        if len(self._open) >= self._block:
            # Level 1: a quarter of the bytes for a microsecond a row.
            self._blocks.append((zlib.compress(joined(self._open), 1), len(self._open)))
            self._closed += len(self._open)
            self._open = []
        while self._blocks and self._closed + len(self._open) - self._blocks[0][1] >= self.keep:
            self._closed -= self._blocks.popleft()[1]

    def pieces(self, n: int | None = None) -> tuple[list[bytes], list[bytes], int]:
        """What holds the newest ``n`` rows, and how many before them; ``lines_of`` unpacks it outside of
        any lock.
        """
        wanted = self.kept if n is None else min(n, self.kept)
        blocks: list[bytes] = []
        found = len(self._open)
        for packed, count in reversed(self._blocks):
            if found >= wanted:
                break
            blocks.append(packed)
            found += count
        return blocks[::-1], list(self._open), found - wanted

    def newest(self, n: int | None = None) -> list[bytes]:
        """The newest ``n`` rows, oldest first."""
        return rows_of(lines_of(*self.pieces(n)))


def lines_of(blocks: list[bytes], last: list[bytes], before: int) -> bytes:
    """The rows in what ``Ring.pieces`` gave, each a line, without those before."""
    parts = joined([*map(zlib.decompress, blocks), *last]).split(_SEPARATOR, before)
    return parts[before] if before < len(parts) else b""


def joined(rows: Iterable[bytes]) -> bytes:
    """Rows, each a line."""
    return _SEPARATOR.join(rows)


def rows_of(lines: bytes) -> list[bytes]:
    """The rows in these lines."""
    return lines.split(_SEPARATOR) if lines else []
