"""One session at the built-in exchange, with something bought and sold, and the frames of its answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import okx_magic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.session import Session

TARGETS = {
    "candles": "/api/v5/market/candles?instId=BTC-USDT&bar=15m&limit=300",
    "index candles": "/api/v5/market/index-candles?instId=BTC-USD",
    "book": "/api/v5/market/books?instId=BTC-USDT&sz=400",
    "fills": "/api/v5/trade/fills",
    "orders": "/api/v5/trade/orders-history?instType=SPOT",
    "open orders": "/api/v5/trade/orders-pending",
    "balance": "/api/v5/account/balance",
    "bills": "/api/v5/account/bills",
    "positions": "/api/v5/account/positions",
    "funding": "/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP",
    "tickers": "/api/v5/market/tickers?instType=SPOT",
    "trades": "/api/v5/market/trades?instId=BTC-USDT&limit=500",
    "open interest": "/api/v5/rubik/stat/contracts/open-interest-volume?ccy=BTC",
    "open interest now": "/api/v5/public/open-interest?instType=SWAP",
    "instruments": "/api/v5/public/instruments?instType=SPOT",
    "closed positions": "/api/v5/account/positions-history",
}
ORDERS = (
    {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "100"},
    {"instId": "BTC-USDT", "tdMode": "cash", "side": "sell", "ordType": "market", "sz": "0.01"},
    {
        "instId": "BTC-USDT",
        "tdMode": "cash",
        "side": "buy",
        "ordType": "limit",
        "sz": "1",
        "px": "9",
    },
    {
        "instId": "BTC-USDT-SWAP",
        "tdMode": "isolated",
        "side": "buy",
        "ordType": "market",
        "sz": "9",
    },
)


@pytest.fixture(scope="session")
def okx() -> Iterator[Session]:
    with okx_magic.connect("sandbox") as session:
        for order in ORDERS:
            session.frame("POST", "/api/v5/trade/order", json.dumps(order))
        yield session


@pytest.fixture(scope="session")
def frames(okx: Session) -> dict[str, pd.DataFrame]:
    return {name: okx.frame("GET", target) for name, target in TARGETS.items()}


@pytest.fixture
def hours() -> pd.DataFrame:
    """Forty-eight bars that anybody can check by hand: the first rises, the second falls, and so on."""
    index = pd.date_range("2026-01-01", periods=48, freq="h", tz="UTC", name="ts")
    close = 100.0 + np.where(np.arange(48) % 2 == 0, 1.0, -1.0)
    return pd.DataFrame(
        {"open": 100.0, "high": close + 2, "low": close - 3, "close": close, "vol": 5.0},
        index=index,
    )
