"""Where OKX shows what a write did that has no id to look it up by: settings are read back, the rest a
person sees. Pure.

Of each write of the catalogue ``tests/reliability/writes.txt`` says how a lost answer is settled, or why
it cannot be. Tested in ``tests/reliability/test_every_write.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from okx_magic.model import Request
from okx_magic.orders.items import same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_API: Final = "/api/v5/"
_CONFIG: Final = "account/config"
_GRID: Final = "tradingBot/grid/orders-algo-pending?algoOrdType={algoOrdType}&algoId={algoId}"
_DCA: Final = "tradingBot/dca/ongoing-list?algoOrdType={algoOrdType}&algoId={algoId}"
_RECURRING: Final = "tradingBot/recurring/orders-algo-pending?algoId={algoId}"
_SIGNAL: Final = "tradingBot/signal/orders-algo-pending?algoOrdType=contract&algoId={algoId}"
_COPIED: Final = "copytrading/copy-settings?instType={instType}&uniqueCode={uniqueCode}"
_LED: Final = "copytrading/current-subpositions?instType={instType}"
_SUBACCOUNTS: Final = "users/subaccount/list?subAcct={subAcct}"
_KEYS: Final = "users/subaccount/apikey?subAcct={subAcct}&apiKey={apiKey}"
_STAKED: Final = "finance/staking-defi/orders-active"
_LOAN: Final = "finance/flexible-loan/loan-info?ordId={ordId}"
_OLD_LOANS: Final = "account/fixed-loan/borrowing-orders-list?ordId={ordId}"

# Where a person sees what no look-up proves; in braces names of the request, left out where it has none.
# OKX docs: the chapters of the paths.
_SEEN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "asset/transfer": "asset/bills?ccy={ccy}",
        "asset/subaccount/transfer": "asset/subaccount/bills?ccy={ccy}",
        "asset/withdrawal": "asset/withdrawal-history?ccy={ccy}",
        "asset/withdrawal-lightning": "asset/withdrawal-history?ccy={ccy}",
        "asset/cancel-withdrawal": "asset/withdrawal-history?wdId={wdId}",
        "asset/convert/trade": "asset/convert/history",
        "asset/convert-dust-assets": "asset/bills",
        "fiat/create-withdrawal": "fiat/withdrawal-order-history?ccy={ccy}",
        "fiat/cancel-withdrawal": "fiat/withdrawal?ordId={ordId}",
        "fiat/buy-sell/trade": "fiat/buy-sell/history",
        "account/position/margin-balance": "account/positions?instId={instId}",
        "account/move-positions": "account/move-positions-history",
        "account/demo-adjust-balance": "account/balance",
        "account/set-riskOffset-amt": "account/balance?ccy={ccy}",
        "account/set-auto-earn": "account/balance?ccy={ccy}",
        "account/mmp-reset": "account/mmp-config?instFamily={instFamily}",
        "account/spot-manual-borrow-repay": "account/spot-borrow-repay-history?ccy={ccy}",
        "account/borrow-repay": "account/borrow-repay-history?ccy={ccy}",
        "account/quick-margin-borrow-repay": "account/quick-margin-borrow-repay-history?ccy={ccy}",
        "account/fixed-loan/amend-borrowing-order": _OLD_LOANS,
        "account/fixed-loan/borrowing-order": _OLD_LOANS,
        "account/fixed-loan/convert-to-market-loan": _OLD_LOANS,
        "account/fixed-loan/manual-reborrow": _OLD_LOANS,
        "account/fixed-loan/reduce-liabilities": _OLD_LOANS,
        "account/fixed-loan/repay-borrowing-order": _OLD_LOANS,
        "trade/easy-convert": "trade/easy-convert-history",
        "trade/one-click-repay": "trade/one-click-repay-history",
        "trade/one-click-repay-v2": "trade/one-click-repay-history-v2",
        "rfq/execute-quote": "rfq/trades?rfqId={rfqId}&quoteId={quoteId}",
        "rfq/maker-instrument-settings": "rfq/maker-instrument-settings",
        "rfq/mmp-reset": "rfq/mmp-config",
        "copytrading/algo-order": _LED,
        "copytrading/close-subposition": _LED,
        "copytrading/first-copy-settings": _COPIED,
        "copytrading/amend-copy-settings": _COPIED,
        "copytrading/stop-copy-trading": _COPIED,
        "copytrading/set-instruments": "copytrading/instruments?instType={instType}",
        "copytrading/batch-set-leverage": "copytrading/config",
        "copytrading/amend-profit-sharing-ratio": "copytrading/config",
        "copytrading/apply-lead-trading": "copytrading/config",
        "copytrading/stop-lead-trading": "copytrading/config",
        "tradingBot/grid/order-algo": _GRID,
        "tradingBot/grid/copy-order-algo": _GRID,
        "tradingBot/grid/stop-order-algo": _GRID,
        **dict.fromkeys(
            (
                *("tradingBot/grid/close-position", "tradingBot/grid/cancel-close-order"),
                "tradingBot/grid/margin-balance",
            ),
            _GRID.replace("{algoOrdType}", "contract_grid"),
        ),
        "tradingBot/grid/withdraw-income": _GRID.replace("{algoOrdType}", "grid"),
        "tradingBot/dca/margin/add": _DCA.replace("{algoOrdType}", "contract_dca"),
        "tradingBot/dca/margin/reduce": _DCA.replace("{algoOrdType}", "contract_dca"),
        "tradingBot/dca/create": _DCA,
        "tradingBot/dca/orders/manual-buy": _DCA,
        "tradingBot/dca/settings/reinvestment": _DCA,
        "tradingBot/dca/settings/take-profit": _DCA,
        "tradingBot/dca/stop": _DCA,
        "tradingBot/recurring/order-algo": "tradingBot/recurring/orders-algo-pending",
        "tradingBot/recurring/add-investment": _RECURRING,
        "tradingBot/recurring/amend-price-range": _RECURRING,
        "tradingBot/recurring/amend-recurring-amount": _RECURRING,
        "tradingBot/recurring/amend-recurring-time": _RECURRING,
        "tradingBot/recurring/pause": _RECURRING,
        "tradingBot/recurring/restart": _RECURRING,
        "tradingBot/recurring/stop-order-algo": _RECURRING,
        "tradingBot/signal/order-algo": _SIGNAL,
        "tradingBot/signal/stop-order-algo": _SIGNAL,
        "tradingBot/signal/amendTPSL": _SIGNAL,
        "tradingBot/signal/margin-balance": _SIGNAL,
        "tradingBot/signal/set-instruments": _SIGNAL,
        "tradingBot/signal/close-position": (
            "tradingBot/signal/positions?algoOrdType=contract&algoId={algoId}"
        ),
        "tradingBot/signal/create-signal": "tradingBot/signal/signals?signalSourceType=1",
        "tradingBot/signal/sub-order": (
            "tradingBot/signal/sub-orders?algoOrdType=contract&algoId={algoId}"
        ),
        "tradingBot/signal/cancel-sub-order": (
            "tradingBot/signal/sub-orders?algoOrdType=contract&algoId={algoId}&signalOrdId={signalOrdId}"
        ),
        "users/subaccount/create-subaccount": _SUBACCOUNTS,
        "users/subaccount/apikey": _KEYS,
        "users/subaccount/delete-apikey": _KEYS,
        "finance/savings/purchase-redempt": "finance/savings/balance?ccy={ccy}",
        "finance/staking-defi/purchase": _STAKED,
        "finance/staking-defi/redeem": _STAKED,
        "finance/staking-defi/cancel": _STAKED,
        "finance/staking-defi/eth/purchase": "finance/staking-defi/eth/purchase-redeem-history",
        "finance/staking-defi/eth/redeem": "finance/staking-defi/eth/purchase-redeem-history",
        "finance/staking-defi/eth/cancel-redeem": "finance/staking-defi/eth/purchase-redeem-history",
        "finance/staking-defi/sol/purchase": "finance/staking-defi/sol/purchase-redeem-history",
        "finance/staking-defi/sol/redeem": "finance/staking-defi/sol/purchase-redeem-history",
        "finance/staking-defi/sol/cancel-redeem": "finance/staking-defi/sol/purchase-redeem-history",
        "finance/fixed-loan/lending-order": "finance/fixed-loan/lending-orders-list",
        "finance/fixed-loan/amend-lending-order": "finance/fixed-loan/lending-orders-list",
        "finance/flexible-loan/adjust-collateral": _LOAN,
        "finance/flexible-loan/borrow": _LOAN,
        "finance/flexible-loan/repay": _LOAN,
        "finance/okusd/subscribe": "finance/okusd/subscribe/history",
        "finance/okusd/redeem": "finance/okusd/redeem/history",
        "finance/sfp/dcd/order": "finance/sfp/dcd/order-history",
        "finance/sfp/dcd/trade": "finance/sfp/dcd/order-history",
        "finance/sfp/dcd/redeem": "finance/sfp/dcd/order-status?ordId={ordId}",
        "finance/simple-earn-fixed/purchase": "finance/simple-earn-fixed/order-list",
        "finance/simple-earn-fixed/redeem": "finance/simple-earn-fixed/order-list",
        "broker/nd/subaccount/apikey": "broker/nd/subaccount/apikey",
        "broker/dma/subaccount/apikey": "broker/dma/subaccount/apikey",
    }
)


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where a setting is shown: the target of the GET, as above; the fields of its rows, each with the
    name that the request has for it. ``of`` are the fields that say whose a row is: the request names
    them, one or several.
    """

    target: str
    fields: Mapping[str, str]
    of: Mapping[str, str]


