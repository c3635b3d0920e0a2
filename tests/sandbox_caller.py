"""A clock to set, and a caller that signs in a few lines of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox import Keys, Sandbox

# 2026-03-03, 03:33:20.5 UTC.
START = 1_772_508_800.5

ORDER = "/api/v5/trade/order"
BATCH = "/api/v5/trade/batch-orders"
CANCEL = "/api/v5/trade/cancel-order"
AMEND = "/api/v5/trade/amend-order"
# It rests, below all that there is.
LIMIT = {
    "instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1000",
    "sz": "0.01",
}  # fmt: skip


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        assert self.status == 200, self.body
        assert self.json["code"] == "0", self.body
        return self.json["data"]


def timestamp(now: float) -> str:
    moment = datetime.fromtimestamp(now, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def signature(secret: str, prehash: bytes) -> str:
    return base64.b64encode(hmac.new(secret.encode(), prehash, hashlib.sha256).digest()).decode()


def signed(
    keys: Keys, method: str, target: str, body: bytes, now: float, *, demo: bool
) -> dict[str, str]:
    stamp = timestamp(now)
    return {
        "OK-ACCESS-KEY": keys.key,
        "OK-ACCESS-SIGN": signature(keys.secret, f"{stamp}{method}{target}".encode() + body),
        "OK-ACCESS-TIMESTAMP": stamp,
        "OK-ACCESS-PASSPHRASE": keys.passphrase,
        "Content-Type": "application/json",
        "x-simulated-trading": "1" if demo else "0",
    }


@dataclass
class Caller:
    """Sends over one kept-alive connection; signs for the demo account unless ``demo`` is off."""

    sandbox: Sandbox
    clock: Clock
    demo: bool = True
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        host = self.sandbox.url.removeprefix("http://")
        self.connection = http.client.HTTPConnection(host, timeout=60)

    def send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        self.connection.request(method, target, body or None, dict(headers))
        response = self.connection.getresponse()
        return Answer(response.status, response.read())

    def headers(self, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        keys = self.sandbox.demo if self.demo else self.sandbox.live
        return signed(keys, method, target, body, self.clock.now, demo=self.demo)

    def get(self, target: str, **extra: str) -> Answer:
        return self.send("GET", target, self.headers("GET", target) | extra)

    def post(self, target: str, value: Any, **extra: str) -> Answer:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return self.send("POST", target, self.headers("POST", target, body) | extra, body)

    def public(self, target: str, **headers: str) -> Answer:
        return self.send("GET", target, headers)

    def place(self, **order: str) -> dict[str, str]:
        """The acknowledgement of an accepted BTC-USDT order."""
        values = {"instId": "BTC-USDT", "tdMode": "cash"} | order
        acks: list[dict[str, str]] = self.post("/api/v5/trade/order", values).data
        return acks[0]

    def order(self, ord_id: str, inst_id: str = "BTC-USDT") -> dict[str, str]:
        target = f"/api/v5/trade/order?instId={inst_id}&ordId={ord_id}"
        rows: list[dict[str, str]] = self.get(target).data
        return rows[0]

    def details(self) -> dict[str, dict[str, str]]:
        """The balance by currency."""
        rows = self.get("/api/v5/account/balance").data[0]["details"]
        return {row["ccy"]: row for row in rows}

    def best(self, side: str, inst_id: str = "BTC-USDT") -> str:
        """The best price on a side ("asks" or "bids") of the book."""
        px: str = self.public(f"/api/v5/market/books?instId={inst_id}").data[0][side][0][0]
        return px
