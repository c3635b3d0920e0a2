"""Prehashes with the key, the secret or the passphrase in them, and those of other exchanges.

What a guide for another exchange has is often copied as a whole. Where only the timestamp, the order
or the digest is another, the catalogue names that; here is what no such mistake alone can make. The
timestamp is the header's; that another notation was signed is a mistake beside the recipe.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.credentials.filling import KEY, PASSPHRASE, SECRET
from okx_magic.credentials.macs import RIGHT, Scheme
from okx_magic.detective.joining import Joining
from okx_magic.detective.mistakes import KNOWN, USUAL, Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.detective.joining import Join, Parts

_ALONE = (
    "join timestamp, method, path with query, and body, and nothing else: key and passphrase have"
    " headers of their own, and the secret is the key of the HMAC"
)
_FOREIGN = (
    "sign as OKX wants it, not as another exchange: timestamp, method, path with query, and body, with"
    " nothing between, under HMAC-SHA256, in Base64"
)


class Recipe(NamedTuple):
    """A whole way to sign: how the parts are joined, with which digest.

    ``secret`` names the wrong form of the secret that belongs to it, "" if it is the right one. Only
    under the right one do the marks in the joined text stand for the values.
    """

    joining: Joining
    scheme: Scheme = RIGHT
    secret: str = ""


def _salted(before: bytes, after_timestamp: bytes, behind: bytes) -> Join:
    return lambda parts: b"".join((before, parts[0], after_timestamp, *parts[1:], behind))


_SALTS: dict[str, Join] = {
    "the secret behind the prehash": _salted(b"", b"", SECRET),
    "the secret before the prehash": _salted(SECRET, b"", b""),
    "the secret before and behind the prehash": _salted(SECRET, b"", SECRET),
    "the API key behind the prehash": _salted(b"", b"", KEY),
    "the API key before the prehash": _salted(KEY, b"", b""),
    "the API key behind the timestamp in the prehash": _salted(b"", KEY, b""),
    "the passphrase behind the prehash": _salted(b"", b"", PASSPHRASE),
    "the passphrase before the prehash": _salted(PASSPHRASE, b"", b""),
    "the passphrase behind the timestamp in the prehash": _salted(b"", PASSPHRASE, b""),
    "API key and passphrase behind the prehash": _salted(b"", b"", KEY + PASSPHRASE),
    "API key and passphrase behind the timestamp in the prehash": _salted(
        b"", KEY + PASSPHRASE, b""
    ),
}


# ---- other exchanges, as their API documents say ---------------------------------------------------


def _given(parts: Parts) -> bytes:
    """The parameters, wherever they are."""
    return parts[3].removeprefix(b"?") + parts[4]


def _binance(more: bytes) -> Join:
    return lambda parts: b"&".join(filter(None, (_given(parts), more, b"timestamp=" + parts[0])))


def _bybit(window: bytes) -> Join:
    return lambda parts: parts[0] + KEY + window + _given(parts)


def _bybit_before(parts: Parts) -> bytes:
    own = (b"api_key=" + KEY, b"timestamp=" + parts[0])
    return b"&".join(sorted(filter(None, (*_given(parts).split(b"&"), *own))))


def _kraken(parts: Parts) -> bytes:
    posted = b"&".join(filter(None, (b"nonce=" + parts[0], _given(parts))))
    return parts[2] + hashlib.sha256(parts[0] + posted).digest()


def _gate(parts: Parts) -> bytes:
    timestamp, method, path, query, body = parts
    hashed = hashlib.sha512(body).hexdigest().encode()
    return b"\n".join((method, path, query.removeprefix(b"?"), hashed, timestamp))


def _htx(parts: Parts) -> bytes:
    query = b"&".join(sorted(parts[3].removeprefix(b"?").split(b"&")))
    return b"\n".join((parts[1], b"www.okx.com", parts[2], query))


def _okex_before(parts: Parts) -> bytes:
    pairs = sorted(filter(None, _given(parts).split(b"&")))
    return b"&".join((*pairs, b"secret_key=" + SECRET))


def _okex_before_with_key(parts: Parts) -> bytes:
    pairs = sorted(filter(None, (*_given(parts).split(b"&"), b"api_key=" + KEY)))
    return b"&".join((*pairs, b"secret_key=" + SECRET))


_OF_EXCHANGES: tuple[tuple[str, Join, Scheme, str], ...] = (
    ("Binance: parameters and timestamp=", _binance(b""), RIGHT, ""),
    ("Binance: parameters, recvWindow and timestamp=", _binance(b"recvWindow=5000"), RIGHT, ""),
    ("Bybit: timestamp, API key, recv_window 5000, parameters", _bybit(b"5000"), RIGHT, ""),
    ("Bybit: timestamp, API key, recv_window 10000, parameters", _bybit(b"10000"), RIGHT, ""),
    ("Bybit: timestamp, API key, recv_window 20000, parameters", _bybit(b"20000"), RIGHT, ""),
    ("Bybit: timestamp, API key, parameters", _bybit(b""), RIGHT, ""),
    (
        "Bybit's v2: all parameters sorted, api_key and timestamp among them",
        _bybit_before,
        RIGHT,
        "",
    ),
    ("MEXC: API key, timestamp, parameters", lambda p: KEY + p[0] + _given(p), RIGHT, ""),
    (
        "BitMart: timestamp, memo and parameters joined by #",
        lambda p: b"#".join((p[0], PASSPHRASE, _given(p))),
        RIGHT,
        "",
    ),
    ("HTX: method, host, path and sorted query in lines", _htx, RIGHT, ""),
    (
        "Kraken: path and SHA-256 of nonce and parameters, HMAC-SHA-512 under the decoded secret",
        _kraken,
        Scheme("hmac", "sha512"),
        "the secret decoded from Base64 first",
    ),
    (
        "Gate: method, path, query, SHA-512 of the body, timestamp in lines, HMAC-SHA-512",
        _gate,
        Scheme("hmac", "sha512"),
        "",
    ),
    (
        "Bitfinex: /api, path, nonce, body, HMAC-SHA-384",
        lambda p: b"/api/" + p[2].removeprefix(b"/api").lstrip(b"/") + p[0] + p[4],
        Scheme("hmac", "sha384"),
        "",
    ),
    (
        "OKEx's v1: MD5 of the sorted parameters and secret_key=",
        _okex_before,
        Scheme("no key", "md5"),
        "",
    ),
    (
        "OKEx's v1: MD5 of the sorted parameters, api_key among them, and secret_key=",
        _okex_before_with_key,
        Scheme("no key", "md5"),
        "",
    ),
)


def _table() -> Iterator[Recipe]:
    for name, join in _SALTS.items():
        yield Recipe(Joining(join, (Mistake(name, _ALONE, USUAL),)))
    for name, join, scheme, secret in _OF_EXCHANGES:
        told = Mistake(f"the recipe of {name}", _FOREIGN, KNOWN)
        yield Recipe(Joining(join, (told,)), scheme, secret)


RECIPES = tuple(_table())
