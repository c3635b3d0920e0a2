"""What each family of answers looks like as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

if TYPE_CHECKING:
    from conftest import FrameOf

CANDLES = "GET /api/v5/market/candles"
BOOKS = "GET /api/v5/market/books"
BALANCE = "GET /api/v5/account/balance"
PENDING = "GET /api/v5/trade/orders-pending"


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {name: str(kind) for name, kind in frame.dtypes.items()}


def test_candles_are_named_and_oldest_first(frame_of: FrameOf) -> None:
    """Candles have plain names, a UTC time index that rises, and mark the unfinished bar."""
    frame = frame_of(CANDLES)
    assert list(frame.columns) == [
        *("open", "high", "low", "close", "vol", "volCcy", "volCcyQuote", "confirm")
    ]
    assert frame.index.name == "ts"
    assert str(frame.index.dtype) == "datetime64[ms, UTC]"
    assert frame.index.is_monotonic_increasing
    assert frame.index[0] == pd.Timestamp("2026-01-01T00:00:00Z")
    assert set(dtypes(frame.drop(columns="confirm")).values()) == {"float64"}
    assert frame["confirm"].tolist() == [True, True, False]
    assert frame["close"].tolist() == [87600.0, 87650.1, 87699.9]


def test_price_candles_have_no_volume(frame_of: FrameOf) -> None:
    """Index and mark-price candles have the columns that OKX sends, typed as the others."""
    frame = frame_of("GET /api/v5/market/mark-price-candles")
    assert dtypes(frame) == {
        **dict.fromkeys(["open", "high", "low", "close"], "float64"),
        "confirm": "boolean",
    }


def test_a_column_that_okx_adds_to_candles_stays_text(
    frame_of: FrameOf, answers: dict[str, Any]
) -> None:
    """A further place of a row becomes a text column named by its number, and moves no other."""
    rows = [[*row, "0.10"] for row in answers[CANDLES]]
    frame = frame_of(CANDLES, rows)
    assert frame["column10"].tolist() == ["0.10"] * 3
    assert str(frame["column10"].dtype) == "string"
    pd.testing.assert_frame_equal(frame.drop(columns="column10"), frame_of(CANDLES))


def test_short_candle_rows_keep_the_columns(frame_of: FrameOf, answers: dict[str, Any]) -> None:
    """Rows with fewer places leave the missing columns empty, with their dtypes."""
    frame = frame_of(CANDLES, [row[:6] for row in answers[CANDLES]])
    assert dtypes(frame) == dtypes(frame_of(CANDLES))
    assert frame[["volCcy", "volCcyQuote", "confirm"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("endpoint", "levels", "extra"),
    [
        (
            BOOKS,
            [("ask", 87650.2, 0.5, 3), ("ask", 87651.0, 1.25, 1), ("bid", 87650.1, 0.75, 2)],
            [],
        ),
        ("GET /api/v5/sprd/books", [("ask", -1.5, 10.0, 1), ("bid", -2.0, 20.0, 4)], []),
        (
            "GET /api/v5/market/books-rpi",
            [("ask", 87650.2, 5.0, 2), ("bid", 87650.1, 7.0, 1)],
            ["nonRpiQty"],
        ),
    ],
)
def test_a_book_is_one_row_a_level(
    frame_of: FrameOf, endpoint: str, levels: list[Any], extra: list[str]
) -> None:
    """Books of three and four columns are one frame: side, px, sz, orders, best price first."""
    frame = frame_of(endpoint)
    assert [*frame[["side", "px", "sz", "orders"]].itertuples(index=False, name=None)] == levels
    assert dtypes(frame.drop(columns=extra)) == {
        "side": "string",
        "px": "float64",
        "sz": "float64",
        "orders": "Int64",
    }
    assert frame.attrs["ts"] == "1767225661234"


def test_a_book_carries_its_sequence_number(frame_of: FrameOf) -> None:
    """``seqId`` stands in the attrs of a book as the number that OKX sent."""
    assert frame_of(BOOKS).attrs["seqId"] == 40012345678


def test_a_book_without_levels_has_its_columns(frame_of: FrameOf) -> None:
    """An empty book is empty, with the columns and dtypes of a full one."""
    frame = frame_of(BOOKS, [{"asks": [], "bids": [], "ts": "1767225661234"}])
    assert len(frame) == 0
    assert dtypes(frame) == dtypes(frame_of(BOOKS)) == dtypes(frame_of(BOOKS, []))


def test_a_balance_is_one_row_a_currency(frame_of: FrameOf) -> None:
    """The currencies are the rows; the totals stand in attrs as plain numbers."""
    frame = frame_of(BALANCE)
    assert frame["ccy"].tolist() == ["USDT", "BTC"]
    assert dtypes(frame) == {
        "ccy": "string",
        "eq": "float64",
        "availBal": "float64",
        "uTime": "datetime64[ms, UTC]",
        "collateralEnabled": "boolean",
    }
    assert frame.attrs["totals"] == {"totalEq": 10150.25, "adjEq": None, "uTime": 1767225600555}
    exact = frame_of(BALANCE, decimal=True)
    assert exact.attrs["totals"]["totalEq"] == "10150.25"


def test_a_balance_without_currencies_has_its_columns(frame_of: FrameOf) -> None:
    """An account that holds nothing gives an empty frame with columns, and its totals."""
    frame = frame_of(BALANCE, [{"totalEq": "0", "details": []}])
    assert len(frame) == 0
    assert str(frame["cashBal"].dtype) == "float64"
    assert "totalEq" not in frame
    assert frame.attrs["totals"] == {"totalEq": 0.0}


def test_announcements_are_one_row_each(frame_of: FrameOf) -> None:
    """The announcements inside the answer's only object are the rows; ``totalPage`` is in attrs."""
    endpoint = "GET /api/v5/support/announcements"
    details = [
        {"annType": "announcements-latest", "pTime": "1767225600000", "title": "One: the first"},
        {"annType": "announcements-api", "pTime": "", "title": "Two"},
    ]
    frame = frame_of(endpoint, [{"totalPage": "90", "details": details}])
    assert frame["title"].tolist() == ["One: the first", "Two"]
    assert str(frame["pTime"].dtype) == "datetime64[ms, UTC]"
    assert frame.attrs["totals"] == {"totalPage": 90}
    pages = [{"totalPage": "2", "details": details}, {"totalPage": "2", "details": details[:1]}]
    assert len(frame_of(endpoint, pages)) == 3


