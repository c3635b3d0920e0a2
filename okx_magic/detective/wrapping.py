"""From the pasted signature back to the bytes of the digest, through whatever was wrapped around it.

Strategy: the outermost layer is taken off first, each layer is one mistake, and a text that can be
read in two ways is read in both. The right signature has a single layer, Base64, which is none.

Tested in ``tests/detective/test_detective.py``.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.changes import Mistake, Wrong, rows
from okx_magic.detective.prehash import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    _Reading = tuple[bytes, tuple[Mistake, ...]]

_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
# The digests of the hashes in use: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
_SIZES: Final = (16, 20, 28, 32, 48, 64)
_DIGITS: Final = tuple(2 * size for size in _SIZES)
_DEEPEST: Final = 4
# What openssl prints without -binary, or that without its label: whoever pipes it into base64.
_PRINTED: Final = re.compile(
    r"(?:(?:HMAC-)?(?:[A-Z0-9-]+)?\((?:stdin|[^)]*)\)\s*=\s*)?([0-9a-f]+)\n?", re.IGNORECASE
)


def unwrapped(signature: str) -> tuple[Wrong[bytes], ...]:
    """The digests that a signature can be read as, those of the fewest mistakes first."""
    found: dict[bytes, Wrong[bytes]] = {}
    for each in sorted(_readings(signature, _DEEPEST), key=lambda each: len(each[1])):
        found.setdefault(each[0], Wrong(*each))
    return tuple(found.values())


def _readings(text: str, depth: int) -> Iterator[_Reading]:
    for digest, name in _decoded(text):
        mistakes = tuple(map(_of_base64, filter(None, [name])))
        if len(digest) in _SIZES:
            yield digest, mistakes
        if len(digest) - 1 in _SIZES and digest.endswith(b"\0"):
            yield digest[:-1], (*mistakes, _of_base64("a NUL byte behind the digest"))
        for inner, more in _inner(digest, depth) if depth else ():
            yield inner, (*mistakes, *more)
    for mistake, of, _ in rows("peeled") if depth else ():
        peeled = of(text)
        if isinstance(peeled, str) and peeled != text:
            for digest, mistakes in _readings(peeled, depth - 1):
                yield digest, (*mistakes, mistake)


def _of_base64(name: str) -> Mistake:
    return Mistake.of(name, "base64")


def _decoded(text: str) -> Iterator[tuple[bytes, str]]:
    """The bytes that the text may stand for, and what is wrong with that: "" for Base64."""
    digits, bare = re.sub(r"^0[xX]|[: -]", "", text), text.rstrip("=")
    if len(digits) in _DIGITS and _HEX.fullmatch(digits):
        capitals = " in capitals" if digits != digits.lower() else ""
        marks = " with marks before or between its digits" if digits != text else ""
        yield bytes.fromhex(digits), f"the digest in hexadecimal{capitals}{marks}"
    yield from _from_base64(text)
    if digest := _from_repr(text):
        yield digest, "the digest as b'…', as Python prints bytes"
    if re.fullmatch("[A-Z2-7]+=*", text) and len(bare) in (26, 32, 52, 103):
        yield base64.b32decode(bare + "=" * (-len(bare) % 8)), "the digest in Base32"
    if re.fullmatch(r"[0-9, \[\]-]+", text) and text.count(",") + 1 in _SIZES:
        numbers = [int(each) % 256 for each in re.findall(r"-?\d+", text)]
        yield bytes(numbers), "the digest as a list of numbers"


def _from_base64(text: str) -> Iterator[tuple[bytes, str]]:
    if not _BASE64.fullmatch(text):
        return
    standard, missing = text.replace("-", "+").replace("_", "/"), -len(text) % 4
    name = "the = at the end of the signature lost" if missing else ""
    if standard != text:
        # Some libraries write the URL-safe form without =, so the two can be one mistake.
        name = f"the digest in URL-safe Base64{' without its =' if missing else ''}"
    try:
        yield base64.b64decode(standard + "=" * missing, validate=True), name
    except binascii.Error:
        return


def _from_repr(text: str) -> bytes | None:
    value = literal(text) if text.startswith(("b'", 'b"')) else None
    return value if isinstance(value, bytes) and len(value) in _SIZES else None


def _inner(decoded: bytes, depth: int) -> Iterator[_Reading]:
    """What Base64 was made of, where that was a text and not the digest's bytes."""
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        return
    if not text.isascii():
        if len(text) in _SIZES and max(text) <= "\xff":
            name = "the digest taken for latin-1 text and encoded in UTF-8 before Base64"
            yield text.encode("latin-1"), (_of_base64(name),)
        return
    if digest := _from_repr(text):
        yield digest, (_of_base64("the Base64 of the digest as b'…'"),)
    match = _PRINTED.fullmatch(text)
    if match and match[1] != text and len(match[1]) in _DIGITS:
        name = "the Base64 of the hexadecimal that openssl prints without -binary"
        yield bytes.fromhex(match[1]), (Mistake.of(name, "binary"),)
    for digest, inner in _readings(text, depth - 1):
        if len(inner) == 1 and inner[0].name.startswith("the digest in hexadecimal"):
            yield digest, (_of_base64(f"the Base64 of {inner[0].name}"),)
        elif not inner:
            yield digest, (_of_base64("the digest in Base64 twice"),)
        else:
            yield digest, (*inner, _of_base64("that text in Base64"))


