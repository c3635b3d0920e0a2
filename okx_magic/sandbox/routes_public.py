"""The public endpoints: time, instruments, prices. Each is a function of query, market and time.

OKX docs: Public Data; Order Book Trading, Market Data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from okx_magic.sandbox import params
from okx_magic.sandbox.bars import Bar, bars
from okx_magic.sandbox.instruments import Instrument, instruments
from okx_magic.sandbox.market import DEPTH, Candle, Level, Market
from okx_magic.sandbox.params import TYPES, Params
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.rows import fields_of, plain

INSTRUMENTS = "/api/v5/public/instruments"

_DAY = 86_400
# Get candlesticks reaches back 1,440 bars; older ones are in its history twin.
_RECENT_BARS = 1440

Handler = Callable[[Params, Market, float], list[Any]]


def _time(_: Params, __: Market, now: float) -> list[Any]:
    return [{"ts": _ms(now)}]


def listed(query: Params, path: str) -> list[Any]:
    """The instruments that ``query`` selects, with the fields documented for ``path``."""
    inst_type = params.one_of(query, "instType", TYPES) or params.required(query, "instType")
    # uly is the retired name of instFamily that clients still send.
    family = query.get("instFamily") or query.get("uly")
    # OKX wants the family of options, of which there are thousands.
    if inst_type == "OPTION" and not family:
        raise RefusalError("50014", "instFamily")
    fields = fields_of(path)
    return [
        instrument.row(fields)
        for instrument in _of_type(inst_type)
        if family in {None, "", instrument.listing.get("instFamily")}
        and query.get("instId") in {None, "", instrument.inst_id}
    ]


def _instruments(query: Params, _: Market, __: float) -> list[Any]:
    return listed(query, INSTRUMENTS)


def _tickers(query: Params, market: Market, now: float) -> list[Any]:
    inst_type = params.one_of(query, "instType", TYPES) or params.required(query, "instType")
    family = query.get("instFamily") or query.get("uly")
    return [
        _quote(instrument, market, now)
        for instrument in _of_type(inst_type)
        if family in {None, "", instrument.listing.get("instFamily")}
    ]


def _ticker(query: Params, market: Market, now: float) -> list[Any]:
    return [_quote(_instrument(query), market, now)]


def _quote(instrument: Instrument, market: Market, now: float) -> dict[str, str]:
    second = int(now)
    day = market.candle(instrument, second - _DAY, second)
    book = market.book(instrument, second, depth=1)
    last = market.trades(instrument, second, 1)
    ask = _best(book.asks)
    bid = _best(book.bids)
    return {
        "instType": instrument.inst_type,
        "instId": instrument.inst_id,
        "last": plain(day.close),
        "lastSz": plain(last[0].sz) if last else "",
        "askPx": ask[0],
        "askSz": ask[1],
        "bidPx": bid[0],
        "bidSz": bid[1],
        "open24h": plain(day.open),
        "high24h": plain(day.high),
        "low24h": plain(day.low),
        "volCcy24h": _amount(day)[1],
        "vol24h": _amount(day)[0],
        "sodUtc0": plain(market.last(instrument, _day_start(second, "1Dutc"))),
        "sodUtc8": plain(market.last(instrument, _day_start(second, "1D"))),
        "ts": _ms(now),
    }


def _candles(query: Params, market: Market, now: float) -> list[Any]:
    bar = _bar(query, set(bars()) - {"1s"})
    newest = bar.number(int(now))
    return _candle_rows(query, market, now, bar, range(newest - _RECENT_BARS + 1, newest + 1))


def _history_candles(query: Params, market: Market, now: float) -> list[Any]:
    bar = _bar(query, set(bars()))
    return _candle_rows(query, market, now, bar, range(bar.number(int(now))))


def _candle_rows(
    query: Params, market: Market, now: float, bar: Bar, reach: range
) -> list[list[str]]:
    # Bars have numbers, so a page is a range of them: newest first, cursors left out.
    instrument = _instrument(query)
    after, before = params.integer(query, "after"), params.integer(query, "before")
    count = params.limit(query, default=100, highest=300)
    first = max(reach.start, bar.number(instrument.listed))
    end = reach.stop
    if after is not None:
        end = min(end, bar.number(_second(after - 1)) + 1)
    if before is not None:
        first = max(first, bar.number(_second(before)) + 1)
    numbers = range(end - 1, max(first, end - count) - 1, -1)
    return [_candle_row(instrument, market, bar, number, int(now)) for number in numbers]


def _candle_row(
    instrument: Instrument, market: Market, bar: Bar, number: int, second: int
) -> list[str]:
    start, end = bar.start(number), bar.start(number + 1)
    candle = market.candle(instrument, start, min(end, second))
    prices = [plain(price) for price in candle[:4]]
    return [f"{start}000", *prices, *_amount(candle), "1" if end <= second else "0"]


def _books(query: Params, market: Market, now: float) -> list[Any]:
    instrument = _instrument(query)
    depth = params.integer(query, "sz") if query.get("sz") else 1
    if depth is None or not 1 <= depth <= DEPTH:
        raise RefusalError("51000", "sz")
    book = market.book(instrument, int(now), depth)
    return [
        {
            "asks": [_level(level) for level in book.asks],
            "bids": [_level(level) for level in book.bids],
            "ts": _ms(now),
            "seqId": int(now),
        }
    ]


def _trades(query: Params, market: Market, now: float) -> list[Any]:
    instrument = _instrument(query)
    count = params.limit(query, default=100, highest=500)
    return [
        {
            "instId": instrument.inst_id,
            "tradeId": str(trade.number),
            "px": plain(trade.px),
            "sz": plain(trade.sz),
            "side": trade.side,
            "source": "0",
            "ts": str(trade.ms),
        }
        for trade in market.trades(instrument, int(now), count)
    ]


PUBLIC: Mapping[str, Handler] = MappingProxyType(
    {
        "/api/v5/public/time": _time,
        INSTRUMENTS: _instruments,
        "/api/v5/market/tickers": _tickers,
        "/api/v5/market/ticker": _ticker,
        "/api/v5/market/candles": _candles,
        "/api/v5/market/history-candles": _history_candles,
        "/api/v5/market/books": _books,
        "/api/v5/market/trades": _trades,
    }
)


def _of_type(inst_type: str) -> list[Instrument]:
    return [one for one in instruments().values() if one.inst_type == inst_type]


def _instrument(query: Params) -> Instrument:
    instrument = instruments().get(params.required(query, "instId"))
    if instrument is None:
        raise RefusalError("51001")
    return instrument


def _bar(query: Params, names: set[str]) -> Bar:
    return bars()[params.one_of(query, "bar", names) or "1m"]


def _day_start(second: int, bar: str) -> int:
    return bars()[bar].start(bars()[bar].number(second))


def _amount(candle: Candle) -> list[str]:
    # Inverse contracts divide: no more digits than a price series needs.
    return [plain(round(amount, 8)) for amount in candle[4:]]


def _best(levels: list[Level]) -> tuple[str, str]:
    return (plain(levels[0].px), plain(levels[0].sz)) if levels else ("", "")


def _level(level: Level) -> list[str]:
    # The third column is retired and always 0.
    return [plain(level.px), plain(level.sz), "0", str(level.orders)]


def _ms(now: float) -> str:
    return str(int(now * 1000))


def _second(ms: int) -> int:
    # Cursors may lie beyond any calendar.
    return min(max(ms, 0) // 1000, 4_102_444_800)
