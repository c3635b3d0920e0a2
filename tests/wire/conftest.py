from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest
from rawserver import RawServer

from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opened import Opener


@pytest.fixture
def server() -> Iterator[RawServer]:
    raw = RawServer()
    yield raw
    raw.close()


@pytest.fixture
def open_transport() -> Iterator[Opener]:
    """Opens transports and closes them after the test."""
    with ExitStack() as stack:

        def opener(*args: Any, **kwargs: Any) -> Transport:
            return stack.enter_context(closing(Transport(*args, **kwargs)))

        yield opener
