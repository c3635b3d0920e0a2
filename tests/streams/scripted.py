"""An exchange of a few lines: a WebSocket server that does what a test says, and the REST beside it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.websocket import log_in
from okx_magic.errors import OkxError, TransportError
from okx_magic.model import Envelope
from okx_magic.streams.access import Timing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from okx_magic.credentials.websocket import Login

PATIENCE = 20.0
# Waits for little, and for no second that would pass in vain.
QUICK = Timing(
    silence=5.0, first=0.01, most=0.05, answer=5.0, steady=60.0, fill=0.01, per_second=1000
)
Frame = dict[str, Any]


def until(what: Callable[[], Any], why: str = "") -> Any:
    """Waits for something to become true; only a test that fails waits long."""
    end = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < end, why or "it did not become true"
        time.sleep(0.002)
    return found


class Scripted:
    """``heard`` has every frame with the number of its connection. A test sets what is answered."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, Frame | str]] = []
        self.connections: list[ServerConnection] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.login_code = "0"
        self.answer: Callable[[Frame], list[Frame]] | None = None
        self.answers_ping = True
        self.answers = True
        self.on_subscribe: Callable[[Frame], list[Frame]] = lambda _arg: []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(PATIENCE)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set_result, None)
        self._thread.join(PATIENCE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> list[ServerConnection]:
        """The connections that are not over: one that is being closed has no code yet."""
        return [each for each in self.connections if each.state.name != "CLOSED"]

    def say(self, frame: Frame | str, connection: int | None = None) -> None:
        """To one connection, or to all that are open."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        chosen = self.open() if connection is None else [self.connections[connection]]

        async def send() -> None:
            for each in chosen:
                with suppress(ConnectionClosed):
                    await each.send(text)

        self.run(send())

    def push(self, channel: str, rows: list[Any], *, action: str = "", **more: Any) -> None:
        """A push to all connections, for BTC-USDT unless said otherwise."""
        connection = more.pop("connection", None)
        arg = {"channel": channel, **({"instId": "BTC-USDT"} | more)}
        frame: Frame = {"arg": arg, "data": rows}
        self.say(({**frame, "action": action}) if action else frame, connection)

    def kill(self) -> None:
        """Breaks all connections off without a word."""

        async def abort() -> None:
            for each in self.open():
                each.transport.abort()

        self.run(abort())

    def close(self, code: int, reason: str = "") -> None:
        """Closes all connections with a code."""

        async def end() -> None:
            for each in self.open():
                await each.close(code, reason)

        self.run(end())

    def ops(self, op: str) -> list[tuple[int, Frame]]:
        """The requests of one kind that were heard."""
        return [(n, f) for n, f in list(self.heard) if isinstance(f, dict) and f.get("op") == op]

    def args(self, op: str = "subscribe") -> list[Frame]:
        """All args of such requests."""
        return [arg for _, frame in self.ops(op) for arg in frame["args"]]

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._end: asyncio.Future[None] = self._loop.create_future()
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with serve(
            self._talk, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=1
        ) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()
            await self._end

    async def _talk(self, connection: ServerConnection) -> None:
        number = len(self.connections)
        self.connections.append(connection)
        assert connection.request is not None
        self.paths.append(connection.request.path)
        self.headers.append(dict(connection.request.headers.raw_items()))
        try:
            async for message in connection:
                await self._hear(connection, number, str(message))
        except ConnectionClosed:
            pass

    async def _hear(self, connection: ServerConnection, number: int, text: str) -> None:
        if text == "ping":
            self.heard.append((number, text))
            if self.answers_ping:
                await connection.send("pong")
            return
        frame = json.loads(text)
        self.heard.append((number, frame))
        if not self.answers:
            return
        tag = {"id": frame["id"]} if "id" in frame else {}
        if self.answer is not None:
            replies = self.answer(frame)
        elif frame["op"] == "login":
            event = "login" if self.login_code == "0" else "error"
            replies = [{"event": event, "code": self.login_code, "msg": "", "connId": "a"}]
        else:
            replies = [
                {**tag, "event": frame["op"], "arg": arg, "connId": "a"} for arg in frame["args"]
            ]
        for reply in replies:
            await connection.send(json.dumps(reply))
        if frame["op"] == "subscribe" and self.answer is None:
            for arg in frame["args"]:
                for push in self.on_subscribe(arg):
                    await connection.send(json.dumps(push))


class ScriptedAccess:
    """What streams ask of a session; REST is a function of the target."""

    def __init__(self, url: str, rest: Callable[[str], list[Any]] | None = None) -> None:
        self.account = Account(
            name="sandbox",
            environment="sandbox",
            credentials=Credentials("k" * 12, "s" * 12, "p" * 12),
            base_url=url,
            source="test",
        )
        self.rest_of = rest
        self.asked: list[str] = []
        self.logins: list[tuple[str, str]] = []
        self.now = 1_700_000_000_999

    def rest(self, target: str) -> list[Any]:
        self.asked.append(target)
        if self.rest_of is None:
            raise TransportError("no REST here", written=False)
        return self.rest_of(target)

    def login(self) -> Login:
        assert self.account.credentials is not None
        return log_in(self.account.credentials, self.now)

    def answered(self, login: Login, code: str, msg: str) -> OkxError | None:
        self.logins.append((login.timestamp, code))
        return None if code == "0" else OkxError(code, msg, envelope=Envelope(code, msg, []))

    def picture(self, stream: Any) -> Any:
        return stream.latest()

    def dressed(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame
