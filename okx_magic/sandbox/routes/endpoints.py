"""Which endpoints are served, and by what: ``PUBLIC`` at a moment of the market; at a desk what a signed
request reads (``QUERIES``, by GET) and does (``ACTIONS``, by POST), beside orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.facts import table
from okx_magic.sandbox.market.instruments import indices, instruments, marks
from okx_magic.sandbox.params import Params
from okx_magic.sandbox.routes import (
    account,
    algos,
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

if TYPE_CHECKING:
    from okx_magic.sandbox.market.market import Moment

# What clients ask for as a matter of course, and never is there: nobody deposits, lends, converts, holds
# options, runs a bot, trades a block or has a sub-account here, nothing is delivered, no maintenance
# announced, and options are quoted only.
NEVER: tuple[str, ...] = tuple(table("never.json"))


def _nothing(_: Moment, __: Params) -> list[Any]:
    return []


PUBLIC: Mapping[str, Callable[[Moment, Params], Any]] = MappingProxyType(
    {path: _nothing for path in NEVER if not endpoints()["GET", path].private}
    | {
        path: prices.candles(path, quoted)
        for kind, quoted in (("", instruments), ("index-", indices), ("mark-price-", marks))
        for path in (f"/api/v5/market/{kind}candles", f"/api/v5/market/history-{kind}candles")
    }
    | {
        "/api/v5/market/books": prices.books,
        "/api/v5/market/books-full": prices.full_books,
        "/api/v5/market/exchange-rate": public.exchange_rate,
        "/api/v5/market/history-trades": prices.history_trades,
        "/api/v5/market/index-components": public.index_components,
        "/api/v5/market/index-tickers": prices.index_tickers,
        "/api/v5/market/platform-24-volume": public.platform_volume,
        "/api/v5/market/ticker": prices.ticker,
        "/api/v5/market/tickers": prices.tickers,
        "/api/v5/market/trades": prices.trades,
        "/api/v5/public/convert-contract-coin": public.convert,
        "/api/v5/public/funding-rate": public.funding_rate,
        "/api/v5/public/funding-rate-history": public.funding_rate_history,
        "/api/v5/public/instruments": public.listed,
        "/api/v5/public/mark-price": prices.mark_price,
        "/api/v5/public/market-data-history": archives.listing,
        "/api/v5/public/open-interest": public.open_interest,
        "/api/v5/public/delivery-exercise-history": statistics.deliveries,
        "/api/v5/public/estimated-price": statistics.estimated_price,
        "/api/v5/public/liquidation-orders": statistics.liquidation_orders,
        "/api/v5/public/opt-summary": statistics.opt_summary,
        "/api/v5/public/position-tiers": public.position_tiers,
        "/api/v5/public/premium-history": statistics.premium_history,
        "/api/v5/public/price-limit": public.price_limit,
        "/api/v5/public/time": public.time,
        "/api/v5/public/underlying": public.underlying,
        "/api/v5/rubik/stat/contracts/open-interest-history": public.interest_history,
        "/api/v5/rubik/stat/contracts/open-interest-volume": public.interest_volume,
        "/api/v5/rubik/stat/contracts/long-short-account-ratio": statistics.long_short_ratio,
        "/api/v5/rubik/stat/contracts/long-short-account-ratio-contract": (
            statistics.long_short_ratio
        ),
        "/api/v5/rubik/stat/trading-data/support-coin": public.support_coin,
    }
)

Handler = Callable[[Desk, Params], list[Any]]
QUERIES: Mapping[str, Handler] = MappingProxyType(
    {path: _nothing for path in NEVER if endpoints()["GET", path].private}
    | {
        "/api/v5/account/account-position-risk": positions.position_risk,
        "/api/v5/account/balance": account.balance,
        "/api/v5/account/bills": trade.bills,
        "/api/v5/account/bills-archive": trade.bills,
        "/api/v5/account/config": account.config,
        "/api/v5/account/instruments": public.listed,
        "/api/v5/account/leverage-info": settings.leverage_info,
        "/api/v5/account/max-avail-size": account.max_avail_size,
        "/api/v5/account/max-size": account.max_size,
        "/api/v5/account/max-withdrawal": account.max_withdrawal,
        "/api/v5/account/position-tiers": positions.largest_positions,
        "/api/v5/account/positions": positions.positions,
        "/api/v5/account/positions-history": positions.positions_history,
        "/api/v5/account/risk-state": positions.risk_state,
        "/api/v5/account/trade-fee": account.trade_fee,
        "/api/v5/asset/asset-valuation": asset.valuation,
        "/api/v5/asset/balances": asset.funding_balances,
        "/api/v5/asset/bills": trade.asset_bills,
        "/api/v5/asset/bills-history": trade.asset_bills,
        "/api/v5/asset/currencies": asset.currencies,
        "/api/v5/asset/transfer-state": asset.transfer_state,
        "/api/v5/trade/account-rate-limit": account.account_rate_limit,
        "/api/v5/trade/fills": trade.fills,
        "/api/v5/trade/fills-history": trade.fills,
        "/api/v5/trade/order": trade.order,
        "/api/v5/trade/order-algo": algos.order_algo,
        "/api/v5/trade/orders-algo-history": algos.orders_algo_history,
        "/api/v5/trade/orders-algo-pending": algos.orders_algo_pending,
        "/api/v5/trade/orders-history": trade.orders_history,
        "/api/v5/trade/orders-history-archive": trade.orders_history,
        "/api/v5/trade/orders-pending": trade.orders_pending,
    }
)
ACTIONS: Mapping[str, Handler] = MappingProxyType(
    {
        "/api/v5/account/demo-adjust-balance": asset.adjust_demo_balance,
        "/api/v5/account/position/margin-balance": settings.adjust_margin,
        "/api/v5/account/set-account-level": settings.set_account_level,
        "/api/v5/account/set-greeks": settings.set_greeks,
        "/api/v5/account/set-isolated-mode": settings.set_isolated_mode,
        "/api/v5/account/set-leverage": settings.set_leverage,
        "/api/v5/account/set-position-mode": settings.set_position_mode,
        "/api/v5/asset/transfer": asset.transfer,
        "/api/v5/trade/cancel-all-after": settings.cancel_all_after,
        "/api/v5/trade/close-position": positions.close_position,
        "/api/v5/trade/mass-cancel": settings.mass_cancel,
    }
)


def serves(method: str, path: str) -> bool:
    """Whether the sandbox has an endpoint: another is refused with 50038."""
    if method == "GET":
        return path in PUBLIC or path in QUERIES
    return path in ACTIONS or path in SERVICES
