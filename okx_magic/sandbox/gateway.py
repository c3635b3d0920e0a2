"""The gate: a request as it arrived, judged from its raw bytes as OKX judges it.

Written against the text of the rules alone (OKX docs: Overview, REST Authentication; Error Code)
and sharing nothing with the code that signs, so that neither can hide a mistake of the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from okx_magic.sandbox.replies import RefusalError, refuse_if, there

if TYPE_CHECKING:
    from collections.abc import Mapping

    from okx_magic.catalogue import Endpoint
    from okx_magic.sandbox.keys import Keys

WINDOW_S = 30

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{0,9})?Z", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

# In the order in which they are missed.
_AUTH_HEADERS = (
    ("ok-access-key", "50103"),
    ("ok-access-sign", "50106"),
    ("ok-access-timestamp", "50107"),
    ("ok-access-passphrase", "50104"),
)

# What the docs call a permission, and what a key calls it.
_PERMISSIONS = {"Read": "read_only", "Trade": "trade", "Withdraw": "withdraw"}


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request as its bytes came: ``target`` undecoded, header names in lower case. ``address`` is
    the client's.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    address: str = "127.0.0.1"

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


def is_local(headers: Mapping[str, str]) -> bool:
    """Whether Host, and Origin where a browser sent one, name this machine.

    Otherwise any web page could have its own name resolved to 127.0.0.1 and trade here.
    """
    origin = headers.get("origin")
    return _names_loopback("//" + headers.get("host", "")) and (
        origin is None or _names_loopback(origin)
    )


def authenticate(request: RawRequest, keyring: Mapping[str, Keys], now: float) -> Keys:
    """The keys that the request is signed with.

    ``keyring`` holds all keys by their name, ``now`` is in seconds. Raises RefusalError at the
    first rule that is broken; OKX does not document their order.
    """
    for name, code in _AUTH_HEADERS:
        refuse_if(not request.headers.get(name), code)
    timestamp = request.headers["ok-access-timestamp"]
    refuse_if(abs(now - _seconds(timestamp)) > WINDOW_S, "50102")
    name = request.headers["ok-access-key"]
    unknown = "50119" if _UUID.fullmatch(name) else "50111"
    keys = there(keyring.get(name), unknown)
    refuse_if(now >= keys.rights.expires, unknown)
    # OKX docs, Demo Trading Services: the header is 1 for demo; 0 or none is live.
    wanted = "demo" if request.headers.get("x-simulated-trading") == "1" else "live"
    refuse_if(keys.environment != wanted, "50101")
    refuse_if(not keys.rights.admits(request.address), "50110", request.address)
    refuse_if(not _same(request.headers["ok-access-passphrase"], keys.passphrase), "50105")
    prehash = (timestamp + request.method + request.target).encode("latin-1") + request.body
    digest = hmac.new(keys.secret.encode(), prehash, hashlib.sha256).digest()
    right = base64.b64encode(digest).decode()
    refuse_if(not _same(request.headers["ok-access-sign"], right), "50113")
    return keys


def permit(keys: Keys, known: Endpoint) -> None:
    """Refuses an endpoint that the keys have no permission for."""
    usual = "Read" if known.method == "GET" else "Trade"
    refuse_if(_PERMISSIONS[known.permission or usual] not in keys.rights.permissions, "50120")


def _seconds(timestamp: str) -> float:
    # A plain number is read as seconds: epoch milliseconds are refused as expired, as seen at OKX.
    if _NUMBER.fullmatch(timestamp):
        return float(timestamp)
    match = there(_ISO.fullmatch(timestamp), "50112")
    try:
        whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:  # the 31st of February
        raise RefusalError("50112") from None
    return whole.timestamp() + float((match[2] or ".") + "0")


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _names_loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _LOOPBACK
    except ValueError:
        return False
