"""When an algo order acts and what it closes, in words, for the person who must say yes to it. Pure.

OKX docs: Order Book Trading, Algo Trading, Place algo order; Trade, Place order (``attachAlgoOrds``).

Tested in ``tests/orders/test_summary.py``.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Show = Callable[[Any], str]


class _Leg(NamedTuple):
    """One price that an algo order waits for, by the names of its fields."""

    word: str
    price: str
    ratio: str
    order: str
    kind: str


_LEGS: Final = (
    _Leg("stop", "slTriggerPx", "slTriggerRatio", "slOrdPx", "slTriggerPxType"),
    _Leg("take profit", "tpTriggerPx", "tpTriggerRatio", "tpOrdPx", "tpTriggerPxType"),
    _Leg("trigger", "triggerPx", "", "orderPx", "triggerPxType"),
)
_MARKET: Final = "-1"
_TRAILING: Final = ("callbackRatio", "callbackSpread", "activePx")


def triggers(order: Mapping[str, Any], show: Show) -> tuple[list[str], frozenset[str]]:
    """Such as ``stop at 90000 (mark), then market``, a text for each price that ``order`` waits for, and
    the names of the fields that they tell; ``show`` makes a value a text.
    """
    parts, told = list[str](), set[str]()
    for leg in _LEGS:
        at = leg.price if _given(order, leg.price) else leg.ratio
        if not _given(order, at):
            continue
        # OKX docs: 0.3 is 30 % away from the price, of a take-profit by its sign.
        away = "" if at == leg.price else " of the price away"
        where = f"at {show(order[at])}{away}"
        watched = show(order[leg.kind]) if _given(order, leg.kind) else "last"
        parts.append(f"{leg.word} {where} ({watched}){_then(order, leg.order, show)}")
        told |= {at, leg.kind, leg.order}
    if any(_given(order, name) for name in _TRAILING[:2]):
        parts.append(_trailing(order, show))
        told.update(_TRAILING)
    if order.get("ordType") == "conditional" and len(parts) > 1:
        # OKX acts on the stop alone; who wants both means oco.
        parts.append("only the stop is acted on: ordType oco has both")
    return parts, frozenset(name for name in told if _given(order, name))


def closes(order: Mapping[str, Any], show: Show) -> tuple[str, frozenset[str]]:
    """What of a position an algo order closes, "" where that does not apply, and the names of the fields
    that this tells.
    """
    if len(str(order.get("instId", "")).split("-")) < 3:
        return "", frozenset()  # spot: there is no position
    side, pos_side = order.get("side"), order.get("posSide")
    reduces = str(order.get("reduceOnly")).lower()
    if pos_side in ("long", "short"):
        position, ends = pos_side, (pos_side == "long") == (side == "sell")
    else:
        position, ends = "long" if side == "sell" else "short", True
    told: frozenset[str] = frozenset({"reduceOnly"} if reduces in ("true", "false") else ())
    if _given(order, "closeFraction"):
        part = order["closeFraction"]
        whole = "the whole" if str(part) == "1" else f"{show(part)} of the"
        return f"closes {whole} {position} position", told | {"closeFraction"}
    if not ends:
        return f"opens or adds to a {pos_side} position", frozenset()
    if pos_side in ("long", "short") or reduces == "true":
        return f"only closes, of the {position} position at most sz", told
    other = "short" if position == "long" else "long"
    text = f"closes a {position} position, and what is more opens a {other} one: not reduceOnly"
    return text, told


def _then(order: Mapping[str, Any], name: str, show: Show) -> str:
    if not _given(order, name):
        return ""
    price = order[name]
    return ", then market" if str(price) == _MARKET else f", then limit {show(price)}"


def _trailing(order: Mapping[str, Any], show: Show) -> str:
    ratio, spread, active = (order.get(name) for name in _TRAILING)
    behind = f"{show(ratio)} of the price" if ratio not in (None, "") else show(spread)
    start = f", from {show(active)} on" if active not in (None, "") else ""
    return f"trailing stop {behind} behind{start}, then market"


def _given(order: Mapping[str, Any], name: str) -> bool:
    value = order.get(name)
    return isinstance(value, str | int | Decimal) and not isinstance(value, bool) and value != ""
