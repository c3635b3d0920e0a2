"""The algo order that makes up for one which was attached to an order and is not there. Pure.

OKX docs: Order Book Trading, Algo Trading, Place algo order.

Tested in ``tests/reliability/test_position_without_stop.py``.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PATH: Final = "/api/v5/trade/order-algo"
_OPPOSITE: Final = {"buy": "sell", "sell": "buy"}
# What both have, under one name.
_OF_THE_ORDER: Final = ("instId", "tdMode", "ccy", "posSide")
_OF_THE_STOP: Final = (
    *("tpOrdKind", "tpTriggerPx", "tpTriggerPxType", "tpOrdPx"),
    *("slTriggerPx", "slTriggerPxType", "slOrdPx", "callbackRatio", "callbackSpread", "activePx"),
)
_MARKET: Final = "-1"


def noun_of(attachment: Mapping[str, Any]) -> str:
    """What it is: a stop, or only a take-profit."""
    names = ("slTriggerPx", "slTriggerRatio", "callbackRatio", "callbackSpread")
    return "stop" if any(attachment.get(name) for name in names) else "take-profit"


def new_stop(
    wanted: Mapping[str, Any], row: Mapping[str, Any], attachment: Mapping[str, Any]
) -> Request:
    """The request that sets ``attachment`` as an algo order of its own, for the order that was ``wanted``
    and that a look-up now shows as ``row``.
    """
    body = {name: wanted[name] for name in _OF_THE_ORDER if wanted.get(name)}
    body["side"] = _OPPOSITE.get(str(wanted.get("side")), "")
    legs = dict(_legs(wanted, row, attachment))
    body["ordType"] = _kind(legs)
    body["sz"] = str(attachment.get("sz") or _filled(wanted, row))
    if len(str(wanted.get("instId")).split("-")) > 2 and wanted.get("posSide") in (None, "", "net"):
        body["reduceOnly"] = True
    return Request("POST", _PATH, json.dumps(body | legs, ensure_ascii=False))


def _legs(
    wanted: Mapping[str, Any], row: Mapping[str, Any], attachment: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for name in _OF_THE_STOP:
        if attachment.get(name):
            yield name, attachment[name]
    price = _number(row.get("avgPx")) or _number(wanted.get("px"))
    for leg in ("tp", "sl"):
        ratio = _number(attachment.get(f"{leg}TriggerRatio"))
        if ratio is None or not price:
            continue
        # A ratio of a stop is a distance: below what was bought, above what was sold.
        stop = -abs(ratio) if wanted.get("side") == "buy" else abs(ratio)
        away = stop if leg == "sl" else ratio
        step = _number(row.get("fillPx")) or price
        yield f"{leg}TriggerPx", f"{(price * (1 + away)).quantize(step):f}"
        if not attachment.get(f"{leg}OrdPx"):
            yield f"{leg}OrdPx", _MARKET


def _kind(legs: Mapping[str, Any]) -> str:
    if legs.get("callbackRatio") or legs.get("callbackSpread"):
        return "move_order_stop"
    takes = bool(legs.get("tpTriggerPx") or legs.get("tpOrdPx"))
    return "oco" if takes and legs.get("slTriggerPx") else "conditional"


def _filled(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """How much there is to be closed: what was filled, less the fee where that was taken of it; of an
    order that rests, all that it is for.
    """
    filled = _number(row.get("accFillSz"))
    if not filled:
        return str(wanted.get("sz", ""))
    base, *rest = str(wanted.get("instId")).split("-")
    fee = _number(row.get("fee"))
    if len(rest) == 1 and wanted.get("side") == "buy" and row.get("feeCcy") == base and fee:
        filled += fee
    return f"{filled:f}"


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
