"""The catalogue of endpoints on its first use in a fresh process: one endpoint, and all as objects."""

from __future__ import annotations

from fresh import starting
from pairs import Comparison, interleaved

_ROUNDS = 15


def run() -> list[Comparison]:
    """Beside the mere parsing of the file, line by line."""
    with starting() as measured:
        sides = [measured("catalogue", which) for which in ("one", "all", "json")]
        one, everything, parsed = interleaved(_ROUNDS, *sides)
    peer = "json.loads of each line"
    return [
        Comparison("first endpoint", peer, one, parsed, within=0.010),
        Comparison("all endpoints", peer, everything, parsed, within=0.010),
    ]
