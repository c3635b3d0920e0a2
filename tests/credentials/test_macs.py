"""Digests under a secret: each construction is the one that is defined."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.credentials.macs import Construction, Scheme, digest_size, mac

HASHES = ("sha256", "sha1", "sha384", "sha512", "md5", "sha224", "sha3_256", "blake2s")


def naive(construction: Construction, hash_name: str, secret: bytes, message: bytes) -> bytes:
    """Each construction as its definition has it."""

    def plain(data: bytes) -> bytes:
        return hashlib.new(hash_name, data).digest()

    def keyed(key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, hash_name).digest()

    return {
        "hmac": lambda: keyed(secret, message),
        "no key": lambda: plain(message),
        "message then key": lambda: plain(message + secret),
        "key then message": lambda: plain(secret + message),
        "key and message swapped": lambda: keyed(message, secret),
        "hmac twice": lambda: keyed(secret, keyed(secret, message)),
        "hmac of base64": lambda: keyed(secret, base64.b64encode(keyed(secret, message))),
    }[construction]()


@pytest.mark.parametrize("hash_name", HASHES)
@pytest.mark.parametrize("construction", Construction.__args__)
@settings(max_examples=15)
@given(secret=st.binary(max_size=200), message=st.binary(max_size=300))
def test_each_construction_is_the_defined_one(
    hash_name: str, construction: Construction, secret: bytes, message: bytes
) -> None:
    """Digests from copied states are those of hmac and hashlib, for keys longer than a block too."""
    made = mac(secret, Scheme(construction, hash_name))
    expected = naive(construction, hash_name, secret, message)
    # Twice, since a state that was used up would show only then.
    assert made(message) == made(message) == expected


def test_an_unknown_hash_has_no_size() -> None:
    """What this system's OpenSSL does not have is told by a size of 0."""
    assert digest_size("sha256") == 32
    assert digest_size("no-such-hash") == 0
