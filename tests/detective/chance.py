"""Requests and credentials by chance: of the kinds that people send, with all that makes them differ."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import quote, quote_plus

import byhand_body  # noqa: F401 - registers its mistakes
import byhand_changes  # noqa: F401 - the same
import byhand_parts  # noqa: F401 - the same
import byhand_printed  # noqa: F401 - the same
import byhand_query  # noqa: F401 - the same
import byhand_real  # noqa: F401 - the same
import byhand_recipes  # noqa: F401 - the same
import byhand_secret  # noqa: F401 - the same
import byhand_wrapping  # noqa: F401 - the same
from byhand import Sent, signed_with

from okx_magic.credentials.credentials import Credentials
from okx_magic.detective import Evidence, Verdict, investigate

GETS = (
    "/api/v5/account/balance",
    "/api/v5/trade/orders-history",
    "/api/v5/account/positions",
    "/api/v5/account/bills",
    "/api/v5/Made_Up/path",
)
POSTS = ("/api/v5/trade/order", "/api/v5/trade/cancel-order", "/api/v5/users/subaccount/apikey")
BATCHES = ("/api/v5/trade/batch-orders", "/api/v5/trade/cancel-batch-orders")
TEXTS = (
    *("BTC-USDT", "cash", "limit", "2.15", "0.001", "100", "", "no one"),
    *("测试", "é", "e\u0301", "日本", "a/b", "x<y&z", " x ", "true", "%41"),
)
IN_QUERIES = (*TEXTS, *("BTC,ETH", "BTC,ETH", "2024-01-01 00:00", "a+b", "~x*"))
VALUES: tuple[Any, ...] = (
    *TEXTS,
    *("BTC-USDT", "cash", "limit", "2.15", "0.001", "2.50"),
    *(5, 2.5, 1e-05, 100.0, True, False, None, [1, 2], {"b": "1", "a": 2}),
)
KEYS = ("instId", "tdMode", "side", "ordType", "px", "sz", "clOrdId", "tag", "label", "reduceOnly")
PARAMETERS = ("instType", "instId", "ccy", "after", "limit", "begin", "state", "ordType")
LAYOUTS: tuple[dict[str, Any], ...] = (
    {},
    {"separators": (",", ":")},
    {"separators": (",", ":"), "ensure_ascii": False},
    {"indent": 2},
    {"ensure_ascii": False},
)


def dice(seed: str) -> Random:
    """Chance that can be repeated."""
    return Random(seed)  # noqa: S311 - no secret hangs on it


def request(rng: Random) -> Sent:
    kind = rng.choice(
        ("GET", "GET?", "GET?", "POST", "POST", "POST", "batch", "batch", "empty", "login")
    )
    path, query, body = rng.choice(GETS), "", ""
    if kind == "GET?":
        query = _query(rng)
    elif kind == "POST":
        path, body = rng.choice(POSTS), _json(rng, _object(rng))
    elif kind == "batch":
        path = rng.choice(BATCHES)
        body = _json(rng, [_object(rng) for _ in range(rng.randint(1, 3))])
    elif kind == "empty":
        path, body = rng.choice(POSTS), rng.choice(("", "{}"))
    elif kind == "login":
        path = "/users/self/verify"
    method = "POST" if kind in ("POST", "batch", "empty") else rng.choice(("GET",) * 9 + ("get",))
    return Sent(_timestamp(rng, kind), method, path, query, body, _secret(rng))


def evidence(sent: Sent, signature: str) -> Evidence:
    return Evidence(
        signature, sent.timestamp, sent.method, sent.path + sent.query, sent.body, sent.host
    )


def credentials(sent: Sent) -> Credentials:
    return Credentials(sent.key, sent.secret, sent.passphrase)


def verdict(sent: Sent, *mistakes: str) -> Verdict:
    """What is said of a signature of this request with these mistakes."""
    return investigate(evidence(sent, signed_with(sent, *mistakes)), credentials(sent))


def told(found: Verdict) -> list[tuple[str, ...]]:
    return [each.mistakes for each in found.explanations]


def _timestamp(rng: Random, kind: str) -> str:
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(milliseconds=rng.randrange(10**11))
    if kind == "login":
        return str(int(moment.timestamp()))
    if rng.random() < 0.1:
        moment = moment.replace(microsecond=0)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _secret(rng: Random) -> str:
    """As OKX's are; now and then with what shells, files and decoders stumble over."""
    odd = rng.random()
    if odd < 0.8:
        return "".join(rng.choices("0123456789ABCDEF", k=32))
    if odd < 0.85:
        return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32))
    plain = "".join(rng.choices("abcXYZ019+/-_", k=12))
    return plain + "$name%41\\x" + "".join(rng.sample("#&;=:!^*|<>@~", k=6)) + plain


def _query(rng: Random) -> str:
    pairs = []
    for key in rng.sample(PARAMETERS, rng.randint(1, 5)):
        write = rng.choice((quote, quote, quote_plus))
        written = write(rng.choice(IN_QUERIES), safe=rng.choice(("", ",", "/,:")))
        pairs.append(f"{key}={written}")
    return "?" + "&".join(pairs)


def _object(rng: Random) -> dict[str, Any]:
    return {key: rng.choice(VALUES) for key in rng.sample(KEYS, rng.randint(1, 7))}


def _json(rng: Random, value: Any) -> str:
    return json.dumps(value, **rng.choice(LAYOUTS)) + rng.choice(("", "", "", "\n"))
