"""The sandbox's API keys: random, or derived from a seed so that a script can repeat itself."""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

ENVIRONMENTS = ("demo", "live")
# In the order in which OKX lists them.
PERMISSIONS = ("read_only", "withdraw", "trade")


@dataclass(frozen=True, slots=True)
class Rights:
    """What a key is good for: ``permissions``, from ``addresses`` (single ones or networks; from
    anywhere if there are none), until it ``expires`` (in seconds). ValueError for what is none.
    """

    permissions: tuple[str, ...] = ("read_only", "trade")
    addresses: tuple[str, ...] = ()
    expires: float = math.inf

    def __post_init__(self) -> None:
        if unknown := set(self.permissions).difference(PERMISSIONS):
            raise ValueError(f"permissions are {', '.join(PERMISSIONS)}, not {', '.join(unknown)}")
        self.admits("127.0.0.1")

    def admits(self, address: str) -> bool:
        """Whether ``address`` is one of theirs."""
        networks = [ip_network(each, strict=False) for each in self.addresses]
        return not networks or any(ip_address(address) in each for each in networks)


@dataclass(frozen=True, slots=True)
class Keys:
    """An API key with its secret and passphrase, in OKX's shapes: a UUID and 32 capital hex digits.

    It is for the account of ``environment``. The repr shows neither secret nor passphrase.
    """

    key: str
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)
    environment: str
    rights: Rights = Rights()
    label: str = "sandbox"


def issue_keys(
    environment: str, seed: object = None, rights: Rights = Rights(), label: str = "sandbox"
) -> Keys:
    """Keys for ``environment`` ("demo" or "live"): the same for the same seed, random without
    one.
    """
    if environment not in ENVIRONMENTS:
        raise ValueError(f"there are keys for {' and '.join(ENVIRONMENTS)}, not for {environment}")
    derived = hashlib.sha512(f"sandbox keys {environment} {seed}".encode()).digest()
    entropy = secrets.token_bytes(64) if seed is None else derived
    return Keys(
        key=str(uuid.UUID(bytes=entropy[:16], version=4)),
        secret=entropy[16:32].hex().upper(),
        passphrase=f"Sandbox-{environment}-{entropy[32:36].hex()}",
        environment=environment,
        rights=rights,
        label=label,
    )


def uid_of(keys: Keys) -> str:
    """The uid of the account for which an exchange issued these first: two exchanges have no account in
    common, so what is kept by uid, such as a kill switch, is never another's.
    """
    digest = hashlib.sha256(f"sandbox uid {keys.key}".encode()).digest()
    return f"447{int.from_bytes(digest[:8]) % 10**14:014}"
