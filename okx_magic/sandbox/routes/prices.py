"""The public endpoints of prices: tickers, candles, books and trades, of the market, its indices and
its marks. Each is a function of query, market and time.

OKX docs: Order Book Trading, Market Data; Public Data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.market.bars import bars
from okx_magic.sandbox.market.instruments import Instrument, indices, instruments, marks
from okx_magic.sandbox.market.market import DEPTH, Level, Market, Trade
from okx_magic.sandbox.params import Params
from okx_magic.sandbox.replies import RefusalError, plain
from okx_magic.sandbox.routes.rows import fields_of, filled
from okx_magic.sandbox.routes.selecting import (
    bar_of,
    chosen,
    instrument_of,
    ms_of,
    named,
    page,
    page_of_bars,
    second_of,
)

if TYPE_CHECKING:
    from okx_magic.sandbox.market.quoting import Candle

_TICKER = "/api/v5/market/ticker"
_INDEX_TICKERS = "/api/v5/market/index-tickers"
_HISTORY_TRADES = "/api/v5/market/history-trades"

_DAY = 86_400
# Get candlesticks reaches back 1,440 bars; older ones are in its history twin.
_RECENT_BARS = 1440
# A full book has up to so many levels a side; ours is not as deep.
_FULL_BOOK = 5000

# What ``data`` holds: rows, in all but a few.
Handler = Callable[[Params, Market, float], Any]


def _tickers(query: Params, market: Market, now: float) -> list[Any]:
    return [_quote(instrument, market, now) for instrument in chosen(query)]


def _ticker(query: Params, market: Market, now: float) -> list[Any]:
    return [_quote(instrument_of(query), market, now)]


def _quote(instrument: Instrument, market: Market, now: float) -> dict[str, str]:
    second = int(now)
    day, facts = _day(instrument, market, second)
    book = market.book(instrument, second, depth=1)
    last = market.trades(instrument, second, 1)
    vol, vol_ccy, _ = _amounts(day)
    best = _best("ask", book.asks) | _best("bid", book.bids)
    facts |= best | {
        "last": plain(day.close),
        "lastSz": plain(last[0].sz) if last else "",
        "volCcy24h": vol_ccy,
        "vol24h": vol,
    }
    return filled(fields_of(_TICKER), named(instrument, now, **facts))


def _index_tickers(query: Params, market: Market, now: float) -> list[Any]:
    currency, name = query.get("quoteCcy"), query.get("instId")
    if not (currency or name):
        raise RefusalError("50015", "quoteCcy", "instId")
    rows = []
    for index in [instrument_of(query, indices())] if name else indices().values():
        if not currency or index.inst_id.endswith(f"-{currency}"):
            day, facts = _day(index, market, int(now))
            facts["idxPx"] = plain(day.close)
            rows.append(filled(fields_of(_INDEX_TICKERS), named(index, now, **facts)))
    return rows


def _day(quoted: Instrument, market: Market, second: int) -> tuple[Candle, dict[str, str]]:
    # The last 24 hours, and what tickers say of them.
    day = market.candle(quoted, second - _DAY, second)
    return day, {
        "open24h": plain(day.open),
        "high24h": plain(day.high),
        "low24h": plain(day.low),
        "sodUtc0": plain(market.last(quoted, _day_start(second, "1Dutc"))),
        "sodUtc8": plain(market.last(quoted, _day_start(second, "1D"))),
    }


def _mark_price(query: Params, market: Market, now: float) -> list[Any]:
    # OKX marks spot pairs as MARGIN, and what is named without a type, too.
    if query.get("instId") and not query.get("instType"):
        found = [instrument_of(query)]
    else:
        found = chosen({**query, "instType": query.get("instType", "").replace("MARGIN", "SPOT")})
    rows = [named(one, now, markPx=plain(market.mark(one, int(now)))) for one in found]
    return [row | {"instType": row["instType"].replace("SPOT", "MARGIN")} for row in rows]


def _candles(
    path: str,
    quoted: Callable[[], Mapping[str, Instrument]],
    query: Params,
    market: Market,
    now: float,
) -> list[Any]:
    # Bars have numbers, so a page is a range of them.
    instrument = instrument_of(query, quoted())
    bar, second = bar_of(query, path, "bar", "1m"), int(now)
    newest = bar.number(second)
    first = bar.number(instrument.listed)
    # The recent ones end with the bar that is still open, the history before it.
    numbers = range(first, newest)
    if "/history-" not in path:
        numbers = range(max(first, newest - _RECENT_BARS + 1), newest + 1)
    rows = []
    for number in page_of_bars(query, path, bar, numbers):
        start, end = bar.start(number), bar.start(number + 1)
        opened = max(start, instrument.listed)
        candle = market.candle(instrument, opened, max(opened, min(end, second)))
        amounts = _amounts(candle) if quoted is instruments else []
        prices = [plain(price) for price in candle[:4]]
        rows.append([f"{start}000", *prices, *amounts, "1" if end <= second else "0"])
    return rows


def _books(query: Params, market: Market, now: float) -> list[Any]:
    return [_book(query, market, now, most=DEPTH, columns=4) | {"seqId": int(now)}]


def _full_books(query: Params, market: Market, now: float) -> list[Any]:
    return [_book(query, market, now, most=_FULL_BOOK, columns=3)]


def _book(query: Params, market: Market, now: float, *, most: int, columns: int) -> dict[str, Any]:
    instrument = instrument_of(query)
    depth = params.integer(query, "sz") if query.get("sz") else 1
    if depth is None or not 1 <= depth <= most:
        raise RefusalError("51000", "sz")
    book = market.book(instrument, int(now), min(depth, DEPTH))
    return {
        "asks": [_level(level, columns) for level in book.asks],
        "bids": [_level(level, columns) for level in book.bids],
        "ts": ms_of(now),
    }


def _trades(query: Params, market: Market, now: float) -> list[Any]:
    instrument = instrument_of(query)
    count = params.limit(query, default=100, highest=500)
    return [_trade_row(instrument, one) for one in market.trades(instrument, int(now), count)]


def _history_trades(query: Params, market: Market, now: float) -> list[Any]:
    instrument = instrument_of(query)

    def last_at(ms: int) -> int:
        second = second_of(ms)
        return second if market.trade(instrument, second).ms <= ms else second - 1

    by_time = params.one_of(query, "type", ("1", "2")) == "2"
    if by_time and query.get("before"):
        raise RefusalError("50039")
    # A trade a second since the listing; what has no volume has no trades.
    numbers = range(instrument.listed, int(now)) if instrument.unit else range(0)
    numbers = page(query, _HISTORY_TRADES, numbers, last_at if by_time else int)
    return [_trade_row(instrument, market.trade(instrument, number)) for number in numbers]


def _trade_row(instrument: Instrument, trade: Trade) -> dict[str, str]:
    return {
        "instId": instrument.inst_id,
        "tradeId": str(trade.number),
        "px": plain(trade.px),
        "sz": plain(trade.sz),
        "side": trade.side,
        "source": "0",
        "ts": str(trade.ms),
    }


PRICES: Mapping[str, Handler] = MappingProxyType(
    {
        "/api/v5/market/tickers": _tickers,
        _TICKER: _ticker,
        _INDEX_TICKERS: _index_tickers,
        "/api/v5/public/mark-price": _mark_price,
        **{
            path: partial(_candles, path, quoted)
            for kind, quoted in (("", instruments), ("index-", indices), ("mark-price-", marks))
            for path in (
                f"/api/v5/market/{kind}candles",
                f"/api/v5/market/history-{kind}candles",
            )
        },
        "/api/v5/market/books": _books,
        "/api/v5/market/books-full": _full_books,
        "/api/v5/market/trades": _trades,
        _HISTORY_TRADES: _history_trades,
    }
)


def _day_start(second: int, bar: str) -> int:
    return bars()[bar].start(bars()[bar].number(second))


def _amounts(candle: Candle) -> list[str]:
    # Inverse contracts divide: no more digits than a price series needs.
    return [plain(round(amount, 8)) for amount in candle[4:]]


def _best(side: str, levels: list[Level]) -> dict[str, str]:
    return {f"{side}Px": plain(levels[0].px), f"{side}Sz": plain(levels[0].sz)} if levels else {}


def _level(level: Level, columns: int) -> list[str]:
    # The third column of four is retired and always 0.
    retired = ["0"] if columns == 4 else []
    return [plain(level.px), plain(level.sz), *retired, str(level.orders)]
