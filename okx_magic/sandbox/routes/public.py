"""What is public of the exchange as a whole: time, instruments, volume.

OKX docs: Public Data; Order Book Trading, Market Data; Status.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from okx_magic.sandbox.market.instruments import indices, instruments
from okx_magic.sandbox.replies import RefusalError
from okx_magic.sandbox.routes.contracts import CONTRACT_TYPES
from okx_magic.sandbox.routes.rows import Row, chosen

if TYPE_CHECKING:
    from okx_magic.sandbox.market.market import Moment
    from okx_magic.sandbox.params import Params

_DAY = 86_400
_CNY = Decimal("7.1")


def time(at: Moment, _: Params) -> list[Row]:
    """The exchange's clock."""
    return [{"ts": str(at.ms)}]


def listed(_: Moment, query: Params) -> list[Any]:
    """Instruments, as they are listed."""
    return [instrument.listing for instrument in chosen(query, needs_family=True)]


def underlying(_: Moment, query: Params) -> list[Any]:
    """What a kind of contracts is about: one list of names."""
    return [list(dict.fromkeys(one.listing["uly"] for one in chosen(query)))]


def exchange_rate(_: Moment, __: Params) -> list[Row]:
    """The dollar in yuan: one price for all times."""
    return [{"usdCny": _CNY}]


def platform_volume(at: Moment, _: Params) -> list[Row]:
    """What all instruments traded in 24 hours."""
    usd = Decimal(0)
    for one in instruments().values():
        # Cross pairs count in their quote currency.
        px = at.market.index("BTC-USD", at.second) if one.quote == "BTC" else 1
        usd += at.market.candle(one, at.second - _DAY, at.second).vol_quote * px
    return [{"volUsd": round(usd, 2), "volCny": round(usd * _CNY, 2), "ts": str(at.ms)}]


def index_components(at: Moment, query: Params) -> Row:
    """What an index is made of: of nothing but the one market that there is."""
    name = query["index"]
    if name not in indices():
        raise RefusalError("51001")
    px = at.market.index(name, at.second)
    part = {"exch": "Sandbox", "symbol": name.replace("-", "/"), "wgt": "1"}
    components = [part | {"symPx": px, "cnvPx": px}]
    return {"index": name, "last": px, "ts": str(at.ms), "components": components}


def support_coin(_: Moment, __: Params) -> Row:
    """The currencies of which there are statistics."""
    groups = {"contract": CONTRACT_TYPES, "option": ("OPTION",), "spot": ("SPOT",)}
    return {
        name: sorted({one.base for one in instruments().values() if one.inst_type in types})
        for name, types in groups.items()
    }
