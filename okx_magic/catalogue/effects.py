"""What a request changes: one vocabulary for safety rules, limits, retries and look-ups. Pure.

==========  ================================================================
effect      what such a request does
==========  ================================================================
read        it only reads or asks
order       it trades: orders, quotes, positions, conversions, bots
amend       it changes an order that is open
cancel      it takes orders or quotes back, and does nothing else
undo        it takes something else back, or halts it, before it is done
setting     it moves no money by itself, but changes how the account trades
transfer    it moves money between accounts of the same person
withdraw    it moves money out of OKX
subaccount  it makes or changes sub-accounts
key         it makes, changes or deletes API keys
earn        it puts money to work, or takes it back
loan        it borrows or repays
unknown     the catalogue does not know the path: it may be any of them
==========  ================================================================

To stop a bot may sell what it holds, and to take back an order that closes a position leaves the
position: neither is a cancel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from okx_magic.catalogue.reader import Endpoint

Effect = Literal[
    "read",
    "order",
    "amend",
    "cancel",
    "undo",
    "setting",
    "transfer",
    "withdraw",
    "subaccount",
    "key",
    "earn",
    "loan",
    "unknown",
]

# On a live account these need the profile's permission (``allow``), besides all that an order needs.
GUARDED: Final[frozenset[Effect]] = frozenset(
    {"withdraw", "transfer", "subaccount", "key", "earn", "loan", "unknown"}
)
MOVES_MONEY: Final[frozenset[Effect]] = frozenset(
    {"order", "amend", "transfer", "withdraw", "loan", "earn"}
)
_CANCEL_ALL_AFTER: Final = "/cancel-all-after"


def effect_of(method: str, endpoint: Endpoint | None, json: Any) -> Effect:
    """The effect of a request to an endpoint, ``json`` being the value of its body.

    A cancel-all-after that switches its timer off takes a safety away: a setting, no cancel.
    """
    if method == "GET":
        return "read"
    if endpoint is None:
        return "unknown"
    if endpoint.path.endswith(_CANCEL_ALL_AFTER) and not _arms_timer(json):
        return "setting"
    return endpoint.effect


def _arms_timer(json: Any) -> bool:
    """Whether ``timeOut`` is a number of seconds; OKX takes 0 for switching the timer off."""
    seconds = str(json.get("timeOut", "")) if isinstance(json, dict) else ""
    return seconds.isdecimal() and int(seconds) > 0