@pytest.mark.parametrize(
    ("endpoint", "row"),
    [
        (
            "GET /api/v5/account/trade-fee",
            {"feeGroup": [{"groupId": "1", "maker": "-0.0008"}], "fiat": [], "maker": "-0.0008"},
        ),
        (
            "GET /api/v5/account/account-position-risk",
            {"balData": [{"ccy": "BTC", "eq": "1"}], "posData": [], "ts": "1767225600000"},
        ),
        ("GET /api/v5/asset/asset-valuation", {"details": {"earn": "1"}, "totalBal": "1"}),
        (
            "GET /api/v5/copytrading/batch-leverage-info",
            {"instId": "BTC-USDT-SWAP", "leadTraderLevers": [], "myLevers": [{"lever": "5.6"}]},
        ),
    ],
)
def test_other_nested_lists_stay_objects(
    frame_of: FrameOf, endpoint: str, row: dict[str, Any]
) -> None:
    """Lists and objects inside an object are cells of its one row, unchanged."""
    frame = frame_of(endpoint, [row])
    nested = {name: value for name, value in row.items() if isinstance(value, list | dict)}
    assert {name: frame.loc[0, name] for name in nested} == nested
    assert set(frame.columns) == set(row)
    assert "untyped" not in frame.attrs


def test_orders_have_a_dtype_for_each_kind_of_field(frame_of: FrameOf) -> None:
    """Ids, decimals, times, text booleans and nested fields of an order each get their dtype."""
    frame = frame_of(PENDING)
    assert dtypes(frame) == {
        "ordId": "string",
        "clOrdId": "string",
        "instId": "string",
        "px": "float64",
        "sz": "float64",
        "fillTime": "datetime64[ms, UTC]",
        "cTime": "datetime64[ms, UTC]",
        "reduceOnly": "boolean",
        "isTpLimit": "boolean",
        "state": "string",
        "source": "string",
        "attachAlgoOrds": "object",
        "linkedAlgoOrd": "object",
    }
    assert frame["ordId"].tolist() == ["2510789768709120001", "2510789768709120999"]
    assert frame["reduceOnly"].tolist() == [False, True]
    assert frame["attachAlgoOrds"].tolist() == [[], [{"tpOrdPx": "-1"}]]
    blanks = frame.isna()
    assert blanks["clOrdId"].tolist() == [True, False]
    assert blanks["px"].tolist() == [False, True]
    assert blanks["fillTime"].tolist() == [True, False]
    assert blanks["isTpLimit"].tolist() == [True, False]


