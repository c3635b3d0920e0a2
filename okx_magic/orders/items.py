"""The orders of a request, and the ids by which each is looked up when its answer is lost. Pure.

An order without one gets one: it goes in before the closing brace of the order's JSON object, or in the
place of an empty one, and all else stays as typed (OKX docs: Order Book Trading, Trade, Place order:
``clOrdId``, up to 32 letters and digits; Algo Trading: ``algoClOrdId``; of what is attached to an order:
``attachAlgoClOrdId``, which becomes the algo order's ``algoClOrdId`` when the order is filled).
"""

from __future__ import annotations

import json
import re
import secrets
import string
import time
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from okx_magic import catalogue
from okx_magic.model import Request
from okx_magic.orders.bills import bills_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from okx_magic.catalogue import Endpoint

# The list of what is attached to an order, and the id of each of these.
ATTACHED: Final = "attachAlgoOrds"
ATTACHED_ID: Final = "attachAlgoClOrdId"
_ALPHABET: Final = string.ascii_letters + string.digits
_LENGTH: Final = 32
_OURS: Final = re.compile(r"om[0-9a-f]{8}[A-Za-z0-9]{22}", re.ASCII)
_NO_ID: Final = (None, "")
_JSON_SPACES: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a thing is looked up: by which GET, and by which of its ids, the first that it carries."""

    path: str
    ids: tuple[str, ...]


ORDER: Final = _Place("/api/v5/trade/order", ("ordId", "clOrdId"))
_ALGO: Final = _Place("/api/v5/trade/order-algo", ("algoId", "algoClOrdId"))
_SPREAD: Final = _Place("/api/v5/sprd/order", ("ordId", "clOrdId"))
_CLOSE: Final = "/api/v5/trade/close-position"
POSITIONS: Final = "/api/v5/account/positions"

# OKX docs: Order Book Trading, Trade and Algo Trading; Spread Trading; Block Trading; Funding Account.
# Without an id of the person's own there is nothing to look these up by.
WHERE: Final[Mapping[str, _Place]] = MappingProxyType(
    {
        "/api/v5/trade/order": ORDER,
        "/api/v5/trade/batch-orders": ORDER,
        "/api/v5/trade/amend-order": ORDER,
        "/api/v5/trade/amend-batch-orders": ORDER,
        "/api/v5/trade/cancel-order": ORDER,
        "/api/v5/trade/cancel-batch-orders": ORDER,
        "/api/v5/trade/order-algo": _ALGO,
        "/api/v5/trade/amend-algos": _ALGO,
        "/api/v5/trade/cancel-algos": _ALGO,
        "/api/v5/sprd/order": _SPREAD,
        "/api/v5/sprd/cancel-order": _SPREAD,
        "/api/v5/sprd/amend-order": _SPREAD,
        "/api/v5/rfq/create-rfq": _Place("/api/v5/rfq/rfqs", ("clRfqId",)),
        "/api/v5/rfq/create-quote": _Place("/api/v5/rfq/quotes", ("clQuoteId",)),
        "/api/v5/rfq/cancel-rfq": _Place("/api/v5/rfq/rfqs", ("rfqId", "clRfqId")),
        "/api/v5/rfq/cancel-quote": _Place("/api/v5/rfq/quotes", ("quoteId", "clQuoteId")),
        "/api/v5/asset/convert/trade": _Place("/api/v5/asset/convert/history", ("clTReqId",)),
        "/api/v5/asset/transfer": _Place("/api/v5/asset/transfer-state", ("clientId",)),
        "/api/v5/asset/withdrawal": _Place("/api/v5/asset/withdrawal-history", ("clientId",)),
        "/api/v5/account/move-positions": _Place(
            "/api/v5/account/move-positions-history", ("clientId",)
        ),
        "/api/v5/fiat/buy-sell/trade": _Place("/api/v5/fiat/buy-sell/history", ("clOrdId",)),
        # By what is left of the position, which needs no id.
        _CLOSE: _Place(POSITIONS, ("instId",)),
    }
)
# By what else a thing may be known to the person, or to OKX.
IDS: Final = (
    *("ordId", "algoId", "clOrdId", "algoClOrdId"),
    *("clientId", "clRfqId", "clQuoteId", "clTReqId", "rfqId", "quoteId"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One order of a request: ``wanted`` as it was sent, the id by which it can be found with the name
    of its field, and the GET that finds it, None where there is none; ``settles`` is that GET as a person
    would type it. With an ``amount`` it lists bills, of which one of that amount shows it.
    """

    wanted: Mapping[str, Any] = field(hash=False)
    inst_id: str
    id_field: str
    id: str
    look_up: Request | None
    settles: str = ""
    amount: str = ""


def items_of(request: Request) -> tuple[Item, ...]:
    """The orders of a request that changes something, in their order; one for what is no batch."""
    return tuple(_item(wanted, request.path) for wanted in request.items)


