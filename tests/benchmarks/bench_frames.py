"""From an answer's bytes to a typed frame, JSON included.

python tests/benchmarks/bench_frames.py
"""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import answers
import ccxt
import numpy as np
import pandas as pd
from pairs import CLIENT_CORE, Comparison, interleaved, pin, seconds_a_call, table

from okx_magic import catalogue
from okx_magic.frames import frame_of_pages, to_frame
from okx_magic.model import Request
from okx_magic.wire.replies import judge
from okx_magic.wire.transport import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

_ROUNDS = 41
_ROUNDS_OF_PAGES = 9
CANDLES = Request("GET", "/api/v5/market/candles?instId=BTC-USDT")
TICKERS = Request("GET", "/api/v5/market/tickers?instType=SPOT")
INSTRUMENTS = Request("GET", "/api/v5/public/instruments?instType=SPOT")
BOOK = Request("GET", "/api/v5/market/books?instId=BTC-USDT&sz=400")
BALANCE = Request("GET", "/api/v5/account/balance")
FILLS = Request("GET", "/api/v5/trade/fills-history?instType=SPOT")

_CANDLE = ["ts", "open", "high", "low", "close", "vol", "volCcy", "volCcyQuote", "confirm"]
_EXCHANGE = ccxt.okx()
_MARKET = {"type": "spot", "symbol": "BTC/USDT", "id": "BTC-USDT"}


@dataclass(frozen=True, slots=True)
class Case:
    """One answer, who else makes a frame of it, and the share of their time that is allowed."""

    what: str
    request: Request
    body: bytes
    peers: dict[str, tuple[Callable[[bytes], pd.DataFrame], float]]


def run() -> list[Comparison]:
    """Single answers against pandas by hand and ccxt, then histories of many pages against ccxt."""
    singles = [row for case in _cases() for row in _compared(case)]
    return singles + _compared_candle_pages() + _compared_fill_pages()


def main() -> None:
    """Print the ratios beside the targets, and what the pages of candles take of memory."""
    pin(CLIENT_CORE)
    print(table(run()))
    pages = _candle_pages()
    ours, theirs = (_peak(lambda of=of: of(pages)) for of in (_candles_of, _ccxt_candles_of))
    print(f"peak memory of the candle pages: {ours:.0f} MB, ccxt {theirs:.0f} MB")


def _cases() -> list[Case]:
    currencies = {"totalEq": "1", "details": answers.objects(BALANCE, 100, _currency_fields())}
    by_hand = "pandas by hand"
    return [
        Case(
            "300 candles",
            CANDLES,
            answers.body(answers.candles(300)),
            {by_hand: (_candles_by_hand, 0.36)},
        ),
        Case(
            "1,000 tickers",
            TICKERS,
            answers.body(answers.objects(TICKERS, 1000)),
            {by_hand: (_by_hand(TICKERS), 0.5), "ccxt": (_ccxt_tickers, 0.2)},
        ),
        Case(
            "3,000 instruments",
            INSTRUMENTS,
            answers.body(answers.objects(INSTRUMENTS, 3000)),
            {by_hand: (_by_hand(INSTRUMENTS), 0.6)},
        ),
        Case("book of 400", BOOK, answers.body(answers.book(400)), {by_hand: (_book_by_hand, 1)}),
        Case(
            "100 currencies",
            BALANCE,
            answers.body([currencies]),
            {by_hand: (_by_hand(BALANCE, "details"), 1)},
        ),
    ]


def _compared(case: Case) -> list[Comparison]:
    def ours() -> pd.DataFrame:
        return _frame(case.body, case.request)

    for name, (peer, _) in case.peers.items():
        if name != "ccxt":
            _assert_same_numbers(ours(), peer(case.body))
    measures = [seconds_a_call(ours, 3)]
    measures += [
        seconds_a_call(lambda peer=peer: peer(case.body), 3) for peer, _ in case.peers.values()
    ]
    taken, *others = interleaved(_ROUNDS, *measures)
    return [
        Comparison(case.what, name, taken, other, at_most=most)
        for (name, (_, most)), other in zip(case.peers.items(), others, strict=True)
    ]


def _compared_candle_pages() -> list[Comparison]:
    pages = _candle_pages()
    taken = interleaved(
        _ROUNDS_OF_PAGES,
        seconds_a_call(lambda: _candles_of(pages), 1),
        seconds_a_call(lambda: _ccxt_candles_of(pages), 1),
    )
    return [Comparison("1,000 pages of 100 candles", "ccxt", *taken, at_most=0.1)]


