"""What comes in a rush is let gather and read together; what comes now and then is read at once."""

from __future__ import annotations

import selectors
import socket
from typing import TYPE_CHECKING, Any

import pytest

from okx_magic.streams import gathering
from okx_magic.streams.gathering import Gathering

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """Stands in for ``time``; counts the rests. Each waiting for something takes ``waits`` seconds."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rests = 0
        self.waits = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.rests += 1
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock, select = Clock(), gathering.DefaultSelector.select

    def waiting(selector: Any, timeout: float | None = None) -> Any:
        clock.now += clock.waits
        return select(selector, timeout)

    monkeypatch.setattr(gathering, "time", clock)
    monkeypatch.setattr(gathering.DefaultSelector, "select", waiting)
    return clock


@pytest.fixture
def near() -> Iterator[socket.socket]:
    """Has something to read from the start."""
    near, far = socket.socketpair()
    with near, far:
        far.send(b"x")
        yield near


def rested(near: socket.socket, clock: Clock, *waits: float) -> list[int]:
    """How often it has rested by the end of each of these waits."""
    with Gathering() as waiting:
        waiting.register(near, selectors.EVENT_READ)
        found = []
        for clock.waits in waits:
            assert waiting.select(1.0)
            found.append(clock.rests)
    return found


def test_a_rush_is_read_together(near: socket.socket, clock: Clock) -> None:
    """What is there at once, again and again, is let gather before each reading, until one must wait."""
    found = rested(near, clock, *[0.0001] * 20, 0.1, 0.1, 0.0001)
    assert found[:8] == [0] * 8, "an answer and what follows it are no rush"
    assert found[8:] == [*range(1, 14), 13, 13]


def test_what_comes_now_and_then_is_read_at_once(near: socket.socket, clock: Clock) -> None:
    """Control: three hundred messages a second are no rush, nor is a few at once now and then."""
    assert rested(near, clock, *[0.003] * 50)[-1] == 0
    assert rested(near, clock, *[0.0, 0.0, 0.0, 0.0, 1.0] * 20)[-1] == 0


def test_nothing_to_read_is_no_rush(clock: Clock) -> None:
    """A loop that works without waiting is not held up."""
    with Gathering() as empty:
        for _ in range(50):
            assert empty.select(0) == []
    assert clock.rests == 0
