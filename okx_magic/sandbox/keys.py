"""The sandbox's API keys: random, or derived from a seed so that a script can repeat itself."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Keys:
    """An API key with its secret and passphrase, in OKX's shapes: a UUID and 32 capital hex digits.

    The repr shows the key alone.
    """

    key: str
    secret: str = field(repr=False)
    passphrase: str = field(repr=False)


def issue_keys(environment: str, seed: int | None) -> Keys:
    """Keys for ``environment`` ("demo" or "live"): the same for the same seed, random without
    one.
    """
    entropy = secrets.token_bytes(64) if seed is None else _derived(environment, seed)
    return Keys(
        key=str(uuid.UUID(bytes=entropy[:16], version=4)),
        secret=entropy[16:32].hex().upper(),
        passphrase=f"Sandbox-{environment}-{entropy[32:36].hex()}",
    )


def _derived(environment: str, seed: int) -> bytes:
    return hashlib.sha512(f"sandbox keys {environment} {seed}".encode()).digest()
