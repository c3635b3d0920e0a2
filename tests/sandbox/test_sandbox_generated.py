"""Requests made by chance: each is answered as documented."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from resident import memory
from sandbox_caller import Caller, signed

from okx_magic.catalogue import endpoints
from okx_magic.sandbox.routes.endpoints import ACTIONS, PUBLIC, QUERIES
from okx_magic.sandbox.routes.order import SERVICES

if TYPE_CHECKING:
    from sandbox_caller import Clock

    from okx_magic.sandbox import Sandbox


ORDER = "/api/v5/trade/order"


ODD = [
    "",
    "0",
    "-1",
    "1e400",
    "9" * 30,
    "0.000000000000001",
    "NaN",
    "true",
    "null",
    "[]",
    "{}",
    "٣",
    "\x00",
    "%",
    "&",
    "=",
    "BTC-USDT",
    "btc-usdt",
    "BTC-USDT-SWAP",
    "BTC-USD-260327-60000-C",
    "SPOT",
    "OPTION",
    "buy",
    "sell",
    "market",
    "limit",
    "fok",
    "cash",
    "cross",
    "quote_ccy",
    "1m",
    "1Mutc",
    "3M",
    "1",
    "100",
    "300",
    "1772508800000",
    "99999999999999999999",
    "\ud800",
    "x" * 500,
]
NAMES = ["instId", "instType", "instFamily", "uly", "ordId", "clOrdId", "sz", "px", "side", "ordType",
         "tdMode", "tgtCcy", "tag", "after", "before", "limit", "bar", "begin", "end", "ccy", "state",
         "newSz", "newPx", "cxlOnFail", "reqId", "attachAlgoOrds", "expTime", "mgnMode", "posSide",
         "reduceOnly", "lever", "leverage", "posId", "type", "subType", "amt", "from", "to", "clientId",
         "transId", "adjustments", "timeOut", "acctLv", "posMode", "autoCxl", "greeksType"]  # fmt: skip
PATHS = [path for _, path in endpoints()]
SERVED = [*PUBLIC, *SERVICES, ORDER, *QUERIES, *ACTIONS]
# What is good for something at each that changes the account.
GOOD: dict[str, tuple[object, ...]] = {
    "instId": ("BTC-USDT-SWAP",),
    "tdMode": ("cross", "isolated"),
    "mgnMode": ("cross", "isolated"),
    "side": ("buy", "sell"),
    "ordType": ("limit", "market"),
    "px": ("1",),
    "sz": ("1", "2"),
    "posSide": ("net",),
    "lever": ("5",),
    "type": ("increase", "add", ""),
    "amt": ("1",),
    "ccy": ("USDT",),
    "from": ("6",),
    "to": ("18",),
    "adjustments": ([{"ccy": "USDT", "amt": "1"}],),
    "timeOut": ("10",),
    "acctLv": ("2",),
    "posMode": ("net_mode",),
    "greeksType": ("PA",),
    "instType": ("OPTION",),
    "instFamily": ("BTC-USD",),
    "autoCxl": (True,),
}


def value(chance: random.Random, depth: int = 0) -> object:
    """Some JSON, as odd as can be."""
    kind = chance.randrange(8 if depth < 3 else 4)
    if kind < 4:
        return chance.choice([*ODD, chance.random() * 10**6, chance.randrange(10**20), None, True])
    if kind < 6:
        return {chance.choice(NAMES): value(chance, depth + 1) for _ in range(chance.randrange(8))}
    return [value(chance, depth + 1) for _ in range(chance.randrange(4))]


def generated(chance: random.Random) -> tuple[str, str, bytes, dict[str, str]]:
    """Method, target, body and further headers of a request that is well formed as HTTP."""
    path = chance.choice([*[chance.choice(SERVED)] * 8, chance.choice(PATHS), "/x"])
    writes = path in SERVICES or path in ACTIONS
    method = "POST" if writes and chance.random() < 0.8 else "GET"
    if chance.random() < 0.1:
        method = chance.choice(["GET", "POST", "PUT", "HEAD", "OPTIONS", "X"])
    pairs = [(chance.choice(NAMES), chance.choice(ODD)) for _ in range(chance.randrange(4))]
    if chance.random() < 0.6:
        pairs = [*pairs[:1], ("instId", "BTC-USDT"), ("instType", "SPOT")]
    query = urlencode(pairs, errors="replace")
    body = json.dumps(value(chance)).encode() if method == "POST" else b""
    order: dict[str, object] = {
        "instId": "BTC-USDT",
        "tdMode": "cash",
        "side": "buy",
        "ordType": "limit",
    }
    if chance.random() < 0.5:
        order = {name: chance.choice(values) for name, values in GOOD.items()}
    if chance.random() < 0.4 and method == "POST":
        order = {"px": "1", "sz": "1"} | order
        if chance.random() < 0.8:
            order[chance.choice(NAMES)] = chance.choice(ODD)
        body = json.dumps([order, order] if "batch" in path else order).encode()
    if chance.random() < 0.1:
        body = chance.randbytes(chance.randrange(200)) if method == "POST" else body
    extra = {"Content-Type": chance.choice(["application/json"] * 9 + ["text/plain"])}
    if chance.random() < 0.1:
        extra["expTime"] = chance.choice(["0", "soon", "9" * 40, "99999999999999"])
    return method, f"{path}?{query}" if query else path, body, extra


@pytest.mark.slow
def test_generated_requests(sandbox: Sandbox, call: Caller, clock: Clock) -> None:
    """5,000 generated requests, most of them signed right: none brings a 5xx or hangs, each has a
    code in JSON, memory is flat once the market's caches are full (5 MiB over the second half), and the
    accounts still add up to what they had.
    """
    chance = random.Random(7)  # noqa: S311 - to be repeated
    # What hangs never answers; the slowest page, of months from minutes, takes seconds.
    call.connection.timeout = 60
    served = 0
    before = 0
    for number in range(5000):
        before = memory() if number == 2500 else before
        method, target, body, extra = generated(chance)
        clock.now += chance.choice([0, 0, 0, 0.01, 5, 300])
        headers = signed(sandbox.demo, method, target, body, clock.now, demo=True) | extra
        if chance.random() < 0.1:
            headers[chance.choice(list(headers))] = chance.choice(["", "x", "\xff\xfe", "1" * 300])
        answer = call.send(method, target, headers, body)
        assert answer.status < 500, (method, target, body, answer)
        if method != "HEAD":
            served += answer.json["code"] == "0"
    assert memory() - before <= 5 << 20
    # The generator reaches what lies behind the gate.
    assert served > 500
    assert all(float(row["cashBal"]) >= 0 for row in call.details().values())
