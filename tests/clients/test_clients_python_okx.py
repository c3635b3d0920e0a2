"""python-okx, unchanged but for its base URL, against the sandbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from okx import utils
from okx.Account import AccountAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Trade import TradeAPI

from okx_magic.sandbox import Sandbox

# python-okx hands httpx a text body as data=, and takes the time with utcnow(): its own affairs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\):DeprecationWarning"),
]

Connect = Callable[..., Any]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=22) as running:
        yield running


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Connect]:
    """Makes clients of a kind, for the demo account unless told otherwise."""
    keys = sandbox.demo
    triple = {
        "api_key": keys.key,
        "api_secret_key": keys.secret,
        "passphrase": keys.passphrase,
        "flag": "1",
        "domain": sandbox.url,
    }
    with ExitStack() as stack:
        yield lambda kind, **changed: stack.enter_context(kind(**triple | changed))


def test_public(connect: Connect) -> None:
    """Time, instruments, ticker, candles, book and trades without credentials of any meaning."""
    public, market = connect(PublicAPI), connect(MarketAPI)
    assert len(public.get_system_time()["data"][0]["ts"]) == 13
    assert public.get_instruments(instType="SPOT", instId="BTC-USDT")["data"][0]["tickSz"] == "0.1"
    assert market.get_ticker(instId="BTC-USDT")["data"][0]["instId"] == "BTC-USDT"
    assert len(market.get_tickers(instType="SWAP")["data"]) > 2
    assert len(market.get_candlesticks(instId="BTC-USDT", bar="1D")["data"]) == 100
    assert len(market.get_history_candlesticks(instId="BTC-USDT", limit="7")["data"]) == 7
    assert len(market.get_orderbook(instId="BTC-USDT", sz="5")["data"][0]["asks"]) == 5
    assert len(market.get_trades(instId="BTC-USDT", limit="3")["data"]) == 3


def test_account(connect: Connect) -> None:
    """Balance (also of two currencies with a bare comma), configuration, positions."""
    account = connect(AccountAPI)
    details = account.get_account_balance(ccy="BTC,USDT")["data"][0]["details"]
    assert [row["ccy"] for row in details] == ["BTC", "USDT"]
    assert account.get_account_config()["data"][0]["acctLv"] == "2"
    assert account.get_positions() == {"code": "0", "data": [], "msg": ""}
    assert len(account.get_instruments(instType="SPOT")["data"]) > 5


def test_orders(connect: Connect) -> None:
    """Place, amend, look up, cancel, batch, history and fills."""
    trade = connect(TradeAPI)
    limit = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit",
             "px": "1000", "sz": "0.01"}  # fmt: skip
    placed = trade.place_order(**limit, clOrdId="one")
    ord_id = placed["data"][0]["ordId"]
    assert placed["code"] == "0"
    assert trade.amend_order(instId="BTC-USDT", ordId=ord_id, newPx="2000")["code"] == "0"
    assert trade.get_order(instId="BTC-USDT", clOrdId="one")["data"][0]["px"] == "2000"
    assert len(trade.get_order_list()["data"]) == 1
    assert trade.cancel_order(instId="BTC-USDT", ordId=ord_id)["code"] == "0"
    assert trade.cancel_order(instId="BTC-USDT", ordId=ord_id)["data"][0]["sCode"] == "51400"
    assert trade.place_multiple_orders([limit, limit | {"sz": "9999"}])["code"] == "2"
    market = limit | {"ordType": "market", "sz": "100", "px": ""}
    bought = trade.place_order(**market)["data"][0]["ordId"]
    history = trade.get_orders_history(instType="SPOT")["data"]
    assert [row["ordId"] for row in history] == [bought, ord_id]
    assert {fill["ordId"] for fill in trade.get_fills(instType="SPOT")["data"]} == {bought}


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
    late = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=31)
    monkeypatch.setattr(utils, "get_timestamp", lambda: f"{late:%Y-%m-%dT%H:%M:%S}.000Z")
    assert code() == "50102"
