"""A sandbox under a clock of its own, and callers for its two accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox_caller import Caller, Clock

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox.start(seed=11, limits=False, clock=clock) as running:
        yield running


@pytest.fixture
def call(sandbox: Sandbox, clock: Clock) -> Iterator[Caller]:
    caller = Caller(sandbox, clock)
    yield caller
    caller.connection.close()


@pytest.fixture
def live(sandbox: Sandbox, clock: Clock) -> Iterator[Caller]:
    caller = Caller(sandbox, clock, demo=False)
    yield caller
    caller.connection.close()
