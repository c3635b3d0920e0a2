"""One attempt to send a request, and the line that the log gets of it."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue
from okx_magic.safety.lookups import items_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.errors import OkxMagicError
    from okx_magic.model import Envelope, Exchange, Request

_log: Final = logging.getLogger("okx_magic")
# Silent unless a person sets up logging.
_log.addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with what the receipt tells of it. ``added_ids`` are the client order ids that were
    put into the body; ``milliseconds`` is the time of the exchange. ``recovered`` says that the answer
    was lost, and ``envelope`` made from the look-up that showed the request carried out.
    """

    envelope: Envelope
    request: Request
    milliseconds: float
    added_ids: tuple[str, ...] = ()
    recovered: bool = False
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One exchange: either the ``envelope`` of a success, or the ``error``. ``retry_after`` are the
    seconds that the server asked to wait.
    """

    exchange: Exchange
    envelope: Envelope | None = None
    error: OkxMagicError | None = None
    retry_after: float | None = None


@dataclass(slots=True)
class Flight:
    """One request through all of its attempts. ``written`` turns True when a byte of it may have left;
    ``expires`` says whether it gets an expTime; ``within`` are the seconds that it has, if it is not to
    be looked up; ``sleep`` waits in place of the pacer's own; ``last`` is its last exchange; ``id`` tells
    its lines in the log.
    """

    expires: bool = False
    within: float | None = None
    sleep: Callable[[float], None] | None = None
    written: bool = False
    attempts: int = 0
    last: Exchange | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(4))

    def wrote(self) -> None:
        """Note that the first byte is about to leave."""
        self.written = True


def log_attempt(exchange: Exchange, flight: Flight) -> None:
    """One line at level INFO for an attempt; no headers, no body, nothing that was signed."""
    if not _log.isEnabledFor(logging.INFO):
        return
    request = exchange.request
    ids = ",".join(item.id for item in items_of(request) if item.id) if request.body else ""
    _log.info(
        "%s %s %s %s status=%s code=%s ms=%.0f attempt=%d clOrdId=%s",
        flight.id,
        exchange.environment,
        request.method,
        _shown_target(request),
        exchange.status or "-",
        exchange.code or "-",
        exchange.milliseconds,
        exchange.attempt,
        ids or "-",
    )


def seconds_asked(header: str) -> float | None:
    """The seconds of a ``Retry-After`` header; None for a date, which our clock may read wrongly."""
    text = header.strip()
    return float(text) if text.isdecimal() and len(text) <= 6 else None


def _shown_target(request: Request) -> str:
    """The target; of a private request only the names in its query."""
    endpoint = catalogue.endpoint(request.method, request.path)
    path, mark, query = request.target.partition("?")
    if endpoint is not None and not endpoint.private:
        return request.target
    names = (part.partition("=")[0] for part in query.split("&") if part)
    return path + mark + "&".join(f"{name}=…" for name in names)
