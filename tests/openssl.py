"""HMAC-SHA256 by the program openssl: a judge of signatures that nobody here wrote."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

NEEDS_OPENSSL = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed"
)


def tags(pairs: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
    """The tag of each message under its key, as (key, message)."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda pair: _tag(*pair), pairs))


def _tag(key: bytes, message: bytes) -> bytes:
    options = ["-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]
    program = ["openssl", "dgst", *options]
    return subprocess.run(program, input=message, capture_output=True, check=True).stdout
