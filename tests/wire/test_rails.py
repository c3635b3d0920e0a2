from __future__ import annotations

import pytest

from okx_magic.errors import RefusedError
from okx_magic.model import Environment, Request
from okx_magic.wire import rails

READ = Request("GET", "/api/v5/account/balance")
WRITE = Request("POST", "/api/v5/trade/order", "{}")


def test_a_live_account_only_reads() -> None:
    """Nothing that could move money leaves for a live account."""
    rails.check(READ, "live")
    with pytest.raises(RefusedError, match="read-only"):
        rails.check(WRITE, "live")


@pytest.mark.parametrize("environment", ["demo", "sandbox"])
def test_demo_and_sandbox_write(environment: Environment) -> None:
    """Play money may be moved."""
    rails.check(WRITE, environment)


@pytest.mark.parametrize(
    ("environment", "value", "refused"),
    [("live", "1", True), ("live", "0", False), ("demo", "0", True), ("demo", "1", False)],
)
def test_a_header_that_contradicts_the_account_is_refused(
    environment: Environment,
    value: str,
    refused: bool,  # noqa: FBT001
) -> None:
    """The environment header can confirm the account, never overrule it."""
    request = Request("GET", "/api/v5/public/time", headers=(("X-Simulated-Trading", value),))
    if refused:
        with pytest.raises(RefusedError, match="contradicts"):
            rails.check(request, environment)
    else:
        rails.check(request, environment)
    assert rails.without_environment_header(request) == ()


def test_only_live_goes_without_the_demo_header() -> None:
    """Demo and sandbox say so in each request."""
    assert rails.environment_headers("live") == {}
    assert rails.environment_headers("demo") == {"x-simulated-trading": "1"}
