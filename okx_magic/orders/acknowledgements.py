"""Whether an answer to what changes something is about it, and says what became of each part. Pure.

An answer that does not is as good as lost: one that was left on a kept connection, an empty one, half of
a batch. Taking it for a success or for a refusal would be a guess.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import TransportError
from okx_magic.orders.items import same
from okx_magic.orders.lookups import TIMER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Envelope, Request
    from okx_magic.orders.items import Item

# What OKX names a thing by that it has taken.
_GIVEN: Final = ("ordId", "algoId", "transId", "wdId")
# Ids that an answer repeats.
_REPEATED: Final = ("ordId", "algoId", "clOrdId", "algoClOrdId", "clientId")
_ENVELOPE_CODES: Final = frozenset({"0", "1", "2"})
_TAKEN: Final = frozenset({"0", ""})
_NO_VALUE: Final = ("", None)
# The endpoints whose docs were read.
_READ: Final = "documented"
# The docs' examples of timers have times in seconds.
_TIMER_SECONDS: Final = 2
_MILLISECONDS: Final = 10**11
# Fields that many answers have, whatever they are about.
_SAYS_LITTLE: Final = frozenset({"ts", "tag", "sCode", "sMsg", "subCode"})


def check_acknowledged(items: Sequence[Item], request: Request, envelope: Envelope) -> None:
    """Raise TransportError where an answer, of success or of refusal, leaves open what became of the
    request and its ``items``: there are not as many acknowledgements as orders, one lacks the id that
    OKX gives, or names another order, or the code says one thing and the items another.
    """
    endpoint = request.endpoint
    if endpoint is None or request.effect == "read":
        return
    reason = _misfit(endpoint, items, envelope)
    if reason:
        raise TransportError(
            f"{reason} (HTTP {envelope.status})",
            written=True,
            status=envelope.status,
            request=request,
        )


def _misfit(endpoint: Endpoint, items: Sequence[Item], envelope: Envelope) -> str:
    """Why the answer does not fit, or "" where it does."""
    rows, by_item = envelope.data, "sCode" in endpoint.fields
    # A refusal of the whole, with a code of its own, has no items or any.
    whole = envelope.code not in _ENVELOPE_CODES or (envelope.code != "0" and not by_item)
    if whole or not isinstance(rows, list):
        return ""
    given = [name for name in _GIVEN if name in endpoint.fields]
    if not endpoint.fields and (not rows or endpoint.status != _READ):
        # The docs of a few have an answer without a row.
        return ""
    if not rows:
        return "the answer names no order" if by_item or given else "the answer is empty"
    if not all(_is_of(row, endpoint) for row in rows):
        return "the answer is to another request"
    uneven = _uneven(endpoint, items, envelope, given) if by_item or given else ""
    if uneven or len(items) not in (1, len(rows)):
        return uneven
    if len(items) == 1:
        # Whatever else stands there beside it must be about it, too.
        items = [*items] * len(rows)
    strange = (_disagrees(*pair, endpoint) for pair in zip(items, rows, strict=True))
    return next(filter(None, strange), "")


def _is_of(row: Any, endpoint: Endpoint) -> bool:
    """Whether a row is one of this endpoint's: it has its fields, not those of another."""
    if not isinstance(row, dict):
        return False
    ours = row.keys() & set(endpoint.fields)
    telling = ours - _SAYS_LITTLE or set(endpoint.fields) <= _SAYS_LITTLE
    if all(row[name] in _NO_VALUE for name in ours):
        return False
    return bool(ours and telling) and len(row.keys() - ours) <= len(ours)


def _disagrees(item: Item, row: dict[str, Any], endpoint: Endpoint) -> str:
    """Why an answer is none to this item: a field that both have differs, or it repeats none of those
    that OKX documents to be repeated. "" where it agrees.
    """
    if row.get("sCode", "") not in _TAKEN:
        return ""  # a refusal may leave all of them out
    if "result" in endpoint.fields and row.get("result") in (*_NO_VALUE, False, "false"):
        return "the answer does not say that it was done"
    if endpoint.path.endswith(TIMER) and not _is_armed(item, row):
        return "the answer is about another timer"
    shared = {
        name: wanted
        for name, wanted in item.wanted.items()
        if name in endpoint.fields and name not in _SAYS_LITTLE and _plain_values(wanted)
    }
    told = {name: row[name] for name in shared if row.get(name) not in (None, "")}
    if any(not _agrees(value, shared[name]) for name, value in told.items()):
        return "the answer is about another request"
    return "" if told or not shared else f"the answer has no {next(iter(shared))}"


def _is_armed(item: Item, row: dict[str, Any]) -> bool:
    """Whether OKX's timer is set to what was asked for: that many seconds from then, or off."""
    try:
        seconds = int(item.wanted["timeOut"])
        ends, began = int(row["triggerTime"]), int(row["ts"])
    except (KeyError, ValueError, TypeError):
        return False
    unit = 1000 if began > _MILLISECONDS else 1
    armed = abs(ends - began - seconds * unit) <= _TIMER_SECONDS * unit
    return ends == 0 if seconds == 0 else armed


def _agrees(told: Any, wanted: Any) -> bool:
    """Whether an answer's value is what was asked for, or one of it: the rows of a list are apart."""
    asked = _plain_values(wanted)
    return all(any(same(value, each) for each in asked) for value in _plain_values(told))


def _plain_values(value: Any) -> list[Any]:
    """A value that can be compared, or those of a list; none of what is nested."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str | int | Decimal) and each != ""]


def _uneven(
    endpoint: Endpoint, items: Sequence[Item], envelope: Envelope, given: Sequence[str]
) -> str:
    """Why acknowledgements do not fit the orders, or "" where they do."""
    rows = envelope.data
    if len(rows) != len(items):
        return f"the answer names {len(rows)} of {len(items)} orders"
    if "sCode" in endpoint.fields and envelope.code != "0" and not any(map(_refuses, rows)):
        return f"code {envelope.code} came without an item that was refused"
    strange = (_strange(*pair, endpoint, given) for pair in zip(items, rows, strict=True))
    return next(filter(None, strange), "")


def _is_of_another(item: Item, row: dict[str, Any], endpoint: Endpoint) -> bool:
    """Whether an acknowledgement has another id than was given, or one where a new order has none."""
    for name in _REPEATED:
        wanted, told = item.wanted.get(name), row.get(name)
        if wanted and told and str(told) != str(wanted):
            return True
    field = endpoint.client_id if endpoint.effect == "order" else None
    return bool(field and row.get(field) and not item.wanted.get(field))


def _refuses(row: dict[str, Any]) -> bool:
    return row.get("sCode", "") not in _TAKEN


def _strange(item: Item, row: dict[str, Any], endpoint: Endpoint, given: Sequence[str]) -> str:
    """Why an acknowledgement is none of this item, or "" where it is."""
    if _is_of_another(item, row, endpoint):
        return "the answer is about another order"
    # Where there is nothing to look up, half an acknowledgement is more than none.
    if "sCode" in endpoint.fields and "sCode" not in row and item.look_up:
        return "an item has no sCode"
    code = row.get("sCode", "")
    if not isinstance(code, str) or not (code or "0").isdecimal():
        return "an item's sCode is not a text of digits"
    if code not in _TAKEN:
        return ""
    if given and not any(map(row.get, given)):
        return f"the answer has no {given[0]}"
    # What has an id of the person's, or of ours, is acknowledged by it.
    named = item.id_field in endpoint.fields and item.id
    return f"the answer has no {item.id_field}" if named and not row.get(item.id_field) else ""
