from __future__ import annotations

import os
import socket
import threading
import time
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opened import TIME, Opener
from pace import Ticks
from rawserver import RawServer, http
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NewConnectionError

from okx_magic.credentials.credentials import Credentials, prehash, signature
from okx_magic.errors import RefusedError, TransportError
from okx_magic.model import Request
from okx_magic.wire.failures import describe
from okx_magic.wire.transport import Transport

KEY = "00000000-aaaa-bbbb-cccc-000000000001"
SECRET = "FAKE0SECRET0FOR0TESTS0ONLY000001"
STAMP = "2024-05-06T07:08:09.010Z"


def credentials() -> Credentials:
    return Credentials(KEY, SECRET, "fake-pass-1")


def authorise(method: str, target: str, body: bytes) -> dict[str, str]:
    return credentials().headers(STAMP, method, target, body)


# What may stand in a query that is already encoded: unreserved and sub-delimiter characters, and
# percent-encoded bytes. The cell language makes everything else into this.
encoded = st.one_of(
    st.sampled_from(list("abcXYZ019-._~,:/!*'();@$&=+?")),
    st.integers(0x80, 0xFF).map(lambda byte: f"%{byte:02X}"),
    st.sampled_from(["%20", "%22", "%2C", "%7B", "%E6%B5%8B"]),
)
targets = st.lists(encoded, max_size=30).map(
    lambda parts: "/api/v5/x" + (f"?k={''.join(parts)}" if parts else "")
)
bodies = st.one_of(
    st.just(""),
    st.just("{}"),
    st.just("[]"),
    st.text(st.characters(codec="utf-8"), max_size=80).map(lambda text: f'{{"a": "{text}"}}'),
)


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(target=targets, body=bodies)
def test_what_arrived_is_exactly_what_was_signed(server: RawServer, target: str, body: str) -> None:
    """The signature that arrives fits the target and the body bytes that arrive, whatever they are."""
    transport = Transport(server.url)
    request = Request("POST", target, body)
    try:
        transport.send(request, authorise)
    except RefusedError:
        # The library would have changed it (a trailing `?`): refusing is the other right answer.
        assert not server.requests or server.target != target
        return
    finally:
        transport.close()
    message = prehash(STAMP, "POST", server.target, server.body)
    assert server.header("OK-ACCESS-SIGN") == signature(SECRET, message)
    assert (server.target, server.body) == (target, body.encode())


def test_control_of_the_wire_test() -> None:
    """The comparison above bites: a target that was decoded on the way no longer fits its signature."""
    signed = signature(SECRET, prehash(STAMP, "GET", "/api/v5/x?k=%E6%B5%8B", b""))
    assert signed != signature(SECRET, prehash(STAMP, "GET", "/api/v5/x?k=测", b""))


@pytest.mark.parametrize(
    "target",
    ["/api/v5/x?k=a b", "/api/v5/x?k=é", "/api/v5/../x", "/api/v5/x?k=%2c", "/api/v5/x#f", "/x?"],
)
def test_a_target_that_the_library_would_change_is_refused(
    open_transport: Opener, server: RawServer, target: str
) -> None:
    """Nothing is sent when target or host would not travel as they stand."""
    with pytest.raises(RefusedError, match="HTTP library"):
        open_transport(server.url).send(Request("GET", target), authorise)
    assert server.connections == 0


def test_a_method_that_the_library_would_change_is_refused(
    open_transport: Opener, server: RawServer
) -> None:
    """A method in small letters would be signed as such, and sent in capitals."""
    with pytest.raises(RefusedError, match="HTTP library would send GET"):
        open_transport(server.url).send(Request("get", "/api/v5/x"), authorise)  # type: ignore[arg-type]  # wrong on purpose
    assert server.connections == 0


def test_a_host_smuggled_through_the_target_is_refused(
    open_transport: Opener, server: RawServer
) -> None:
    """A target that would turn the base URL into userinfo of another host is never sent."""
    with pytest.raises(RefusedError):
        open_transport(server.url).send(Request("GET", "@localhost/x"), authorise)
    assert server.connections == 0


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(Request("GET", "[/x"), id="no URL"),
        pytest.param(Request("GET", "/x", headers=(("expTime", "1\r\nX: 2"),)), id="line break"),
        pytest.param(Request("GET", "/x", headers=(("expTime", "☃"),)), id="not Latin-1"),
        pytest.param(Request("GET", "/x", headers=(("é", "1"),)), id="name not ASCII"),
        pytest.param(Request("POST", "/x", '"\ud800"'), id="half a surrogate pair"),
    ],
)
def test_what_the_library_cannot_send_is_refused(
    open_transport: Opener, server: RawServer, request_: Request
) -> None:
    """It is one error of ours, and nothing is sent."""
    with pytest.raises(RefusedError, match="cannot send"):
        open_transport(server.url).send(request_, authorise)
    assert server.connections == 0


