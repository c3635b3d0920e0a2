"""What a key may do, judged at log-in from the answer of GET /api/v5/account/config. Pure.

OKX docs: Trading Account, Get account configuration (``perm``, ``ip``); Overview, API key Creation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.credentials.account import Account

_REFUSED = "the key may withdraw: whoever reads it out of this process could empty the account"
_UNBOUND = (
    "the key is bound to no IP address: it works from anywhere, and OKX deletes it after 14 days"
    " without use"
)


def key_warnings(config: Mapping[str, Any], account: Account) -> tuple[str, ...]:
    """Lines for the receipt. Raises CredentialsError for a key that may withdraw, unless the profile
    has ``allow = ["withdraw"]``.
    """
    rights = {right.strip() for right in str(config.get("perm", "")).split(",")}
    if "withdraw" in rights and "withdraw" not in account.allow:
        raise CredentialsError(
            _REFUSED,
            remedy="make a key without the right to withdraw, or set"
            ' allow = ["withdraw"] in the profile',
        )
    # Keys of demo trading are not deleted.
    if account.environment == "live" and "trade" in rights and not config.get("ip"):
        return (_UNBOUND,)
    return ()
