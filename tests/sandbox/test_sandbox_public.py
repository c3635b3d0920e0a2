from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from documented import BARS

from okx_magic.catalogue import endpoint

if TYPE_CHECKING:
    from sandbox_caller import Caller, Clock

CANDLES = "/api/v5/market/candles"
HISTORY = "/api/v5/market/history-candles"
MINUTE = 60_000


@pytest.mark.parametrize(
    "target",
    [
        "/api/v5/public/time",
        "/api/v5/public/instruments?instType=SPOT",
        "/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD",
        "/api/v5/market/ticker?instId=BTC-USDT",
        "/api/v5/market/tickers?instType=SWAP",
        "/api/v5/market/books?instId=BTC-USDT",
        "/api/v5/market/trades?instId=BTC-USDT",
        "/api/v5/account/instruments?instType=SPOT",
        "/api/v5/account/config",
        "/api/v5/account/balance",
        "/api/v5/asset/balances",
        "/api/v5/asset/currencies",
    ],
)
def test_rows_have_the_documented_fields(call: Caller, target: str) -> None:
    """Every object has exactly the fields that the catalogue documents, in that order."""
    known = endpoint("GET", target.partition("?")[0])
    assert known is not None
    rows = call.get(target).data
    assert rows
    assert {tuple(row) for row in rows} == {known.fields}


def test_instruments_are_filtered(call: Caller) -> None:
    """The instType chooses the kind; instId, instFamily and the retired uly choose among them."""

    def ids(query: str) -> list[str]:
        rows = call.public(f"/api/v5/public/instruments?{query}").data
        return [row["instId"] for row in rows]

    assert {"BTC-USDT", "ETH-USDT", "SOL-USDT", "OKB-USDT", "ETH-BTC", "BTC-USDC"} <= set(
        ids("instType=SPOT")
    )
    assert ids("instType=SPOT&instId=BTC-USDT") == ["BTC-USDT"]
    assert ids("instType=SWAP&instFamily=BTC-USD") == ["BTC-USD-SWAP"]
    assert ids("instType=SWAP&uly=BTC-USD") == ["BTC-USD-SWAP"]
    assert ids("instType=MARGIN") == []
    assert all(name.startswith("ETH-USD-") for name in ids("instType=OPTION&uly=ETH-USD"))


@pytest.mark.parametrize(
    ("target", "status", "code", "msg"),
    [
        ("/api/v5/public/instruments", 400, "50014", "Parameter instType can not be empty."),
        ("/api/v5/public/instruments?instType=X", 400, "51000", "Parameter instType  error"),
        ("/api/v5/public/instruments?instType=OPTION", 400, "50014",
         "Parameter instFamily can not be empty."),
        ("/api/v5/market/ticker", 400, "50014", "Parameter instId can not be empty."),
        ("/api/v5/market/ticker?instId=X", 200, "51001", "Instrument ID doesn't exist."),
        ("/api/v5/market/ticker?instId=btc-usdt", 200, "51001", "Instrument ID doesn't exist."),
        ("/api/v5/market/index-tickers", 400, "50015",
         "Either parameter quoteCcy or instId is required"),
        ("/api/v5/market/index-candles?instId=BTC-EUR", 200, "51001", "Instrument ID doesn't exist."),
        ("/api/v5/market/index-candles?instId=BTC-USD&bar=2D", 400, "51000", "Parameter bar  error"),
        ("/api/v5/market/history-trades?instId=BTC-USDT&type=2&before=1", 200, "50039",
         'Parameter "before" isn\'t supported for timestamp pagination'),
        ("/api/v5/market/books-full?instId=BTC-USDT&sz=5001", 400, "51000", "Parameter sz  error"),
        ("/api/v5/market/index-components?index=X", 200, "51001", "Instrument ID doesn't exist."),
        ("/api/v5/public/mark-price", 400, "50014", "Parameter instType can not be empty."),
        ("/api/v5/public/funding-rate?instId=BTC-USDT", 200, "51001",
         "Instrument ID doesn't exist."),
        ("/api/v5/public/open-interest?instType=OPTION", 400, "50014",
         "Parameter instFamily can not be empty."),
        ("/api/v5/public/position-tiers?instType=SWAP", 400, "50014",
         "Parameter tdMode can not be empty."),
        ("/api/v5/system/status?state=X", 400, "51000", "Parameter state  error"),
        ("/api/v5/rubik/stat/contracts/open-interest-history?instId=BTC-USDT", 400, "51000",
         "Parameter instId  error"),
        ("/api/v5/rubik/stat/contracts/open-interest-history?instId=BTC-USDT-SWAP&period=1m", 400,
         "51000", "Parameter period  error"),
        ("/api/v5/rubik/stat/contracts/open-interest-volume?ccy=OKB", 400, "51000",
         "Parameter ccy  error"),
        ("/api/v5/market/books?instId=BTC-USDT&sz=401", 400, "51000", "Parameter sz  error"),
        ("/api/v5/market/candles?instId=BTC-USDT&limit=0", 400, "51000",
         "Parameter limit  error"),
        ("/api/v5/market/candles?instId=BTC-USDT&bar=1h", 400, "51000", "Parameter bar  error"),
        ("/api/v5/market/candles?instId=BTC-USDT&bar=1s", 400, "51000", "Parameter bar  error"),
        ("/api/v5/market/candles?instId=BTC-USDT&after=x", 400, "51000",
         "Parameter after  error"),
    ],
)  # fmt: skip
def test_bad_queries(call: Caller, target: str, status: int, code: str, msg: str) -> None:
    """A missing or bad parameter is refused by its name."""
    answer = call.public(target)
    assert (answer.status, answer.json) == (status, {"code": code, "data": [], "msg": msg})


