"""The log-in of a socket, judged as OKX judges it.

Written against the text of the rule alone (OKX docs: Overview, WebSocket, Login; Error Code,
WebSocket), beside the gate of REST, and sharing nothing with the code that signs.

Tested in ``tests/sandbox/test_sandbox_streams_refusals.py``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import TYPE_CHECKING

from okx_magic.sandbox.gateway import WINDOW_S
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.sandbox.keys import Keys
    from okx_magic.sandbox.params import Params

_SECONDS = re.compile(r"\d{1,15}(\.\d{1,9})?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

# What is signed behind the time, always.
_VERIFY = "GET/users/self/verify"


def log_in(
    arg: Params, keyring: Mapping[str, Keys], environment: str, address: str, now: float
) -> Keys:
    """The keys that ``arg`` is signed with, for the ``environment`` that the socket belongs to.

    ``now`` is in seconds. RefusalError names the first rule that is broken.
    """
    stamp = arg.get("timestamp", "")
    if _SECONDS.fullmatch(stamp) is None:
        raise RefusalError("60004")
    if abs(now - float(stamp)) > WINDOW_S:
        raise RefusalError("60006")
    name = arg.get("apiKey", "")
    keys = keyring.get(name)
    if keys is None or now >= keys.rights.expires:
        raise RefusalError("60032" if _UUID.fullmatch(name) else "60005")
    if keys.environment != environment:
        raise RefusalError("50101")
    if not _same(arg.get("passphrase", ""), keys.passphrase):
        raise RefusalError("60024")
    digest = hmac.new(keys.secret.encode(), f"{stamp}{_VERIFY}".encode(), hashlib.sha256).digest()
    if not _same(arg.get("sign", ""), base64.b64encode(digest).decode()):
        raise RefusalError("60007")
    if not keys.rights.admits(address):
        raise RefusalError("60009")
    return keys


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())
