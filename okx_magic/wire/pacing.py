"""Keeps within OKX's limits by waiting before a request, so that none is refused with 50011.

Requests do not all travel equally long: two windows' worth can arrive in one. All that is certain is that
a request arrived between its sending and its answer. So a place in a window is free again only when the
answer to its last request has been here for ``seconds``. That costs a round trip in each window. Writes
pay it: a refusal may be final. Reads, which many pages need soon, count on a part of the shortest round
trip seen; should all have been late alike, one may be refused, is sent again, and nothing is counted on.

What counts together (OKX docs, Overview, Rate Limits): public endpoints count per IP, private ones per
user, some of both also per instrument, family and the like; batches count their orders.
"""

from __future__ import annotations

import heapq
import math
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

from okx_magic import catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.catalogue import Limit
    from okx_magic.model import Request

OnWait = Callable[[float, "Limit"], None]

# A wait that a person would notice, in seconds.
WORTH_TELLING: Final = 0.5
# Timers and threads are not exact.
_MARGIN: Final = 0.005
# Of the shortest round trip seen, a part: machine, network or exchange may have been busy from the start.
# Less where they differ; nothing until as many were seen one after the other, as all at a time are late.
_TRUSTED: Final = 0.5
_APART: Final = 2
# The clock's own steps.
_TICK: Final = 1e-6
# As many of the last as say how much they differ.
_LATEST: Final = 64

# The parameters in which a request names what each part of a scope counts apart.
_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "instrument": ("instId",),
        "family": ("instFamily", "uly"),
        "instType": ("instType",),
        "currency": ("ccy",),
        "tag": ("tag",),
        "instidcode": ("instIdCode",),
    }
)
# BTC-USD-250328-100000-C
_PARTS_OF_AN_OPTION: Final = 5
_ORDERS: Final = "orders"


@dataclass(frozen=True, slots=True)
class Claim:
    """``count`` of the ``limit`` whose uses are counted together under ``key``, at this ``host``."""

    key: tuple[str, ...]
    limit: Limit
    count: int
    host: str = ""

    @property
    def certain(self) -> bool:
        """Whether a refusal must not be risked: the key of a write begins with its method."""
        return self.key[0] == "POST"


