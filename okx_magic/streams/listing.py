"""Streams as one DataFrame.

Tested in ``tests/streams/test_cells.py``.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from okx_magic.streams.stream import Stream

_TYPES = {
    "name": "object",
    "channel": "object",
    "of": "object",
    "account": "object",
    "state": "object",
    "rows": "int64",
    "kept": "int64",
    "per_second": "float64",
    "gaps": "int64",
    "missing": "Int64",
    "silent_s": "float64",
}


def listing(streams: Iterable[Stream]) -> pd.DataFrame:
    """One row a stream: ``rows`` came, ``kept`` of them are there still, ``per_second`` since it began;
    ``missing`` is how many rows the gaps lack, where that is known; ``silent_s`` is since the last row.
    """
    now = time.time()
    rows = [
        (
            stream.name,
            stream.channel,
            ", ".join(str(arg).partition(" ")[2] for arg in stream.args),
            stream.access.account.name,
            stream.state,
            stream.total,
            stream.kept,
            stream.total / max(now - stream.started_at, 1e-3),
            len(stream.gaps),
            sum(gap.missed or 0 for gap in stream.gaps),
            now - stream.last_at if stream.last_at else None,
        )
        for stream in streams
    ]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)
