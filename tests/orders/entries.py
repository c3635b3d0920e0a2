"""A line of the ledger."""

from __future__ import annotations

from okx_magic.orders.ledger import Entry

KEY = "0123456789abcdef"
ENTRY = Entry(
    environment="demo",
    account="main",
    key=KEY,
    method="POST",
    path="/api/v5/trade/order",
    orders=(("BTC-USDT", "om1"),),
    settles=("GET /api/v5/trade/order?instId=BTC-USDT&clOrdId=om1",),
    fingerprint="f00",
)
