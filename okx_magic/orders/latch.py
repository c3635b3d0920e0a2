"""The kill switch's latch: a file that outlives the kernel, and every other kernel looks at."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER: Final = ".okx_magic"


class Latch:
    """On or off for one account, known by ``key_hash``, which tells nothing of its key.

    What cannot be read counts as on.
    """

    def __init__(
        self, folder: Path, key_hash: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._path = folder / f"kill-{key_hash}.json"
        self._clock = clock
        self._here = False

    def set(self, account: str) -> bool:
        """Switch it on; False when that could not be written, so that it holds in this kernel only."""
        self._here = True
        line = json.dumps({"since": self._clock(), "account": account})
        try:
            _write(self._path, line)
        except OSError:
            return False
        return True

    def lift(self) -> None:
        """Switch it off. Raises OSError, and stays on, when the file cannot be removed."""
        self._path.unlink(missing_ok=True)
        self._here = False

    def __bool__(self) -> bool:
        if self._here:
            return True
        try:
            self._path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            return True
        return True

    @property
    def since(self) -> float | None:
        """When it was switched on, in seconds since 1970; None where that cannot be read."""
        try:
            return float(json.loads(self._path.read_text("utf-8"))["since"])
        except (OSError, ValueError, TypeError, KeyError):
            return None


def _write(path: Path, line: str) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        # It must be there after a crash of the machine, too.
        os.fsync(file.fileno())
