"""%load_ext okx_magic, in a running IPython of a fresh process."""

from __future__ import annotations

from fresh import starting
from pairs import Comparison, interleaved

_ROUNDS = 15


def run() -> list[Comparison]:
    """Against JupySQL's extension, and against one that does nothing."""
    with starting() as measured:
        sides = [measured("load", name) for name in ("okx_magic", "sql", "empty_extension")]
        ours, jupysql, empty = interleaved(_ROUNDS, *sides)
    what = "%load_ext okx_magic"
    return [
        Comparison(what, "JupySQL's %load_ext sql", ours, jupysql, at_most=0.02, within=0.010),
        Comparison(what, "an empty extension", ours, empty),
    ]
