"""The requests that tell what became of an order, money or a setting whose answer was lost. Pure.

Tested in ``tests/reliability/test_lookups.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic.model import Request
from okx_magic.orders.items import IDS, ORDER, POSITIONS, WHERE, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from okx_magic.orders.items import Item

# Where a person sees what no look-up proves, and the names of the request that the GET takes, too. OKX
# docs: Funding Account, Sub-account; Trading Account, Get positions; Order Book Trading, Trade.
_SEEN: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "/api/v5/asset/transfer": ("/api/v5/asset/bills", ("ccy",)),
        "/api/v5/asset/subaccount/transfer": ("/api/v5/asset/subaccount/bills", ("ccy",)),
        "/api/v5/asset/withdrawal": ("/api/v5/asset/withdrawal-history", ("ccy",)),
        "/api/v5/asset/convert/trade": ("/api/v5/asset/convert/history", ()),
        "/api/v5/fiat/create-withdrawal": ("/api/v5/fiat/withdrawal-order-history", ("ccy",)),
        "/api/v5/account/position/margin-balance": (POSITIONS, ("instId",)),
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
# OKX's code for an order that it does not know, and all for what it does not know: a transfer's id, too.
NOT_FOUND: Final = "51603"
UNKNOWN_IDS: Final = frozenset({NOT_FOUND, "58129"})
# OKX docs: Cancel All After of orders, quotes and spreads. No GET shows the timer.
TIMER: Final = "/cancel-all-after"
SETS_ANEW: Final = "to send it again sets the timer anew"
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
    questions = [item.settles for item in items if item.settles]
    if not questions and (seen := where_seen(path, wanted)):
        questions = [seen]
    if questions:
        return "check before sending it again: " + " · ".join(questions)
    if path.endswith(TIMER):
        return f"{SETS_ANEW}, and settles it. Till then count on it to cancel what is open"
    if path not in WHERE and (does := _AGAIN.get(Request("POST", path).effect)):
        shown = _where_shown(path, wanted)
        return (f"GET {shown} shows it; " if shown else "") + f"it may be sent again: {does}"
    if path in WHERE:
        return "it has no client order id: check the open orders and the fills first"
    return "check the account before sending it again"


def where_seen(path: str, wanted: Mapping[str, Any]) -> str:
    """The GET that shows a person what no look-up proves; "" where none is known."""
    target, names = _SEEN.get(path, ("", ()))
    query = urlencode({name: str(wanted[name]) for name in names if wanted.get(name)})
    return f"GET {target}?{query}" if query else f"GET {target}" if target else ""


def read_back(request: Request) -> Request | None:
    """The GET that shows a setting; None where it is not known."""
    target = _where_shown(request.path, _first(request))
    return Request("GET", target) if target else None


def settling(request: Request, items: Iterable[Item]) -> tuple[str, ...]:
    """The GETs that tell what became of these ``items`` of a request, of a setting the one that shows
    it.
    """
    shown = read_back(request)
    if shown is not None:
        return (f"GET {shown.target}",)
    return tuple(item.settles for item in items if item.settles)


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
    if any(row.get(name, None if name in IDS else value) != value for name, value in asked):
        return False
    return "cTime" not in row or str(row["cTime"]).isdecimal()


def made_at(row: Mapping[str, Any]) -> int | None:
    """When an order was made, in milliseconds; None for what has no time, such as a transfer's state.

    An id that a person typed may have been used already, and a look-up brings the newest that has it.
    """
    made = str(row.get("cTime") or row.get("ts") or "")
    return int(made) if made.isdecimal() else None


def _where_shown(path: str, wanted: Mapping[str, Any]) -> str:
    """The target of the GET that shows a setting; "" where none is known."""
    shown = _SETTINGS.get(path)
    if shown is None or not wanted.get(shown.wanted):
        return ""
    query = urlencode({name: wanted[name] for name in shown.params if wanted.get(name)})
    return f"{shown.path}?{query}" if query else shown.path


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
