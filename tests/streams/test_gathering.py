"""What comes in a rush is let gather and read together; what comes now and then is read at once."""

from __future__ import annotations

import selectors
import socket
from typing import TYPE_CHECKING

import pytest

from okx_magic.streams import gathering
from okx_magic.streams.gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """Stands in for ``time``; counts the rests."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rests = 0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.rests += 1
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(gathering, "time", clock)
    return clock


@pytest.fixture
def near() -> Iterator[socket.socket]:
    """Has something to read from the start."""
    near, far = socket.socketpair()
    with near, far:
        far.send(b"x")
        yield near


def waits(near: socket.socket, clock: Clock, *pauses: float) -> list[int]:
    """How often it has rested after each wait, when so much time passed before."""
    with Gathering() as waiting:
        waiting.register(near, selectors.EVENT_READ)
        rested = []
        for pause in pauses:
            clock.now += pause
            assert waiting.select(1.0)
            rested.append(clock.rests)
    return rested


def test_a_rush_is_read_together(near: socket.socket, clock: Clock) -> None:
    """What is there again at once, again and again, is waited for before each reading, until it ends."""
    rested = waits(near, clock, *[0.0001] * 20, 0.1, 0.1)
    assert rested[:9] == [0] * 9, "an answer and what follows it are no rush"
    assert rested[9:] == [*range(1, 12), 12, 12]


def test_what_comes_now_and_then_is_read_at_once(near: socket.socket, clock: Clock) -> None:
    """Control: two hundred messages a second are no rush, nor is a few at once now and then."""
    assert waits(near, clock, *[0.005] * 50)[-1] == 0
    assert waits(near, clock, *[0.0, 0.0, 0.0, 0.0, 1.0] * 20)[-1] == 0


def test_nothing_to_read_is_no_rush(clock: Clock) -> None:
    """A loop that works without waiting is not held up."""
    with Gathering() as empty:
        for _ in range(50):
            assert empty.select(0) == []
    assert clock.rests == 0
