"""What ``%okx_log --open`` and ``--settle`` do; their magic only reads the line."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.errors import CellError
from okx_magic.orders.open_outcomes import tell_open_outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from okx_magic.accounts import Accounts
    from okx_magic.orders.ledger import Entry
    from okx_magic.session import Session


class _Row(NamedTuple):
    """An open outcome as it is shown; ``settles`` are the GETs that tell what became of it."""

    account: str
    environment: str
    method: str
    path: str
    orders: str
    outcome: str
    settles: str


def frame(accounts: Accounts) -> pd.DataFrame:
    """One row for each open outcome of the accounts that are logged in, oldest first, indexed by
    ``sent_at``. Asks nobody. Raises CellError without a log-in, RefusedError for an unreadable ledger.
    """
    from okx_magic.frames.frame import open_frame  # noqa: PLC0415  # pandas, on first use

    entries = sorted(
        ((entry, session) for session in _sessions(accounts) for entry in _open(session)),
        key=lambda pair: pair[0].time,
    )
    rows = [_row(entry, session) for entry, session in entries]
    return open_frame([entry.time for entry, _ in entries], rows, _Row._fields)


def settled(accounts: Accounts) -> Iterator[str]:
    """One line for each open outcome, asked for anew; what could be settled is closed in the ledger."""
    some = False
    for session in _sessions(accounts):
        gate, name = session.gate, session.account.name
        look = session.connection.look
        for line in tell_open_outcomes(look, gate.ledger, gate.key_hash, time.time(), most=None):
            some = True
            yield f"{name} · {line}"
    if not some:
        yield "nothing is open: the outcome of everything that was sent is known"


def _sessions(accounts: Accounts) -> tuple[Session, ...]:
    sessions = accounts.open_sessions()
    if not sessions:
        raise CellError("no account is logged in", remedy="%okx_login NAME")
    return sessions


def _open(session: Session) -> tuple[Entry, ...]:
    gate = session.gate
    return gate.ledger.unsettled(gate.key_hash) if gate.ledger and gate.key_hash else ()


def _row(entry: Entry, session: Session) -> _Row:
    return _Row(
        session.account.name,
        entry.environment,
        entry.method,
        entry.path,
        ", ".join(client_id for _, client_id in entry.orders),
        entry.outcome or "not written: the kernel ended first",
        " · ".join(entry.settles),
    )
