"""Values in a form that OKX does not take are told before they are sent: ``cell/check_forms``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from okx_magic.catalogue.near_names import sibling
from okx_magic.cell.check import check, findings
from okx_magic.cell.check_forms import near_currency, near_instrument
from okx_magic.model import Request

ORDER = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "limit"}
ORDER |= {"px": "100", "sz": "1"}


def get(target: str) -> Request:
    return Request("GET", f"/api/v5/{target}")


def order(path: str = "order", **changes: Any) -> Request:
    return Request("POST", f"/api/v5/trade/{path}", json.dumps({**ORDER, **changes}))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (get("market/candles?instId=A-B&after=2024-01-01"), "1704067200000"),
        (get("market/candles?instId=A-B&after=2024-01-01T00:00:00Z"), "1704067200000"),
        (get("market/candles?instId=A-B&after=1704067200000000"), "1704067200000"),
        (get("market/candles?instId=A-B&after=1.7e12"), "is not a time in milliseconds"),
        (get("trade/fills?begin=1704067200000000000"), "in milliseconds: 1704067200000"),
        (get("trade/fills?after=1704067200000"), "OKX takes a billId · use begin and end"),
        (get("trade/orders-pending?after=1704067200"), "OKX takes a ordId"),
        (get("market/candles?instId=A-B&limit=1000"), "more than a page has: 300 rows"),
        (get("market/candles?instId=A-B&limit=ten"), "not a number of rows"),
        (get("market/candles?instId=A-B&limit=0"), "not a number of rows"),
        (
            get("market/candles?instId=A-B,C-D"),
            "not A-B,C-D · several only with --to, or a request",
        ),
        (get("market/ticker?instId=A-B,C-D"), "OKX takes one instId here, not A-B,C-D · a request"),
        (get("account/balance?ccy=None"), "leave ccy out"),
        (get("account/balance?ccy=usdt"), "USDT in place of usdt?"),
        (get("market/ticker?instId=btc-usdt"), "BTC-USDT in place of btc-usdt?"),
        (get("account/positions?instId=BTC/USDT:USDT"), "BTC-USDT-SWAP in place of"),
        (order(px="nan"), "px=nan in its body is a value as Python prints it"),
        (order(px="100,5"), "100.5 in place of 100,5?"),
        (order(sz="1e-3"), "0.001 in place of 1e-3?"),
        (order(sz="１"), "1 in place of １?"),
        (order(sz=""), "sz in its body is empty"),
        (order(side=None), "side in its body is empty"),
        (order(reduceOnly="yes"), "is not true or false · true?"),
        (order(attachAlgoOrds={"slTriggerPx": "1"}), "attachAlgoOrds in its body is a list"),
        (order(ordType="market"), "px in its body does nothing: a market order"),
        (order(px=None), "px in its body is missing: ordType limit needs it"),
        (order("batch-orders"), "batch-orders takes an array"),
        (Request("POST", "/api/v5/trade/order", json.dumps([ORDER])), "takes one object"),
        (
            Request("POST", "/api/v5/trade/batch-orders", json.dumps([ORDER] * 21)),
            "takes at most 20 items, not 21",
        ),
    ],
)
def test_another_form_is_told_with_the_right_one(request_: Request, said: str) -> None:
    """OKX would answer with no row, with its default, or with 51000; the note stands before that."""
    notes = check(request_)
    assert any(said in note for note in notes), notes


@pytest.mark.parametrize(
    "request_",
    [
        get("market/candles?instId=BTC-USDT&after=1704067200000&limit=300"),
        get("market/history-trades?instId=BTC-USDT&after=1704067200"),
        get("trade/fills?after=680800019754098688&begin=1704067200000&end=1704153600000"),
        get("account/balance?ccy=BTC,ETH"),
        get("market/ticker?instId=BTC-USD_UM-SWAP"),
        get("rubik/stat/option/open-interest-volume-strike?ccy=BTC&expTime=20210901"),
        order(),
        order(ordType="market", px=None),
        order(ordType="market", px=""),
        order(reduceOnly="true", sz=1, px=100.5),
        order(attachAlgoOrds=[{"slTriggerPx": "1", "slOrdPx": "-1"}]),
        order(px=None, pxVol="0.5", instId="BTC-USD-261225-100000-C"),
    ],
)
def test_the_right_form_passes_without_a_word(request_: Request) -> None:
    """Else people would learn to pass over notes."""
    assert findings(request_) == ()


@pytest.mark.parametrize("path", ["order", "order-algo", "batch-orders"])
@pytest.mark.parametrize(
    "size", ["0,5", "100,5", "1_000", "1 000", "nan", "None", "one", "0.5 BTC"]
)
def test_a_size_that_is_no_number_is_refused(path: str, size: str) -> None:
    """It can only fail; a size that some reader of numbers takes is noted, and so is any price."""
    for sized, certain in ((size, True), ("1e-3", False), ("１", False), ("1", False)):
        asked = order(path, sz=sized, px=size)
        if path == "batch-orders":
            asked = Request("POST", asked.path, f"[{asked.body}]")
        surely = [each.text for each in findings(asked) if each.certain and "sz=" in each.text]
        assert len(surely) == certain
        assert not [each for each in findings(asked) if each.certain and "px=" in each.text]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("btc-usdt", "BTC-USDT"),
        ("BTC/USDT", "BTC-USDT"),
        ("BTC/USDT:USDT", "BTC-USDT-SWAP"),
        ("BTC/USD:BTC-261225", "BTC-USD-261225"),
        ("BTCUSDT", "BTC-USDT"),
        ("btc_usdt", "BTC-USDT"),
        ("ETH-USDT-PERP", "ETH-USDT-SWAP"),
        ("BTC-USDT", ""),
        ("BTC-USD_UM-SWAP", ""),
        ("BTC-USD-261225-100000-C", ""),
        ("BTC", ""),
    ],
)
def test_an_instrument_in_another_programs_words(text: str, meant: str) -> None:
    """Ccxt's symbols, and ids without hyphens; OKX's own are left alone."""
    assert near_instrument(text) == meant


def test_a_currency_in_small_letters() -> None:
    """TgtCcy ends like a currency's name and holds none."""
    assert near_currency("ccy", "btc") == "BTC"
    assert near_currency("ccy", "BTC") == ""
    assert near_currency("tgtCcy", "base_ccy") == ""


def test_a_value_of_a_sibling_is_told_with_it() -> None:
    """A stop belongs to order-algo, bars of a second to history-candles: no near value is guessed."""
    found = {str(each) for each in findings(order(ordType="oco"))}
    assert any("POST /api/v5/trade/order-algo takes ordType=oco" in each for each in found)
    (seconds,) = findings(get("market/candles?instId=A-B&bar=1s"))
    assert "GET /api/v5/market/history-candles takes bar=1s" in str(seconds)


def test_a_sibling_is_of_the_same_things() -> None:
    """Candles have an after, and are no trades."""
    trades, books = get("market/trades").endpoint, get("market/books").endpoint
    assert trades is not None
    assert books is not None
    assert sibling(trades, "after") == "/api/v5/market/history-trades"
    assert sibling(trades, "bar") == ""
    assert sibling(books, "after") == ""