def _compared_fill_pages() -> list[Comparison]:
    pages = [answers.body(answers.objects(FILLS, 100)) for _ in range(200)]
    dtypes = _frame(pages[0], FILLS).dtypes
    assert all(_frame(page, FILLS).dtypes.equals(dtypes) for page in pages)
    taken = interleaved(
        _ROUNDS_OF_PAGES,
        seconds_a_call(lambda: frame_of_pages((_judged(page, FILLS) for page in pages), FILLS), 1),
        seconds_a_call(lambda: _ccxt_trades_of(pages), 1),
    )
    return [Comparison("200 pages of 100 fills", "ccxt", *taken, at_most=0.35)]


def _judged(body: bytes, request: Request) -> Any:
    return judge(Answer(200, {}, body), request)


def _frame(body: bytes, request: Request) -> pd.DataFrame:
    return to_frame(_judged(body, request), request)


def _candle_pages() -> list[bytes]:
    return [answers.body(answers.candles(100, before=100 * page)) for page in range(1000)]


def _candles_of(pages: list[bytes]) -> pd.DataFrame:
    return frame_of_pages((_judged(page, CANDLES) for page in pages), CANDLES)


def _ccxt_candles_of(pages: list[bytes]) -> pd.DataFrame:
    rows = []
    for page in pages:
        rows += _EXCHANGE.parse_ohlcvs(_ccxt_data(page), _MARKET)
    return pd.DataFrame(rows, columns=["ts", "open", "high", "low", "close", "vol"])


def _ccxt_trades_of(pages: list[bytes]) -> pd.DataFrame:
    trades = []
    for page in pages:
        trades += _EXCHANGE.parse_trades(_ccxt_data(page))
    return pd.DataFrame(trades)


def _ccxt_tickers(body: bytes) -> pd.DataFrame:
    return pd.DataFrame(list(_EXCHANGE.parse_tickers(_ccxt_data(body)).values()))


def _ccxt_data(body: bytes) -> Any:
    return _EXCHANGE.parse_json(body.decode())["data"]


def _candles_by_hand(body: bytes) -> pd.DataFrame:
    frame = pd.DataFrame(json.loads(body)["data"], columns=_CANDLE)
    frame["ts"] = pd.to_datetime(pd.to_numeric(frame["ts"]), unit="ms", utc=True)
    for name in _CANDLE[1:-1]:
        frame[name] = pd.to_numeric(frame[name])
    frame["confirm"] = frame["confirm"] == "1"
    return frame.set_index("ts").sort_index()


def _book_by_hand(body: bytes) -> pd.DataFrame:
    book = json.loads(body)["data"][0]
    sides = []
    for label, side in (("ask", "asks"), ("bid", "bids")):
        frame = pd.DataFrame(book[side], columns=["px", "sz", "retired", "orders"])
        frame.insert(0, "side", label)
        sides.append(frame)
    frame = pd.concat(sides, ignore_index=True).drop(columns="retired")
    for name in ("px", "sz", "orders"):
        frame[name] = pd.to_numeric(frame[name])
    return frame


def _by_hand(request: Request, inside: str = "") -> Callable[[bytes], pd.DataFrame]:
    """What a careful person writes: the same types, column by column."""
    names = _currency_fields() if inside else _endpoint(request).fields
    types = {name: catalogue.field_type(name, request.method, request.path) for name in names}

    def frame_of(body: bytes) -> pd.DataFrame:
        data = json.loads(body)["data"]
        frame = pd.DataFrame(data[0][inside] if inside else data)
        for name, kind in types.items():
            if kind == "decimal":
                frame[name] = pd.to_numeric(frame[name])
            elif kind == "integer":
                frame[name] = pd.to_numeric(frame[name]).astype("Int64")
            elif kind == "time":
                frame[name] = pd.to_datetime(pd.to_numeric(frame[name]), unit="ms", utc=True)
        return frame

    return frame_of


def _currency_fields() -> tuple[str, ...]:
    return _endpoint(BALANCE).nested["details"]


def _endpoint(request: Request) -> catalogue.Endpoint:
    endpoint = catalogue.endpoint(request.method, request.path)
    assert endpoint is not None
    return endpoint


def _assert_same_numbers(ours: pd.DataFrame, theirs: pd.DataFrame) -> None:
    # Ours begin with those that people read first.
    assert sorted(ours.columns) == sorted(theirs.columns)
    numbers = ours.select_dtypes("float64").columns
    assert len(numbers)
    for name in numbers:
        np.testing.assert_array_equal(ours[name], theirs[name].astype("float64"))


def _peak(action: Callable[[], object]) -> float:
    tracemalloc.start()
    action()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
