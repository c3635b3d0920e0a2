"""A client on a socket: what it says is answered, what it listens to pushed, unless a fault strikes.

Tested in ``tests/sandbox/test_sandbox_streams.py`` and ``tests/sandbox/test_sandbox_streams_abuse.py``.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from tornado.iostream import StreamBufferFullError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from okx_magic.catalogue import Limit
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.gateway import is_local
from okx_magic.sandbox.replies import OK, RefusalError, compact, refuse_if, text, there
from okx_magic.sandbox.streams import messages
from okx_magic.sandbox.streams.channels import Channel, find, unknown
from okx_magic.sandbox.streams.feeds import FEEDS, Answers, Feed

if TYPE_CHECKING:
    from okx_magic.sandbox.faults import Strike
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.routes.rows import Row
    from okx_magic.sandbox.streams.hub import Hub

# OKX docs, Connect: so many new connections from an address; so many requests on one, orders aside; so
# many connections of an account to one of the channels of which they are counted.
_CONNECTIONS = Limit(3, 1, "ip", "requests")
_REQUESTS = Limit(480, 3600, "ip", "requests")
_LISTENERS = 30
_COUNTED = frozenset({"account", "positions", "balance_and_position", "orders"})
# OKX docs, Subscribe: a request may be so long; and so much waits for a client that does not read.
_MOST_BYTES = 65_536
_MOST_WAITING = 4 << 20
_NAMES = ("channel", "instId", "instType", "instFamily", "ccy")


class Client(WebSocketHandler):
    """One connection, to the url public, private or business."""

    def initialize(self, hub: Hub) -> None:
        """Tornado's constructor."""
        self._hub, self._silent, self._alive = hub, False, asyncio.get_running_loop().time()
        self._id, self._address = secrets.token_hex(4), str(self.request.remote_ip)
        # What goes before each push, and how they are fed, by what tells subscriptions apart.
        self._subscriptions: dict[tuple[str | None, ...], tuple[Row, Channel, Feed]] = {}
        self.keys: Keys | None = None

    def check_origin(self, _: str) -> bool:
        """Any, here: ``prepare`` has judged it."""
        return True

    def prepare(self) -> None:
        """Judges the handshake."""
        key, now = ("connections", self._address), self._hub.clock()
        if not is_local(self.request.headers):
            self.send_error(403)
        elif not self._hub.limits.admit(_CONNECTIONS, key, now):
            self.send_error(429)

    def open(self, *args: str, **_: str) -> None:
        """The handshake is done."""
        # Tornado has no other way to say how much may wait.
        self._url, self._stream = args[0], cast("Any", self.ws_connection).stream
        self._stream.max_write_buffer_size = _MOST_WAITING
        self._hub.sockets.add(self)

    def on_message(self, message: str | bytes) -> None:
        """Answers what it says."""
        self._alive, tag = asyncio.get_running_loop().time(), {}
        if message == "ping":
            self._write(b"pong")
        elif len(message) > _MOST_BYTES:
            self.close(1009, "User subscription request is too large")
        else:
            try:
                request = messages.read_request(message)
                tag = request.tag
                self._answer(request)
            except RefusalError as refusal:
                self._refuse(refusal, tag)

    def on_close(self) -> None:
        """Nothing of it is kept."""
        self._hub.sockets.discard(self)

    def listens(self, environment: str, name: str = "") -> bool:
        """Whether it does to this channel of that account, or to any."""
        known = [channel.known for _, channel, _ in self._subscriptions.values()]
        listens = any(one.login and name in {"", one.name} for one in known)
        return listens and self.keys is not None and self.keys.environment == environment

    def tell(self, at: Answers, before: int = 0) -> None:
        """Pushes what is the account's ``at`` its desk; at other instants what is public and due since
        ``before``, in milliseconds.
        """
        of_account, ms = isinstance(at.moment, Desk), at.moment.ms
        for key, (arg, channel, feed) in list(self._subscriptions.items()):
            due = of_account or ms // channel.every != before // channel.every
            if channel.known.login is not of_account or not due:
                continue
            try:
                self._push(arg, channel, feed.send(at))
            except RefusalError as refusal:
                # What it is about is over, or there is too much to tell.
                del self._subscriptions[key]
                if refusal.code == "4005":
                    self._close_by(refusal.code)

    def end_if_idle(self, seconds: float) -> None:
        """Closes it if nothing has moved on it for so long."""
        if asyncio.get_running_loop().time() - self._alive > seconds and not self._silent:
            self._close_by("4004")

    def drop(self) -> None:
        """Breaks it off, without a word."""
        self._stream.close()

    def _answer(self, request: messages.Request) -> None:
        hub, op, now = self._hub, request.op, self._hub.clock()
        if op in messages.OPERATIONS:
            refuse_if(self._url != "private", "60028")
            answer = messages.operate(hub.exchange, request, self._logged_in(), self._address, now)
            self._write(compact(answer))
            hub.tell()
            return
        acts = {"login": self._log_in, "subscribe": self._listen, "unsubscribe": self._leave}
        refuse_if(op not in acts, "60019", op)
        refuse_if(not hub.limits.admit(_REQUESTS, ("requests", self._id), now), "60014")
        refuse_if(op == "login" and self.keys, "60031")
        refuse_if(op == "login" and len(request.items) > 1, "60013")
        for arg, item in zip(request.args, request.items, strict=True):
            try:
                acts[op](request.tag, arg, item)
            except RefusalError as refusal:
                self._refuse(refusal, request.tag)

    def _log_in(self, tag: Row, _: Row, item: Params) -> None:
        strike, hub = self._struck("LOGIN", "login"), self._hub
        simulated = self.request.headers.get("x-simulated-trading", "")
        environment = {"1": "demo", "0": "live"}.get(simulated, hub.environment)
        self.keys = messages.log_in(item, hub.keyring, environment, self._address, hub.clock())
        answer = ({"event": "login", "msg": "", "code": OK}, tag)
        if strike:
            asyncio.get_running_loop().call_later(strike.pause, self._tell, *answer)
        else:
            self._tell(*answer)

    def _listen(self, tag: Row, arg: Row, item: Params) -> None:
        name = item.get("channel", "")
        strike = self._struck("SUBSCRIBE", name)
        channel, exchange, now = find(item, self._url), self._hub.exchange, self._hub.clock()
        at = Answers(exchange, exchange.moment(now))
        if channel.known.login:
            at = Answers(exchange, exchange.desk(self._logged_in(), now))
            refuse_if(channel.feed == "refused", "64003")
            refuse_if("read_only" not in at.moment.keys.rights.permissions, "50120")
        feed = FEEDS[channel.feed](at, channel, item)
        try:
            begin = next(feed)
        except RefusalError:
            raise unknown(arg) from None
        self._tell({"event": "subscribe", "arg": arg}, tag)
        if name in _COUNTED and not self._counts(name, struck=strike is not None):
            return
        arg = {**arg, "uid": at.moment.account.uid} if channel.known.login else arg
        self._subscriptions[tuple(map(item.get, _NAMES))] = (arg, channel, feed)
        # The one fault that is left keeps back how a book begins.
        self._push(arg, channel, begin if strike is None else [])

    def _counts(self, name: str, *, struck: bool) -> bool:
        # Tells how many listen to a channel of the account, and gives whether this one may be among them.
        hub, environment = self._hub, self._logged_in().environment
        others = sum(one is not self and one.listens(environment, name) for one in hub.sockets)
        full = struck or (hub.limits.kept and others >= _LISTENERS)
        event = "channel-conn-count-error" if full else "channel-conn-count"
        count = str(_LISTENERS if full else others + 1)
        self._tell({"event": event, "channel": name, "connCount": count}, {})
        return not full

    def _leave(self, tag: Row, arg: Row, item: Params) -> None:
        find(item, self._url)
        self._subscriptions.pop(tuple(map(item.get, _NAMES)), None)
        self._tell({"event": "unsubscribe", "arg": arg}, tag)

    def _push(self, arg: Row, channel: Channel, frames: list[Row]) -> None:
        for frame in frames:
            strike = self._struck("PUSH", channel.known.name)
            happens = strike.fault.stream or strike.fault.code if strike else ""
            if strike and happens == "64008":
                self._tell({"event": "notice", "code": happens, "msg": text(happens)}, {})
                asyncio.get_running_loop().call_later(strike.pause, self.close, 1001)
            elif happens == "seq-reset":
                # As OKX does after maintenance.
                frame["data"][0]["seqId"] = 1
            elif happens == "drop":
                self.drop()
            elif happens == "silence":
                self._silent = True
            elif happens.isdigit():
                self._close_by(happens)
            for _ in range({"gap": 0, "duplicate": 2}.get(happens, 1)):
                self._write(compact({"arg": arg, **frame}))

    def _struck(self, method: str, name: str) -> Strike | None:
        strike = self._hub.strike(method, f"/ws/v5/{self._url}/{name}")
        if strike and strike.fault.code and method != "PUSH":
            raise RefusalError(strike.fault.code)
        return strike

    def _logged_in(self) -> Keys:
        return there(self.keys, "60011")

    def _refuse(self, refusal: RefusalError, tag: Row) -> None:
        self._tell({"event": "error", "msg": refusal.msg, "code": refusal.code}, tag)

    def _tell(self, frame: Row, tag: Row) -> None:
        self._write(compact({**tag, **frame, "connId": self._id}))

    def _write(self, data: bytes) -> None:
        self._alive = asyncio.get_running_loop().time()
        if self._silent:
            return
        with suppress(WebSocketClosedError):
            try:
                sent = self.write_message(data)
                # That somebody has gone meanwhile is no mistake, and no news.
                sent.add_done_callback(lambda done: done.cancelled() or done.exception())
            except StreamBufferFullError:
                self._stream.max_write_buffer_size = None
                self._close_by("4005")

    def _close_by(self, code: str) -> None:
        self.close(int(code), text(code))
