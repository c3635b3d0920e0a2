"""A panel at work, without a browser and without a widget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from desk import Desk

from okx_magic.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def exchange() -> Iterator[Sandbox]:
    """A sandbox outside of the kernel."""
    with Sandbox.start() as running:
        yield running


@pytest.fixture
def desk(nobody: Path, exchange: Sandbox) -> Iterator[Desk]:
    """A panel on a machine whose variables name a host, and no credentials."""
    made = Desk({"OKX_API_BASE_URL": exchange.url}, nobody)
    yield made
    made.accounts.close()
