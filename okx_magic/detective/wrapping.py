"""From the pasted signature back to the bytes of the digest, through whatever was wrapped around it.

Strategy: the outermost layer is taken off first, each layer is one mistake, and a text that can be
read in two ways is read in both. The right signature has a single layer, Base64, which is none.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from okx_magic.detective.literals import literal
from okx_magic.detective.mistakes import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE64 = (
    "send the Base64 text of the digest's own bytes: base64.b64encode(mac.digest()).decode() in Python,"
    " digest('base64') in Node.js, base64_encode(hash_hmac(…, true)) in PHP"
)
_BINARY = "pipe the digest's bytes into base64: openssl dgst -sha256 -hmac … -binary | base64"
_PLAIN = "send the Base64 text alone, as it is: nothing around it, nothing encoded in it"

_STANDARD = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_URLSAFE = re.compile(r"[A-Za-z0-9_-]+={0,2}")
_HEX = re.compile(r"[0-9a-fA-F]+")
_OPENSSL = re.compile(r"(?:HMAC-)?(?:[A-Z0-9-]+)?\((?:stdin|[^)]*)\)\s*=\s*", re.IGNORECASE)
# The digests of the hashes in use: MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512.
_SIZES = (16, 20, 28, 32, 48, 64)
_DEEPEST = 4
# What openssl prints without -binary, or that without its label: whoever pipes it into base64.
_PRINTED = re.compile(rf"(?:{_OPENSSL.pattern})?([0-9a-f]+)\n?", re.IGNORECASE)


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


def _readings(text: str, depth: int) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    for digest, mistakes in _decoded(text):
        if len(digest) in _SIZES:
            yield digest, mistakes
        if depth:
            yield from _inner(digest, mistakes, depth)
    if depth:
        for inner, name in _peeled(text):
            for digest, mistakes in _readings(inner, depth - 1):
                yield digest, (*mistakes, Mistake(name, _PLAIN))


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
    yield from _unescaped(text)
    if match := _OPENSSL.match(text):
        yield text[match.end() :], "the label that openssl prints, before the signature"
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            yield text.removeprefix(prefix), f"{prefix.strip(' =:')} before the signature"


def _unescaped(text: str) -> Iterator[tuple[str, str]]:
    if re.search("%[0-9a-fA-F]{2}", text):
        yield unquote(text), "the signature percent-encoded"
    if _ESCAPE.search(text):
        plain = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
        yield plain, "the signature with the \\u escapes of JSON"
    if "\\/" in text:
        yield text.replace("\\/", "/"), "the signature with a \\ before each /"
    if (plain := html.unescape(text)) != text:
        yield plain, "the signature escaped for HTML"


_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PREFIXES = (
    *("sha256=", "HMAC-SHA256 ", "hmac-sha256=", "Signature ", "sign=", "Bearer "),
    *("OK-ACCESS-SIGN: ", "OK-ACCESS-SIGN:"),
)


def _without_blanks(text: str) -> Iterator[tuple[str, str]]:
    if text != text.strip():
        broken = "\n" in text.strip(" ")
        yield text.strip(), "a line break at the signature" if broken else "blanks at the signature"
    elif re.search(r"\s", text):
        if _STANDARD.fullmatch(text.replace(" ", "+")):
            yield text.replace(" ", "+"), "the signature with each + turned into a blank"
        yield re.sub(r"\s", "", text), "the signature broken into lines"
    if text.endswith("\\n"):
        yield text.removesuffix("\\n"), "a backslash and an n behind the signature"


# ---- from text to bytes ---------------------------------------------------------------------------


def _decoded(text: str) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    yield from _from_hex(text)
    yield from _from_base64(text)
    yield from _from_repr(text, Mistake("the digest as b'…', as Python prints bytes", _BASE64))
    if re.fullmatch("[A-Z2-7]+=*", text) and len(text.rstrip("=")) in (26, 32, 52, 103):
        filled = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 8)
        yield base64.b32decode(filled), (Mistake("the digest in Base32", _BASE64),)
    if re.fullmatch(r"[0-9, \[\]-]+", text) and text.count(",") + 1 in _SIZES:
        numbers = [int(each) % 256 for each in re.findall(r"-?\d+", text)]
        yield bytes(numbers), (Mistake("the digest as a list of numbers", _BASE64),)


def _from_hex(text: str) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    plain = re.sub(r"^0[xX]|[: -]", "", text)
    if len(plain) // 2 not in _SIZES or len(plain) % 2 or not _HEX.fullmatch(plain):
        return
    name = "the digest in hexadecimal"
    if plain != plain.lower():
        name += " in capitals"
    if plain != text:
        name += " with marks before or between its digits"
    yield bytes.fromhex(plain), (Mistake(name, _BASE64),)


def _from_base64(text: str) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    names = []
    if not _STANDARD.fullmatch(text):
        if not _URLSAFE.fullmatch(text):
            return
        text = text.replace("-", "+").replace("_", "/")
        names.append("the digest in URL-safe Base64")
    missing = -len(text) % 4
    if missing:
        text += "=" * missing
        names.append("the = at the end of the signature lost")
    # Some libraries write the URL-safe form without =, so the two can be one mistake.
    if len(names) > 1:
        names = ["the digest in URL-safe Base64 without its ="]
    mistakes = tuple(Mistake(name, _BASE64) for name in names)
    try:
        yield base64.b64decode(text, validate=True), mistakes
    except binascii.Error:
        return


def _inner(
    decoded: bytes, mistakes: tuple[Mistake, ...], depth: int
) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    """What Base64 was made of, where that was a text and not the digest's bytes."""
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        return
    if not text.isascii():
        if len(text) in _SIZES and max(text) <= "\xff":
            name = "the digest taken for latin-1 text and encoded in UTF-8 before Base64"
            yield text.encode("latin-1"), (*mistakes, Mistake(name, _BASE64))
        return
    told = Mistake("the Base64 of the digest as b'…'", _BASE64)
    for digest, inner in _from_repr(text, told):
        yield digest, (*mistakes, *inner)
    match = _PRINTED.fullmatch(text)
    if match and match[1] != text and len(match[1]) in {2 * size for size in _SIZES}:
        name = "the Base64 of the hexadecimal that openssl prints without -binary"
        yield bytes.fromhex(match[1]), (*mistakes, Mistake(name, _BINARY))
    for digest, inner in _readings(text, depth - 1):
        if len(inner) == 1 and inner[0].name.startswith("the digest in hexadecimal"):
            yield digest, (*mistakes, Mistake(f"the Base64 of {inner[0].name}", _BASE64))
        elif not inner:
            yield digest, (*mistakes, Mistake("the digest in Base64 twice", _BASE64))
        else:
            yield digest, (*mistakes, *inner, Mistake("that text in Base64", _BASE64))


def _from_repr(text: str, told: Mistake) -> Iterator[tuple[bytes, tuple[Mistake, ...]]]:
    value = literal(text) if text.startswith(("b'", 'b"')) else None
    if isinstance(value, bytes) and len(value) in _SIZES:
        yield value, (told,)
