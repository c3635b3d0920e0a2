"""Speed as ratios of pairs: every round takes each side once, so what slows the machine slows all."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The client measures on the first core, a server of its own process serves on the second.
CLIENT_CORE, SERVER_CORE = 0, 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured, ours beside a peer's: seconds a call, one pair for each round.

    ``at_most`` is the target for the median of the ratios ours / theirs, ``within`` the one for the
    median of ours in seconds; None where there is no target.
    """

    what: str
    peer: str
    ours: Sequence[float]
    theirs: Sequence[float]
    at_most: float | None = None
    within: float | None = None

    @property
    def ratios(self) -> list[float]:
        """Ours / theirs, pair by pair."""
        return [mine / other for mine, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def verdict(self) -> str:
        """``met`` or ``MISSED``, or "" without a target."""
        if self.at_most is None and self.within is None:
            return ""
        near_enough = self.at_most is None or median(self.ratios) <= self.at_most
        soon_enough = self.within is None or median(self.ours) <= self.within
        return "met" if near_enough and soon_enough else "MISSED"


def seconds_a_call(action: Callable[[], object], calls: int) -> Callable[[], float]:
    """A measurement: the mean time of one call in a batch of ``calls``."""

    def measure() -> float:
        started = time.perf_counter()
        for _ in range(calls):
            action()
        return (time.perf_counter() - started) / calls

    return measure


def interleaved(rounds: int, *sides: Callable[[], float]) -> list[list[float]]:
    """The measurements of each side, one a round, after one round that does not count.

    The order is turned round every other time: A B C, C B A, A B C …
    """
    taken: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        order = range(len(sides))
        for side in order if number % 2 else reversed(order):
            taken[side].append(sides[side]())
    return [times[1:] for times in taken]


def pin(core: int) -> None:
    """Keep this process on one core, where the system lets us and there is more than one."""
    if hasattr(os, "sched_setaffinity") and {CLIENT_CORE, SERVER_CORE} <= os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


def table(comparisons: Sequence[Comparison]) -> str:
    """The comparisons as aligned text, one line each; times are medians."""
    rows: list[tuple[str, ...]] = [
        ("", "ratio", "(min – max)", "target", "", "ours", "theirs", "pairs")
    ]
    rows += [_row(comparison) for comparison in comparisons]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
    return "\n".join(lines)


def _row(comparison: Comparison) -> tuple[str, ...]:
    ratios = comparison.ratios
    targets = []
    if comparison.at_most is not None:
        targets.append(f"≤ {comparison.at_most:g}")
    if comparison.within is not None:
        targets.append(f"≤ {_time(comparison.within)}")
    return (
        f"{comparison.what} / {comparison.peer}",
        f"{median(ratios):.3f}",
        f"({min(ratios):.3f} – {max(ratios):.3f})",
        ", ".join(targets),
        comparison.verdict,
        _time(median(comparison.ours)),
        _time(median(comparison.theirs)),
        str(len(ratios)),
    )


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.3g} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"
