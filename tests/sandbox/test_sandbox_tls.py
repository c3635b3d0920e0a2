"""Dressed as a live site: https, and live keys without x-simulated-trading."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
import trustme

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import OkxError, OkxMagicError, TransportError
from okx_magic.sandbox import Keys, Sandbox
from okx_magic.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Literal

CONFIG = "/api/v5/account/config"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Path:
    """A PEM file of key and certificate for this machine."""
    path = tmp_path / "server.pem"
    leaf = authority.issue_cert("127.0.0.1", "localhost")
    leaf.private_key_and_cert_chain_pem.write_to_path(path)
    return path


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def site(certificate: Path) -> Iterator[Sandbox]:
    with Sandbox.start(dress="live", tls=certificate) as running:
        yield running


def session(
    site: Sandbox, keys: Keys, environment: Literal["demo", "live"], bundle: str | None
) -> Session:
    credentials = Credentials(keys.key, keys.secret, keys.passphrase)
    return Session(Account("x", environment, credentials, site.url, "a test", ca_bundle=bundle))


def test_live_keys_over_tls(site: Sandbox, bundle: str) -> None:
    """A live account of okx_magic works over https, as it does at OKX; the keys handed out are live."""
    assert site.url.startswith("https://127.0.0.1:")
    assert site.keys is site.live
    with session(site, site.keys, "live", bundle) as okx:
        assert okx.request("GET", CONFIG).data[0]["perm"] == "read_only,trade"


@pytest.mark.parametrize(
    ("keys", "environment", "code"),
    [("live", "live", "0"), ("demo", "demo", "0"), ("demo", "live", "50101"),
     ("live", "demo", "50101")],
)  # fmt: skip
def test_the_header_selects(
    site: Sandbox, bundle: str, keys: str, environment: Literal["demo", "live"], code: str
) -> None:
    """With x-simulated-trading 1 demo keys work and live ones do not, without it the other way."""
    with session(site, getattr(site, keys), environment, bundle) as okx:
        try:
            assert okx.request("GET", CONFIG).code == code
        except OkxError as error:
            assert error.code == code  # noqa: PT017 - either is right


def test_without_the_authority_nothing_is_sent(site: Sandbox) -> None:
    """The control: a client that does not know the authority refuses the certificate."""
    with (
        session(site, site.live, "live", None) as okx,
        pytest.raises(TransportError, match=r"TLS with .* failed"),
    ):
        okx.request("GET", CONFIG)


@pytest.mark.parametrize("fault", ["reset", "close", "half", "502"])
def test_faults_over_tls(site: Sandbox, bundle: str, fault: str) -> None:
    """Faults strike over TLS as without, and the next request is answered."""
    # As often as a GET is sent at most.
    site.set_faults(f"next 3 GET */config: {fault}")
    with session(site, site.live, "live", bundle) as okx:
        with pytest.raises(OkxMagicError):
            okx.request("GET", CONFIG)
        assert okx.request("GET", CONFIG).code == "0"


def test_a_context_will_do(authority: trustme.CA) -> None:
    """TLS may be given as a context, too; undressed it hands out demo keys."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Sandbox.start(tls=context) as site:
        assert site.keys is site.demo
        with urlopen(f"{site.url}/api/v5/public/time", context=trusting) as answer:  # noqa: S310 - same
            assert json.load(answer)["code"] == "0"


@pytest.mark.slow
def test_the_program_dressed_as_live(certificate: Path, bundle: str) -> None:
    """The program says in its first line where it is and hands out live keys; a handshake that
    fails leaves no noise.
    """
    command = [sys.executable, "-m", "okx_magic.sandbox", "--dress", "live"]
    command += ["--certificate", str(certificate), "--permissions", "read_only,trade,withdraw"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        said = "".join(iter(process.stdout.readline, "Ctrl-C stops it.\n"))
        with pytest.raises(OSError, match="certificate verify failed"):
            urlopen(ready["url"])  # noqa: S310 - a URL of our own
        credentials = Credentials(ready["key"], ready["secret"], ready["passphrase"])
        account = Account(
            "x", ready["environment"], credentials, ready["url"], "a test", ca_bundle=bundle
        )
        with Session(account) as okx:
            assert okx.request("GET", CONFIG).data[0]["perm"] == "read_only,withdraw,trade"
        process.terminate()
        _, errors = process.communicate(timeout=10)
    assert "export OKX_DEMO=0" in said
    assert errors == ""


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    """A file that cannot be used is an OSError."""
    (tmp_path / "no.pem").write_text("no")
    for name in ("no.pem", "missing.pem"):
        with pytest.raises(OSError, match=r"PEM|No such file|SSL"):
            Sandbox.start(tls=tmp_path / name)
