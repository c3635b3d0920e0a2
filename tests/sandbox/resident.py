"""What a process takes."""

from __future__ import annotations

import resource
from pathlib import Path


def memory() -> int:
    """This process's memory in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
