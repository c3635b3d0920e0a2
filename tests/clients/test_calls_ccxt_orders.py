"""ccxt's calls for orders and trades, each against what then stands in the account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from clientcalls import right

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

SPOT, SPOT_ID = "BTC/USDT", "BTC-USDT"
SWAP, SWAP_ID = "BTC/USDT:USDT", "BTC-USDT-SWAP"


@pytest.fixture
def last(raw: Caller) -> float:
    """The last price of the spot pair."""
    return float(raw.public(f"/api/v5/market/ticker?instId={SPOT_ID}").data[0]["last"])


def resting(okx: ccxt.okx, last: float, symbol: str = SPOT, away: float = 0.98) -> str:
    size = 0.01 if symbol == SPOT else 1
    price = okx.price_to_precision(symbol, last * away)
    return str(okx.create_order(symbol, "limit", "buy", size, price)["id"])


def states(raw: Caller, inst_id: str, *ids: str) -> list[str]:
    return [raw.order(each, inst_id)["state"] for each in ids]


def affordable(raw: Caller) -> tuple[str, float, float]:
    """A pair with price and size of its best offer, of which the account could buy four."""
    for inst_id in (SPOT_ID, "ETH-USDT", "SOL-USDT", "XRP-USDT", "DOGE-USDT"):
        px, sz, *_ = map(
            float, raw.public(f"/api/v5/market/books?instId={inst_id}").data[0]["asks"][0]
        )
        if 4 * px * sz < 90_000:
            return inst_id, px, sz
    raise AssertionError("no best offer is small enough")


@right("ccxt", "create_order (limit)", "POST trade/batch-orders")
@right("ccxt", "cancel_order", "POST trade/cancel-order")
@right("ccxt", "fetch_order", "GET trade/order")
@right("ccxt", "fetch_open_orders", "GET trade/orders-pending")
def test_a_limit_order(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """A limit order is placed, found, held back from the balance, and cancelled."""
    price = float(okx.price_to_precision(SPOT, last * 0.98))
    placed = okx.create_order(SPOT, "limit", "buy", 0.01, price)
    order = okx.fetch_order(placed["id"], SPOT)
    row = raw.order(placed["id"])
    assert (order["status"], order["price"], order["amount"]) == ("open", price, 0.01)
    assert (row["state"], row["px"], row["sz"]) == (
        "live",
        okx.price_to_precision(SPOT, price),
        "0.01",
    )
    assert order["clientOrderId"] == row["clOrdId"] != ""
    assert [each["id"] for each in okx.fetch_open_orders(SPOT)] == [placed["id"]]
    assert okx.fetch_balance()["used"]["USDT"] == pytest.approx(price * 0.01)
    okx.cancel_order(placed["id"], SPOT)
    assert okx.fetch_order(placed["id"], SPOT)["status"] == "canceled"
    assert okx.fetch_open_orders() == []
    with pytest.raises(ccxt.OrderNotFound, match="51400"):
        okx.cancel_order(placed["id"], SPOT)


@right("ccxt", "create_limit_buy_order", "POST trade/batch-orders")
@right("ccxt", "create_limit_sell_order", "POST trade/batch-orders")
def test_limit_orders_meet_the_book(okx: ccxt.okx, raw: Caller) -> None:
    """A limit order that crosses trades at the book's price, better than its own."""
    (ask, offered, *_), (bid, wanted, *_) = (
        map(float, raw.public(f"/api/v5/market/books?instId={SPOT_ID}").data[0][side][0])
        for side in ("asks", "bids")
    )
    # No more than the best level holds, whatever the hour.
    bought = okx.create_limit_buy_order(SPOT, min(offered, 0.001), ask * 1.01)
    sold = okx.create_limit_sell_order(SPOT, min(wanted, 0.001), bid * 0.99)
    rows = [raw.order(each["id"]) for each in (bought, sold)]
    assert [(row["state"], float(row["avgPx"])) for row in rows] == [
        ("filled", ask),
        ("filled", bid),
    ]