@pytest.mark.parametrize("inst_id", ["BTC-USDT", "BTC-USDT-SWAP", "BTC-USD-SWAP", "ETH-BTC"])
def test_ticker_and_open_candle_agree(call: Caller, inst_id: str) -> None:
    """The ticker's last is the close of every bar that is still open, and the last trade."""
    ticker = call.public(f"/api/v5/market/ticker?instId={inst_id}").data[0]
    for bar in sorted(set(BARS) - {"1s"}):
        newest = call.public(f"{CANDLES}?instId={inst_id}&bar={bar}&limit=1").data[0]
        assert (newest[4], newest[8]) == (ticker["last"], "0"), bar
    trade = call.public(f"/api/v5/market/trades?instId={inst_id}&limit=1").data[0]
    assert (trade["px"], trade["sz"]) == (ticker["last"], ticker["lastSz"])
    assert float(ticker["bidPx"]) <= float(ticker["last"]) <= float(ticker["askPx"])
    assert ticker in call.public(f"/api/v5/market/tickers?instType={ticker['instType']}").data


# Long bars are made of years of minutes.
LONG = {"1W", "1Wutc", "1M", "1Mutc", "3M", "3Mutc"}
SLOW = [pytest.param(bar, marks=pytest.mark.slow) for bar in sorted(LONG)]


@pytest.mark.parametrize("bar", [*sorted(set(BARS) - {"1s"} - LONG), *SLOW])
def test_candles_are_newest_first_and_join(call: Caller, bar: str) -> None:
    """Rows of nine, newest first, each opening where the one before closed; only one is open."""
    rows = call.public(f"{CANDLES}?instId=ETH-USDT&bar={bar}&limit=50").data
    assert len(rows) > 20
    assert all(len(row) == 9 for row in rows)
    assert all(int(new[0]) > int(old[0]) for new, old in pairwise(rows))
    assert all(new[1] == old[4] for new, old in pairwise(rows))
    assert [row[8] for row in rows] == ["0", *["1"] * (len(rows) - 1)]


def test_a_bar_that_has_just_begun(call: Caller, clock: Clock) -> None:
    """As it begins a bar stands at the close before it, without volume."""
    clock.now = 1_772_508_840.0
    new, old = call.public(f"{CANDLES}?instId=BTC-USDT&limit=2").data
    assert new[1:5] == [old[4]] * 4
    assert new[5:] == ["0", "0", "0", "0"]


