"""Other digests than HMAC-SHA256 of the prehash under the secret, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import KNOWN, RARE, USUAL, Mistake
from okx_magic.credentials.macs import RIGHT, Construction, Scheme, digest_size

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMON: Final = {
    "sha256": "SHA-256",
    "sha1": "SHA-1",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "md5": "MD5",
}
_HASHES: Final = {
    **_COMMON,
    "sha224": "SHA-224",
    "sha3_256": "SHA3-256",
    "sha3_512": "SHA3-512",
    "sm3": "SM3",
    "sha512_256": "SHA-512/256",
    "blake2s": "BLAKE2s",
    "blake2b": "BLAKE2b",
    "ripemd160": "RIPEMD-160",
}
_WORDS: Final[dict[Construction, tuple[str, int]]] = {
    "hmac": ("HMAC-{} in place of HMAC-SHA-256", USUAL),
    "no key": ("plain {} of the prehash, without the secret", USUAL),
    "message then key": ("plain {} of the prehash with the secret behind it", KNOWN),
    "key then message": ("plain {} of the prehash with the secret before it", KNOWN),
    "key and message swapped": (
        "HMAC-{} with key and message swapped: under the prehash, of the secret",
        USUAL,
    ),
    "hmac twice": ("HMAC-{} of the HMAC", KNOWN),
}


class Named(NamedTuple):
    """A wrong scheme and the mistake that it is."""

    scheme: Scheme
    mistake: Mistake


def schemes(sizes: set[int]) -> Iterator[Named]:
    """The wrong schemes whose digests have one of these sizes in bytes."""
    for hash_name, title in _HASHES.items():
        if digest_size(hash_name) in sizes:
            for construction, (words, usual) in _WORDS.items():
                cost = usual if hash_name in _COMMON else RARE
                if (scheme := Scheme(construction, hash_name)) != RIGHT:
                    yield Named(scheme, Mistake.of(words.format(title), "digest", cost))
