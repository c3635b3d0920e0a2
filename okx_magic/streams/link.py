"""One connection: opened, logged in, kept alive, read, closed.

Tested in ``tests/streams/test_keeping_connected.py``.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

import msgspec

from okx_magic.streams import socket
from okx_magic.streams.protocol import EVENT, PING, PONG, PUSH, Event, request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.streams.access import Timing
    from okx_magic.streams.protocol import Arg
    from okx_magic.streams.socket import Socket

_HOUR = 3600.0
# OKX's pushes end with their data, which are a list.
_END = b"]}"


class Hearer(Protocol):
    """Who is told what comes in."""

    def pushed(self, link: Link, arg: bytes, action: str, run: Sequence[bytes]) -> None:
        """The ``data`` of pushes for one arg, one behind the other."""

    def event(self, link: Link, event: Event) -> None:
        """An answer or a notice."""


class Link:
    """``ended`` becomes why it ended. It begins with ``start``; ``hear`` is what the socket calls."""

    _socket: Socket

    def __init__(self, hearer: Hearer, timing: Timing) -> None:
        self._hearer = hearer
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._requests: deque[float] = deque()
        self._number = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.opened_at = self._loop.time()
        self.ended: asyncio.Future[str] = self._loop.create_future()
        self.login: asyncio.Future[Event] | None = None
        # What each request asked for, by its id.
        self.asked: dict[str, list[Arg]] = {}

    def start(self, opened: Socket) -> None:
        """Wait for its end, and watch for silence."""
        self._socket = opened
        self._tasks = [
            self._loop.create_task(self._read()),
            self._loop.create_task(self._watch()),
        ]

    @property
    def spent(self) -> bool:
        """Whether OKX takes hardly any more requests on this connection in this hour."""
        while self._requests and self._loop.time() - self._requests[0] > _HOUR:
            self._requests.popleft()
        return len(self._requests) >= self._timing.hourly * 0.95

    async def send(self, frame: str) -> None:
        """Send a request. A connection that has ended takes it without a word: ``ended`` says it."""
        self._requests.append(self._loop.time())
        with suppress(socket.CLOSED, OSError):
            await self._socket.send(frame)

    async def ask(self, op: str, args: Sequence[Arg]) -> None:
        """Subscribe or unsubscribe."""
        self._number += 1
        if op == "subscribe":
            self.asked[str(self._number)] = list(args)
        await self.send(request(op, args, self._number))

    async def close(self) -> None:
        """Close it with 1000."""
        with suppress(socket.CLOSED, OSError):
            await self._socket.close()
        self._end("closed by okx_magic")

    def abort(self, reason: str) -> None:
        """Break it off."""
        self._end(reason)
        self._socket.abort()

    def forget(self) -> None:
        """In a forked child."""
        self._socket.forget()

    def hear(self, messages: Sequence[bytes]) -> None:
        """What the connection brings, in its order."""
        self._heard_at = self._loop.time()
        if self.ended.done():
            return
        try:
            self._hear(messages)
        except (msgspec.DecodeError, ValueError):
            # Not of the form that OKX documents: what it said is not known.
            self.abort("a message that cannot be read")

    def _hear(self, messages: Sequence[bytes]) -> None:
        # Pushes of one arg go on together: when many come at once, most of the time is in the steps.
        run: list[bytes] = []
        kind, head = (b"", ""), b""
        decode = PUSH.decode
        for message in messages:
            if head and message.startswith(head) and message.endswith(_END):
                # As the one before, but for its data.
                run.append(message[len(head) : -1])
                continue
            if message == PONG:
                continue
            try:
                push = decode(message)
            except msgspec.DecodeError:
                self._pass_on(kind, run)
                raise
            if push.event:
                self._pass_on(kind, run)
                run, head = [], b""
                self._hearer.event(self, EVENT.decode(message))
                continue
            before, kind = kind, (bytes(push.arg), push.action)
            if kind != before:
                self._pass_on(before, run)
                run = []
            data = bytes(push.data)
            run.append(data)
            head = message[: -len(data) - 1] if message.endswith(data + b"}") else b""
        self._pass_on(kind, run)

    def _pass_on(self, kind: tuple[bytes, str], run: list[bytes]) -> None:
        if run:
            self._hearer.pushed(self, *kind, run)

    async def _read(self) -> None:
        self._end(await self._socket.ended())

    async def _watch(self) -> None:
        silence = self._timing.silence
        while True:
            await asyncio.sleep(max(0.0, self._heard_at + silence - self._loop.time()))
            if self._loop.time() - self._heard_at < silence:
                continue
            asked_at = self._loop.time()
            with suppress(socket.CLOSED, OSError):
                await self._socket.send(PING)
            await asyncio.sleep(silence)
            if self._heard_at < asked_at:
                self.abort(f"nothing came for {2 * silence:g} s, not even an answer to a ping")
                return

    def _end(self, reason: str) -> None:
        current = asyncio.current_task(self._loop)
        for task in self._tasks:
            if task is not current:
                task.cancel()
        if not self.ended.done():
            self.ended.set_result(reason)
        if self.login is not None and not self.login.done():
            self.login.cancel()
