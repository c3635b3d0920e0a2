"""Mistakes of value before they are sent: ``cell/check_parameters`` and ``cell/check_account``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from okx_magic.cell.check import check, warn
from okx_magic.cell.check_account import AccountFacts, Learned
from okx_magic.errors import CellError, RequestWarning
from okx_magic.model import Envelope, ObjectRows, Request

SPOT = {
    "instId": "BTC-USDT",
    "tdMode": "cash",
    "side": "buy",
    "ordType": "limit",
    "sz": "1",
    "px": "9",
}
SWAP = {"instId": "BTC-USDT-SWAP", "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "1"}
BTC = {
    "instId": "BTC-USDT",
    "instType": "SPOT",
    "minSz": "0.00001",
    "lotSz": "0.00000001",
    "tickSz": "0.1",
}
CONTRACT = {
    "instId": "BTC-USDT-SWAP",
    "instType": "SWAP",
    "minSz": "0.01",
    "lotSz": "0.01",
    "tickSz": "0.1",
}
KNOWN = {"BTC-USDT": {**BTC, "tickSz": "0.1"}, "BTC-USDT-SWAP": {**CONTRACT, "tickSz": "0.1"}}


def post(order: dict[str, Any], path: str = "trade/order", **changes: Any) -> Request:
    given = {name: value for name, value in {**order, **changes}.items() if value is not None}
    return Request("POST", f"/api/v5/{path}", json.dumps(given))


def refusal(request: Request, facts: AccountFacts | None = None) -> str:
    with pytest.raises(CellError) as caught:
        check(request, facts or AccountFacts())
    return f"{caught.value.message} · {caught.value.remedy}"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (Request("GET", "/api/v5/market/candles?instId=A-B&bar=1h"), "1H in place of 1h?"),
        (Request("GET", "/api/v5/market/candles?instId=A-B&bar=60m"), "1H in place of 60m?"),
        (Request("GET", "/api/v5/market/history-candles?instId=A-B&bar=1d"), "1D in place of 1d?"),
        (Request("GET", "/api/v5/market/candles?instId=A-B&bar=7x"), "bar=7x is not documented"),
        (Request("GET", "/api/v5/market/candles?instId=A-B&bar=7m"), "1W, 1M, 3M, 6Hutc, 12Hutc,"),
        (post(SPOT, side="long"), "buy in place of long?"),
        (Request("GET", "/api/v5/market/candles?instId=A-B&bar=1H,4H"), "takes one bar, not 1H,4H"),
        (post(SPOT, side="BUY"), "buy in place of BUY?"),
        (post(SPOT, side="short"), "sell in place of short?"),
        (post(SPOT, tdMode="spot"), "cash in place of spot?"),
        (post(SPOT, tdMode="crossed"), "cross in place of crossed?"),
        (post(SPOT, ordType="LIMIT"), "limit in place of LIMIT?"),
        (post(SPOT, ordType="GTC"), "limit in place of GTC?"),
        (post(SPOT, ordType="postOnly"), "post_only in place of postOnly?"),
        (post(SWAP, posSide="buy"), "long in place of buy?"),
        (post(SWAP, posSide="BOTH"), "net in place of BOTH?"),
        (post(SPOT, clOrdId="my-order-1"), "for example myorder1"),
        (post(SPOT, clOrdId="a" * 33), f"for example {'a' * 32}"),
        (post(SPOT, clOrdId="größe"), "1 to 32 letters and digits"),
        (
            post(SPOT, attachAlgoOrds=[{"attachAlgoClOrdId": "a_b"}]),
            "attachAlgoClOrdId in attachAlgoOrds",
        ),
        (Request("GET", "/api/v5/trade/order?instId=A-B&clOrdId=a-b"), "for example ab"),
    ],
)
def test_a_certain_mistake_is_refused_with_the_near_value(request_: Request, said: str) -> None:
    """Lists and forms that the docs close: OKX could only refuse it, or find nothing."""
    found = refusal(request_)
    assert said in found
    assert "--force" in found


@pytest.mark.parametrize("value", ["1m", "1M", "1H", "1Dutc", "3Mutc"])
def test_documented_bars_pass(value: str) -> None:
    """Small and capital letters mean minutes and months."""
    assert check(Request("GET", f"/api/v5/market/candles?instId=A-B&bar={value}")) == ()


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (post(SPOT, tgtCcy="BTC"), "tgtCcy=BTC in its body is not documented"),
        (post(SPOT, attachAlgoOrds=[{"tpTriggerPx": "9"}]), "goes with tpOrdPx"),
        (Request("GET", "/api/v5/market/tickers?instType=spot"), "SPOT in place of spot?"),
        (Request("GET", "/api/v5/account/balance?ccy=%5B%27USDT%27%5D"), "OKX takes ccy=USDT"),
        (
            Request("GET", "/api/v5/account/balance?ccy=%27BTC%27,%27ETH%27"),
            "OKX takes ccy=BTC,ETH",
        ),
        (
            Request("GET", "/api/v5/market/candles?instId=A-B&after=1700000000"),
            "in milliseconds: 1700000000000",
        ),
        (
            Request("GET", "/api/v5/trade/fills?begin=1700000000.5"),
            "in milliseconds: 1700000000500",
        ),
    ],
)
def test_what_is_not_certain_is_told_and_sent(request_: Request, said: str) -> None:
    """Other documented values are hints, and OKX decides."""
    notes = check(request_)
    assert any(said in note for note in notes), notes


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/api/v5/trade/fills?after=623950854533513219"),
        Request("GET", "/api/v5/market/tickers?instType=SPOT"),
        Request("GET", "/api/v5/trade/orders-pending?ordType=post_only,fok,ioc&instType=SPOT"),
        Request("GET", "/api/v5/trade/orders-algo-pending?ordType=conditional,oco"),
        post(SPOT, clOrdId=""),
        post(SPOT, posSide="net"),
        post(SPOT, reduceOnly=True),
        post(SPOT, reduceOnly="true"),
        post(SPOT, attachAlgoOrds=[{"tpTriggerPx": "9", "tpOrdPx": "-1"}]),
        post(SPOT, attachAlgoOrds=[]),
        post(SPOT, ordType="rpi"),
    ],
)
def test_what_is_as_documented_passes_without_a_word(request_: Request) -> None:
    """A cursor that is an id, lists of values, empty texts, either way to write a truth."""
    assert check(request_) == ()


LONG_SHORT = AccountFacts("long_short_mode")
NET = AccountFacts("net_mode")


@pytest.mark.parametrize(
    ("request_", "facts", "said"),
    [
        (post(SWAP), LONG_SHORT, "posSide is missing"),
        (post(SWAP, posSide="net"), LONG_SHORT, "posSide=net in its body does not fit"),
        (post(SWAP, instId="BTC-USD-260327"), LONG_SHORT, "posSide is missing"),
        (post(SWAP, posSide="long"), NET, "leave posSide out"),
        (
            Request("POST", "/api/v5/trade/batch-orders", json.dumps([SWAP])),
            LONG_SHORT,
            "posSide is missing in item 1",
        ),
        (
            post({"instId": "BTC-USDT-SWAP", "mgnMode": "cross"}, "trade/close-position"),
            LONG_SHORT,
            "posSide is missing",
        ),
    ],
)
def test_a_side_is_held_against_the_accounts_mode(
    request_: Request, facts: AccountFacts, said: str
) -> None:
    """The mode is known from the log-in; where it is not, OKX decides."""
    assert said in refusal(request_, facts)
    assert check(request_) == ()


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        (post(SPOT), LONG_SHORT),
        (post(SWAP, posSide="short"), LONG_SHORT),
        (post(SWAP, posSide="net"), NET),
        (post(SWAP, instId="BTC-USD-260327-100000-C"), LONG_SHORT),
        (post(SWAP, instId="BTC-USD-260327-100000-C"), NET),
    ],
)
def test_a_side_that_fits_passes(request_: Request, facts: AccountFacts) -> None:
    """Spot pairs and options have no sides."""
    assert check(request_, facts) == ()


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (post(SPOT, sz="0.000001"), "in its body is below BTC-USDT's minSz 0.00001"),
        (post(SPOT, sz="0.000010001"), "is not a multiple of BTC-USDT's lotSz 0.00000001"),
        (post(SPOT, px="9.05"), "tickSz 0.1"),
        (post(SWAP, sz="0.005"), "minSz 0.01"),
        (post(SWAP, sz="0.015"), "near it: 0.01"),
        (post(SPOT, ordType="market", side="sell", px=None, sz="0.000001"), "minSz"),
        (post(SPOT, ordType="market", px=None, sz="0.000001", tgtCcy="base_ccy"), "minSz"),
    ],
)
def test_sizes_are_held_against_an_instrument_that_was_read(request_: Request, said: str) -> None:
    """Below the least size, off the lot or off the tick OKX can only refuse."""
    assert said in refusal(request_, AccountFacts(instruments=KNOWN))
    assert check(request_) == ()


@pytest.mark.parametrize(
    "request_",
    [
        post(SPOT, sz="0.00001", px="9.1"),
        # In the quote currency: minSz is in the base currency.
        post(SPOT, ordType="market", px=None, sz="0.000001"),
        post(SPOT, ordType="market", tdMode="cross", px=None, sz="0.000001"),
        post(SPOT, ordType="market", side="sell", tgtCcy="quote_ccy", px=None, sz="0.000001"),
        post(SPOT, instId="ETH-USDT", sz="0.000000001"),
        # An exact multiple, though not in binary.
        post(SWAP, sz="0.07"),
    ],
)
def test_a_size_that_may_fit_passes(request_: Request) -> None:
    """What is counted in another unit, or of an instrument that nobody read, is OKX's to judge."""
    assert check(request_, AccountFacts(instruments=KNOWN)) == ()


