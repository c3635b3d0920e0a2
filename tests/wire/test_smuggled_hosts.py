"""Hosts, lines and paths smuggled through a target; redirects; whatever the method."""

from __future__ import annotations

import json
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
import trustme
from rawserver import RawServer, http

from okx_magic import catalogue
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import NotCarriedOut, OkxMagicError, OutcomeUnknown, RefusedError
from okx_magic.model import Request
from okx_magic.session import Session
from okx_magic.wire.connection import Connection, check_target
from okx_magic.wire.retry import Timing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = [
    *("@evil.example/x", "//evil.example/x", "///evil.example", "/\\evil.example", "\\\\evil"),
    *("https://evil.example/x", "http://evil.example/x", "evil.example/x", ":80@evil.example/"),
    *(
        "/@evil",
        "/;@evil",
        "/../x",
        "/a/../b",
        "/a//../b",
        "/./x",
        "/api/./v5",
        "/..",
        "/.",
        "/a/..",
    ),
    *("/%2e%2e/x", "/a/%2e%2e/b", "/%2E%2E/", "/..%2fx", "/%2f%2fevil", "/x%0d%0aHost:evil"),
    *("/x\r\nHost: evil", "/x\nX: y", "/x?a=\r\nb", "/x\ty", "/x y", " /x", "\t/x", "/x "),
    *("/#frag", "/api/v5/public/time#x", "/api/v5/public/time?a=b#c", "#x", "?x=1", "", "/x?"),
    *("/x%", "/x%zz", "/x?a=%", "/x?a=%u0041", "/x\x00y", "/ü", "/x?q=ü", "/x?q=a b"),
    *("/x\u202ey", "/x\u2028y", "/a\\b", '/x?a="', "/x?a=<b>"),
]


def session(server: RawServer) -> Session:
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
    return Session(Account("main", "demo", keys, server.url, "a test", timeout=5))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("target", HOSTILE)
def test_a_hostile_target_is_refused_before_a_socket_opens(
    server: RawServer, target: str, method: Any
) -> None:
    """Whatever could be read as another host, path or line is refused; not even the time is asked."""
    with session(server) as okx, pytest.raises(RefusedError):
        okx.request(method, target)
    assert server.connections == 0


def test_control_a_plain_concatenation_goes_elsewhere() -> None:
    """The control: a base URL with such a target behind it names another host."""
    prepared = requests.Request("GET", "https://openapi.okx.com" + HOSTILE[0]).prepare()
    assert urlsplit(prepared.url).hostname == "evil.example"


def test_every_path_of_okx_passes() -> None:
    """The rule refuses none of the catalogue, nor values as they are percent-encoded."""
    for method, path in catalogue.endpoints():
        check_target(Request(method, f"{path}?instId=BTC-USDT&a=%20%C3%BC,b;c&after="))  # type: ignore[arg-type]  # one of two


@pytest.fixture(params=["other host", "other port", "plain http"])
def sites(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[RawServer, RawServer, str, str | None]]:
    """A server, where its redirects lead, their address, and the certificates of the server."""
    context = bundle = None
    if request.param == "plain http":
        authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        bundle = str(tmp_path / "bundle.pem")
        authority.cert_pem.write_to_path(bundle)
    server, other = RawServer(tls=context), RawServer()
    name = "localhost" if request.param == "other host" else "127.0.0.1"
    yield server, other, other.url.replace("127.0.0.1", name), bundle
    server.close()
    other.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_no_redirect_is_followed(
    sites: tuple[RawServer, RawServer, str, str | None], status: str, method: Any
) -> None:
    """Not one request reaches the place that a redirect names, and the error names its host."""
    server, other, address, bundle = sites

    def answer(head: bytes) -> bytes:
        if b"/public/time" in head:
            stamp = str(int(time.time() * 1000))
            return http(json.dumps({"code": "0", "msg": "", "data": [{"ts": stamp}]}).encode())
        location = f"Location: {address}{head.split(b' ')[1].decode()}\r\n"
        return http(b"", status=status, headers=location)

    server.answer = answer
    keys = Credentials("00000000-aaaa-bbbb-cccc-000000000001", "FAKE0SECRET", "fake-pass-1")
    account = Account("main", "demo", keys, server.url, "a test", ca_bundle=bundle)
    connection = Connection(account, timing=Timing(sleep=lambda _: None))
    session = Session(account, connection=connection)
    request = Request(method, "/api/v5/trade/order", '{"instId":"A"}' if method == "POST" else "")
    with pytest.raises(OkxMagicError) as caught:
        session.send(request)
    session.close()
    assert other.connections == 0
    assert f"redirected to {urlsplit(address).netloc}" in caught.value.message
    if method == "POST":
        assert isinstance(caught.value, OutcomeUnknown | NotCarriedOut)
        assert sum(head.startswith(b"POST") for head, _ in server.requests) == 1


def test_control_a_client_that_follows_leaks_the_headers(server: RawServer) -> None:
    """The control: requests takes the headers of a signature to the other host."""
    other = RawServer()
    server.answer = lambda _: http(b"", status="302 F", headers=f"Location: {other.url}/x\r\n")
    with requests.Session() as plain:
        plain.trust_env = False
        plain.get(server.url + "/y", headers={"OK-ACCESS-PASSPHRASE": "p"}, timeout=5)
    assert other.header("OK-ACCESS-PASSPHRASE") == "p"
    other.close()


BAD_TIMES = ["[]", "{}", "[[]]", '[{"ts":""}]', '[{"ts":"soon"}]', '[{"ts":null}]', "null", "[7]"]


@pytest.mark.parametrize("data", BAD_TIMES)
def test_a_time_that_cannot_be_read_is_one_error_of_ours(server: RawServer, data: str) -> None:
    """An answer to the question for the time that holds none ends the request, unsigned and unsent."""
    server.reply = http(b'{"code":"0","msg":"","data":' + data.encode() + b"}")
    with session(server) as okx, pytest.raises(OkxMagicError):
        okx.request("GET", "/api/v5/account/balance")
    assert all(b"/public/time" in head for head, _ in server.requests)
