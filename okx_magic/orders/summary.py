"""A write in one line, for the person who must say yes to it: what, how much, where. Pure.

All of it is read from the body that will be sent, with OKX's own names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from okx_magic.orders.items import ATTACHED, ATTACHED_ID, attached_to
from okx_magic.orders.trigger_text import closes, triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.model import Request

# Said without their names, before all else, in this order.
_FIRST: Final = ("side", "posSide", "instId", "ordType")
_PLACES: Final = frozenset({"/api/v5/trade/order", "/api/v5/trade/batch-orders"})
# Ids of the person's own say nothing of what is done.
_SILENT: Final = frozenset({"clOrdId", "algoClOrdId", ATTACHED_ID, "tag"})
_ALGO: Final = "/api/v5/trade/order-algo"
# What needs no quotes to be told from the words around it.
_PLAIN: Final = re.compile(r"[\w./:+-]+")


def summary(request: Request) -> str:
    """Such as ``buy BTC-USDT limit · sz 0.01 · px 30000 · tdMode cash · POST /api/v5/trade/order``.

    Of a batch each order, after their number; of an algo order first when it acts, and what it closes.
    Nothing of the body is left out but client order ids and tags; characters that could disguise it are
    made visible.
    """
    items = _items(request)
    told = [_told(item, request.path) for item in items]
    if len(items) > 1:
        told = [f"{len(items)} at once: " + "; ".join(told)]
    return " · ".join((*filter(None, told), str(request)))


def _items(request: Request) -> list[Any]:
    if not request.body.strip():
        return []
    value = request.json
    if value is None:
        return [request.body]
    return value if isinstance(value, list) else [value]


def _told(item: Any, path: str) -> str:
    if not isinstance(item, dict):
        return _text(item)
    names = " ".join(_text(item[name]) for name in _FIRST if name in item)
    return " · ".join((*filter(None, (names,)), *_rest(item, path)))


def _rest(item: dict[str, Any], path: str) -> Iterator[str]:
    said: set[str] = set()
    if path in {_ALGO, ATTACHED}:
        parts, told = triggers(item, _text)
        yield from parts
        said |= told
    if path == _ALGO:
        closed, told = closes(item, _text)
        if closed:
            yield closed
        said |= told
    for name, value in item.items():
        if name in _FIRST or name in _SILENT or name in said:
            continue
        attached = attached_to(item) if name == ATTACHED else ()
        if attached and isinstance(value, list) and len(attached) == len(value):
            yield from (f"with {{{' · '.join(_rest(dict(each), name))}}}" for each in attached)
            continue
        unit = _quote(item) if name == "sz" and path in _PLACES else ""
        yield f"{_visible(name)} {_text(value)}{unit}"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{_visible(name)} {_text(each)}" for name, each in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return _visible(str(value))


def _visible(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.isprintable():
        return text
    escaped = (char if char.isprintable() else f"\\u{ord(char):04x}" for char in text)
    return '"' + "".join(escaped) + '"'


def _quote(order: dict[str, Any]) -> str:
    """The currency of ``sz`` where it is not the one that is bought: a spot market order to buy is
    sized in the quote currency unless ``tgtCcy`` says otherwise (OKX docs: Place order).
    """
    parts = str(order.get("instId", "")).split("-")
    spends = (order.get("ordType"), order.get("side"), order.get("tdMode")) == (
        "market",
        "buy",
        "cash",
    )
    if not spends or order.get("tgtCcy") == "base_ccy" or len(parts) != 2:
        return ""
    return f" {_visible(parts[1])}"
