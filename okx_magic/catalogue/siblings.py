"""Endpoints of the same things: ticker and tickers, trades and history-trades, order and order-algo."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from okx_magic.catalogue.reader import endpoints

if TYPE_CHECKING:
    from okx_magic.catalogue.reader import Endpoint

_DOCUMENTED = "documented"


def sibling(endpoint: Endpoint, name: str, value: str = "") -> str:
    """The path of the documented sibling nearest to an endpoint that has a parameter of exactly this
    name, and with ``value`` that takes this value; "" where there is none.
    """
    family, _, thing = endpoint.path.rpartition("/")
    having = [
        other.path
        for other in endpoints().values()
        if other.status == _DOCUMENTED
        and other is not endpoint
        and other.method == endpoint.method
        and other.path.startswith(f"{family}/")
        and _same_thing(thing, other.path.removeprefix(f"{family}/"))
        and any(p.name == name and (not value or value in p.values) for p in other.params)
    ]
    near = get_close_matches(endpoint.path, having, n=1, cutoff=0)
    return near[0] if near else ""


def _same_thing(one: str, other: str) -> bool:
    short, long = sorted((one.removesuffix("s"), other.removesuffix("s")), key=len)
    return short in long
