"""The kill switch's latch: a file that outlives the kernel, and that every other kernel looks at.

A write takes a permit just before its first byte is handed to the socket: a lock that many may share,
and a last look at the latch. The kill switch waits for these locks, so after it has returned no order
leaves, whatever thread, queue, retry or kernel it waits in. (Not on Windows: there only this kernel.)
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if sys.platform != "win32":
    import fcntl

from okx_magic.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from okx_magic.model import Request

FOLDER: Final = ".okx_magic"
# Seconds that the kill switch waits for writes that are on their way to the socket.
_PATIENCE: Final = 2.0
_PAUSE: Final = 0.01


class Latch:
    """The kill switch of one account, known by ``key_hash``, which tells nothing of its key, and, once a
    log-in has told it, by its uid: all keys of one uid obey. What cannot be read counts as on.
    """

    def __init__(
        self,
        folder: Path,
        key_hash: str,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._names = [key_hash]
        self._clock = clock
        self._sleep = sleep
        self._here = False
        self._lock = threading.Lock()

    def know(self, uid: str) -> None:
        """Obey the latch of this account's uid, too (OKX docs: Get account configuration)."""
        name = "uid-" + hashlib.sha256(f"okx uid {uid}".encode()).hexdigest()[:16]
        if uid and name not in self._names:
            self._names.append(name)

    @property
    def knows(self) -> bool:
        """Whether it knows whose keys obey it."""
        return len(self._names) > 1

    @property
    def of_others(self) -> bool:
        """Whether one is on for some uid, or that cannot be seen."""
        try:
            return any(self._folder.glob("kill-uid-*.json"))
        except OSError:
            return True

    def set(self, account: str) -> bool:
        """Switch it on; False when that could not be written, so that it holds in this kernel only."""
        self._here = True
        line = json.dumps({"since": self._clock(), "account": account})
        try:
            for path in self._paths():
                _write(path, line)
        except OSError:
            return False
        return True

    def lift(self) -> None:
        """Switch it off. Raises OSError, and stays on, when the file cannot be removed."""
        for path in self._paths():
            path.unlink(missing_ok=True)
        self._here = False

    def remove(self) -> None:
        """Leave no file behind: for an account that ends. Raises OSError."""
        self.lift()
        for name in self._names:
            (self._folder / f"kill-{name}.lock").unlink(missing_ok=True)

    def __bool__(self) -> bool:
        return self._here or any(map(_is_there, self._paths()))

    @property
    def since(self) -> float | None:
        """When it was switched on, in seconds since 1970; None where that cannot be read."""
        for path in self._paths():
            with suppress(OSError, ValueError, TypeError, KeyError):
                if not path.is_file():
                    continue
                return float(json.loads(path.read_text("utf-8"))["since"])
        return None

    def await_writers(self) -> str:
        """Wait until every permit is given back, for two seconds at most; who still holds one, ""
        if nobody. Where files cannot be locked there is nothing to wait for.
        """
        patience = time.monotonic() + _PATIENCE
        for name in list(self._names):
            held = self._open_lock(name)
            while held is not None and not _try_lock(held, shared=False):
                if time.monotonic() > patience:
                    with os.fdopen(held, "rb") as file:
                        file.seek(0)
                        who = file.read(200).decode("utf-8", "replace").strip()
                    return who or "a write of another kernel"
                self._sleep(_PAUSE)
            if held is not None:
                os.close(held)
        return ""

    def share(self, who: str) -> list[int]:
        """The shared locks of one write, as open files; ``who`` is told if it has to be waited for."""
        handles = []
        for name in list(self._names):
            handle = self._open_lock(name)
            if handle is None:
                continue
            handles.append(handle)
            patience = time.monotonic() + _PATIENCE
            # The kill switch holds it for the moment of a look.
            while not _try_lock(handle, shared=True) and time.monotonic() < patience:
                self._sleep(_PAUSE)
            with suppress(OSError):
                os.ftruncate(handle, 0)
                os.pwrite(handle, who.encode(), 0)
        return handles

    def _open_lock(self, name: str) -> int | None:
        if sys.platform == "win32":
            return None
        path = self._folder / f"kill-{name}.lock"
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK
            return os.open(path, flags, 0o600)
        except OSError:
            return None  # no folder to write to: the latch holds in this kernel only

    def _paths(self) -> list[Path]:
        return [self._folder / f"kill-{name}.json" for name in self._names]


@dataclass(slots=True, eq=False)
class Permit:
    """Lets one write pass to the socket, as long as the kill switch is off; without a ``latch`` nothing
    stops it. ``written`` turns True when a byte of it may have left.
    """

    latch: Latch | None
    request: Request
    written: bool = False
    _held: list[int] = field(default_factory=list)

    def take(self) -> None:
        """Raise RefusedError if the kill switch is on; else it waits until ``give_back``."""
        if self.latch is not None:
            self._held = self.latch.share(f"{self.request} of process {os.getpid()}")
            if self.latch:
                self.give_back()
                raise RefusedError(
                    "the kill switch is on: only cancels are sent",
                    remedy="%okx_kill --release lifts it",
                    request=self.request,
                )
        self.written = True

    def give_back(self) -> None:
        """Let the kill switch pass; once is enough, and more does no harm."""
        while self._held:
            os.close(self._held.pop())


def _try_lock(handle: int, *, shared: bool) -> bool:
    """Lock an open file; False where another has it."""
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a network drive without locks
    return True


def _is_there(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _write(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # A pipe in its place, which counts as on, is not waited for.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        # It must be there after a crash of the machine, too.
        os.fsync(file.fileno())
