"""Downloads with workers: the dataset is that of this kernel alone."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest
from distributed import Client, LocalCluster
from downloads import TARGETS, digest, download, session_at
from limitserver import HOUR, NEWEST, LimitServer, limited
from many import many

from okx_magic.data import Download, split_targets
from okx_magic.model import Request
from okx_magic.pages import Team
from okx_magic.pages.paging import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture
def near() -> Iterator[LimitServer]:
    with limited(latency=0, jitter=0, requests=100_000) as server:
        yield server


class Killing:
    """A download's progress, which kills a worker each time that so many requests were answered."""

    def __init__(self, processes: list[int], every: int) -> None:
        self.left = processes
        self._every = every
        self._count = 0

    def start(self, requests: int | None) -> None:
        pass

    def advance(self, requests: int, rows: int) -> None:
        del rows
        self._count += requests
        if self.left and requests and self._count % self._every == 0:
            os.kill(self.left.pop(), signal.SIGKILL)


def test_half_of_the_workers_are_lost(near: LimitServer, tmp_path: Path) -> None:
    """Two of four, in full five of ten; their parts go to others: the dataset is the same as without
    workers, row by row.
    """
    workers, lost = many(10, 4), many(5, 2)
    since, until = NEWEST - 150 * 100 * HOUR, NEWEST
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        Client(cluster) as client,
        session_at(near.url) as session,
    ):
        before = client.run(os.getpid)
        killing = Killing(list(before.values())[:lost], 20)
        with Team(session.connection, client.get_executor(pure=False)) as team:
            run = Download(
                session.connection, tmp_path / "with", most_rows=500, progress=killing, team=team
            )
            requests = split_targets(Request("GET", TARGETS))
            done = list(run.bring(requests, Span(None, since, until)))
        assert killing.left == []
        assert len(set(client.run(os.getpid).values()) & set(before.values())) == lost
    assert [each.rows for each in done] == [15_000, 15_000]
    download(near.url, tmp_path / "alone", since, until)
    assert digest(tmp_path / "with") == digest(tmp_path / "alone")
