"""python-okx's calls that act, each against what then stands in the account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from clientcalls import right
from okx import utils
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI
from okx.Trade import TradeAPI

if TYPE_CHECKING:
    from sandbox_caller import Caller

    from okx_magic.sandbox import Sandbox

Connect = Callable[..., Any]

# python-okx hands httpx a text body as data=, and takes the time with utcnow(): its own affairs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\):DeprecationWarning"),
]

SPOT, SWAP = "BTC-USDT", "BTC-USDT-SWAP"
MARKET = {"instId": SWAP, "tdMode": "cross", "side": "buy", "ordType": "market", "sz": "2"}


@pytest.fixture
def limit(raw: Caller) -> dict[str, str]:
    """An order that rests: 2 % below the market."""
    px = str(int(float(raw.best("bids")) * 0.98))
    return {"instId": SPOT, "tdMode": "cash", "side": "buy", "ordType": "limit", "px": px,
            "sz": "0.01"}  # fmt: skip


def positions(raw: Caller) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = raw.get("/api/v5/account/positions").data
    return rows


@right("python-okx", "TradeAPI.place_algo_order", "POST trade/order-algo")
@right("python-okx", "TradeAPI.amend_algo_order", "POST trade/amend-algos")
@right("python-okx", "TradeAPI.get_algo_order_details", "GET trade/order-algo")
@right("python-okx", "TradeAPI.cancel_algo_order", "POST trade/cancel-algos")
def test_an_algo_order(connect: Connect, raw: Caller) -> None:
    """A stop is placed, found, amended and cancelled."""
    trade = connect(TradeAPI)
    wanted = {"instId": SPOT, "tdMode": "cash", "side": "sell", "ordType": "conditional"}
    placed = trade.place_algo_order(**wanted, sz="0.01", slTriggerPx="1000", slOrdPx="-1")
    algo_id = placed["data"][0]["algoId"]
    trade.amend_algo_order(instId=SPOT, algoId=algo_id, newSlTriggerPx="1100")
    [row] = trade.get_algo_order_details(algoId=algo_id)["data"]
    assert [row] == raw.get(f"/api/v5/trade/order-algo?algoId={algo_id}").data
    assert (row["slTriggerPx"], row["state"]) == ("1100", "live")
    assert trade.cancel_algo_order([{"instId": SPOT, "algoId": algo_id}])["code"] == "0"
    [row] = raw.get(f"/api/v5/trade/order-algo?algoId={algo_id}").data
    assert row["state"] == "canceled"


@right("python-okx", "TradeAPI.place_order", "POST trade/order")
@right("python-okx", "TradeAPI.amend_order", "POST trade/amend-order")
@right("python-okx", "TradeAPI.cancel_order", "POST trade/cancel-order")
def test_an_order(connect: Connect, raw: Caller, limit: dict[str, str]) -> None:
    """An order is placed, amended and cancelled; a second cancel is refused."""
    trade = connect(TradeAPI)
    placed = trade.place_order(**limit, clOrdId="one", tag="sandbox")
    ord_id = placed["data"][0]["ordId"]
    assert (placed["code"], placed["data"][0]["clOrdId"]) == ("0", "one")
    row = raw.order(ord_id)
    assert {name: row[name] for name in limit} == limit
    assert (row["state"], row["tag"]) == ("live", "sandbox")
    px = str(Decimal(limit["px"]) - 100)
    assert trade.amend_order(instId=SPOT, ordId=ord_id, newPx=px, newSz="0.02")["code"] == "0"
    assert (raw.order(ord_id)["px"], raw.order(ord_id)["sz"]) == (px, "0.02")
    assert trade.cancel_order(instId=SPOT, ordId=ord_id)["code"] == "0"
    assert raw.order(ord_id)["state"] == "canceled"
    assert trade.cancel_order(instId=SPOT, ordId=ord_id)["data"][0]["sCode"] == "51400"


@right("python-okx", "TradeAPI.place_multiple_orders", "POST trade/batch-orders")
@right("python-okx", "TradeAPI.amend_multiple_orders", "POST trade/amend-batch-orders")
@right("python-okx", "TradeAPI.cancel_multiple_orders", "POST trade/cancel-batch-orders")
def test_batches(connect: Connect, raw: Caller, limit: dict[str, str]) -> None:
    """Of a batch the good orders are carried out and the bad one is refused by itself."""
    trade = connect(TradeAPI)
    placed = trade.place_multiple_orders([limit, limit | {"sz": "9999"}, limit])
    assert placed["code"] == "2"
    assert [ack["sCode"] for ack in placed["data"]] == ["0", "51008", "0"]
    ids = [ack["ordId"] for ack in placed["data"] if ack["ordId"]]
    change = {"instId": SPOT, "newSz": "0.03"}
    amended = trade.amend_multiple_orders([change | {"ordId": each} for each in ids])
    assert amended["code"] == "0"
    assert [raw.order(each)["sz"] for each in ids] == ["0.03", "0.03"]
    gone = trade.cancel_multiple_orders([{"instId": SPOT, "ordId": each} for each in ids])
    assert gone["code"] == "0"
    assert raw.get("/api/v5/trade/orders-pending").data == []


@right("python-okx", "TradeAPI.place_order (market)", "POST trade/order")
def test_a_market_order(connect: Connect, raw: Caller) -> None:
    """A market order of 100 USDT costs that, up to a lot, and brings the coins less the fee."""
    before = {ccy: Decimal(row["cashBal"]) for ccy, row in raw.details().items()}
    bought = connect(TradeAPI).place_order(
        **MARKET | {"instId": SPOT, "tdMode": "cash", "sz": "100"}
    )
    row = raw.order(bought["data"][0]["ordId"])
    after = {ccy: Decimal(row["cashBal"]) for ccy, row in raw.details().items()}
    assert row["state"] == "filled"
    assert after["BTC"] - before["BTC"] == Decimal(row["accFillSz"]) + Decimal(row["fee"])
    assert 0 <= 100 - (before["USDT"] - after["USDT"]) < Decimal("0.01")


@right("python-okx", "TradeAPI.close_positions", "POST trade/close-position")
def test_close_positions(connect: Connect, raw: Caller) -> None:
    """A position is closed at the market, whole."""
    trade = connect(TradeAPI)
    trade.place_order(**MARKET)
    assert [row["pos"] for row in positions(raw)] == ["2"]
    assert trade.close_positions(instId=SWAP, mgnMode="cross")["code"] == "0"
    assert positions(raw) == []


@right("python-okx", "AccountAPI.set_leverage", "POST account/set-leverage")
def test_set_leverage(connect: Connect, raw: Caller) -> None:
    """A position opened afterwards has the leverage that was set, and the margin it asks for."""
    answer = connect(AccountAPI).set_leverage(lever="8", mgnMode="cross", instId=SWAP)
    assert answer["data"][0]["lever"] == "8"
    connect(TradeAPI).place_order(**MARKET)
    (row,) = positions(raw)
    assert row["lever"] == "8"
    value = float(row["markPx"]) * 2 * 0.01
    assert float(row["imr"]) == pytest.approx(value / 8)


@right("python-okx", "AccountAPI.set_position_mode", "POST account/set-position-mode")
def test_set_position_mode(connect: Connect, raw: Caller) -> None:
    """In long/short mode an order names the side of its position."""
    assert connect(AccountAPI).set_position_mode(posMode="long_short_mode")["code"] == "0"
    trade = connect(TradeAPI)
    assert trade.place_order(**MARKET)["data"][0]["sCode"] == "51000"
    assert positions(raw) == []
    assert trade.place_order(**MARKET, posSide="long")["code"] == "0"
    assert [row["posSide"] for row in positions(raw)] == ["long"]


@right("python-okx", "AccountAPI.adjustment_margin", "POST account/position/margin-balance")
def test_adjustment_margin(connect: Connect, raw: Caller) -> None:
    """What is added to an isolated position's margin is taken from cash."""
    connect(TradeAPI).place_order(**MARKET | {"tdMode": "isolated"})
    margin = Decimal(positions(raw)[0]["margin"])
    free = Decimal(raw.details()["USDT"]["availBal"])
    answer = connect(AccountAPI).adjustment_margin(instId=SWAP, posSide="net", type="add", amt="9")
    assert (answer["code"], answer["data"][0]["type"]) == ("0", "add")
    assert Decimal(positions(raw)[0]["margin"]) == margin + 9
    assert Decimal(raw.details()["USDT"]["availBal"]) == free - 9


