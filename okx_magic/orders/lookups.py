"""The requests that tell what became of an order, money or a setting whose answer was lost. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic import catalogue
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thing is looked up: by which GET, and by which of its ids, the first that it carries."""

    path: str
    ids: tuple[str, ...]


_ORDER: Final = _Place("/api/v5/trade/order", ("ordId", "clOrdId"))
_ALGO: Final = _Place("/api/v5/trade/order-algo", ("algoId", "algoClOrdId"))
_SPREAD: Final = _Place("/api/v5/sprd/order", ("ordId", "clOrdId"))
_CLOSE: Final = "/api/v5/trade/close-position"
_POSITIONS: Final = "/api/v5/account/positions"

# OKX docs: Order Book Trading, Trade and Algo Trading; Spread Trading; Block Trading; Funding Account.
# Without an id of the person's own there is nothing to look these up by.
_WHERE: Final[Mapping[str, _Place]] = MappingProxyType(
    {
        "/api/v5/trade/order": _ORDER,
        "/api/v5/trade/batch-orders": _ORDER,
        "/api/v5/trade/amend-order": _ORDER,
        "/api/v5/trade/amend-batch-orders": _ORDER,
        "/api/v5/trade/cancel-order": _ORDER,
        "/api/v5/trade/cancel-batch-orders": _ORDER,
        "/api/v5/trade/order-algo": _ALGO,
        "/api/v5/trade/amend-algos": _ALGO,
        "/api/v5/trade/cancel-algos": _ALGO,
        "/api/v5/sprd/order": _SPREAD,
        "/api/v5/sprd/cancel-order": _SPREAD,
        "/api/v5/sprd/amend-order": _SPREAD,
        "/api/v5/rfq/create-rfq": _Place("/api/v5/rfq/rfqs", ("clRfqId",)),
        "/api/v5/rfq/create-quote": _Place("/api/v5/rfq/quotes", ("clQuoteId",)),
        "/api/v5/asset/convert/trade": _Place("/api/v5/asset/convert/history", ("clTReqId",)),
        "/api/v5/asset/transfer": _Place("/api/v5/asset/transfer-state", ("clientId",)),
        "/api/v5/asset/withdrawal": _Place("/api/v5/asset/withdrawal-history", ("clientId",)),
        # By what is left of the position, which needs no id.
        _CLOSE: _Place(_POSITIONS, ("instId",)),
    }
)
# Where a person sees what no look-up proves, and the names of the request that the GET takes, too. OKX
# docs: Funding Account, Sub-account; Trading Account, Get positions; Order Book Trading, Trade.
_SEEN: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "/api/v5/asset/transfer": ("/api/v5/asset/bills", ("ccy",)),
        "/api/v5/asset/subaccount/transfer": ("/api/v5/asset/subaccount/bills", ("ccy",)),
        "/api/v5/asset/withdrawal": ("/api/v5/asset/withdrawal-history", ("ccy",)),
        "/api/v5/asset/convert/trade": ("/api/v5/asset/convert/history", ()),
        "/api/v5/fiat/create-withdrawal": ("/api/v5/fiat/withdrawal-order-history", ("ccy",)),
        "/api/v5/account/position/margin-balance": (_POSITIONS, ("instId",)),
        "/api/v5/account/move-positions": ("/api/v5/account/move-positions-history", ()),
        "/api/v5/trade/easy-convert": ("/api/v5/trade/easy-convert-history", ()),
        "/api/v5/trade/one-click-repay": ("/api/v5/trade/one-click-repay-history", ()),
        "/api/v5/trade/one-click-repay-v2": ("/api/v5/trade/one-click-repay-history-v2", ()),
    }
)
# Of what may be sent a second time: what that does.
_AGAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "setting": "it sets the same once more",
        "undo": "what was taken back stays so",
        "cancel": "it cancels what is open then",
    }
)
# OKX's code for an order that it does not know.
NOT_FOUND: Final = "51603"
# By what else a thing may be known to the person, or to OKX.
_IDS: Final = (
    *("ordId", "algoId", "clOrdId", "algoClOrdId"),
    *("clientId", "clRfqId", "clQuoteId", "clTReqId"),
)

_FAILED: Final = frozenset({"failed", "rejected"})


# Settings that a GET shows. OKX docs: Trading Account, Get leverage, Get account configuration.
@dataclass(frozen=True, slots=True)
class _Shown:
    """Where a setting is shown: by which GET, with which parameters of the setting's own; ``wanted`` is
    its field in the request and ``field`` that of the answer.
    """

    path: str
    wanted: str
    field: str
    params: tuple[str, ...] = ()


