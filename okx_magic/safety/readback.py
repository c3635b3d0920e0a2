"""Settings whose answer was lost, read back where a GET shows them. Pure.

OKX docs: Trading Account, Get leverage, Get account configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic.model import Request
from okx_magic.safety.lookups import items_of, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


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


def read_back(request: Request) -> Request | None:
    """The GET that shows a setting; None where it is not known."""
    shown, wanted = _SETTINGS.get(request.path), _wanted(request)
    if shown is None or not wanted.get(shown.wanted):
        return None
    query = urlencode({name: wanted[name] for name in shown.params if wanted.get(name)})
    return Request("GET", f"{shown.path}?{query}" if query else shown.path)


def is_set(request: Request, rows: Sequence[Any]) -> bool | None:
    """Whether the rows that ``read_back`` brought show the setting that the request asked for; None where
    they show no such setting at all.
    """
    shown, wanted = _SETTINGS[request.path], _wanted(request)
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


def _wanted(request: Request) -> Mapping[str, Any]:
    items = items_of(request)
    return items[0].wanted if items else {}
