"""ccxt, unchanged but for its base URL, against the sandbox."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import ccxt
import pytest

from okx_magic.sandbox import Keys, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


def exchange(sandbox: Sandbox, keys: Keys, *, demo: bool = True) -> ccxt.okx:
    client = ccxt.okx(
        {"apiKey": keys.key, "secret": keys.secret, "password": keys.passphrase,
         "enableRateLimit": False}
    )  # fmt: skip
    client.set_sandbox_mode(demo)
    client.urls["api"]["rest"] = sandbox.url
    return client


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=21) as running:
        yield running


@pytest.fixture
def okx(sandbox: Sandbox) -> Iterator[ccxt.okx]:
    client = exchange(sandbox, sandbox.demo)
    yield client
    client.session.close()


def test_markets(okx: ccxt.okx) -> None:
    """load_markets finds spot, swaps, futures and options, with the sizes that orders need."""
    markets = okx.load_markets()
    assert {market["type"] for market in markets.values()} == {"spot", "swap", "future", "option"}
    assert markets["BTC/USDT"]["precision"] == {"amount": 1e-08, "price": 0.1}
    assert markets["BTC/USDT:USDT"]["contractSize"] == 0.01
    assert markets["BTC/USD:BTC"]["inverse"]


def test_live_account_with_currencies(sandbox: Sandbox) -> None:
    """With live keys ccxt asks for the currencies as well, and sees the other account."""
    client = exchange(sandbox, sandbox.live, demo=False)
    client.load_markets()
    assert "OKB" in client.currencies
    assert client.fetch_balance()["total"]["USDT"] == 5000
    client.session.close()


def test_prices(okx: ccxt.okx) -> None:
    """Ticker, candles, book and trades are read and agree with each other."""
    ticker = okx.fetch_ticker("BTC/USDT")
    candles = okx.fetch_ohlcv("BTC/USDT", "1h", limit=300)
    book = okx.fetch_order_book("BTC/USDT", 10)
    trades = okx.fetch_trades("BTC/USDT", limit=50)
    assert len(candles) == 300
    assert [row[0] for row in candles] == sorted({row[0] for row in candles})
    assert book["bids"][0][0] < book["asks"][0][0]
    assert len(trades) == 50
    for price in (candles[-1][4], book["asks"][0][0], trades[-1]["price"]):
        assert price == pytest.approx(ticker["last"], rel=0.01)
    day = okx.fetch_ohlcv("BTC/USDT", "1d", since=okx.parse8601("2024-02-01T00:00:00Z"), limit=5)
    assert [okx.iso8601(row[0])[:10] for row in day] == [f"2024-02-0{n}" for n in range(1, 6)]


def test_a_limit_order(okx: ccxt.okx) -> None:
    """A limit order is placed, found, seen in the balance, and cancelled."""
    placed = okx.create_order("BTC/USDT", "limit", "buy", 0.01, 1000)
    assert okx.fetch_order(placed["id"], "BTC/USDT")["status"] == "open"
    assert [order["id"] for order in okx.fetch_open_orders("BTC/USDT")] == [placed["id"]]
    assert okx.fetch_balance()["used"]["USDT"] == 10
    okx.cancel_order(placed["id"], "BTC/USDT")
    assert okx.fetch_order(placed["id"], "BTC/USDT")["status"] == "canceled"
    assert okx.fetch_open_orders() == []
    with pytest.raises(ccxt.OrderNotFound, match="51400"):
        okx.cancel_order(placed["id"], "BTC/USDT")


def test_a_market_order(okx: ccxt.okx) -> None:
    """A market order fills; its trades and the balance say the same."""
    before = okx.fetch_balance()["total"]["BTC"]
    placed = okx.create_order("BTC/USDT", "market", "buy", 0.01)
    order = okx.fetch_order(placed["id"], "BTC/USDT")
    trades = okx.fetch_my_trades("BTC/USDT")
    assert (order["status"], order["filled"]) == ("closed", 0.01)
    assert {trade["order"] for trade in trades} == {placed["id"]}
    got = sum(Decimal(str(t["amount"])) - Decimal(str(t["fee"]["cost"])) for t in trades)
    assert Decimal(str(okx.fetch_balance()["total"]["BTC"])) == Decimal(str(before)) + got


def test_ccxt_understands_refusals(okx: ccxt.okx) -> None:
    """Rejected orders come out as ccxt's own exceptions."""
    with pytest.raises(ccxt.InsufficientFunds, match="51008"):
        okx.create_order("BTC/USDT", "limit", "buy", 1000, 1000)
    with pytest.raises(ccxt.OrderNotFound, match="51603"):
        okx.fetch_order("1", "BTC/USDT")


def test_wrong_credentials(okx: ccxt.okx, sandbox: Sandbox) -> None:
    """Secret, passphrase, environment and clock are told apart by their codes."""
    okx.load_markets()

    def refused(code: str) -> None:
        with pytest.raises(ccxt.AuthenticationError, match=code):
            okx.fetch_balance()

    okx.secret = sandbox.live.secret
    refused("50113")
    okx.secret, okx.password = sandbox.demo.secret, "wrong"
    refused("50105")
    okx.password = sandbox.demo.passphrase
    assert okx.fetch_balance()
    okx.apiKey = sandbox.live.key
    refused("50101")
    okx.apiKey = sandbox.demo.key
    okx.nonce = lambda: okx.milliseconds() - 31_000
    with pytest.raises(ccxt.InvalidNonce, match="50102"):
        okx.fetch_balance()
