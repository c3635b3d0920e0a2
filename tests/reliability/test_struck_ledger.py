"""Ctrl-C inside the ledger's own writes, for each kind of write: told and written are the same.

Module: ``orders/writing``.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from scripted_rest import post

from okx_magic.errors import Interrupted
from okx_magic.orders import ledger, ledger_file

if TYPE_CHECKING:
    from lab import Lab

    from okx_magic.model import Request

SWAP = "BTC-USDT-SWAP"
REST = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "limit", "sz": "0.01"}
STOP = {"instId": SWAP, "tdMode": "isolated", "side": "sell", "ordType": "conditional", "sz": "1",
        "slTriggerPx": "10", "slOrdPx": "-1", "reduceOnly": "true"}  # fmt: skip
# What each kind is sent as, where {} is the id of an order that rests.
KINDS: dict[str, tuple[str, Any]] = {
    "an order": ("trade/order", REST | {"px": "2"}),
    "a batch": ("trade/batch-orders", [REST | {"px": "3"}, REST | {"px": "4"}]),
    "an amendment": ("trade/amend-order", {"instId": "BTC-USDT", "ordId": "{}", "newPx": "5"}),
    "a cancel": ("trade/cancel-order", {"instId": "BTC-USDT", "ordId": "{}"}),
    "a stop": ("trade/order-algo", STOP),
    "a close": ("trade/close-position", {"instId": SWAP, "mgnMode": "isolated"}),
    "a setting": ("account/set-leverage", {"instId": SWAP, "lever": "7", "mgnMode": "cross"}),
    "margin": (
        "account/position/margin-balance",
        {"instId": SWAP, "posSide": "net", "type": "add", "amt": "3"},
    ),
    "a transfer": ("asset/transfer", {"ccy": "USDT", "amt": "1", "from": "6", "to": "18"}),
    "a timer": ("trade/cancel-all-after", {"timeOut": "30"}),
}
# Each is passed twice, once before the request and once after it.
POINTS = {
    "waiting for the lock": (ledger_file, "_lock"),
    "at the disk": (os, "fsync"),
    "adding a line": (ledger, "append"),
    "cutting the file": (ledger, "cut_if_large"),
}
# As the ledger names what a person is told.
WRITTEN = {"not done": {"not sent"}, "done": {"done"}, "unknown": {"unknown"}}


class Striker:
    """Ctrl-C at the ``number``-th call, before what is called or right after it."""

    def __init__(self, real: Any, numbers: tuple[int, ...], *, after: bool) -> None:
        self.real, self.numbers, self.after, self.calls = real, numbers, after, 0

    def __call__(self, *arguments: Any, **given: Any) -> Any:
        self.calls += 1
        if self.calls not in self.numbers:
            return self.real(*arguments, **given)
        if self.after:
            self.real(*arguments, **given)
        raise KeyboardInterrupt


def prepared(bench: Lab, kind: str) -> Request:
    """The request, and what it needs: an order that rests, a position with a little margin."""
    path, body = KINDS[kind]
    resting = bench.session.send(post("/api/v5/trade/order", REST | {"px": "1"}))
    held = {"instId": SWAP, "tdMode": "isolated", "side": "buy", "ordType": "market", "sz": "1"}
    bench.session.send(post("/api/v5/trade/order", held))
    text = json.dumps(body).replace("{}", resting.envelope.data[0]["ordId"])
    return post(f"/api/v5/{path}", json.loads(text))


def outcomes(bench: Lab) -> dict[str, str]:
    """The outcome of each entry by its id, "open" where it has none."""
    lines = [json.loads(line) for line in bench.ledger.path.read_text().splitlines()]
    entries = {line["id"]: "open" for line in lines if "path" in line}
    return entries | {line["id"]: line["outcome"] for line in lines if "closed" in line}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "numbers", [(1,), (2,), (2, 3, 4, 5)], ids=["opening", "closing", "again and again"]
)
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize(
    "kind", ["an order", *(pytest.param(each, marks=pytest.mark.slow) for each in [*KINDS][1:])]
)
def test_told_and_written_are_the_same(
    bench: Lab,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    point: str,
    numbers: tuple[int, ...],
    *,
    after: bool,
) -> None:
    """Whatever is sent, and wherever in a write Ctrl-C comes, also once more in the repeated one; after
    "not done" the same goes at once.
    """
    request = prepared(bench, kind)
    before = outcomes(bench)
    owner, name = POINTS[point]
    striker = Striker(getattr(owner, name), numbers, after=after)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, striker)
        error: BaseException | None = None
        try:
            bench.session.send(request)
        except KeyboardInterrupt as struck:
            error = struck
    new = {each: said for each, said in outcomes(bench).items() if each not in before}
    if error is None:
        assert set(new.values()) == {"done"}
        return
    assert isinstance(error, Interrupted)
    assert set(new.values()) <= WRITTEN[error.outcome], (error.outcome, new)
    if error.outcome != "not done":
        assert new, error.outcome
        return
    assert bench.session.send(request).envelope.code == "0"


def test_who_writes_once_tells_the_end_of_what_stays_open(
    bench: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    request = prepared(bench, "an order")
    monkeypatch.setattr("okx_magic.orders.writing._TRIES", 1)
    monkeypatch.setattr(ledger, "append", Striker(ledger.append, (2,), after=False))
    with pytest.raises(Interrupted) as caught:
        bench.session.send(request)
    assert caught.value.outcome == "done"
    assert list(outcomes(bench).values())[-1] == "open"
