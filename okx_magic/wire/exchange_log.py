"""The last exchanges of an account, and the answers of as many of them as memory may be spent on; and one
line for each in Python's own log.

The log of a session is looked at by ``%okx_log``, by what checks a refusal, and by the panel, which
alone asks for answers. An answer holds no secret: one to a signed request is redacted before it is kept.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

if TYPE_CHECKING:
    from okx_magic.model import Exchange, Request

_LENGTH: Final = 1000
# In bytes. Of an answer so much is kept as a person may look through.
_MOST: Final = 20 << 20
LARGEST_KEPT: Final = 256 << 10

_log: Final = logging.getLogger("okx_magic")
# Silent unless logging is set up.
_log.addHandler(logging.NullHandler())


class ExchangeLog(Sequence["Exchange"]):
    """Up to 1,000 exchanges, oldest first; their answers take at most ``most`` bytes, of which those
    of the oldest are given up first. Thread-safe.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._exchanges: deque[Exchange] = deque(maxlen=_LENGTH)
        # By exchange, whose own hash would go through all of its request.
        self._answers: dict[int, bytes] = {}
        self._size = 0

    def append(self, exchange: Exchange, answer: bytes = b"") -> None:
        """Note an exchange, and the beginning of its answer."""
        with self._lock:
            if len(self._exchanges) == _LENGTH:
                self._give_up(self._exchanges[0])
            self._exchanges.append(exchange)
            if answer:
                self._answers[id(exchange)] = answer[:LARGEST_KEPT]
                self._size += len(self._answers[id(exchange)])
            for oldest in self._exchanges:
                if self._size <= self._most:
                    return
                self._give_up(oldest)

    def after_fork(self) -> None:
        """Take a lock of its own in a forked child."""
        self._lock = threading.Lock()

    def answer(self, exchange: Exchange) -> bytes | None:
        """The answer of an exchange of this log as it came, its beginning if it is large; None where
        there was none, or it is not kept any more.
        """
        return self._answers.get(id(exchange))

    def _give_up(self, exchange: Exchange) -> None:
        self._size -= len(self._answers.pop(id(exchange), b""))

    def __len__(self) -> int:
        return len(self._exchanges)

    @overload
    def __getitem__(self, place: int) -> Exchange: ...
    @overload
    def __getitem__(self, place: slice) -> list[Exchange]: ...
    def __getitem__(self, place: int | slice) -> Exchange | list[Exchange]:
        if isinstance(place, slice):
            return list(self._exchanges)[place]
        return self._exchanges[place]


def log_attempt(exchange: Exchange, name: str, ids: Sequence[str]) -> None:
    """One line at level INFO for an attempt of the request ``name``, with the ``ids`` of its orders; no
    headers, no body, nothing that was signed.
    """
    if not _log.isEnabledFor(logging.INFO):
        return
    request = exchange.request
    _log.info(
        "%s %s %s %s status=%s code=%s ms=%.0f attempt=%d clOrdId=%s",
        name,
        exchange.environment,
        request.method,
        _shown_target(request),
        exchange.status or "-",
        exchange.code or "-",
        exchange.milliseconds,
        exchange.attempt,
        ",".join(ids) or "-",
    )


def _shown_target(request: Request) -> str:
    """The target; of a private request only the names in its query."""
    path, mark, query = request.target.partition("?")
    if request.endpoint is not None and not request.endpoint.private:
        return request.target
    names = (part.partition("=")[0] for part in query.split("&") if part)
    return path + mark + "&".join(f"{name}=…" for name in names)
