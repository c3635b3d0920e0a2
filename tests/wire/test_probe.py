from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import trustme
from rawserver import RawServer, http

from okx_magic.credentials.account import SITES, Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.wire import probe

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.sandbox import Sandbox

KEYS = Credentials("985d5b66-57ce-40fb-b714-afc0b9787083", "0" * 32, "Correct-Horse-9!")
MAIN = Account("main", "demo", KEYS, SITES["global"].base_url, "a test")


@pytest.mark.parametrize("site", SITES)
def test_an_unknown_key_is_looked_for_at_the_other_sites(site: str) -> None:
    """After 50119: each other site, in the same environment, with the same credentials."""
    asked = probe.elsewhere(replace(MAIN, base_url=SITES[site].base_url), "50119")
    assert [each.base_url for each in asked] == [
        other.base_url for name, other in SITES.items() if name != site
    ]
    assert {(each.environment, each.credentials) for each in asked} == {("demo", KEYS)}


def test_a_key_of_the_other_environment_is_asked_for_there() -> None:
    """After 50101: the same host, in the other mode; an account called by its mode is renamed."""
    (live,) = probe.elsewhere(MAIN, "50101")
    assert (live.name, live.environment, live.base_url) == ("main", "live", MAIN.base_url)
    (demo,) = probe.elsewhere(replace(live, name="live"), "50101")
    assert (demo.name, demo.environment) == ("demo", "demo")


@pytest.mark.parametrize("code", ["0", "50102", "50105", "50111", "50113", ""])
def test_other_refusals_leave_no_doubt_of_the_place(code: str) -> None:
    """Nobody else is shown a key whose place is not in question."""
    assert probe.elsewhere(MAIN, code) == ()


def test_on_loopback_there_is_nowhere_else() -> None:
    """A sandbox key is shown to no site, and over plain http no live credentials go anywhere."""
    here = replace(MAIN, base_url="http://127.0.0.1:8700")
    assert probe.elsewhere(here, "50119") == ()
    assert probe.elsewhere(here, "50101") == ()
    assert probe.elsewhere(replace(MAIN, credentials=None), "50119") == ()


def test_a_setting_names_site_and_environment() -> None:
    """As a variable and as a line of the profile, as the sources read them."""
    there = replace(MAIN, base_url=SITES["eea"].base_url, environment="live")
    assert probe.setting(there) == (
        'OKX_SITE=eea OKX_DEMO=0 in the environment, or site = "eea", demo = false in the profile'
    )


def test_the_site_of_a_key_is_found(two_sites: tuple[Sandbox, Sandbox]) -> None:
    """The one that knows the key accepts it; one that does not says 50119."""
    here, there = two_sites
    keys = there.demo
    credentials = Credentials(keys.key, keys.secret, keys.passphrase)
    account = Account("main", "demo", credentials, here.url, "a test")
    assert probe.ask(account).code == "50119"
    assert probe.ask(account).home is None
    (asked,) = map(probe.ask, probe.elsewhere(account, "50119"))
    assert asked.home is not None
    assert asked.home.base_url == there.url
    assert str(asked).endswith("· demo · accepted")


Answer = Callable[[bytes], bytes]


@pytest.fixture
def live_key(tmp_path: Path) -> Iterator[tuple[RawServer, str]]:
    """An exchange over TLS that knows a live key alone, and its certificate."""

    def answer(head: bytes) -> bytes:
        if b"/public/time" in head:
            return http(b'{"code":"0","msg":"","data":[{"ts":"1700000000000"}]}')
        if b"x-simulated-trading: 1" in head.lower():
            refusal = {"msg": "APIKey does not match current environment.", "code": "50101"}
            return http(json.dumps(refusal).encode(), status="401 Unauthorized")
        return http(b'{"code":"0","msg":"","data":[{"perm":"read_only"}]}')

    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(bundle)
    server = RawServer(tls=context, answer=answer)
    yield server, str(bundle)
    server.close()


def test_the_environment_of_a_key_is_found(live_key: tuple[RawServer, str]) -> None:
    """A live key in a demo account: the same host accepts it without the demo header, over TLS."""
    server, bundle = live_key
    account = Account("demo", "demo", KEYS, server.url, "a test", ca_bundle=bundle)
    refused = probe.ask(account)
    assert refused.code == "50101"
    assert refused.home is not None
    assert refused.home.environment == "live"
    (asked,) = map(probe.ask, probe.elsewhere(account, refused.code))
    assert asked.home is asked.account
    assert asked.home.environment == "live"
    heads = [head for head, _ in server.requests if b"OK-ACCESS-KEY" in head]
    assert [b"x-simulated-trading" in head for head in heads] == [True, False]
    assert all(head.startswith(b"GET /api/v5/account/config ") for head in heads)


def test_a_place_that_does_not_answer_says_so(live_key: tuple[RawServer, str]) -> None:
    """No answer is no finding, and no exception either."""
    server, bundle = live_key
    server.close()
    asked = probe.ask(Account("demo", "demo", KEYS, server.url, "a test", ca_bundle=bundle))
    assert (asked.code, asked.home) == ("", None)
    assert "no connection" in asked.said
