"""What may be done after a failure: a table, the few numbers around it, and what the requests of a
connection share, so that a storm of failures does not become a storm of retries.

A failure is classed by what was written and by what OKX said, never by the class of an exception: the
same "connection error" stands for an order that never left and for one that was booked. ``clOrdId`` is
no idempotency key (OKX refuses a repeated one only while the first order is open), so an order
that may have been taken is never sent again: it is looked up.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from okx_magic import catalogue
from okx_magic.errors import OkxError, OkxMagicError, PartlyRefused, TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from okx_magic.catalogue import Effect
    from okx_magic.model import Request

Heard = Literal["not sent", "no reply", "throttled", "clock", "refused", "doubtful"]
Action = Literal["stop", "again", "resync", "look up", "read back"]

# For these OKX does not say whether the request was carried out; their HTTP statuses (503, 400,
# 429, 500, 500, 500, 200, 500) do not tell either. OKX docs: Error Code.
DOUBTFUL: Final = frozenset(
    {"50001", "50004", "50013", "50026", "51054", "51149", "51412", "52912"}
)
# "Already there": perhaps by this very request.
ALREADY: Final = frozenset({"50042", "50071", "51016", "51065"})
_THROTTLED: Final = frozenset({"50011", "50040", "50061"})
# A wrong timestamp or expTime: refused before anything is done.
_CLOCK: Final = frozenset({"50102", "50036"})

MOST_ATTEMPTS: Final = 3
POST_SECONDS: Final = 10.0

# Pauses in seconds, doubled each time that the one request which goes after a pause is refused, too.
_FIRST: Final = 2.0
_LONGEST: Final = 8.0


@dataclass(frozen=True, slots=True)
class RetryRule:
    """What to do, and how often at most for one request."""

    action: Action
    most: int = MOST_ATTEMPTS


_STOP = RetryRule("stop")
_AGAIN = RetryRule("again")
_ONCE = RetryRule("again", 1)
_RESYNC = RetryRule("resync", 1)
_LOOK_UP = RetryRule("look up")
_READ_BACK = RetryRule("read back")

_HEARD: Final = get_args(Heard)
_ORDER: Final = (_ONCE, _LOOK_UP, _AGAIN, _RESYNC, _STOP, _LOOK_UP)
_SETTING: Final = (_AGAIN, _READ_BACK, _STOP, _RESYNC, _STOP, _READ_BACK)
# A person decides about a second time.
_CLOSED: Final = (_STOP, _LOOK_UP, _STOP, _STOP, _STOP, _LOOK_UP)
_ROWS: Final[Mapping[Effect, tuple[RetryRule, ...]]] = {
    #             not sent    no reply    throttled  clock    refused  doubtful
    "read":       (_AGAIN,    _AGAIN,     _AGAIN,    _RESYNC, _STOP,   _AGAIN),
    "order":      _ORDER,
    "amend":      _ORDER,
    # Cancelling twice does no harm; not cancelling may.
    "cancel":     (_AGAIN,    _LOOK_UP,   _AGAIN,    _RESYNC, _STOP,   _LOOK_UP),
    "undo":       _SETTING,
    "setting":    _SETTING,
    "transfer":   _CLOSED,
    "withdraw":   _CLOSED,
    "subaccount": _CLOSED,
    "key":        _CLOSED,
    "earn":       _CLOSED,
    "loan":       _CLOSED,
    "unknown":    _CLOSED,
}  # fmt: skip
POLICY: Final[Mapping[Effect, Mapping[Heard, RetryRule]]] = MappingProxyType(
    {effect: dict(zip(_HEARD, row, strict=True)) for effect, row in _ROWS.items()}
)


def classify(error: TransportError | OkxError) -> Heard:
    """What is known after this failure of one attempt."""
    if isinstance(error, TransportError):
        return "no reply" if error.written else "not sent"
    codes = {error.code, *(code for code, _ in error.items)}
    # Whatever the code, if the server says by its status that something broke on its side.
    if codes & (DOUBTFUL | ALREADY) or error.status >= 500 or error.status == 408:
        return "doubtful"
    # A part was carried out, and would be done twice if the whole were sent again.
    if isinstance(error, PartlyRefused):
        return "refused"
    if codes <= _THROTTLED:
        return "throttled"
    return "clock" if codes <= _CLOCK else "refused"


def _unheard_of(error: TransportError | OkxError) -> bool:
    """Whether a code is none of OKX's, so that it says nothing of what was done."""
    if not isinstance(error, OkxError) or error.items or error.status != 200:
        return False
    return catalogue.explain(error.code) is None


def is_throttled(error: OkxMagicError) -> bool:
    """Whether OKX refused a request for a limit."""
    return isinstance(error, OkxError) and classify(error) == "throttled"