@right("ccxt", "create_order (market)", "POST trade/batch-orders")
@right("ccxt", "fetch_my_trades", "GET trade/fills-history")
@right("ccxt", "fetch_order_trades", "GET trade/fills-history")
@right("ccxt", "fetch_closed_orders", "GET trade/orders-history")
def test_a_market_order(okx: ccxt.okx, raw: Caller) -> None:
    """A market order fills; order, trades and balance say the same, to the last digit."""
    before = {ccy: Decimal(row["cashBal"]) for ccy, row in raw.details().items()}
    placed = okx.create_order(SPOT, "market", "buy", 0.3)
    order = okx.fetch_order(placed["id"], SPOT)
    trades = okx.fetch_my_trades(SPOT)
    assert (order["status"], order["filled"]) == ("closed", 0.3)
    assert {trade["order"] for trade in trades} == {placed["id"]}
    assert [each["id"] for each in okx.fetch_order_trades(placed["id"], SPOT)] == [
        each["id"] for each in trades
    ]
    assert [each["id"] for each in okx.fetch_closed_orders(SPOT)] == [placed["id"]]
    after = {ccy: Decimal(row["cashBal"]) for ccy, row in raw.details().items()}
    got = sum(Decimal(t["info"]["fillSz"]) + Decimal(t["info"]["fee"]) for t in trades)
    paid = sum(Decimal(t["info"]["fillSz"]) * Decimal(t["info"]["fillPx"]) for t in trades)
    assert (after["BTC"] - before["BTC"], before["USDT"] - after["USDT"]) == (got, paid)
    assert sum(trade["cost"] for trade in trades) == pytest.approx(float(paid))


@right("ccxt", "create_market_buy_order", "POST trade/batch-orders")
@right("ccxt", "create_market_sell_order", "POST trade/batch-orders")
def test_there_and_back(okx: ccxt.okx, raw: Caller) -> None:
    """Bought and sold again, a size is there as before, but for the fee in its coin."""
    before = Decimal(raw.details()["BTC"]["cashBal"])
    okx.create_market_buy_order(SPOT, 0.01)
    okx.create_market_sell_order(SPOT, 0.01)
    assert Decimal(raw.details()["BTC"]["cashBal"]) == before - Decimal("0.00001")


@right("ccxt", "create_market_buy_order_with_cost", "POST trade/batch-orders")
@right("ccxt", "create_market_sell_order_with_cost", "POST trade/batch-orders")
def test_orders_by_cost(okx: ccxt.okx, raw: Caller) -> None:
    """An order by its cost turns over that much of the quote currency, up to a lot."""
    bought = okx.create_market_buy_order_with_cost(SPOT, 100)
    sold = okx.create_market_sell_order_with_cost(SPOT, 100)
    for row in (raw.order(bought["id"]), raw.order(sold["id"])):
        assert (row["tgtCcy"], row["sz"]) == ("quote_ccy", "100")
        assert float(row["accFillSz"]) * float(row["avgPx"]) == pytest.approx(100, abs=0.001)


