"""Every private endpoint that is served answers as the catalogue documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from documented import deviations

from okx_magic.catalogue import endpoint
from okx_magic.sandbox.routes.endpoints import ACTIONS, NEVER, QUERIES

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

SWAP = "BTC-USDT-SWAP"

# path: queries that bring answers with rows; none where there never is one
ASKED: dict[str, tuple[str, ...]] = {
    "account/account-position-risk": ("",),
    "account/balance": ("", "ccy=BTC,USDT"),
    "account/bills": ("", "type=8", "type=2&instType=SPOT", "type=1"),
    "account/bills-archive": ("",),
    "account/config": ("",),
    "account/instruments": ("instType=SPOT", "instType=SWAP"),
    "account/leverage-info": (f"instId={SWAP}&mgnMode=cross",),
    "account/max-avail-size": (f"instId={SWAP}&tdMode=cross", "instId=BTC-USDT&tdMode=cash"),
    "account/max-size": (f"instId={SWAP}&tdMode=cross", "instId=BTC-USDT&tdMode=cash"),
    "account/max-withdrawal": ("", "ccy=USDT"),
    "account/position-tiers": ("instType=SWAP&instFamily=BTC-USDT",),
    "account/positions": ("", f"instId={SWAP}"),
    "account/positions-history": ("",),
    "account/risk-state": ("",),
    "account/trade-fee": ("instType=SPOT", "instType=SWAP"),
    "asset/asset-valuation": ("", "ccy=USDT"),
    "asset/balances": ("",),
    "asset/bills": ("",),
    "asset/bills-history": ("", "type=131"),
    "asset/currencies": ("",),
    "asset/transfer-state": ("clientId=moved",),
    "trade/account-rate-limit": ("",),
    "trade/fills": ("instType=SPOT", "instType=SWAP"),
    "trade/fills-history": ("instType=SWAP",),
    "trade/order": ("instId=BTC-USDT&clOrdId=rests", f"instId={SWAP}&clOrdId=fills"),
    "trade/order-algo": ("algoClOrdId=stops",),
    "trade/orders-algo-history": ("ordType=conditional&state=canceled",),
    "trade/orders-algo-pending": ("ordType=conditional,oco", "ordType=trigger"),
    "trade/orders-history": ("instType=SPOT", "instType=SWAP"),
    "trade/orders-history-archive": ("instType=SWAP",),
    "trade/orders-pending": ("",),
}

STOP = {"instId": SWAP, "tdMode": "isolated", "side": "buy", "sz": "1"}

# What is done, in this order: so that every list has rows.
DONE: tuple[tuple[str, Any], ...] = (
    ("account/set-account-level", {"acctLv": "2"}),
    ("account/set-position-mode", {"posMode": "net_mode"}),
    ("account/set-greeks", {"greeksType": "PA"}),
    ("account/set-isolated-mode", {"isoMode": "automatic", "type": "CONTRACTS"}),
    ("account/set-leverage", {"instId": SWAP, "mgnMode": "isolated", "lever": "5"}),
    ("asset/transfer", {"ccy": "USDT", "amt": "1", "from": "6", "to": "18", "clientId": "moved"}),
    ("account/demo-adjust-balance",
     {"type": "increase", "adjustments": [{"ccy": "USDT", "amt": "1"}]}),
    ("trade/order", {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit",
                     "px": "1000", "sz": "1", "clOrdId": "rests"}),
    ("trade/order", {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market",
                     "sz": "100"}),
    ("trade/order", {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market",
                     "sz": "1", "clOrdId": "fills"}),
    ("trade/order", {"instId": SWAP, "tdMode": "isolated", "side": "sell", "ordType": "market",
                     "sz": "2"}),
    ("account/position/margin-balance",
     {"instId": SWAP, "posSide": "net", "type": "add", "amt": "3"}),
    ("trade/order", {"instId": "ETH-USDT-SWAP", "tdMode": "cross", "side": "buy",
                     "ordType": "market", "sz": "1"}),
    ("trade/close-position", {"instId": "ETH-USDT-SWAP", "mgnMode": "cross"}),
    ("trade/order-algo", STOP | {"ordType": "oco", "tpTriggerPx": "1000", "tpOrdPx": "-1",
                                 "slTriggerPx": "500000", "slOrdPx": "-1", "algoClOrdId": "stops"}),
    ("trade/amend-algos", {"instId": SWAP, "algoClOrdId": "stops", "newSlTriggerPx": "500001"}),
    ("trade/order-algo", STOP | {"ordType": "conditional", "slTriggerPx": "500000", "slOrdPx": "-1",
                                 "algoClOrdId": "goes"}),
    ("trade/cancel-algos", [{"instId": SWAP, "algoClOrdId": "goes"}]),
    ("trade/order-algo", STOP | {"ordType": "move_order_stop", "callbackRatio": "1"}),
    ("trade/order-algo", {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "sz": "0.001",
                          "ordType": "trigger", "triggerPx": "1", "orderPx": "-1"}),
    ("trade/cancel-all-after", {"timeOut": "0"}),
    ("trade/mass-cancel", {"instType": "OPTION", "instFamily": "BTC-USD"}),
)  # fmt: skip


@pytest.fixture
def busy(call: Caller, clock: Clock) -> Caller:
    for path, values in DONE:
        data = call.post(f"/api/v5/{path}", values).data
        assert deviations("POST", f"/api/v5/{path}", data) == []
    clock.now += 86_400
    return call


def test_every_private_endpoint_is_tried() -> None:
    """No endpoint is served that the test below does not look at."""
    assert {f"/api/v5/{path}" for path in ASKED} == set(QUERIES) - set(NEVER)
    orders = {"trade/order", "trade/order-algo", "trade/amend-algos", "trade/cancel-algos"}
    assert {f"/api/v5/{path}" for path, _ in DONE if path not in orders} == set(ACTIONS)


def test_private_answers_are_as_documented(busy: Caller) -> None:
    """There are rows, with exactly the documented fields, and our frames type every one."""
    for path, queries in ASKED.items():
        for query in queries:
            target = f"/api/v5/{path}?{query}".rstrip("?")
            data = busy.get(target).data
            assert data, target
            assert deviations("GET", target, data) == []


@pytest.mark.parametrize("path", NEVER)
def test_what_never_happens_here_is_an_empty_list(call: Caller, path: str) -> None:
    """An empty list to whoever asks with what is required, and 50014 to others."""
    known = endpoint("GET", path)
    assert known is not None
    required = [
        f"{param.name}={param.values[0] if param.values else 1}"
        for param in known.params
        if param.required == "yes"
    ]
    ask = call.get if known.private else call.public
    assert ask(f"{path}?{'&'.join(required)}".rstrip("?")).data == []
    if required:
        assert ask(path).json["code"] == "50014"
