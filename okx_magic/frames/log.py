"""The session's log as a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.model import Exchange

_COLUMNS = {
    "account": "object",
    "environment": "object",
    "method": "object",
    "target": "object",
    "status": "Int64",
    "code": "object",
    "outcome": "object",
    "milliseconds": "float64",
    "attempt": "Int64",
}


def log_frame(log: Sequence[Exchange]) -> pd.DataFrame:
    """One row an exchange, oldest first, indexed by ``sent_at`` (``datetime64[ms, UTC]``).

    ``status`` is the HTTP status, missing where no answer came; ``code`` is OKX's, "" where none was
    read; ``milliseconds`` is the time that the exchange took; ``attempt`` counts those of one request,
    from 1.
    """
    log = sorted(log, key=lambda exchange: exchange.sent_at)
    rows = [
        (
            exchange.account,
            exchange.environment,
            exchange.request.method,
            exchange.request.target,
            exchange.status,
            exchange.code,
            exchange.outcome,
            exchange.milliseconds,
            exchange.attempt,
        )
        for exchange in log
    ]
    times = pd.DatetimeIndex(
        pd.to_datetime([round(exchange.sent_at * 1000) for exchange in log], unit="ms", utc=True),
        name="sent_at",
    ).as_unit("ms")
    frame = pd.DataFrame(rows, columns=list(_COLUMNS), index=times)
    return frame.astype(_COLUMNS)
