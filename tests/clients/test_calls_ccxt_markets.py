"""ccxt's calls for what there is to trade and on which terms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from clientcalls import right

if TYPE_CHECKING:
    import ccxt
    from sandbox_caller import Caller, Clock

    from okx_magic.sandbox import Sandbox

SPOT, SWAP = "BTC/USDT", "BTC/USDT:USDT"


@right("ccxt", "load_markets", "GET public/instruments")
@right("ccxt", "fetch_markets", "GET public/instruments")
def test_fetch_markets(okx: ccxt.okx, raw: Caller) -> None:
    """Every instrument of every type is a market, with the steps and least sizes of the raw one."""
    types = ("SPOT", "SWAP", "FUTURES", "OPTION&instFamily=BTC-USD", "OPTION&instFamily=ETH-USD")
    rows = [
        row
        for kind in types
        for row in raw.public(f"/api/v5/public/instruments?instType={kind}").data
    ]
    markets = {market["id"]: market for market in okx.fetch_markets()}
    assert set(markets) == {row["instId"] for row in rows}
    for row in rows:
        market = markets[row["instId"]]
        assert market["precision"] == {
            "amount": float(row["lotSz"]), "price": float(row["tickSz"])
        }  # fmt: skip
        assert market["limits"]["amount"]["min"] == float(row["minSz"])
        assert market["contractSize"] == (float(row["ctVal"]) if row["ctVal"] else None)
        if row["ctType"]:
            assert market["inverse"] == (row["ctType"] == "inverse")
    assert set(okx.load_markets()) == {market["symbol"] for market in markets.values()}
    assert {m["type"] for m in markets.values()} == {"spot", "swap", "future", "option"}


@right("ccxt", "fetch_currencies", "GET asset/currencies")
def test_fetch_currencies(okx: ccxt.okx, sandbox: Sandbox, raw: Caller) -> None:
    """With live keys ccxt asks for the currencies, too, and sees the other account; in demo trading
    it leaves them out.
    """
    okx.set_sandbox_mode(False)
    okx.urls["api"]["rest"] = sandbox.url
    live = sandbox.live
    okx.apiKey, okx.secret, okx.password = live.key, live.secret, live.passphrase
    currencies = okx.fetch_currencies()
    assert set(currencies) == {row["ccy"] for row in raw.get("/api/v5/asset/currencies").data}
    assert okx.fetch_balance()["total"]["USDT"] == 5000


@right("ccxt", "fetch_time", "GET public/time")
def test_fetch_time(okx: ccxt.okx, clock: Clock) -> None:
    """The sandbox's time, in milliseconds."""
    assert okx.fetch_time() == int(clock.now * 1000)


@right("ccxt", "fetch_status", "GET system/status")
def test_fetch_status(okx: ccxt.okx) -> None:
    """No maintenance is planned."""
    assert okx.fetch_status()["status"] == "ok"


@right("ccxt", "fetch_accounts", "GET account/config")
def test_fetch_accounts(okx: ccxt.okx, raw: Caller) -> None:
    """The one account has the raw uid and account mode."""
    row = raw.get("/api/v5/account/config").data[0]
    assert [(each["id"], each["type"]) for each in okx.fetch_accounts()] == [
        (row["uid"], row["acctLv"])
    ]


@right("ccxt", "fetch_underlying_assets", "GET public/underlying")
@pytest.mark.parametrize("kind", ["swap", "future", "option"])
def test_fetch_underlying_assets(okx: ccxt.okx, kind: str) -> None:
    """The underlyings are those of the markets of the type."""
    expected = {m["info"]["uly"] for m in okx.markets.values() if m["type"] == kind}
    assert set(okx.fetch_underlying_assets({"type": kind})) == expected


@right("ccxt", "fetch_market_leverage_tiers", "GET public/position-tiers")
def test_fetch_market_leverage_tiers(okx: ccxt.okx, raw: Caller) -> None:
    """The tiers have the raw sizes, rates and leverages; each begins where the one before ends."""
    path = "/api/v5/public/position-tiers"
    rows = raw.public(f"{path}?instType=SWAP&tdMode=cross&instFamily=BTC-USDT").data
    tiers = okx.fetch_market_leverage_tiers(SWAP, {"marginMode": "cross"})
    names = ("minNotional", "maxNotional", "maintenanceMarginRate", "maxLeverage")
    assert [[tier[name] for name in names] for tier in tiers] == [
        [float(row[name]) for name in ("minSz", "maxSz", "mmr", "maxLever")] for row in rows
    ]
    assert [a["maxNotional"] for a in tiers[:-1]] == [b["minNotional"] for b in tiers[1:]]


@right("ccxt", "fetch_trading_fee", "GET account/trade-fee")
@pytest.mark.parametrize(
    ("symbol", "query"),
    [(SPOT, "instType=SPOT&instId=BTC-USDT"), (SWAP, "instType=SWAP&instFamily=BTC-USDT")],
)
def test_fetch_trading_fee(okx: ccxt.okx, raw: Caller, symbol: str, query: str) -> None:
    """What is paid: a rate above nothing, where OKX's own sign is the other one; and an order's fee
    is the rate that was told.
    """
    row = raw.get(f"/api/v5/account/trade-fee?{query}").data[0]
    fee = okx.fetch_trading_fee(symbol)
    assert fee["maker"] == -float(row["maker"] if symbol == SPOT else row["makerU"])
    assert fee["taker"] == -float(row["taker"] if symbol == SPOT else row["takerU"])
    assert 0 < fee["maker"] <= fee["taker"]
    order = okx.create_order(symbol, "market", "sell", 0.1 if symbol == SPOT else 1)
    trade = okx.fetch_order_trades(order["id"], symbol)[0]
    assert trade["fee"]["cost"] == pytest.approx(trade["cost"] * fee["taker"])


@right("ccxt", "fetch_deposit_withdraw_fees", "GET asset/currencies")
def test_fetch_deposit_withdraw_fees(okx: ccxt.okx, raw: Caller) -> None:
    """The fees of every currency, by its chains."""
    rows = raw.get("/api/v5/asset/currencies").data
    fees = okx.fetch_deposit_withdraw_fees()
    assert set(fees) == {row["ccy"] for row in rows}
    assert {ccy: fee["withdraw"]["fee"] for ccy, fee in fees.items()} == {
        row["ccy"]: float(row["fee"]) for row in rows
    }