def settled_by(items: Iterable[Item]) -> tuple[str, ...]:
    """The GETs that tell what became of these orders, as a person would type them."""
    return tuple(item.settles for item in items if item.settles)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same number, or else the same text, as which a truth may be written."""
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        texts = [
            str(each).lower() if isinstance(each, bool) else str(each) for each in (one, other)
        ]
        return texts[0] == texts[1]


def new_client_id() -> str:
    """A fresh id: ``om``, eight hexadecimal digits of the time in seconds, 22 random characters."""
    stamp = f"om{int(time.time()):08x}"
    return stamp + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH - len(stamp)))


def is_ours(client_id: str) -> bool:
    """Whether an id has the form of those that are made here."""
    return _OURS.fullmatch(client_id) is not None


def with_client_ids(
    request: Request, *, new_id: Callable[[], str] = new_client_id
) -> tuple[Request, tuple[str, ...]]:
    """The request with an id in each order, and in each that is attached to one, that had none; the ids
    that were added, those of attached orders last.

    Its endpoint says in which field an order carries its id; a request that places no order comes back
    as it is. The body must be valid JSON.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint.client_id is None or not request.body:
        return request, ()
    added, attached = list[str](), list[str]()
    pieces = list[_Piece]()
    for order in _objects(request.body, 0):
        if ATTACHED in order.members and _takes_attached(endpoint):
            start, _ = _value_of(request.body, order.opening, ATTACHED)
            for each in _objects(request.body, start):
                pieces += _id_piece(request.body, each, ATTACHED_ID, new_id, attached)
        pieces += _id_piece(request.body, order, endpoint.client_id, new_id, added)
    text, done = "", 0
    for piece in sorted(pieces):
        text += request.body[done : piece.start] + piece.text
        done = piece.end
    return replace(request, body=text + request.body[done:]), (*added, *attached)


def attached_to(order: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """What is attached to an order: its stops and take-profits."""
    listed = order.get(ATTACHED)
    return (
        tuple(each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    )


def _item(wanted: Mapping[str, Any], path: str) -> Item:
    inst_id = str(wanted.get("instId", ""))
    where = WHERE.get(path)
    name = next((name for name in where.ids if wanted.get(name)), "") if where else ""
    named = name if name in IDS else next((each for each in IDS if wanted.get(each)), "")
    endpoint = catalogue.endpoint("GET", where.path) if where else None
    look_up = None
    if where is not None and endpoint is not None and name:
        taken = {param.name for param in endpoint.params}
        asked = [each for each in ("instId", name) if each in taken and each in wanted]
        query = urlencode({each: str(wanted[each]) for each in asked})
        look_up = Request("GET", f"{where.path}?{query}")
    bills = "" if look_up else bills_of(path, wanted)
    if bills:
        look_up = Request("GET", bills)
    settles = f"GET {look_up.target}" if look_up else ""
    amount = str(wanted["amt"]) if bills else ""
    return Item(wanted, inst_id, named, str(wanted.get(named, "")), look_up, settles, amount)


def _takes_attached(endpoint: Endpoint) -> bool:
    """Whether an order of this endpoint may have others attached to it, each with an id of its own."""
    fields = (param.fields for param in endpoint.params if param.name == ATTACHED)
    return any(each.name == ATTACHED_ID for some in fields for each in some or ())


class _Object(NamedTuple):
    """An order in a body: what it says, and the places of its two braces."""

    members: dict[str, object]
    opening: int
    closing: int


class _Piece(NamedTuple):
    """What stands in the place of a part of a body."""

    start: int
    end: int
    text: str


def _id_piece(
    body: str, order: _Object, name: str, new_id: Callable[[], str], added: list[str]
) -> Iterator[_Piece]:
    """An id for an order that has none."""
    if order.members.get(name) not in _NO_ID:
        return
    added.append(new_id())
    if name in order.members:
        yield _Piece(*_value_of(body, order.opening, name), f'"{added[-1]}"')
    else:
        end = len(body[: order.closing].rstrip(_JSON_SPACES))
        yield _Piece(end, end, f'{"," if order.members else ""}"{name}":"{added[-1]}"')


def _objects(body: str, at: int) -> Iterator[_Object]:
    """Each order of the value that begins at ``at``: one object, or an array of them."""
    decoder = json.JSONDecoder()
    at = _skip(body, at, _JSON_SPACES)
    if body[at] not in "[{":
        return
    listed = body[at] == "["
    if listed:
        at = _skip(body, at + 1, _JSON_SPACES)
    while at < len(body) and body[at] != "]":
        order, end = decoder.raw_decode(body, at)
        if isinstance(order, dict):
            yield _Object(order, at, end - 1)
        if not listed:
            return
        at = _skip(body, end, _JSON_SPACES + ",")


def _value_of(body: str, opening: int, name: str) -> tuple[int, int]:
    """Where the value of a member begins and ends; the object, which has it, opens at ``opening``."""
    decoder = json.JSONDecoder()
    at = opening + 1
    while True:
        key, end = decoder.raw_decode(body, _skip(body, at, _JSON_SPACES + ","))
        start = _skip(body, end, _JSON_SPACES + ":")
        _, at = decoder.raw_decode(body, start)
        if key == name:
            return start, at


def _skip(text: str, at: int, spaces: str) -> int:
    while at < len(text) and text[at] in spaces:
        at += 1
    return at