def test_connections_are_kept(open_transport: Opener, server: RawServer) -> None:
    """Twenty requests of one session use one connection."""
    transport = open_transport(server.url)
    for _ in range(20):
        transport.send(TIME)
    assert (len(server.requests), server.connections) == (20, 1)


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_redirects_are_not_followed(open_transport: Opener, server: RawServer, status: str) -> None:
    """A redirect is an answer: the other address never hears of the request."""
    other = RawServer()
    server.reply = http(b"", status=status, headers=f"Location: {other.url}/x\r\n")
    answer = open_transport(server.url).send(Request("POST", "/api/v5/x", "{}"), authorise)
    assert answer.status == int(status[:3])
    assert other.connections == 0
    other.close()


def _drip(first: bytes) -> object:
    def reply(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)

    return reply


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(_drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), id="slow body"),
        pytest.param(_drip(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="slow header"),
        pytest.param(lambda _: time.sleep(5), id="silence"),
    ],
)
def test_a_dripping_server_does_not_outlast_the_deadline(
    open_transport: Opener, server: RawServer, reply: object
) -> None:
    """The whole exchange ends at its deadline, also when bytes keep coming."""
    server.reply = reply  # type: ignore[assignment]
    with Ticks() as clock:
        with pytest.raises(TransportError, match=r"no complete answer within 0\.3 s") as caught:
            open_transport(server.url, timeout=0.3).send(TIME)
        assert clock.seconds < 1.5
    assert caught.value.written


def test_control_of_the_deadline_test(open_transport: Opener, server: RawServer) -> None:
    """The drip is what defeats a plain timeout: with a long deadline the same server goes on."""
    server.reply = http(b"{}")
    assert open_transport(server.url, timeout=30).send(TIME).body == b"{}"


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(b"", id="closed at once"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", id="half a body"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", id="half a chunk"
        ),
        pytest.param(b"\x00\x01garbage\r\n\r\n", id="not HTTP"),
    ],
)
def test_a_cut_answer_is_one_error_that_says_it_was_written(
    open_transport: Opener, server: RawServer, cut: bytes
) -> None:
    """Whatever is cut, the error is ours, says that bytes left, and drags no foreign context along."""
    server.reply = lambda connection: connection.sendall(cut)
    with pytest.raises(TransportError) as caught:
        open_transport(server.url).send(TIME, authorise)
    assert caught.value.written
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_an_unreachable_host_is_one_line_and_nothing_was_written(open_transport: Opener) -> None:
    """A refused connection says so and that nothing left."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(TransportError, match=r"no connection to 127\.0\.0\.1") as caught:
        open_transport(f"http://127.0.0.1:{port}").send(TIME, authorise)
    assert not caught.value.written
    assert "was the sandbox stopped?" in caught.value.remedy


def test_what_to_do_without_a_connection_depends_on_where_it_was_to_go() -> None:
    """The network is not to blame for what does not answer on this machine."""
    failure = NewConnectionError(HTTPConnection("any"), "refused")
    elsewhere = describe(failure, host="www.okx.com", proxy="", seconds=1)
    here = describe(failure, host="127.0.0.1:8700", proxy="", seconds=1)
    assert "check the network" in elsewhere.remedy
    assert "network" not in here.remedy


def test_a_wrong_proxy_is_one_line_and_nothing_was_written(open_transport: Opener) -> None:
    """A proxy that is not there is named, without its password, and nothing of the request left."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = open_transport(
        "https://openapi.okx.com", proxy=f"http://user:hunter2@127.0.0.1:{port}", timeout=3
    )
    with pytest.raises(TransportError, match=f"the proxy http://127.0.0.1:{port}") as caught:
        transport.send(TIME, authorise)
    assert not caught.value.written
    assert "hunter2" not in str(caught.value)


def test_tls_to_a_server_without_it_was_not_written(
    open_transport: Opener, server: RawServer
) -> None:
    """A failed handshake is named, and nothing of the request left."""
    transport = open_transport(server.url.replace("http:", "https:"), timeout=1)
    with pytest.raises(TransportError) as caught:
        transport.send(TIME, authorise)
    assert not caught.value.written


def test_the_environment_is_not_trusted(
    open_transport: Opener, server: RawServer, tmp_path: object
) -> None:
    """Proxy variables and .netrc change nothing: loopback is reached directly, without Authorization."""
    netrc = os.path.join(str(tmp_path), "netrc")  # noqa: PTH118  # a variable holds it as text
    with open(netrc, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("default login someone password hunter2\n")
    dead = "http://127.0.0.1:9"
    variables = {"HTTP_PROXY": dead, "http_proxy": dead, "ALL_PROXY": dead, "NETRC": netrc}
    with mock.patch.dict(os.environ, variables):
        open_transport(server.url).send(TIME, authorise)
    assert server.header("Authorization") is None


def test_no_body_has_no_content_type(open_transport: Opener, server: RawServer) -> None:
    """A body says that it is JSON; a request without one says nothing."""
    transport = open_transport(server.url)
    transport.send(TIME)
    assert server.header("Content-Type") is None
    transport.send(Request("POST", "/api/v5/x", "{}"))
    assert server.header("Content-Type") == "application/json"


def test_requests_side_by_side_keep_their_own_answers(
    open_transport: Opener, server: RawServer
) -> None:
    """Threads that share a transport each get a whole answer."""
    transport = open_transport(server.url)
    answers: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: answers.append(transport.send(TIME).body)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [b'{"code":"0","msg":"","data":[]}'] * 8
