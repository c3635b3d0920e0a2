"""What a request does to an account, by its path: reads, cancels, trades, or moves money elsewhere.

Read off the titles and descriptions of the endpoints (OKX docs). A path that is not in the catalogue
is of the kind "unknown", which the rails take for the worst.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from okx_magic import knowledge, strictjson

if TYPE_CHECKING:
    from okx_magic.model import Request

Kind = Literal[
    "read",
    "cancel",
    "order",
    "settings",
    "withdraw",
    "transfer",
    "subaccount",
    "key",
    "earn",
    "loan",
    "unknown",
]

# On a live account these need the profile's permission, besides everything that an order needs.
GUARDED: Final[frozenset[str]] = frozenset(
    {"withdraw", "transfer", "subaccount", "key", "earn", "loan", "unknown"}
)

_ROOT: Final = "/api/v5/"
_CANCEL_ALL_AFTER: Final = "cancel-all-after"

# The first beginning that fits decides. What fits none changes a setting.
_BEGINNINGS: Final[tuple[tuple[Kind, tuple[str, ...]], ...]] = (
    (
        "read",
        (
            "account/bills-history-archive",
            "account/position-builder",
            "account/simulated_margin",
            "aigc/mcp/",
            "asset/convert/estimate-quote",
            "asset/monthly-statement",
            "broker/dma/rebate-per-orders",
            "broker/dma/trades",
            "broker/fd/rebate-per-orders",
            "broker/nd/rebate-per-orders",
            "fiat/buy-sell/quote",
            "finance/flexible-loan/max-loan",
            "finance/sfp/dcd/quote",
            "finance/sfp/dcd/redeem-quote",
            "finance/stable-rewards/quote",
            "trade/fills-archive",
            "trade/order-precheck",
            "tradingBot/grid/compute-margin-balance",
            "tradingBot/grid/min-investment",
        ),
    ),
    (
        "cancel",
        (
            "rfq/cancel-",
            "sprd/cancel-",
            "sprd/mass-cancel",
            "trade/cancel-",
            "trade/mass-cancel",
            "tradingBot/signal/cancel-sub-order",
        ),
    ),
    (
        "withdraw",
        (
            "asset/withdrawal",
            "asset/cancel-withdrawal",
            "fiat/create-withdrawal",
            "fiat/cancel-withdrawal",
        ),
    ),
    ("transfer", ("asset/transfer", "asset/subaccount/transfer", "account/move-positions")),
    (
        "key",
        (
            "users/subaccount/apikey",
            "users/subaccount/modify-apikey",
            "users/subaccount/delete-apikey",
            "broker/dma/subaccount/",
            "broker/nd/subaccount/",
        ),
    ),
    (
        "loan",
        (
            "account/borrow-repay",
            "account/fixed-loan/",
            "account/quick-margin-borrow-repay",
            "account/spot-manual-borrow-repay",
            "account/subaccount/set-loan-allocation",
            "finance/fixed-loan/",
            "finance/flexible-loan/",
        ),
    ),
    ("subaccount", ("users/subaccount/", "account/subaccount/", "asset/broker/", "broker/")),
    ("earn", ("finance/", "account/set-auto-earn")),
    (
        "order",
        (
            "asset/convert",
            "copytrading/algo-order",
            "copytrading/close-subposition",
            "copytrading/first-copy-settings",
            "fiat/buy-sell/trade",
            "rfq/create-",
            "rfq/execute-quote",
            "sprd/order",
            "trade/batch-orders",
            "trade/close-position",
            "trade/easy-convert",
            "trade/one-click-repay",
            "trade/order",
            "tradingBot/dca/create",
            "tradingBot/dca/margin/",
            "tradingBot/dca/orders/",
            "tradingBot/grid/adjust-investment",
            "tradingBot/grid/close-position",
            "tradingBot/grid/copy-order-algo",
            "tradingBot/grid/margin-balance",
            "tradingBot/grid/order-",
            "tradingBot/recurring/add-investment",
            "tradingBot/recurring/order-algo",
            "tradingBot/signal/close-position",
            "tradingBot/signal/margin-balance",
            "tradingBot/signal/order-algo",
            "tradingBot/signal/sub-order",
        ),
    ),
)


def kind_of(request: Request) -> Kind:
    """What the request does. A cancel-all-after that disarms its timer is a setting, no cancel."""
    if request.method == "GET":
        return "read"
    endpoint = knowledge.endpoint(request.method, request.path)
    if endpoint is None:
        return "unknown"
    if not endpoint.private:
        return "read"
    path = request.path.removeprefix(_ROOT)
    kind: Kind = next((kind for kind, paths in _BEGINNINGS if path.startswith(paths)), "settings")
    if kind == "cancel" and path.endswith(_CANCEL_ALL_AFTER) and not _arms_timer(request.body):
        return "settings"
    return kind


def _arms_timer(body: str) -> bool:
    """Whether ``timeOut`` is a number of seconds; OKX takes 0 for switching the timer off."""
    try:
        seconds = str(strictjson.loads(body)["timeOut"])
    except (ValueError, TypeError, KeyError):
        return False
    return seconds.isdecimal() and int(seconds) > 0