def test_json_numbers_and_booleans_count_as_well(frame_of: FrameOf) -> None:
    """JSON integers, booleans and nulls of instruments are typed as their text would be."""
    frame = frame_of("GET /api/v5/public/instruments")
    assert frame["instIdCode"].tolist() == [2021032621966107, pd.NA]
    assert str(frame["instIdCode"].dtype) == "Int64"
    assert frame["futureSettlement"].tolist() == [False, True]
    assert frame["tradeQuoteCcyList"].tolist() == [["USDT", "USD"], []]


def test_a_batch_is_one_row_an_order(frame_of: FrameOf) -> None:
    """Each order of a batch has a row with ``sCode`` and ``sMsg``; a refused one no ``ordId``."""
    frame = frame_of("POST /api/v5/trade/batch-orders")
    assert frame["sCode"].tolist() == ["0", "51008"]
    assert frame["sMsg"].tolist() == ["Order placed", "Insufficient balance"]
    assert frame["ordId"].isna().tolist() == [False, True]


def test_types_that_differ_by_endpoint(frame_of: FrameOf) -> None:
    """``date`` is a time in the economic calendar, ``expTime`` a date in the option statistics, and
    the time at which a withdrawal should be done comes in words.
    """
    calendar = frame_of("GET /api/v5/public/economic-calendar")
    assert str(calendar["date"].dtype) == "datetime64[ms, UTC]"
    assert calendar[["actual", "forecast", "previous"]].iloc[0].tolist() == [
        *("4.8%", "$5.058 billion", "47.3")
    ]
    movement = {"estCompleteTime": "01/09/2023, 8:10:48 PM", "wdId": "200045249"}
    status = frame_of("GET /api/v5/asset/deposit-withdraw-status", [movement])
    assert status["estCompleteTime"].tolist() == [pd.Timestamp("2023-01-09T12:10:48Z")]
    expiries = frame_of("GET /api/v5/rubik/stat/option/open-interest-volume-expiry")
    assert expiries["expTime"].tolist() == ["20260327", "20260626"]
    assert str(expiries["ts"].dtype) == "datetime64[ms, UTC]"
    assert isinstance(expiries.index, pd.RangeIndex)


@pytest.mark.parametrize("wrapped", [False, True])
def test_products_of_dual_investment_are_one_row_each(frame_of: FrameOf, *, wrapped: bool) -> None:
    """The products are the rows, as the docs have them and inside the object that comes live."""
    products = [{"productId": "BTC-USDT-260327-77000-C", "strike": "77000", "stepSz": ""}] * 2
    data = {"products": products} if wrapped else products
    frame = frame_of("GET /api/v5/finance/sfp/dcd/products", data)
    assert dtypes(frame) == {"productId": "string", "strike": "float64", "stepSz": "float64"}
    assert frame["strike"].tolist() == [77000.0, 77000.0]


@pytest.mark.parametrize(
    ("endpoint", "data", "columns"),
    [
        (
            "GET /api/v5/market/open-oracle",
            {"prices": {"BTC": "1.5"}, "signatures": ["0x01"], "timestamp": "1767225600"},
            {
                "prices": [{"BTC": "1.5"}],
                "signatures": [["0x01"]],
                "timestamp": [pd.Timestamp("2026-01-01T00:00:00Z")],
            },
        ),
        (
            "GET /api/v5/public/underlying",
            [["BTC-USDT", "ETH-USDT"]],
            {"uly": ["BTC-USDT", "ETH-USDT"]},
        ),
        (
            "GET /api/v5/rubik/stat/trading-data/support-coin",
            {"contract": ["BTC", "ETH"], "option": ["BTC"], "spot": []},
            {"contract": [["BTC", "ETH"]], "option": [["BTC"]], "spot": [[]]},
        ),
        (
            "GET /api/v5/finance/staking-defi/sol/product-info",
            {"fastRedemptionAvail": "12.5", "redemptDays": "3"},
            {"fastRedemptionAvail": [12.5], "redemptDays": [3]},
        ),
        (
            "GET /api/v5/rubik/stat/option/taker-block-volume",
            ["1767225600000", "1", "2", "3", "4", "5", "6.5"],
            {"callBuyVol": [1.0], "putBlockVol": [6.5]},
        ),
    ],
)
def test_data_that_is_no_list_of_objects(
    frame_of: FrameOf, endpoint: str, data: Any, columns: dict[str, list[Any]]
) -> None:
    """A list of names is one column; an object, or a flat list with named places, is one row."""
    frame = frame_of(endpoint, data)
    assert {name: frame[name].tolist() for name in columns} == columns
