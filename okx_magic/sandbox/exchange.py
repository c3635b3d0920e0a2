"""The exchange without its socket: a raw request in, a reply out.

route ─► authenticate ─► permissions ─► limits ─► settle what rests ─► handler ─► envelope

Tested in ``tests/sandbox/test_sandbox_gateway.py``.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from html import escape
from typing import TYPE_CHECKING, Any

from okx_magic.catalogue import Endpoint, endpoints
from okx_magic.sandbox import params
from okx_magic.sandbox.account.account import Account
from okx_magic.sandbox.account.desk import Desk
from okx_magic.sandbox.account.ledger import Ids, Ledger
from okx_magic.sandbox.account.settling import settle
from okx_magic.sandbox.data import table, text
from okx_magic.sandbox.faults import described
from okx_magic.sandbox.gateway import RawRequest, authenticate, is_local, permit
from okx_magic.sandbox.keys import Keys, uid_of
from okx_magic.sandbox.market.market import Market, Moment
from okx_magic.sandbox.replies import HTML, RefusalError, Reply, envelope, refuse_if
from okx_magic.sandbox.routes.archives import ROOT, Archives
from okx_magic.sandbox.routes.endpoints import ACTIONS, PUBLIC, QUERIES, Handler, serves
from okx_magic.sandbox.routes.order import SERVICES, read_orders, serve
from okx_magic.sandbox.routes.rows import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from okx_magic.sandbox.limits import Limits
    from okx_magic.sandbox.params import Params

# So many digits that no sum of a session is ever rounded; and what must be, half to even, whatever the
# context around: ccxt, for one, changes that of its thread.
ARITHMETIC = Context(prec=50, rounding=ROUND_HALF_EVEN)
# Of the page for people, which has no script and nothing from elsewhere.
_HEADERS = (("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),)


class Exchange:
    """Two ``accounts`` by their environments (what they begin with is in ``data/accounts.json``) on one
    market. ``keyring`` holds the keys by their names, and may grow.

    Not thread-safe: one thread asks it, one request after another.
    """

    def __init__(
        self, keyring: Mapping[str, Keys], market: Market, limits: Limits, now: float
    ) -> None:
        self._keyring = keyring
        self._limits = limits
        self._market = market
        self._archives = Archives(market)
        self._ids = Ids()
        # Those that come later are for the accounts that there are.
        first = {keys.environment: keys for keys in reversed(list(keyring.values()))}
        self.accounts = {
            environment: Account(
                uid=uid_of(first[environment]),
                trading=Ledger(self._ids, _amounts(facts["trading"]), changed=int(now * 1000)),
                funding=Ledger(self._ids, _amounts(facts["funding"])),
                settled=int(now),
            )
            for environment, facts in table("accounts.json").items()
        }

    def answer(
        self,
        request: RawRequest,
        now: float,
        *,
        arrived: float | None = None,
        keys: Keys | None = None,
    ) -> Reply:
        """The reply to ``request``, carried out at ``now``; never raises for anything a client may
        send. ``arrived`` is when it came, if that was earlier; ``keys`` are those of who has logged in.
        """
        with localcontext(ARITHMETIC):
            try:
                return self._answer(request, now, now if arrived is None else arrived, keys)
            except RefusalError as refusal:
                return refusal.reply

    def _answer(self, request: RawRequest, now: float, arrived: float, keys: Keys | None) -> Reply:
        refuse_if(not is_local(request.headers), "403")
        if request.method in {"GET", "HEAD"} and request.path == "/":
            return welcome(request.headers["host"])
        if request.method in {"GET", "HEAD"} and request.path.startswith(ROOT):
            return self._archives.answer(request.path, request.headers.get("range", ""), now)
        known = _find(request)
        query = params.from_query(request.target.partition("?")[2])
        if not known.private:
            self._limits.count(known, "", request.address, [query], now)
            return envelope(_data(PUBLIC, known, self.moment(now), query))
        keys = keys or authenticate(request, self._keyring, arrived)
        permit(keys, known)
        posted = known.method == "POST"
        ordering, acting = posted and known.path in SERVICES, posted and known.path in ACTIONS
        items = read_orders(known, request) if ordering or acting else [query]
        self._limits.count(known, keys.environment, request.address, items, now)
        desk = self.desk(keys, now)
        if ordering:
            return serve(known, request.headers, items, desk, arrived)
        return envelope(_data(ACTIONS if posted else QUERIES, known, desk, items[0]))

    def desk(self, keys: Keys, now: float) -> Desk:
        """Where the account of ``keys`` is dealt with, brought up to ``now``."""
        desk = Desk(self._market, now, self.accounts[keys.environment], self._ids, keys)
        settle(desk)
        return desk

    def moment(self, now: float) -> Moment:
        """The market at ``now``."""
        return Moment(self._market, now)

    def rows(self, path: str, query: Params, at: Moment) -> list[Any]:
        """The data of a GET ``at`` a moment or, of a signed one, at a desk; RefusalError as there."""
        handlers = QUERIES if isinstance(at, Desk) else PUBLIC
        data: list[Any] = _data(handlers, endpoints()["GET", path], at, query)
        return data


def _data(handlers: Mapping[str, Handler], known: Endpoint, at: Moment, query: Params) -> Any:
    refuse_if(known.path not in handlers, "50038", "this")
    params.check(query, known)
    return written(known, handlers[known.path](at, query))


def _amounts(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {ccy: Decimal(amount) for ccy, amount in texts.items()}


def _find(request: RawRequest) -> Endpoint:
    known = endpoints().get((request.method, request.path))
    if known is not None:
        return known
    refuse_if(any(path == request.path for _, path in endpoints()), "50115")
    raise RefusalError("404")


def welcome(host: str) -> Reply:
    """The page at ``/``, for people who look: what this is, and how to use it. It knows no secrets."""
    served = (each for each in endpoints().values() if serves(each.method, each.path))
    page = text("welcome.html").format(
        host=escape(host),
        endpoints=_rows((f"{each.method} {each.path}", each.title) for each in served),
        faults=_rows(described().items()),
    )
    return Reply(200, page.encode(), HTML, _HEADERS)


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(says)}\n" for name, says in rows
    )
