from __future__ import annotations

import base64
import os
import ssl
import time
from contextlib import closing
from itertools import count
from typing import TYPE_CHECKING
from unittest import mock

import pytest
import trustme
from pace import Ticks
from proxyserver import ProxyServer
from rawserver import EMPTY, RawServer, http

from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

TIME = Request("GET", "/api/v5/public/time")
BODY = b'{"code":"0","msg":"","data":[]}'


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def far(tls: ssl.SSLContext) -> Iterator[RawServer]:
    """A server with TLS."""
    with closing(RawServer(tls=tls)) as server:
        yield server


@pytest.fixture(params=["http", "https"])
def proxy(request: pytest.FixtureRequest, tls: ssl.SSLContext) -> Iterator[ProxyServer]:
    """A proxy that is spoken to in the clear, and one that is spoken to through TLS."""
    with closing(ProxyServer(tls if request.param == "https" else None)) as server:
        yield server


def test_a_proxy_carries_all_exchanges_in_one_tunnel(
    proxy: ProxyServer, far: RawServer, bundle: str
) -> None:
    """The proxy hears of one CONNECT with its password, and the server nothing of a proxy."""
    url = proxy.url.replace("//", "//some%20one:hunter%402@")
    with closing(Transport(far.url, proxy=url, ca_bundle=bundle)) as transport:
        for _ in range(3):
            assert transport.send(TIME).body == BODY
    (asked,) = proxy.requests
    assert asked.startswith(f"CONNECT {far.url.removeprefix('https://')} ".encode())
    assert b": Basic " + base64.b64encode(b"some one:hunter@2") + b"\r\n" in asked
    assert (len(far.requests), far.connections) == (3, 1)
    assert not any(b"proxy" in head.lower() for head, _ in far.requests)


def test_a_proxy_that_refuses_is_named(proxy: ProxyServer, far: RawServer, bundle: str) -> None:
    """A proxy that wants another password is one line, and nothing of the request left."""
    proxy.status = "407 Proxy Authentication Required"
    with (
        closing(Transport(far.url, proxy=proxy.url, ca_bundle=bundle)) as transport,
        pytest.raises(TransportError, match=f"the proxy {proxy.url} could not be used") as caught,
    ):
        transport.send(TIME)
    assert not caught.value.written
    assert far.connections == 0


def test_a_certificate_is_verified_through_a_proxy(
    far: RawServer, proxy: ProxyServer, bundle: str
) -> None:
    """A server whose authority is unknown is refused, whatever the proxy is."""
    other = trustme.CA()
    certificate = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    other.issue_cert("127.0.0.1").configure_cert(certificate)
    far.tls = certificate
    with (
        closing(Transport(far.url, proxy=proxy.url, ca_bundle=bundle)) as transport,
        pytest.raises(TransportError, match=r"TLS with .* failed: unable to get") as caught,
    ):
        transport.send(TIME)
    assert not caught.value.written
    assert far.requests == []


def test_a_certificate_for_another_host_is_refused(
    authority: trustme.CA, far: RawServer, bundle: str
) -> None:
    """The name in the certificate must be the host's."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("openapi.okx.com").configure_cert(context)
    far.tls = context
    with (
        closing(Transport(far.url, ca_bundle=bundle)) as transport,
        pytest.raises(TransportError, match="certificate is not valid for '127"),
    ):
        transport.send(TIME)
    assert far.requests == []


def test_the_deadline_holds_behind_a_proxy(proxy: ProxyServer, far: RawServer, bundle: str) -> None:
    """A server that drips bytes does not outlast it, nor does the next exchange miss its own."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.02)

    far.reply = drip
    with closing(Transport(far.url, proxy=proxy.url, ca_bundle=bundle, timeout=0.4)) as transport:
        for _ in range(2):
            with Ticks() as clock:
                with pytest.raises(TransportError, match="no complete answer within") as caught:
                    transport.send(TIME)
                assert clock.seconds < 1.5
            assert caught.value.written


def test_no_key_of_a_connection_is_written_down(
    far: RawServer, bundle: str, tmp_path: Path
) -> None:
    """SSLKEYLOGFILE, which would let anyone read along, is not obeyed."""
    log = tmp_path / "keys"
    with (
        mock.patch.dict(os.environ, {"SSLKEYLOGFILE": str(log)}),
        closing(Transport(far.url, ca_bundle=bundle)) as transport,
    ):
        transport.send(TIME)
        assert not log.exists()
        # The control: a context made in the ordinary way does obey.
        ssl.create_default_context()
        assert log.exists()


def test_an_ipv6_address_is_a_host_as_any() -> None:
    """Its brackets stand in the Host header and nowhere else."""
    try:
        server = RawServer(address="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with closing(server), closing(Transport(server.url)) as transport:
        assert transport.send(TIME).body == BODY
    assert server.header("Host") == server.url.removeprefix("http://")


def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    """After `Connection: close`, and after an end that was not announced, a new one is opened."""
    with closing(RawServer()) as server, closing(Transport(server.url)) as transport:
        server.reply = http(BODY, headers="Connection: close\r\n")
        transport.send(TIME)
        server.reply = lambda connection: connection.sendall(EMPTY)
        transport.send(TIME)
        # It has hung up by now, or is about to.
        time.sleep(0.05)
        server.reply = EMPTY
        assert transport.send(TIME).body == BODY
        assert server.connections == 3


def test_an_exchange_that_ends_late_harms_no_other() -> None:
    """The deadline of one exchange shuts its own connection, and only that."""
    turns = count()

    def silent_first(connection: socket.socket) -> None:
        if next(turns) == 0:
            time.sleep(1)
        connection.sendall(EMPTY)

    with closing(RawServer(silent_first)) as server, closing(Transport(server.url)) as transport:
        transport.timeout = 0.2
        with pytest.raises(TransportError, match="no complete answer"):
            transport.send(TIME)
        transport.timeout = 5
        assert transport.send(TIME).body == BODY


def test_a_connection_that_comes_back_too_late_is_not_kept() -> None:
    """When the transport was closed during an exchange, its connection is closed as well."""
    with closing(RawServer()) as server:
        transport = Transport(server.url)

        def close_meanwhile(connection: socket.socket) -> None:
            transport.close()
            connection.sendall(EMPTY)
            # Ends when the other side closes.
            assert connection.recv(1) == b""

        server.reply = close_meanwhile
        assert transport.send(TIME).body == BODY
        assert transport._pool._kept == []
