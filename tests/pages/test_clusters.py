"""Pulls with workers in processes of their own: a dask cluster on this machine, and a spawned pool."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from distributed import Client, LocalCluster
from limitserver import HOUR, NEWEST, LimitServer, limited

from okx_magic.credentials.account import Account
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

pytestmark = pytest.mark.slow

TARGET = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=100"


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """This kernel waits until the workers are there, however long they take to start."""
    monkeypatch.setattr("okx_magic.pages.team._PATIENCE", 600)


@pytest.fixture
def far() -> Iterator[LimitServer]:
    """20 requests in a window that is a little shorter than the documented 2 s: a machine that is busy
    with other tests sees slower round trips than there are, and trusts them.
    """
    with limited(seconds=1.6) as server:
        yield server


@contextmanager
def cluster(workers: int) -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as started,
        Client(started) as client,
    ):
        yield client


def pull(url: str, executor: Executor | None, pages: int, **more: Any) -> Any:
    with Session(Account("it", "demo", None, url, "a test")) as session:
        # What this kernel sent just before counts, too.
        session.pages(TARGET, since=NEWEST - 9 * 100 * HOUR, until=NEWEST)
        until = NEWEST + HOUR
        since = until - pages * 100 * HOUR
        frame = session.pages(TARGET, since=since, until=until, executor=executor, **more)
    assert len(frame) == pages * 100
    assert (frame.index.diff()[1:].total_seconds() == 3600).all()
    return frame


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_dask_cluster_as_it_is(far: LimitServer, workers: int) -> None:
    """Its workers, and the kernel that has just pulled, keep to one address's limit together."""
    with cluster(workers) as client:
        frame = pull(far.url, client.get_executor(pure=False), 60)
    assert frame.attrs["notices"] == []
    assert far.counts() == (69, 0)


def test_two_that_were_thought_apart_are_put_together() -> None:
    """Where the caller is wrong about addresses OKX refuses: that is told, and no error."""
    with limited(requests=9) as strict, cluster(2) as client:
        executor = client.get_executor(pure=False)
        frame = pull(strict.url, executor, 30, addresses=lambda worker: str(worker.pid))
        assert strict.counts()[1] > 0
    assert "as one address (50011)" in "".join(frame.attrs["notices"])


def test_a_spawned_pool(far: LimitServer) -> None:
    """Out of the box, too."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as pool:
        pull(far.url, pool, 60)
    assert far.counts() == (69, 0)


def _kill_one(pool: ProcessPoolExecutor) -> None:
    os.kill(next(iter(pool._processes)), signal.SIGKILL)


def test_a_pool_that_breaks(far: LimitServer) -> None:
    """One of its processes is killed: this kernel does the rest, and says so in a line."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as pool:
        assert pool.submit(time.sleep, 0).result() is None
        submit, count = pool.submit, 0

        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            future = submit(*args, **kwargs)
            if count == 10:
                _kill_one(pool)
            return future

        pool.submit = counted  # type: ignore[method-assign]
        frame = pull(far.url, pool, 60)
    (said,) = frame.attrs["notices"]
    assert said.startswith("the workers are lost (BrokenProcessPool")
    assert "\n" not in said
