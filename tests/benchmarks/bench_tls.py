"""20 signed calls over TLS, verified against the ordinary CA bundle and one authority of our own."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import requests
import trustme
from pairs import Comparison, interleaved, seconds_a_call
from server import serving

from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials, timestamp_text
from okx_magic.session import Session
from okx_magic.wire.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROUNDS = 15
_CALLS = 20
_TARGET = "/api/v5/account/balance?ccy=BTC"


def run() -> list[Comparison]:
    """One session against requests.get, which opens a connection for every call."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, bundle = _trust(Path(folder))
        with serving(certificate=certificate) as url:
            return list(_compared(url, str(bundle)))


def _compared(url: str, bundle: str) -> Iterator[Comparison]:
    credentials = Credentials("key", "secret", "passphrase")
    account = Account("demo", "demo", credentials, url, "the benchmark", ca_bundle=bundle)

    # OKX's limits are counted, but each look at this clock is a minute later: nothing waits.
    hurried = Pacer(clock=count(step=60).__next__)

    def without_a_session(target: str = _TARGET) -> list[dict[str, int]]:
        signed = credentials.headers(timestamp_text(0), "GET", target, b"")
        answer = requests.get(url + target, headers=signed, verify=bundle, timeout=10)
        data: list[dict[str, int]] = answer.json()["data"]
        return data

    def with_a_new_session() -> None:
        with Session(account, pacer=hurried) as new:
            for _ in range(_CALLS):
                new.request("GET", _TARGET)

    before = without_a_session("/connections")[0]["connections"]
    with_a_new_session()
    opened = without_a_session("/connections")[0]["connections"] - before - 1
    with Session(account, pacer=hurried) as session:
        kept, new, peer = interleaved(
            _ROUNDS,
            seconds_a_call(lambda: session.request("GET", _TARGET), _CALLS),
            lambda: seconds_a_call(with_a_new_session, 1)() / _CALLS,
            seconds_a_call(without_a_session, _CALLS),
        )
    name = "requests.get"
    yield Comparison(f"{_CALLS} signed calls over TLS", name, kept, peer, at_most=1 / 20)
    yield Comparison(f"with the opening of the session ({opened} connection)", name, new, peer)


def _trust(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback with its key, and the bundle that it is verified against."""
    authority = trustme.CA()
    certificate, bundle = folder / "server.pem", folder / "bundle.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
    return certificate, bundle
