"""What a reader is given: the account, how it asks REST and signs, and how long it waits.

Tested in ``tests/streams/test_keeping_connected.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.websocket import Login
    from okx_magic.errors import OkxError
    from okx_magic.streams.stream import Stream


class Access(Protocol):
    """One account's way to REST. All of it may be called from a thread of the reader's own."""

    @property
    def account(self) -> Account:
        """Whose streams these are."""

    def rest(self, target: str) -> list[Any]:
        """The ``data`` of a GET. Raises the errors of ``okx_magic.errors``."""

    def login(self) -> Login:
        """A log-in signed now, by the exchange's clock."""

    def dressed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A frame as the session gives them."""

    def picture(self, stream: Stream) -> Any:
        """What a stream looks like now."""

    def answered(self, login: Login, code: str, msg: str) -> OkxError | None:
        """Note how a log-in was answered; the error with its checked causes if it was refused."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. ``silence`` is how long nothing may come before a ping, and then again before the
    connection counts as broken (OKX closes at 30). ``first`` and ``most`` are the waits before new
    connections; ``answer`` is how long OKX has to answer a request; ``steady`` is how long a connection
    must have lived for the waits to begin anew. ``hourly`` is how many requests a connection takes.
    """

    silence: float = 15.0
    first: float = 0.5
    most: float = 30.0
    answer: float = 10.0
    steady: float = 10.0
    fill: float = 1.0
    per_second: int = 3
    hourly: int = 480
