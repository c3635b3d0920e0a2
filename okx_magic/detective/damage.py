"""A right signature of which only a disfigured text is left, so that its bytes cannot be read back;
and what never was a digest.
"""

from __future__ import annotations

import base64
import re

from okx_magic.detective.digest import HMAC
from okx_magic.detective.mistakes import Mistake

_CORRECTION = "send the whole Base64 text of the digest, 44 characters, as it is"
_BYTES = "make the Base64 text of the digest's own bytes, with no text in between"
# Fewer agree by chance: 16 characters of Base64 are 96 bits.
_SHORTEST = 16


def damage(signature: str, digest: bytes) -> Mistake | None:
    """What was done to the signature of this digest, if the text is all that is left of it."""
    right = base64.b64encode(digest).decode()
    if len(signature) < _SHORTEST or signature == right:
        return None
    if name := _disfigured(signature, right) or _cut(signature, right, digest):
        return Mistake(name, _CORRECTION)
    name = _lossy(signature, digest)
    return Mistake(name, _BYTES) if name else None


def unhashed(signature: str, message: bytes, of_nothing: bytes) -> Mistake | None:
    """What was sent in place of the digest of this message; ``of_nothing`` is that of an empty one."""
    left = bytes.fromhex(signature) if _WHOLE_HEX.fullmatch(signature) else _decoded(signature)
    if len(message) < _SHORTEST:
        return None
    if left == message:
        return Mistake("the prehash itself in place of its digest", HMAC)
    # hash.Hash.Sum of Go appends the digest of what was written, here of nothing, to its argument.
    if left == message + of_nothing:
        name = "the prehash handed to Go's Sum, with nothing written to the hash before"
        return Mistake(name, HMAC)
    return None


_WHOLE_HEX = re.compile("(?:[0-9a-f]{2})+", re.IGNORECASE)
_SHORT_HEX = re.compile("[0-9a-f]{32,63}", re.IGNORECASE)
_LOST = "\ufffd".encode()


def _lossy(signature: str, digest: bytes) -> str:
    if _SHORT_HEX.fullmatch(signature):
        short = "".join(f"{byte:x}" for byte in digest)
        same = signature.lower() == short
        return "the digest in hexadecimal without the zeros before single digits" if same else ""
    left = _decoded(signature)
    if _LOST in left and left == digest.decode("utf-8", "replace").encode():
        return "the digest read as UTF-8 text, which loses bytes, before Base64"
    return ""


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except ValueError:
        return b""


def _disfigured(signature: str, right: str) -> str:
    for text, name in (
        (right.lower(), "the signature in lower case"),
        (right.upper(), "the signature in capitals"),
        (right[::-1], "the signature in reverse"),
        (right * 2, "the signature twice"),
        # One at an end goes where the text is read.
        (right.replace("+", " ").strip(), "the signature with each + turned into a blank"),
        (right.replace("+", ""), "each + of the signature lost"),
        (right.replace("/", ""), "each / of the signature lost"),
        (right.replace("+", "").replace("/", ""), "each + and / of the signature lost"),
        (right.replace("+", "").replace("/", "").rstrip("="), "all marks of the signature lost"),
    ):
        if text == signature:
            return name
    return ""


def _cut(signature: str, right: str, digest: bytes) -> str:
    length = len(signature)
    if right.startswith(signature):
        return f"only the first {length} characters of the signature"
    if right.endswith(signature):
        return f"the first {len(right) - length} characters of the signature lost"
    if digest.hex().startswith(signature.lower()):
        return f"only the first {length} digits of the digest in hexadecimal"
    left = _decoded(signature)
    if left and digest.startswith(left):
        return f"only the first {len(left)} bytes of the digest"
    return "the digest's bytes in reverse" if left == digest[::-1] else ""
