"""The panel in a fresh process with ipywidgets imported, from the magic to what the front end is sent."""

from __future__ import annotations

from fresh import starting
from pairs import Comparison, interleaved

_ROUNDS = 15


def run() -> list[Comparison]:
    """Against a form of stock widgets, which does nothing."""
    with starting() as measured:
        sides = [measured("panel", which) for which in ("okx_magic", "stock")]
        ours, stock = interleaved(_ROUNDS, *sides)
    return [Comparison("%okx_login, cold", "six stock widgets", ours, stock, within=0.300)]
