from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rawserver import RawServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[RawServer]:
    raw = RawServer()
    yield raw
    raw.close()
