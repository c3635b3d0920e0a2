"""Signatures: one bit is too many, a replay passes within the window, and no time tells a secret."""

from __future__ import annotations

import hmac
import json
import random
from typing import TYPE_CHECKING

import pytest
from sandbox_caller import Caller, signed

if TYPE_CHECKING:
    from sandbox_caller import Clock


CONFIG = "/api/v5/account/config"
ORDER = "/api/v5/trade/order"


def test_a_replayed_request_passes_within_the_window(call: Caller, clock: Clock) -> None:
    """OKX documents no nonce: a signed request is good for 30 s as often as it comes, and an order
    sent again is another order.
    """
    body = json.dumps(
        {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "px": "1",
         "sz": "1"}
    ).encode()  # fmt: skip
    headers = call.headers("POST", ORDER, body)
    ids = {call.send("POST", ORDER, headers, body).data[0]["ordId"] for _ in range(3)}
    assert len(ids) == 3
    clock.now += 30
    assert call.send("POST", ORDER, headers, body).json["code"] == "0"
    clock.now += 0.002
    refused = call.send("POST", ORDER, headers, body)
    assert (refused.status, refused.json["code"]) == (401, "50102")


@pytest.mark.slow
def test_one_bit_is_too_many(call: Caller, clock: Clock) -> None:
    """Of 1,000 requests with one bit changed, in the signature or in what is signed, none passes;
    unchanged they do.
    """
    chance = random.Random(1)  # noqa: S311 - to be repeated
    keys = call.sandbox.demo
    for number in range(1000):
        target = f"{CONFIG}?n={number}"
        headers = signed(keys, "GET", target, b"", clock.now, demo=True)
        if number % 100 == 0:
            assert call.send("GET", target, headers).status == 200
        name = chance.choice(["OK-ACCESS-SIGN", "OK-ACCESS-TIMESTAMP", "target"])
        whole = target if name == "target" else headers[name]
        # What stays readable as the header or the path that it is.
        places = range(len(CONFIG) + 3, len(whole)) if name == "target" else range(len(whole))
        place, bit = chance.choice(list(places)), chance.choice([1, 2, 4, 8])
        changed = whole[:place] + chr(ord(whole[place]) ^ bit) + whole[place + 1 :]
        if not changed.isascii() or not changed.isprintable() or changed != changed.strip():
            changed = whole[:place] + ("x" if whole[place] != "x" else "y") + whole[place + 1 :]
        if name == "target":
            target = changed.replace(" ", "_").replace("#", "_")
        else:
            headers[name] = changed
        answer = call.send("GET", target, headers)
        assert answer.status == 401, (name, whole, changed)
        assert answer.json["code"] in {"50113", "50112", "50102"}


def test_secrets_are_compared_in_constant_time(
    call: Caller, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Passphrase and signature are compared by hmac.compare_digest."""
    compared: list[bytes] = []
    real = hmac.compare_digest

    def compare(given: bytes, right: bytes) -> bool:
        compared.append(given)
        return real(given, right)

    monkeypatch.setattr("okx_magic.sandbox.gateway.hmac.compare_digest", compare)
    headers = call.headers("GET", CONFIG)
    assert call.send("GET", CONFIG, headers).status == 200
    assert compared == [
        headers["OK-ACCESS-PASSPHRASE"].encode(),
        headers["OK-ACCESS-SIGN"].encode(),
    ]
    assert clock.now
