"""Limits, and servers that refuse everything for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab import Lab, lab, order
from pace import Ticks

from okx_magic.errors import OkxError, OkxMagicError
from okx_magic.model import Request
from okx_magic.wire.retry import CircuitBreaker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# 20 in 2 s.
TICKER = Request("GET", "/api/v5/market/ticker?instId=BTC-USDT")
CALLS = 60


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path, limits=True) as running:
        yield running


def test_many_requests_keep_to_the_limit(limited: Lab) -> None:
    """60 GETs on a limit of 20 in 2 s are 60 requests and 60 answers, none refused."""
    for _ in range(CALLS):
        limited.session.send(TICKER)
    assert [each.code for each in limited.connection.log] == ["0"] * CALLS
    assert 4.0 <= limited.time.now() <= 4.2


def test_control_waiting_a_second_after_each_refusal_takes_more(limited: Lab) -> None:
    """The control: without pacing the limit bites; who waits for a fixed second sends far more."""
    sent = 0
    # As a Run All of several cells does, all at once.
    waiting = CALLS
    while waiting:
        answered = 0
        for _ in range(waiting):
            sent += 1
            answered += limited.connection.transport.send(TICKER).status == 200
        waiting -= answered
        limited.time.sleep(1.0)
    assert sent > 75


def test_a_storm_dies(bench: Lab) -> None:
    """Where everything is refused for a minute, a call takes three attempts at most, and all calls
    together no more than 20; from then on most fail at once, and none waits.
    """
    bench.sandbox.set_faults("every any: 50011")
    attempts, ends = [], bench.time.now() + 60
    while bench.time.now() < ends:
        before, slept = len(bench.connection.log), len(bench.time.slept)
        with pytest.raises(OkxError, match="50011") as caught:
            bench.session.send(TICKER)
        attempts.append(len(bench.connection.log) - before)
        assert ("not sent" in str(caught.value)) == (attempts[-1] == 0)
        if len(attempts) > 2:
            assert len(bench.time.slept) == slept
        bench.time.sleep(0.25)
    assert attempts[:4] == [3, 3, 0, 0]
    assert max(attempts[2:]) == 1
    assert sum(attempts) <= 20
    assert len(attempts) > 100


def test_control_without_a_pause_each_call_is_one_more_request(
    bench: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a budget for retries alone lets a request go for every call, and so hundreds."""
    monkeypatch.setattr(CircuitBreaker, "check", lambda *_: None)
    bench.sandbox.set_faults("every any: 50011")
    for _ in range(100):
        with pytest.raises(OkxError):
            bench.session.send(TICKER)
    assert len(bench.connection.log) == 104


def test_after_a_storm_the_first_answer_ends_the_pause(bench: Lab) -> None:
    """One request goes when the pause is over; when it is answered, all do. Other paths, and cancels,
    went all the while.
    """
    bench.sandbox.set_faults("every GET */ticker: 50011, every POST: 50011")
    for _ in range(3):
        with pytest.raises(OkxMagicError):
            bench.session.send(TICKER)
    bench.session.send(Request("GET", "/api/v5/account/balance"))
    cancel = Request("POST", "/api/v5/trade/cancel-order", '{"instId":"BTC-USDT","ordId":"1"}')
    for _ in range(3):
        with pytest.raises(OkxError, match="50011"):
            bench.session.send(cancel)
    bench.sandbox.set_faults("")
    with pytest.raises(OkxError, match=r"50011.*not sent now") as caught:
        bench.session.send(TICKER)
    assert "try again in" in caught.value.remedy
    bench.time.sleep(2.1)
    bench.session.send(TICKER)
    bench.session.send(TICKER)


def test_after_a_storm_retries_come_back(bench: Lab) -> None:
    """Five successes earn one retry."""
    bench.sandbox.set_faults("every any: 502")
    for _ in range(3):
        with pytest.raises(OkxMagicError):
            bench.session.send(TICKER)
    bench.sandbox.set_faults("")
    for _ in range(5):
        bench.session.send(TICKER)
    bench.sandbox.set_faults("next GET: 502")
    assert bench.session.send(TICKER).attempts == 2


def test_a_throttled_order_is_sent_again_with_its_id(bench: Lab) -> None:
    """50011 says that nothing was done, so that on the sandbox and demo the order goes again."""
    bench.sandbox.set_faults("next 2 POST: 50011")
    reply = bench.session.send(order())
    assert reply.attempts == 3
    assert bench.booked(reply.added_ids[0]) == 1


def test_the_deadline_covers_all_attempts(tmp_path: Path) -> None:
    """A server that never answers is waited for once, for the whole time, and not three times."""
    with lab(tmp_path, timeout=1.0) as hung:
        hung.sandbox.set_faults("every GET: hang")
        with Ticks() as clock:
            with pytest.raises(OkxMagicError, match="no complete answer within 1 s"):
                hung.session.send(TICKER)
            assert clock.seconds < 2.5
        assert len(hung.connection.log) == 1
