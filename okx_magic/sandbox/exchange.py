"""The exchange without its socket: a raw request in, a reply out.

route ─► authenticate ─► permissions ─► limits ─► settle what rests ─► handler ─► envelope
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from okx_magic.knowledge import Endpoint, endpoints
from okx_magic.sandbox import params, routes_account, routes_trade, trading
from okx_magic.sandbox.account import Account, Ids
from okx_magic.sandbox.gateway import RawRequest, authenticate, is_local, permit
from okx_magic.sandbox.replies import RefusalError, Reply, envelope
from okx_magic.sandbox.routes_order import SERVICES, read_orders, serve
from okx_magic.sandbox.routes_public import PUBLIC
from okx_magic.sandbox.trading import Desk
from okx_magic.sandbox.welcome import welcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.limits import Limits
    from okx_magic.sandbox.market import Market
    from okx_magic.sandbox.params import Params

# So many digits that no sum of a session is ever rounded.
_DIGITS = 50

_START: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "demo": {"BTC": "1", "ETH": "10", "OKB": "100", "USDT": "100000", "USDC": "10000"},
        "live": {"BTC": "0.1", "ETH": "1", "USDT": "5000"},
    }
)
_FUNDING = MappingProxyType({"USDT": Decimal(1000)})

_QUERIES: Mapping[str, Callable[[Desk, Params], list[Any]]] = MappingProxyType(
    {
        "/api/v5/account/config": routes_account.config,
        "/api/v5/account/balance": routes_account.balance,
        "/api/v5/account/positions": routes_account.positions,
        "/api/v5/account/instruments": routes_account.account_instruments,
        "/api/v5/asset/balances": routes_account.funding_balances,
        "/api/v5/asset/currencies": routes_account.currencies,
        "/api/v5/trade/order": routes_trade.order,
        "/api/v5/trade/orders-pending": routes_trade.orders_pending,
        "/api/v5/trade/orders-history": routes_trade.orders_history,
        "/api/v5/trade/orders-history-archive": routes_trade.orders_history,
        "/api/v5/trade/fills": routes_trade.fills,
        "/api/v5/trade/fills-history": routes_trade.fills,
    }
)


class Exchange:
    """Two accounts on one market. ``keyring`` holds the keys by their names, and may grow.

    Not thread-safe: one thread asks it, one request after another.
    """

    def __init__(
        self, keyring: Mapping[str, Keys], market: Market, limits: Limits, now: float
    ) -> None:
        self._keyring = keyring
        self._limits = limits
        self._market = market
        self._ids = Ids()
        self._accounts = {
            environment: Account(
                uid=str(44_705_892_343_619_584 + number),
                cash={ccy: Decimal(amount) for ccy, amount in _START[environment].items()},
                funding=_FUNDING,
                settled=int(now),
                changed=int(now * 1000),
            )
            for number, environment in enumerate(_START)
        }

    def answer(self, request: RawRequest, now: float, *, arrived: float | None = None) -> Reply:
        """The reply to ``request``, carried out at ``now``; never raises for anything a client may
        send. ``arrived`` is when it came, if that was earlier.
        """
        with localcontext(prec=_DIGITS):
            try:
                return self._answer(request, now, now if arrived is None else arrived)
            except RefusalError as refusal:
                return refusal.reply

    def _answer(self, request: RawRequest, now: float, arrived: float) -> Reply:
        if not is_local(request.headers):
            raise RefusalError("403")
        if (request.method, request.path) == ("GET", "/"):
            return welcome(request.headers["host"], _served())
        known = _find(request)
        query = params.from_query(request.target.partition("?")[2])
        if not known.private:
            self._limits.count(known, "", request.address, [query], now)
            if known.path not in PUBLIC:
                raise RefusalError("50038")
            return envelope(PUBLIC[known.path](query, self._market, now))
        keys = authenticate(request, self._keyring, arrived)
        permit(keys, known)
        ordering = known.method == "POST" and known.path in SERVICES
        items = read_orders(known, request) if ordering else [query]
        self._limits.count(known, keys.environment, request.address, items, now)
        desk = Desk(self._accounts[keys.environment], self._market, self._ids, now, keys)
        trading.settle(desk)
        if ordering:
            return serve(known, request.headers, items, desk, arrived)
        if known.method == "GET" and known.path in _QUERIES:
            return envelope(_QUERIES[known.path](desk, query))
        raise RefusalError("50038")


def _served() -> list[Endpoint]:
    gets, posts = {*PUBLIC, *_QUERIES}, SERVICES
    known = endpoints().items()
    return [each for (how, path), each in known if path in (gets if how == "GET" else posts)]


def _find(request: RawRequest) -> Endpoint:
    known = endpoints().get((request.method, request.path))
    if known is not None:
        return known
    if any(path == request.path for _, path in endpoints()):
        raise RefusalError("50115")
    raise RefusalError("404")