def _setting_of(target: str, fields: Mapping[str, str], **of: str) -> _Setting:
    return _Setting(target, fields, of)


def _plain(target: str, *names: str) -> _Setting:
    return _setting_of(target, {name: name for name in names})


# Behind the path stands the type, where that decides what is set.
_SETTINGS: Final[Mapping[str, _Setting]] = MappingProxyType(
    {
        "account/set-leverage": _plain(
            "account/leverage-info?instId={instId}&ccy={ccy}&mgnMode={mgnMode}", "lever"
        ),
        "account/set-position-mode": _plain(_CONFIG, "posMode"),
        "account/set-greeks": _plain(_CONFIG, "greeksType"),
        "account/set-account-level": _plain(_CONFIG, "acctLv"),
        "account/set-fee-type": _plain(_CONFIG, "feeType"),
        "account/set-settle-currency": _plain(_CONFIG, "settleCcy"),
        "account/set-isolated-mode MARGIN": _setting_of(_CONFIG, {"mgnIsoMode": "isoMode"}),
        "account/set-isolated-mode CONTRACTS": _setting_of(_CONFIG, {"ctIsoMode": "isoMode"}),
        "account/set-trading-config stgyType": _plain(_CONFIG, "stgyType"),
        "account/set-auto-loan": _plain(_CONFIG, "autoLoan"),
        "account/set-auto-repay": _setting_of(_CONFIG, {"spotBorrowAutoRepay": "autoRepay"}),
        "account/mmp-config": _plain(
            "account/mmp-config?instFamily={instFamily}",
            *("timeInterval", "frozenInterval", "qtyLimit"),
        ),
        "account/set-collateral-assets": _setting_of(
            "account/collateral-assets",
            {"collateralEnabled": "collateralEnabled"},
            ccy="ccyList",
        ),
        "rfq/mmp-config": _plain("rfq/mmp-config", "timeInterval", "frozenInterval", "countLimit"),
        "finance/savings/set-lending-rate": _plain("finance/savings/balance?ccy={ccy}", "rate"),
        "users/subaccount/set-transfer-out": _setting_of(
            "users/subaccount/list", {"canTransOut": "canTransOut"}, subAcct="subAcct"
        ),
        "users/subaccount/modify-apikey": _plain(_KEYS, "label", "perm", "ip"),
        "tradingBot/recurring/amend-order-algo": _plain(
            "tradingBot/recurring/orders-algo-details?algoId={algoId}", "stgyName"
        ),
    }
)


