"""Digests written in wrong ways, by hand."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING
from urllib.parse import quote

from byhand import register

if TYPE_CHECKING:
    from collections.abc import Callable


def b64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


WRITTEN: dict[str, Callable[[bytes], str]] = {
    "the digest in hexadecimal": bytes.hex,
    "the digest in hexadecimal in capitals": lambda digest: digest.hex().upper(),
    "the digest in hexadecimal with marks before or between its digits": lambda d: d.hex(":"),
    "the Base64 of the digest in hexadecimal": lambda digest: b64(digest.hex().encode()),
    "the Base64 of the digest in hexadecimal in capitals": lambda digest: b64(
        digest.hex().upper().encode()
    ),
    "the digest in Base64 twice": lambda digest: b64(b64(digest).encode()),
    "the digest in URL-safe Base64": lambda digest: base64.urlsafe_b64encode(digest).decode(),
    "the digest in URL-safe Base64 without its =": lambda digest: (
        base64.urlsafe_b64encode(digest).decode().rstrip("=")
    ),
    "the = at the end of the signature lost": lambda digest: b64(digest).rstrip("="),
    "the digest in Base32": lambda digest: base64.b32encode(digest).decode(),
    "the digest as a list of numbers": lambda digest: str(list(digest)),
    "the digest taken for latin-1 text and encoded in UTF-8 before Base64": lambda digest: b64(
        digest.decode("latin-1").encode()
    ),
    "the digest as b'…', as Python prints bytes": str,
    "the digest read as UTF-8 text, which loses bytes, before Base64": lambda digest: b64(
        digest.decode("utf-8", "replace").encode()
    ),
    "the digest in hexadecimal without the zeros before single digits": lambda digest: "".join(
        f"{byte:x}" for byte in digest
    ),
    "the Base64 of the hexadecimal that openssl prints without -binary": lambda digest: b64(
        f"SHA2-256(stdin)= {digest.hex()}\n".encode()
    ),
    "the signature with the \\u escapes of JSON": lambda d: b64(d).replace("=", "\\u003d"),
    "Bearer before the signature": lambda digest: "Bearer " + b64(digest),
    "OK-ACCESS-SIGN before the signature": lambda digest: "OK-ACCESS-SIGN: " + b64(digest),
    "the Base64 of the digest as b'…'": lambda digest: b64(str(digest).encode()),
    "the signature as b'…', as Python prints bytes": lambda d: str(base64.b64encode(d)),
    "quotes around the signature": lambda digest: f'"{b64(digest)}"',
    "the signature percent-encoded": lambda digest: quote(b64(digest), safe=""),
    "the signature with a \\ before each /": lambda digest: b64(digest).replace("/", "\\/"),
    "a line break at the signature": lambda digest: base64.encodebytes(digest).decode(),
    "blanks at the signature": lambda digest: f" {b64(digest)}",
    "a backslash and an n behind the signature": lambda digest: b64(digest) + "\\n",
    "the signature with each + turned into a blank": lambda d: b64(d).replace("+", " "),
    "the label that openssl prints, before the signature": lambda d: "(stdin)= " + b64(d),
    "sha256 before the signature": lambda digest: "sha256=" + b64(digest),
    "the signature escaped for HTML": lambda d: b64(d).replace("=", "&#61;").replace("+", "&#43;"),
    "a comma or semicolon behind the signature": lambda digest: b64(digest) + ",",
    "brackets around the signature": lambda digest: f"[{b64(digest)}]",
    "the signature in lower case": lambda digest: b64(digest).lower(),
    "the signature in capitals": lambda digest: b64(digest).upper(),
    "the signature in reverse": lambda digest: b64(digest)[::-1],
    "the signature twice": lambda digest: b64(digest) * 2,
    "each + of the signature lost": lambda digest: b64(digest).replace("+", ""),
    "only the first 40 characters of the signature": lambda digest: b64(digest)[:40],
    "the first 2 characters of the signature lost": lambda digest: b64(digest)[2:],
    "only the first 32 digits of the digest in hexadecimal": lambda digest: digest.hex()[:32],
    "only the first 16 bytes of the digest": lambda digest: b64(digest[:16]),
    "the digest's bytes in reverse": lambda digest: b64(digest[::-1]),
}
for _name, _write in WRITTEN.items():
    register(_name, "wrapping", lambda s, write=_write: setattr(s, "written", write))
