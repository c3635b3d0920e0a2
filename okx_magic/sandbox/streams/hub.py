"""All open sockets, and the beat at which they are told what there is.

Public channels are pushed at whole beats of the sandbox's clock; what is the account's at once, when
somebody has done something, and at each beat what the market did to it.

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import localcontext
from typing import TYPE_CHECKING

from okx_magic.catalogue import Limit
from okx_magic.sandbox.exchange import ARITHMETIC
from okx_magic.sandbox.streams.orders import Journal, rows_of
from okx_magic.sandbox.streams.public import Rest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.exchange import Exchange
    from okx_magic.sandbox.faults import Strike
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.limits import Limits
    from okx_magic.sandbox.streams.client import Client
    from okx_magic.sandbox.streams.socket import Socket

# OKX docs: the fastest of the channels here are pushed ten times a second, if there is anything new.
_BEAT_MS = 100
# OKX docs, Connect: so many new connections from an address; so many requests on one, orders aside;
# so many connections of an account to the same channel.
_CONNECTIONS = Limit(3, 1, "ip", "requests")
_REQUESTS = Limit(480, 3600, "ip", "requests")
_LISTENERS = 30


@dataclass(eq=False)
class Hub:
    """What all sockets share. ``environment`` is that of the keys that may log in, where a client does
    not say; ``strike`` has the fault for a method and a path. A connection without traffic is closed
    after ``idle_seconds``: as the client knows them, whatever clock the sandbox has, which is looked at
    every ``look_seconds``.
    """

    exchange: Exchange
    limits: Limits
    keyring: Mapping[str, Keys]
    clock: Callable[[], float]
    strike: Callable[[str, str], Strike | None]
    environment: str
    idle_seconds: float = 30.0
    look_seconds: float = 0.02
    most_listeners: int = _LISTENERS
    sockets: set[Socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rest = Rest(self.exchange)
        self._beaten = 0
        self._journals = {name: Journal() for name in self.exchange.accounts}
        for name, account in self.exchange.accounts.items():
            account.heard = self._journals[name].hear

    def admits(self, address: str) -> bool:
        """Whether another connection from ``address`` may open."""
        return self.limits.admit(_CONNECTIONS, ("connections", address), self.clock())

    def admits_request(self, conn_id: str, now: float) -> bool:
        """Whether a connection may ask once more."""
        return self.limits.admit(_REQUESTS, ("requests", conn_id), now)

    def count(self, client: Client, environment: str, channel: str) -> int | None:
        """How many connections listen to the channel when ``client`` does; None if it is too many."""
        others = [
            one
            for one in self._listening(environment)
            if one is not client and one.listens(channel)
        ]
        full = self.limits.kept and len(others) >= self.most_listeners
        return None if full else len(others) + 1

    def start(self) -> None:
        """Beats from now on, until it is closed. What fails is reported, and stops nothing else."""
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(self.look_seconds, self.start)
        # Milliseconds over a thousand are not always what they were.
        ms = int(self.clock() * 1000 + 0.001) // _BEAT_MS * _BEAT_MS
        before, self._beaten = self._beaten, ms
        for socket in list(self.sockets):
            if ms != before:
                loop.call_soon(socket.client.beat, before, ms)
            socket.end_if_idle(self.idle_seconds)
        if self.sockets and ms != before:
            self.tell_soon()

    def tell_soon(self) -> None:
        """Pushes what has happened to accounts as soon as what happens now is done."""
        asyncio.get_running_loop().call_soon(self.tell)

    def tell(self) -> None:
        """Pushes what has happened to accounts since this was last done."""
        for environment, journal in self._journals.items():
            listening = self._listening(environment)
            if not listening:
                journal.take()
                continue
            assert listening[0].keys is not None  # noqa: S101 - they are logged in
            with localcontext(ARITHMETIC):
                desk = self.exchange.desk(listening[0].keys, self.clock())
                rows = rows_of(desk, journal.take())
                for client in listening:
                    client.tell(desk, rows)

    def close(self) -> None:
        """Ends the beat, and closes all sockets."""
        self._next.cancel()
        for socket in list(self.sockets):
            socket.close(1001)
            socket.drop()

    def _listening(self, environment: str) -> list[Client]:
        clients = [socket.client for socket in self.sockets]
        return [
            one
            for one in clients
            if one.keys and one.keys.environment == environment and one.listens()
        ]
