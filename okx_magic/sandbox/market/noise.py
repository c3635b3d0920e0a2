"""Noise that is a pure function of a key and a place, the same in every process and on every machine.

Two kinds: ``generator`` has a stream of its own for each key (Philox counts; the key is a hash), for what
is drawn together; ``uniform`` hashes any array of places, for what must be had one by one.

Tested in ``tests/sandbox/test_sandbox_quant.py``.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Steele, Lea, Flood: Fast splittable pseudorandom number generators; the constants of SplitMix64.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX = (
    (np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)),
    (np.uint64(27), np.uint64(0x94D049BB133111EB)),
)


def key_of(*parts: object, size: int = 8) -> int:
    """A key of so many bytes."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=size).digest())


def generator(*parts: object) -> np.random.Generator:
    """The stream of that key."""
    return np.random.Generator(np.random.Philox(key=key_of(*parts, size=16)))


def uniform(key: int, places: ArrayLike) -> Floats:
    """A number from 0 up to 1 for each of the whole numbers in ``places``."""
    mixed = np.asarray(places, np.int64).view(np.uint64) * _GAMMA + np.uint64(key % 2**64)
    for shift, factor in _MIX:
        mixed ^= mixed >> shift
        mixed *= factor
    mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


@lru_cache(maxsize=512)
def waves(key: int, deviations: tuple[tuple[int, float], ...], places: range) -> Floats:
    """The sum of lines through draws of mean 0: for each period one every so many places, with so much
    of a deviation.
    """
    total, at = np.zeros(len(places)), np.arange(places.start, places.stop, places.step)
    for period, deviation in deviations:
        shift = key % period
        draws = np.arange((places[0] + shift) // period, (places[-1] + shift) // period + 2)
        heights = (uniform(key + period, draws) - 0.5) * 12**0.5
        total += deviation * np.interp(at, draws * period - shift, heights)
    return total


def cascade(key: int, periods: tuple[int, ...], low: float, first: int, count: int) -> Floats:
    """The product of factors of mean 1, each ``low`` or 2 - ``low`` for a period of its own, at
    ``count`` places: what varies so is clustered at every scale (Calvet, Fisher: Multifractal
    volatility).
    """
    product = np.ones(count)
    for period in periods:
        index, skipped = divmod(first + key % period, period)
        draws = uniform(key ^ period, index + np.arange((skipped + count - 1) // period + 1))
        steady = np.repeat(np.where(draws < 0.5, low, 2 - low), period)
        product *= steady[skipped : skipped + count]
    return product
