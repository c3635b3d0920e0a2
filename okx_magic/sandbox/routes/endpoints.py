"""Which endpoints are served, and by what: ``PUBLIC`` at a moment of the market; at a desk what a signed
request reads (``QUERIES``, by GET) and does (``ACTIONS``, by POST), beside orders. ``data/served.json``
has the function of each path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.data import table
from okx_magic.sandbox.market.instruments import indices, instruments, marks
from okx_magic.sandbox.params import Params
from okx_magic.sandbox.routes import prices
from okx_magic.sandbox.routes.order import SERVICES

if TYPE_CHECKING:
    from okx_magic.sandbox.market.market import Moment

Handler = Callable[[Desk, Params], list[Any]]

# What clients ask for as a matter of course, and never is there: nobody deposits, lends, converts, holds
# options, runs a bot, trades a block or has a sub-account here, no maintenance is announced, and options
# are quoted only.
NEVER: tuple[str, ...] = tuple(table("never.json"))


def _nothing(_: Moment, __: Params) -> list[Any]:
    return []


def _served(kind: str) -> dict[str, Any]:
    named = {path: name.split(".") for path, name in table("served.json")[kind].items()}
    return {
        f"/api/v5/{path}": getattr(import_module(f"okx_magic.sandbox.routes.{family}"), function)
        for path, (family, function) in named.items()
    }


PUBLIC: Mapping[str, Callable[[Moment, Params], Any]] = MappingProxyType(
    {path: _nothing for path in NEVER if not endpoints()["GET", path].private}
    | {
        path: prices.candles(path, quoted)
        for kind, quoted in (("", instruments), ("index-", indices), ("mark-price-", marks))
        for path in (f"/api/v5/market/{kind}candles", f"/api/v5/market/history-{kind}candles")
    }
    | _served("public")
)
QUERIES: Mapping[str, Handler] = MappingProxyType(
    {path: _nothing for path in NEVER if endpoints()["GET", path].private} | _served("queries")
)
ACTIONS: Mapping[str, Handler] = MappingProxyType(_served("actions"))


def serves(method: str, path: str) -> bool:
    """Whether the sandbox has an endpoint: another is refused with 50038."""
    if method == "GET":
        return path in PUBLIC or path in QUERIES
    return path in ACTIONS or path in SERVICES
