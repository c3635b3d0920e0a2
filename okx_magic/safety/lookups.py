"""The requests that tell what became of an order whose answer was lost. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic import knowledge, strictjson
from okx_magic.errors import TransportError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.model import Envelope

_ORDER: Final = "/api/v5/trade/order"
_ALGO: Final = "/api/v5/trade/order-algo"
_SPREAD: Final = "/api/v5/sprd/order"

# Where the orders of a POST are looked up (OKX docs: Order Book Trading, Trade and Algo Trading;
# Spread Trading).
_WHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        _ORDER: _ORDER,
        "/api/v5/trade/batch-orders": _ORDER,
        "/api/v5/trade/amend-order": _ORDER,
        "/api/v5/trade/amend-batch-orders": _ORDER,
        "/api/v5/trade/cancel-order": _ORDER,
        "/api/v5/trade/cancel-batch-orders": _ORDER,
        _ALGO: _ALGO,
        "/api/v5/trade/cancel-algos": _ALGO,
        _SPREAD: _SPREAD,
        "/api/v5/sprd/cancel-order": _SPREAD,
        "/api/v5/sprd/amend-order": _SPREAD,
    }
)
# The first that a request carries is the one that it is looked up by.
_IDS: Final = ("ordId", "algoId", "clOrdId", "algoClOrdId")

# What an amendment asks for, and the field of the order that then has it.
_AMENDED: Final[Mapping[str, str]] = MappingProxyType({"newSz": "sz", "newPx": "px"})

# Settings that can be read back: where, with which parameters of theirs, and in which field.
_SETTINGS: Final[Mapping[str, tuple[str, tuple[str, ...], str]]] = MappingProxyType(
    {
        "/api/v5/account/set-leverage": (
            "/api/v5/account/leverage-info",
            ("instId", "ccy", "mgnMode"),
            "lever",
        ),
        "/api/v5/account/set-position-mode": ("/api/v5/account/config", (), "posMode"),
        "/api/v5/account/set-greeks": ("/api/v5/account/config", (), "greeksType"),
        "/api/v5/account/set-account-level": ("/api/v5/account/config", (), "acctLv"),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One order of a request: ``wanted`` as it was sent, the id by which it can be found with the name
    of its field, and the GET that finds it, None where there is none.
    """

    wanted: Mapping[str, Any] = field(hash=False)
    inst_id: str
    id_field: str
    id: str
    look_up: Request | None

    @property
    def settles(self) -> str:
        """The look-up as a person would type it; "" where there is none."""
        return f"GET {self.look_up.target}" if self.look_up else ""


def items_of(request: Request) -> tuple[Item, ...]:
    """The orders of a request that changes something, in their order; one for what is no batch."""
    try:
        body = strictjson.loads(request.body)
    except ValueError:
        body = {}
    return tuple(
        _item(wanted, request.path)
        for wanted in (body if isinstance(body, list) else [body])
        if isinstance(wanted, dict)
    )


def check_whose(request: Request, envelope: Envelope) -> None:
    """Raise TransportError where the acknowledgements name other orders than the request: they were left
    on a kept connection, or mixed up on the way.
    """
    items = items_of(request) if request.path in _WHERE else ()
    if not isinstance(envelope.data, list) or len(items) != len(envelope.data):
        return
    for item, ack in zip(items, envelope.data, strict=True):
        if isinstance(ack, dict) and ack.get(item.id_field, "") not in {"", item.id}:
            raise TransportError(
                "the answer is about another order",
                written=True,
                status=envelope.status,
                request=request,
            )


def history_of(item: Item) -> Request | None:
    """Where an order is, too, once it is over; None for orders of other kinds."""
    if item.look_up is None or item.look_up.path != _ORDER:
        return None
    query = urlencode({"instType": _inst_type(item), "instId": item.inst_id})
    return Request("GET", f"/api/v5/trade/orders-history?{query}")


def amended(item: Item, row: Mapping[str, Any]) -> bool:
    """Whether an order now is as the amendment asked for."""
    return all(
        _same(row.get(field), item.wanted[name])
        for name, field in _AMENDED.items()
        if item.wanted.get(name)
    )


def read_back(request: Request) -> Request | None:
    """The GET that shows a setting; None where it is not known."""
    known = _SETTINGS.get(request.path)
    items = items_of(request)
    if known is None or not items:
        return None
    path, names, _ = known
    query = urlencode({name: items[0].wanted[name] for name in names if items[0].wanted.get(name)})
    return Request("GET", f"{path}?{query}" if query else path)


def is_set(request: Request, rows: list[Any]) -> bool:
    """Whether the rows that ``read_back`` brought show the setting that the request asked for."""
    *_, field = _SETTINGS[request.path]
    wanted = items_of(request)[0].wanted
    side = wanted.get("posSide")
    chosen = [row for row in rows if not side or row.get("posSide") in {side, "net", ""}]
    return bool(chosen) and all(_same(row.get(field), wanted.get(field)) for row in chosen)


def remedy(items: tuple[Item, ...], path: str) -> str:
    """What to do about orders of which nobody knows whether they were carried out."""
    questions = [item.settles for item in items if item.settles]
    if questions:
        return "ask before sending it again: " + " · ".join(questions)
    if path in _WHERE:
        return "the order carries no id of yours: look at the open orders and the fills first"
    return "look at the account before sending it again"


def _item(wanted: Mapping[str, Any], path: str) -> Item:
    inst_id = str(wanted.get("instId", ""))
    name = next((name for name in _IDS if wanted.get(name)), "")
    where = _WHERE.get(path)
    endpoint = knowledge.endpoint("GET", where) if where else None
    if endpoint is None or not name:
        return Item(wanted, inst_id, name, str(wanted.get(name, "")), None)
    taken = {param.name for param in endpoint.params}
    query = {
        each: str(wanted[each]) for each in ("instId", name) if each in taken and each in wanted
    }
    look_up = Request("GET", f"{where}?{urlencode(query)}")
    return Item(wanted, inst_id, name, str(wanted[name]), look_up)


def _inst_type(item: Item) -> str:
    # BTC-USDT, BTC-USDT-SWAP, BTC-USD-250328, BTC-USD-250328-100000-C
    parts = item.inst_id.split("-")
    if len(parts) == 2:
        return "SPOT" if item.wanted.get("tdMode", "cash") == "cash" else "MARGIN"
    if parts[-1] == "SWAP":
        return "SWAP"
    return "OPTION" if len(parts) == 5 else "FUTURES"


def _same(one: Any, other: Any) -> bool:
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)
