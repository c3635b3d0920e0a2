"""Orders of contracts as the tests send them, and what is asked afterwards."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox_caller import Caller


SWAP = "BTC-USDT-SWAP"
CT_VAL = Decimal("0.01")
ORDER = "/api/v5/trade/order"


def sent(call: Caller, **order: str) -> dict[str, str]:
    """The item that answers an order of the swap: a purchase at the market unless told otherwise."""
    usual = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "1"}
    answer = call.post(ORDER, usual | order).json
    items: list[dict[str, str]] = answer["data"]
    return items[0] if items else {"sCode": answer["code"], "sMsg": answer["msg"]}


def held(call: Caller) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = call.get("/api/v5/account/positions").data
    return rows


def done(call: Caller, path: str, **values: Any) -> dict[str, Any]:
    rows: list[dict[str, Any]] = call.post(f"/api/v5/{path}", values).data
    return rows[0]


def refused(call: Caller, path: str, **values: Any) -> str:
    code: str = call.post(f"/api/v5/{path}", values).json["code"]
    return code


def hedge(call: Caller) -> None:
    done(call, "account/set-position-mode", posMode="long_short_mode")


def bills(call: Caller, query: str = "") -> list[dict[str, str]]:
    rows: list[dict[str, str]] = call.get(f"/api/v5/account/bills?{query}").data
    return rows
