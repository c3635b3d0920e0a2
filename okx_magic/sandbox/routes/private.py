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


def _none(_: Desk, __: Params) -> list[Any]:
    # What clients ask for as a matter of course, and never is there.
    return []


Handler = Callable[[Desk, Params], list[Any]]

QUERIES: Mapping[str, Handler] = MappingProxyType(
    {
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
        "/api/v5/asset/currencies": asset.currencies,
        "/api/v5/asset/deposit-history": _none,
        "/api/v5/asset/non-tradable-assets": _none,
        "/api/v5/asset/transfer-state": asset.transfer_state,
        "/api/v5/asset/withdrawal-history": _none,
        "/api/v5/trade/fills": trade.fills,
        "/api/v5/trade/fills-history": trade.fills,
        "/api/v5/trade/order": trade.order,
        "/api/v5/trade/orders-algo-history": _none,
        "/api/v5/trade/orders-algo-pending": _none,
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
