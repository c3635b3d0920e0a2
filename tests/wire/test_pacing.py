from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from limitserver import LimitServer, limited

from okx_magic.catalogue import Limit
from okx_magic.credentials.account import Account
from okx_magic.errors import OkxError
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.pacing import Claim, Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator

HISTORY = Request("GET", "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H")


class Time(SimpleNamespace):
    """A clock that only sleeping moves."""

    now: float = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def claim(
    requests: int, seconds: float = 2.0, *, key: str = "it", count: int = 1, host: str = ""
) -> Claim:
    return Claim((key,), Limit(requests, seconds, "ip"), count, host)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def pacer(time: Time) -> Pacer:
    return Pacer(clock=time.clock, sleep=time.sleep)


def test_what_the_limit_allows_goes_at_once(pacer: Pacer, time: Time) -> None:
    """The first n requests do not wait; the next waits for the window to pass."""
    for _ in range(3):
        with pacer.turn([claim(3)]):
            assert time.now == 0
    with pacer.turn([claim(3)]):
        assert time.now >= 2


def test_without_a_claim_nothing_waits(pacer: Pacer, time: Time) -> None:
    """An endpoint whose limit nobody knows is not paced."""
    for _ in range(1000):
        with pacer.turn([]):
            pass
    assert time.now == 0


def test_windows_do_not_hold_each_other_up(pacer: Pacer, time: Time) -> None:
    """Another key is another window; a request with two claims waits for the later of them."""
    with pacer.turn([claim(1, key="a")]), pacer.turn([claim(1, key="b")]):
        pass
    assert time.now == 0
    time.now = 1.5
    with pacer.turn([claim(1, 1, key="c")]):
        pass
    with pacer.turn([claim(1, key="a"), claim(1, 1, key="c")]):
        assert time.now == pytest.approx(2.505)


def test_orders_of_a_batch_count_one_by_one(pacer: Pacer, time: Time) -> None:
    """Two batches of two fit a limit of five orders, a third does not."""
    for _ in range(2):
        with pacer.turn([claim(5, count=2)]):
            pass
    assert time.now == 0
    with pacer.turn([claim(5, count=2)]):
        assert time.now >= 2


def test_a_long_wait_is_told_once_and_a_short_one_never(time: Time) -> None:
    """The callback hears the seconds and the limit; whoever sleeps otherwise tells nobody."""
    told: list[float] = []
    pacer = Pacer(
        on_wait=lambda seconds, _: told.append(seconds), clock=time.clock, sleep=time.sleep
    )
    for _ in range(2):
        with pacer.turn([claim(1)]):
            pass
        with pacer.turn([claim(1, 0.4, key="short")]):
            pass
    with pacer.turn([claim(1)], time.sleep):
        pass
    assert told == [pytest.approx(2.005, abs=0.5)]


def test_an_interrupted_wait_takes_no_place(time: Time) -> None:
    """After Ctrl-C while waiting the place is as free as it was before."""
    interrupts = [KeyboardInterrupt()]

    def sleep(seconds: float) -> None:
        if interrupts:
            raise interrupts.pop()
        time.sleep(seconds)

    pacer = Pacer(clock=time.clock, sleep=sleep)
    with pacer.turn([claim(1)]):
        pass
    with pytest.raises(KeyboardInterrupt), pacer.turn([claim(1)]):
        pass
    with pacer.turn([claim(1)]):
        assert time.now == pytest.approx(2.005)


def test_an_interrupted_wait_takes_no_place_of_another_window(time: Time) -> None:
    """A window that had let the request pass is as free as before, too."""

    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    pacer = Pacer(clock=time.clock, sleep=time.sleep)
    with pacer.turn([claim(1, key="b")]):
        pass
    both = [claim(1, key="a"), claim(1, key="b")]
    with pytest.raises(KeyboardInterrupt), pacer.turn(both, interrupt):
        pass
    with pacer.turn([claim(1, key="a")]):
        assert time.now == 0


