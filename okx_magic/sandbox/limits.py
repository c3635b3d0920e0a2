"""OKX's rate limits: so many requests, or orders, in any so many seconds, counted as they arrive.

OKX docs, Overview, Rate Limits: public endpoints count per address, private ones per account, some
also per instrument, family and the like. A batch counts its orders, and one of a single order as
that order. Besides, an account may send 1,000 new and amended orders in two seconds.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from okx_magic.catalogue import Endpoint, Limit, endpoints
from okx_magic.sandbox.replies import refuse_if

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from okx_magic.sandbox.params import Params

_ACCOUNT_LIMIT = Limit(1000, 2, "user", "orders")
_COUNTED = frozenset({"order", "batch-orders", "amend-order", "amend-batch-orders"})
# Which parameter tells apart what a scope counts apart.
_PARAMETERS: Mapping[str, str] = {
    "instrument": "instId",
    "family": "instFamily",
    "instType": "instType",
    "currency": "ccy",
    "tag": "tag",
    "instidcode": "instIdCode",
}
_FEW = 1000
_DAY = 86_400

Key = tuple[str, ...]


@dataclass(slots=True)
class _Window:
    """When what counts against ``limit`` arrived, oldest first."""

    limit: Limit
    times: deque[float] = field(default_factory=deque)

    def room(self, now: float) -> int:
        """How many more may arrive at ``now``."""
        # A clock that was set back must not keep anybody waiting.
        if self.times and self.times[-1] > now + self.limit.seconds:
            self.times.clear()
        while self.times and self.times[0] <= now - self.limit.seconds:
            self.times.popleft()
        return self.limit.requests - len(self.times)


class Limits:
    """What has arrived lately; not more of it than there is a limit for, unless they are not
    ``kept``.
    """

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept
        self._windows: dict[Key, _Window] = {}
        # So many there are before those that have passed are thrown away.
        self._most = _FEW

    def admit(self, limit: Limit, key: Key, now: float) -> bool:
        """Whether ``key`` may be there once more; then it is counted."""
        return not self._refused([("50011", key, limit, 1)], now)

    def _refused(self, claims: Iterable[tuple[str, Key, Limit, int]], now: float) -> str:
        # The code of the first that has no room; where all have some they are counted.
        if not self.kept:
            return ""
        self._tidy(now)
        taken = []
        for code, key, limit, uses in claims:
            window = self._windows.setdefault(key, _Window(limit))
            if window.room(now) < uses:
                return code
            taken.append((window, uses))
        for window, uses in taken:
            window.times.extend([now] * uses)
        return ""

    def _tidy(self, now: float) -> None:
        if len(self._windows) > self._most:
            self._windows = {
                key: window
                for key, window in self._windows.items()
                if window.room(now) < window.limit.requests
            }
            self._most = 2 * len(self._windows) + _FEW

    def count(
        self, known: Endpoint, owner: str, address: str, items: Sequence[Params], now: float
    ) -> None:
        """Counts a request for ``known`` with these parameters (of each order, in a batch) by the
        account of ``owner`` from ``address``. One too many is refused with 50011 or, for all
        orders of the account, with 50061, and does not count.
        """
        code = self._refused(_claims(known, owner, address, items), now)
        refuse_if(code, code)


def _claims(
    known: Endpoint, owner: str, address: str, items: Sequence[Params]
) -> Iterator[tuple[str, Key, Limit, int]]:
    by_order = known.limit is not None and known.limit.unit == "orders"
    if by_order and len(items) == 1:
        known = endpoints()[known.method, known.path.replace("batch-orders", "order")]
    limit = known.limit
    # What is counted by the day (play money) is counted by what gives it: not every request counts.
    if limit is not None and limit.seconds < _DAY:
        who = owner if known.private and not limit.scope.startswith("ip") else address
        uses = Counter((known.method, known.path, who, *_apart(item, limit)) for item in items)
        for key, number in uses.items():
            yield "50011", key, limit, number if limit.unit == "orders" else 1
    if known.method == "POST" and known.path.rpartition("/trade/")[2] in _COUNTED:
        yield "50061", ("orders", owner), _ACCOUNT_LIMIT, len(items)


def _apart(item: Params, limit: Limit) -> Iterator[str]:
    # BTC-USD-250328-100000-C: options count by their family.
    parts = item.get("instId", "").split("-")
    if limit.options_scope and len(parts) == 5:
        yield "-".join(parts[:2])
        return
    for part in limit.scope.split("+"):
        if part in _PARAMETERS:
            yield item.get(_PARAMETERS[part], "")
