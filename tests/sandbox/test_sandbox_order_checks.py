"""What is judged by the market and the account before an order is taken, in OKX's forms."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from sandbox_caller import Caller

SPOT = {"instId": "BTC-USDT", "tdMode": "cash", "sz": "0.001", "ordType": "ioc"}
SWAP = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "sz": "1", "ordType": "ioc"}
TICK = Decimal("0.1")


@pytest.mark.parametrize(
    ("order", "side", "code"),
    [
        (SPOT, "buy", "51137"),
        (SPOT, "sell", "51138"),
        (SWAP, "buy", "51006"),
        (SWAP, "sell", "51006"),
    ],
)
def test_a_price_beyond_the_limit(
    call: Caller, order: dict[str, str], side: str, code: str
) -> None:
    """A price at the limit is taken; one a tick beyond is refused, and told the limit: of new
    orders, and of changes to one that rests.
    """
    row = call.public(f"/api/v5/public/price-limit?instId={order['instId']}").data[0]
    limit, beyond = (row["buyLmt"], TICK) if side == "buy" else (row["sellLmt"], -TICK)
    placed = call.place(**order, side=side, px=limit)
    assert call.order(placed["ordId"], order["instId"])["state"] == "filled"
    refused = call.post(
        "/api/v5/trade/order", order | {"side": side, "px": f"{Decimal(limit) + beyond}"}
    )
    assert (refused.status, refused.json["code"]) == (200, "1")
    ack = refused.json["data"][0]
    assert (ack["sCode"], limit in ack["sMsg"]) == (code, True)
    away = f"{Decimal(limit) - 50_000 * beyond}"
    resting = call.place(**order | {"side": side, "px": away, "ordType": "post_only"})["ordId"]
    change = {"instId": order["instId"], "ordId": resting, "newPx": f"{Decimal(limit) + beyond}"}
    amended = call.post("/api/v5/trade/amend-order", change).json
    assert amended["data"][0]["sCode"] == code
    assert call.order(resting, order["instId"])["px"] == away


@pytest.mark.parametrize("path", ["order", "batch-orders"])
def test_the_side_of_a_position_is_the_accounts_affair(call: Caller, path: str) -> None:
    """An order whose posSide does not fit the account's mode is refused as an order, not as a bad
    request, though its code is that of a bad parameter.
    """
    call.post("/api/v5/account/set-position-mode", {"posMode": "long_short_mode"})
    order = SWAP | {"side": "buy", "ordType": "market"}
    answer = call.post(f"/api/v5/trade/{path}", order if path == "order" else [order])
    assert (answer.status, answer.json["code"]) == (200, "1")
    assert answer.json["msg"] == "All operations failed"
    (ack,) = answer.json["data"]
    assert (ack["sCode"], ack["ordId"]) == ("51000", "")
    assert "posSide" in ack["sMsg"]