def waited(pacer: Pacer, time: Time, travels: list[tuple[str, float]]) -> float:
    """How long the next waits after an answer, when earlier ones took so long; each at its host."""
    for number, (host, seconds) in enumerate(travels):
        with pacer.turn([claim(1, key=f"{host} {number}", host=host)]) as turn:
            time.now += seconds
            turn.round_trip = seconds
    host, _ = travels[-1]
    before = time.now
    with pacer.turn([claim(1, key=f"{host} {len(travels) - 1}", host=host)]):
        return time.now - before


@pytest.mark.parametrize(
    ("travels", "trusted"),
    [
        ([("a", 0.08)] * 20, 0.04),
        ([("a", 0.08), *[("a", 0.1)] * 20], 0.04),
        # A busy machine: the shortest may be far from the quickest possible.
        ([("a", 0.4), ("a", 0.6), ("a", 0.8)], 0.2),
        ([("a", 0.4), ("a", 0.7), ("a", 0.8)], 0.1),
        ([("a", 0.4), ("a", 0.9), ("a", 0.9)], 0.0),
        # What a log-in saw counts, whatever was asked; what another host took does not.
        ([("a", 0.08), *[("a", 0.3)] * 20], 0.0),
        ([("b", 0.08), *[("a", 0.3)] * 20], 0.15),
    ],
)
def test_what_is_trusted_of_a_round_trip(
    pacer: Pacer, time: Time, travels: list[tuple[str, float]], trusted: float
) -> None:
    """Half of the shortest to a host where all are alike, and less the more they differ."""
    assert waited(pacer, time, travels) == pytest.approx(2.005 - trusted)


def test_after_a_refusal_no_round_trip_is_counted_on(pacer: Pacer, time: Time) -> None:
    """What was counted on was too much, or somebody else counts against the same limit."""
    before = waited(pacer, time, [("a", 0.08)] * 9)
    pacer.refused("a")
    assert waited(pacer, time, [("a", 0.08)]) == pytest.approx(before + 0.04)


@pytest.mark.slow
def test_threads_share_a_window() -> None:
    """Twenty threads never hold more places at once than there are, nor lose one."""
    pacer = Pacer(sleep=lambda _: None)
    holding, most, lock = 0, 0, threading.Lock()
    chance = random.Random(1)  # noqa: S311 - a choice of numbers, no secret

    def once(_: int) -> None:
        nonlocal holding, most
        count = chance.randint(1, 3)
        with pacer.turn([claim(6, 0.0001, count=count)]):
            with lock:
                holding += count
                most = max(most, holding)
            with lock:
                holding -= count

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(once, range(500)))
    assert most <= 6
    with pacer.turn([claim(6, 0.0001, count=6)]):
        assert holding == 0


@pytest.fixture
def exchange() -> Iterator[LimitServer]:
    with limited() as server:
        yield server


def session(server: LimitServer, pacer: Pacer) -> Session:
    return Session(Account("it", "demo", None, server.url, "a test"), pacer=pacer)


@pytest.mark.slow
def test_sessions_that_share_a_pacer_meet_no_refusal(exchange: LimitServer) -> None:
    """Two sessions side by side, 38 requests with jitter: all taken, at the pace of the limit."""
    pacer = Pacer()
    with ExitStack() as stack:
        pair = [stack.enter_context(session(exchange, pacer)) for _ in range(2)]
        pool = stack.enter_context(ThreadPoolExecutor(20))
        for done in [
            pool.submit(pair[number % 2].connection.read, HISTORY) for number in range(38)
        ]:
            assert len(done.result().envelope.data) == 100
    assert exchange.counts() == (38, 0)


@pytest.mark.slow
def test_without_a_shared_pacer_there_are_refusals(exchange: LimitServer) -> None:
    """The control: the same server refuses two sessions that do not know of each other."""
    with ExitStack() as stack:
        pair = [stack.enter_context(session(exchange, Pacer())) for _ in range(2)]
        pool = stack.enter_context(ThreadPoolExecutor(40))
        tries = [pool.submit(pair[number % 2].connection.read, HISTORY) for number in range(40)]
        refusals = [each.exception() for each in tries if each.exception()]
    assert refusals
    assert all(isinstance(each, OkxError) and each.code == "50011" for each in refusals)
