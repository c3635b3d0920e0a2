"""Which of OKX's limits a request counts against, and how much. Pure.

OKX docs, Overview, Rate Limits: public endpoints count per IP, private ones per user, some of both
also per instrument, family and the like; batches count their orders.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from okx_magic import catalogue, strictjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue import Limit
    from okx_magic.model import Request

# The parameters in which a request names what each part of a scope counts apart.
_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "instrument": ("instId",),
        "family": ("instFamily", "uly"),
        "instType": ("instType",),
        "currency": ("ccy",),
        "tag": ("tag",),
        "instidcode": ("instIdCode",),
    }
)
# BTC-USD-250328-100000-C
_PARTS_OF_AN_OPTION: Final = 5
_ORDERS: Final = "orders"


@dataclass(frozen=True, slots=True)
class Claim:
    """``count`` of the ``limit`` whose uses are counted together under ``key``."""

    key: tuple[str, ...]
    limit: Limit
    count: int


def claims(request: Request, *, base_url: str, user: str) -> tuple[Claim, ...]:
    """What a request counts against, in the order of the keys; nothing where no limit is known.

    A user is whoever has the same ``user`` text at the same ``base_url``. A batch across instruments
    counts against each of them.
    """
    endpoint = catalogue.endpoint(request.method, request.path)
    if endpoint is None or endpoint.limit is None:
        return ()
    path, limit = request.path, endpoint.limit
    by_user = endpoint.private and not limit.scope.startswith("ip")
    who = (base_url, user if by_user else "")
    if not _looks_inside(limit):
        return (Claim((request.method, path, *who), limit, 1),)
    items = _items(request)
    if limit.unit == _ORDERS and len(items) == 1:
        # A batch of one order counts as that order.
        single = catalogue.endpoint(request.method, path.replace("batch-orders", "order"))
        if single is not None and single.limit is not None:
            path, limit = single.path, single.limit
    counts = Counter((request.method, path, *who, *_values(item, limit)) for item in items)
    if limit.unit != _ORDERS:
        counts = Counter(counts.keys())
    return tuple(Claim(key, limit, count) for key, count in sorted(counts.items()))


def _looks_inside(limit: Limit) -> bool:
    """Whether what a request asks for makes a difference to how it counts."""
    return "+" in limit.scope or limit.scope in _PARAMETERS or limit.unit == _ORDERS


def _items(request: Request) -> list[Mapping[str, Any]]:
    """The parameters of a request; those of each order of a batch."""
    if request.method == "GET":
        return [dict(parse_qsl(request.target.partition("?")[2]))]
    try:
        body = strictjson.loads(request.body)
    except ValueError:
        return [{}]
    items = body if isinstance(body, list) else [body]
    return [item if isinstance(item, dict) else {} for item in items] or [{}]


def _values(item: Mapping[str, Any], limit: Limit) -> list[str]:
    """The values that set one use of a limit apart from another."""
    family = _family_of_option(item) if limit.options_scope else ""
    if family:
        return [family]
    return [
        next((str(item[name]) for name in _PARAMETERS[part] if item.get(name)), "")
        for part in limit.scope.split("+")
        if part in _PARAMETERS
    ]


def _family_of_option(item: Mapping[str, Any]) -> str:
    """``BTC-USD`` of ``BTC-USD-250328-100000-C``; "" for what is no option."""
    parts = str(item.get("instId", "")).split("-")
    return "-".join(parts[:2]) if len(parts) == _PARTS_OF_AN_OPTION else ""
