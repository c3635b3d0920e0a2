"""The public endpoints of prices: tickers, candles, books and trades, of the market, its indices and
its marks.

OKX docs: Order Book Trading, Market Data; Public Data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.market.book import DEPTH, Level
from okx_magic.sandbox.market.dates import bar_named
from okx_magic.sandbox.market.instruments import Instrument, indices, quoted
from okx_magic.sandbox.market.market import Candle, Moment, beat_of
from okx_magic.sandbox.replies import refuse_if
from okx_magic.sandbox.routes.rows import (
    Row,
    about,
    chosen,
    day_before,
    instrument_of,
    page_of_bars,
    page_of_numbers,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from okx_magic.sandbox.params import Params

_HISTORY_TRADES = "/api/v5/market/history-trades"

# Get candlesticks reaches back 1,440 bars; older ones are in its history twin.
_RECENT_BARS = 1440
# A full book has up to so many levels a side; ours is not as deep.
_FULL_BOOK = 5000


def tickers(at: Moment, query: Params) -> list[Row]:
    """All that are of a kind."""
    return [_quote(at, instrument) for instrument in chosen(at, query)]


def ticker(at: Moment, query: Params) -> list[Row]:
    """That of one instrument."""
    return [_quote(at, instrument_of(at, query))]


def _quote(at: Moment, instrument: Instrument) -> Row:
    day, row = (None, about(instrument)) if instrument.opt_type else _day(at, instrument)
    book = at.market.book(instrument, at.now, depth=1)
    numbers = at.market.trade_numbers(instrument, at.now)
    last = list(at.market.trades(instrument, numbers[-1:]))
    # Options do not trade here: they have quotes, and no day.
    vol, vol_ccy, _ = _amounts(day) if day else ("0", "0", "0")
    row |= _best("ask", book.asks) | _best("bid", book.bids)
    return row | {
        "last": at.market.last(instrument, at.now),
        "lastSz": last[0].sz if last else "",
        "volCcy24h": vol_ccy,
        "vol24h": vol,
        "ts": str(at.ms),
    }


def index_tickers(at: Moment, query: Params) -> list[Row]:
    """Those of all indices in a currency, or of one."""
    currency, name = query.get("quoteCcy", ""), query.get("instId")
    refuse_if(not (currency or name), "50015", "quoteCcy", "instId")
    rows = []
    for index in [instrument_of(at, query, indices())] if name else indices().values():
        if index.inst_id.endswith(currency and f"-{currency}"):
            day, row = _day(at, index)
            rows.append(row | {"instId": index.inst_id, "idxPx": day.close})
    return rows


def _day(at: Moment, quoted: Instrument) -> tuple[Candle, Row]:
    # The last 24 hours, and what tickers say of them.
    day = at.market.candle(quoted, day_before(at), at.now)
    return day, about(quoted) | {
        "open24h": day.open,
        "high24h": day.high,
        "low24h": day.low,
        "sodUtc0": at.market.last(quoted, _day_start(at, "1Dutc")),
        "sodUtc8": at.market.last(quoted, _day_start(at, "1D")),
        "ts": str(at.ms),
    }


def mark_price(at: Moment, query: Params) -> list[Row]:
    """Mark prices. OKX marks spot pairs as MARGIN, and what is named without a type, too."""
    if query.get("instId") and not query.get("instType"):
        found = [instrument_of(at, query)]
    else:
        found = chosen(
            at, {**query, "instType": query.get("instType", "").replace("MARGIN", "SPOT")}
        )
    rows = (about(one) | {"markPx": at.market.mark(one, at.now)} for one in found)
    return [
        row | {"instType": row["instType"].replace("SPOT", "MARGIN"), "ts": str(at.ms)}
        for row in rows
    ]


def candles(path: str, by: str) -> Callable[[Moment, Params], list[Any]]:
    """What ``path`` answers: the bars of prices ``by`` last, mark or index."""

    def handler(at: Moment, query: Params) -> list[Any]:
        # Bars have numbers, so a page is a range of them.
        bar = bar_named(query.get("bar", "1m"))
        named = instrument_of(at, query, indices() if by == "index" else None)
        instrument = quoted(named, by)
        newest, first = bar.number(at.second), bar.number(instrument.listed)
        # The recent ones end with the bar that is still open, the history before it.
        numbers = range(first, newest)
        if "/history-" not in path:
            numbers = range(max(first, newest - _RECENT_BARS + 1), newest + 1)
        rows = []
        for number in page_of_bars(query, path, bar, numbers):
            start, end = bar.start(number), bar.start(number + 1)
            opened = max(start, instrument.listed)
            candle = at.market.candle(instrument, opened, max(opened, min(end, at.now)))
            amounts = _amounts(candle) if by == "last" else []
            rows.append([f"{start}000", *candle[:4], *amounts, "1" if end <= at.now else "0"])
        return rows

    return handler


def books(at: Moment, query: Params) -> list[Row]:
    """The best levels of a book."""
    return [_book(at, query, most=DEPTH, columns=4) | {"seqId": beat_of(at.now)}]


def full_books(at: Moment, query: Params) -> list[Row]:
    """More of them, in another shape."""
    return [_book(at, query, most=_FULL_BOOK, columns=3)]


def _book(at: Moment, query: Params, *, most: int, columns: int) -> Row:
    instrument, depth = instrument_of(at, query), params.integer(query, "sz", 1)
    refuse_if(not 1 <= depth <= most, "51000", "sz")
    book = at.market.book(instrument, at.now, min(depth, DEPTH))
    return {
        "asks": [_level(level, columns) for level in book.asks],
        "bids": [_level(level, columns) for level in book.bids],
        "ts": str(at.ms),
    }


def trades(at: Moment, query: Params) -> list[Row]:
    """The last trades."""
    instrument = instrument_of(at, query)
    count = params.limit(query, default=100, highest=500)
    numbers = at.market.trade_numbers(instrument, at.now)
    return _trades(at, instrument, numbers[-count:])


def history_trades(at: Moment, query: Params) -> list[Row]:
    """All trades, paged by their numbers or (type 2) by time."""
    instrument, market = instrument_of(at, query), at.market

    there = market.trade_numbers(instrument, at.now)

    def last_at(ms: int) -> int:
        # The beat that the cursor is in has trades before it and after it. A cursor may be of any time.
        second = min(max(ms / 1000 + 0.1, instrument.listed), at.now)
        ended = market.trade_numbers(instrument, second)
        while ended and next(market.trades(instrument, ended[-1:])).ms > ms:
            ended = ended[:-1]
        return ended[-1] if ended else there.start - 1

    by_time = query.get("type") == "2"
    refuse_if(by_time and query.get("before"), "50039")
    numbers = page_of_numbers(query, _HISTORY_TRADES, there, last_at if by_time else int)
    return _trades(at, instrument, numbers[::-1])


def _trades(at: Moment, instrument: Instrument, numbers: range) -> list[Row]:
    # Newest first.
    rows = [
        about(instrument)
        | {
            "tradeId": str(trade.number),
            "px": trade.px,
            "sz": trade.sz,
            "side": trade.side,
            "source": "0",
            "ts": str(trade.ms),
        }
        for trade in at.market.trades(instrument, numbers)
    ]
    return rows[::-1]


def _day_start(at: Moment, bar: str) -> int:
    return bar_named(bar).start(bar_named(bar).number(at.second))


def _amounts(candle: Candle) -> list[Decimal]:
    # Inverse contracts divide: no more digits than a price series needs.
    return [round(amount, 8) for amount in candle[4:]]


def _best(side: str, levels: list[Level]) -> Row:
    return {f"{side}Px": levels[0].px, f"{side}Sz": levels[0].sz} if levels else {}


def _level(level: Level, columns: int) -> list[Any]:
    # The third column of four is retired and always 0.
    retired = ["0"] if columns == 4 else []
    return [level.px, level.sz, *retired, str(level.orders)]