_CONFIG: Final = "/api/v5/account/config"
_SETTINGS: Final[Mapping[str, _Shown]] = MappingProxyType(
    {
        "/api/v5/account/set-leverage": _Shown(
            "/api/v5/account/leverage-info", "lever", "lever", ("instId", "ccy", "mgnMode")
        ),
        "/api/v5/account/set-position-mode": _Shown(_CONFIG, "posMode", "posMode"),
        "/api/v5/account/set-greeks": _Shown(_CONFIG, "greeksType", "greeksType"),
        "/api/v5/account/set-account-level": _Shown(_CONFIG, "acctLv", "acctLv"),
        "/api/v5/account/set-fee-type": _Shown(_CONFIG, "feeType", "feeType"),
        "/api/v5/account/set-settle-currency": _Shown(_CONFIG, "settleCcy", "settleCcy"),
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
    return tuple(_item(wanted, request.path) for wanted in request.items)


def history_of(item: Item) -> Request | None:
    """Where an order is, too, once it is over; None for orders of other kinds."""
    if item.look_up is None or item.look_up.path != _ORDER.path:
        return None
    query = urlencode({"instType": _inst_type(item), "instId": item.inst_id})
    return Request("GET", f"/api/v5/trade/orders-history?{query}")


def closes_position(item: Item) -> bool:
    """Whether what is looked up is what is left of a position that was to be closed."""
    return item.look_up is not None and item.look_up.path == _POSITIONS


def closed(item: Item, rows: Sequence[Any]) -> bool:
    """Whether of the position that an order was to close nothing is left."""
    return not any(_is_left(item.wanted, row) for row in rows)


def failed(row: Mapping[str, Any]) -> bool:
    """Whether what was taken came to nothing: a transfer or a conversion."""
    return row.get("state") in _FAILED


def remedy(items: tuple[Item, ...], path: str) -> str:
    """What to do about orders of which nobody knows whether they were carried out."""
    questions = [item.settles for item in items if item.settles]
    if not questions and (seen := where_seen(path, items[0].wanted if items else {})):
        questions = [seen]
    if questions:
        return "check before sending it again: " + " · ".join(questions)
    if path not in _WHERE and (does := _AGAIN.get(Request("POST", path).effect)):
        return f"it may be sent again: {does}"
    if path in _WHERE:
        return "it has no client order id: check the open orders and the fills first"
    return "check the account before sending it again"


def where_seen(path: str, wanted: Mapping[str, Any]) -> str:
    """The GET that shows a person what no look-up proves; "" where none is known."""
    target, names = _SEEN.get(path, ("", ()))
    query = urlencode({name: str(wanted[name]) for name in names if wanted.get(name)})
    return f"GET {target}?{query}" if query else f"GET {target}" if target else ""


def read_back(request: Request) -> Request | None:
    """The GET that shows a setting; None where it is not known."""
    shown, wanted = _SETTINGS.get(request.path), _first(request)
    if shown is None or not wanted.get(shown.wanted):
        return None
    query = urlencode({name: wanted[name] for name in shown.params if wanted.get(name)})
    return Request("GET", f"{shown.path}?{query}" if query else shown.path)


def field_of_setting(path: str) -> str:
    """The field that a setting has in the answer to its ``read_back``; "" for what is none."""
    shown = _SETTINGS.get(path)
    return shown.field if shown else ""


def is_set(request: Request, rows: Sequence[Any]) -> bool | None:
    """Whether the rows that ``read_back`` brought show the setting that the request asked for; None where
    they show no such setting at all.
    """
    shown, wanted = _SETTINGS[request.path], _first(request)
    side = wanted.get("posSide")
    chosen = [
        row
        for row in rows
        if isinstance(row, dict)
        and shown.field in row
        and (not side or row.get("posSide") in {side, "net", ""})
    ]
    if not chosen:
        return None
    return all(same(row[shown.field], wanted[shown.wanted]) for row in chosen)


def names(row: Any, asked: Iterable[tuple[str, str]]) -> bool:
    """Whether a row is what was asked for: it has the id, and the time of an order; the instrument may be
    left out.
    """
    if not isinstance(row, dict):
        return False
    if any(row.get(name, None if name in _IDS else value) != value for name, value in asked):
        return False
    return "cTime" not in row or str(row["cTime"]).isdecimal()


def made_at(row: Mapping[str, Any]) -> int | None:
    """When an order was made, in milliseconds; None for what has no time, such as a transfer's state.

    An id that a person typed may have been used already, and a look-up brings the newest that has it.
    """
    made = str(row.get("cTime") or row.get("ts") or "")
    return int(made) if made.isdecimal() else None


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same number, or else the same text."""
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)


def _item(wanted: Mapping[str, Any], path: str) -> Item:
    inst_id = str(wanted.get("instId", ""))
    where = _WHERE.get(path)
    name = next((name for name in where.ids if wanted.get(name)), "") if where else ""
    named = name if name in _IDS else next((each for each in _IDS if wanted.get(each)), "")
    endpoint = catalogue.endpoint("GET", where.path) if where else None
    look_up = None
    if where is not None and endpoint is not None and name:
        taken = {param.name for param in endpoint.params}
        asked = [each for each in ("instId", name) if each in taken and each in wanted]
        query = urlencode({each: str(wanted[each]) for each in asked})
        look_up = Request("GET", f"{where.path}?{query}")
    return Item(wanted, inst_id, named, str(wanted.get(named, "")), look_up)


def _is_left(wanted: Mapping[str, Any], row: Any) -> bool:
    if not isinstance(row, dict) or row.get("instId") != wanted.get("instId"):
        return False
    for name in ("mgnMode", "posSide"):
        if wanted.get(name) and row.get(name) not in {wanted[name], "", None}:
            return False
    return not same(row.get("pos", ""), 0) and row.get("pos") != ""


def _inst_type(item: Item) -> str:
    # BTC-USDT, BTC-USDT-SWAP, BTC-USD-250328, BTC-USD-250328-100000-C
    parts = item.inst_id.split("-")
    if len(parts) == 2:
        return "SPOT" if item.wanted.get("tdMode", "cash") == "cash" else "MARGIN"
    if parts[-1] == "SWAP":
        return "SWAP"
    return "OPTION" if len(parts) == 5 else "FUTURES"


def _first(request: Request) -> Mapping[str, Any]:
    return request.items[0] if request.items else {}