def where_seen(path: str, wanted: Mapping[str, Any]) -> str:
    """The GET that shows a person what no look-up proves; "" where none is known."""
    target = _SEEN.get(path.removeprefix(_API))
    return f"GET {_filled(target, wanted)}" if target else ""


def read_back(request: Request) -> Request | None:
    """The GET that shows a setting; None where it is not known."""
    target = where_shown(request.path, _first(request))
    return Request("GET", target) if target else None


def shown_by(request: Request) -> tuple[str, ...]:
    """The same as a person would type it."""
    question = read_back(request)
    return (f"GET {question.target}",) if question else ()


def where_shown(path: str, wanted: Mapping[str, Any]) -> str:
    """The target of the GET that shows a setting; "" where none is known."""
    setting = _setting(path, wanted)
    given = setting and any(wanted.get(name) is not None for name in setting.fields.values())
    return _filled(setting.target, wanted) if setting and given else ""


def fields_of_setting(path: str) -> tuple[str, ...]:
    """The fields that a setting has in the answer to its ``read_back``; none for what is no setting."""
    place = path.removeprefix(_API)
    kinds = (each for name, each in _SETTINGS.items() if name.split(" ")[0] == place)
    return tuple(field for each in kinds for field in each.fields)


def is_set(request: Request, rows: Sequence[Any]) -> bool | None:
    """Whether the rows that ``read_back`` brought show the setting that the request asked for; None where
    they show no such setting at all.
    """
    wanted = _first(request)
    setting = _setting(request.path, wanted)
    if setting is None:
        return None
    asked = {field: wanted[name] for field, name in setting.fields.items() if name in wanted}
    whose = {field: _names(wanted[name]) for field, name in setting.of.items() if wanted.get(name)}
    side = wanted.get("posSide")
    chosen = [
        row
        for row in rows
        if isinstance(row, dict)
        and row.keys() >= asked.keys()
        and all(row.get(field) in names for field, names in whose.items())
        and (not side or row.get("posSide") in {side, "net", ""})
    ]
    if len(chosen) < max(map(len, whose.values()), default=1):
        return None
    return all(same(row[field], value) for row in chosen for field, value in asked.items())


def _names(value: Any) -> list[str]:
    """Names as a request gives them: in a list, or with commas between."""
    return value.split(",") if isinstance(value, str) else [str(each) for each in value]


def _setting(path: str, wanted: Mapping[str, Any]) -> _Setting | None:
    place = path.removeprefix(_API)
    return _SETTINGS.get(place) or _SETTINGS.get(f"{place} {wanted.get('type')}")


def _filled(target: str, wanted: Mapping[str, Any]) -> str:
    """A target with what the request has; without what it has not."""
    path, _, query = target.partition("?")
    pairs = [
        (name, str(wanted.get(value[1:-1]) or "") if value.startswith("{") else value)
        for name, value in parse_qsl(query)
    ]
    given = urlencode([(name, value) for name, value in pairs if value])
    return f"{_API}{path}?{given}" if given else f"{_API}{path}"


def _first(request: Request) -> Mapping[str, Any]:
    return request.items[0] if request.items else {}
