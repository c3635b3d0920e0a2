"""The ledger as a file: kept from other kernels while it is written, and cut when it grew too large."""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

# A file larger than this, in bytes, is cut to half of it: from some 8,000 entries to 4,000.
LARGEST: Final = 4 << 20
# Seconds for which another kernel may keep the file: it writes a line, or cuts, in far less.
_PATIENCE: Final = 5.0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keeps other kernels from the file meanwhile. Not on Windows, where nothing is cut either.

    Raises OSError where another kernel, such as one that was stopped, keeps it for too long.
    """
    if sys.platform == "win32":
        yield
        return
    # By a file of its own: the ledger is another file once it was cut. As an object, which closes it
    # also when Ctrl-C comes between the end of this block and its own.
    with open(path.with_suffix(".lock"), "ab", buffering=0, opener=for_the_owner) as file:
        patience = time.monotonic() + _PATIENCE
        while not _lock(file.fileno()):
            if time.monotonic() > patience:
                raise OSError(errno.EAGAIN, "another kernel holds it")
            time.sleep(0.01)
        yield


def _lock(handle: int) -> bool:
    """Lock an open file; False where another has it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a network drive without locks
    return True


def append(path: Path, line: bytes, recheck: Callable[[], None] | None = None) -> None:
    """Add a line, and return when it is on disk. ``recheck`` is called while no other kernel can write,
    and refuses by an error. Raises OSError.
    """
    with locked(path), open(path, "ab+", buffering=0, opener=for_the_owner) as file:
        if recheck is not None:
            recheck()
        # A kernel that died in the middle of a line must not spoil the next one.
        if file.tell() and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            line = b"\n" + line
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(file.fileno())


def cut_if_large(path: Path, *, settled: Collection[str], above: int = 0) -> int:
    """Leave out the oldest entries whose outcome is ``settled``, if the file is too large, and larger
    than ``above``; what to give as ``above`` the next time. Entries that are open stay, whatever their
    age. Raises OSError, and leaves the file as it was.
    """
    above = max(above, LARGEST)
    if sys.platform == "win32" or path.stat().st_size <= above:
        return above
    with locked(path):
        text = path.read_bytes()
        if len(text) <= above:
            return above  # another kernel was first
        # In the same folder, so that it takes the place of the old one in one go.
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with open(new, "xb", buffering=0, opener=for_the_owner) as file:
            left = file.write(_newest(text, LARGEST // 2, settled))
            os.fsync(file.fileno())
        new.replace(path)
    # Where most of it is open, little is left out: it must have grown before that is tried again.
    return left + LARGEST // 2


def for_the_owner(path: str, flags: int) -> int:
    """Opens a file that its owner alone may read. What is none, such as a pipe, is refused and not waited
    for: OSError.
    """
    try:
        handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
    except OSError as error:
        if error.errno != errno.ENXIO:  # a pipe that nobody reads
            raise
    else:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return handle
        os.close(handle)
    raise OSError(errno.EINVAL, f"{Path(path).name} is no file")


def folder_warnings(folder: Path) -> tuple[str, ...]:
    """What is wrong with the folder of the ledger and the kill switch: whether others may write there."""
    if os.name != "posix":
        return ()
    try:
        open_to_others = folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    except OSError:
        return ()  # made at the first write
    if not open_to_others:
        return ()
    name = f"~/{folder.name}"
    what = "the ledger and the kill switch"
    return (f"other users of this machine may change {what} in {name}: chmod 700 {name}",)


def _newest(text: bytes, most: int, settled: Collection[str]) -> bytes:
    """The lines of the newest entries in ``most`` bytes, and of all whose outcome is open."""
    lines: dict[str, list[bytes]] = {}
    is_open: dict[str, bool] = {}
    for line in text.splitlines(keepends=True):
        try:
            read = json.loads(line)
            name = str(read["id"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue  # half a line of a kernel that died, before anything was sent
        # The end of an entry that was cut before has no use.
        if "closed" not in read or name in lines:
            lines.setdefault(name, []).append(line)
            is_open[name] = str(read.get("outcome", "")) not in settled
    size, kept = 0, set[str]()
    for name in reversed(lines):
        size += sum(map(len, lines[name]))
        if size <= most or is_open[name]:
            kept.add(name)
    return b"".join(line for name, some in lines.items() if name in kept for line in some)
