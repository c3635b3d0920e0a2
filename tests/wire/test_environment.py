"""What lies about in the environment acts on nothing: proxies, .netrc, bundles of certificates; and whom
TLS trusts.
"""

from __future__ import annotations

import datetime as dt
import ssl
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests
import trustme
from proxyserver import ProxyServer
from rawserver import RawServer

from okx_magic.errors import TransportError
from okx_magic.model import Request
from okx_magic.wire.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIME = Request("GET", "/api/v5/public/time")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@pytest.fixture
def proxy() -> Iterator[ProxyServer]:
    running = ProxyServer()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, *BUNDLES, "NO_PROXY", "no_proxy", "NETRC", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", PROXIES)
def test_no_variable_puts_a_proxy_before_the_sandbox(
    server: RawServer, proxy: ProxyServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Loopback is reached directly, whatever is set."""
    monkeypatch.setenv(name, proxy.url)
    with closing(Transport(server.url)) as transport:
        transport.send(TIME)
    assert len(server.requests) == 1
    assert proxy.requests == []


@pytest.fixture(params=["default", "machine 127.0.0.1"])
def netrc(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / ".netrc"
    path.write_text(f"{request.param} login someone password hunter2\n")
    path.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(path))


@pytest.mark.usefixtures("netrc")
def test_no_netrc_adds_an_authorization(server: RawServer) -> None:
    """Neither its entry for a host nor its default."""
    with closing(Transport(server.url)) as transport:
        transport.send(TIME)
    assert server.header("Authorization") is None


@pytest.mark.usefixtures("netrc")
def test_a_naive_client_adds_it(server: RawServer) -> None:
    """The control: requests does, from the same file."""
    requests.get(server.url, timeout=5)
    assert server.header("Authorization") == "Basic c29tZW9uZTpodW50ZXIy"


@pytest.mark.parametrize("name", ["http_proxy", "all_proxy"])
def test_a_naive_client_goes_through_the_proxy(
    server: RawServer, proxy: ProxyServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The control: requests hands what is for this machine, passphrase and all, to the proxy."""
    monkeypatch.setenv(name, proxy.url)
    proxy.status = "502 No"
    headers = {"OK-ACCESS-PASSPHRASE": "fake-pass-1"}
    with suppress(requests.RequestException):
        requests.get(server.url, headers=headers, timeout=5)
    assert b"fake-pass-1" in proxy.requests[0]
    assert server.requests == []


@pytest.mark.parametrize("kind", ["http", "https"])
def test_a_proxy_that_was_named_is_used(kind: str, tmp_path: Path) -> None:
    """One that stands in the account carries what is for https, and sees nothing of it."""
    authority = trustme.CA()
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(bundle)
    context = served_with(authority.issue_cert("127.0.0.1"))
    with ExitStack() as stack:
        far = stack.enter_context(closing(RawServer(tls=context)))
        named = stack.enter_context(closing(ProxyServer(tls=context if kind == "https" else None)))
        transport = Transport(far.url, proxy=named.url, ca_bundle=str(bundle))
        stack.enter_context(closing(transport)).send(TIME)
        assert len(far.requests) == 1
        assert named.requests[0].startswith(b"CONNECT 127.0.0.1:")
        assert b"/api/v5" not in b"".join(named.requests)


def served_with(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


@dataclass
class Site:
    """A server with a certificate, and the file of the authority that made it."""

    server: RawServer
    bundle: str


@pytest.fixture
def rogue(tmp_path: Path) -> Iterator[Site]:
    """A site whose certificate is sound, and made by an authority that nobody trusts."""
    authority = trustme.CA()
    bundle = tmp_path / "rogue.pem"
    authority.cert_pem.write_to_path(bundle)
    with closing(RawServer(tls=served_with(authority.issue_cert("127.0.0.1")))) as server:
        yield Site(server, str(bundle))


@pytest.mark.parametrize("name", BUNDLES)
def test_no_variable_makes_an_authority_trusted(
    rogue: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A bundle is named in the profile and nowhere else."""
    monkeypatch.setenv(name, rogue.bundle)
    with (
        closing(Transport(rogue.server.url)) as transport,
        pytest.raises(TransportError, match=r"TLS with .* failed") as caught,
    ):
        transport.send(TIME)
    assert not caught.value.written
    assert "ca_bundle" in caught.value.remedy
    assert rogue.server.requests == []


@pytest.mark.parametrize("name", BUNDLES[:2])
def test_a_naive_client_trusts_it(rogue: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The control: requests does, also where it is told to verify."""
    monkeypatch.setenv(name, rogue.bundle)
    with requests.Session() as plain:
        plain.verify = True
        assert plain.get(rogue.server.url, timeout=5).status_code == 200


YESTERDAY = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)


@pytest.mark.parametrize("fault", ["expired", "wrong host", "self-signed"])
def test_a_certificate_that_is_not_right_is_refused(tmp_path: Path, fault: str) -> None:
    """Out of date or for another host, also if its authority is trusted; and signed by itself."""
    authority, other = trustme.CA(), trustme.CA()
    if fault == "self-signed":
        chain = tmp_path / "chain.pem"
        chain.write_bytes(other.private_key_pem.bytes() + other.cert_pem.bytes())
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(chain)
    elif fault == "expired":
        context = served_with(authority.issue_cert("127.0.0.1", not_after=YESTERDAY))
    else:
        context = served_with(authority.issue_cert("evil.example"))
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(bundle)
    with (
        closing(RawServer(tls=context)) as server,
        closing(Transport(server.url, ca_bundle=str(bundle))) as transport,
    ):
        with pytest.raises(TransportError, match=r"TLS with .* failed: .") as caught:
            transport.send(TIME)
        assert not caught.value.written
        assert server.requests == []


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_bundle_that_is_none_is_named(tmp_path: Path, content: str | None) -> None:
    """Missing, empty or something else: the file is what the error speaks of, not the other side."""
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_text(content)
    with (
        closing(Transport("https://127.0.0.1:9", ca_bundle=str(bundle))) as transport,
        pytest.raises(TransportError, match="certificates of ca_bundle cannot be read") as caught,
    ):
        transport.send(TIME)
    assert not caught.value.written
    assert "PEM" in caught.value.remedy
