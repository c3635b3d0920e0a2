"""What a session learned from its answers, to check an order with before it is sent."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.model import Envelope, Request

_CONFIG = "/api/v5/account/config"
_SET_POSITION_MODE = "/api/v5/account/set-position-mode"
_INSTRUMENTS = frozenset({"/api/v5/public/instruments", "/api/v5/account/instruments"})
_FRESH_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the account: ``position_mode`` as OKX writes it ("" if it was not read), and
    ``instruments``, the rows of GET /api/v5/public/instruments that were read lately, by ``instId``.
    """

    position_mode: str = ""
    instruments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Learned:
    """The facts from the answers of one session, besides those that its log-in read."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._position_mode = ""
        # OKX changes the steps of an instrument now and then, so each has its time.
        self._instruments: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def learn(self, request: Request, envelope: Envelope) -> None:
        """Keep the facts of an answer, if it has any."""
        if request.path in _INSTRUMENTS:
            rows = {str(row["instId"]): row for row in _rows(envelope) if "instId" in row}
            self._instruments.update({name: (self._now(), row) for name, row in rows.items()})
        elif request.path in (_CONFIG, _SET_POSITION_MODE) and envelope.code == "0":
            for row in _rows(envelope):
                self._position_mode = str(row.get("posMode", ""))

    def facts(self, config: Mapping[str, Any]) -> AccountFacts:
        """All that is known, ``config`` being the row of account/config that the log-in read."""
        since = self._now() - _FRESH_SECONDS
        fresh = {name: row for name, (read, row) in self._instruments.items() if read > since}
        return AccountFacts(self._position_mode or str(config.get("posMode", "")), fresh)


def _rows(envelope: Envelope) -> list[Mapping[str, Any]]:
    rows = envelope.data if isinstance(envelope.data, list) else []
    return [row for row in rows if isinstance(row, dict)]
