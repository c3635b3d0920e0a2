"""The ledger as a file: cut when it grew too large, and shared by kernels."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest
from entries import ENTRY, KEY

from okx_magic.errors import RefusedError
from okx_magic.orders import ledger_file
from okx_magic.orders.ledger import Ledger
from okx_magic.orders.ledger_file import folder_warnings

if TYPE_CHECKING:
    from pathlib import Path


def fill(path: Path, entries: int, *, outcome: str = "done") -> None:
    """As many entries as were made long ago, without syncing each."""
    start = path.stat().st_size if path.exists() else 0
    with path.open("ab") as file:
        for number in range(entries):
            opened = {**asdict(ENTRY), "env": "demo", "id": f"{start}-{number}", "time": 1.0}
            file.write(json.dumps(opened).encode() + b"\n")
            if outcome:
                closed = {"id": opened["id"], "closed": 2.0, "outcome": outcome}
                file.write(json.dumps(closed).encode() + b"\n")


def test_a_file_that_grew_too_large_is_cut_and_loses_nothing_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest settled entries go; the open ones and the newest stay, for every reader, and the file
    stays its owner's.
    """
    monkeypatch.setattr(ledger_file, "LARGEST", 20_000)
    ledger = Ledger(path)
    oldest = ledger.open(ENTRY)
    doubtful = ledger.open(ENTRY)
    ledger.close(doubtful, "unknown")
    reader = Ledger(path)
    assert len(reader.unsettled(KEY)) == 2
    fill(path, 200)
    newest = ledger.open(ENTRY)
    ledger.close(newest, "done")
    assert path.stat().st_size <= 10_000 + 2_000
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for each in (ledger, reader, Ledger(path)):
        assert [entry.id for entry in each.unsettled(KEY)] == [oldest, doubtful]
        found = each.recent(KEY, "f00", 60)
        assert found is not None
        assert (found.id, found.outcome) == (newest, "done")
    ledger.close(oldest, "not done")
    assert [entry.id for entry in reader.unsettled(KEY)] == [doubtful]
    assert not path.with_suffix(".new").exists()


def test_without_anything_settled_nothing_goes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound gives way before an open outcome does."""
    monkeypatch.setattr(ledger_file, "LARGEST", 20_000)
    ledger = Ledger(path)
    ledger.close(ledger.open(ENTRY), "done")
    fill(path, 100, outcome="")
    ledger.close(ledger.open(ENTRY), "done")
    assert len(Ledger(path).unsettled(KEY)) == 100


def test_what_is_all_open_is_not_written_anew_at_each_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is next to nothing to leave out, it is tried again only when the file has grown by half
    of what it may be: in a file of 100,000 open entries each order would wait for seconds.
    """
    monkeypatch.setattr(ledger_file, "LARGEST", 20_000)
    cuts: list[int] = []
    newest = ledger_file._newest
    monkeypatch.setattr(
        ledger_file, "_newest", lambda *given: (cuts.append(len(given[0])), newest(*given))[1]
    )
    ledger = Ledger(path)
    ledger.close(ledger.open(ENTRY), "done")
    fill(path, 200, outcome="")
    for _ in range(100):
        ledger.close(ledger.open(ENTRY), "done")
    assert 1 < len(cuts) < 10
    assert len(Ledger(path).unsettled(KEY)) == 200


def test_kernels_that_cut_at_the_same_time_lose_no_line(path: Path) -> None:
    """Two processes write and cut one file: every open entry of both is there in the end."""
    program = (
        "import sys, pathlib\n"
        "from okx_magic.orders import ledger, ledger_file\n"
        "ledger_file.LARGEST = 6_000\n"
        "book = ledger.Ledger(pathlib.Path(sys.argv[1]))\n"
        f"entry = ledger.{ENTRY!r}\n"
        "for number in range(120):\n"
        "    id = book.open(entry)\n"
        "    if number % 10 == 0: print(id)\n"
        "    else: book.close(id, 'done')\n"
    )
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(path)],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    printed = [each.communicate(timeout=60)[0].split() for each in running]
    assert [each.returncode for each in running] == [0, 0]
    left = {entry.id for entry in Ledger(path).unsettled(KEY)}
    assert left == {each for ids in printed for each in ids}
    assert len(left) == 24
    assert len(path.read_bytes()) < 24 * 500 + 6_000


def test_a_kernel_that_keeps_the_file_keeps_orders_from_being_sent(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was stopped while it wrote: nothing is sent without a record, nothing waits for ever."""
    monkeypatch.setattr(ledger_file, "_PATIENCE", 0.05)
    ledger = Ledger(path)
    ledger.open(ENTRY)
    with ledger_file.locked(path), pytest.raises(RefusedError, match="another kernel holds it"):
        ledger.open(ENTRY)
    ledger.open(ENTRY)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes among files")
def test_a_lock_file_that_is_a_pipe_is_told_and_not_waited_for(path: Path) -> None:
    """Opening a pipe to write waits for a reader, who never comes: the order is refused instead."""
    path.parent.mkdir()
    os.mkfifo(path.with_suffix(".lock"))
    with pytest.raises(RefusedError, match=r"ledger\.lock is no file"):
        Ledger(path).open(ENTRY)


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are a POSIX matter")
@pytest.mark.parametrize(("mode", "told"), [(0o700, 0), (0o755, 0), (0o770, 1), (0o777, 1)])
def test_a_folder_that_others_may_change_is_told(path: Path, mode: int, told: int) -> None:
    """Who may write there may lift the kill switch: one line with the command that mends it."""
    assert folder_warnings(path.parent) == ()
    path.parent.mkdir()
    path.parent.chmod(mode)
    lines = folder_warnings(path.parent)
    assert len(lines) == told
    assert all(f"chmod 700 ~/{path.parent.name}" in line for line in lines)