def test_cursors_are_exclusive(call: Caller) -> None:
    """With after come older rows, with before newer ones, neither the cursor's own."""
    rows = call.public(f"{CANDLES}?instId=BTC-USDT&limit=10").data
    middle = rows[5][0]
    older = call.public(f"{CANDLES}?instId=BTC-USDT&after={middle}&limit=4").data
    newer = call.public(f"{CANDLES}?instId=BTC-USDT&before={middle}").data
    both = call.public(f"{CANDLES}?instId=BTC-USDT&after={rows[2][0]}&before={rows[8][0]}").data
    assert older == rows[6:10]
    assert newer == rows[:5]
    assert both == rows[3:8]
    newest = call.public(f"{CANDLES}?instId=BTC-USDT&before={rows[9][0]}&limit=2").data
    assert newest == rows[:2]


@pytest.mark.parametrize("size", [1, 7, 99, 300])
@pytest.mark.parametrize("bar", ["1m", "1D"])
def test_paging_in_any_size_gives_the_same_rows(call: Caller, bar: str, size: int) -> None:
    """History paged by after is one sequence, however many rows a page has."""
    whole = call.public(f"{HISTORY}?instId=BTC-USDT&bar={bar}&limit=300").data
    paged: list[list[str]] = []
    after = ""
    while len(paged) < 30:
        query = f"instId=BTC-USDT&bar={bar}&limit={size}{after}"
        paged += call.public(f"{HISTORY}?{query}").data
        after = f"&after={paged[-1][0]}"
    count = min(len(paged), 300)
    assert paged[:count] == whole[:count]


@pytest.mark.parametrize(
    ("target", "most"),
    [
        (f"{CANDLES}?instId=BTC-USDT", 300),
        ("/api/v5/market/mark-price-candles?instId=BTC-USDT", 100),
        ("/api/v5/market/trades?instId=BTC-USDT", 500),
        ("/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP", 400),
    ],
)
def test_more_than_the_most_is_the_most(call: Caller, target: str, most: int) -> None:
    """Who asks for more rows than a page can have gets a whole page, not a refusal."""
    assert len(call.public(f"{target}&limit={most + 1}").data) == most


@pytest.mark.slow
def test_history_ends_with_the_listing(call: Caller) -> None:
    """Paging comes to an end: nothing is older than the bar in which the pair was listed."""
    rows = call.public(f"{HISTORY}?instId=BTC-USDT&bar=1Mutc&limit=300").data
    assert rows[-1][0] == "1546300800000"
    assert call.public(f"{HISTORY}?instId=BTC-USDT&bar=1Mutc&after={rows[-1][0]}").data == []


def test_recent_candles_reach_back_1440_bars(call: Caller) -> None:
    """The recent endpoint ends after 1,440 bars; its history twin goes on, without the open bar."""
    rows, after = [], ""
    while page := call.public(f"{CANDLES}?instId=BTC-USDT&limit=300{after}").data:
        rows += page
        after = f"&after={page[-1][0]}"
    assert len(rows) == 1440
    history = call.public(f"{HISTORY}?instId=BTC-USDT&limit=2").data
    assert history == rows[1:3]


def test_book_depth(call: Caller) -> None:
    """One level by default, up to 400; rows of four with the retired column 0."""
    assert len(call.public("/api/v5/market/books?instId=BTC-USDT").data[0]["asks"]) == 1
    book = call.public("/api/v5/market/books?instId=BTC-USDT&sz=400").data[0]
    assert (len(book["asks"]), len(book["bids"])) == (400, 400)
    assert {(len(row), row[2]) for row in book["asks"] + book["bids"]} == {(4, "0")}


def test_what_is_marked_as_margin(call: Caller) -> None:
    """Spot pairs are marked as MARGIN, with their index, and by their name alone as well."""
    [named] = call.public("/api/v5/public/mark-price?instId=BTC-USDT").data
    [margin] = call.public("/api/v5/public/mark-price?instType=MARGIN&instId=BTC-USDT").data
    [index] = call.public("/api/v5/market/index-tickers?instId=BTC-USDT").data
    assert named == margin
    assert (named["instType"], named["markPx"]) == ("MARGIN", index["idxPx"])


