"""Files of history, as OKX offers them: a day or a month of what the other endpoints answer, as CSV in a
zip. Small ones only: candles of a minute, funding, and trades of instruments that trade little.

OKX docs: Public Data, Get historical market data.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from okx_magic.sandbox import params
from okx_magic.sandbox.market.instruments import Instrument, instruments
from okx_magic.sandbox.market.market import Market, Moment
from okx_magic.sandbox.replies import Reply, plain, refuse_if, there

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.sandbox.params import Params
    from okx_magic.sandbox.routes.rows import Row

ROOT = "/cdn/okex/traderecords/"

# The dates of these files are of UTC+8; a day is there on the day after the next.
_EAST = timedelta(hours=8)
_LATE = timedelta(days=1)
_MOST_PERIODS, _MOST_NAMES = 20, 10
_MOST_TRADES = 100_000
# What a row takes in a zip, in bytes.
_ROW = 20
_PLACE = re.compile(
    r"(trades|candlesticks|swaprates)/(?:daily|monthly)/\d+/"
    r"([A-Z0-9-]+)-(?:trades|candlesticks|fundingrates)-(\d{4}-\d\d(?:-\d\d)?)\.zip",
    re.ASCII,
)
_RANGE = re.compile(r"bytes=(\d{1,18})-", re.ASCII)


class _Archive(NamedTuple):
    """A file of an instrument from ``low`` up to ``high``, in seconds."""

    folder: str
    instrument: Instrument
    date: str
    low: int
    high: int

    @property
    def name(self) -> str:
        what = "fundingrates" if self.folder == "swaprates" else self.folder
        return f"{self.instrument.inst_id}-{what}-{self.date}.zip"

    @property
    def url(self) -> str:
        every = "daily" if len(self.date) == 10 else "monthly"
        return f"{ROOT}{self.folder}/{every}/{self.date.replace('-', '')}/{self.name}"

    def is_there(self, at: Moment) -> bool:
        """Whether it is offered by now."""
        market, one = at.market, self.instrument
        if self.high + _LATE.total_seconds() > at.now or one.listed >= self.high or one.opt_type:
            return False
        if self.folder == "swaprates":
            return one.inst_type == "SWAP"
        return self.folder == "candlesticks" or 0 < self.count(market) <= _MOST_TRADES

    def count(self, market: Market) -> int:
        """How many rows it has, or about."""
        if self.folder != "trades":
            return (self.high - self.low) // (60 if self.folder == "candlesticks" else 28_800)
        return len(self.trades(market))

    def trades(self, market: Market) -> range:
        """The numbers of the trades in it."""
        times = max(self.low, self.instrument.listed), self.high
        before, after = (market.trade_numbers(self.instrument, each) for each in times)
        return range(before.stop, after.stop)

    def rows(self, market: Market) -> Iterator[Mapping[str, Any]]:
        """What is in it, oldest first, by the names in the head."""
        one = self.instrument
        name, low = {"instrument_name": one.inst_id}, max(self.low, one.listed)
        if self.folder == "swaprates":
            # A settlement at the beginning of a day is of that day.
            for second in market.funding_times(low - 1, self.high - 1):
                rate = plain(market.funding_rate(one, second))
                yield name | {"funding_rate": rate, "funding_time": f"{second}000"}
        elif self.folder == "trades":
            for each in market.trades(one, self.trades(market)):
                yield name | {
                    "trade_id": each.number,
                    "side": each.side,
                    "price": plain(each.px),
                    "size": plain(each.sz),
                    "created_time": each.ms,
                    "source": "0",
                }
        else:
            for start in range(low // 60 * 60, self.high, 60):
                bar = market.candle(one, start, start + 60)
                numbers = [*bar[:4], *(round(amount, 8) for amount in bar[4:])]
                columns = dict(zip(bar._fields, map(plain, numbers), strict=True))
                yield name | columns | {"open_time": f"{start}000", "confirm": "1"}


class Archives:
    """The files themselves. The last one is kept, as it is fetched in pieces."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._last: tuple[_Archive, bytes] | None = None

    def answer(self, path: str, wanted: str, now: float) -> Reply:
        """The file at a path, or what is ``wanted`` of it by a Range header."""
        found = _PLACE.fullmatch(path.removeprefix(ROOT))
        archive = there(_archive(*found.groups()) if found else None, "404")
        offered = archive.url == path and archive.is_there(Moment(self._market, now))
        refuse_if(not offered, "404")
        if self._last is None or self._last[0] != archive:
            self._last = (archive, _zipped(archive, self._market))
        content = self._last[1]
        begin = int(match[1]) if (match := _RANGE.fullmatch(wanted)) else 0
        size = len(content)
        if begin >= size:
            return Reply(416, b"", "application/zip", (("Content-Range", f"bytes */{size}"),))
        place = (("Content-Range", f"bytes {begin}-{size - 1}/{size}"),)
        return Reply(
            206 if match else 200, content[begin:], "application/zip", place if match else ()
        )


