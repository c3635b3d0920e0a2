"""Downloads that are broken off, against one that was not."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from downloads import at_call, at_first_page, digest, download, killed
from limitserver import HOUR, NEWEST, LimitServer, limited
from many import many

from okx_magic.data import DownloadInterrupted, open_data
from okx_magic.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def near() -> Iterator[LimitServer]:
    with limited(latency=0, jitter=0, requests=100_000) as server:
        yield server


def span(pages: int) -> tuple[int, int]:
    return NEWEST - pages * 100 * HOUR, NEWEST


@pytest.mark.parametrize(
    ("kills", "pages", "least"),
    [(4, 60, 2), pytest.param(many(20, 8), many(400, 150), many(18, 5), marks=pytest.mark.slow)],
)
def test_kills_leave_nothing_doubled_and_nothing_out(
    near: LimitServer, tmp_path: Path, kills: int, pages: int, least: int
) -> None:
    """After kills at any instants the dataset is the one of an undisturbed run, row by row."""
    assert killed(near.url, tmp_path / "killed", kills, span(pages)) >= least
    download(near.url, tmp_path / "whole", *span(pages))
    assert digest(tmp_path / "killed") == digest(tmp_path / "whole")
    assert digest(tmp_path / "whole")[0] == 2 * 100 * pages


@pytest.mark.slow
def test_the_kills_do_find_a_wrong_order(near: LimitServer, tmp_path: Path) -> None:
    """Control: were the manifest written before the file, and believed, such kills would lose rows."""
    kills, pages = many(20, 8), many(400, 150)
    killed(near.url, tmp_path / "killed", kills, span(pages), naive=True)
    assert digest(tmp_path / "killed")[0] < 2 * 100 * pages


@pytest.mark.parametrize(
    "calls", [1_000, *(pytest.param(calls, marks=pytest.mark.slow) for calls in (17_000, 200_000))]
)
def test_ctrl_c_keeps_what_came(near: LimitServer, tmp_path: Path, calls: int) -> None:
    """One line; the next run goes on behind it, and asks for no page that is on disk."""
    interrupt = partial(os.kill, os.getpid(), signal.SIGINT)
    at_first_page(partial(at_call, calls, interrupt, disk=False))
    try:
        with pytest.raises(DownloadInterrupted, match="the same again goes on there"):
            download(near.url, tmp_path / "d", *span(100))
    finally:
        sys.setprofile(None)
    kept = open_data(tmp_path / "d").contents["rows"].sum()
    done = download(near.url, tmp_path / "d", *span(100))
    assert sum(each.rows for each in done) == 20_000
    assert sum(each.fresh for each in done) == 20_000 - kept
    assert sum(each.requests for each in done) <= 200 - kept // 100 + 2
    download(near.url, tmp_path / "whole", *span(100))
    assert digest(tmp_path / "d") == digest(tmp_path / "whole")


def test_other_times_fetch_the_difference(near: LimitServer, tmp_path: Path) -> None:
    """A later until, an earlier since and a hole between two runs: only what is missing is asked for."""
    since, until = span(40)
    middle = since + 15 * 100 * HOUR
    download(near.url, tmp_path / "d", middle, middle + 1000 * HOUR)
    download(near.url, tmp_path / "d", until - 300 * HOUR, until)
    done = download(near.url, tmp_path / "d", since, until)
    assert [each.fresh for each in done] == [2700, 2700]
    assert [each.requests for each in done] == [27, 27]
    download(near.url, tmp_path / "whole", since, until)
    assert digest(tmp_path / "d") == digest(tmp_path / "whole")


def test_a_page_that_fails_keeps_what_came(near: LimitServer, tmp_path: Path) -> None:
    """Nothing of a target with odd rows, everything of the one before."""
    listed = "/api/v5/market/history-candles?instId=BTC-USDT&bar=1H&limit=100"
    download(near.url, tmp_path / "d", *span(5), target=listed)
    with pytest.raises(TransportError, match="not candles"):
        download(near.url, tmp_path / "d", *span(5), target=f"{listed}&odd=1")
    assert list(open_data(tmp_path / "d").contents["rows"]) == [500]
