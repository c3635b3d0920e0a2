"""The requests that tell what became of an order, money or a setting whose answer was lost. Pure.

Tested in ``tests/reliability/test_lookups.py``.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic.model import Request
from okx_magic.orders.items import IDS, ORDER, POSITIONS, WHERE, same, settled_by
from okx_magic.orders.shown import where_seen, where_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okx_magic.orders.items import Item

# Of what may be sent a second time: what that does.
_AGAIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "setting": "it sets the same once more",
        "undo": "what was taken back stays so",
        "cancel": "it cancels what is open then",
    }
)
# OKX's code for an order that it does not know, and all for what it does not know: a transfer's id, too.
NOT_FOUND: Final = "51603"
UNKNOWN_IDS: Final = frozenset({NOT_FOUND, "58129"})
# OKX docs: Cancel All After of orders, quotes and spreads. No GET shows the timer.
TIMER: Final = "/cancel-all-after"
SETS_ANEW: Final = "to send it again sets the timer anew"
_FAILED: Final = frozenset({"failed", "rejected"})


def history_of(item: Item) -> Request | None:
    """Where an order is, too, once it is over; None for orders of other kinds."""
    if item.look_up is None or item.look_up.path != ORDER.path:
        return None
    query = urlencode({"instType": _inst_type(item), "instId": item.inst_id})
    return Request("GET", f"/api/v5/trade/orders-history?{query}")


def closes_position(item: Item) -> bool:
    """Whether what is looked up is what is left of a position that was to be closed."""
    return item.look_up is not None and item.look_up.path == POSITIONS


def closed(item: Item, rows: Sequence[Any]) -> bool:
    """Whether of the position that an order was to close nothing is left."""
    return not any(_is_left(item.wanted, row) for row in rows)


def failed(row: Mapping[str, Any]) -> bool:
    """Whether what was taken came to nothing: a transfer or a conversion."""
    return row.get("state") in _FAILED


def remedy(items: tuple[Item, ...], path: str) -> str:
    """What to do about orders of which nobody knows whether they were carried out."""
    wanted = items[0].wanted if items else {}
    questions = settled_by(items)
    if path.endswith(TIMER):
        return f"{SETS_ANEW}, and settles it. Till then count on it to cancel what is open"
    shown = where_shown(path, wanted)
    seen = f"GET {shown}" if shown else where_seen(path, wanted)
    if path not in WHERE and (does := _AGAIN.get(Request("POST", path).effect)):
        return (f"{seen} shows it; " if seen else "") + f"it may be sent again: {does}"
    if questions or seen:
        return "check before sending it again: " + " · ".join(questions or [seen])
    if path in WHERE:
        return "it has no client order id: check the open orders and the fills first"
    return "check the account before sending it again"


def names(row: Any, asked: Iterable[tuple[str, str]]) -> bool:
    """Whether a row is what was asked for: it has the id, and the time of an order; the instrument may be
    left out.
    """
    if not isinstance(row, dict):
        return False
    if any(row.get(name, None if name in IDS else value) != value for name, value in asked):
        return False
    return "cTime" not in row or str(row["cTime"]).isdecimal()


def made_at(row: Mapping[str, Any]) -> int | None:
    """When an order was made, in milliseconds; None for what has no time, such as a transfer's state.

    An id that a person typed may have been used already, and a look-up brings the newest that has it.
    """
    made = str(row.get("cTime") or row.get("ts") or "")
    return int(made) if made.isdecimal() else None


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
