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
position: neither is a cancel. ``Request.effect`` is that of one request: a cancel-all-after that switches
its timer off is a setting.
"""

from __future__ import annotations

from typing import Final, Literal

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
