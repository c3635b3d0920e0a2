"""Orders with a stop attached, on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripted_rest import post

if TYPE_CHECKING:
    from lab import Lab

    from okx_magic.model import Request

PLACE, BATCH = "/api/v5/trade/order", "/api/v5/trade/batch-orders"
ALGO = "/api/v5/trade/order-algo"
STOP = {"slTriggerPx": "90000", "slOrdPx": "-1"}
BUY = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"}


def attached(bench: Lab, share: float) -> Request:
    """A market order with a stop at this share of the price."""
    row = bench.session.request("GET", "/api/v5/market/ticker?instId=BTC-USDT-SWAP").data[0]
    stop = STOP | {"slTriggerPx": f"{float(row['last']) * share:.1f}"}
    return post(PLACE, BUY | {"attachAlgoOrds": [stop]})
