"""Where an account's WebSocket is, and how it logs in there.

OKX docs, Overview, WebSocket, Login: the prehash is the time in whole seconds since 1970, ``GET`` and
``/users/self/verify``; the signature is as for REST and good for 30 seconds.

Tested in ``tests/streams/test_logging_in.py``.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.account import SITES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials

LOGIN_PATH: Final = "/users/self/verify"

# OKX docs, Overview, Production and Demo Trading Services. REST knows demo by a header, WebSocket by
# the host.
WEBSOCKET_HOSTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "global": {"live": "ws.okx.com:8443", "demo": "wspap.okx.com:8443"},
        "eea": {"live": "wseea.okx.com:8443", "demo": "wseeapap.okx.com:8443"},
        "us": {"live": "wsus.okx.com:8443", "demo": "wsuspap.okx.com:8443"},
    }
)


class Login(NamedTuple):
    """A log-in ready to be sent: the ``frame`` holds the passphrase, the other two may be shown."""

    frame: str
    timestamp: str
    signature: str

    def __repr__(self) -> str:
        return f"<log-in of {self.timestamp}>"


def websocket_url(account: Account, url: str) -> str:
    """The URL for channels of ``url``: "public", "private" or "business". On loopback it is the port
    of REST.
    """
    scheme, _, host = account.base_url.partition("://")
    if not account.loopback:
        site = next(name for name, each in SITES.items() if host in each.hosts)
        host = WEBSOCKET_HOSTS[site]["live" if account.environment == "live" else "demo"]
    return f"{'ws' if scheme == 'http' else 'wss'}://{host}/ws/v5/{url}"


def log_in(credentials: Credentials, milliseconds: int) -> Login:
    """The log-in signed for this time, which is to be sent at once."""
    timestamp = str(milliseconds // 1000)
    headers = credentials.headers(timestamp, "GET", LOGIN_PATH, b"")
    arg = {
        "apiKey": headers["OK-ACCESS-KEY"],
        "passphrase": headers["OK-ACCESS-PASSPHRASE"],
        "timestamp": timestamp,
        "sign": headers["OK-ACCESS-SIGN"],
    }
    frame = json.dumps({"op": "login", "args": [arg]}, separators=(",", ":"))
    return Login(frame, timestamp, arg["sign"])
