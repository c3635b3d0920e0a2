"""python-okx's calls that read: each gives the raw answer, of an account in which much happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from clientcalls import ClientCall, right_each
from okx.Account import AccountAPI
from okx.Funding import FundingAPI
from okx.MarketData import MarketAPI
from okx.PublicData import PublicAPI
from okx.Status import StatusAPI
from okx.Trade import TradeAPI
from okx.TradingData import TradingDataAPI

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox_caller import Caller, Clock

# python-okx hands httpx a text body as data=, and takes the time with utcnow(): its own affairs.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Use 'content=.*' to upload raw:DeprecationWarning"),
    pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcnow\(\):DeprecationWarning"),
]

SPOT, SWAP = "BTC-USDT", "BTC-USDT-SWAP"
KINDS = {
    kind.__name__: kind
    for kind in (
        AccountAPI, FundingAPI, MarketAPI, PublicAPI, StatusAPI, TradeAPI, TradingDataAPI
    )
}  # fmt: skip

# Call, endpoint, what is asked (values in angles come from what happened before), and what must
# hold of the data beside being the raw answer's.
READS: list[tuple[str, str, dict[str, str], Callable[[Any], bool]]] = [
    ("PublicAPI.get_instruments", "public/instruments", {"instType": "SWAP", "instId": SWAP},
     lambda rows: [row["instId"] for row in rows] == [SWAP]),
    ("PublicAPI.get_open_interest", "public/open-interest", {"instType": "SWAP"},
     lambda rows: len(rows) > 2),
    ("PublicAPI.get_opt_summary", "public/opt-summary", {"instFamily": "BTC-USD"},
     lambda rows: len(rows) > 100),
    ("TradingDataAPI.get_long_short_ratio", "rubik/stat/contracts/long-short-account-ratio",
     {"ccy": "BTC"}, lambda rows: len(rows) == 72),
    ("PublicAPI.get_funding_rate", "public/funding-rate", {"instId": SWAP},
     lambda rows: int(rows[0]["nextFundingTime"]) - int(rows[0]["fundingTime"]) == 28_800_000),
    ("PublicAPI.funding_rate_history", "public/funding-rate-history",
     {"instId": SWAP, "limit": "9"}, lambda rows: len(rows) == 9),
    ("PublicAPI.get_price_limit", "public/price-limit", {"instId": SWAP},
     lambda rows: float(rows[0]["sellLmt"]) < float(rows[0]["buyLmt"])),
    ("PublicAPI.get_convert_contract_coin", "public/convert-contract-coin",
     {"instId": SWAP, "sz": "0.37"},
     lambda rows: rows[0]["sz"] == "37"),
    ("PublicAPI.get_system_time", "public/time", {}, lambda rows: len(rows[0]["ts"]) == 13),
    ("PublicAPI.get_mark_price", "public/mark-price", {"instType": "FUTURES"},
     lambda rows: all(float(row["markPx"]) > 0 for row in rows)),
    ("PublicAPI.get_position_tiers", "public/position-tiers",
     {"instType": "SWAP", "tdMode": "cross", "instFamily": SPOT},
     lambda rows: [row["tier"] for row in rows] == [str(n + 1) for n in range(len(rows))]),
    ("PublicAPI.get_underlying", "public/underlying", {"instType": "SWAP"},
     lambda rows: SPOT in rows[0]),
    ("MarketAPI.get_tickers", "market/tickers", {"instType": "SPOT"},
     lambda rows: {row["instType"] for row in rows} == {"SPOT"}),
    ("MarketAPI.get_ticker", "market/ticker", {"instId": SPOT},
     lambda rows: float(rows[0]["bidPx"]) < float(rows[0]["askPx"])),
    ("MarketAPI.get_index_tickers", "market/index-tickers", {"instId": "BTC-USD"},
     lambda rows: float(rows[0]["low24h"]) <= float(rows[0]["idxPx"])),
    ("MarketAPI.get_orderbook", "market/books", {"instId": SPOT, "sz": "7"},
     lambda rows: len(rows[0]["asks"]) == len(rows[0]["bids"]) == 7),
    ("MarketAPI.get_candlesticks", "market/candles",
     {"instId": SPOT, "bar": "1Dutc", "limit": "30"}, lambda rows: len(rows) == 30),
    ("MarketAPI.get_history_candlesticks", "market/history-candles",
     {"instId": SPOT, "after": "1706745600000"}, lambda rows: rows[0][0] == "1706745540000"),
    ("MarketAPI.get_index_candlesticks", "market/index-candles", {"instId": SPOT, "bar": "4H"},
     lambda rows: {len(row) for row in rows} == {6}),
    ("MarketAPI.get_mark_price_candlesticks", "market/mark-price-candles", {"instId": SWAP},
     lambda rows: len(rows) == 100),
    ("MarketAPI.get_trades", "market/trades", {"instId": SPOT, "limit": "3"},
     lambda rows: len(rows) == 3),
    ("MarketAPI.get_history_trades", "market/history-trades", {"instId": SPOT, "limit": "9"},
     lambda rows: len(rows) == 9),
    ("MarketAPI.get_volume", "market/platform-24-volume", {},
     lambda rows: float(rows[0]["volUsd"]) > 0),
    ("MarketAPI.get_index_components", "market/index-components", {"index": SPOT},
     lambda one: one["index"] == SPOT),
    ("MarketAPI.get_exchange_rate", "market/exchange-rate", {},
     lambda rows: float(rows[0]["usdCny"]) > 1),
    ("MarketAPI.get_tier", "public/position-tiers",
     {"instType": "FUTURES", "tdMode": "isolated", "uly": "BTC-USD"}, lambda rows: len(rows) > 1),
    ("StatusAPI.status", "system/status", {}, lambda rows: rows == []),
    ("TradingDataAPI.get_support_coin", "rubik/stat/trading-data/support-coin", {},
     lambda one: "BTC" in one["contract"]),
    ("TradingDataAPI.get_contracts_interest_volume", "rubik/stat/contracts/open-interest-volume",
     {"ccy": "BTC", "period": "1D"}, lambda rows: {len(row) for row in rows} == {3}),
    ("TradingDataAPI.get_open_interest_history", "rubik/stat/contracts/open-interest-history",
     {"instId": SWAP, "period": "1H"}, lambda rows: {len(row) for row in rows} == {4}),
    # A bare comma, which some clients would escape.
    ("AccountAPI.get_account_balance", "account/balance", {"ccy": "BTC,USDT"},
     lambda rows: [row["ccy"] for row in rows[0]["details"]] == ["BTC", "USDT"]),
    ("AccountAPI.get_account_config", "account/config", {},
     lambda rows: rows[0]["acctLv"] == "2" and rows[0]["posMode"] == "net_mode"),
    ("AccountAPI.get_positions", "account/positions", {"instType": "SWAP"},
     lambda rows: [row["pos"] for row in rows] == ["2"]),
    ("AccountAPI.get_position_risk", "account/account-position-risk", {},
     lambda rows: [row["instId"] for row in rows[0]["posData"]] == [SWAP]),
    ("AccountAPI.get_account_bills", "account/bills", {"instType": "SPOT", "ccy": "BTC"},
     lambda rows: {(row["instType"], row["ccy"]) for row in rows} == {("SPOT", "BTC")}),
    ("AccountAPI.get_account_bills_archive", "account/bills-archive", {"type": "1"},
     lambda rows: [row["balChg"] for row in rows] == ["30"]),
    ("AccountAPI.get_max_order_size", "account/max-size", {"instId": SWAP, "tdMode": "cross"},
     lambda rows: float(rows[0]["maxBuy"]) > 0),
    ("AccountAPI.get_max_avail_size", "account/max-avail-size",
     {"instId": SPOT, "tdMode": "cash"}, lambda rows: float(rows[0]["availBuy"]) > 0),
    ("AccountAPI.get_leverage", "account/leverage-info", {"mgnMode": "cross", "instId": SWAP},
     lambda rows: [(row["mgnMode"], row["posSide"]) for row in rows] == [("cross", "net")]),
    ("AccountAPI.get_instruments", "account/instruments", {"instType": "SPOT"},
     lambda rows: len(rows) > 5),
    ("AccountAPI.get_fee_rates", "account/trade-fee", {"instType": "SPOT"},
     lambda rows: float(rows[0]["taker"]) < 0),
    ("AccountAPI.get_max_withdrawal", "account/max-withdrawal", {"ccy": "USDT"},
     lambda rows: [row["ccy"] for row in rows] == ["USDT"]),
    ("AccountAPI.get_positions_history", "account/positions-history", {"instType": "SWAP"},
     lambda rows: [row["instId"] for row in rows] == ["ETH-USDT-SWAP"]),
    ("TradeAPI.get_order", "trade/order", {"instId": SPOT, "clOrdId": "resting"},
     lambda rows: [row["state"] for row in rows] == ["live"]),
    ("TradeAPI.get_order_list", "trade/orders-pending", {"instType": "SPOT"},
     lambda rows: [row["clOrdId"] for row in rows] == ["resting"]),
    ("TradeAPI.get_orders_history", "trade/orders-history", {"instType": "SWAP"},
     lambda rows: [row["side"] for row in rows] == ["sell", "buy", "buy"]),
    ("TradeAPI.get_orders_history_archive", "trade/orders-history-archive",
     {"instType": "SPOT", "limit": "1"}, lambda rows: [row["sz"] for row in rows] == ["500"]),
    ("TradeAPI.get_fills", "trade/fills", {"instType": "SPOT"},
     lambda rows: {row["instId"] for row in rows} == {SPOT}),
    ("TradeAPI.get_fills_history", "trade/fills-history", {"instType": "SWAP", "instId": SWAP},
     lambda rows: sum(float(row["fillSz"]) for row in rows) == 2),
    ("TradeAPI.order_algos_list", "trade/orders-algo-pending", {"ordType": "conditional"},
     lambda rows: rows == []),
    ("TradeAPI.order_algos_history", "trade/orders-algo-history",
     {"ordType": "conditional", "state": "canceled"}, lambda rows: rows == []),
    ("FundingAPI.get_balances", "asset/balances", {"ccy": "USDT"},
     lambda rows: [row["bal"] for row in rows] == ["970"]),
    ("FundingAPI.get_currencies", "asset/currencies", {"ccy": "BTC"},
     lambda rows: {row["ccy"] for row in rows} == {"BTC"}),
    ("FundingAPI.get_bills", "asset/bills", {"ccy": "USDT"},
     lambda rows: [row["balChg"] for row in rows] == ["-30"]),
    ("FundingAPI.transfer_state", "asset/transfer-state", {"transId": "<transfer>"},
     lambda rows: [(row["amt"], row["state"]) for row in rows] == [("30", "success")]),
    ("FundingAPI.get_asset_valuation", "asset/asset-valuation", {"ccy": "USDT"},
     lambda rows: float(rows[0]["details"]["funding"]) == pytest.approx(970, rel=0.01)),
    ("FundingAPI.get_deposit_history", "asset/deposit-history", {"ccy": "USDT"},
     lambda rows: rows == []),
    ("FundingAPI.get_non_tradable_assets", "asset/non-tradable-assets", {},
     lambda rows: rows == []),
    ("FundingAPI.get_withdrawal_history", "asset/withdrawal-history", {"ccy": "USDT"},
     lambda rows: rows == []),
]  # fmt: skip


@pytest.fixture
def happened(raw: Caller, clock: Clock) -> dict[str, str]:
    """A purchase, a resting order, an open and a closed position, a transfer: by other hands."""
    px = str(int(float(raw.best("bids")) * 0.9))
    raw.place(side="buy", ordType="market", sz="500")
    raw.place(side="buy", ordType="limit", px=px, sz="0.01", clOrdId="resting")
    swap = {"tdMode": "cross", "ordType": "market"}
    for inst_id, side, sz in (
        (SWAP, "buy", "2"), ("ETH-USDT-SWAP", "buy", "1"), ("ETH-USDT-SWAP", "sell", "1")
    ):  # fmt: skip
        clock.now += 1
        raw.place(**swap, instId=inst_id, side=side, sz=sz)
    move = {"ccy": "USDT", "amt": "30", "from": "6", "to": "18"}
    transfer: str = raw.post("/api/v5/asset/transfer", move).data[0]["transId"]
    return {"<transfer>": transfer}


CALLS = [ClientCall("python-okx", name, f"GET {endpoint}") for name, endpoint, *_ in READS]


@right_each(CALLS)
@pytest.mark.parametrize(
    ("call", "asked", "holds"),
    [(call, asked, holds) for call, (*_, asked, holds) in zip(CALLS, READS, strict=True)],
    ids=[call.name for call in CALLS],
)
def test_reads(
    connect: Callable[..., Any], raw: Caller, happened: dict[str, str], call: ClientCall,
    asked: dict[str, str], holds: Callable[[Any], bool],
) -> None:  # fmt: skip
    """What python-okx returns is the whole raw answer, and it says what happened."""
    api, _, method = call.name.partition(".")
    asked = {name: happened.get(value, value) for name, value in asked.items()}
    answer = getattr(connect(KINDS[api]), method)(**asked)
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    target = f"/api/v5/{call.endpoint.removeprefix('GET ')}{query and '?'}{query}"
    assert answer == raw.get(target).json
    assert answer["code"] == "0"
    assert holds(answer["data"]), answer["data"]
