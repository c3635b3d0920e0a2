"""A price process that is a pure function of seed and time, and cheap to ask at any scale.

Time is a tree: 2^16 days from 1970 on, halved down to single days, and each day cut into 8 hours,
4, 2 and 1 hour, 30, 15, 5 and 1 minutes, 12, 4, 2 and 1 seconds. A node knows open, high, low,
close and volume of its stretch. Its children are drawn from a hash of seed and place: a random
walk kept within low and high; the child that comes nearest inherits the parent's high, another
its low; volumes are shares of the parent's. So every stretch agrees exactly with the finer ones
it is made of, neighbours meet (open = close before), and no scale needs the others to be built.

Several series can hang on one tree, as sums and differences of the same factors: then ETH in BTC is
at every moment ETH in dollars over BTC in dollars.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, pairwise, repeat
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DAYS = 2**16
# How many children a node has, by its depth; the widths in the module's text follow from it.
_FAN = (2,) * 16 + (3, 2, 2, 2, 2, 2, 3, 5, 5, 3, 2, 2)
_WIDTHS = tuple(accumulate(_FAN, lambda width, fan: width // fan, initial=_DAYS * 86_400))

# Of a random walk whose steps have the deviation 1, a step's high and low stand 0.4 off its ends.
_WICK = 0.8
# Two bytes make a triangular draw with this deviation, in units of 255.
_DEVIATION = 6**-0.5


class Stretch(NamedTuple):
    """Open, high, low and close as natural logarithms, and the volume in whole units."""

    open: float
    high: float
    low: float
    close: float
    volume: int


# The same stretch of each series of a tree.
Node = tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """``weights`` on the factors of the tree; ``middle`` of the log price and how far it ever
    goes from there (``reach``); ``deviation`` of a day's change; ``volume`` in units a day.
    """

    weights: tuple[int, ...]
    middle: float
    reach: float
    deviation: float
    volume: int


class PriceTree:
    """The series of one tree. The first ones must be the factors themselves, in their order."""

    def __init__(self, seed: str, series: Sequence[Series]) -> None:
        self._key = blake2b(seed.encode(), digest_size=32).digest()
        self._series = tuple(series)
        self._factors = len(series[0].weights)
        self._root = tuple(
            Stretch(
                one.middle,
                one.middle + one.reach,
                one.middle - one.reach,
                one.middle,
                one.volume * _DAYS,
            )
            for one in series
        )
        self._children = lru_cache(maxsize=4096)(self._split)

    def price(self, series: int, second: int) -> float:
        """The log price of ``series`` at the beginning of ``second``."""
        return self._node(len(_FAN), second)[series].open

    def over(self, series: int, start: int, end: int) -> Stretch:
        """What ``series`` did from ``start`` up to ``end``, in seconds, ``start < end``."""
        parts = list(self._cover(0, 0, start, end))
        stretches = [part[series] for part in parts]
        return Stretch(
            stretches[0].open,
            max(stretch.high for stretch in stretches),
            min(stretch.low for stretch in stretches),
            stretches[-1].close,
            sum(stretch.volume for stretch in stretches),
        )

    def _cover(self, depth: int, index: int, start: int, end: int) -> Iterator[Node]:
        # The fewest nodes that make up the stretch, in order.
        left = index * _WIDTHS[depth]
        right = left + _WIDTHS[depth]
        if start <= left and right <= end:
            yield self._node(depth, index)
            return
        fan, width = _FAN[depth], _WIDTHS[depth + 1]
        first = max(start - left, 0) // width
        last = (min(end, right) - left - 1) // width
        for child in range(first, last + 1):
            yield from self._cover(depth + 1, index * fan + child, start, end)

    def _node(self, depth: int, index: int) -> Node:
        if depth == 0:
            return self._root
        parent, child = divmod(index, _FAN[depth - 1])
        return self._children(depth - 1, parent)[child]

    def _split(self, depth: int, index: int) -> list[Node]:
        parent = self._node(depth, index)
        place = f"{depth}:{index}".encode()
        draws = iter(blake2b(place, key=self._key, digest_size=64).digest())
        scale = (_WIDTHS[depth + 1] / 86_400) ** 0.5
        steps = [one.deviation * scale for one in self._series]
        paths = self._paths(parent, steps, _FAN[depth], draws)
        columns = map(_children_of, parent, paths, steps, repeat(draws))
        return list(zip(*columns, strict=True))

    def _paths(
        self,
        parent: Node,
        steps: list[float],
        fan: int,
        draws: Iterator[int],
    ) -> list[list[float]]:
        # The log prices at the ends of the children, one list for each series: random walks with
        # steps of these deviations that end where the parent closes.
        paths = [[stretch.open] for stretch in parent]
        for left in range(fan, 1, -1):
            spread = ((left - 1) / left) ** 0.5 / _DEVIATION / 255
            line = [
                path[-1] + (stretch.close - path[-1]) / left
                for path, stretch in zip(paths, parent, strict=True)
            ]
            moves = [
                step * spread * (next(draws) + next(draws) - 255) for step in steps[: self._factors]
            ]
            for one, pull in zip(self._series, map(_pull, parent, paths, line, steps), strict=True):
                if pull:
                    norm = sum(map(mul, one.weights, one.weights))
                    moves = [
                        move + weight * pull / norm
                        for move, weight in zip(moves, one.weights, strict=True)
                    ]
            shifts = [sum(map(mul, one.weights, moves)) for one in self._series]
            # One measure for all series keeps their sums true; the line itself is always within.
            share = min(map(_share, parent, line, shifts))
            for path, base, shift in zip(paths, line, shifts, strict=True):
                path.append(base + share * shift)
        for path, stretch in zip(paths, parent, strict=True):
            path.append(stretch.close)
        return paths


def _pull(stretch: Stretch, path: list[float], base: float, step: float) -> float:
    # A high or low more than a step beyond the path would end as a lone spike: go and meet it.
    above = stretch.high - max(*path, stretch.close)
    below = min(*path, stretch.close) - stretch.low
    if max(above, below) <= step:
        return 0.0
    return stretch.high - step - base if above > below else stretch.low + step - base


def _share(stretch: Stretch, base: float, shift: float) -> float:
    # All of the shift where it stays within low and high, else half the way to what is in its way.
    space = stretch.high - base if shift > 0 else base - stretch.low
    return 1.0 if abs(shift) < space or not shift else space / abs(shift) / 2


def _children_of(
    parent: Stretch, path: list[float], step: float, draws: Iterator[int]
) -> list[Stretch]:
    bodies = list(pairwise(path))
    tops = [max(body) for body in bodies]
    bottoms = [min(body) for body in bodies]
    highest, lowest = tops.index(max(tops)), bottoms.index(min(bottoms))
    wick = _WICK * step / 255
    shares = [384 + next(draws) for _ in bodies]
    left, whole = parent.volume, sum(shares)
    children = []
    for number, (body, top, bottom) in enumerate(zip(bodies, tops, bottoms, strict=True)):
        volume = left if number == len(bodies) - 1 else parent.volume * shares[number] // whole
        left -= volume
        up = _wick(parent.high - top, wick * next(draws))
        down = _wick(bottom - parent.low, wick * next(draws))
        high = parent.high if number == highest else top + up
        low = parent.low if number == lowest else bottom - down
        children.append(Stretch(body[0], high, low, body[1], volume))
    return children


def _wick(room: float, length: float) -> float:
    return length if length < room else room / 2
