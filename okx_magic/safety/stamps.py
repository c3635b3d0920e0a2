"""The expTime of a request: until when OKX may carry it out. Pure.

OKX docs, General Info, Expiration Time: a header in milliseconds since 1970, not signed; a request that
comes up for its turn later is refused with 50036 or 50037. It is no expiry of the order itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from okx_magic import catalogue

if TYPE_CHECKING:
    from okx_magic.model import Request

HEADER: Final = "expTime"
LIFETIME_MS: Final = 5000


def takes_expiry(request: Request) -> bool:
    """Whether its endpoint honours an expTime, and none was typed."""
    endpoint = catalogue.endpoint(request.method, request.path)
    honours = endpoint is not None and HEADER in endpoint.headers
    return honours and not any(name.lower() == HEADER.lower() for name, _ in request.headers)


def with_expiry(request: Request, now: int) -> Request:
    """The request with an expTime, ``now`` being the exchange's time in milliseconds."""
    return replace(request, headers=(*request.headers, (HEADER, str(now + LIFETIME_MS))))


def expiry_of(request: Request) -> int | None:
    """The expTime of a request, in milliseconds; None where it has none."""
    for name, value in request.headers:
        if name.lower() == HEADER.lower() and value.strip().isdecimal():
            return int(value)
    return None
