"""How often a test tries what it says.

The suite tries often enough to notice. ``OKX_MAGIC_FULL=1`` tries as often as the project promises:
hundreds of kills, thousands of calls. That takes hours, and is run by hand before a release.
"""

from __future__ import annotations

import os

FULL = bool(os.environ.get("OKX_MAGIC_FULL"))


def many(promised: int, usual: int) -> int:
    """The ``promised`` number under ``OKX_MAGIC_FULL=1``, else the ``usual`` one."""
    return promised if FULL else usual
