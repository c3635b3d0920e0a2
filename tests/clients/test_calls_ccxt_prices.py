"""ccxt's calls for prices, each against the raw answer of the sandbox."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from clientcalls import right

if TYPE_CHECKING:
    import ccxt
    from sandbox_caller import Caller, Clock

SPOT, SPOT_ID = "BTC/USDT", "BTC-USDT"
SWAP, SWAP_ID = "BTC/USDT:USDT", "BTC-USDT-SWAP"
HOUR = 3_600_000


def same_ticker(got: dict[str, Any], row: dict[str, str]) -> bool:
    names = {"last": "last", "high": "high24h", "low": "low24h", "open": "open24h", "bid": "bidPx",
             "ask": "askPx", "bidVolume": "bidSz", "askVolume": "askSz"}  # fmt: skip
    assert {name: got[name] for name in names} == {n: float(row[f]) for n, f in names.items()}
    assert (got["timestamp"], got["baseVolume"]) == (int(row["ts"]), float(row["vol24h"]))
    return True


@right("ccxt", "fetch_ticker", "GET market/ticker")
@pytest.mark.parametrize(("symbol", "inst_id"), [(SPOT, SPOT_ID), (SWAP, SWAP_ID)])
def test_fetch_ticker(okx: ccxt.okx, raw: Caller, symbol: str, inst_id: str) -> None:
    """A ticker has the raw prices and volumes, of spot and of a swap."""
    assert same_ticker(
        okx.fetch_ticker(symbol), raw.public(f"/api/v5/market/ticker?instId={inst_id}").data[0]
    )


@right("ccxt", "fetch_tickers", "GET market/tickers")
def test_fetch_tickers(okx: ccxt.okx, raw: Caller) -> None:
    """All tickers of a type, or chosen ones."""
    rows = raw.public("/api/v5/market/tickers?instType=SWAP").data
    tickers = okx.fetch_tickers(None, {"type": "swap"})
    assert {ticker["info"]["instId"] for ticker in tickers.values()} == {r["instId"] for r in rows}
    assert all(same_ticker(tickers[okx.safe_symbol(row["instId"])], row) for row in rows)
    assert set(okx.fetch_tickers([SPOT, "ETH/USDT"])) == {SPOT, "ETH/USDT"}


@right("ccxt", "fetch_order_book", "GET market/books")
def test_fetch_order_book(okx: ccxt.okx, raw: Caller) -> None:
    """The book has the raw levels, as deep as asked."""
    got = okx.fetch_order_book(SPOT, 25)
    book = raw.public(f"/api/v5/market/books?instId={SPOT_ID}&sz=25").data[0]
    for side in ("bids", "asks"):
        assert [level[:2] for level in got[side]] == [
            [float(p), float(s)] for p, s, *_ in book[side]
        ]
    assert (len(got["bids"]), got["timestamp"]) == (25, int(book["ts"]))


@right("ccxt", "fetch_l2_order_book", "GET market/books")
def test_fetch_l2_order_book(okx: ccxt.okx, raw: Caller) -> None:
    """The book summed up by price: prices are already single, so it is the raw one."""
    book = raw.public(f"/api/v5/market/books?instId={SWAP_ID}&sz=100").data[0]
    got = okx.fetch_l2_order_book(SWAP, 100)
    assert got["asks"] == [[float(p), float(s)] for p, s, *_ in book["asks"]]


@right("ccxt", "fetch_trades", "GET market/trades")
def test_fetch_trades(okx: ccxt.okx, raw: Caller) -> None:
    """Trades come oldest first, with the raw ids, prices, sizes and sides; cost is in USDT."""
    rows = raw.public(f"/api/v5/market/trades?instId={SWAP_ID}&limit=50").data
    got = okx.fetch_trades(SWAP, limit=50)
    assert [(t["id"], t["timestamp"], t["side"], t["price"], t["amount"]) for t in got] == [
        (r["tradeId"], int(r["ts"]), r["side"], float(r["px"]), float(r["sz"])) for r in rows[::-1]
    ]
    assert got[0]["cost"] == pytest.approx(got[0]["price"] * got[0]["amount"] * 0.01)


def bars(raw: Caller, path: str, volume: int | None) -> list[list[Any]]:
    rows = raw.public(f"/api/v5/market/{path}").data[::-1]
    return [
        [int(row[0]), *map(float, row[1:5]), float(row[volume]) if volume else None] for row in rows
    ]


@right("ccxt", "fetch_ohlcv", "GET market/candles")
def test_fetch_ohlcv(okx: ccxt.okx, raw: Caller) -> None:
    """Recent candles, oldest first; a swap's volume is in its base currency."""
    assert okx.fetch_ohlcv(SPOT, "1h", limit=90) == bars(
        raw, f"candles?instId={SPOT_ID}&bar=1H&limit=90", 5
    )
    assert okx.fetch_ohlcv(SWAP, "5m", limit=90) == bars(
        raw, f"candles?instId={SWAP_ID}&bar=5m&limit=90", 6
    )


