"""Which credentials may meet which host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from okx_magic.credentials.account import OFFICIAL_HOSTS, SITES, Account
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from okx_magic.model import Environment


def account(environment: Environment, base_url: str, **more: Any) -> Account:
    return Account("it", environment, None, base_url, "a test", **more)


@pytest.mark.parametrize("environment", ["demo", "live"])
@pytest.mark.parametrize("host", sorted(OFFICIAL_HOSTS))
def test_okx_is_reached_by_https(environment: Environment, host: str) -> None:
    """Each of OKX's hosts is open to demo and live accounts, by https and by nothing else."""
    assert account(environment, f"https://{host}").host == host
    with pytest.raises(CredentialsError, match="not sent over plain http"):
        account(environment, f"http://{host}")


@pytest.mark.parametrize("environment", ["demo", "live"])
@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "www.okx.com.example.com",
        "okx.com",
        "www.okx.com:8443",
        "10.0.0.1",
        "[fe80::1]",
    ],
)
def test_foreign_hosts_are_refused(environment: Environment, host: str) -> None:
    """Credentials go to no host but OKX's, however alike its name, and to no other port."""
    with pytest.raises(CredentialsError, match="not a host of OKX"):
        account(environment, f"https://{host}")


LOOPBACK = ["127.0.0.1:8765", "localhost:8765", "[::1]:8765", "127.1.2.3"]


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_takes_all_but_live_over_http(host: str) -> None:
    """On this machine plain http will do for sandbox and demo; live asks for https even there."""
    assert account("sandbox", f"http://{host}").loopback
    assert account("demo", f"http://{host}").host == host
    assert account("live", f"https://{host}").loopback
    with pytest.raises(CredentialsError, match="not sent over plain http"):
        account("live", f"http://{host}")


@pytest.mark.parametrize(
    "base_url", ["https://www.okx.com", "http://10.0.0.1", "https://example.com"]
)
def test_the_sandbox_stays_on_this_machine(base_url: str) -> None:
    """Sandbox credentials never leave the machine."""
    with pytest.raises(CredentialsError, match="the sandbox is on this machine only"):
        account("sandbox", base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "www.okx.com",
        "https://",
        "ftp://www.okx.com",
        "https://www.okx.com/api/v5",
        "https://www.okx.com?x=1",
        "https://www.okx.com#x",
        "https://user:hidden@www.okx.com",
        "https://www.okx.com@example.com",
        "https://www.okx.com:port",
        "https://[::1",
        "0123456789ABCDEF0123456789ABCDEF",
    ],
)
def test_a_base_url_is_scheme_and_host(base_url: str) -> None:
    """Anything beyond scheme and host is refused, and the text is not repeated."""
    with pytest.raises(CredentialsError, match="not of the form https://host") as caught:
        account("demo", base_url)
    # "" and "https://" stand in any text; the others would have to be copied there.
    assert len(base_url) < 10 or base_url not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "base_url",
    [
        "https://www.okx.com/",
        "HTTPS://WWW.OKX.COM",
        "https://www.okx.com:443",
        "https://www.okx.com:",
    ],
)
def test_a_base_url_has_one_form(base_url: str) -> None:
    """Other spellings of the same host come out the same."""
    assert account("demo", base_url).base_url == "https://www.okx.com"


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_a_pasted_url_may_name_the_site(site: Any) -> None:
    """An account takes URLs of its own site under any of its names, and of no other site."""
    made = account("live", site.base_url)
    assert made.host in made.hosts
    assert made.hosts == site.hosts
    others = OFFICIAL_HOSTS - site.hosts
    assert others
    assert made.hosts.isdisjoint(others)


def test_the_sandbox_takes_urls_of_all_sites() -> None:
    """On loopback a pasted URL lends its path only, so any of OKX's hosts may stand in it."""
    made = account("sandbox", "http://127.0.0.1:8765")
    assert made.hosts == OFFICIAL_HOSTS | {"127.0.0.1:8765"}


def test_loopback_has_no_proxy() -> None:
    """A proxy in front of loopback would carry the passphrase out of the machine."""
    with pytest.raises(CredentialsError, match="never reached through a proxy"):
        account("demo", "http://127.0.0.1:1", proxy="http://proxy.example:3128")


@pytest.mark.parametrize(
    "base_url", ["http://www.okx.com", "https://evil.example", "http://10.0.0.1"]
)
def test_a_naive_client_asks_nobody(base_url: str) -> None:
    """The control: requests prepares the passphrase for whatever base URL it is given."""
    headers = {"OK-ACCESS-PASSPHRASE": "fake-pass-1"}
    prepared = requests.Request("GET", base_url + "/api/v5/account/balance", headers).prepare()
    assert prepared.url is not None
    assert prepared.url.startswith(base_url)
    assert prepared.headers["OK-ACCESS-PASSPHRASE"] == "fake-pass-1"
