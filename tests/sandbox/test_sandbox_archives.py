"""Files of history in the sandbox: listed as OKX does, and of the same market as its other endpoints."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandbox_caller import Caller

PATH = "/api/v5/public/market-data-history"
DAY = 86_400_000
# 2026-03-01 and 2026-03-03 in UTC+8.
FIRST, NOW = 1_772_294_400_000, 1_772_467_200_000


def listed(call: Caller, query: str, begin: int = FIRST, end: int = NOW) -> list[dict[str, Any]]:
    (row,) = call.public(f"{PATH}?{query}&begin={begin}&end={end}").data
    return [each for group in row["details"] for each in group["groupDetails"]]


def rows_of(content: bytes) -> list[dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


def test_candles_in_a_file_are_those_of_the_endpoint(call: Caller) -> None:
    """Bar by bar: each number as the endpoint writes it."""
    (file,) = listed(
        call, "module=2&instType=SPOT&instIdList=BTC-USDT&dateAggrType=daily", end=FIRST
    )
    rows = rows_of(call.public(file["url"]).body)
    low = int(file["dateTs"])
    assert [int(each["open_time"]) for each in rows] == list(range(low, low + DAY, 60_000))
    target = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1m&limit=100"
    bars = call.public(f"{target}&after={low + DAY}").data
    named = [list(each.values()) for each in rows[: -len(bars) - 1 : -1]]
    assert [[ts, *values, done] for _, *values, ts, done in named] == bars


def test_trades_in_a_file_are_those_of_the_endpoint(call: Caller) -> None:
    """The newest hundred of a day; of what trades much there is none."""
    every = "module=1&instType=SPOT&dateAggrType=daily"
    assert listed(call, f"{every}&instIdList=BTC-USDT") == []
    (file,) = listed(call, f"{every}&instIdList=CRV-USDT", end=FIRST)
    rows = rows_of(call.public(file["url"]).body)
    end = int(file["dateTs"]) + DAY
    trades = call.public(
        f"/api/v5/market/history-trades?instId=CRV-USDT&type=2&after={end}&limit=100"
    ).data
    ours = [(each["tradeId"], each["px"], each["sz"], each["side"], each["ts"]) for each in trades]
    theirs = [
        (each["trade_id"], each["price"], each["size"], each["side"], each["created_time"])
        for each in rows[:-101:-1]
    ]
    assert ours == theirs


def test_funding_of_a_month(call: Caller) -> None:
    """As the endpoint has it."""
    query = "module=3&instType=SWAP&instFamilyList=BTC-USDT&dateAggrType=monthly"
    begin = int(datetime(2026, 1, 15, tzinfo=UTC).timestamp() * 1000)
    (file,) = listed(call, query, begin, begin)
    rows = rows_of(call.public(file["url"]).body)
    assert len(rows) == 31 * 3
    after = int(rows[-1]["funding_time"]) + 1
    rates = call.public(
        f"/api/v5/public/funding-rate-history?instId=BTC-USDT-SWAP&after={after}"
    ).data
    assert [each["funding_rate"] for each in rows[::-1]] == [
        each["fundingRate"] for each in rates[: len(rows)]
    ]


def test_a_day_is_there_on_the_day_after_the_next(call: Caller) -> None:
    """Not before; newest first, both ends included."""
    files = listed(
        call, "module=2&instType=SPOT&instIdList=ETH-USDT&dateAggrType=daily", FIRST - DAY
    )
    assert [each["filename"] for each in files] == [
        f"ETH-USDT-candlesticks-2026-{day}.zip" for day in ("03-01", "02-28")
    ]
    late = files[0]["url"].replace("2026-03-01", "2026-03-02").replace("20260301", "20260302")
    assert call.public(late).status == 404


@pytest.mark.parametrize(
    "query",
    [
        "module=2&instType=SPOT&dateAggrType=daily&begin=1&end=2",
        "module=9&instType=SPOT&instIdList=BTC-USDT&dateAggrType=daily&begin=1&end=2",
        f"module=2&instType=SPOT&instIdList=BTC-USDT&dateAggrType=daily&begin=1&end={21 * DAY}",
        f"module=2&instType=SPOT&instIdList={','.join(['A-B'] * 11)}&dateAggrType=daily&begin=1&end=2",
    ],
)
def test_what_is_not_documented_is_refused(call: Caller, query: str) -> None:
    """A name that is missing, another module, too many days, too many names."""
    assert call.public(f"{PATH}?{query}").json["code"] != "0"


@pytest.mark.parametrize(
    "name",
    [
        "candlesticks/daily/20260301/../BTC-USDT-candlesticks-2026-03-01.zip",
        "candlesticks/daily/20260228/BTC-USDT-candlesticks-2026-03-01.zip",
        "candlesticks/daily/20260399/BTC-USDT-candlesticks-2026-03-99.zip",
        "swaprates/monthly/202601/BTC-USDT-fundingrates-2026-01.zip",
        "trades/daily/20260301/NO-SUCH-trades-2026-03-01.zip",
    ],
)
def test_what_is_not_listed_is_not_there(call: Caller, name: str) -> None:
    """404, whatever is asked for."""
    assert call.public(f"/cdn/okex/traderecords/{name}").status == 404
