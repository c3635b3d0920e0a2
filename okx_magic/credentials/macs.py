"""Message digests under a secret: HMAC-SHA256, and what people compute in its place.

Nothing here is used to sign. What these functions return is called many thousand times while an
interrupt may strike, and a verbose traceback shows what locals and closures hold: so they hold hash
states and bound methods, which show as an address, never the secret's bytes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from okx_magic.credentials.changes import COSTS, Mistake, Wrong, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Mac = Callable[[bytes], bytes]

Construction = Literal[
    "hmac",
    "no key",
    "message then key",
    "key then message",
    "key and message swapped",
    "hmac twice",
    "hmac of base64",
]

# RFC 2104, section 2.
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


class Scheme(NamedTuple):
    """How a message and a secret become a digest; ``hash`` is a name of hashlib."""

    construction: Construction
    hash: str


RIGHT = Scheme("hmac", "sha256")


def digest_size(hash_name: str) -> int:
    """The bytes of a digest; 0 for a hash that this system's OpenSSL does not have or allow."""
    try:
        return hashlib.new(hash_name, usedforsecurity=False).digest_size
    except ValueError:
        return 0


def mac(secret: bytes, scheme: Scheme) -> Mac:
    """The function from a message to its digest. The hash must have a ``digest_size``."""
    return _CONSTRUCTIONS[scheme.construction](secret, scheme.hash)


# A copy takes a third of the time of a new state, and there is one for each form of a secret.
@cache
def _empty(hash_name: str) -> hashlib._Hash:
    return hashlib.new(hash_name, usedforsecurity=False)


def _state(hash_name: str, data: bytes) -> hashlib._Hash:
    state = _empty(hash_name).copy()
    state.update(data)
    return state


def _pads(key: bytes, hash_name: str) -> tuple[bytes, bytes]:
    """What stands before the message, and before the digest of both."""
    size = _empty(hash_name).block_size
    block = (_state(hash_name, key).digest() if len(key) > size else key).ljust(size, b"\0")
    return block.translate(_INNER), block.translate(_OUTER)


# The states are those after the key's block, so each message costs two copies: 0.7 µs, where
# hmac.digest takes 1.8 µs and copies of an hmac.HMAC 1.1 µs.
def _hmac(secret: bytes, hash_name: str) -> Mac:
    inner, outer = (_state(hash_name, pad).copy for pad in _pads(secret, hash_name))

    def digest(message: bytes) -> bytes:
        state = inner()
        state.update(message)
        last = outer()
        last.update(state.digest())
        return last.digest()

    return digest


def _hmac_twice(secret: bytes, hash_name: str) -> Mac:
    once = _hmac(secret, hash_name)
    return lambda message: once(once(message))


def _hmac_of_base64(secret: bytes, hash_name: str) -> Mac:
    once = _hmac(secret, hash_name)
    return lambda message: once(base64.b64encode(once(message)))


def _no_key(_secret: bytes, hash_name: str) -> Mac:
    return lambda message: hashlib.new(hash_name, message, usedforsecurity=False).digest()


def _key_then_message(secret: bytes, hash_name: str) -> Mac:
    keyed = _state(hash_name, secret).copy

    def digest(message: bytes) -> bytes:
        state = keyed()
        state.update(message)
        return state.digest()

    return digest


# ``secret.join((a, b""))`` is ``a + secret``.
def _message_then_key(secret: bytes, hash_name: str) -> Mac:
    behind = secret.join
    return lambda message: hashlib.new(
        hash_name, behind((message, b"")), usedforsecurity=False
    ).digest()


def _swapped(secret: bytes, hash_name: str) -> Mac:
    inner = _message_then_key(secret, hash_name)

    def digest(message: bytes) -> bytes:
        before, outer = _pads(message, hash_name)
        return hashlib.new(hash_name, outer + inner(before), usedforsecurity=False).digest()

    return digest


_CONSTRUCTIONS: dict[Construction, Callable[[bytes, str], Mac]] = {
    "hmac": _hmac,
    "no key": _no_key,
    "message then key": _message_then_key,
    "key then message": _key_then_message,
    "key and message swapped": _swapped,
    "hmac twice": _hmac_twice,
    "hmac of base64": _hmac_of_base64,
}


def schemes(sizes: set[int]) -> Iterator[Wrong[Scheme]]:
    """The wrong schemes whose digests have one of these sizes in bytes."""
    for least, hash_name, title in table()["hashes"]:
        for usual, construction, words in table()["constructions"]:
            scheme = Scheme(construction, hash_name)
            if scheme != RIGHT and digest_size(hash_name) in sizes:
                cost = max(COSTS[least], COSTS[usual])
                yield Wrong(scheme, (Mistake.of(words.format(title), "digest", cost),))
