"""Requests of all kinds to a sandbox, drawn from a seed: orders, every endpoint that it serves and some
that it does not, broken ones, and ones that ask for a fault.

``sandbox_requests.json`` has what they are drawn from. In its endpoints ``!`` marks a required parameter
and ``=`` comes before the values that the docs list. Its faults are without "hang" and without those
that act after their answer, as both would race with the next request.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from sandbox_caller import START, Clock, signed

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from okx_magic.sandbox import Keys, Sandbox

FACTS = json.loads(Path(__file__).with_name("sandbox_requests.json").read_text("utf-8"))
WRONG_BODIES = (
    *(b"", b"{", b"[]", b"{}", b"[1]", b'"x"', b"\xff", b'{"a":1,"a":2}', b"[[[[", b"null"),
)
WRONG_VALUES = ("", "x", "1", "2026-02-31T00:00:00Z", "\xe4")
HOSTS = ("evil.example", "localhost", "[::1]:1", "127.0.0.1.example")
ORIGINS = ("https://evil.example", "http://localhost:8888", "null")
METHODS = ("PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "GET", "POST")
SUFFIXES = ("&x=1", "?", "&instId=BTC-USDT", "%20", "&a=%ff", "#", "/", "&limit=1&limit=2")
TARGETS = ("/", "/api/v5", "/api/v5/nowhere", "/favicon.ico", "/api/v4/x", "//", "/?a")


_TICKER = "/api/v5/market/ticker"


class Endpoint(NamedTuple):
    """``params`` are name, whether it is required, and the values that the docs list."""

    method: str
    path: str
    params: list[tuple[str, bool, list[str]]]


class Sent(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


def _endpoint(line: str) -> Endpoint:
    method, path, *params = line.split()
    split = [param.partition("=") for param in params]
    known = [
        (name.rstrip("!"), name.endswith("!"), values.split("|") if values else [])
        for name, _, values in split
    ]
    return Endpoint(method, f"/api/v5/{path}", known)


class Plan:
    """What is sent next; it learns the orders' ids from the answers, and reads the clock."""

    def __init__(self, sandbox: Sandbox, clock: Clock, chance: Random) -> None:
        self._clock, self._chance, self._pick = clock, chance, chance.choice
        make = sandbox.make_key
        self._keys = [
            *[sandbox.demo] * 16,
            *[sandbox.live] * 4,
            make(permissions=["read_only"]),
            make(permissions=["read_only", "trade", "withdraw"]),
            make(addresses=["10.0.0.0/8"]),
            make(expires=START + 5000),
            make("live", permissions=["trade"]),
        ]
        self._known = [_endpoint(line) for line in FACTS["endpoints"]]
        self._of_orders = [
            one
            for one in self._known
            if one.path.startswith("/api/v5/trade/") and "order" in one.path
        ]
        self._ids = ["1", "x"]
        self._client_ids = ["none"]
        self._placed, self._placing = [("BTC-USDT", "1")], "BTC-USDT"
        self._prices: dict[str, float] = {}
        self._first = [
            *(self._by(keys, "POST", *FACTS["level"]) for keys in (sandbox.demo, sandbox.live)),
            self._by(sandbox.live, "POST", *FACTS["both sides"]),
            *(Sent("GET", f"{_TICKER}?instId={name}", {}) for name in FACTS["ticks"]),
        ]

    def next(self) -> Sent:
        if self._first:
            return self._first.pop(0)
        kinds: list[Callable[[], Sent]] = [
            self._place,
            lambda: self._documented(self._pick(self._known)),
            self._change,
            lambda: self._documented(self._pick(self._of_orders)),
            self._broken,
            self._faulty,
        ]
        return self._chance.choices(kinds, (28, 40, 10, 9, 8, 5))[0]()

    def learn(self, answer: bytes) -> None:
        if match := re.search(rb'"instId":"([^"]+)","last":"([\d.]+)"', answer):
            self._prices[match[1].decode()] = float(match[2])
        for mark, known in ((b'"ordId":"', self._ids), (b'"clOrdId":"', self._client_ids)):
            found = answer.partition(mark)[2].partition(b'"')[0]
            if 0 < len(found) < 40:
                known.append(found.decode())
                del known[:-20]
        if answer.count(b'"sCode":"0"') == 1:
            self._placed.append((self._placing, self._ids[-1]))
            del self._placed[:-20]

    def _signed(self, method: str, target: str, value: Any = None) -> Sent:
        return self._by(self._pick(self._keys), method, target, value)

    def _by(self, keys: Keys, method: str, target: str, value: Any = None) -> Sent:
        body = b"" if value is None else json.dumps(value).encode()
        demo = keys.environment == "demo"
        headers = signed(keys, method, target, body, self._clock.now, demo=demo)
        return Sent(method, target, headers, body)

    def _place(self) -> Sent:
        """An order that is likely to be taken, alone or with others."""
        pools, pick = FACTS["placed"], self._pick
        order = {name: pick(pools[name]) for name in ("instId", "side", "ordType", "sz")}
        self._placing = order["instId"]
        of_contracts = order["instId"].endswith("SWAP")
        order["tdMode"] = pick(("cross", "isolated")) if of_contracts else "cash"
        if of_contracts:
            order |= pick(
                ({}, {}, {"reduceOnly": "true"}, {"posSide": "long"}, {"posSide": "short"})
            )
        if order["ordType"] != "market":
            order["px"] = self._price(order["instId"])
        if self._chance.random() < 0.5:
            order["clOrdId"] = f"c{self._chance.randrange(10_000)}"
        if self._chance.random() < 0.1:
            order |= {"tag": "bot", "tgtCcy": "base_ccy"}
        if self._chance.random() < 0.8:
            return self._signed("POST", "/api/v5/trade/order", order)
        others = [
            order | {"px": pick(FACTS["values"]["px"]), "clOrdId": ""}
            for _ in range(self._chance.randrange(1, 22))
        ]
        return self._signed("POST", "/api/v5/trade/batch-orders", [order, *others])

    def _change(self) -> Sent:
        """The cancelling, amending or reading of an order that may be there."""
        name, ord_id = self._pick(self._placed)
        known = {"instId": name, "ordId": ord_id}
        match self._chance.randrange(4):
            case 0:
                return self._signed("POST", "/api/v5/trade/cancel-order", known)
            case 1:
                return self._signed("GET", f"/api/v5/trade/order?instId={name}&ordId={ord_id}")
            case 2:
                return self._signed("POST", "/api/v5/trade/cancel-batch-orders", [known, known])
            case _:
                change = self._pick(
                    ({"newSz": "0.02"}, {"newSz": "3"}, {"newPx": self._price(name)})
                )
                return self._signed("POST", "/api/v5/trade/amend-order", known | change)

    def _price(self, name: str) -> str:
        """Near the last price that was seen, and most often a multiple of the tick."""
        tick = FACTS["ticks"][name]
        steps = round(self._prices.get(name, 1000) * self._pick(FACTS["near"]) / tick)
        return f"{steps * tick + self._pick(FACTS['off']):.8f}".rstrip("0")

    def _documented(self, one: Endpoint) -> Sent:
        if one.method == "GET":
            query = "&".join(f"{name}={quote(value)}" for name, value in self._values(one).items())
            target = f"{one.path}?{query}".rstrip("?")
            if "/market/" in target or "/public/" in target:
                return Sent("GET", target, {})
            return self._signed("GET", target)
        value: Any = self._values(one)
        if "batch" in one.path:
            value = [self._values(one) for _ in range(self._chance.randrange(1, 4))]
        elif "demo-adjust" in one.path:
            value["adjustments"] = [{"ccy": self._value("ccy", []), "amt": self._value("amt", [])}]
        sent = self._signed("POST", one.path, value)
        if self._chance.random() < 0.1:
            sent.headers["expTime"] = str(round((self._clock.now + self._pick((-1, 0, 5))) * 1000))
        return sent

    def _values(self, one: Endpoint) -> dict[str, str]:
        required, other = (0.97, 0.45) if self._chance.random() < 0.9 else (0.6, 0.7)
        return {
            name: self._value(name, listed)
            for name, needed, listed in one.params
            if self._chance.random() < (required if needed else other)
        }

    def _value(self, name: str, listed: list[str]) -> str:
        if name in {"ordId", "after", "before"} and self._chance.random() < 0.6:
            return self._pick(self._ids)
        if name == "clOrdId":
            return self._pick(self._client_ids)
        if name in {"after", "before", "begin", "end"}:
            ago = self._pick((-60, 60, 3600, 10**6, 10**8))
            return str(round((self._clock.now - ago) * 1000))
        return self._pick((*FACTS["values"].get(name, ()), *listed, *listed) or ("1", "abc"))

    def _broken(self) -> Sent:
        """A request with one thing wrong: its headers, its body, its target, its method."""
        pick, half = self._pick, self._chance.random() < 0.5
        sent = self._place() if half else self._documented(pick(self._known))
        headers = sent.headers
        name = pick([*headers, "Content-Type"])
        match self._chance.randrange(9):
            case 0:
                headers.pop(name, None)
            case 1:
                headers[name] = pick((*WRONG_VALUES, str(self._clock.now)))
            case 2:
                headers["Host"] = pick(HOSTS)
            case 3:
                headers["Origin"] = pick(ORIGINS)
            case 4:
                return sent._replace(method=pick(METHODS))
            case 5:
                body, keys = pick(WRONG_BODIES), self._keys[0]
                right = signed(keys, "POST", sent.target, body, self._clock.now, demo=True)
                return Sent("POST", sent.target, right, body)
            case 6:
                return sent._replace(target=sent.target + pick(SUFFIXES))
            case 7:
                target = pick(TARGETS)
                return self._signed(pick(("GET", "POST", "HEAD")), target)
            case _:
                headers["OK-ACCESS-SIGN"] = headers.get("OK-ACCESS-SIGN", "A")[::-1]
        return sent

    def _faulty(self) -> Sent:
        likely = self._chance.random() < 0.6
        sent = self._place() if likely else self._documented(self._pick(self._known))
        sent.headers["x-sandbox-fault"] = self._pick(FACTS["faults"])
        return sent
