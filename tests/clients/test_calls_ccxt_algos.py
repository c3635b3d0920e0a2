"""ccxt's calls for stops of every kind, each against what the sandbox then tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from clientcalls import right

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

SPOT, SPOT_ID = "BTC/USDT", "BTC-USDT"
SWAP, SWAP_ID = "BTC/USDT:USDT", "BTC-USDT-SWAP"
STOP = {"trigger": True}
DAY = 86_400


@pytest.fixture
def last(raw: Caller) -> float:
    """The last price of the swap."""
    return float(raw.public(f"/api/v5/market/ticker?instId={SWAP_ID}").data[0]["last"])


def algo(raw: Caller, algo_id: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = raw.get(f"/api/v5/trade/order-algo?algoId={algo_id}").data
    return rows[0]


@right("ccxt", "create_trigger_order", "POST trade/order-algo")
@right("ccxt", "fetch_order (trigger)", "GET trade/order-algo")
@right("ccxt", "fetch_open_orders (trigger)", "GET trade/orders-algo-pending")
@right("ccxt", "edit_order (trigger)", "POST trade/amend-algos")
@right("ccxt", "cancel_order (trigger)", "POST trade/cancel-algos")
@right("ccxt", "fetch_canceled_orders (trigger)", "GET trade/orders-algo-history")
def test_a_trigger_order(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """It is placed, found, changed and cancelled, and in the history then."""
    far = float(okx.price_to_precision(SWAP, last * 0.7))
    placed = okx.create_trigger_order(SWAP, "market", "sell", 1, triggerPrice=far)
    row = algo(raw, placed["id"])
    assert (row["ordType"], float(row["triggerPx"]), row["ordPx"]) == ("trigger", far, "-1")
    assert okx.fetch_order(placed["id"], SWAP, STOP)["triggerPrice"] == far
    assert [each["id"] for each in okx.fetch_open_orders(SWAP, params=STOP)] == [placed["id"]]
    okx.edit_order(placed["id"], SWAP, "trigger", "sell", 2, None, {"triggerPrice": far - 10})
    row = algo(raw, placed["id"])
    assert (float(row["triggerPx"]), row["sz"]) == (far - 10, "2")
    okx.cancel_order(placed["id"], SWAP, STOP)
    assert okx.fetch_open_orders(SWAP, params=STOP) == []
    [past] = okx.fetch_canceled_orders(SWAP, params={**STOP, "ordType": "trigger"})
    assert (past["id"], past["status"]) == (placed["id"], "canceled")


@right("ccxt", "create_stop_loss_order", "POST trade/order-algo")
@right("ccxt", "edit_order (stop-loss)", "POST trade/amend-algos")
@right("ccxt", "fetch_closed_orders (stop-loss)", "GET trade/orders-algo-history")
def test_a_stop_loss(okx: ccxt.okx, raw: Caller, clock: Clock, last: float) -> None:
    """It is placed and moved nearer, is set off, and closes the position."""
    okx.create_order(SWAP, "market", "buy", 2)
    placed = okx.create_stop_loss_order(
        SWAP, "market", "sell", 2, stopLossPrice=last * 0.5, params={"reduceOnly": True}
    )
    near = float(okx.price_to_precision(SWAP, last * 0.998))
    new = {"stopLossPrice": near, "newSlOrdPx": -1}
    okx.edit_order(placed["id"], SWAP, "conditional", "sell", None, None, new)
    row = algo(raw, placed["id"])
    assert (float(row["slTriggerPx"]), row["slOrdPx"], row["reduceOnly"]) == (near, "-1", "true")
    clock.now += 20 * DAY
    okx.nonce = lambda: int(clock.now * 1000)
    assert algo(raw, placed["id"])["state"] == "effective"
    [done] = okx.fetch_closed_orders(SWAP, params={**STOP, "ordType": "conditional"})
    assert done["id"] == placed["id"]
    assert raw.get("/api/v5/account/positions").data == []


@right("ccxt", "create_take_profit_order", "POST trade/order-algo")
def test_a_take_profit(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """On spot, too: with the tdMode that OKX wants there."""
    high = float(okx.price_to_precision(SPOT, last * 1.3))
    placed = okx.create_take_profit_order(
        SPOT, "market", "sell", 0.1, takeProfitPrice=high, params={"tdMode": "cash"}
    )
    row = algo(raw, placed["id"])
    assert (row["instId"], float(row["tpTriggerPx"]), row["sz"]) == (SPOT_ID, high, "0.1")


@right("ccxt", "create_order (oco)", "POST trade/order-algo")
@right("ccxt", "cancel_orders (stops)", "POST trade/cancel-algos")
def test_both_at_once(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """A take-profit and a stop-loss in one are an oco order; several are cancelled together."""
    legs = {"takeProfitPrice": last * 1.3, "stopLossPrice": last * 0.7}
    ids = [okx.create_order(SWAP, "market", "sell", 1, None, legs)["id"] for _ in range(2)]
    assert [algo(raw, each)["ordType"] for each in ids] == ["oco", "oco"]
    okx.cancel_orders(ids, SWAP, STOP)
    assert [algo(raw, each)["state"] for each in ids] == ["canceled", "canceled"]


@right("ccxt", "create_trailing_percent_order", "POST trade/order-algo")
@right("ccxt", "create_order (trailing amount)", "POST trade/order-algo")
@right("ccxt", "fetch_open_orders (trailing)", "GET trade/orders-algo-pending")
@right("ccxt", "cancel_order (trailing)", "POST trade/cancel-algos")
def test_trailing_stops(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """By a share and by an amount: found as trailing orders, and cancelled as such."""
    percent = okx.create_trailing_percent_order(SWAP, "market", "sell", 1, trailingPercent=10)
    amount = okx.create_order(SWAP, "market", "sell", 1, None, {"trailingAmount": 5000})
    rows = [algo(raw, each["id"]) for each in (percent, amount)]
    assert [(row["callbackRatio"], row["callbackSpread"]) for row in rows] == [
        ("0.1", ""),
        ("", "5000"),
    ]
    assert float(rows[1]["moveTriggerPx"]) == pytest.approx(last - 5000)
    trailing = {"trailing": True}
    found = {each["id"] for each in okx.fetch_open_orders(SWAP, params=trailing)}
    assert found == {percent["id"], amount["id"]}
    okx.cancel_order(percent["id"], SWAP, trailing)
    assert algo(raw, percent["id"])["state"] == "canceled"


@right("ccxt", "create_order_with_take_profit_and_stop_loss", "POST trade/batch-orders")
def test_attached_stops(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """They hang on the order, and live when it is filled."""
    placed = okx.create_order_with_take_profit_and_stop_loss(
        SWAP, "market", "buy", 1, None, takeProfit=last * 1.3, stopLoss=last * 0.7
    )
    order = okx.fetch_order(placed["id"], SWAP)
    assert order["status"] == "closed"
    [attached] = raw.order(placed["id"], SWAP_ID)["attachAlgoOrds"]
    [row] = raw.get("/api/v5/trade/orders-algo-pending?ordType=oco").data
    assert row["algoId"] == attached["attachAlgoId"]  # type: ignore[index]
    assert (row["side"], row["sz"], row["slOrdPx"]) == ("sell", "1", "-1")


def test_a_stop_on_the_wrong_side_is_an_invalid_order(okx: ccxt.okx, last: float) -> None:
    """ccxt tells OKX's refusal as what it is."""  # noqa: D403 - its name
    with pytest.raises(ccxt.BaseError, match="51280"):
        okx.create_stop_loss_order(SWAP, "market", "sell", 1, stopLossPrice=last * 1.3)