class Pacer:
    """The windows of all limits that the sessions sharing this pacer count against. Thread-safe.

    ``on_wait`` is told the seconds and the limit of a wait that a person would notice, in the thread
    that waits. ``clock`` is monotonic, in seconds; ``sleep`` waits for a number of them.
    """

    def __init__(
        self,
        *,
        on_wait: OnWait | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._on_wait = on_wait
        self._clock = clock
        self._sleep = sleep
        self._windows: dict[tuple[str, ...], _Window] = {}
        self._travels: dict[str, _Travels] = {}

    def turn(self, claims: Sequence[Claim], sleep: Callable[[float], None] | None = None) -> Turn:
        """Wait until a request that makes these claims may leave; send it inside of the turn.

        ``sleep`` waits in place of the pacer's own, and nobody is told; to give up, it raises. Claims
        come in the order of their keys: if each took two windows in an order of its own, two
        requests could wait for each other.
        """
        turn = Turn(self._clock, [self._travels_to(claim.host) for claim in claims[:1]])
        try:
            for claim in claims:
                window = self._window(claim)
                taken = window.take(claim.count)
                turn.holds.append((window, taken))
                # Looked at again after each sleep: a shorter round trip, seen meanwhile, means
                # waiting longer.
                while (seconds := window.free_at(taken) - self._clock()) > 0:
                    if sleep is None:
                        self._tell_and_sleep(claim.limit, seconds)
                    else:
                        sleep(seconds)
        except BaseException:
            turn.give_up()
            raise
        return turn

    def refused(self, host: str) -> None:
        """OKX refused a request for a limit all the same: count on no round trip until more are seen."""
        self._travels_to(host).forget()

    def after_fork(self) -> None:
        """Begin anew in a forked child: what its parent's threads held would never be given back."""
        self._windows = {}
        self._travels = {}

    def _tell_and_sleep(self, limit: Limit, seconds: float) -> None:
        if self._on_wait is not None and seconds > WORTH_TELLING:
            self._on_wait(seconds, limit)
        self._sleep(seconds)

    def _window(self, claim: Claim) -> _Window:
        window = self._windows.get(claim.key)
        if window is None:
            # Of two that are made at the same time, both get the one that is kept.
            travels = _Travels() if claim.certain else self._travels_to(claim.host)
            made = _Window(claim.limit, travels)
            window = self._windows.setdefault(claim.key, made)
        return window

    def _travels_to(self, host: str) -> _Travels:
        return self._travels.get(host) or self._travels.setdefault(host, _Travels())


class Turn:
    """One request on its way; a context manager around its sending.

    The sender sets ``round_trip``: the seconds from its first byte to its answer, without the
    time for connecting, which later requests do not take again. ``holds`` are its places.
    """

    __slots__ = ("_clock", "_travels", "holds", "round_trip")

    def __init__(self, clock: Callable[[], float], travels: Sequence[_Travels]) -> None:
        self._clock = clock
        # Of the one host, if anything is known of its limits.
        self._travels = travels
        self.holds: list[tuple[_Window, list[float]]] = []
        self.round_trip = math.inf

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        now = self._clock()
        for travels in self._travels:
            travels.note(self.round_trip, now)
        for window, taken in self.holds:
            window.give_back([now] * len(taken))

    def give_up(self) -> None:
        """Leave the places as they were."""
        for window, taken in self.holds:
            window.give_back(taken)


class _Travels:
    """The round trips to a host, whatever was asked: those of a log-in, one after the other, say more
    of the quickest possible than those of many at once.
    """

    def __init__(self) -> None:
        self._shortest = math.inf
        self._latest: deque[float] = deque(maxlen=_LATEST)
        # How often one began after an earlier one was over, and when the last such was over.
        self._apart, self._over = 0, -math.inf
        self._lock = threading.Lock()
        # What of a round trip is counted on, in seconds.
        self.trusted = 0.0

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._shortest, self._apart, self.trusted = math.inf, 0, 0.0
            self._latest.clear()

    def note(self, round_trip: float, now: float) -> None:
        """One that was over just ``now``; infinite if no answer came."""
        if math.isinf(round_trip):
            return
        with self._lock:
            if now - round_trip > self._over - _TICK:
                self._apart, self._over = self._apart + 1, now
            self._latest.append(round_trip)
            self._shortest = min(self._shortest, round_trip)
            # On a busy machine they differ: by what the middle one exceeds the shortest, the shortest
            # may exceed the quickest possible.
            middle = sorted(self._latest)[len(self._latest) // 2]
            excess = middle - self._shortest
            part = _TRUSTED if self._apart >= _APART else 0.0
            self.trusted = max(0.0, min(self._shortest * part, self._shortest - excess))


class _Window:
    """The places of one limit. A place out of use remembers when its last answer came."""

    def __init__(self, limit: Limit, travels: _Travels) -> None:
        self._limit = limit
        self._travels = travels
        self._answered = [-math.inf] * limit.requests
        self._changed = threading.Condition()

    def take(self, count: int) -> list[float]:
        """Places out of use, as many as there can be, each as the time of its last answer: the
        longest unused first. Waits for requests on their way where there are too few.
        """
        count = min(count, self._limit.requests)
        with self._changed:
            while len(self._answered) < count:
                self._changed.wait()
            return [heapq.heappop(self._answered) for _ in range(count)]

    def free_at(self, taken: Sequence[float]) -> float:
        """When places that were taken may be used."""
        return taken[-1] + self._limit.seconds + _MARGIN - self._travels.trusted

    def give_back(self, times: Sequence[float]) -> None:
        """Places go out of use, with the times of their last answers."""
        with self._changed:
            for each in times:
                heapq.heappush(self._answered, each)
            self._changed.notify_all()


def claims(request: Request, *, base_url: str, user: str) -> tuple[Claim, ...]:
    """What a request counts against, in the order of the keys; nothing where no limit is known.

    A user is everybody with the same ``user`` text at the same ``base_url``. A batch across instruments
    counts against each of them.
    """
    endpoint = request.endpoint
    if endpoint is None or endpoint.limit is None:
        return ()
    path, limit = request.path, endpoint.limit
    by_user = endpoint.private and not limit.scope.startswith("ip")
    who = (base_url, user if by_user else "")
    if not _looks_inside(limit):
        return (Claim((request.method, path, *who), limit, 1, base_url),)
    items: Sequence[Mapping[str, Any]] = request.items or ({},)
    if request.method == "GET":
        items = (dict(request.query),)
    if limit.unit == _ORDERS and len(items) == 1:
        # A batch of one order counts as that order.
        single = catalogue.endpoint(request.method, path.replace("batch-orders", "order"))
        if single is not None and single.limit is not None:
            path, limit = single.path, single.limit
    counts = Counter((request.method, path, *who, *_values(item, limit)) for item in items)
    if limit.unit != _ORDERS:
        counts = Counter(counts.keys())
    return tuple(Claim(key, limit, count, base_url) for key, count in sorted(counts.items()))


def _looks_inside(limit: Limit) -> bool:
    """Whether what a request asks for makes a difference to how it counts."""
    return "+" in limit.scope or limit.scope in _PARAMETERS or limit.unit == _ORDERS


def _values(item: Mapping[str, Any], limit: Limit) -> list[str]:
    """The values that set one use of a limit apart from another."""
    family = _family_of_option(item) if limit.options_scope else ""
    if family:
        return [family]
    return [
        next((str(item[name]) for name in _PARAMETERS[part] if item.get(name)), "")
        for part in limit.scope.split("+")
        if part in _PARAMETERS
    ]


def _family_of_option(item: Mapping[str, Any]) -> str:
    """``BTC-USD`` of ``BTC-USD-250328-100000-C``; "" for what is no option."""
    parts = str(item.get("instId", "")).split("-")
    return "-".join(parts[:2]) if len(parts) == _PARTS_OF_AN_OPTION else ""
