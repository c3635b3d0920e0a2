"""A secret decoded, encoded or hashed before it is used, though its text is the key as it is."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Callable


# The lenient reading of most libraries: other characters are passed over, and missing padding is no
# error; Python takes too much of it.
def _from_base64(secret: str) -> bytes | None:
    try:
        return base64.b64decode(secret + "===")
    except binascii.Error:
        return None


def _from_urlsafe_base64(secret: str) -> bytes | None:
    return _from_base64(secret.replace("-", "+").replace("_", "/"))


def _from_base32(secret: str) -> bytes | None:
    try:
        return base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    except binascii.Error:
        return None


def _from_hex(secret: str) -> bytes | None:
    try:
        return bytes.fromhex(secret)
    except ValueError:
        return None


def _hashed(hash_name: str, secret: str) -> bytes | None:
    try:
        return hashlib.new(hash_name, secret.encode(), usedforsecurity=False).digest()
    except ValueError:
        return None


def _hashed_hex(hash_name: str, secret: str) -> str | None:
    digest = _hashed(hash_name, secret)
    return None if digest is None else digest.hex()


CODED: dict[str, Callable[[str], str | bytes | None]] = {
    "the secret decoded from Base64 first": _from_base64,
    "the secret decoded from hexadecimal first": _from_hex,
    "the secret encoded in Base64 first": lambda secret: base64.b64encode(secret.encode()),
    "the secret encoded in hexadecimal first": lambda secret: secret.encode().hex(),
    "the secret decoded from URL-safe Base64 first": _from_urlsafe_base64,
    "the secret decoded from Base32 first": _from_base32,
    "the secret percent-encoded": lambda secret: quote(secret, safe=""),
    "the secret percent-decoded": unquote,
    "the secret decoded as a form value (+ to blank)": unquote_plus,
    "the secret escaped for HTML": html.escape,
    "the secret escaped for JSON": lambda secret: json.dumps(secret)[1:-1],
    "the secret's backslashes doubled": lambda secret: secret.replace("\\", "\\\\"),
    "the SHA-256 of the secret in its place": lambda secret: _hashed("sha256", secret),
    "the SHA-256 of the secret as hexadecimal text in its place": lambda secret: _hashed_hex(
        "sha256", secret
    ),
    "the SHA-512 of the secret in its place": lambda secret: _hashed("sha512", secret),
    "the MD5 of the secret in its place": lambda secret: _hashed("md5", secret),
    "the MD5 of the secret as hexadecimal text in its place": lambda secret: _hashed_hex(
        "md5", secret
    ),
}
"""What is made of a secret; None where it cannot be."""
