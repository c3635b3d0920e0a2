"""Noise that is a pure function of a key and a place, the same in every process and on every machine.

Two kinds: ``generator`` has a stream of its own for each key (Philox counts; the key is a hash), for what
is drawn together; ``uniform`` hashes any array of places, for what must be had one by one.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# Steele, Lea, Flood: Fast splittable pseudorandom number generators; the constants of SplitMix64.
_GAMMA, _MIX1, _MIX2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = (1 << 64) - 1


def key_of(*parts: object) -> int:
    """A key of 64 bits."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest())


def generator(*parts: object) -> np.random.Generator:
    """The stream of that key."""
    digest = blake2b(repr(parts).encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest)))


def uniform(key: int, places: Any) -> Floats:
    """A number from 0 up to 1 for each of the whole numbers in ``places``."""
    mixed = np.asarray(places, np.int64).astype(np.uint64)
    mixed = mixed * np.uint64(_GAMMA) + np.uint64(key & _MASK)
    for shift, factor in ((30, _MIX1), (27, _MIX2)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    result: Floats = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return result


def wander(key: int, period: int, places: Ints) -> Floats:
    """A line through a draw for every ``period`` places: mean 0, and a deviation of 1 at each draw."""
    index, part = np.divmod(places + key % period, period)
    first, last = int(index.min()), int(index.max()) + 2
    draws = (uniform(key + period, np.arange(first, last)) - 0.5) * 12**0.5
    share = part / period
    before = draws[index - first]
    result: Floats = before + share * (draws[index - first + 1] - before)
    return result


def cascade(key: int, periods: tuple[int, ...], low: float, places: Ints) -> Floats:
    """The product of factors of mean 1, each ``low`` or 2 - ``low`` for a period of its own: what
    varies so is clustered at every scale (Calvet, Fisher: Multifractal volatility).
    """
    product = np.ones(len(places))
    for period in periods:
        index = (places + key % period) // period
        first = int(index.min())
        draws = uniform(key ^ period, np.arange(first, int(index.max()) + 1))
        product *= np.where(draws < 0.5, low, 2 - low)[index - first]
    return product
