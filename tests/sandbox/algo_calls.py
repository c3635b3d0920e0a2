"""Algo orders as the tests send them, and the price of the moment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.market.instruments import instruments

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock


SWAP = "BTC-USDT-SWAP"
TRADE = "/api/v5/trade"


def sent(call: Caller, path: str, value: Any) -> dict[str, str]:
    """The item of the answer, or the answer where it has none."""
    answer = call.post(f"{TRADE}/{path}", value).json
    items: list[dict[str, str]] = answer["data"]
    return items[0] if items else {"sCode": answer["code"], "sMsg": answer["msg"]}


def algo(call: Caller, kind: str, **values: Any) -> dict[str, str]:
    """The item that answers an algo order: a sale of one contract, unless told otherwise."""
    usual = {"instId": SWAP, "tdMode": "cross", "side": "sell", "ordType": kind}
    size = {} if "closeFraction" in values else {"sz": "1"}
    return sent(call, "order-algo", usual | size | values)


def taken(call: Caller, kind: str, **values: Any) -> str:
    item = algo(call, kind, **values)
    assert item["sCode"] == "0", item
    return item["algoId"]


def shown(call: Caller, algo_id: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = call.get(f"{TRADE}/order-algo?algoId={algo_id}").data
    return rows[0]


def buy(call: Caller, sz: str = "2", **values: Any) -> dict[str, str]:
    order = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": sz}
    item = sent(call, "order", order | values)
    assert item["sCode"] == "0", item
    return item


def px(call: Caller, share: float, inst_id: str = SWAP) -> str:
    """A price that is this share of the last."""
    one = instruments()[inst_id]
    last = Decimal(call.public(f"/api/v5/market/ticker?instId={inst_id}").data[0]["last"])
    # As the sandbox writes it: without zeros at its end.
    return f"{(last * Decimal(share) // one.tick * one.tick).normalize():f}"


def path(call: Caller, clock: Clock, seconds: int, inst_id: str = SWAP, of: str = "") -> list[Any]:
    """The one-minute candles of the time that is to come, oldest first."""
    start, clock.now = clock.now, clock.now + seconds
    rows = call.public(f"/api/v5/market/{of}candles?instId={inst_id}&limit=300").data
    clock.now = start
    return [row for row in reversed(rows) if int(row[0]) >= start * 1000]
