"""What a person is told of a request whose answer was lost, from what the look-ups found. Pure.

Tested in ``tests/reliability/test_order_faults.py``.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import (
    Interrupted,
    NotCarriedOut,
    OkxError,
    OkxMagicError,
    OutcomeUnknown,
    PartlyRefused,
    TransportError,
)
from okx_magic.model import Envelope
from okx_magic.orders import ledger, lookups
from okx_magic.orders.items import items_of, settled_by
from okx_magic.orders.shown import shown_by
from okx_magic.wire.clock import expiry_of
from okx_magic.wire.retry import ALREADY, DOUBTFUL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from okx_magic.catalogue import Effect
    from okx_magic.model import Request
    from okx_magic.orders.items import Item
    from okx_magic.orders.reconcile import LookupResult

_DONE: Final = "0"
_NOT: Final[Mapping[Effect, str]] = {
    "order": "not placed",
    "amend": "not amended",
    "cancel": "not cancelled",
}
_LATER: Final[Mapping[Effect, str]] = {
    "order": " · %okx_log --settle says in half a minute whether it was placed",
    "cancel": " · %okx_log --settle says in a minute or two whether it was cancelled",
    "setting": " · %okx_log --settle says in a minute or two what it is then",
}
_BOOKED: Final = " · what is listed of its amount shows it: %okx_log --settle says in two minutes"
_OF_ORDERS: Final = frozenset({"order", "amend", "cancel"})
# A cancel has no expTime: while its order lives, a copy of it may still be on its way.
_OPEN: Final = frozenset({"unknown", "open"})

# The acknowledgement of each order of a batch, by its place.
Rows = dict[int, "Mapping[str, Any]"]


def doubtful(error: OkxMagicError | None, orders: int) -> tuple[int, ...]:
    """The places of the orders of which ``error`` does not say whether they were taken."""
    acks = acknowledged(error, orders)
    unclear = tuple(
        place for place, ack in enumerate(acks) if ack.get("sCode") in DOUBTFUL | ALREADY
    )
    return unclear or tuple(range(orders))


def acknowledged(error: OkxMagicError | None, orders: int) -> Sequence[Mapping[str, Any]]:
    """What OKX said of each order, where its refusal has as many items as there are orders."""
    data = error.envelope.data if isinstance(error, OkxError) else None
    if not isinstance(data, list) or len(data) != orders:
        return ()
    return data if all(isinstance(ack, dict) for ack in data) else ()


def already(error: OkxMagicError | None) -> bool:
    """Whether OKX refused because there is such an order, of which it may be the one."""
    if not isinstance(error, OkxError):
        return False
    codes = {error.code, *(code for code, _ in error.items)}
    return bool(codes & ALREADY) and not codes & DOUBTFUL


def settled(
    request: Request, error: OkxMagicError, findings: Mapping[int, LookupResult]
) -> Envelope | OkxMagicError:
    """The answer as OKX would have given it, or the error that names the outcome."""
    items = items_of(request)
    states = {place: finding.state for place, finding in findings.items()}
    if not states or not _OPEN.isdisjoint(states.values()):
        return unknown(request, error, findings)
    if set(states.values()) == {"not done"} and len(states) == len(items):
        return not_done(request, error, findings)
    return answer_of(rows_of(request, error, findings), request)


def rows_of(
    request: Request, error: OkxMagicError | None, findings: Mapping[int, LookupResult]
) -> Rows:
    """The acknowledgement of each order, by its place: as OKX gave it in its refusal, or else from its
    look-up.
    """
    items = items_of(request)
    acks = acknowledged(error, len(items)) or [{}] * len(items)
    return {
        place: _row(request, item, findings[place], ack) if place in findings else dict(ack)
        for place, (item, ack) in enumerate(zip(items, acks, strict=True))
    }


def unknown(
    request: Request, error: OkxMagicError, findings: Mapping[int, LookupResult], known: str = ""
) -> OutcomeUnknown:
    """The error for what no look-up settled, with what is ``known``; of a batch it names those that are
    open.
    """
    items = items_of(request)
    left = tuple(
        item
        for place, item in enumerate(items)
        if place not in findings or findings[place].state in _OPEN
    )
    done = sum(finding.state == "done" for finding in findings.values())
    known += f"; {done} of {len(items)} were carried out" if done else ""
    seen = {
        str(each.row["state"]) for each in findings.values() if each.row and each.state == "open"
    }
    known += (
        f"; the order is {', '.join(sorted(seen))} now, and may yet be cancelled" if seen else ""
    )
    settles = settled_by(left) or shown_by(request)
    # Without an expTime a copy may be on its way for as long as its timestamp is good.
    later = _LATER.get(request.effect, "") if settles and expiry_of(request) is None else ""
    if any(item.amount for item in left):
        later = _BOOKED
    return OutcomeUnknown(
        f"{error.message}; it may have been carried out{known}",
        status=error.status if isinstance(error, TransportError | OkxError) else None,
        orders=tuple((item.inst_id, item.id) for item in left if item.id),
        settles=settles,
        remedy=lookups.remedy(left, request.path) + later,
        request=request,
    )


def in_ledger(error: OkxMagicError, *, written: bool) -> tuple[str, str]:
    """How the ledger names an error, and OKX's code."""
    if isinstance(error, OutcomeUnknown):
        return ledger.UNKNOWN, ""
    if isinstance(error, NotCarriedOut):
        return "not done", ""
    if isinstance(error, OkxError):
        return "partly done" if isinstance(error, PartlyRefused) else "refused", error.code
    return ledger.UNKNOWN if written else "not sent", ""


