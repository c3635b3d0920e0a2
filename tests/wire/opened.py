"""What the tests of the transport open."""

from __future__ import annotations

from collections.abc import Callable

from okx_magic.model import Request
from okx_magic.wire.transport import Transport

Opener = Callable[..., Transport]
TIME = Request("GET", "/api/v5/public/time")
