"""What a request does to an account, as far as the safety rules tell kinds apart. Pure.

The catalogue says what each endpoint changes; a path that it does not know is of the kind "unknown",
which the rails take for the worst.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from okx_magic import catalogue, strictjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue import Endpoint
    from okx_magic.model import Request

Kind = Literal[
    "read",
    "cancel",
    "order",
    "settings",
    "withdraw",
    "transfer",
    "subaccount",
    "key",
    "earn",
    "loan",
    "unknown",
]

# On a live account these need the profile's permission, besides everything that an order needs.
GUARDED: Final[frozenset[str]] = frozenset(
    {"withdraw", "transfer", "subaccount", "key", "earn", "loan", "unknown"}
)

_KINDS: Final[Mapping[str | None, Kind]] = {
    None: "read",
    "order": "order",
    "setting": "settings",
    "transfer": "transfer",
    "withdrawal": "withdraw",
    "subaccount": "subaccount",
    "key": "key",
    "loan": "loan",
    "earn": "earn",
    # Those that are no cancel of an order.
    "cancel": "settings",
}

# What only takes orders and quotes back. To stop a bot may sell what it holds, and to take back an
# order that closes a position leaves the position: those are none of these.
_CANCELS: Final = (
    "/api/v5/rfq/cancel-",
    "/api/v5/sprd/cancel-",
    "/api/v5/sprd/mass-cancel",
    "/api/v5/trade/cancel-",
    "/api/v5/trade/mass-cancel",
)
_CANCEL_ALL_AFTER: Final = "/cancel-all-after"


def kind_of(request: Request) -> Kind:
    """What the request does. A cancel-all-after that disarms its timer is a setting, no cancel."""
    if request.method == "GET":
        return "read"
    endpoint = catalogue.endpoint(request.method, request.path)
    if endpoint is None:
        return "unknown"
    if _cancels(endpoint, request.body):
        return "cancel"
    return _KINDS[endpoint.effect]


def _cancels(endpoint: Endpoint, body: str) -> bool:
    if endpoint.effect != "cancel" or not endpoint.path.startswith(_CANCELS):
        return False
    return not endpoint.path.endswith(_CANCEL_ALL_AFTER) or _arms_timer(body)


def _arms_timer(body: str) -> bool:
    """Whether ``timeOut`` is a number of seconds; OKX takes 0 for switching the timer off."""
    try:
        seconds = str(strictjson.loads(body)["timeOut"])
    except (ValueError, TypeError, KeyError):
        return False
    return seconds.isdecimal() and int(seconds) > 0