def interrupted(request: Request, account: str, outcome: str, message: str) -> Interrupted:
    """The error for Ctrl-C, with the ids of the orders, and what to ask or to look at."""
    items = items_of(request)
    asks = lookups.remedy(items, request.path)
    remedies = {"unknown": asks, "done": asks.replace("check before sending it again", "see it")}
    return Interrupted(
        message,
        outcome=outcome,
        request=request,
        account=account,
        orders=tuple((item.inst_id, item.id) for item in items if item.id),
        settles=settled_by(items) or shown_by(request),
        remedy=remedies.get(outcome, ""),
    )


def not_done(
    request: Request, error: OkxMagicError, findings: Mapping[int, LookupResult]
) -> OkxMagicError:
    """The error for what was looked up and not found to be done."""
    if already(error) and any(finding.older for finding in findings.values()):
        # The id belongs to an order that was there before: a refusal like any other.
        return error
    rows = [finding.row for finding in findings.values() if finding.row]
    states = {str(row.get("state", "as it was")) for row in rows}
    effect = request.effect
    what = "the order" if effect in _OF_ORDERS else "it"
    seen = f"{what} is {', '.join(sorted(states))}" if states else "a look-up shows no such order"
    return NotCarriedOut(
        f"{_NOT.get(effect, 'not carried out')}: {error.message}; {seen}",
        written=True,
        status=error.status if isinstance(error, TransportError | OkxError) else None,
        remedy="nothing was carried out: it is safe to run it again",
        request=request,
    )


def only(request: Request, places: Collection[int]) -> Request:
    """A batch with those of its orders alone that stand at ``places``.

    A cancel that is repeated does no harm to its order, but the order of a batch that is over by now
    would be refused, and a refusal would stand where it was carried out.
    """
    chosen = [order for place, order in enumerate(request.items) if place in places]
    return replace(request, body=json.dumps(chosen, separators=(",", ":"), ensure_ascii=False))


def answer_of(rows: Rows, request: Request) -> Envelope | OkxError:
    """What OKX would have said of all orders of ``request``; ``rows`` has an acknowledgement for each."""
    data = [dict(rows[place]) for place in sorted(rows)]
    refused = [row for row in data if row.get("sCode", "0") not in {"0", ""}]
    if not refused:
        return Envelope("0", "", data)
    kind = OkxError if len(refused) == len(data) else PartlyRefused
    return kind(
        "2",
        f"{len(refused)} of {len(data)} items refused or not carried out, by look-up",
        envelope=Envelope("2", "", data),
        items=tuple((str(row["sCode"]), str(row.get("sMsg", ""))) for row in refused),
        request=request,
    )


def _row(
    request: Request, item: Item, finding: LookupResult, ack: Mapping[str, Any]
) -> dict[str, Any]:
    """The acknowledgement of one order as OKX would have given it, from its look-up. One that was not
    carried out keeps the code that OKX gave, or that of the look-up.
    """
    names = request.endpoint.fields if request.endpoint else ()
    found = finding.row or {}
    row = {name: str(found.get(name, item.wanted.get(name, ""))) for name in names}
    if "ts" in row:
        row["ts"] = str(found.get("uTime", ""))
    if finding.state == "done":
        return row | {"sCode": _DONE, "sMsg": ""}
    code = ack.get("sCode")
    return row | {"sCode": code or lookups.NOT_FOUND, "sMsg": "not carried out, by look-up"}
