"""Money that moved without an id of the person's, known by the bill that it left. Pure.

A bill repeats no id of the request: it is one of the same kind, currency or instrument, and amount, made
since; of a withdrawal, to the same address. OKX docs: Trading Account, Get bills details (type 6,
sub-types 160 and 161: margin, by hand); Funding Account, Asset bills details (130: from the trading
account, 131: to it), Get withdrawal history; Sub-account, Get history of sub-account transfer (0: to it,
1: from it).
Tested in ``tests/reliability/test_bills.py``.
"""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MARGIN: Final = "/api/v5/account/position/margin-balance"
_TRANSFER: Final = "/api/v5/asset/transfer"
_SUB_TYPES: Final = MappingProxyType({"add": "160", "reduce": "161"})
WITHDRAWAL: Final = "/api/v5/asset/withdrawal"
# Between trading (18) and funding (6) of the same account.
_TYPES: Final = MappingProxyType({("18", "6"): "130", ("6", "18"): "131"})
_WITHIN: Final = frozenset({"", "0"})
# By the main account's key, to a sub-account and from it. By a sub-account's, or between two of them, it
# is not documented which bills there are.
_ACROSS: Final = MappingProxyType({"1": "0", "2": "1"})
_AMOUNTS: Final = ("balChg", "posBalChg", "sz", "amt")
# OKX gives so many at once.
_PAGE: Final = 100
_DAY: Final = 86_400


def bills_of(path: str, wanted: Mapping[str, Any]) -> str:
    """Where the bill of this request would be, newest first; "" for what leaves none that is known."""
    if not _amount(wanted.get("amt")):
        return ""
    if path == _MARGIN and wanted.get("instId") and str(wanted.get("type")) in _SUB_TYPES:
        kind = {"type": "6", "subType": _SUB_TYPES[str(wanted["type"])]}
        return "/api/v5/account/bills?" + urlencode({"instId": wanted["instId"], **kind})
    ccy = {"ccy": wanted["ccy"]} if wanted.get("ccy") else {}
    if path == WITHDRAWAL and ccy and wanted.get("toAddr"):
        return "/api/v5/asset/withdrawal-history?" + urlencode(ccy)
    return _of_transfer(wanted, ccy) if path == _TRANSFER and ccy else ""


def _of_transfer(wanted: Mapping[str, Any], ccy: Mapping[str, Any]) -> str:
    way = (str(wanted.get("from", "")), str(wanted.get("to", "")))
    kind, other = str(wanted.get("type") or ""), wanted.get("subAcct")
    if kind in _WITHIN and way in _TYPES and not other:
        return "/api/v5/asset/bills?" + urlencode({**ccy, "type": _TYPES[way]})
    if kind in _ACROSS and other:
        across = {"type": _ACROSS[kind], "subAcct": other}
        return "/api/v5/asset/subaccount/bills?" + urlencode({**ccy, **across})
    return ""


def listing(target: str, age: float) -> str:
    """The target that still lists a bill of so many seconds ago; "" where OKX keeps none as long."""
    path, _, query = target.partition("?")
    while path:
        endpoint = catalogue.endpoint("GET", path)
        keeps = (endpoint.keeps if endpoint else None) or {}
        if age < keeps.get("days", math.inf) * _DAY:
            return f"{path}?{query}"
        path = keeps.get("more", "")
    return ""


def booked(rows: Sequence[Any], amount: str, since: float, to: str = "") -> bool | None:
    """Whether one of these bills, as OKX lists them, is of this amount and made ``since`` then, in
    milliseconds, ``to`` this address if any; None where they do not reach as far back.
    """
    times = [_time(row) for row in rows]
    if None in times:
        return None
    recent = [row for row, time in zip(rows, times, strict=True) if time and time >= since]
    if any(_is_of(row, amount) and (not to or _is_to(row, to)) for row in recent):
        return True
    return None if len(recent) >= _PAGE else False


def _is_of(bill: Mapping[str, Any], amount: str) -> bool:
    return any(_amount(bill.get(name)) == _amount(amount) for name in _AMOUNTS)


def _is_to(bill: Mapping[str, Any], address: str) -> bool:
    """Whether it went there; behind a colon OKX takes what some chains need beside an address."""
    receiver = bill.get("to")
    return bool(receiver) and receiver in (address, address.partition(":")[0])


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
