"""A client on a socket: what it says is answered, what it listens to pushed, unless a fault strikes.

Tested in ``tests/sandbox/test_sandbox_streams.py``.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from decimal import localcontext
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.exchange import ARITHMETIC
from okx_magic.sandbox.market.instruments import instruments
from okx_magic.sandbox.replies import OK, RefusalError, text
from okx_magic.sandbox.streams import private, public
from okx_magic.sandbox.streams.channels import COUNTED, PRIVATE, Channel, find
from okx_magic.sandbox.streams.login import log_in
from okx_magic.sandbox.streams.messages import Request, described, read_request
from okx_magic.sandbox.streams.operations import OPERATIONS, operate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.account.desk import Desk
    from okx_magic.sandbox.faults import Strike
    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.streams.hub import Hub
    from okx_magic.sandbox.streams.messages import Frame
    from okx_magic.sandbox.streams.socket import Socket

_INST_TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "ANY")


@dataclass(slots=True)
class _Subscription:
    # ``arg`` goes before each push; ``told`` is when all of a state was last pushed, in milliseconds.
    arg: Frame
    params: Params
    channel: Channel
    feed: Any = None
    told: int = 0


class Client:
    """Who is at the other end of ``socket``, at the ``url`` public, private or business; it may log in
    with keys of ``environment``.
    """

    def __init__(self, socket: Socket, hub: Hub, url: str, environment: str, address: str) -> None:
        self._socket, self._hub = socket, hub
        self._url, self._environment, self._address = url, environment, address
        self._subscriptions: dict[Params, _Subscription] = {}
        self._id = secrets.token_hex(4)
        self.keys: Keys | None = None

    def hear(self, said: str) -> None:
        """Answers a request."""
        tag: Frame = {}
        with localcontext(ARITHMETIC):
            try:
                request = read_request(said)
                tag = request.tag
                self._answer(request)
            except RefusalError as refusal:
                self._refuse(refusal, tag)

    def listens(self, channel: str = "") -> bool:
        """Whether it does to this channel of its account, or to any."""
        return any(channel in {"", one.params["channel"]} for one in self._private())

    def beat(self, before: int, ms: int) -> None:
        """Pushes what public channels have to say at ``ms``; ``before`` was the last beat."""
        due = [
            one
            for one in self._subscriptions.values()
            if one.channel.kind in public.FEEDS
            and ms // one.channel.every_ms != before // one.channel.every_ms
        ]
        with localcontext(ARITHMETIC):
            try:
                for one in due:
                    self._push(one, one.feed.next(ms / 1000))
            except public.BehindError:
                self._socket.end("4005")

    def tell(self, desk: Desk, rows: Mapping[str, list[Any]]) -> None:
        """Pushes what happened to the account; ``rows`` are those of orders by their channel's kind."""
        for one in self._private():
            if one.channel.kind in rows:
                told = private.among(one.params, rows[one.channel.kind])
                self._push(one, [{"data": [row]} for row in told])
                continue
            self._push(one, one.feed.next(desk))
            if one.feed.every and desk.ms - one.told >= one.feed.every:
                one.told = desk.ms
                self._push(one, one.feed.again(desk))

    def _answer(self, request: Request) -> None:
        now, op = self._hub.clock(), request.op
        if op in OPERATIONS:
            if self._url != "private":
                raise RefusalError("60028")
            desk = self._hub.exchange.desk(self._logged_in(), now)
            self._socket.say(operate(self._hub.exchange, request, desk, self._address))
            self._hub.tell()
        elif op not in {"login", "subscribe", "unsubscribe"}:
            self._say({"event": "error", "msg": f"Invalid op: {op}", "code": "60019"}, request.tag)
        elif not self._hub.admits_request(self._id, now):
            raise RefusalError("60014")
        elif op == "login":
            self._log_in(request, now)
        else:
            act = self._subscribe if op == "subscribe" else self._unsubscribe
            for arg, item in zip(request.args, request.items, strict=True):
                try:
                    act(request.tag, arg, item)
                except RefusalError as refusal:
                    self._refuse(refusal, request.tag)

    def _log_in(self, request: Request, now: float) -> None:
        if self.keys is not None:
            raise RefusalError("60031")
        if len(request.items) > 1:
            raise RefusalError("60013")
        strike = self._struck("LOGIN", "login")
        keyring, address = self._hub.keyring, self._address
        self.keys = log_in(request.items[0], keyring, self._environment, address, now)
        answer = {**request.tag, "event": "login", "msg": "", "code": OK, "connId": self._id}
        if strike:
            self._socket.say_later(strike.pause, answer)
        else:
            self._socket.say(answer)

    def _subscribe(self, tag: Frame, arg: Frame, item: Params) -> None:
        name = item.get("channel", "")
        strike = self._struck("SUBSCRIBE", name)
        one = _Subscription(arg, item, find(item, self._url))
        begin = self._begin(one)
        self._say({"event": "subscribe", "arg": arg}, tag)
        if name in COUNTED:
            keys = self._logged_in()
            count = None if strike else self._hub.count(self, keys.environment, name)
            event = "channel-conn-count-error" if count is None else "channel-conn-count"
            told = str(self._hub.most_listeners if count is None else count)
            self._say({"event": event, "channel": name, "connCount": told}, {})
            if count is None:
                return
        self._subscriptions[_key(item)] = one
        # The one fault that is left keeps back how a book begins.
        self._push(one, begin if strike is None else [])

    def _begin(self, one: _Subscription) -> list[Frame]:
        # What it says first; RefusalError for what cannot be subscribed to.
        channel, now = one.channel, self._hub.clock()
        unknown = RefusalError("60018", described(one.arg))
        if channel.kind in public.FEEDS:
            one.feed = public.FEEDS[channel.kind](self._hub.rest, channel, one.params)
            try:
                frames: list[Frame] = one.feed.first(now)
            except RefusalError:
                raise unknown from None
            return frames
        if not channel.login:
            return []
        desk = self._hub.exchange.desk(self._logged_in(), now)
        if channel.kind == "refused":
            raise RefusalError("64003")
        if "read_only" not in desk.keys.rights.permissions:
            raise RefusalError("50120")
        kind, inst_id = one.params.get("instType", "ANY"), one.params.get("instId", "")
        if kind not in _INST_TYPES or (inst_id and inst_id not in instruments()):
            raise unknown
        one.arg, one.told = {**one.arg, "uid": desk.account.uid}, desk.ms
        if channel.kind in private.FEEDS:
            one.feed = private.FEEDS[channel.kind](one.params)
        return one.feed.first(desk) if one.feed else []

    def _unsubscribe(self, tag: Frame, arg: Frame, item: Params) -> None:
        find(item, self._url)
        self._subscriptions.pop(_key(item), None)
        self._say({"event": "unsubscribe", "arg": arg}, tag)

    def _push(self, one: _Subscription, frames: list[Frame]) -> None:
        for frame in frames:
            strike = self._struck("PUSH", one.params["channel"])
            happens = strike.fault.stream or strike.fault.code if strike else ""
            if strike and happens == "64008":
                self._say({"event": "notice", "code": happens, "msg": text(happens)}, {})
                self._socket.end_later(strike.pause)
            elif happens == "drop":
                self._socket.drop()
            elif happens == "silence":
                self._socket.silence()
            elif happens == "seq-reset":
                one.feed.reset(frame)
            elif happens.isdigit():
                self._socket.end(happens)
            for _ in range({"gap": 0, "duplicate": 2}.get(happens, 1)):
                self._socket.say({"arg": one.arg, **frame})

    def _struck(self, method: str, name: str) -> Strike | None:
        strike = self._hub.strike(method, f"/ws/v5/{self._url}/{name}")
        if strike and strike.fault.code and method != "PUSH":
            raise RefusalError(strike.fault.code)
        return strike

    def _logged_in(self) -> Keys:
        if self.keys is None:
            raise RefusalError("60011")
        return self.keys

    def _private(self) -> list[_Subscription]:
        return [one for one in self._subscriptions.values() if one.channel.kind in PRIVATE]

    def _refuse(self, refusal: RefusalError, tag: Frame) -> None:
        self._say({"event": "error", "msg": refusal.msg, "code": refusal.code}, tag)

    def _say(self, frame: Frame, tag: Frame) -> None:
        self._socket.say({**tag, **frame, "connId": self._id})


def _key(item: Params) -> Any:
    names = ("channel", "instId", "instType", "instFamily", "ccy")
    return tuple(item.get(name, "") for name in names)
