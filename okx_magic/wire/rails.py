"""Safety rules that are asked before anything is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.errors import RefusedError

if TYPE_CHECKING:
    from okx_magic.model import Environment, Request

_DEMO_HEADER = "x-simulated-trading"


def check(request: Request, environment: Environment) -> None:
    """Raise RefusedError for a request that this environment must not send.

    A live account only reads. A typed ``x-simulated-trading`` must say what the account is: it
    selects the environment and is not signed (OKX docs: Demo Trading Services).
    """
    for name, value in request.headers:
        if name.lower() == _DEMO_HEADER and (value.strip() == "1") == (environment == "live"):
            raise RefusedError(
                f"x-simulated-trading: {value} contradicts the account, which is {environment}",
                remedy="leave the header out; the account decides (-a NAME)",
                request=request,
            )
    if environment == "live" and request.method != "GET":
        raise RefusedError(
            "a live account is read-only in this version",
            remedy="send it to a demo account or to the sandbox: -a demo, -a sandbox",
            request=request,
        )


def environment_headers(environment: Environment) -> dict[str, str]:
    """The header that selects demo trading; live requests carry none."""
    return {} if environment == "live" else {_DEMO_HEADER: "1"}


def without_environment_header(request: Request) -> tuple[tuple[str, str], ...]:
    """The typed headers less the one that the account sets."""
    return tuple((name, value) for name, value in request.headers if name.lower() != _DEMO_HEADER)