# Fewer agree by chance: 16 characters of Base64 are 96 bits.
_SHORTEST: Final = 16
_LOST: Final = "\ufffd".encode()


def damage(signature: str, digest: bytes) -> Mistake | None:
    """What was done to the signature of this digest, if a disfigured text is all that is left of it."""
    right = base64.b64encode(digest).decode()
    if len(signature) < _SHORTEST or signature == right:
        return None
    # As whole as a right one, as most are: then none of these, which take long to try.
    whole = len(signature) == len(right) and signature.endswith("=") and " " not in signature
    mixed = signature not in (signature.lower(), signature.upper())
    for mistake, of, _ in rows("disfigured") if not (whole and mixed) else ():
        if of(right) == signature:
            return mistake
    length, left, digits = len(signature), _decodable(signature), signature.lower()
    ends = (
        (right.startswith(signature), f"only the first {length} characters of the signature"),
        (right.endswith(signature), f"the first {44 - length} characters of the signature lost"),
        (
            digest.hex().startswith(digits),
            f"only the first {length} digits of the digest in hexadecimal",
        ),
        (left and digest.startswith(left), f"only the first {len(left)} bytes of the digest"),
        (left == digest[::-1], "the digest's bytes in reverse"),
    )
    if name := next((name for fits, name in ends if fits), ""):
        return Mistake.of(name, "whole")
    if digits == "".join(f"{byte:x}" for byte in digest):
        name = "the digest in hexadecimal without the zeros before single digits"
    elif _LOST in left and left == digest.decode("utf-8", "replace").encode():
        name = "the digest read as UTF-8 text, which loses bytes, before Base64"
    return Mistake.of(name, "no text") if name else None


def unhashed(signature: str, message: bytes, of_nothing: bytes) -> Mistake | None:
    """What was sent in place of the digest of this message; ``of_nothing`` is that of an empty one."""
    hexadecimal = len(signature) % 2 == 0 and _HEX.fullmatch(signature)
    left = bytes.fromhex(signature) if hexadecimal else _decodable(signature)
    if len(message) < _SHORTEST or not left.startswith(message):
        return None
    if left == message:
        return Mistake.of("the prehash itself in place of its digest", "digest")
    # hash.Hash.Sum of Go appends the digest of what was written, here of nothing, to its argument.
    name = "the prehash handed to Go's Sum, with nothing written to the hash before"
    return Mistake.of(name, "digest") if left == message + of_nothing else None


def _decodable(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except ValueError:
        return b""
