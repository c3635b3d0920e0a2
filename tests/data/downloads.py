"""Downloads in processes that are killed at instants that chance chooses, and what is left of them.

A process is killed at a number of calls in the thread that writes, drawn from a seed: so no instant is
left out, and a run can be repeated. Every second time only calls that touch the disk count.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.data import Download, filing, split_targets
from okx_magic.data.fetching import Fetch
from okx_magic.data.folder import Folder
from okx_magic.model import Request
from okx_magic.pages.paging import Span
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.data import Done

KEYS = ("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET0FOR0TESTS0ONLY000001", "fake-pass-1")
TARGETS = "/api/v5/market/history-candles?instId=BTC-USDT,ETH-USDT&bar=1H&limit=100"
_DISK = frozenset({"replace", "fsync", "mkdir", "unlink"})


def session_at(url: str) -> Session:
    """Without waiting for limits."""
    pacer = Pacer(clock=lambda: time.monotonic() * 10_000)
    return Session(Account("it", "demo", Credentials(*KEYS), url, "a test"), pacer=pacer)


def download(
    url: str, folder: Path, since: int, until: int, *, target: str = TARGETS
) -> list[Done]:
    """One run, with files of 500 rows."""
    with session_at(url) as session:
        run = Download(session.connection, folder, most_rows=500)
        return list(run.bring(split_targets(Request("GET", target)), Span(None, since, until)))


def at_first_page(action: Callable[[], None]) -> None:
    """Do something once, when the first page has come."""
    take = Fetch._take

    def first(self: Fetch, *args: Any, **options: Any) -> None:
        Fetch._take = take  # type: ignore[method-assign]
        action()
        take(self, *args, **options)

    Fetch._take = first  # type: ignore[method-assign]


def digest(folder: Path, time_field: str = "ts", *, without: Iterable[str] = ()) -> tuple[int, str]:
    """How many rows a dataset has, and a hash over them in the order of their keys, as read, ``without``
    some columns.
    """
    frame = pd.read_parquet(folder)
    frame = frame.drop(columns=[*without], errors="ignore")
    keys = [name for name in ("endpoint", "instId", "bar", time_field) if name in frame.columns]
    frame = frame.sort_values(keys, kind="stable").reset_index(drop=True)
    hashed = pd.util.hash_pandas_object(frame.astype(str)).to_numpy()
    return len(frame), hashlib.sha256(hashed.tobytes()).hexdigest()


def at_call(number: int, action: Callable[[], None], *, disk: bool) -> None:
    """Do something at a call of this thread, counted from now; of those that touch the ``disk`` only."""
    left = number

    def count(_: Any, event: str, what: Any) -> None:
        nonlocal left
        if disk and not (event.startswith("c_") and _touches_disk(what)):
            return
        left -= 1
        if left == 0:
            sys.setprofile(None)
            action()

    sys.setprofile(count)


def _touches_disk(function: Any) -> bool:
    if isinstance(getattr(function, "__self__", None), io.BufferedWriter):
        return True
    # Not the methods of texts that have the same names.
    return function.__name__ in _DISK and function.__module__ == "posix"


def killed(
    url: str, folder: Path, kills: int, span: tuple[int, int], *, naive: bool = False
) -> int:
    """Kill a download so many times, then let it finish; how many of the kills met one that ran."""
    command = [sys.executable, __file__, url, str(folder), str(kills), *map(str, span)]
    command += ["--naive"] if naive else []
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return int(json.loads(done.stdout))


def _manifest_first() -> None:
    """What the order of writing is for: a manifest that speaks of a file before it is there, and whose
    files nobody looks for.
    """
    filing._of_what_is_there = lambda _, manifest: manifest  # type: ignore[assignment]
    write, waiting = Folder.write, []

    def later(self: Folder, name: str, content: bytes) -> None:
        if name.endswith(".parquet"):
            waiting.append((name, content))
            return
        write(self, name, content)
        while waiting:
            write(self, *waiting.pop())

    Folder.write = later  # type: ignore[method-assign]


def _main(options: argparse.Namespace) -> None:
    chance = random.Random(options.kills)  # noqa: S311  # to be repeated, no secret
    hit = 0
    if options.naive:
        _manifest_first()
    for attempt in range(options.kills):
        disk = attempt % 2 == 1
        number = chance.randint(1, 60 if disk else 60_000)
        child = os.fork()
        if child == 0:
            kill = partial(os.kill, os.getpid(), signal.SIGKILL)
            # Before the first page there is nothing to lose.
            at_first_page(partial(at_call, number, kill, disk=disk))
            download(options.url, options.folder, options.since, options.until)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        hit += os.WIFSIGNALED(status)
    download(options.url, options.folder, options.since, options.until)
    print(json.dumps(hit))  # noqa: T201  # for the test that started it


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("kills", type=int)
    parser.add_argument("since", type=int)
    parser.add_argument("until", type=int)
    parser.add_argument("--naive", action="store_true")
    _main(parser.parse_args())
