"""A scripted exchange and a reader that waits for little."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from scripted import QUICK, Scripted, ScriptedAccess, until

from okx_magic.streams.protocol import Arg
from okx_magic.streams.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.streams.access import Timing
    from okx_magic.streams.stream import Stream


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted() as scripted:
        yield scripted


@pytest.fixture
def timing() -> Timing:
    return QUICK


@pytest.fixture
def reader(timing: Timing) -> Iterator[Reader]:
    reader = Reader(timing)
    yield reader
    reader.close()
    mine = [each for each in threading.enumerate() if each.name == "okx_magic-streams"]
    until(lambda: not any(each.is_alive() for each in mine), "the reader's thread goes on")


@pytest.fixture
def access(server: Scripted) -> ScriptedAccess:
    return ScriptedAccess(server.url)


@pytest.fixture
def stream(reader: Reader, access: ScriptedAccess) -> Callable[..., Stream]:
    """A stream of a channel of BTC-USDT, that OKX has accepted."""

    def opened(channel: str, keep: int = 1000, settled: bool = True, **keys: Any) -> Stream:  # noqa: FBT001, FBT002
        keys = keys or {"instId": "BTC-USDT"}
        found = reader.open(access, [Arg.of(channel, keys)], name=channel, keep=keep)
        if settled:
            found.settled(20)
        return found

    return opened
