"""A price process that is a pure function of seed and time, and cheap to ask at any scale.

Days come first: the price at a midnight is a sum of noises, each of them twice as slow as the one
before and stronger by the root of two, so that it walks as prices do over days and years but never
runs away. Each day is cut into 8 hours, 4, 2 and 1 hour, 30, 15, 5 and 1 minutes, 12, 4, 2 and 1
seconds. A node of that tree knows open, high, low, close and volume of its stretch. Its children
are drawn from a hash of seed and place: a random walk kept within low and high; the child that
comes nearest inherits the parent's high, another its low; volumes are shares of the parent's. So
every stretch agrees exactly with the finer ones it is made of, neighbours meet (open = close
before), and nothing but what is asked for needs to be built.

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
    from collections.abc import Iterable, Iterator, Sequence

_DAY = 86_400
# How many children a node has, by its depth, from days on; the widths in the module's text follow from
# it.
_FAN = (3, 2, 2, 2, 2, 2, 3, 5, 5, 3, 2, 2)
_WIDTHS = tuple(accumulate(_FAN, lambda width, fan: width // fan, initial=_DAY))

# The slowest noise has a value every 512 days: further apart, prices do not remember each other.
_OCTAVES = 10
# The noises add up to a day's change of twice the deviation of the quickest one's.
_QUICKEST = 0.5

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
    """``weights`` on the factors of the tree; ``middle`` of the log price; ``deviation`` of a day's
    change; ``volume`` in units a day.
    """

    weights: tuple[int, ...]
    middle: float
    deviation: float
    volume: int


class PriceTree:
    """The series of one tree. The first ones must be the factors themselves, in their order."""

    def __init__(self, seed: str, series: Sequence[Series]) -> None:
        self._key = blake2b(seed.encode(), digest_size=32).digest()
        self._series = tuple(series)
        self._factors = len(series[0].weights)
        self._noise = lru_cache(maxsize=4096)(self._draw_noise)
        self._levels = lru_cache(maxsize=4096)(self._sum_of_noises)
        self._days = lru_cache(maxsize=4096)(self._day)
        self._children = lru_cache(maxsize=4096)(self._split)

    def price(self, series: int, second: int) -> float:
        """The log price of ``series`` at the beginning of ``second``."""
        return self._node(len(_FAN), second)[series].open

    def over(self, series: int, start: int, end: int) -> Stretch:
        """What ``series`` did from ``start`` up to ``end``, in seconds, ``start < end``."""
        days = range(start // _DAY, (end - 1) // _DAY + 1)
        return _joined(node[series] for day in days for node in self._cover(0, day, start, end))

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
            return self._days(index)
        parent, child = divmod(index, _FAN[depth - 1])
        return self._children(depth - 1, parent)[child]

    def _day(self, day: int) -> Node:
        ends = self._levels(day), self._levels(day + 1)
        return tuple(map(_day_of, self._series, *ends, repeat(self._draws(f"day:{day}"))))

    def _sum_of_noises(self, day: int) -> list[float]:
        # The log price of each series at the beginning of the day.
        sums = [0.0] * self._factors
        for octave in range(_OCTAVES):
            width = 1 << octave
            left, part = divmod(day, width)
            before, after = self._noise(octave, left), self._noise(octave, left + 1)
            for number in range(self._factors):
                change = after[number] - before[number]
                sums[number] += (before[number] + change * part / width) * width**0.5
        moves = [total * one.deviation for total, one in zip(sums, self._series, strict=False)]
        return [one.middle + sum(map(mul, one.weights, moves)) for one in self._series]

    def _draw_noise(self, octave: int, index: int) -> list[float]:
        draws = self._draws(f"noise:{octave}:{index}")
        scale = _QUICKEST / _DEVIATION / 255
        return [scale * (next(draws) + next(draws) - 255) for _ in range(self._factors)]

    def _split(self, depth: int, index: int) -> list[Node]:
        parent = self._node(depth, index)
        # Counted from one, so that the market of a seed is what it was.
        draws = self._draws(f"{depth + 1}:{index}")
        scale = (_WIDTHS[depth + 1] / _DAY) ** 0.5
        steps = [one.deviation * scale for one in self._series]
        paths = self._paths(parent, steps, _FAN[depth], draws)
        columns = map(_children_of, parent, paths, steps, repeat(draws))
        return list(zip(*columns, strict=True))

    def _draws(self, place: str) -> Iterator[int]:
        return iter(blake2b(place.encode(), key=self._key, digest_size=64).digest())

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


def _day_of(one: Series, opened: float, closed: float, draws: Iterator[int]) -> Stretch:
    wick = _WICK * one.deviation / 255
    return Stretch(
        opened,
        max(opened, closed) + wick * next(draws),
        min(opened, closed) - wick * next(draws),
        closed,
        one.volume * (384 + next(draws)) // 512,
    )


def _joined(parts: Iterable[Stretch]) -> Stretch:
    opens, highs, lows, closes, volumes = zip(*parts, strict=True)
    return Stretch(opens[0], max(highs), min(lows), closes[-1], sum(volumes))


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
