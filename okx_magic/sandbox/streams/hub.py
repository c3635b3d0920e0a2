"""All open sockets, and the beat at which they are told what there is.

Public channels are pushed at whole beats of the sandbox's clock; what is the account's at once, when
somebody has done something, and at each beat what the market did to it.

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from okx_magic.sandbox.streams.feeds import Answers, Event, hear

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.faults import Strike
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.limits import Limits
    from okx_magic.sandbox.streams.client import Client

# OKX docs: the fastest of the channels here are pushed ten times a second, if there is anything new.
_BEAT_MS = 100


@dataclass(eq=False)
class Hub:
    """What all sockets share. ``environment`` is that of the keys that may log in, where a client does
    not say; ``strike`` has the fault for a method and a path. The sandbox's clock is looked at every
    ``look_seconds``; those after which a silent connection is closed are the client's own.
    """

    exchange: Exchange
    limits: Limits
    keyring: Mapping[str, Keys]
    clock: Callable[[], float]
    strike: Callable[[str, str], Strike | None]
    environment: str
    idle_seconds: float = 30.0
    look_seconds: float = 0.02
    sockets: set[Client] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._beaten = 0
        self._events: dict[str, list[Event]] = {}
        for name, account in self.exchange.accounts.items():
            account.heard = partial(hear, self._events.setdefault(name, []))
            account.trading.heard = partial(account.heard, None)

    def start(self) -> None:
        """Beats from now on, until it is closed. What fails is reported, and stops nothing else."""
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(self.look_seconds, self.start)
        for socket in list(self.sockets):
            socket.end_if_idle(self.idle_seconds)
        # Milliseconds over a thousand are not always what they were.
        ms = int(self.clock() * 1000 + 0.001) // _BEAT_MS * _BEAT_MS
        if self.sockets and ms != self._beaten:
            at = Answers(self.exchange, self.exchange.moment(ms / 1000))
            for socket in self.sockets:
                loop.call_soon(socket.tell, at, self._beaten)
            loop.call_soon(self.tell)
        self._beaten = ms

    def tell(self) -> None:
        """Pushes what has happened to accounts since this was last done."""
        for environment, events in self._events.items():
            listening = [one for one in self.sockets if one.listens(environment)]
            if listening and (keys := listening[0].keys):
                at = Answers(self.exchange, self.exchange.desk(keys, self.clock()), events)
                for one in listening:
                    one.tell(at)
            events.clear()

    def close(self) -> None:
        """Ends the beat, and closes all sockets."""
        self._next.cancel()
        for socket in list(self.sockets):
            socket.close(1001)
            socket.drop()
