from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from lab import Lab, lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Lab]:
    with lab(tmp_path) as running:
        yield running