@right("python-okx", "AccountAPI.set_greeks", "POST account/set-greeks")
@right("python-okx", "AccountAPI.set_account_level", "POST account/set-account-level")
def test_settings(connect: Connect, raw: Caller) -> None:
    """What is set stands in the configuration."""
    account = connect(AccountAPI)
    assert account.set_greeks(greeksType="BS")["data"] == [{"greeksType": "BS"}]
    assert account.set_account_level(acctLv="1")["data"] == [{"acctLv": "1"}]
    config = raw.get("/api/v5/account/config").data[0]
    assert (config["greeksType"], config["acctLv"]) == ("BS", "1")


@right("python-okx", "FundingAPI.funds_transfer", "POST asset/transfer")
def test_funds_transfer(connect: Connect, raw: Caller) -> None:
    """What is transferred leaves the one account and comes to the other; no more than there is."""
    before = Decimal(raw.details()["USDT"]["cashBal"])
    funding = connect(FundingAPI)
    assert funding.funds_transfer(ccy="USDT", amt="40.5", from_="6", to="18")["code"] == "0"
    assert Decimal(raw.details()["USDT"]["cashBal"]) == before + Decimal("40.5")
    assert raw.get("/api/v5/asset/balances?ccy=USDT").data[0]["bal"] == "959.5"
    assert funding.funds_transfer(ccy="USDT", amt="1000", from_="6", to="18")["code"] == "58350"


def test_wrong_credentials(
    connect: Connect, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Secret, passphrase, environment and clock are told apart by their codes."""

    def code(**changed: str) -> str:
        answer: dict[str, str] = connect(AccountAPI, **changed).get_account_balance()
        return answer["code"]

    assert code() == "0"
    assert code(api_secret_key=sandbox.live.secret) == "50113"
    assert code(passphrase="wrong") == "50105"
    assert code(api_key=sandbox.live.key) == "50101"
    assert code(flag="0") == "50101"
    # python-okx's way to say that there is no key.
    assert code(api_key="-1") == "50103"
    assert connect(MarketAPI, api_key="-1").get_ticker("BTC-USDT")["code"] == "0"
    late = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=61)
    monkeypatch.setattr(utils, "get_timestamp", lambda: f"{late:%Y-%m-%dT%H:%M:%S}.000Z")
    assert code() == "50102"
