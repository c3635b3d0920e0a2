"""A listener on a stream that signs in a few lines of its own, and waits for what it is to hear."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from sandbox_caller import signature
from websockets.sync.client import connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox import Keys, Sandbox

Frame = dict[str, Any]

# Longer than anything here takes; only a test that fails waits for it.
PATIENCE = 20


class Listener:
    def __init__(self, sandbox: Sandbox, url: str = "public", **options: Any) -> None:
        self.sandbox = sandbox
        self._opening = connect(
            f"{sandbox.url.replace('http', 'ws', 1)}/ws/v5/{url}",
            max_size=None,
            compression=None,
            # A ping after 20 s draws from the source of chance that Hypothesis watches.
            ping_interval=None,
            **options,
        )

    def __enter__(self) -> Self:
        self.socket = self._opening.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._opening.__exit__(None, None, None)

    def say(self, op: str, *args: Frame, **more: Any) -> None:
        self.socket.send(json.dumps({**more, "op": op, "args": args}))

    def hear(self, timeout: float = PATIENCE) -> Frame:
        frame: Frame = json.loads(self.socket.recv(timeout))
        return frame

    def until(self, **wanted: Any) -> Frame:
        """The next frame that has these, in itself or in its ``arg``."""
        while True:
            frame = self.hear()
            if wanted.items() <= {**frame.get("arg", {}), **frame}.items():
                return frame

    def heard(self) -> Iterator[Frame]:
        """All that came until the answer to a ping."""
        self.socket.send("ping")
        while (text := self.socket.recv(PATIENCE)) != "pong":
            yield json.loads(text)

    def login(self, keys: Keys, now: float, **changed: Any) -> Frame:
        stamp = str(int(now))
        args = {
            "apiKey": keys.key,
            "passphrase": keys.passphrase,
            "timestamp": stamp,
            "sign": signature(keys.secret, f"{stamp}GET/users/self/verify".encode()),
        }
        self.say("login", args | changed)
        return self.hear()

    def subscribe(self, channel: str, **arg: str) -> Frame:
        """The answer to a subscription."""
        self.say("subscribe", {"channel": channel, **arg})
        return next(frame for frame in iter(self.hear, None) if "event" in frame)

    def closed(self) -> int:
        """The code with which the connection is closed; 1006 is none."""
        with suppress(Exception):
            while True:
                self.socket.recv(PATIENCE)
        return self.socket.close_code or 0
