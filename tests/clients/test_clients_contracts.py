"""Contracts with ccxt and python-okx, unchanged but for their base URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.Trade import TradeAPI

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

# python-okx hands httpx a text body as data=, and takes the time with utcnow(): its own affairs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\):DeprecationWarning"),
]

SYMBOL, SWAP = "BTC/USDT:USDT", "BTC-USDT-SWAP"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(seed=21) as running:
        yield running


@pytest.fixture
def okx(sandbox: Sandbox) -> Iterator[ccxt.okx]:
    keys = sandbox.demo
    client = ccxt.okx(
        {"apiKey": keys.key, "secret": keys.secret, "password": keys.passphrase,
         "enableRateLimit": False}
    )  # fmt: skip
    client.set_sandbox_mode(True)
    client.urls["api"]["rest"] = sandbox.url
    yield client
    client.session.close()


def test_ccxt_trades_a_swap(okx: ccxt.okx) -> None:
    """Leverage, orders, positions, history and closing in net mode, in ccxt's own terms."""
    okx.set_leverage(5, SYMBOL, {"mgnMode": "cross"})
    assert okx.fetch_leverage(SYMBOL)["longLeverage"] == 5
    assert okx.fetch_position_mode(SYMBOL)["hedged"] is False
    placed = okx.create_order(SYMBOL, "market", "buy", 2)
    order = okx.fetch_order(placed["id"], SYMBOL)
    assert (order["status"], order["filled"], order["fee"]["currency"]) == ("closed", 2, "USDT")
    position = okx.fetch_position(SYMBOL)
    assert (position["side"], position["contracts"], position["leverage"]) == ("long", 2, 5)
    assert position["initialMarginPercentage"] == pytest.approx(0.2)
    assert [each["id"] for each in okx.fetch_positions()] == [position["id"]]
    okx.create_order(SYMBOL, "market", "sell", 1, None, {"reduceOnly": True})
    okx.close_position(SYMBOL)
    assert okx.fetch_positions([SYMBOL]) == []
    past = okx.fetch_positions_history([SYMBOL])[0]
    trades = okx.fetch_my_trades(SYMBOL)
    assert len(trades) == 3
    fees = sum(trade["fee"]["cost"] for trade in trades)
    assert float(past["info"]["fee"]) == pytest.approx(-fees)
    ledger = okx.fetch_ledger("USDT", params={"type": "swap"})
    assert sum(float(entry["info"]["balChg"]) for entry in ledger) == pytest.approx(
        past["realizedPnl"]
    )
    assert okx.fetch_trading_fee(SYMBOL)["taker"] == 0.0005


def test_ccxt_trades_both_sides(okx: ccxt.okx) -> None:
    """In long/short mode ccxt's hedged orders open and close each side."""
    okx.set_position_mode(True)
    okx.create_order(SYMBOL, "market", "buy", 2, None, {"hedged": True})
    okx.create_order(SYMBOL, "market", "sell", 1, None, {"hedged": True})
    okx.create_order(SYMBOL, "market", "sell", 1, None, {"hedged": True, "reduceOnly": True})
    held = {each["side"]: each["contracts"] for each in okx.fetch_positions()}
    assert held == {"long": 1, "short": 1}
    with pytest.raises(ccxt.ExchangeError, match="59000"):
        okx.set_position_mode(False)
    okx.close_position(SYMBOL, "buy")
    okx.close_position(SYMBOL, "sell")
    assert okx.fetch_positions() == []


def test_ccxt_moves_money(okx: ccxt.okx) -> None:
    """A transfer is found by its id, in the list of transfers and in both balances."""
    moved = okx.transfer("USDT", 10, "funding", "trading")
    assert okx.fetch_transfer(moved["id"])["status"] == "ok"
    assert [each["amount"] for each in okx.fetch_transfers("USDT")] == [10]
    assert okx.fetch_balance({"type": "funding"})["USDT"]["free"] == 990
    assert okx.fetch_balance()["USDT"]["free"] == 100_010
    assert okx.fetch_deposits() == okx.fetch_withdrawals() == []
    okx.create_order(SYMBOL, "limit", "buy", 1, 20_000)
    assert okx.cancel_all_orders_after(10_000)["data"][0]["triggerTime"] != "0"


def test_python_okx_trades_a_swap(sandbox: Sandbox) -> None:
    """Account, trade and funding methods for contracts answer code 0, and agree with each other."""
    keys = sandbox.demo
    named: dict[str, Any] = {
        "api_key": keys.key, "api_secret_key": keys.secret, "passphrase": keys.passphrase,
        "flag": "1", "domain": sandbox.url,
    }  # fmt: skip
    with AccountAPI(**named) as account, TradeAPI(**named) as trade, FundingAPI(**named) as funding:
        answers = [
            account.set_position_mode("net_mode"),
            account.set_leverage("5", "isolated", instId=SWAP),
            account.get_leverage("isolated", instId=SWAP),
            trade.place_order(SWAP, "isolated", "buy", "market", "2"),
            account.adjustment_margin(SWAP, "net", "add", "5"),
            account.get_positions(),
            account.get_position_risk(),
            account.get_max_order_size(SWAP, "cross"),
            account.get_max_avail_size(SWAP, "cross"),
            account.get_max_withdrawal("USDT"),
            account.get_fee_rates("SWAP"),
            trade.close_positions(SWAP, "isolated"),
            account.get_positions_history(),
            account.get_account_bills(instType="SWAP"),
            account.get_account_bills_archive(type="6"),
            trade.get_orders_history_archive("SWAP"),
            trade.get_fills_history("SWAP"),
            funding.funds_transfer("USDT", "1", "6", "18"),
            funding.get_bills(),
            funding.get_balances("USDT"),
            funding.get_asset_valuation("USDT"),
        ]
        assert [answer["code"] for answer in answers] == ["0"] * len(answers), answers
        assert all(answer["data"] for answer in answers)
        for empty in (
            trade.order_algos_list("trigger"),
            funding.get_deposit_history(),
            funding.get_withdrawal_history(),
            funding.get_non_tradable_assets(),
        ):
            assert empty == {"code": "0", "data": [], "msg": ""}
        past = account.get_positions_history()["data"][0]
        changes = account.get_account_bills(type="2")["data"]
        parts = [float(bill["pnl"]) + float(bill["fee"]) for bill in changes]
        assert sum(parts) == pytest.approx(float(past["realizedPnl"]))