@right("ccxt", "create_post_only_order", "POST trade/batch-orders")
@right("ccxt", "fetch_canceled_orders", "GET trade/orders-history")
def test_post_only(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """An order that may not take is cancelled where it would, and rests where it would not."""
    taking = okx.create_post_only_order(SPOT, "limit", "buy", 0.01, last * 1.01)
    making = okx.create_post_only_order(SPOT, "limit", "buy", 0.01, last * 0.98)
    assert states(raw, SPOT_ID, taking["id"], making["id"]) == ["canceled", "live"]
    assert [each["id"] for each in okx.fetch_canceled_orders(SPOT)] == [taking["id"]]
    assert okx.fetch_order(making["id"], SPOT)["postOnly"] is True


@right("ccxt", "create_order (IOC)", "POST trade/batch-orders")
@right("ccxt", "create_order (FOK)", "POST trade/batch-orders")
def test_now_or_never(okx: ccxt.okx, raw: Caller) -> None:
    """What the best level does not hold: IOC takes that much and cancels the rest, FOK takes all or
    nothing.
    """
    inst_id, px, sz = affordable(raw)
    symbol = inst_id.replace("-", "/")
    too_big, fitting, ioc = (
        okx.create_order(symbol, "limit", "buy", sz * share, px, {"timeInForce": force})
        for force, share in (("FOK", 2), ("FOK", 0.5), ("IOC", 2))
    )
    assert states(raw, inst_id, too_big["id"], fitting["id"]) == ["canceled", "filled"]
    row = raw.order(ioc["id"], inst_id)
    assert row["state"] == "canceled"
    assert 0 < float(row["accFillSz"]) <= sz


@right("ccxt", "create_orders", "POST trade/batch-orders")
@right("ccxt", "cancel_orders", "POST trade/cancel-batch-orders")
def test_batches(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """Orders placed together have the sizes asked, and go together."""
    order: dict[str, Any] = {"symbol": SPOT, "type": "limit", "side": "buy", "price": last * 0.9}
    placed = okx.create_orders([order | {"amount": 0.01}, order | {"amount": 0.02}])
    ids = [each["id"] for each in placed]
    assert [raw.order(each)["sz"] for each in ids] == ["0.01", "0.02"]
    okx.cancel_orders(ids, SPOT)
    assert states(raw, SPOT_ID, *ids) == ["canceled", "canceled"]


@right("ccxt", "cancel_orders_for_symbols", "POST trade/cancel-batch-orders")
def test_cancel_orders_for_symbols(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """Orders of two markets are cancelled by one call."""
    spot, swap = resting(okx, last), resting(okx, last, SWAP)
    okx.cancel_orders_for_symbols([{"id": spot, "symbol": SPOT}, {"id": swap, "symbol": SWAP}])
    assert states(raw, SPOT_ID, spot) + states(raw, SWAP_ID, swap) == ["canceled"] * 2


@right("ccxt", "edit_order", "POST trade/amend-order")
def test_edit_order(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """An amended order keeps its id and has the new price and size."""
    ord_id = resting(okx, last)
    price = okx.price_to_precision(SPOT, last * 0.97)
    edited = okx.edit_order(ord_id, SPOT, "limit", "buy", 0.02, float(price))
    row = raw.order(ord_id)
    assert (edited["id"], row["px"], row["sz"]) == (ord_id, price, "0.02")


@right("ccxt", "edit_orders", "POST trade/amend-batch-orders")
def test_edit_orders(okx: ccxt.okx, raw: Caller, last: float) -> None:
    """Orders amended together have their new sizes."""
    ids = [resting(okx, last), resting(okx, last)]
    change = {"symbol": SPOT, "type": "limit", "side": "buy", "price": last * 0.97}
    okx.edit_orders([change | {"id": each, "amount": 0.03} for each in ids])
    assert [raw.order(each)["sz"] for each in ids] == ["0.03", "0.03"]


@right("ccxt", "cancel_all_orders_after", "POST trade/cancel-all-after")
def test_cancel_all_orders_after(okx: ccxt.okx, raw: Caller, last: float, clock: Clock) -> None:
    """When the countdown is over, all open orders are cancelled; not before."""
    ord_id = resting(okx, last, away=0.9)
    okx.cancel_all_orders_after(10_000)
    clock.now += 9
    assert states(raw, SPOT_ID, ord_id) == ["live"]
    clock.now += 2
    assert states(raw, SPOT_ID, ord_id) == ["canceled"]


@right("ccxt", "create_reduce_only_order", "POST trade/batch-orders")
def test_reduce_only(okx: ccxt.okx, raw: Caller) -> None:
    """An order that may only reduce closes what is open and does not turn it around."""
    okx.create_order(SWAP, "market", "buy", 2)
    okx.create_reduce_only_order(SWAP, "market", "sell", 5)
    assert raw.get("/api/v5/account/positions").data == []


@right("ccxt", "create_order (swap)", "POST trade/batch-orders")
def test_an_order_of_a_swap(okx: ccxt.okx, raw: Caller) -> None:
    """An order of contracts opens a position of that many."""
    placed = okx.create_order(SWAP, "market", "sell", 3)
    order = okx.fetch_order(placed["id"], SWAP)
    assert (order["status"], order["filled"]) == ("closed", 3)
    assert order["cost"] == pytest.approx(order["average"] * 3 * 0.01)
    assert raw.get("/api/v5/account/positions").data[0]["pos"] == "-3"


def test_ccxt_understands_refusals(okx: ccxt.okx) -> None:
    """Rejected orders come out as ccxt's own exceptions."""
    with pytest.raises(ccxt.InsufficientFunds, match="51008"):
        okx.create_order(SPOT, "limit", "buy", 1000, 1000)
    with pytest.raises(ccxt.OrderNotFound, match="51603"):
        okx.fetch_order("1", SPOT)