def listing(at: Moment, query: Params) -> list[Row]:
    """Which files there are, newest first; their URLs are paths on this server."""
    spot, daily = query["instType"] == "SPOT", query["dateAggrType"] == "daily"
    asked = "instIdList" if spot else "instFamilyList"
    params.required(query, asked)
    names = params.listed(query, asked, _MOST_NAMES)
    begin, end = (_date(params.integer(query, each) // 1000) for each in ("begin", "end"))
    days = (end - begin).days + 1
    refuse_if(days < 1 or days > (_MOST_PERIODS if daily else 31 * _MOST_PERIODS), "51000", "begin")
    dates = [begin + timedelta(day) for day in range(days)]
    form = "%Y-%m-%d" if daily else "%Y-%m"
    texts = sorted({f"{each:{form}}" for each in dates}, reverse=True)
    folder = {"1": "trades", "2": "candlesticks", "3": "swaprates"}.get(query["module"], "")
    # A day of funding is offered of all together, which is not here.
    texts = texts if folder and not (daily and folder == "swaprates") else []
    suffixes = {"SPOT": [""], "SWAP": ["-SWAP"]}.get(query["instType"], [])
    groups = [_group(at, folder, name + suffix, texts) for suffix in suffixes for name in names]
    details = [group for group in groups if group]
    total = sum(float(each["groupSizeMB"]) for each in details)
    row = {"ts": str(at.ms), "totalSizeMB": f"{total:.2f}", "details": details}
    return [row | {"dateAggrType": query["dateAggrType"]}]


def _group(at: Moment, folder: str, inst_id: str, dates: list[str]) -> Row:
    archives = [found for date in dates if (found := _archive(folder, inst_id, date))]
    offered = [each for each in archives if each.is_there(at)]
    if not offered:
        return {}
    files = [
        {
            "filename": each.name,
            "dateTs": f"{each.low}000",
            "sizeMB": f"{each.count(at.market) * _ROW / 1e6:.2f}",
            "url": each.url,
        }
        for each in offered
    ]
    family, swap, _ = inst_id.partition("-SWAP")
    return {
        "instFamily" if swap else "instId": family,
        "dateRangeStart": f"{offered[-1].low}000",
        "dateRangeEnd": f"{offered[0].low}000",
        "groupSizeMB": f"{sum(float(each['sizeMB']) for each in files):.2f}",
        "groupDetails": files,
    }


def _archive(folder: str, inst_id: str, date: str) -> _Archive | None:
    one = instruments().get(inst_id)
    try:
        first = datetime.fromisoformat(date if len(date) == 10 else f"{date}-01")
    except ValueError:
        return None
    if one is None or one.inst_type not in {"SPOT", "SWAP"}:
        return None
    after = first + timedelta(1) if len(date) == 10 else (first + timedelta(32)).replace(day=1)
    low, high = (int((each.replace(tzinfo=UTC) - _EAST).timestamp()) for each in (first, after))
    return _Archive(folder, one, date, low, high)


def _date(second: int) -> datetime:
    moment = datetime.fromtimestamp(min(second, 4_102_444_800), UTC) + _EAST
    return moment.replace(hour=0, minute=0, second=0)


def _zipped(archive: _Archive, market: Market) -> bytes:
    text = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in archive.rows(market):
        if writer is None:
            writer = csv.DictWriter(text, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow(row)
    packed = io.BytesIO()
    # The same bytes each time, so that a part fetched later fits the one before it.
    info = zipfile.ZipInfo(archive.name.replace(".zip", ".csv"))
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(info, text.getvalue())
    return packed.getvalue()
