"""Checks orders with what the session learned from its answers: the position mode, the sizes of an
instrument.

Tested in ``tests/cell/test_check_values.py``.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from okx_magic.cell.check_parameters import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from okx_magic.cell.check_parameters import Group
    from okx_magic.model import Envelope, Request

# Their orders carry a posSide: OKX docs, Place order, posSide ("only applicable to FUTURES/SWAP").
_WITH_SIDES = frozenset(
    {
        "/api/v5/trade/order",
        "/api/v5/trade/batch-orders",
        "/api/v5/trade/order-algo",
        "/api/v5/trade/close-position",
    }
)
# OKX docs, Set leverage, posSide: "only required when margin mode is isolated in long/short mode".
_LEVERAGE = "/api/v5/account/set-leverage"
_SIZED = frozenset({"/api/v5/trade/order", "/api/v5/trade/batch-orders"})
# BTC-USDT-SWAP, BTC-USD-260327; not an option, which has a strike and C or P behind the date.
_CONTRACT = re.compile(r"[A-Z0-9]+-[A-Z0-9_]+-(?:SWAP|[0-9]{6})")
_SPOT = re.compile(r"[A-Z0-9]+-[A-Z0-9]+")
_PRICED = frozenset({"limit", "post_only", "fok", "ioc"})
_CONFIG = "/api/v5/account/config"
_SET_POSITION_MODE = "/api/v5/account/set-position-mode"
_INSTRUMENTS = frozenset({"/api/v5/public/instruments", "/api/v5/account/instruments"})
_STEPS = ("instId", "instType", "minSz", "lotSz", "tickSz")
_FRESH_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What is known of the account: ``position_mode`` as OKX writes it ("" if it was not read), and
    ``instruments``, the sizes and steps of those that were read lately, by ``instId``.
    """

    position_mode: str = ""
    instruments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Learned:
    """The facts from the answers of one session, those of its log-in included."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._position_mode = ""
        # OKX changes the steps of an instrument now and then, so each has its time.
        self._instruments: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def learn(self, request: Request, envelope: Envelope) -> None:
        """Keep the facts of an answer, if it has any."""
        if request.path in _INSTRUMENTS:
            now = self._now()
            self._instruments.update({str(row["instId"]): (now, row) for row in _steps(envelope)})
        elif request.path in (_CONFIG, _SET_POSITION_MODE) and envelope.code == "0":
            for row in _rows(envelope):
                self._position_mode = str(row.get("posMode", ""))

    def facts(self) -> AccountFacts:
        """All that is known."""
        since = self._now() - _FRESH_SECONDS
        fresh = {name: row for name, (read, row) in self._instruments.items() if read > since}
        return AccountFacts(self._position_mode, fresh)


def _steps(envelope: Envelope) -> list[Mapping[str, Any]]:
    """What is checked of each instrument; of thousands from their columns, without the objects."""
    rows = envelope.object_rows
    if rows is None or not set(_STEPS) <= set(rows.names):
        return [
            {name: row[name] for name in _STEPS if name in row}
            for row in _rows(envelope)
            if "instId" in row
        ]
    columns = rows.columns
    values = zip(*(columns[name] for name in _STEPS), strict=True)
    return [dict(zip(_STEPS, each, strict=True)) for each in values]


def _rows(envelope: Envelope) -> list[Mapping[str, Any]]:
    rows = envelope.data if isinstance(envelope.data, list) else []
    return [row for row in rows if isinstance(row, dict)]


def account_findings(
    request: Request, given: Iterable[Group], facts: AccountFacts
) -> Iterator[Finding]:
    """A finding for each order that this account, or this instrument, can only refuse."""
    for group in given:
        if not group.outermost:
            continue
        inst_id = group.given.get("instId")
        contract = isinstance(inst_id, str) and _CONTRACT.fullmatch(inst_id)
        if contract and _has_side(request.path, group):
            yield from _position_side(group, facts.position_mode)
        row = facts.instruments.get(inst_id) if isinstance(inst_id, str) else None
        if row and request.path in _SIZED:
            yield from _sizes(group, row)


def _has_side(path: str, group: Group) -> bool:
    return path in _WITH_SIDES or (path == _LEVERAGE and group.given.get("mgnMode") == "isolated")


def _position_side(group: Group, mode: str) -> Iterator[Finding]:
    side = group.given.get("posSide") or ""
    if mode == "long_short_mode" and side in ("", "net"):
        given = (
            f"posSide={side}{group.where} does not fit"
            if side
            else f"posSide is missing{group.where}"
        )
        text = f"{given}: the account is in long/short mode"
        yield Finding(
            text, "set posSide to long or short, whichever position you mean", certain=True
        )
    elif mode == "net_mode" and side in ("long", "short"):
        text = f"posSide={side}{group.where} does not fit: the account is in net mode"
        yield Finding(text, "leave posSide out", certain=True)


def _sizes(group: Group, row: Mapping[str, Any]) -> Iterator[Finding]:
    given = group.given
    size, price = _number(given.get("sz")), _number(given.get("px"))
    least, lot, tick = (_number(row.get(name)) for name in ("minSz", "lotSz", "tickSz"))
    where, name = group.where, row.get("instId")
    if size is not None and _in_base_units(given):
        if least is not None and size < least:
            text = f"sz={given['sz']}{where} is below {name}'s minSz {least:f}"
            yield Finding(text, f"at least {least:f}", certain=True)
        elif lot and size % lot:
            text = f"sz={given['sz']}{where} is not a multiple of {name}'s lotSz {lot:f}"
            yield Finding(text, f"near it: {size // lot * lot:f}", certain=True)
    priced = given.get("ordType") in _PRICED and row.get("instType") != "OPTION"
    if priced and price and tick and price % tick:
        text = f"px={given['px']}{where} is not a multiple of {name}'s tickSz {tick:f}"
        near = (price / tick).to_integral_value() * tick
        yield Finding(text, f"near it: {near:f}", certain=True)


def _in_base_units(given: Mapping[str, Any]) -> bool:
    """Whether sz counts what minSz counts: a spot market buy counts quote currency by default, a margin
    market buy always (OKX docs, Place order: sz, tgtCcy).
    """
    if not _SPOT.fullmatch(str(given.get("instId"))) or given.get("ordType") != "market":
        return given.get("tgtCcy") != "quote_ccy"
    if given.get("tdMode") == "cash":
        default = "quote_ccy" if given.get("side") == "buy" else "base_ccy"
        return (given.get("tgtCcy") or default) == "base_ccy"
    return given.get("side") == "sell" and given.get("tgtCcy") != "quote_ccy"


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
