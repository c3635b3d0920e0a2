"""The kill switch at work: cancel all that is open, arm OKX's own timer, look until nothing is open.

Covers the orders of the order book and the algo orders, of which it sees that none is left; and spread
orders, quotes and RFQs, which OKX takes back all at once where an account has them. Bots are not
touched: to stop one may sell what it holds, which is for a person to decide. OKX docs: Order Book
Trading, Trade and Algo Trading; Spread Trading; Block Trading.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import OkxError, OkxMagicError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from okx_magic.model import Envelope

SECONDS: Final = 20.0
_PAUSE: Final = 0.5
# For one list or cancel; a longer silence is better spent asking again.
_LOOK_SECONDS: Final = 3.0
_PAGE: Final = 100
# cancel-all-after takes 10 to 120 s; 0 would switch it off.
_TIMER: Final = "10"
_ALGO_TYPES: Final = (
    "conditional",
    "oco",
    "trigger",
    "move_order_stop",
    "iceberg",
    "twap",
    "chase",
    "smart_iceberg",
)

# What the sandbox, or demo trading, does not have.
_NOT_HERE: Final = frozenset({"50038", "404"})


@dataclass(frozen=True, slots=True)
class _Sort:
    """One sort of orders: where they are listed, and how many a cancel takes."""

    noun: str
    id: str
    listing: str
    cancel: str
    at_once: int
    types: tuple[str, ...]


_ORDERS: Final = _Sort(
    "order",
    "ordId",
    "/api/v5/trade/orders-pending",
    "/api/v5/trade/cancel-batch-orders",
    20,
    ("",),
)
_ALGOS: Final = _Sort(
    "algo order",
    "algoId",
    "/api/v5/trade/orders-algo-pending",
    "/api/v5/trade/cancel-algos",
    10,
    _ALGO_TYPES,
)
_SINGLE_CANCEL: Final = "/api/v5/trade/cancel-order"
# What OKX takes back in one request, whether there is any or not.
_AT_ONCE: Final = (
    ("spread orders", "/api/v5/sprd/mass-cancel"),
    ("quotes", "/api/v5/rfq/cancel-all-quotes"),
    ("RFQs", "/api/v5/rfq/cancel-all-rfqs"),
)


@dataclass(frozen=True, slots=True)
class Killed:
    """How it ended: how many orders were found open, the ids of those that still were when the time
    was over, how long it took, and what was in the way last, "" if nothing. ``algos`` are the algo orders
    that were found, as OKX listed them.
    """

    found: int
    left: tuple[str, ...]
    seconds: float
    trouble: str
    algos: tuple[dict[str, Any], ...] = ()

    @property
    def done(self) -> bool:
        """Whether OKX said that nothing is open."""
        return not self.left and not self.trouble


class Killer:
    """Cancels all open orders of one account. ``look`` sends a GET once, and ``cancel`` what only takes
    back, each within that many seconds; ``tell`` gets each step in a line.
    """

    def __init__(
        self,
        look: Callable[[Request, float], Envelope],
        cancel: Callable[[Request, float], None],
        tell: Callable[[str], None],
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._cancel = cancel
        self._tell = tell
        self._sleep = sleep
        self._monotonic = monotonic
        self._sorts = [_ORDERS, _ALGOS]
        self._found: set[str] = set()
        self._algos: dict[str, dict[str, Any]] = {}
        self._batches = True
        self._timer = True
        self._at_once = list(_AT_ONCE)

    def run(self) -> Killed:
        """Round after round until nothing is open, for 20 s at most. What fails is tried again in the
        next round: only the exchange's word that nothing is open counts.
        """
        started = self._monotonic()
        left: tuple[str, ...] = ()
        while True:
            trouble = ""
            try:
                left = self._round()
            except OkxMagicError as error:
                trouble = error.message
                self._tell(f"trouble: {trouble}")
            self._arm_timer()
            # Last, so that an account that has none of it loses no time over it.
            trouble = trouble or self._take_back_at_once()
            seconds = self._monotonic() - started
            if not (left or trouble) or seconds >= SECONDS:
                algos = tuple(self._algos.values())
                return Killed(len(self._found), left, seconds, trouble, algos)
            self._sleep(_PAUSE)

    def _round(self) -> tuple[str, ...]:
        """Cancel what is open; returns the ids of all that was."""
        seen: list[str] = []
        for sort in tuple(self._sorts):
            rows = self._open(sort)
            ids = [str(row.get(sort.id, "")) for row in rows]
            new = len(set(ids) - self._found)
            if sort is _ALGOS:
                self._algos |= zip(ids, rows, strict=True)
            self._found.update(ids)
            seen += ids
            if new:
                self._tell(f"{new} open {sort.noun}{'s' if new > 1 else ''}: cancelling")
            for some in _chunks(rows, sort.at_once):
                self._cancel_orders(sort, some)
        return tuple(seen)

    def _open(self, sort: _Sort) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for ord_type in sort.types:
            chosen = f"&ordType={ord_type}" if ord_type else ""
            try:
                rows += self._pages(sort, chosen)
            except OkxError as refusal:
                # Of a sort that this exchange does not have, nothing is open.
                if sort is _ORDERS or refusal.code not in _NOT_HERE:
                    raise
                self._sorts.remove(sort)
                self._tell(f"no {sort.noun}s here: {refusal.message}")
                break
        return rows

    def _pages(self, sort: _Sort, chosen: str) -> Iterator[dict[str, Any]]:
        after = ""
        while True:
            request = Request("GET", f"{sort.listing}?limit={_PAGE}{chosen}{after}")
            data = self._look(request, _LOOK_SECONDS).data
            yield from data
            if len(data) < _PAGE:
                return
            after = f"&after={data[-1][sort.id]}"

    def _cancel_orders(self, sort: _Sort, rows: Sequence[dict[str, Any]]) -> None:
        orders = [{"instId": row["instId"], sort.id: row[sort.id]} for row in rows]
        if self._batches or sort is _ALGOS:
            try:
                self._post(sort.cancel, orders)
            except OkxError as refusal:
                # Refused items are over by themselves, or still there in the next round.
                if refusal.items or sort is _ALGOS:
                    return
                self._batches = False
                self._tell(f"batch cancels are not available here ({refusal.message}): one by one")
            else:
                return
        for order in orders:
            try:
                self._post(_SINGLE_CANCEL, order)
            except OkxError:
                continue  # as above

    def _take_back_at_once(self) -> str:
        """Spread orders, quotes and RFQs; what was in the way, "" if nothing. A refusal is no failure:
        most accounts have none of them.
        """
        done, refused, none, trouble = list[str](), dict[str, list[str]](), list[str](), ""
        for noun, path in tuple(self._at_once):
            try:
                self._post(path, {})
            except OkxError as refusal:
                nouns = (
                    none if refusal.code in _NOT_HERE else refused.setdefault(refusal.message, [])
                )
                nouns.append(noun)
            except OkxMagicError as error:
                trouble = f"{noun}: {error.message}"
                continue
            else:
                done.append(noun)
            self._at_once.remove((noun, path))
        if done:
            self._tell(f"taken back: all {', '.join(done)}")
        if none:
            self._tell(f"no {', '.join(none)} here: nothing of them to take back")
        for message, nouns in refused.items():
            self._tell(f"{', '.join(nouns)} are not available ({message}): left as they are")
        return trouble

    def _arm_timer(self) -> None:
        """OKX cancels again by itself in 10 s, so that an order which was under way goes as well."""
        if not self._timer:
            return
        try:
            self._post("/api/v5/trade/cancel-all-after", {"timeOut": _TIMER})
        except OkxError as refusal:
            self._tell(f"cancel-all-after is not available ({refusal.message}): skipped")
        except OkxMagicError as error:
            self._tell(f"cancel-all-after: {error.message}")
            return
        else:
            self._tell(f"OKX cancels all again in {_TIMER} s")
        self._timer = False

    def _post(self, path: str, body: Any) -> None:
        text = json.dumps(body, separators=(",", ":"))
        self._cancel(Request("POST", path, text), _LOOK_SECONDS)


def _chunks(rows: list[dict[str, Any]], size: int) -> Iterable[list[dict[str, Any]]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
