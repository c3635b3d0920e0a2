"""Log-ins, answers and refusals: points 3, 4, 5, 9 and 17 of what right means."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from scripted import QUICK, Scripted, until

from okx_magic.credentials.credentials import signature
from okx_magic.errors import OkxError, StreamError
from okx_magic.streams import socket
from okx_magic.streams.protocol import Arg

if TYPE_CHECKING:
    from collections.abc import Callable

    from scripted import ScriptedAccess

    from okx_magic.streams.access import Timing
    from okx_magic.streams.reader import Reader
    from okx_magic.streams.stream import Stream

FINAL = ["60004", "60005", "60006", "60007", "60008", "60009", "60024", "60032", "50101"]


def test_logged_in_once_before_anything(server: Scripted, stream: Callable[..., Stream]) -> None:
    """One log-in a connection, in whole seconds, signed as documented, answered before the first
    subscription.
    """
    stream("orders", instType="ANY")
    stream("account", settled=False, ccy="BTC")
    until(lambda: len(server.args()) == 2)
    first = [frame["op"] for _, frame in server.heard if isinstance(frame, dict)]
    assert first == ["login", "subscribe", "subscribe"]
    (arg,) = server.args("login")
    assert arg == {
        "apiKey": "k" * 12,
        "passphrase": "p" * 12,
        "timestamp": "1700000000",
        "sign": signature("s" * 12, b"1700000000GET/users/self/verify"),
    }


def test_nothing_is_said_before_the_answer(server: Scripted, stream: Callable[..., Stream]) -> None:
    """While the log-in is not answered nothing else is sent."""
    server.answers = False
    orders = stream("orders", settled=False, instType="ANY")
    until(lambda: server.ops("login"))
    assert server.ops("subscribe") == []
    server.answers = True
    server.say({"event": "login", "code": "0", "msg": "", "connId": "a"})
    until(lambda: orders.state == "streaming")


@pytest.mark.parametrize("code", FINAL)
def test_a_refused_login_is_final(
    server: Scripted, stream: Callable[..., Stream], access: ScriptedAccess, code: str
) -> None:
    """A refused log-in is not tried again, and whoever reads the stream is told."""
    server.login_code = code
    with pytest.raises(OkxError, match=code):
        stream("orders", instType="ANY")
    assert len(server.ops("login")) == 1
    assert access.logins == [("1700000000", code)]


@pytest.mark.parametrize("code", ["63999", "64007", "60014"])
def test_what_is_okxs_fault_is_tried_again(
    server: Scripted, stream: Callable[..., Stream], code: str
) -> None:
    """A log-in that failed at OKX's side is tried again on a new connection."""
    server.login_code = code
    orders = stream("orders", settled=False, instType="ANY")
    until(lambda: len(server.ops("login")) > 1)
    server.login_code = "0"
    until(lambda: orders.state == "streaming")
    each = [number for number, _ in server.ops("login")]
    assert len(each) == len(set(each)), "a second log-in on a connection is 60031"


def test_one_bad_arg_hurts_no_other(server: Scripted, reader: Reader, access: Any) -> None:
    """Of several args asked for in one request, that which is refused is named, and the others stream."""

    def answer(frame: dict[str, Any]) -> list[dict[str, Any]]:
        tag = {"id": frame["id"], "connId": "a"}
        return [
            {**tag, "event": "error", "code": "60018", "msg": bad(arg)}
            if arg["instId"] == "NOT"
            else {**tag, "event": "subscribe", "arg": arg}
            for arg in frame["args"]
        ]

    server.answer = answer
    streams = {
        name: reader.open(access, [Arg.of("tickers", {"instId": name})], name=name, keep=10)
        for name in ("A-B", "NOT", "C-D")
    }
    until(lambda: all(each.state != "connecting" for each in streams.values()))
    assert {name: each.state for name, each in streams.items()} == {
        "A-B": "streaming",
        "NOT": "refused",
        "C-D": "streaming",
    }
    with pytest.raises(OkxError, match="60018") as caught:
        streams["NOT"].frame()
    assert "NOT" in caught.value.means
    assert "/public" in caught.value.means


def bad(arg: dict[str, Any]) -> str:
    return f"Wrong URL or channel:{arg['channel']},instId:{arg['instId']} doesn't exist."


class TestUnanswered:
    @pytest.fixture
    def timing(self) -> Timing:
        return replace(QUICK, answer=0.2)

    def test_no_answer_is_an_error(self, server: Scripted, stream: Callable[..., Stream]) -> None:
        """An arg that OKX does not answer is an error, not silence."""
        server.answers = False
        with pytest.raises(StreamError, match="did not answer"):
            stream("tickers")


def test_too_many_connections(server: Scripted, stream: Callable[..., Stream]) -> None:
    """Too many connections of a channel end that stream with an error; their count alone does not."""
    orders, positions = stream("orders", instType="ANY"), stream("positions", instType="ANY")
    server.say({"event": "channel-conn-count", "channel": "orders", "connCount": "2"})
    server.say({"event": "channel-conn-count-error", "channel": "orders", "connCount": "30"})
    until(lambda: orders.state == "refused")
    with pytest.raises(StreamError, match="30 connections"):
        orders.wait(timeout=20)
    assert positions.state == "streaming"


def test_no_redirect_is_followed(stream: Callable[..., Stream], server: Scripted) -> None:
    """A redirect is a failure: a log-in would follow it."""
    import asyncio  # noqa: PLC0415

    heard: list[bytes] = []

    async def redirect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        place = f"ws://127.0.0.1:{server.port}/ws/v5/private"
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode())
        writer.close()

    async def attempt() -> None:
        async with await asyncio.start_server(redirect, "127.0.0.1", 0) as other:
            port = other.sockets[0].getsockname()[1]
            with pytest.raises(socket.FAILED) as caught:
                await socket.opened(
                    f"ws://127.0.0.1:{port}/ws/v5/private",
                    heard.append,
                    headers={},
                    proxy=None,
                    ca_bundle=None,
                    timeout=20,
                )
            assert "302" in str(caught.value)

    asyncio.run(attempt())
    assert len(heard) == 1
    assert server.connections == []
    del stream


def test_no_proxy_of_the_environment(
    server: Scripted, stream: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that name a proxy are not read."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "socks_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert stream("tickers").state == "streaming"
    assert server.paths == ["/ws/v5/public"]
