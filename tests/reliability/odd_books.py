"""An exchange that keeps true books, and answers as a test wants it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faketime import FakeTime
from scripted_rest import URL, session_over

from okx_magic.wire.transport import Answer, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.errors import TransportError
    from okx_magic.model import Request
    from okx_magic.session import Session


def answer(body: Any, status: int = 200) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"content-type": "application/json"}, text)


def envelope(data: Any, code: Any = "0", status: int = 200, **more: Any) -> Answer:
    return answer({"code": code, "msg": "", "data": data} | more, status)


@dataclass
class Books(Transport):
    """An exchange of a test's own: it books, or does not, and then answers as it is told."""

    says: Callable[[list[dict[str, str]]], Answer | TransportError]
    books: bool
    time: FakeTime = field(default_factory=FakeTime)
    sent: list[Request] = field(default_factory=list)
    booked: list[dict[str, str]] = field(default_factory=list)
    looks: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(URL)

    def send(self, request: Request, *_: Any, **given: Any) -> Answer:
        if given.get("permit"):
            given["permit"].take()
            given["permit"].give_back()
        self.time.sleep(0.01)
        if request.path.endswith("/public/time"):
            return envelope([{"ts": str(int(self.time.true() * 1000))}])
        self.sent.append(request)
        if request.method == "GET":
            return self._look(request)
        orders = json.loads(request.body)
        orders = orders if isinstance(orders, list) else [orders]
        if self.books:
            now = str(int(self.time.true() * 1000))
            for each in orders:
                number = str(len(self.booked) + 1)
                self.booked.append(
                    {"ordId": number, "clOrdId": each["clOrdId"], "state": "live", "cTime": now}
                )
        said = self.says(orders)
        if isinstance(said, Exception):
            raise said
        return said

    def _look(self, request: Request) -> Answer:
        if self.looks:
            said = self.looks.pop(0)
            if isinstance(said, Exception):
                raise said
            if said is not None:
                assert isinstance(said, Answer)
                return said
        if request.path.endswith("orders-history"):
            return envelope([])
        wanted = request.target.rpartition("clOrdId=")[2]
        found = [row for row in self.booked if row["clOrdId"] == wanted]
        return envelope(found) if found else envelope([], "51603")

    @property
    def posts(self) -> int:
        return sum(each.method == "POST" for each in self.sent)


def connected(books: Books) -> Session:
    return session_over(books, books.time)


def ack(order: dict[str, str], **fields: Any) -> dict[str, Any]:
    row = {
        "ordId": "1",
        "clOrdId": order["clOrdId"],
        "tag": "",
        "ts": "1",
        "sCode": "0",
        "sMsg": "",
    }
    return row | fields


ORDER = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "px": "1",
    "sz": "1",
}
