"""Orders of two kernels that wait at the moment of the kill (modules: orders/latch, orders/gate)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from many import many
from waiting_kernel import PATIENCE, Waiting

from okx_magic.accounts import Accounts
from okx_magic.wire import retry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from okx_magic.sandbox import Sandbox
    from okx_magic.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there it holds in one kernel only")


@pytest.fixture
def okx(
    elsewhere: Sandbox,  # noqa: ARG001  # it must run first
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Session]:
    monkeypatch.setenv("OKX_TIMEOUT_MS", "600000")
    monkeypatch.setattr(retry, "POST_SECONDS", PATIENCE)
    accounts = Accounts()
    yield accounts.login("demo")
    accounts.end()


def placed_after_kill(
    okx: Session, sandbox: Sandbox, runs: int, count: int, *, naive: bool = False
) -> tuple[int, int]:
    """How many orders were placed after a kill had returned, and how many were refused, of ``count`` in
    each of two kernels and in each of ``runs``.
    """
    program = Path(__file__).with_name("waiting_kernel.py")
    command = [sys.executable, str(program), str(runs), str(count), str(int(naive))]
    path = os.pathsep.join([*sys.path, os.environ.get("PYTHONPATH", "")])
    orders = sandbox._exchange._exchange.accounts["demo"].orders
    placed, refused = 0, 0
    with subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for run in range(runs):
            # First: it may take its time to begin, and what waits here has a deadline.
            assert other.stdout.readline() == "waiting\n"
            waiting = Waiting(okx, 100 + run * count, count, naive=naive)
            okx.gate.kill()
            assert okx.gate.await_writers() == ""
            before = len(orders)
            other.stdin.write("go\n")
            other.stdin.flush()
            refused += waiting.let_go() + int(other.stdout.readline())
            placed += len(orders) - before
            okx.gate.release()
    return placed, refused


@pytest.mark.parametrize(
    ("runs", "count"), [(1, 20), pytest.param(many(10, 2), many(200, 100), marks=pytest.mark.slow)]
)
def test_no_order_of_either_kernel_passes_the_kill(
    okx: Session, elsewhere: Sandbox, runs: int, count: int
) -> None:
    """After it has returned none is placed, and every one is told that it was refused."""
    assert placed_after_kill(okx, elsewhere, runs, count) == (0, 2 * runs * count)


def test_without_permits_they_pass(okx: Session, elsewhere: Sandbox) -> None:
    """The control: what was admitted before the kill is sent after it."""
    assert placed_after_kill(okx, elsewhere, 1, 5, naive=True) == (10, 0)