def is_clock(error: OkxMagicError) -> bool:
    """Whether OKX refused a request for its time."""
    return isinstance(error, OkxError) and classify(error) == "clock"


def rule(effect: Effect, heard: Heard, *, live: bool) -> RetryRule:
    """What may be done for a request of this effect."""
    if live and effect in {"order", "amend"} and heard == "throttled":
        # The price has moved while we would wait.
        return _STOP
    return POLICY[effect][heard]


@dataclass(frozen=True, slots=True)
class Timing:
    """A monotonic clock in seconds, how to wait, and chance from 0 to 1."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


class Budget:
    """The retries that all requests of a connection share: each takes 5 of 20 tokens, each success gives
    one back.
    """

    _MOST: Final = 20
    _PRICE: Final = 5

    def __init__(self) -> None:
        self._tokens = self._MOST
        self._lock = threading.Lock()

    def spend(self) -> bool:
        """Take a retry's tokens, if there are as many."""
        with self._lock:
            if self._tokens < self._PRICE:
                return False
            self._tokens -= self._PRICE
            return True

    @property
    def spent(self) -> bool:
        """Whether no retry is left."""
        return self._tokens < self._PRICE

    def earn(self) -> None:
        """Note a success."""
        with self._lock:
            self._tokens = min(self._MOST, self._tokens + 1)


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next, after ``wait`` seconds."""

    action: Action
    wait: float = 0.0


class RetryState:
    """The attempts of one request: says after each failure what comes next.

    ``seconds`` are left for all attempts and the waits between them; the waits of pacing, which come
    before an attempt, do not count.
    """

    def __init__(
        self,
        effect: Effect,
        *,
        live: bool,
        seconds: float,
        budget: Budget,
        chance: Callable[[], float],
    ) -> None:
        self.effect = effect
        self.left = seconds
        self.attempts = 0
        self._live = live
        self._budget = budget
        self._chance = chance
        self._done: dict[Heard, int] = {}

    def spent(self, seconds: float) -> None:
        """Note an attempt, and how long it took."""
        self.attempts += 1
        self.left -= seconds

    def after(self, error: OkxMagicError, retry_after: float | None = None) -> Step:
        """The step after an attempt that failed. ``retry_after`` are the seconds that the server
        asked for.
        """
        if not isinstance(error, TransportError | OkxError):
            return Step("stop")
        heard = classify(error)
        if self.effect != "read" and _unheard_of(error):
            heard = "doubtful"
        what = rule(self.effect, heard, live=self._live)
        if what.action not in {"again", "resync"}:
            return Step(what.action)
        done = self._done.get(heard, 0)
        if done >= what.most or self.attempts >= MOST_ATTEMPTS:
            return Step("stop")
        self._done[heard] = done + 1
        if what.action == "resync":
            return Step("resync")
        wait = max(self._pause(throttled=heard == "throttled"), retry_after or 0.0)
        if wait >= self.left or not self._budget.spend():
            return Step("stop")
        self.left -= wait
        return Step("again", wait)

    def repeats(self) -> bool:
        """Whether one more attempt may follow a look-up that showed nothing done."""
        return self.attempts < MOST_ATTEMPTS and self._budget.spend()

    def _pause(self, *, throttled: bool) -> float:
        # Full jitter, so that clients who failed together do not come again together.
        if throttled:
            return (0.5 + self._chance() / 2) * min(8.0, 2.0**self.attempts)
        return self._chance() * min(4.0, 0.25 * 2.0 ** (self.attempts - 1))


class CircuitBreaker:
    """Pauses each path that OKX refuses for its limits, time after time: more requests would not help.

    ``now`` is a monotonic clock in seconds. Thread-safe.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        # By path: until when, how long the pause was, and what OKX said.
        self._pauses: dict[str, tuple[float, float, OkxError]] = {}

    def check(self, request: Request) -> None:
        """Raise OKX's refusal while the path is paused; of several calls one goes when that is over."""
        with self._lock:
            if request.path not in self._pauses:
                return
            ends, length, said = self._pauses[request.path]
            left = ends - self._now()
            if left <= 0:
                self._pauses[request.path] = (self._now() + length, length, said)
                return
        raise OkxError(
            said.code,
            f"{said.msg} · refused repeatedly: not sent now",
            envelope=said.envelope,
            means=said.means,
            remedy=f"try again in {max(left, 1):.0f} s",
            request=request,
        )

    def open(self, request: Request, said: OkxError) -> None:
        """Note that it was refused, and that no retry is left."""
        with self._lock:
            known = self._pauses.get(request.path)
            length = min(2 * known[1], _LONGEST) if known else _FIRST
            self._pauses[request.path] = (self._now() + length, length, said)

    def close(self, request: Request) -> None:
        """Note that it was not refused."""
        with self._lock:
            self._pauses.pop(request.path, None)
