"""When requests arrive, which is what OKX counts: ``wire/pacing`` under whatever was late."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from faketime import FakeTime
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.catalogue import Limit
from okx_magic.credentials.account import Account
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.pacing import Claim, Pacer
from okx_magic.wire.transport import Answer


class Time(SimpleNamespace):
    """A clock that only sleeping moves."""

    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def claim(requests: int, *, key: str = "it") -> Claim:
    return Claim((key,), Limit(requests, 2.0, "ip"), 1)


@settings(max_examples=100)
@given(
    travels=st.lists(
        st.tuples(st.floats(0.02, 0.4), st.floats(0.02, 0.4), st.floats(0, 1)),
        min_size=1,
        max_size=60,
    ),
    allowed=st.integers(1, 5),
)
def test_arrivals_never_exceed_the_limit(
    travels: list[tuple[float, float, float]], allowed: int
) -> None:
    """However long requests and answers travel, no window of arrivals holds more than allowed."""
    time = Time(now=0.0)
    pacer = Pacer(clock=time.clock, sleep=time.sleep)
    arrivals = []
    # The first is as quick as any can be.
    for there, back, pause in [(0.02, 0.02, 0.0), *travels]:
        with pacer.turn([claim(allowed)]) as turn:
            sent = time.now
            arrivals.append(sent + there)
            time.now += there + back
            turn.round_trip = time.now - sent
        time.now += pause
    arrivals.sort()
    for first, beyond in zip(arrivals, arrivals[allowed:], strict=False):
        assert beyond - first >= 2


FLOOR = 0.02


def most_in_a_window(
    late: list[float], travels: list[float], *, key: str = "GET", lone: tuple[float, ...] = ()
) -> int:
    """The most requests of bursts of five that arrive in any 2 s, where five may: those of a burst are on
    their way at once, held up before the exchange by what is ``late`` in it, and then go as they can.
    ``lone`` are round trips from before, one after the other.
    """
    time = Time()
    pacer = Pacer(clock=time.clock, sleep=time.sleep)
    arrivals: list[float] = []
    for number, seconds in enumerate(lone):
        with pacer.turn([claim(1, key=f"lone {number}")]) as turn:
            time.now += seconds
            turn.round_trip = seconds
    for held, back in zip(late, travels, strict=True):
        turns = [pacer.turn([claim(5, key=key)]) for _ in range(5)]
        sent = time.now
        arrivals += [sent + FLOOR / 2 + held] * 5
        time.now = sent + held + FLOOR / 2 + back
        for turn in turns:
            turn.round_trip = time.now - sent
            turn.__exit__()
    return max(sum(0 <= each - first < 2 for each in arrivals) for first in arrivals)


@settings(max_examples=200)
@given(held=st.floats(0, 5), travels=st.lists(st.floats(FLOOR / 2, 0.4), min_size=2, max_size=9))
@pytest.mark.parametrize("calm", [0, 1])
def test_a_burst_that_is_late_alike_leads_to_no_refusal(
    held: float, travels: list[float], calm: int
) -> None:
    """A machine, a network or an exchange that held up the first burst, or all at once after a calm one,
    says nothing of how quick the next will be.
    """
    late = [0.0] * calm + [held] + [0.0] * len(travels)
    assert most_in_a_window(late, [FLOOR / 2] * (calm + 1) + travels) <= 5


def test_who_counts_on_the_first_round_trip_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: half of the shortest, however few were seen, lets the second burst come too soon."""
    monkeypatch.setattr("okx_magic.wire.pacing._APART", 1)
    assert most_in_a_window([0.4, 0.0], [FLOOR / 2] * 2) == 10


LATE_ALIKE = ([0.4, 0.0], [FLOOR / 2] * 2)


@settings(max_examples=200)
@given(
    late=st.lists(st.floats(0, 5), min_size=2, max_size=9),
    back=st.floats(FLOOR / 2, 0.4),
    lone=st.lists(st.floats(FLOOR, 5), max_size=9),
)
def test_a_write_is_never_refused_for_our_own_pace(
    late: list[float], back: float, lone: list[float]
) -> None:
    """However many round trips were late alike before, and whatever is: only what is certain counts."""
    travels = [back] * len(late)
    assert most_in_a_window(late, travels, key="POST", lone=tuple(lone)) <= 5


def test_two_lone_round_trips_that_are_late_alike_mislead_a_read() -> None:
    """The control, and the price of quick pages: the same with a GET is refused once; a write is not."""
    assert most_in_a_window(*LATE_ALIKE, lone=(0.4, 0.4)) == 10
    assert most_in_a_window(*LATE_ALIKE, key="POST", lone=(0.4, 0.4)) == 5


def test_a_read_that_was_misled_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its caller gets the answer, and hears of nothing; then nothing is counted on."""
    codes = ["0", "50011"]
    account = Account("it", "demo", None, "http://127.0.0.1:9", "a test")

    def send(*_: object, **__: object) -> Answer:
        body = {"code": codes.pop(), "msg": "", "data": [{"instId": "BTC-USDT"}]}
        return Answer(200, {}, json.dumps(body).encode(), 0.4)

    with Session(account) as opened:
        opened.connection.timing = FakeTime().timing()
        monkeypatch.setattr(opened.connection.transport, "send", send)
        travels = opened.connection.sender.pacer._travels_to(account.base_url)
        travels.trusted = 0.2
        reply = opened.send(Request("GET", "/api/v5/market/ticker?instId=BTC-USDT"))
    assert reply.attempts == 2
    assert travels.trusted == 0
