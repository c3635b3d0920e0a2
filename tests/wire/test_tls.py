from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest
import trustme
from rawserver import RawServer, http

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import TransportError
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = 20


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[RawServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    raw = RawServer(
        reply=http(b'{"code":"0","msg":"","data":[{"ts":"1700000000000"}]}'), tls=context
    )
    yield raw
    raw.close()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def open_session(server: RawServer, bundle: str | None) -> Session:
    credentials = Credentials("key", "secret", "passphrase")
    return Session(Account("demo", "demo", credentials, server.url, "a test", ca_bundle=bundle))


def test_signed_calls_share_one_connection(tls_server: RawServer, bundle: str) -> None:
    """20 signed calls over TLS, and the question for the time before them, use exactly one connection."""
    with open_session(tls_server, bundle) as session:
        for number in range(CALLS):
            # An endpoint that no limit holds up.
            session.request("GET", f"/api/v5/unknown/endpoint?number={number}")
    signed = [head for head, _ in tls_server.requests if b"OK-ACCESS-SIGN" in head]
    assert len(signed) == CALLS
    assert tls_server.connections == 1


def test_control_each_session_opens_its_own(tls_server: RawServer, bundle: str) -> None:
    """The count does count: two sessions are two connections."""
    for _ in range(2):
        with open_session(tls_server, bundle) as session:
            session.request("GET", "/api/v5/public/time")
    assert tls_server.connections == 2


def test_an_unknown_authority_is_refused(tls_server: RawServer) -> None:
    """Without the bundle nothing is sent to the same server, and the error names the remedy."""
    with (
        open_session(tls_server, None) as session,
        pytest.raises(TransportError, match=r"TLS with .* failed") as caught,
    ):
        session.request("GET", "/api/v5/public/time")
    assert "ca_bundle" in caught.value.remedy
    assert not caught.value.written
    assert tls_server.requests == []
