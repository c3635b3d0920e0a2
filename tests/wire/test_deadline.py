from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest
from pace import Ticks

from okx_magic.wire.failures import late
from okx_magic.wire.pool import Guard, Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two sockets that are connected to each other."""
    left, right = socket.socketpair()
    with left, right:
        yield left, right


def pass_deadline(watchdog: Watchdog, guard: Guard) -> None:
    """Let the deadline of a guard pass, and the watchdog look at all that it has."""
    guard.deadline = 0.0
    with watchdog.guard(0.0) as other:
        while not other.expired:
            time.sleep(0.005)


def test_the_deadline_that_is_let_pass_would_shut_the_socket(pair: Pair) -> None:
    """The control: a guard that has not ended expires by it."""
    watchdog = Watchdog()
    with watchdog.guard(60) as guard:
        guard.watch(pair[0])
        pass_deadline(watchdog, guard)
        assert guard.expired


def test_a_guard_that_ends_in_time_leaves_its_socket_alone(pair: Pair) -> None:
    """A socket that went back to the pool is not shut by the deadline of an exchange that is over."""
    watchdog = Watchdog()
    with watchdog.guard(60) as guard:
        guard.watch(pair[0])
    pass_deadline(watchdog, guard)
    pair[0].sendall(b"alive")
    assert pair[1].recv(5) == b"alive"
    assert not guard.expired


def test_an_expired_guard_wakes_the_reader(pair: Pair) -> None:
    """A read that would wait for ever ends at the deadline."""
    with Watchdog().guard(0.05) as guard:
        guard.watch(pair[0])
        assert pair[0].recv(1) == b""
    assert guard.expired


def test_an_earlier_deadline_is_kept_behind_a_later_one(pair: Pair) -> None:
    """A short exchange that starts during a long one ends at its own deadline."""
    watchdog = Watchdog()
    with watchdog.guard(60), watchdog.guard(0.05) as guard, Ticks() as clock:
        guard.watch(pair[0])
        pair[0].recv(1)
        assert clock.seconds < 2


def test_a_socket_named_after_the_deadline_is_shut_at_once(pair: Pair) -> None:
    """A connection that comes up too late is of no use to anyone."""
    with Watchdog().guard(0.0) as guard:
        while not guard.expired:
            time.sleep(0.005)
        guard.watch(pair[0])
        assert pair[0].recv(1) == b""


def test_the_deadline_of_one_exchange_is_not_that_of_another(pair: Pair) -> None:
    """A socket is shut by its own guard alone, also when another's time is over beside it."""
    watchdog = Watchdog()
    with watchdog.guard(60) as guard, watchdog.guard(0.0) as late:
        guard.watch(pair[0])
        while not late.expired:
            time.sleep(0.005)
        pair[0].sendall(b"alive")
        assert pair[1].recv(5) == b"alive"
        assert not guard.expired


def test_an_ended_guard_does_nothing(pair: Pair) -> None:
    """What ended before its deadline may be used by others, though its block is not over yet."""
    watchdog = Watchdog()
    with watchdog.guard(60) as guard:
        guard.watch(pair[0])
        guard.end()
        pass_deadline(watchdog, guard)
        pair[0].sendall(b"alive")
        assert pair[1].recv(5) == b"alive"
    assert not guard.expired


def test_the_thread_ends_when_nothing_is_guarded() -> None:
    """An idle watchdog keeps no thread."""
    watchdog = Watchdog()
    with watchdog.guard(60):
        pass
    watchdog.stop()
    for _ in range(100):
        if watchdog._thread is None:
            break
        time.sleep(0.01)
    assert watchdog._thread is None


@pytest.mark.parametrize("left", [0.0, -0.392])
def test_no_time_below_zero_is_told(left: float) -> None:
    """What had no time left is told so, not by a negative number."""
    assert late(left).message == "no time was left for its answer"
    assert late(0.5).message == "no complete answer within 0.5 s"
