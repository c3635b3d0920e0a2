"""The public endpoints, and what they say of the exchange as a whole: time, instruments, volume.

OKX docs: Public Data; Order Book Trading, Market Data; Status.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox import params
from okx_magic.sandbox.market.instruments import indices, instruments
from okx_magic.sandbox.replies import RefusalError, plain
from okx_magic.sandbox.routes.contracts import CONTRACT_TYPES, CONTRACTS
from okx_magic.sandbox.routes.prices import PRICES, Handler
from okx_magic.sandbox.routes.rows import fields_of, required_of
from okx_magic.sandbox.routes.selecting import chosen, ms_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.market.market import Market
    from okx_magic.sandbox.params import Params

INSTRUMENTS = "/api/v5/public/instruments"

_STATES = ("scheduled", "ongoing", "pre_open", "completed", "canceled")
_DAY = 86_400
_CNY = Decimal("7.1")


def _time(_: Params, __: Market, now: float) -> Any:
    return [{"ts": ms_of(now)}]


def listed(query: Params, path: str) -> list[Any]:
    """The instruments that ``query`` selects, with the fields documented for ``path``."""
    fields = fields_of(path)
    return [instrument.row(fields) for instrument in chosen(query, needs_family=True)]


def _instruments(query: Params, _: Market, __: float) -> Any:
    return listed(query, INSTRUMENTS)


def _underlying(query: Params, _: Market, __: float) -> Any:
    return [list(dict.fromkeys(one.listing["uly"] for one in chosen(query) if not one.is_spot))]


def _status(query: Params, _: Market, __: float) -> Any:
    # No maintenance is ever announced.
    params.one_of(query, "state", _STATES)
    return []


def _exchange_rate(_: Params, __: Market, ___: float) -> Any:
    return [{"usdCny": plain(_CNY)}]


def _platform_volume(_: Params, market: Market, now: float) -> Any:
    second, usd = int(now), Decimal(0)
    for one in instruments().values():
        # Cross pairs count in their quote currency.
        px = market.index("BTC-USD", second) if one.quote == "BTC" else 1
        usd += market.candle(one, second - _DAY, second).vol_quote * px
    return [
        {"volUsd": plain(round(usd, 2)), "volCny": plain(round(usd * _CNY, 2)), "ts": ms_of(now)}
    ]


def _index_components(query: Params, market: Market, now: float) -> Any:
    name = params.required(query, "index")
    if name not in indices():
        raise RefusalError("51001")
    px = plain(market.index(name, int(now)))
    # Made of nothing but the one market that there is.
    part = {"exch": "Sandbox", "symbol": name.replace("-", "/"), "wgt": "1"}
    return {
        "index": name,
        "last": px,
        "ts": ms_of(now),
        "components": [part | {"symPx": px, "cnvPx": px}],
    }


def _support_coin(_: Params, __: Market, ___: float) -> Any:
    groups = {"contract": CONTRACT_TYPES, "option": ("OPTION",), "spot": ("SPOT",)}
    return {
        name: sorted({one.base for one in instruments().values() if one.inst_type in types})
        for name, types in groups.items()
    }


# No block was ever traded, nothing delivered, and options are quoted only.
NEVER = (
    "/api/v5/market/block-tickers",
    "/api/v5/market/option/instrument-family-trades",
    "/api/v5/public/block-trades",
    "/api/v5/public/delivery-exercise-history",
    "/api/v5/public/estimated-price",
    "/api/v5/public/option-trades",
)


def _nothing(path: str) -> Handler:
    def handler(query: Params, _: Market, __: float) -> Any:
        required_of(path, query)
        return []

    return handler


PUBLIC: Mapping[str, Handler] = MappingProxyType(
    {
        **{path: _nothing(path) for path in NEVER},
        "/api/v5/public/time": _time,
        "/api/v5/system/status": _status,
        INSTRUMENTS: _instruments,
        "/api/v5/public/underlying": _underlying,
        **PRICES,
        **CONTRACTS,
        "/api/v5/market/index-components": _index_components,
        "/api/v5/market/platform-24-volume": _platform_volume,
        "/api/v5/market/exchange-rate": _exchange_rate,
        "/api/v5/rubik/stat/trading-data/support-coin": _support_coin,
    }
)
