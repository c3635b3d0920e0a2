"""okx-api of npm, unchanged but for its base URL, in Node.

``npm install --prefix DIR okx-api`` gets it; OKX_MAGIC_NODE_MODULES=DIR/node_modules says where it
is, and makes it a failure when it is not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clientcalls import ClientCall, right, right_each
from differences import refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox_caller import Caller

    from okx_magic.sandbox import Sandbox

Speak = Callable[..., Any]

MODULES = os.environ.get("OKX_MAGIC_NODE_MODULES", "")
SCRIPT = Path(__file__).with_name("okx_api.mjs")
SPOT, SWAP = "BTC-USDT", "BTC-USDT-SWAP"

pytestmark = pytest.mark.skipif(
    not MODULES, reason="OKX_MAGIC_NODE_MODULES does not say where okx-api is"
)


@pytest.fixture(scope="module")
def node() -> Iterator[subprocess.Popen[str]]:
    """A process that makes calls of okx-api."""
    program = shutil.which("node")
    assert program
    command = [program, str(SCRIPT), str(Path(MODULES).resolve())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        yield process
        process.kill()


@pytest.fixture
def speak(node: subprocess.Popen[str], sandbox: Sandbox) -> Speak:
    """Makes one call with the demo account's keys and gives what it resolves to; an AssertionError
    has what it is rejected with.
    """
    keys = sandbox.demo
    options = {
        "baseUrl": sandbox.url, "demoTrading": True,
        "apiKey": keys.key, "apiSecret": keys.secret, "apiPass": keys.passphrase,
    }  # fmt: skip

    def made(method: str, params: Any = None, **changed: str) -> Any:
        assert node.stdin is not None
        assert node.stdout is not None
        call = {"options": options | changed, "method": method, "params": params}
        node.stdin.write(json.dumps(call) + "\n")
        node.stdin.flush()
        said = json.loads(node.stdout.readline())
        assert "data" in said, said
        return said["data"]

    return made


# Call, endpoint, what is asked, and what must hold of the data beside being the raw answer's.
READS: list[tuple[str, str, dict[str, str], Callable[[Any], bool]]] = [
    ("getSystemTime", "public/time", {}, lambda rows: len(rows[0]["ts"]) == 13),
    ("getInstruments", "public/instruments", {"instType": "SPOT"}, lambda rows: len(rows) > 5),
    ("getTickers", "market/tickers", {"instType": "SWAP"}, lambda rows: len(rows) > 2),
    ("getTicker", "market/ticker", {"instId": SPOT}, lambda rows: rows[0]["instId"] == SPOT),
    ("getIndexTickers", "market/index-tickers", {"instId": SPOT}, lambda rows: len(rows) == 1),
    ("getOrderBook", "market/books", {"instId": SPOT, "sz": "20"},
     lambda rows: len(rows[0]["asks"]) == 20),
    ("getFullOrderBook", "market/books-full", {"instId": SPOT, "sz": "9"},
     lambda rows: {len(level) for level in rows[0]["bids"]} == {3}),
    ("getCandles", "market/candles", {"instId": SPOT, "bar": "1H"}, lambda rows: len(rows) == 100),
    ("getHistoricCandles", "market/history-candles", {"instId": SPOT, "limit": "20"},
     lambda rows: {row[8] for row in rows} == {"1"}),
    ("getIndexCandles", "market/index-candles", {"instId": SPOT}, lambda rows: len(rows) == 100),
    ("getHistoricIndexCandles", "market/history-index-candles", {"instId": SPOT},
     lambda rows: len(rows) == 100),
    ("getMarkPriceCandles", "market/mark-price-candles", {"instId": SWAP},
     lambda rows: len(rows) == 100),
    ("getHistoricMarkPriceCandles", "market/history-mark-price-candles", {"instId": SWAP},
     lambda rows: len(rows) == 100),
    ("getTrades", "market/trades", {"instId": SPOT, "limit": "5"}, lambda rows: len(rows) == 5),
    ("getHistoricTrades", "market/history-trades", {"instId": SPOT}, lambda rows: len(rows) > 50),
    ("get24hrTotalVolume", "market/platform-24-volume", {}, lambda rows: len(rows) == 1),
    ("getOptionMarketData", "public/opt-summary", {"instFamily": "BTC-USD"},
     lambda rows: len(rows) > 100),
    ("getLongShortRatio", "rubik/stat/contracts/long-short-account-ratio", {"ccy": "BTC"},
     lambda rows: len(rows) == 72),
    ("getFundingRate", "public/funding-rate", {"instId": SWAP}, lambda rows: len(rows) == 1),
    ("getFundingRateHistory", "public/funding-rate-history", {"instId": SWAP},
     lambda rows: len(rows) > 50),
    ("getOpenInterest", "public/open-interest", {"instType": "SWAP"}, lambda rows: len(rows) > 2),
    ("getMarkPrice", "public/mark-price", {"instType": "SWAP"}, lambda rows: len(rows) > 2),
    ("getMinMaxLimitPrice", "public/price-limit", {"instId": SWAP}, lambda rows: len(rows) == 1),
    ("getUnderlying", "public/underlying", {"instType": "SWAP"}, lambda rows: SPOT in rows[0]),
    ("getPositionTiers", "public/position-tiers",
     {"instType": "SWAP", "tdMode": "cross", "instFamily": SPOT}, lambda rows: len(rows) > 1),
    ("getSystemStatus", "system/status", {}, lambda rows: rows == []),
    ("getBalance", "account/balance", {"ccy": "BTC,ETH"},
     lambda rows: [row["ccy"] for row in rows[0]["details"]] == ["BTC", "ETH"]),
    ("getAccountConfiguration", "account/config", {}, lambda rows: rows[0]["acctLv"] == "2"),
    ("getAccountInstruments", "account/instruments", {"instType": "SWAP"},
     lambda rows: len(rows) > 2),
    ("getPositions", "account/positions", {}, lambda rows: [row["pos"] for row in rows] == ["3"]),
    ("getAccountPositionRisk", "account/account-position-risk", {},
     lambda rows: len(rows[0]["posData"]) == 1),
    ("getBills", "account/bills", {}, lambda rows: len(rows) >= 3),
    ("getBillsArchive", "account/bills-archive", {"instType": "SWAP"},
     lambda rows: {row["instId"] for row in rows} == {SWAP}),
    ("getMaxBuySellAmount", "account/max-size", {"instId": SPOT, "tdMode": "cash"},
     lambda rows: float(rows[0]["maxSell"]) > 0),
    ("getMaxAvailableTradableAmount", "account/max-avail-size", {"instId": SPOT, "tdMode": "cash"},
     lambda rows: float(rows[0]["availSell"]) > 1),
    ("getLeverage", "account/leverage-info", {"instId": SWAP, "mgnMode": "cross"},
     lambda rows: rows[0]["lever"] == "3"),
    ("getFeeRates", "account/trade-fee", {"instType": "SWAP"}, lambda rows: len(rows) == 1),
    ("getMaxWithdrawals", "account/max-withdrawal", {}, lambda rows: len(rows) == 5),
    ("getOrderList", "trade/orders-pending", {}, lambda rows: rows == []),
    ("getOrderHistory", "trade/orders-history", {"instType": "SPOT"}, lambda rows: len(rows) == 1),
    ("getFills", "trade/fills", {}, lambda rows: {row["instId"] for row in rows} == {SPOT, SWAP}),
    ("getFillsHistory", "trade/fills-history", {"instType": "SPOT"},
     lambda rows: {row["instId"] for row in rows} == {SPOT}),
    ("getBalances", "asset/balances", {}, lambda rows: rows[0]["bal"] == "1000"),
    ("getCurrencies", "asset/currencies", {}, lambda rows: len(rows) > 4),
    ("getAccountAssetValuation", "asset/asset-valuation", {"ccy": "USD"},
     lambda rows: float(rows[0]["totalBal"]) > 100_000),
    ("getDepositHistory", "asset/deposit-history", {}, lambda rows: rows == []),
]  # fmt: skip
CALLS = [ClientCall("okx-api", name, f"GET {endpoint}") for name, endpoint, *_ in READS]


@right_each(CALLS)
@pytest.mark.parametrize(
    ("call", "asked", "holds"),
    [(call, asked, holds) for call, (*_, asked, holds) in zip(CALLS, READS, strict=True)],
    ids=[call.name for call in CALLS],
)
def test_okx_api_reads(
    speak: Speak, raw: Caller, call: ClientCall, asked: dict[str, str], holds: Callable[[Any], bool]
) -> None:
    """What a call resolves to is the raw data, of an account that traded."""
    raw.place(side="buy", ordType="market", sz="500")
    raw.place(instId=SWAP, tdMode="cross", side="buy", ordType="market", sz="3")
    data = speak(call.name, asked or None)
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    target = f"/api/v5/{call.endpoint.removeprefix('GET ')}{query and '?'}{query}"
    assert data == raw.get(target).data
    assert holds(data), data


@right("okx-api", "submitOrder", "POST trade/order")
@right("okx-api", "getOrderDetails", "GET trade/order")
@right("okx-api", "amendOrder", "POST trade/amend-order")
@right("okx-api", "cancelOrder", "POST trade/cancel-order")
def test_an_order_of_okx_api(speak: Speak, raw: Caller) -> None:
    """An order is placed, amended and cancelled, by ids that it was given."""
    px = str(int(float(raw.best("bids")) * 0.98))
    order = {"instId": SPOT, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": px,
             "sz": "0.01", "clOrdId": "mine"}  # fmt: skip
    (ack,) = speak("submitOrder", order)
    this = {"instId": SPOT, "ordId": ack["ordId"]}
    assert speak("getOrderDetails", this) == [raw.order(ack["ordId"])]
    speak("amendOrder", {"instId": SPOT, "clOrdId": "mine", "newSz": "0.02"})
    assert raw.order(ack["ordId"])["sz"] == "0.02"
    speak("cancelOrder", this)
    assert raw.order(ack["ordId"])["state"] == "canceled"
    with pytest.raises(AssertionError, match="51400"):
        speak("cancelOrder", this)


@right("okx-api", "submitMultipleOrders", "POST trade/batch-orders")
@right("okx-api", "cancelMultipleOrders", "POST trade/cancel-batch-orders")
def test_batches_of_okx_api(speak: Speak, raw: Caller) -> None:
    """Orders come and go together."""
    px = str(int(float(raw.best("bids")) * 0.98))
    order = {"instId": SPOT, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": px}
    acks = speak("submitMultipleOrders", [order | {"sz": sz} for sz in ("0.01", "0.02")])
    assert [raw.order(ack["ordId"])["sz"] for ack in acks] == ["0.01", "0.02"]
    speak("cancelMultipleOrders", [{"instId": SPOT, "ordId": ack["ordId"]} for ack in acks])
    assert raw.get("/api/v5/trade/orders-pending").data == []


@right("okx-api", "setPositionMode", "POST account/set-position-mode")
@right("okx-api", "setLeverage", "POST account/set-leverage")
@right("okx-api", "closePositions", "POST trade/close-position")
@right("okx-api", "getPositionsHistory", "GET account/positions-history")
def test_a_position_of_okx_api(speak: Speak, raw: Caller) -> None:
    """A position is opened with the leverage that was set, and closed into the history."""
    speak("setPositionMode", {"posMode": "net_mode"})
    speak("setLeverage", {"instId": SWAP, "lever": "9", "mgnMode": "cross"})
    before = Decimal(raw.details()["USDT"]["cashBal"])
    order = {"instId": SWAP, "tdMode": "cross", "side": "sell", "ordType": "market", "sz": "1"}
    speak("submitOrder", order)
    (row,) = raw.get("/api/v5/account/positions").data
    assert (row["pos"], row["lever"]) == ("-1", "9")
    speak("closePositions", {"instId": SWAP, "mgnMode": "cross"})
    assert raw.get("/api/v5/account/positions").data == []
    (past,) = speak("getPositionsHistory")
    assert Decimal(past["realizedPnl"]) == Decimal(raw.details()["USDT"]["cashBal"]) - before


@right("okx-api", "fundsTransfer", "POST asset/transfer")
@right("okx-api", "getFundsTransferState", "GET asset/transfer-state")
def test_a_transfer_of_okx_api(speak: Speak, raw: Caller) -> None:
    """What is transferred comes to the trading account, and its state is told."""
    before = Decimal(raw.details()["USDT"]["cashBal"])
    (moved,) = speak("fundsTransfer", {"ccy": "USDT", "amt": "12.5", "from": "6", "to": "18"})
    assert Decimal(raw.details()["USDT"]["cashBal"]) == before + Decimal("12.5")
    (state,) = speak("getFundsTransferState", {"transId": moved["transId"]})
    assert (state["state"], state["amt"]) == ("success", "12.5")


@right("okx-api", "cancelAllAfter", "POST trade/cancel-all-after")
def test_a_countdown_of_okx_api(speak: Speak, raw: Caller) -> None:
    """The countdown ends after the time that was asked."""
    (row,) = speak("cancelAllAfter", {"timeOut": "30"})
    assert int(row["triggerTime"]) == int(raw.clock.now * 1000) + 30_000


@pytest.mark.parametrize(("call", "code", "arguments"), refused("okx-api"))
def test_okx_api_is_refused(
    speak: Speak, call: ClientCall, code: str, arguments: dict[str, Any]
) -> None:
    """What the sandbox leaves out it refuses as OKX's demo trading does."""
    with pytest.raises(AssertionError, match=code):
        speak(call.name, arguments)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"apiSecret": "wrong"}, "50113"),
        ({"apiPass": "wrong"}, "50105"),
        ({"apiKey": "x"}, "50111"),
    ],
)
def test_okx_api_and_wrong_credentials(speak: Speak, changed: dict[str, str], code: str) -> None:
    """What is wrong with the credentials is told by its code."""
    assert speak("getBalance")
    with pytest.raises(AssertionError, match=code):
        speak("getBalance", **changed)
