"""What a stream missed, and what was made up for.

Tested in ``tests/streams/test_trade_feed.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, repr=False)
class Gap:
    """A time in which rows may be missing. ``since`` and ``until`` are seconds since 1970, ``until`` None
    while it lasts. ``missed`` is how many rows are known to be missing still, None where nobody can
    know; ``filled`` how many REST had.
    """

    since: float
    until: float | None
    reason: str
    missed: int | None = None
    filled: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing is missing any more."""
        return self.missed == 0

    def ended(self, until: float, *, missed: int | None, filled: int) -> Gap:
        """The same, when it is over."""
        return replace(self, until=until, missed=missed, filled=filled)

    # So that a list of them is read without counting seconds since 1970.
    def __repr__(self) -> str:
        return f"<gap {self}>"

    def __str__(self) -> str:
        begin = datetime.fromtimestamp(self.since, UTC)
        length = "still" if self.until is None else f"{self.until - self.since:.1f} s"
        left = (
            "not known what is missing" if self.missed is None else f"{self.missed:,} rows missing"
        )
        filled = f", {self.filled:,} filled from REST" if self.filled else ""
        return f"{begin:%Y-%m-%d %H:%M:%S} UTC · {length} · {self.reason} · {left}{filled}"


class Gaps:
    """The gaps of one feed, in their order. Only the reader writes; anyone may read ``all``."""

    def __init__(self) -> None:
        self.all: tuple[Gap, ...] = ()

    def open(self, since: float, reason: str) -> int:
        """A gap begins; its number."""
        self.all = (*self.all, Gap(since, None, reason))
        return len(self.all) - 1

    def end(self, number: int, until: float, *, missed: int | None, filled: int) -> None:
        """It is over, so far as it can be."""
        gaps = list(self.all)
        gaps[number] = gaps[number].ended(until, missed=missed, filled=filled)
        self.all = tuple(gaps)