@right("ccxt", "fetch_ohlcv (since)", "GET market/history-candles")
def test_fetch_old_ohlcv(okx: ccxt.okx) -> None:
    """Candles since a day of the past begin there; days are UTC days and made of their hours."""
    since = okx.parse8601("2024-02-01T00:00:00Z")
    days = okx.fetch_ohlcv(SPOT, "1d", since, 5)
    hours = okx.fetch_ohlcv(SPOT, "1h", since, 24)
    assert [okx.iso8601(row[0])[:10] for row in days] == [f"2024-02-0{n}" for n in range(1, 6)]
    assert days[0][1:5] == [
        hours[0][1], max(row[2] for row in hours), min(row[3] for row in hours), hours[-1][4]
    ]  # fmt: skip
    assert days[0][5] == pytest.approx(sum(row[5] for row in hours))


@right("ccxt", "fetch_ohlcv (paginate)", "GET market/history-candles")
def test_paginated_ohlcv(okx: ccxt.okx, clock: Clock) -> None:
    """Many pages make one unbroken series of hours, in which each opens where the last closed."""
    since = (int(clock.now * 1000) // HOUR - 1900) * HOUR
    rows = okx.fetch_ohlcv(SPOT, "1h", since, 700, {"paginate": True})
    assert [row[0] for row in rows] == [since + hour * HOUR for hour in range(700)]
    assert all(row[1] == before[4] for before, row in itertools.pairwise(rows))


@right("ccxt", "fetch_mark_ohlcv", "GET market/mark-price-candles")
def test_fetch_mark_ohlcv(okx: ccxt.okx, raw: Caller) -> None:
    """Candles of the mark price have no volume."""
    target = f"mark-price-candles?instId={SWAP_ID}&bar=1H&limit=50"
    assert okx.fetch_mark_ohlcv(SWAP, "1h", limit=50) == bars(raw, target, None)


@right("ccxt", "fetch_index_ohlcv", "GET market/index-candles")
def test_fetch_index_ohlcv(okx: ccxt.okx, raw: Caller) -> None:
    """Candles of the index under a swap."""
    target = f"index-candles?instId={SPOT_ID}&bar=1H&limit=50"
    assert okx.fetch_index_ohlcv(SWAP, "1h", limit=50) == bars(raw, target, None)


@right("ccxt", "fetch_mark_price", "GET public/mark-price")
def test_fetch_mark_price(okx: ccxt.okx, raw: Caller) -> None:
    """The mark price of one swap."""
    row = raw.public(f"/api/v5/public/mark-price?instType=SWAP&instId={SWAP_ID}").data[0]
    assert okx.fetch_mark_price(SWAP)["markPrice"] == float(row["markPx"])


@right("ccxt", "fetch_mark_prices", "GET public/mark-price")
def test_fetch_mark_prices(okx: ccxt.okx, raw: Caller) -> None:
    """The mark prices of all swaps."""
    rows = raw.public("/api/v5/public/mark-price?instType=SWAP").data
    got = okx.fetch_mark_prices(None, {"instType": "SWAP"})
    assert {symbol: ticker["markPrice"] for symbol, ticker in got.items()} == {
        okx.safe_symbol(row["instId"]): float(row["markPx"]) for row in rows
    }


@right("ccxt", "fetch_open_interest", "GET public/open-interest")
def test_fetch_open_interest(okx: ccxt.okx, raw: Caller) -> None:
    """The open interest of one swap, in contracts, coins and dollars."""
    row = raw.public(f"/api/v5/public/open-interest?instType=SWAP&instId={SWAP_ID}").data[0]
    got = okx.fetch_open_interest(SWAP)
    keys = ("openInterestAmount", "baseVolume", "openInterestValue")
    assert [got[key] for key in keys] == [float(row[name]) for name in ("oi", "oiCcy", "oiUsd")]


@right("ccxt", "fetch_open_interests", "GET public/open-interest")
def test_fetch_open_interests(okx: ccxt.okx, raw: Caller) -> None:
    """The open interest of all swaps."""
    rows = raw.public("/api/v5/public/open-interest?instType=SWAP").data
    got = okx.fetch_open_interests(None, {"instType": "SWAP"})
    assert {each["info"]["instId"]: each["openInterestAmount"] for each in got.values()} == {
        row["instId"]: float(row["oi"]) for row in rows
    }


@right("ccxt", "fetch_open_interest_history", "GET rubik/stat/contracts/open-interest-history")
def test_fetch_open_interest_history(okx: ccxt.okx, raw: Caller) -> None:
    """The days of open interest of one swap, oldest first."""
    path = "/api/v5/rubik/stat/contracts/open-interest-history"
    rows = raw.public(f"{path}?instId={SWAP_ID}&period=1D").data[::-1]
    got = okx.fetch_open_interest_history(SWAP, "1d")
    pairs = [(each["timestamp"], each["openInterestAmount"]) for each in got]
    assert pairs == [(int(ts), float(oi)) for ts, oi, *_ in rows]


@right(
    "ccxt",
    "fetch_open_interest_history (currency)",
    "GET rubik/stat/contracts/open-interest-volume",
)
def test_fetch_open_interest_of_a_currency(okx: ccxt.okx, raw: Caller) -> None:
    """The days of open interest of all contracts of a currency, in dollars."""
    rows = raw.public("/api/v5/rubik/stat/contracts/open-interest-volume?ccy=BTC&period=1D").data[
        ::-1
    ]
    got = okx.fetch_open_interest_history("BTC", "1d")
    pairs = [(each["timestamp"], each["openInterestValue"]) for each in got]
    assert pairs == [(int(ts), float(oi)) for ts, oi, *_ in rows]


@right("ccxt", "fetch_greeks", "GET public/opt-summary")
def test_fetch_greeks(okx: ccxt.okx, raw: Caller) -> None:
    """The greeks of one option, as its family's summary has them."""
    rows = raw.public("/api/v5/public/opt-summary?instFamily=BTC-USD").data
    symbols = {market["id"]: symbol for symbol, market in okx.load_markets().items()}
    row = rows[len(rows) // 2]
    got = okx.fetch_greeks(symbols[row["instId"]])
    assert got["delta"] == float(row["delta"])
    assert got["markImpliedVolatility"] == float(row["markVol"])
    assert got["vega"] == float(row["vega"])


@right(
    "ccxt",
    "fetch_long_short_ratio_history",
    "GET rubik/stat/contracts/long-short-account-ratio-contract",
)
def test_fetch_long_short_ratio_history(okx: ccxt.okx, raw: Caller) -> None:
    """How many are long for each that is short, oldest first."""
    path = "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract"
    rows = raw.public(f"{path}?instId={SWAP_ID}&period=1H").data
    got = okx.fetch_long_short_ratio_history(SWAP, "1h")
    assert [each["longShortRatio"] for each in got] == [float(row[1]) for row in rows[::-1]]


@right("ccxt", "fetch_funding_rate", "GET public/funding-rate")
def test_fetch_funding_rate(okx: ccxt.okx, raw: Caller, clock: Clock) -> None:
    """The next rate and its time, which is the next of three a day."""
    row = raw.public(f"/api/v5/public/funding-rate?instId={SWAP_ID}").data[0]
    got = okx.fetch_funding_rate(SWAP)
    assert got["fundingRate"] == float(row["fundingRate"])
    assert got["fundingTimestamp"] == int(row["fundingTime"])
    assert 0 < got["fundingTimestamp"] - clock.now * 1000 <= 8 * HOUR
    assert got["fundingTimestamp"] % (8 * HOUR) == 0


@right("ccxt", "fetch_funding_rates", "GET public/funding-rate")
def test_fetch_funding_rates(okx: ccxt.okx, raw: Caller) -> None:
    """The rates of all swaps at once."""
    rows = raw.public("/api/v5/public/funding-rate?instId=ANY").data
    got = okx.fetch_funding_rates()
    assert {each["info"]["instId"]: each["fundingRate"] for each in got.values()} == {
        row["instId"]: float(row["fundingRate"]) for row in rows
    }


@right("ccxt", "fetch_funding_interval", "GET public/funding-rate")
def test_fetch_funding_interval(okx: ccxt.okx) -> None:
    """From one funding to the next it is eight hours."""
    assert okx.fetch_funding_interval(SWAP)["interval"] == "8h"


@right("ccxt", "fetch_funding_rate_history", "GET public/funding-rate-history")
def test_fetch_funding_rate_history(okx: ccxt.okx, raw: Caller) -> None:
    """The rates of the past, oldest first, eight hours apart."""
    path = "/api/v5/public/funding-rate-history"
    rows = raw.public(f"{path}?instId={SWAP_ID}&limit=60").data[::-1]
    got = okx.fetch_funding_rate_history(SWAP, limit=60)
    assert [(each["timestamp"], each["fundingRate"]) for each in got] == [
        (int(row["fundingTime"]), float(row["realizedRate"])) for row in rows
    ]
    assert {b["timestamp"] - a["timestamp"] for a, b in itertools.pairwise(got)} == {8 * HOUR}


@right("ccxt", "fetch_option", "GET market/ticker")
def test_fetch_option(okx: ccxt.okx, raw: Caller) -> None:
    """An option's quote."""
    symbol = next(name for name, market in okx.markets.items() if market["option"])
    inst_id = okx.market_id(symbol)
    row = raw.public(f"/api/v5/market/ticker?instId={inst_id}").data[0]
    got = okx.fetch_option(symbol)
    assert (got["bidPrice"], got["askPrice"], got["lastPrice"]) == (
        float(row["bidPx"]), float(row["askPx"]), float(row["last"])
    )  # fmt: skip


@right("ccxt", "fetch_option_chain", "GET market/tickers")
def test_fetch_option_chain(okx: ccxt.okx, raw: Caller) -> None:
    """The quotes of all options on a coin."""
    rows = raw.public("/api/v5/market/tickers?instType=OPTION&uly=BTC-USD").data
    got = okx.fetch_option_chain("BTC")
    assert {each["info"]["instId"]: each["lastPrice"] for each in got.values()} == {
        row["instId"]: float(row["last"]) for row in rows
    }
