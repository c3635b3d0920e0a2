"""Prehashes with the credentials in them, and the recipes of other exchanges, by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from byhand import register

if TYPE_CHECKING:
    from collections.abc import Callable

    from byhand import Signing

# What is written for the parts: t, m, p (with its query), b; then k(ey), s(ecret) and (pass)w(ord).
SALTED = {
    "the secret behind the prehash": "tmpbs",
    "the secret before the prehash": "stmpb",
    "the secret before and behind the prehash": "stmpbs",
    "the API key behind the prehash": "tmpbk",
    "the API key before the prehash": "ktmpb",
    "the API key behind the timestamp in the prehash": "tkmpb",
    "the passphrase behind the prehash": "tmpbw",
    "the passphrase before the prehash": "wtmpb",
    "the passphrase behind the timestamp in the prehash": "twmpb",
    "API key and passphrase behind the prehash": "tmpbkw",
    "API key and passphrase behind the timestamp in the prehash": "tkwmpb",
}


def _joined(signing: Signing, order: str) -> bytes:
    texts = {
        "t": signing.timestamp,
        "m": signing.method,
        "p": signing.path + signing.query,
        "b": signing.body,
        "k": signing.sent.key.encode(),
        "s": signing.sent.secret.encode(),
        "w": signing.sent.passphrase.encode(),
    }
    return b"".join(texts[each] for each in order)


for _name, _order in SALTED.items():
    register(
        _name,
        "recipe",
        lambda signing, order=_order: setattr(signing, "whole", lambda _: _joined(signing, order)),
    )


def params(signing: Signing) -> str:
    return (signing.query[1:] + signing.body).decode()


def binance(signing: Signing, more: str = "") -> str:
    return (f"{params(signing)}&" if params(signing) else "") + more + f"timestamp={time(signing)}"


def time(signing: Signing) -> str:
    return signing.timestamp.decode()


def key(signing: Signing) -> str:
    return signing.sent.key


def split(signing: Signing) -> list[str]:
    return [pair for pair in params(signing).split("&") if pair]


def okex(signing: Signing, *more: str) -> str:
    return "".join(f"{pair}&" for pair in sorted([*split(signing), *more])) + (
        f"secret_key={signing.sent.secret}"
    )


TEXTS: dict[str, Callable[[Signing], str]] = {
    "Binance: parameters and timestamp=": binance,
    "Binance: parameters, recvWindow and timestamp=": lambda s: binance(s, "recvWindow=5000&"),
    "Bybit: timestamp, API key, recv_window 5000, parameters": lambda s: (
        f"{time(s)}{key(s)}5000{params(s)}"
    ),
    "Bybit: timestamp, API key, recv_window 10000, parameters": lambda s: (
        f"{time(s)}{key(s)}10000{params(s)}"
    ),
    "Bybit: timestamp, API key, recv_window 20000, parameters": lambda s: (
        f"{time(s)}{key(s)}20000{params(s)}"
    ),
    "Bybit: timestamp, API key, parameters": lambda s: time(s) + key(s) + params(s),
    "Bybit's v2: all parameters sorted, api_key and timestamp among them": lambda s: "&".join(
        sorted([*split(s), f"api_key={key(s)}", f"timestamp={time(s)}"])
    ),
    "MEXC: API key, timestamp, parameters": lambda s: key(s) + time(s) + params(s),
    "BitMart: timestamp, memo and parameters joined by #": lambda s: (
        f"{time(s)}#{s.sent.passphrase}#{params(s)}"
    ),
    "HTX: method, host, path and sorted query in lines": lambda s: (
        f"{s.method.decode()}\nwww.okx.com\n{s.path.decode()}\n"
        + "&".join(sorted(s.query[1:].decode().split("&")))
    ),
}


def _written(signing: Signing, text: Callable[[Signing], str]) -> None:
    signing.whole = lambda _: text(signing).encode()


for _name, _text in TEXTS.items():
    register(f"the recipe of {_name}", "recipe", lambda s, text=_text: _written(s, text))


def hashed(signing: Signing, name: str, text: Callable[[Signing], bytes]) -> None:
    signing.digest = lambda secret, _: hmac.new(secret, text(signing), name).digest()


def kraken(signing: Signing) -> None:
    secret = base64.b64decode(signing.sent.secret + "===")
    given = f"&{params(signing)}" if params(signing) else ""
    nonce = time(signing)
    inner = hashlib.sha256(f"{nonce}nonce={nonce}{given}".encode()).digest()
    signing.digest = lambda *_: hmac.new(secret, signing.path + inner, "sha512").digest()


def gate(signing: Signing) -> bytes:
    body = hashlib.sha512(signing.body).hexdigest().encode()
    return b"%s\n%s\n%s\n%s\n%s" % (
        signing.method,
        signing.path,
        signing.query[1:],
        body,
        signing.timestamp,
    )


def bitfinex(signing: Signing) -> bytes:
    path = signing.path[4:] if signing.path.startswith(b"/api") else signing.path
    return b"/api/" + path.lstrip(b"/") + signing.timestamp + signing.body


def md5(signing: Signing, *more: str) -> None:
    text = okex(signing, *more).encode()
    signing.digest = lambda *_: hashlib.md5(text, usedforsecurity=False).digest()


WHOLLY: dict[str, Callable[[Signing], None]] = {
    "Kraken: path and SHA-256 of nonce and parameters, HMAC-SHA-512 under the decoded secret": kraken,
    "Gate: method, path, query, SHA-512 of the body, timestamp in lines, HMAC-SHA-512": lambda s: (
        hashed(s, "sha512", gate)
    ),
    "Bitfinex: /api, path, nonce, body, HMAC-SHA-384": lambda s: hashed(s, "sha384", bitfinex),
    "OKEx's v1: MD5 of the sorted parameters and secret_key=": md5,
    "OKEx's v1: MD5 of the sorted parameters, api_key among them, and secret_key=": lambda s: md5(
        s, f"api_key={key(s)}"
    ),
}
for _name, _change in WHOLLY.items():
    register(f"the recipe of {_name}", "recipe", _change)
