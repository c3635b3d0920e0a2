"""The first %%okx of a fresh process, from the cell to its typed frame; the server is 80 ms away."""

from __future__ import annotations

from fresh import starting
from pairs import Comparison, interleaved
from server import serving

_ROUNDS = 15
_LATENCY = 0.080


def run() -> list[Comparison]:
    """With pandas imported while the request is under way, against the same code without that."""
    with serving(delay=_LATENCY) as url, starting() as measured:
        account = {
            "OKX_API_KEY": "key",
            "OKX_SECRET_KEY": "secret",
            "OKX_PASSPHRASE": "passphrase",
            "OKX_DEMO": "1",
            "OKX_API_BASE_URL": url,
        }
        sides = [measured("first-cell", how, **account) for how in ("overlapped", "serial")]
        ours, serial = interleaved(_ROUNDS, *sides)
    return [Comparison("first %%okx, cold", "pandas imported serially", ours, serial, at_most=0.82)]
