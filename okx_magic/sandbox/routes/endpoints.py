"""Which endpoints are served, and by what: ``PUBLIC`` at a moment of the market; at a desk what a signed
request reads (``QUERIES``, by GET) and does (``ACTIONS``, by POST), beside orders.

Tested in ``tests/sandbox/test_sandbox_documented.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.data import table
from okx_magic.sandbox.params import Params
from okx_magic.sandbox.routes import (
    account,
    archives,
    asset,
    positions,
    prices,
    public,
    settings,
    statistics,
    trade,
)
from okx_magic.sandbox.routes.order import SERVICES

# What answers a query: ``at`` is a moment of the market or, of a signed request, a desk.
Handler = Callable[[Any, Params], Any]

# What clients ask for as a matter of course, and never is there: nobody deposits, lends, converts, holds
# options, runs a bot, trades a block or has a sub-account here, no maintenance is announced, and options
# are quoted only.
NEVER: tuple[str, ...] = tuple(table("never.json"))


# fmt: off
_READS: Mapping[str, Handler] = {
    "market/books": prices.books, "market/books-full": prices.full_books,
    "market/exchange-rate": public.exchange_rate, "market/history-trades": prices.history_trades,
    "market/index-components": public.index_components, "market/index-tickers": prices.index_tickers,
    "market/platform-24-volume": public.platform_volume, "market/ticker": prices.ticker,
    "market/tickers": prices.tickers, "market/trades": prices.trades,
    "public/convert-contract-coin": public.convert,
    "public/delivery-exercise-history": statistics.deliveries,
    "public/estimated-price": statistics.estimated_price, "public/funding-rate": public.funding_rate,
    "public/funding-rate-history": public.funding_rate_history, "public/instruments": public.listed,
    "public/liquidation-orders": statistics.liquidation_orders, "public/mark-price": prices.mark_price,
    "public/market-data-history": archives.listing, "public/open-interest": public.open_interest,
    "public/opt-summary": statistics.opt_summary, "public/position-tiers": public.position_tiers,
    "public/premium-history": statistics.premium_history, "public/price-limit": public.price_limit,
    "public/time": public.time, "public/underlying": public.underlying,
    "rubik/stat/contracts/long-short-account-ratio": statistics.long_short_ratio,
    "rubik/stat/contracts/long-short-account-ratio-contract": statistics.long_short_ratio,
    "rubik/stat/contracts/open-interest-history": public.interest_history,
    "rubik/stat/contracts/open-interest-volume": public.interest_volume,
    "rubik/stat/trading-data/support-coin": public.support_coin,
    "account/account-position-risk": positions.position_risk, "account/balance": account.balance,
    "account/bills": trade.bills, "account/bills-archive": trade.bills, "account/config": account.config,
    "account/instruments": public.listed, "account/leverage-info": settings.leverage_info,
    "account/max-avail-size": account.max_avail_size, "account/max-size": account.max_size,
    "account/max-withdrawal": account.max_withdrawal,
    "account/position-tiers": positions.largest_positions, "account/positions": positions.positions,
    "account/positions-history": positions.positions_history, "account/risk-state": positions.risk_state,
    "account/trade-fee": account.trade_fee, "asset/asset-valuation": asset.valuation,
    "asset/balances": asset.funding_balances, "asset/bills": trade.asset_bills,
    "asset/bills-history": trade.asset_bills, "asset/currencies": asset.currencies,
    "asset/transfer-state": asset.transfer_state, "trade/account-rate-limit": account.account_rate_limit,
    "trade/fills": trade.fills, "trade/fills-history": trade.fills, "trade/order": trade.order,
    "trade/order-algo": trade.order_algo, "trade/orders-algo-history": trade.orders_algo_history,
    "trade/orders-algo-pending": trade.orders_algo_pending, "trade/orders-history": trade.orders_history,
    "trade/orders-history-archive": trade.orders_history, "trade/orders-pending": trade.orders_pending,
}
_ACTS: Mapping[str, Handler] = {
    "account/demo-adjust-balance": asset.adjust_demo_balance,
    "account/position/margin-balance": settings.adjust_margin,
    "account/set-account-level": settings.set_account_level, "account/set-greeks": settings.set_greeks,
    "account/set-isolated-mode": settings.set_isolated_mode,
    "account/set-leverage": settings.set_leverage,
    "account/set-position-mode": settings.set_position_mode, "asset/transfer": asset.transfer,
    "trade/cancel-all-after": settings.cancel_all_after, "trade/close-position": positions.close_position,
    "trade/mass-cancel": settings.mass_cancel,
}
# fmt: on


def _under_api(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    return {f"/api/v5/{path}": handler for path, handler in handlers.items()}


_CANDLES: Mapping[str, Handler] = {
    path: prices.candles(path, by)
    for kind, by in (("", "last"), ("index-", "index"), ("mark-price-", "mark"))
    for path in (f"/api/v5/market/{kind}candles", f"/api/v5/market/history-{kind}candles")
}
_GETS = {**dict.fromkeys(NEVER, lambda _, __: []), **_CANDLES, **_under_api(_READS)}
PUBLIC: Mapping[str, Handler]
QUERIES: Mapping[str, Handler]
PUBLIC, QUERIES = (
    {path: _GETS[path] for path in _GETS if endpoints()["GET", path].private is private}
    for private in (False, True)
)
ACTIONS: Mapping[str, Handler] = _under_api(_ACTS)


def serves(method: str, path: str) -> bool:
    """Whether the sandbox has an endpoint: another is refused with 50038."""
    if method == "GET":
        return path in PUBLIC or path in QUERIES
    return path in ACTIONS or path in SERVICES
