"""One subscription: what comes in, in which order, and to whom it goes.

Kinds of channels differ in how they know that nothing is missing; those are in ``feeds``.

Tested in ``tests/streams/test_streams_feeds.py``.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import msgspec

from okx_magic.streams.gaps import Gaps
from okx_magic.streams.protocol import rows_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from okx_magic.errors import OkxMagicError
    from okx_magic.streams.protocol import Arg

    Ask = Callable[[str], Awaitable[list[Any]]]

State = Literal["connecting", "streaming", "refused", "stopped"]
ENCODE: Final = msgspec.json.Encoder().encode


class Sink(Protocol):
    """Who keeps what comes."""

    def add(self, rows: Sequence[bytes], keys: Sequence[str] | None, *, late: bool = False) -> None:
        """Rows as OKX sent them; ``keys`` tell which row each replaces; ``late`` ones are older."""

    def drop(self, keys: Sequence[str]) -> None:
        """The rows of these keys are gone."""

    def tell(self) -> None:
        """The state has changed."""


class Feed:
    """A subscription of one arg, for all streams that want it. Only the reader's thread calls it, and
    others read ``state``, ``error`` and ``gaps``.
    """

    def __init__(self, arg: Arg) -> None:
        self.arg = arg
        self.state: State = "connecting"
        self.error: OkxMagicError | None = None
        self.gaps = Gaps()
        self.sinks: tuple[Sink, ...] = ()
        # The connection that is believed; another may deliver too while one replaces the other.
        self.owner: object = None
        self.last_at: float | None = None
        self.began = False
        self._lost: int | None = None
        self._out: list[bytes] = []
        self._keys: list[str] = []
        self._out_late = False

    def push(self, link: object, action: str, run: Sequence[bytes]) -> None:
        """The ``data`` of pushes, in this order of the link's. Raises ``msgspec.DecodeError``."""
        if link is not self.owner and self.owner is not None and not self.takes_both:
            return
        # Between values only: no JSON text holds a line's end. A row is a line.
        self.take_run([data.replace(b"\n", b" ") for data in run], action)

    # Whether REST should be asked for something that is missing.
    wants_rest = False
    # Whether rows are told apart by their numbers, so that two connections may deliver at once.
    takes_both = False

    def take_run(self, run: Sequence[bytes], action: str) -> None:
        """What to do with the data of pushes, one behind the other."""
        del action
        for data in run:
            self.take(data)

    def take(self, data: bytes) -> None:
        """What to do with those of one; rows that are only kept, here."""
        self.give(rows_in(data))

    def give(
        self, rows: Sequence[bytes], keys: Sequence[str] | None = None, *, late: bool = False
    ) -> None:
        """Pass rows on to all who want them, together with those that arrive at the same time."""
        if not rows or not self.sinks:
            return
        if self._out and late != self._out_late:
            self.flush()
        if not self._out:
            self._out_late = late
            asyncio.get_running_loop().call_soon(self.flush)
        self._out += rows
        if keys is not None:
            self._keys += keys

    def flush(self) -> None:
        """Pass on what is collected, now."""
        if self._out:
            self.last_at = time.time()
            rows, keys = self._out, self._keys or None
            self._out, self._keys = [], []
            for sink in self.sinks:
                sink.add(rows, keys, late=self._out_late)

    def subscribed(self, link: object) -> None:
        """OKX has accepted the subscription on this connection."""
        self.owner = link
        self.state = "streaming"
        self._tell()

    def lost(self, link: object, reason: str) -> None:
        """The connection is gone."""
        if self.owner is not link or self.state != "streaming":
            return
        self.owner = None
        self.state = "connecting"
        self._lost = self.gaps.open(self.last_at or time.time(), reason)
        self.flush()
        self.broken()
        self._tell()

    def broken(self) -> None:
        """What a lost connection means for this kind."""

    async def read_again(self, ask: Ask) -> tuple[int | None, int]:
        """After a subscription: how many rows are missing (None: nobody knows) and how many were
        filled from REST. Raises the errors of ``ask``.
        """
        del ask
        return None, 0

    async def joined(self, ask: Ask) -> None:
        """Read from REST what a subscription does not bring. Raises the errors of ``ask``."""
        number, self._lost = self._lost, None
        try:
            missed, filled = await self.read_again(ask)
        except BaseException:
            if self._lost is None:
                self._lost = number
            raise
        self.began = True
        if number is not None:
            # Whoever reads that a gap has ended finds the rows that fill it.
            self.flush()
            self.gaps.end(number, time.time(), missed=missed, filled=filled)
            self._tell()

    async def fill(self, ask: Ask) -> None:
        """Read from REST what ``wants_rest`` speaks of. Raises the errors of ``ask``."""
        await self.joined(ask)

    def refuse(self, error: OkxMagicError) -> None:
        """OKX refused it, for good."""
        self.state, self.error = "refused", error
        self._tell()

    def stop(self) -> None:
        """Nobody wants it any more."""
        self.flush()
        if self.state != "refused":
            self.state = "stopped"
        self._tell()

    def _tell(self) -> None:
        for sink in self.sinks:
            sink.tell()
