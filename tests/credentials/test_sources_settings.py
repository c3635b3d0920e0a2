"""What a source sets beside the keys: site, host, proxy; and what is warned of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from worlds import TODAY, World, triple

from okx_magic.credentials.sources import account_names
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.account import Account


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("OKX_API_BASE_URL", "https://example.com", "not a host of OKX"),
        ("OKX_API_BASE_URL", "http://www.okx.com", "not sent over plain http"),
        ("OKX_API_BASE_URL", "https://www.okx.com/api/v5", "not of the form"),
        ("HTTPS_PROXY", "http://", "HTTPS_PROXY is not the URL"),
    ],
)
def test_an_unfit_setting_names_the_variable(
    world: World, variable: str, value: str, message: str
) -> None:
    """A host or a proxy that cannot be meant is one clear error at log-in."""
    world.put("environment", {**triple(1), variable: value})
    with pytest.raises(CredentialsError, match=message) as caught:
        world.find()
    assert "\n" not in str(caught.value)


def test_settings_of_the_environment_stay_there(world: World) -> None:
    """Site and timeout variables do not reach into a profile, the keyring or Colab."""
    world.environ = {"OKX_SITE": "eea", "OKX_TIMEOUT_MS": "1", "OKX_DEMO": "0"}
    for source in ("colab", "keyring", "config"):
        world.put(source, triple(1))
        account = world.find()
        assert account is not None
        assert account.base_url == "https://openapi.okx.com"
        assert (account.timeout, account.environment) == (15.0, "demo")


def test_a_sandbox_elsewhere_on_the_machine(world: World) -> None:
    """With a loopback base URL the environment stays as told, and no proxy stands between."""
    world.put("environment", {**triple(1), "OKX_API_BASE_URL": "http://127.0.0.1:8765"})
    world.environ = {"ALL_PROXY": "http://proxy.example:3128"}
    account = world.find()
    assert account is not None
    assert (account.environment, account.host, account.proxy) == ("demo", "127.0.0.1:8765", None)


def test_the_proxy_of_the_environment(world: World) -> None:
    """The proxy is taken for OKX's hosts, unless a profile names its own."""
    world.environ = {"HTTPS_PROXY": "http://me:Passw0rd@proxy.example:3128"}
    world.put("environment", triple(1))
    account = world.find()
    assert account is not None
    assert account.proxy_name == "http://proxy.example:3128"
    world.config("own", triple(2), 'proxy_url = "http://own.example:1"')
    account = world.find("own")
    assert account is not None
    assert account.proxy == "http://own.example:1"


@pytest.mark.parametrize(
    ("created", "warned"),
    [("2026-06-30", False), ("2026-04-01", False), ("2026-03-31", True), ("2026-03-02", True)],
)
def test_an_old_key_is_spoken_of(world: World, created: str, warned: bool) -> None:  # noqa: FBT001 - a table
    """Past 90 days the account says how old its key is and what to do."""
    world.config("main", triple(1), f"created = {created}")
    account = world.find()
    assert account is not None
    assert any("make a new key" in each for each in account.warnings) is warned
    if warned:
        days = (TODAY - date.fromisoformat(created)).days
        assert any(f"made {days} days ago" in each for each in account.warnings)


def test_a_tls_key_log_is_warned_of(world: World) -> None:
    """SSLKEYLOGFILE lets others read along, so the account says so, once."""
    world.put("environment", triple(1))
    account = world.find()
    assert account is not None
    assert account.warnings == ()
    world.environ = {"SSLKEYLOGFILE": "keys.log"}
    account = world.find()
    assert account is not None
    assert [each for each in account.warnings if "SSLKEYLOGFILE" in each] == list(account.warnings)
    assert len(account.warnings) == 1


def test_names_on_offer(world: World) -> None:
    """The names are those that find_account takes, and each of them is taken."""
    assert account_names({}, world.home) == ("sandbox",)
    world.config("main", triple(2))
    world.put("environment", {**triple(1), "OKX_DEMO": "0"})
    names = account_names(world.held["environment"], world.home)
    assert names == ("sandbox", "live", "main")
    found: list[Callable[[], Account | None]] = [
        lambda name=name: world.find(name) for name in names
    ]
    assert [account.name for each in found if (account := each())] == ["live", "main"]