def test_a_session_learns_from_answers_and_forgets_after_an_hour() -> None:
    """Instruments for an hour; the position mode from the log-in, from a look, from a change."""
    clock = [0.0]
    learned = Learned(now=lambda: clock[0])
    assert learned.facts().position_mode == ""
    learned.learn(
        Request("GET", "/api/v5/account/config"), Envelope("0", "", [{"posMode": "net_mode"}])
    )
    assert learned.facts().position_mode == "net_mode"
    learned.learn(
        Request("GET", "/api/v5/public/instruments?instType=SPOT"), Envelope("0", "", [BTC, "odd"])
    )
    learned.learn(Request("GET", "/api/v5/market/ticker"), Envelope("0", "", [CONTRACT]))
    assert dict(learned.facts().instruments) == {"BTC-USDT": BTC}
    clock[0] = 3601.0
    assert not learned.facts().instruments
    change = Request("POST", "/api/v5/account/set-position-mode", '{"posMode": "long_short_mode"}')
    learned.learn(change, Envelope("51000", "no", []))
    assert learned.facts().position_mode == "net_mode"
    learned.learn(change, Envelope("0", "", [{"posMode": "long_short_mode"}]))
    assert learned.facts().position_mode == "long_short_mode"


def test_thousands_of_instruments_are_learned_without_their_objects() -> None:
    """What is checked is read from the columns: the control, one that is asked for its data, has them."""
    rows = ObjectRows((*BTC, "other"), [*BTC.values(), "-"] * 2)
    known, learned = Envelope.of_rows("0", "", rows, {}, 200), Learned()
    learned.learn(Request("GET", "/api/v5/public/instruments?instType=SPOT"), known)
    assert dict(learned.facts().instruments) == {"BTC-USDT": BTC}
    assert "objects" not in vars(rows)
    assert known.data[0]["other"] == "-"
    assert "objects" in vars(rows)


def test_a_program_is_warned() -> None:
    """Of what is certain and of what is not; it has no --force to say that it is meant."""
    with pytest.warns(RequestWarning, match="long"):
        warn(post(SPOT, side="long"), AccountFacts())
