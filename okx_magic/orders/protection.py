"""Whether an order that stands has what was attached to it: its stop, its take-profit.

OKX takes an order whose stop it may refuse later: what is attached becomes an algo order only when the
order is filled, under the ``attachAlgoClOrdId`` that it was given, and a refusal then stands in the order
as ``failCode`` (OKX docs: Order Book Trading, Trade, Place order and Order details). So each order that
was taken, or given a stop by an amendment, is looked at once more, and if it is filled, its stop is, too.

Tested in ``tests/reliability/test_position_without_stop.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from okx_magic.errors import OkxMagicError
from okx_magic.model import Request
from okx_magic.orders.amendments import ATTACHED_IDS, attaching, has_triggers, same_attached
from okx_magic.orders.items import ATTACHED_ID, attached_to
from okx_magic.orders.new_stop import new_stop, noun_of
from okx_magic.orders.reconcile import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from okx_magic.model import Envelope
    from okx_magic.orders.reconcile import Ask
    from okx_magic.wire.retry import Timing

_ORDER: Final = "/api/v5/trade/order"
_ALGO: Final = "/api/v5/trade/order-algo"
_SECONDS: Final = 3.0
# When to look again for what a look-up did not show, in seconds after the look before.
_LOOKS: Final = (0.0, 0.3, 0.8, 1.8)
_NOTHING_SAID: Final = (None, "", "0")
_CANCELED: Final = frozenset({"canceled", "mmp_canceled"})
_OVER: Final = _CANCELED | {"filled"}
_RESTING: Final = frozenset({"limit", "post_only", "mmp", "mmp_and_post_only"})
_GONE: Final = frozenset({"canceled", "order_failed", "partially_failed"})


@dataclass(frozen=True, slots=True)
class Unprotected:
    """An order that stands without what was attached to it: ``text`` says what and why, ``sets`` is the
    request that makes up for it, None where nobody can tell whether it is there.
    """

    text: str
    sets: Request | None


def unprotected(
    request: Request, envelope: Envelope, ask: Ask, timing: Timing
) -> tuple[Unprotected, ...]:
    """What was attached to the orders of ``request`` that OKX took, and is not there. Asks only where
    something was attached.
    """
    amends = request.effect == "amend"
    items = [attaching(each) if amends else each for each in request.items]
    if not (amends or request.effect == "order") or not any(map(attached_to, items)):
        return ()
    return tuple(
        each
        for wanted, ack in zip(items, envelope.data, strict=False)
        if ack.get("sCode", "0") in ("0", "") and ack.get("ordId")
        for each in _Parent(wanted, str(ack["ordId"]), ask, timing, amends=amends).lacks()
    )


class _Parent:
    """One order that was taken, or that one ``amends``: as it was ``wanted``, and as look-ups show it."""

    def __init__(
        self, wanted: Mapping[str, Any], ord_id: str, ask: Ask, timing: Timing, *, amends: bool
    ) -> None:
        self._wanted = wanted
        self._amends = amends
        self._ask = ask
        self._timing = timing
        self._question = _get(_ORDER, instId=str(wanted.get("instId", "")), ordId=ord_id)
        self._ord_id = ord_id

    @property
    def _name(self) -> str:
        side, inst_id = self._wanted.get("side"), self._wanted.get("instId")
        return f"{side or 'order'} {inst_id}, ordId {self._ord_id}"

    def lacks(self) -> Iterator[Unprotected]:
        """What is missing of its attachments."""
        attachments = attached_to(self._wanted)
        if not attachments:
            return
        try:
            row = self._seen(self._question, self._is_settled)
        except OkxMagicError as error:
            yield self._untold(attachments[0], self._question, error)
            return
        if self._amends:
            # It says little of its order.
            self._wanted = {**row, **self._wanted}
        for place, attachment in enumerate(attachments):
            shown = _shown(row, place, attachment) or {}
            client_id = str(attachment.get(ATTACHED_ID) or shown.get(ATTACHED_ID) or "")
            question = _get(_ALGO, algoClOrdId=client_id)
            try:
                why = _refusal(row, place, attachment)
                if not why and self._amends and shown and not has_triggers(shown, attachment):
                    why = "is not in the order"
                # Without an id, as it was typed, there is nothing to ask for.
                if not why and _has_position(row) and client_id:
                    why = _gone(self._seen(question, bool))
            except OkxMagicError as error:
                yield self._untold(attachment, question, error)
                continue
            if why:
                noun = noun_of(attachment)
                stands = f"{self._name}, is {row.get('state')}, filled {row.get('accFillSz') or 0}"
                text = f"position without a {noun}: {stands}; its {noun} {why}"
                yield Unprotected(text, new_stop(self._wanted, row, attachment))

    def _untold(
        self, attachment: Mapping[str, Any], question: Request, error: OkxMagicError
    ) -> Unprotected:
        noun, asks = noun_of(attachment), f"GET {question.target}"
        text = f"nobody can tell whether {self._name}, has its {noun} ({error.message})"
        return Unprotected(f"{text}: {asks} shows it", None)

    def _seen(
        self, question: Request, enough: Callable[[Mapping[str, Any]], bool]
    ) -> Mapping[str, Any]:
        """What the look-ups show, {} where they show nothing. Raises the error of the last look."""
        row: Mapping[str, Any] = {}
        error: OkxMagicError | None = None
        for wait in _LOOKS:
            self._timing.sleep(wait)
            try:
                row, error = look(self._ask, question, _SECONDS) or {}, None
            except OkxMagicError as failed:
                error = failed
            if error is None and row and enough(row):
                break
        if error is not None:
            raise error
        return row

    def _is_settled(self, row: Mapping[str, Any]) -> bool:
        """Whether an order that never rests has ended, or one that does has what an amendment gave it."""
        if self._amends and row.get("state") not in _OVER:
            wanted = enumerate(attached_to(self._wanted))
            return all(has_triggers(_shown(row, at, each) or {}, each) for at, each in wanted)
        return self._wanted.get("ordType") in _RESTING or row.get("state") in _OVER


def _get(path: str, **query: str) -> Request:
    return Request("GET", f"{path}?{urlencode(query)}")


def _refusal(row: Mapping[str, Any], place: int, attachment: Mapping[str, Any]) -> str:
    """Why an order does not have what was attached, by the order itself; "" where it has it, or where
    there is nothing to protect.
    """
    if row.get("state") in _CANCELED and not _has_position(row):
        return ""
    shown = _shown(row, place, attachment)
    if shown is None:
        return "" if _has_position(row) else "is not in the order"
    if shown.get("failCode") in _NOTHING_SAID:
        return ""
    return f"was refused: {shown['failCode']} {shown.get('failReason') or ''}".rstrip()


def _has_position(row: Mapping[str, Any]) -> bool:
    """Whether an order is over, and has brought something: all of it, or a part before it ended."""
    filled = row.get("accFillSz") not in _NOTHING_SAID
    return row.get("state") == "filled" or (row.get("state") in _CANCELED and filled)


def _gone(algo: Mapping[str, Any]) -> str:
    """Why there is no algo order of what was attached to a filled one; "" where there is."""
    if not algo:
        return "is not there"
    if algo.get("state") not in _GONE:
        return ""
    return f"is {algo['state']} {algo.get('failCode') or ''}".rstrip()


def _shown(
    row: Mapping[str, Any], place: int, attachment: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    shown = attached_to(row)
    if any(map(attachment.get, ATTACHED_IDS)):
        return next((each for each in shown if same_attached(each, attachment)), None)
    return shown[place] if place < len(shown) else None