def test_tiers_of_families(call: Caller) -> None:
    """A family has one table of tiers, and up to five are to be had at once; by number comes one of
    a table, without a family all.
    """
    path = "/api/v5/public/position-tiers?tdMode=cross&instType=SWAP"
    rows = call.public(f"{path}&instFamily=BTC-USDT").data
    assert [row["tier"] for row in rows] == ["1", "2", "3", "4"]
    assert call.public(f"{path}&uly=BTC-USDT&tier=2").data == rows[1:2]
    both = call.public(f"{path}&instFamily=BTC-USDT,ETH-USDT").data
    assert both == rows + call.public(f"{path}&instFamily=ETH-USDT").data
    assert call.public(f"{path}&uly=BTC-USDT%2CETH-USDT").data == both
    assert call.public(f"{path}&instFamily=A,B,C,D,E,F").json["code"] == "50025"
    assert {row["instFamily"] for row in call.public(path).data} > {"BTC-USDT", "BTC-USD"}
    assert call.public(path.replace("SWAP", "MARGIN")).data == []


def test_a_day_of_all(call: Caller) -> None:
    """The platform's volume is that of all tickers, in dollars, and in yuan at the rate served."""
    [volume] = call.public("/api/v5/market/platform-24-volume").data
    [rate] = call.public("/api/v5/market/exchange-rate").data
    usd, cny = float(volume["volUsd"]), float(volume["volCny"])
    assert cny == pytest.approx(usd * float(rate["usdCny"]))
    traded = 0.0
    for inst_type in ("SPOT", "SWAP", "FUTURES"):
        for row in call.public(f"/api/v5/market/tickers?instType={inst_type}").data:
            # In quote currency for spot pairs, else in base currency.
            px = 1.0 if inst_type == "SPOT" else float(row["last"])
            traded += float(row["volCcy24h"]) * px
    assert usd == pytest.approx(traded, rel=0.1)


@pytest.mark.slow
def test_no_number_has_an_exponent(call: Caller) -> None:
    """Numbers are plain text, however small or large."""
    for inst_type in ("SPOT", "SWAP", "FUTURES", "OPTION"):
        for row in call.public(f"/api/v5/market/tickers?instType={inst_type}").data:
            numbers = [value for name, value in row.items() if name not in {"instType", "instId"}]
            assert not any("E" in value for value in numbers), row


@pytest.mark.parametrize(
    ("query", "converted"),
    [
        # Linear, 0.01 BTC a contract; inverse, 100 dollars a contract.
        ("instId=BTC-USDT-SWAP&sz=0.0371", "3.71"),
        ("instId=BTC-USDT-SWAP&sz=0.03719&opType=open", "3.71"),
        ("instId=BTC-USDT-SWAP&sz=0.03719&opType=close", "3.72"),
        ("instId=BTC-USDT-SWAP&sz=600&unit=usds&px=30000", "2"),
        ("instId=BTC-USDT-SWAP&sz=3&type=2", "0.03"),
        ("instId=BTC-USDT-SWAP&sz=3&type=2&unit=usds&px=30000", "900"),
        ("instId=BTC-USD-SWAP&sz=0.5&px=30000", "150"),
        ("instId=BTC-USD-SWAP&sz=150&px=30000&type=2", "0.5"),
    ],
)
def test_contracts_and_coins(call: Caller, query: str, converted: str) -> None:
    """Either way, in coins and in dollars; whole lots, rounded down to open."""
    assert call.public(f"/api/v5/public/convert-contract-coin?{query}").data[0]["sz"] == converted


def test_coins_of_a_coin(call: Caller) -> None:
    """A spot pair has no contracts, and of inverse ones the price is needed."""
    path = "/api/v5/public/convert-contract-coin?sz=1&instId="
    assert call.public(path + "BTC-USDT").json["code"] == "51000"
    assert call.public(path + "BTC-USD-SWAP").json["code"] == "50014"
