"""The exchange's clock, and until when a request may be carried out by it.

The offset of our clock is measured against GET /api/v5/public/time: OKX refuses a timestamp more than
30 s away from its own (50102; OKX docs: REST Authentication). ``expTime`` is a header in milliseconds
since 1970, not signed; a request whose turn comes later is refused with 50036 or 50037 (OKX docs, General
Info, Expiration Time). It is no expiry of the order itself.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from okx_magic.errors import TransportError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.model import Envelope

TIME: Final = Request("GET", "/api/v5/public/time")
# Since 1970, from 2001 to 2286.
_MILLISECONDS: Final = re.compile("[0-9]{13}")
_EXPIRY: Final = "expTime"
LIFETIME_MS: Final = 5000


class Clock:
    """Gives the exchange's time in milliseconds since 1970.

    ``ask`` brings the exchange's time in milliseconds; it is asked before the first use and again
    after ``forget``. ``offset`` is exchange minus local in milliseconds, None before it was measured.
    """

    def __init__(self, ask: Callable[[], int], *, local: Callable[[], float] = time.time) -> None:
        self._ask = ask
        self._local = local
        self.offset: int | None = None

    def now(self) -> int:
        """The exchange's time; measures the offset first when it is not known."""
        if self.offset is None:
            return self.measure(self._ask)
        return self.local_now() + self.offset

    def measure(self, ask: Callable[[], int]) -> int:
        """The exchange's time, measured with the help of ``ask`` in place of its own."""
        before = self._local()
        theirs = ask()
        # The answer was made about half-way between asking and hearing.
        ours = (before + self._local()) / 2 * 1000
        self.offset = round(theirs - ours)
        return self.local_now() + self.offset

    def local_now(self) -> int:
        """Our own time in milliseconds, uncorrected."""
        return int(self._local() * 1000)

    def forget(self) -> None:
        """Measure again at the next use."""
        self.offset = None


def takes_expiry(request: Request) -> bool:
    """Whether its endpoint honours an expTime, and none was typed."""
    endpoint = request.endpoint
    honours = endpoint is not None and _EXPIRY in endpoint.headers
    return honours and not any(name.lower() == _EXPIRY.lower() for name, _ in request.headers)


def with_expiry(request: Request, now: int) -> Request:
    """The request with an expTime, ``now`` being the exchange's time in milliseconds."""
    return replace(request, headers=(*request.headers, (_EXPIRY, str(now + LIFETIME_MS))))


def expiry_of(request: Request) -> int | None:
    """The expTime of a request, in milliseconds; None where it has none."""
    for name, value in request.headers:
        if name.lower() == _EXPIRY.lower() and value.strip().isdecimal():
            return int(value)
    return None


def time_in(envelope: Envelope) -> int:
    """The exchange's time in milliseconds, from the answer that it gave. Raises TransportError."""
    stamp = envelope.data[0].get("ts") if envelope.data else None
    if isinstance(stamp, str) and _MILLISECONDS.fullmatch(stamp):
        return int(stamp)
    raise TransportError(
        "the exchange's time cannot be read",
        written=True,
        status=envelope.status,
        remedy="run it again; if it persists, the server is not OKX's",
        request=TIME,
    )
