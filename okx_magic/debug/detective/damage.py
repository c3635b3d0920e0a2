"""A right signature of which only a disfigured text is left, so that its bytes cannot be read back."""

from __future__ import annotations

import base64

from okx_magic.debug.detective.mistakes import Mistake

_CORRECTION = "send the whole Base64 text of the digest, 44 characters, as it is"
# Fewer agree by chance: 16 characters of Base64 are 96 bits.
_SHORTEST = 16


def damage(signature: str, digest: bytes) -> Mistake | None:
    """What was done to the signature of this digest, if the text is all that is left of it."""
    right = base64.b64encode(digest).decode()
    if len(signature) < _SHORTEST or signature == right:
        return None
    name = _disfigured(signature, right) or _cut(signature, right, digest)
    return Mistake(name, _CORRECTION) if name else None


def _disfigured(signature: str, right: str) -> str:
    for text, name in (
        (right.lower(), "the signature in lower case"),
        (right.upper(), "the signature in capitals"),
        (right[::-1], "the signature in reverse"),
        (right * 2, "the signature twice"),
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
    try:
        left = base64.b64decode(signature, validate=True)
    except ValueError:
        return ""
    if digest.startswith(left):
        return f"only the first {len(left)} bytes of the digest"
    return "the digest's bytes in reverse" if left == digest[::-1] else ""
