"""%%okx --to, on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from okx_magic.data.download import Done

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Notebook

HOURS = "GET /api/v5/market/candles?instId=BTC-USDT,ETH-USDT&bar=1H"


def test_a_list_is_several_targets_on_disk(sandbox_notebook: Notebook, tmp_path: Path) -> None:
    """One receipt each; pandas and open_data read the same rows, which are those of a pull."""
    folder = tmp_path / "data"
    span = "--since 2024-01-01 --until 2024-02-03"
    text = sandbox_notebook.run(f"%%okx --to {folder} {span} data\n{HOURS}")
    assert sandbox_notebook.error is None
    assert text.count("· 792 rows · 792 new · ") == 2
    sandbox_notebook.run(f"%%okx {span} pulled\n{HOURS.replace(',ETH-USDT', '')}")
    frame = sandbox_notebook["data"].frame("BTC-USDT")
    pd.testing.assert_frame_equal(frame, sandbox_notebook["pulled"])
    read = pd.read_parquet(folder)
    assert len(read) == 2 * 792
    assert set(read["month"]) == {"2024-01", "2024-02"}
    again = sandbox_notebook.run(f"%%okx --to {folder} {span}\n{HOURS}")
    assert again.count("· 792 rows · 0 new · 0 requests") == 2


def test_what_a_request_is_told_a_download_is_told(
    sandbox_notebook: Notebook, tmp_path: Path
) -> None:
    """Whose day a bar of a day is, and what the check finds: once, however many targets there are."""
    days = HOURS.replace("1H", "1D") + "&timeframe=1H"
    text = sandbox_notebook.run(
        f"%%okx --to {tmp_path / 'd'} --since 2024-01-01 --until 2024-01-09\n{days}"
    )
    assert sandbox_notebook.error is None
    assert text.count("bar=1D counts from 00:00 in Hong Kong") == 1
    assert sum("timeframe" in line for line in text.splitlines() if "note:" in line) == 1


def test_a_running_bar_is_not_on_disk(sandbox_notebook: Notebook, tmp_path: Path) -> None:
    """Up to now: the last bar is closed, and a later run goes on from it."""
    sandbox_notebook.run(
        f"%%okx --to {tmp_path / 'd'} --since 3h data\n{HOURS.replace('1H', '1m')}"
    )
    assert sandbox_notebook.error is None
    frame = sandbox_notebook["data"].frame("ETH-USDT")
    assert frame["confirm"].all()
    assert 178 <= len(frame) <= 180
    contents = sandbox_notebook["data"].contents
    assert (contents["until"] <= frame.index[-1] + pd.Timedelta("1min")).all()


def test_several_machines_are_named_on_the_line(sandbox_notebook: Notebook, tmp_path: Path) -> None:
    """Whoever is named fetches with this kernel, to disk and into a frame; what is no executor, no name,
    or stands by a single page, is refused before anything is sent.
    """
    sandbox_notebook.run("from concurrent.futures import ThreadPoolExecutor as Pool")
    sandbox_notebook.run(
        "class Counted(Pool):\n    parts = 0\n    def submit(self, *args, **more):\n"
        "        Counted.parts += 1\n        return super().submit(*args, **more)\n"
        "pool = Counted(2)"
    )
    target = HOURS.replace(",ETH-USDT", "")
    for options in (f"--to {tmp_path / 'd'}", "--executor {{ pool }}"):
        sandbox_notebook.run("Counted.parts = 0")
        sandbox_notebook.run(f"%%okx --executor pool {options} --since 60d data\n{target}")
        assert sandbox_notebook.error is None
        assert sandbox_notebook["Counted"].parts > 0
    assert len(sandbox_notebook["data"]) in {60 * 24, 60 * 24 + 1}
    sandbox_notebook.run("before = %okx_log")
    for options, said in (
        ("--since 10d --executor nobody", "NameError"),
        ("--since 10d --executor Pool", "is a concurrent.futures.Executor"),
        ("--executor pool", "--executor is for many pages"),
    ):
        sandbox_notebook.run(f"%%okx {options}\n{target}")
        assert said in str(sandbox_notebook.error)
    sandbox_notebook.run("after = %okx_log")
    assert len(sandbox_notebook["after"]) == len(sandbox_notebook["before"]) > 0
    sandbox_notebook.run("pool.shutdown()")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--to {}", "--to does not say what to fetch"),
        ("--to {} --since 2099-01-01", "--since is in the future"),
        ("--to {} --since 2024-01-01 --until 2099-01-01", "--until is in the future"),
        ("--to {} --all --decimal", "--decimal does not go with --to"),
        ("--to {} --pages 3", "--pages does not go with --to"),
    ],
)
def test_bad_options_are_one_line(
    sandbox_notebook: Notebook, tmp_path: Path, options: str, said: str
) -> None:
    """Before anything is sent, and the folder is not made for nothing."""
    sandbox_notebook.run(f"%%okx {options.format(tmp_path / 'd')}\n{HOURS}")
    assert said in str(sandbox_notebook.error)
    assert not (tmp_path / "d").exists() or not list((tmp_path / "d").rglob("*.parquet"))


def test_one_request_is_no_requests() -> None:
    """A line on a target counts as a person does."""
    assert str(Done("/x", 1, 0, 1, 0.04)) == "/x · 1 row · 0 new · 1 request · 0.0 s"
    assert str(Done("/x", 2000, 2, 20, 1)) == "/x · 2,000 rows · 2 new · 20 requests · 1.0 s"
