"""From the pasted signature back to the bytes of the digest, through whatever was wrapped around it.

Strategy: the outermost layer is taken off first, each layer is one mistake, and a text that can be
read in two ways is read in both. The right signature has a single layer, Base64, which is none.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from okx_magic.credentials.changes import Mistake, instead
from okx_magic.detective.body import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    _Reading = tuple[bytes, tuple[Mistake, ...]]

_STANDARD: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_URLSAFE: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_OPENSSL: Final = re.compile(r"(?:HMAC-)?(?:[A-Z0-9-]+)?\((?:stdin|[^)]*)\)\s*=\s*", re.IGNORECASE)
_LABEL: Final = re.compile(rf"\A{_OPENSSL.pattern}", re.IGNORECASE)
# The digests of the hashes in use: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
_SIZES: Final = (16, 20, 28, 32, 48, 64)
_DEEPEST: Final = 4
# What openssl prints without -binary, or that without its label: whoever pipes it into base64.
_PRINTED: Final = re.compile(rf"(?:{_OPENSSL.pattern})?([0-9a-f]+)\n?", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_PREFIXES: Final = (
    *("sha256=", "HMAC-SHA256 ", "hmac-sha256=", "Signature ", "sign=", "Bearer "),
    *("OK-ACCESS-SIGN: ", "OK-ACCESS-SIGN:"),
)


class Unwrapped(NamedTuple):
    """The bytes of a digest, and the mistakes by which they became the pasted text."""

    digest: bytes
    mistakes: tuple[Mistake, ...]


def unwrapped(signature: str) -> tuple[Unwrapped, ...]:
    """All readings of a signature, those of the fewest mistakes first."""
    found: dict[bytes, tuple[Mistake, ...]] = {}
    for digest, mistakes in _readings(signature, _DEEPEST):
        if digest not in found or len(mistakes) < len(found[digest]):
            found[digest] = mistakes
    readings = [Unwrapped(digest, mistakes) for digest, mistakes in found.items()]
    return tuple(sorted(readings, key=lambda each: len(each.mistakes)))


def _readings(text: str, depth: int) -> Iterator[_Reading]:
    for digest, name in _decoded(text):
        mistakes = tuple(Mistake(each, instead("base64")) for each in [name] if each)
        if len(digest) in _SIZES:
            yield digest, mistakes
        if depth:
            for inner, more in _inner(digest, depth):
                yield inner, (*mistakes, *more)
    for inner_text, name in _peeled(text) if depth else ():
        for digest, mistakes in _readings(inner_text, depth - 1):
            yield digest, (*mistakes, Mistake(name, instead("plain")))


# ---- layers of text -------------------------------------------------------------------------------


def _peeled(text: str) -> Iterator[tuple[str, str]]:
    """The text without its outermost layer, for each that it may have."""
    yield from _without_blanks(text)
    if re.fullmatch(r"b'[^']*'|b\"[^\"]*\"", text):
        yield text[2:-1], "the signature as b'…', as Python prints bytes"
    elif len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`":
        yield text[1:-1], "quotes around the signature"
    elif text[:1] + text[-1:] in ("[]", "<>"):
        yield text[1:-1], "brackets around the signature"
    elif text[-1:] in (",", ";"):
        yield text[:-1], "a comma or semicolon behind the signature"
    for plain, name in (
        (unquote(text), "the signature percent-encoded"),
        (
            _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text),
            "the signature with the \\u escapes of JSON",
        ),
        (text.replace("\\/", "/"), "the signature with a \\ before each /"),
        (html.unescape(text), "the signature escaped for HTML"),
        (text.removesuffix("\\n"), "a backslash and an n behind the signature"),
        (_LABEL.sub("", text), "the label that openssl prints, before the signature"),
    ):
        if plain != text:
            yield plain, name
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            yield text.removeprefix(prefix), f"{prefix.strip(' =:')} before the signature"


def _without_blanks(text: str) -> Iterator[tuple[str, str]]:
    if text != text.strip():
        broken = "\n" in text.strip(" ")
        yield text.strip(), "a line break at the signature" if broken else "blanks at the signature"
    elif re.search(r"\s", text):
        if _STANDARD.fullmatch(text.replace(" ", "+")):
            yield text.replace(" ", "+"), "the signature with each + turned into a blank"
        yield re.sub(r"\s", "", text), "the signature broken into lines"


# ---- from text to bytes ---------------------------------------------------------------------------


def _decoded(text: str) -> Iterator[tuple[bytes, str]]:
    """The bytes that the text may stand for, and what is wrong with that: "" for Base64."""
    yield from _from_hex(text)
    yield from _from_base64(text)
    if digest := _from_repr(text):
        yield digest, "the digest as b'…', as Python prints bytes"
    if re.fullmatch("[A-Z2-7]+=*", text) and len(text.rstrip("=")) in (26, 32, 52, 103):
        filled = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 8)
        yield base64.b32decode(filled), "the digest in Base32"
    if re.fullmatch(r"[0-9, \[\]-]+", text) and text.count(",") + 1 in _SIZES:
        numbers = [int(each) % 256 for each in re.findall(r"-?\d+", text)]
        yield bytes(numbers), "the digest as a list of numbers"


def _from_hex(text: str) -> Iterator[tuple[bytes, str]]:
    plain = re.sub(r"^0[xX]|[: -]", "", text)
    if len(plain) // 2 not in _SIZES or len(plain) % 2 or not _HEX.fullmatch(plain):
        return
    name = "the digest in hexadecimal"
    if plain != plain.lower():
        name += " in capitals"
    if plain != text:
        name += " with marks before or between its digits"
    yield bytes.fromhex(plain), name


def _from_base64(text: str) -> Iterator[tuple[bytes, str]]:
    names = []
    if not _STANDARD.fullmatch(text):
        if not _URLSAFE.fullmatch(text):
            return
        text = text.replace("-", "+").replace("_", "/")
        names.append("the digest in URL-safe Base64")
    if missing := -len(text) % 4:
        text += "=" * missing
        names.append("the = at the end of the signature lost")
    # Some libraries write the URL-safe form without =, so the two can be one mistake.
    name = "the digest in URL-safe Base64 without its =" if len(names) > 1 else "".join(names)
    try:
        yield base64.b64decode(text, validate=True), name
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
            yield text.encode("latin-1"), (Mistake(name, instead("base64")),)
        return
    if digest := _from_repr(text):
        yield digest, (Mistake("the Base64 of the digest as b'…'", instead("base64")),)
    match = _PRINTED.fullmatch(text)
    if match and match[1] != text and len(match[1]) in {2 * size for size in _SIZES}:
        name = "the Base64 of the hexadecimal that openssl prints without -binary"
        yield bytes.fromhex(match[1]), (Mistake(name, instead("binary")),)
    for digest, inner in _readings(text, depth - 1):
        if len(inner) == 1 and inner[0].name.startswith("the digest in hexadecimal"):
            yield digest, (Mistake(f"the Base64 of {inner[0].name}", instead("base64")),)
        elif not inner:
            yield digest, (Mistake("the digest in Base64 twice", instead("base64")),)
        else:
            yield digest, (*inner, Mistake("that text in Base64", instead("base64")))


# ---- what cannot be read back ---------------------------------------------------------------------

# Fewer agree by chance: 16 characters of Base64 are 96 bits.
_SHORTEST: Final = 16
_LOST: Final = "\ufffd".encode()


def damage(signature: str, digest: bytes) -> Mistake | None:
    """What was done to the signature of this digest, if a disfigured text is all that is left of it."""
    right = base64.b64encode(digest).decode()
    if len(signature) < _SHORTEST or signature == right:
        return None
    if name := _disfigured(signature, right) or _cut(signature, right, digest):
        return Mistake(name, instead("whole"))
    name = ""
    if signature.lower() == "".join(f"{byte:x}" for byte in digest) != digest.hex():
        name = "the digest in hexadecimal without the zeros before single digits"
    elif (
        _LOST in (left := _decodable(signature))
        and left == digest.decode("utf-8", "replace").encode()
    ):
        name = "the digest read as UTF-8 text, which loses bytes, before Base64"
    return Mistake(name, instead("no text")) if name else None


def unhashed(signature: str, message: bytes, of_nothing: bytes) -> Mistake | None:
    """What was sent in place of the digest of this message; ``of_nothing`` is that of an empty one."""
    hexadecimal = len(signature) % 2 == 0 and _HEX.fullmatch(signature)
    left = bytes.fromhex(signature) if hexadecimal else _decodable(signature)
    name = ""
    if len(message) >= _SHORTEST and left == message:
        name = "the prehash itself in place of its digest"
    # hash.Hash.Sum of Go appends the digest of what was written, here of nothing, to its argument.
    elif len(message) >= _SHORTEST and left == message + of_nothing:
        name = "the prehash handed to Go's Sum, with nothing written to the hash before"
    return Mistake(name, instead("digest")) if name else None


def _decodable(signature: str) -> bytes:
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
        (re.sub(r"[+/]|=+\Z", "", right), "all marks of the signature lost"),
    ):
        if text == signature:
            return name
    return ""


def _cut(signature: str, right: str, digest: bytes) -> str:
    length, left = len(signature), _decodable(signature)
    for fits, name in (
        (right.startswith(signature), f"only the first {length} characters of the signature"),
        (
            right.endswith(signature),
            f"the first {len(right) - length} characters of the signature lost",
        ),
        (
            digest.hex().startswith(signature.lower()),
            f"only the first {length} digits of the digest in hexadecimal",
        ),
        (left and digest.startswith(left), f"only the first {len(left)} bytes of the digest"),
        (left == digest[::-1], "the digest's bytes in reverse"),
    ):
        if fits:
            return name
    return ""
