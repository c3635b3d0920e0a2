"""Every public endpoint that is served answers as the catalogue documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from documented import deviations

from okx_magic.knowledge import endpoint
from okx_magic.sandbox.routes_public import PUBLIC

if TYPE_CHECKING:
    from sandbox_caller import Caller

# path: queries that bring answers with rows
QUERIES: dict[str, tuple[str, ...]] = {
    "/api/v5/public/time": ("",),
    "/api/v5/public/instruments": (
        "instType=SPOT",
        "instType=SWAP",
        "instType=FUTURES",
        "instType=OPTION&instFamily=BTC-USD",
    ),
    "/api/v5/market/tickers": ("instType=SPOT", "instType=SWAP", "instType=OPTION"),
    "/api/v5/market/ticker": ("instId=BTC-USDT", "instId=BTC-USD-SWAP"),
    "/api/v5/market/books": ("instId=BTC-USDT&sz=5",),
    "/api/v5/market/books-full": ("instId=BTC-USDT&sz=500",),
    "/api/v5/market/trades": ("instId=BTC-USDT",),
    "/api/v5/market/history-trades": ("instId=BTC-USDT", "instId=BTC-USD-SWAP&type=2"),
    "/api/v5/market/index-tickers": ("instId=BTC-USD", "quoteCcy=USDT"),
    "/api/v5/market/index-components": ("index=BTC-USD",),
    "/api/v5/market/platform-24-volume": ("",),
    "/api/v5/market/exchange-rate": ("",),
    "/api/v5/public/mark-price": (
        "instType=MARGIN",
        "instType=SWAP",
        "instType=OPTION&instFamily=BTC-USD",
        "instId=BTC-USDT",
    ),
    "/api/v5/public/underlying": ("instType=SWAP", "instType=OPTION"),
    "/api/v5/public/funding-rate": ("instId=BTC-USDT-SWAP", "instId=ANY"),
    "/api/v5/public/funding-rate-history": ("instId=BTC-USD-SWAP",),
    "/api/v5/public/open-interest": ("instType=SWAP", "instType=OPTION&instFamily=ETH-USD"),
    "/api/v5/public/price-limit": ("instId=BTC-USDT", "instId=BTC-USD-301227-50000-C"),
    "/api/v5/public/position-tiers": (
        "instType=SWAP&tdMode=cross&instFamily=BTC-USDT",
        "instType=FUTURES&tdMode=isolated&uly=BTC-USD",
    ),
    "/api/v5/system/status": ("",),
    "/api/v5/rubik/stat/trading-data/support-coin": ("",),
    "/api/v5/rubik/stat/contracts/open-interest-history": (
        "instId=BTC-USDT-SWAP",
        "instId=BTC-USD-301227&period=1W",
    ),
    "/api/v5/rubik/stat/contracts/open-interest-volume": ("ccy=BTC", "ccy=SOL&period=1D"),
}
for kind, name in (("", "BTC-USDT"), ("index-", "BTC-USD"), ("mark-price-", "BTC-USDT-SWAP")):
    QUERIES[f"/api/v5/market/{kind}candles"] = (f"instId={name}",)
    QUERIES[f"/api/v5/market/history-{kind}candles"] = (f"instId={name}&bar=1Dutc",)

# The docs describe one list of all names, which is a row of any length.
DEVIATING = {"/api/v5/public/underlying": "row of other than ('uly',)"}
# There is never a maintenance to announce.
EMPTY = {"/api/v5/system/status"}


def test_every_public_endpoint_is_tried() -> None:
    """No endpoint is served that the test below does not look at."""
    assert set(QUERIES) == set(PUBLIC)


@pytest.mark.parametrize(
    "target",
    [f"{path}?{query}".rstrip("?") for path, queries in QUERIES.items() for query in queries],
)
def test_answers_are_as_documented(call: Caller, target: str) -> None:
    """There are rows, with exactly the documented fields, and our frames type every one."""
    data = call.public(target).data
    assert bool(data) is (target not in EMPTY)
    known = DEVIATING.get(target.partition("?")[0], "nothing")
    assert [found for found in deviations("GET", target, data) if not found.startswith(known)] == []


TICKER = "/api/v5/market/ticker?instId=BTC-USDT"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"more": "1"}, ["data has beside ['more']", "no type known for more"]),
        ({"last": "much"}, ["no value of its type in last"]),
        ({"last": {"px": "1"}}, ["last has beside ['px']", "no value of its type in last"]),
    ],
)
def test_what_is_not_documented_is_seen(
    call: Caller, change: dict[str, Any], words: list[str]
) -> None:
    """A field too much, a value of another type, an object in its place: each is named."""
    row = call.public(TICKER).data[0]
    assert deviations("GET", TICKER, [row | change]) == words


def test_what_lacks_is_seen(call: Caller) -> None:
    """So is a field that lacks, a row of another length, an endpoint that nobody knows."""
    row = call.public(TICKER).data[0]
    del row["ts"]
    assert deviations("GET", TICKER, [row]) == ["data lacks ['ts']"]
    assert deviations("GET", TICKER, row)[0] == "data is a dict"
    candles = "/api/v5/market/candles"
    known = endpoint("GET", candles)
    assert known is not None
    assert deviations("GET", candles, [["1"] * 9, ["1"] * 8])[0].startswith("row of other than")
    assert deviations("GET", "/x", [])[0].endswith("not in the catalogue")
