"""An exchange in a test's hands: it answers what a function says, on a clock that does not wait."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from faketime import FakeTime

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.clock import Clock
from okx_magic.wire.connection import Connection
from okx_magic.wire.transport import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable


def post(path: str, body: Any) -> Request:
    return Request("POST", path, json.dumps(body))


class Scripted(Transport):
    """Answers by path, with OKX's data or an error; keeps what was sent."""

    def __init__(self, url: str, answers: Callable[[Request], Any]) -> None:
        super().__init__(url)
        self.answers = answers
        self.sent: list[Request] = []

    def send(self, request: Request, *_: Any, **given: Any) -> Answer:
        if given.get("permit"):
            given["permit"].take()
            given["permit"].give_back()
        self.sent.append(request)
        if request.path.endswith("/public/time"):
            data: Any = [{"ts": str(int(TIME.true() * 1000))}]
        else:
            data = self.answers(request)
        if isinstance(data, Exception):
            raise data
        code = data if isinstance(data, str) else "0"
        body = {"code": code, "msg": "", "data": [] if isinstance(data, str) else data}
        return Answer(200, {}, json.dumps(body).encode())


URL = "http://127.0.0.1:9"
TIME = FakeTime()
LOST = TransportError("lost", written=True)


def scripted(answers: Callable[[Request], Any]) -> Session:
    return session_over(Scripted(URL, answers), TIME)


def session_over(transport: Transport, time: FakeTime) -> Session:
    """A session with an account of no exchange at all, its requests in the hands of ``transport``."""
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
    account = Account("main", "demo", keys, URL, "a test")
    connection = Connection(account, transport=transport, timing=time.timing())
    connection.sender.clock = Clock(connection.ask_time, local=time.wall)
    return Session(account, connection=connection)


def sent(session: Session, method: str) -> list[str]:
    transport = session.connection.transport
    assert isinstance(transport, Scripted)
    return [each.target for each in transport.sent if each.method == method]
