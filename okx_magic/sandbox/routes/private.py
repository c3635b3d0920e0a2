"""What a signed request reads (``QUERIES``, by GET) and does (``ACTIONS``, by POST), beside orders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.params import Params
from okx_magic.sandbox.routes import (
    account,
    asset,
    bills,
    closing,
    positions,
    settings,
    sizes,
    trade,
)
from okx_magic.sandbox.routes.rows import required_of

Handler = Callable[[Desk, Params], list[Any]]

# What clients ask for as a matter of course, and never is there: nobody deposits, lends, converts, holds
# options, runs a bot or has a sub-account here.
NEVER = (
    "/api/v5/account/greeks",
    "/api/v5/account/interest-accrued",
    "/api/v5/account/move-positions-history",
    "/api/v5/account/spot-borrow-repay-history",
    "/api/v5/asset/convert/history",
    "/api/v5/asset/deposit-history",
    "/api/v5/asset/non-tradable-assets",
    "/api/v5/asset/withdrawal-history",
    "/api/v5/trade/easy-convert-history",
    "/api/v5/trade/one-click-repay-history",
    "/api/v5/trade/one-click-repay-history-v2",
    "/api/v5/trade/orders-algo-history",
    "/api/v5/trade/orders-algo-pending",
    "/api/v5/tradingBot/grid/orders-algo-history",
    "/api/v5/tradingBot/grid/orders-algo-pending",
    "/api/v5/tradingBot/recurring/orders-algo-history",
    "/api/v5/tradingBot/recurring/orders-algo-pending",
    "/api/v5/users/subaccount/list",
)


def _nothing(path: str) -> Handler:
    def handler(_: Desk, query: Params) -> list[Any]:
        required_of(path, query)
        return []

    return handler


QUERIES: Mapping[str, Handler] = MappingProxyType(
    {path: _nothing(path) for path in NEVER}
    | {
        "/api/v5/account/account-position-risk": positions.position_risk,
        "/api/v5/account/balance": account.balance,
        "/api/v5/account/bills": bills.bills,
        "/api/v5/account/bills-archive": bills.bills,
        "/api/v5/account/config": account.config,
        "/api/v5/account/instruments": account.account_instruments,
        "/api/v5/account/leverage-info": sizes.leverage_info,
        "/api/v5/account/max-avail-size": sizes.max_avail_size,
        "/api/v5/account/max-size": sizes.max_size,
        "/api/v5/account/max-withdrawal": sizes.max_withdrawal,
        "/api/v5/account/positions": positions.positions,
        "/api/v5/account/positions-history": positions.positions_history,
        "/api/v5/account/trade-fee": sizes.trade_fee,
        "/api/v5/asset/asset-valuation": asset.valuation,
        "/api/v5/asset/balances": asset.funding_balances,
        "/api/v5/asset/bills": bills.asset_bills,
        "/api/v5/asset/bills-history": bills.asset_bills,
        "/api/v5/asset/currencies": asset.currencies,
        "/api/v5/asset/transfer-state": asset.transfer_state,
        "/api/v5/trade/account-rate-limit": sizes.account_rate_limit,
        "/api/v5/trade/fills": trade.fills,
        "/api/v5/trade/fills-history": trade.fills,
        "/api/v5/trade/order": trade.order,
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
        "/api/v5/account/set-leverage": settings.set_leverage,
        "/api/v5/account/set-position-mode": settings.set_position_mode,
        "/api/v5/asset/transfer": asset.transfer,
        "/api/v5/trade/cancel-all-after": closing.cancel_all_after,
        "/api/v5/trade/close-position": closing.close_position,
        "/api/v5/trade/mass-cancel": closing.mass_cancel,
    }
)
