"""Whether an order is now as an amendment wanted it. Pure.

OKX docs: Order Book Trading, Trade, Amend order; Algo Trading, Amend algo order.

Tested in ``tests/reliability/test_amended_stops.py`` and ``tests/reliability/test_reconcile.py``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from okx_magic.orders.items import ATTACHED, ATTACHED_ID, attached_to, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.orders.items import Item

# What an amendment asks for, and the field of the order that then has it.
_AMENDED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "newSz": "sz",
        "newPx": "px",
        "newPxUsd": "pxUsd",
        "newPxVol": "pxVol",
        "newTpTriggerPx": "tpTriggerPx",
        "newTpTriggerPxType": "tpTriggerPxType",
        "newTpOrdPx": "tpOrdPx",
        "newSlTriggerPx": "slTriggerPx",
        "newSlTriggerPxType": "slTriggerPxType",
        "newSlOrdPx": "slOrdPx",
        "newTriggerPx": "triggerPx",
        "newTriggerPxType": "triggerPxType",
        "newOrdPx": "ordPx",
    }
)
# The same of an attached order.
_AMENDED_ATTACHED: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_AMENDED,
        "newTpTriggerRatio": "tpTriggerRatio",
        "newTpOrdKind": "tpOrdKind",
        "newSlTriggerRatio": "slTriggerRatio",
        "newCallbackRatio": "callbackRatio",
        "newCallbackSpread": "callbackSpread",
        "newActivePx": "activePx",
        "sz": "sz",
    }
)
ATTACHED_IDS: Final = ("attachAlgoId", ATTACHED_ID)
# What an attached order cannot be without: one of each.
_TRIGGERS: Final = (
    frozenset({"slTriggerPx", "slTriggerRatio"}),
    frozenset({"tpTriggerPx", "tpTriggerRatio"}),
    frozenset({"callbackRatio", "callbackSpread"}),
)


def amended(item: Item, row: Mapping[str, Any]) -> bool | None:
    """Whether an order is now as the amendment wanted it; None where no field would show that."""
    shown = [_as_wanted(item.wanted, row, _AMENDED)] if _named(item.wanted, _AMENDED) else []
    for each in attached_to(item.wanted):
        old = next((old for old in attached_to(row) if same_attached(each, old)), {})
        shown.append(_as_wanted(each, old, _AMENDED_ATTACHED))
    if not shown or None in shown:
        return None
    return all(shown)


def attaching(amendment: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an amendment attaches to an order, in the words of a new order: not what it takes away."""
    attached = []
    for each in attached_to(amendment):
        given = {_AMENDED_ATTACHED[name]: each[name] for name in _named(each, _AMENDED_ATTACHED)}
        given = {name: value for name, value in given.items() if not same(value, 0)}
        if any(trigger & given.keys() for trigger in _TRIGGERS):
            attached.append({name: each[name] for name in ATTACHED_IDS if name in each} | given)
    names = {name: amendment[name] for name in ("instId", "ordId", "clOrdId") if name in amendment}
    return names | {ATTACHED: attached}


def has_triggers(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an attached order is set off by all that was wanted, at whatever price."""
    needed = (trigger for trigger in _TRIGGERS if trigger & wanted.keys())
    return all(any(shown.get(name) for name in trigger) for trigger in needed)


def _named(wanted: Mapping[str, Any], fields: Mapping[str, str]) -> list[str]:
    return [name for name, value in wanted.items() if name in fields and value not in ("", None)]


def _as_wanted(
    wanted: Mapping[str, Any], row: Mapping[str, Any], fields: Mapping[str, str]
) -> bool | None:
    """Whether a row has the values that an amendment asked for; None where it does not show them."""
    new = _named(wanted, fields)
    if not new or any(row.get(fields[name]) is None for name in new):
        return None
    return all(_shows(row[fields[name]], wanted[name]) for name in new)


def _shows(value: Any, wanted: Any) -> bool:
    # By 0 a price is taken away.
    return same(value, wanted) or (value == "" and same(wanted, 0))


def same_attached(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two say that they are one attached order."""
    return any(one.get(name) and one.get(name) == other.get(name) for name in ATTACHED_IDS)
