"""A sandbox that stands still while a client and a second witness look at it."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from clientcalls import claimed
from sandbox_caller import Caller, Clock

from okx_magic.sandbox import Sandbox
from okx_magic.sandbox.streams.messages import read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.sandbox.gateway import RawRequest
    from okx_magic.sandbox.replies import Reply
    from okx_magic.sandbox.streams.messages import Request


@pytest.fixture
def clock() -> Clock:
    """The sandbox's clock: it stands, so that two answers to one question are the same. The clients
    keep their own, which may be 30 seconds off.
    """
    return Clock(time.time())


@pytest.fixture
def sandbox(
    clock: Clock, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    """A sandbox; at the end of the test its client has asked what the test claims of it."""
    with Sandbox.start(seed=21, limits=False, clock=clock) as running:
        heard = set()
        answer = running._exchange.answer

        def listening(asked: RawRequest) -> Reply:
            # The second witness does not say who it is.
            if "user-agent" in asked.headers:
                heard.add(f"{asked.method} {asked.path.removeprefix('/api/v5/')}")
            return answer(asked)

        def reading(text: str) -> Request:
            request = read_request(text)
            channels = [item.get("channel", request.op) for item in request.items]
            heard.update(f"WS {channel}" for channel in channels)
            return request

        monkeypatch.setattr(running._exchange, "answer", listening)
        monkeypatch.setattr("okx_magic.sandbox.streams.messages.read_request", reading)
        yield running
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    assert {call.endpoint for call in claimed(request.function, parameters)} <= heard


@pytest.fixture
def raw(sandbox: Sandbox, clock: Clock) -> Iterator[Caller]:
    """The second witness: raw answers to requests that are signed in a few lines of their own."""
    caller = Caller(sandbox, clock)
    yield caller
    caller.connection.close()


@pytest.fixture
def connect(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    """Makes clients of python-okx of a kind, for the demo account unless told otherwise."""
    keys = sandbox.demo
    triple = {
        "api_key": keys.key,
        "api_secret_key": keys.secret,
        "passphrase": keys.passphrase,
        "flag": "1",
        "domain": sandbox.url,
    }
    with ExitStack() as stack:

        def made(kind: Callable[..., Any], **changed: object) -> Any:
            client = stack.enter_context(kind(**triple | changed))
            # Its own five seconds are not enough for a page of months on a busy machine.
            client.timeout = 120
            return client

        yield made


@pytest.fixture
def okx(sandbox: Sandbox) -> Iterator[ccxt.okx]:
    """ccxt, with markets loaded."""
    keys = sandbox.demo
    client = ccxt.okx(
        {"apiKey": keys.key, "secret": keys.secret, "password": keys.passphrase,
         "enableRateLimit": False}
    )  # fmt: skip
    client.set_sandbox_mode(True)
    client.urls["api"]["rest"] = sandbox.url
    client.load_markets()
    yield client
    client.session.close()
