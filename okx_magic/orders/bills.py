"""Money that moved without an id of the person's, known by the bill that it left. Pure.

A bill repeats no id of the request: it is one of the same kind, currency or instrument, and amount, made
since. OKX docs: Trading Account, Get bills details (type 6, sub-types 160 and 161: margin, by hand);
Funding Account, Asset bills details (130: from the trading account, 131: to it).
Tested in ``tests/reliability/test_bills.py``.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARGIN: Final = "/api/v5/account/position/margin-balance"
_TRANSFER: Final = "/api/v5/asset/transfer"
_SUB_TYPES: Final = MappingProxyType({"add": "160", "reduce": "161"})
# Between trading (18) and funding (6) of the same account; sub-accounts have other bills.
_TYPES: Final = MappingProxyType({("18", "6"): "130", ("6", "18"): "131"})
_WITHIN: Final = frozenset({"", "0"})
_AMOUNTS: Final = ("balChg", "posBalChg", "sz")
# OKX gives so many at once, and keeps those of the trading account for so long.
_PAGE: Final = 100
DAYS: Final = 7


def bills_of(path: str, wanted: Mapping[str, Any]) -> str:
    """Where the bill of this request would be, newest first; "" for what leaves none that is known."""
    if not _amount(wanted.get("amt")):
        return ""
    if path == _MARGIN and wanted.get("instId") and str(wanted.get("type")) in _SUB_TYPES:
        kind = {"type": "6", "subType": _SUB_TYPES[str(wanted["type"])]}
        return "/api/v5/account/bills?" + urlencode({"instId": wanted["instId"], **kind})
    way = (str(wanted.get("from", "")), str(wanted.get("to", "")))
    within = str(wanted.get("type") or "") in _WITHIN and not wanted.get("subAcct")
    if path == _TRANSFER and wanted.get("ccy") and way in _TYPES and within:
        return "/api/v5/asset/bills?" + urlencode({"ccy": wanted["ccy"], "type": _TYPES[way]})
    return ""


def booked(rows: Sequence[Any], amount: str, since: float) -> bool | None:
    """Whether one of these bills, as OKX lists them, is of this amount and made ``since`` then, in
    milliseconds; None where they do not reach as far back.
    """
    times = [_time(row) for row in rows]
    if None in times:
        return None
    recent = [row for row, time in zip(rows, times, strict=True) if time and time >= since]
    if any(_is_of(row, amount) for row in recent):
        return True
    return None if len(recent) >= _PAGE else False


def _is_of(bill: Mapping[str, Any], amount: str) -> bool:
    return any(_amount(bill.get(name)) == _amount(amount) for name in _AMOUNTS)


def _amount(value: Any) -> Decimal | None:
    """How much it is, whichever way it went; None for what is no amount."""
    try:
        number = abs(Decimal(str(value)))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number else None


def _time(bill: Any) -> int | None:
    made = str(bill.get("ts", "")) if isinstance(bill, dict) else ""
    return int(made) if made.isdecimal() else None
