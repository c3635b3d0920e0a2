from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def printed() -> Iterator[str]:
    """What the program says while it runs."""
    command = [sys.executable, "-m", "okx_magic.sandbox", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        process.kill()


@pytest.mark.parametrize(
    ("client", "shown"), [("ccxt", r"'USDT': 100000\.0"), ("python-okx", r"'totalEq': '\d")]
)
def test_printed_snippets_work(printed: str, client: str, shown: str) -> None:
    """What the program prints for a client to copy runs as it stands and shows the balance."""
    snippet = printed.partition(f"# {client}\n")[2].partition("\n\n")[0]
    done = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(shown, done.stdout), done.stdout
