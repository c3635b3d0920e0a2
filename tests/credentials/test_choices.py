"""What can be logged in with, as it is offered before anything is read that asks for leave."""

from __future__ import annotations

import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from okx_magic.credentials.choices import Choice, Choices
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.sources import Ports, find_account
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from pathlib import Path

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
VARIABLES = {"OKX_API_KEY": KEY, "OKX_SECRET_KEY": "F" * 32, "OKX_PASSPHRASE": "Offered-1!"}
PROFILE = f"""
[profiles.{{name}}]
api_key = "{KEY}"
secret_key = "{"A" * 32}"
passphrase = "Offered-2!"
"""


class Store:
    """A keyring backend that must not be read."""

    priority = 5.0

    def get_password(self, service: str, username: str) -> str | None:
        raise AssertionError((service, username))


def ports(*, keyring: Store | None = None, colab: bool = False) -> Ports:
    return Ports(
        keyring=lambda: keyring,
        colab=lambda: (lambda _: "") if colab else None,
        today=lambda: date(2026, 6, 30),
    )


def machine(
    environ: dict[str, str], home: Path, *, keyring: Store | None = None, colab: bool = False
) -> Choices:
    return Choices(environ, home, ports(keyring=keyring, colab=colab))


def write(home: Path, text: str) -> None:
    file = home / ".okx" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)


def keys(found: tuple[Choice, ...]) -> list[str]:
    return [choice.key for choice in found]


def test_with_nothing_set_up_the_sandbox_is_offered(tmp_path: Path) -> None:
    """It is the only choice, and what a cell would use."""
    choices = machine({}, tmp_path)
    (only,) = choices.read()
    assert (only.key, only.environment, only.first) == ("sandbox", "sandbox", True)
    assert choices.account("sandbox") is None


def test_each_source_says_where_it_leads_and_no_secret(tmp_path: Path) -> None:
    """Environment, host and shortened key are there, in the order in which sources are searched."""
    main, spare = PROFILE.format(name="main"), PROFILE.format(name="spare")
    write(tmp_path, f'default_profile = "main"\n{spare}demo = false\n{main}site = "eea"\n')
    found = machine(VARIABLES, tmp_path).read()
    assert [(each.key, each.environment, each.host) for each in found] == [
        ("variables", "demo", "openapi.okx.com"),
        ("profile main", "demo", "eea.okx.com"),
        ("profile spare", "live", "openapi.okx.com"),
        ("sandbox", "sandbox", "this kernel"),
    ]
    assert {each.hint for each in found[:3]} == {"985…083"}
    assert not any(secret in repr(found) for secret in (KEY, "F" * 32, "A" * 32, "Offered"))


@pytest.mark.parametrize(
    ("variables", "config"),
    [
        (VARIABLES, f'default_profile = "main"\n{PROFILE.format(name="main")}'),
        ({}, f'default_profile = "main"\n{PROFILE.format(name="main")}'),
        ({}, PROFILE.format(name="main")),
        ({}, ""),
    ],
)
def test_the_first_is_what_a_cell_would_open(
    tmp_path: Path, variables: dict[str, str], config: str
) -> None:
    """The choice marked first is the account that is found when nobody says which."""
    write(tmp_path, config)
    choices = machine(variables, tmp_path)
    (first,) = (choice for choice in choices.read() if choice.first)
    by_choice = choices.account(first.key)
    opened = find_account(None, environ=variables, home=tmp_path, ports=ports())
    assert (by_choice and by_choice.source) == (opened and opened.source)


@pytest.mark.parametrize(
    ("variables", "config", "words"),
    [
        ({**VARIABLES, "OKX_PASSPHRASE": ""}, "", "OKX_PASSPHRASE"),
        ({}, "not toml", "not valid TOML"),
        ({}, f'default_profile = "p"\n{PROFILE.format(name="p")}site = "mars"', "site"),
    ],
)
def test_a_broken_source_says_what_is_wrong_with_it(
    tmp_path: Path, variables: dict[str, str], config: str, words: str
) -> None:
    """It is offered with its problem, comes first as it would for a cell, and cannot be used."""
    write(tmp_path, config)
    choices = machine(variables, tmp_path)
    first = choices.read()[0]
    assert words in first.problem
    assert first.first
    with pytest.raises(CredentialsError, match=words):
        choices.account(first.key)


def test_keyring_and_colab_are_offered_unread(tmp_path: Path) -> None:
    """They are named where they exist; what they hold is asked for only at the log-in."""
    assert machine({}, tmp_path).unread() == ()
    choices = machine({}, tmp_path, keyring=Store(), colab=True)
    assert keys(choices.unread()) == ["keyring", "colab"]
    with pytest.raises(CredentialsError, match="colab"):
        choices.account("colab")


def test_sites_are_those_of_okx_and_the_one_of_the_machine(tmp_path: Path) -> None:
    """The likeliest comes first: the site or the host that the environment variables name."""
    assert machine({}, tmp_path).sites()[0] == ("global", "openapi.okx.com")
    assert machine({"OKX_SITE": "us"}, tmp_path).sites()[0] == ("us", "us.okx.com")
    here = machine({"OKX_API_BASE_URL": "http://127.0.0.1:8700"}, tmp_path)
    assert here.sites()[0] == ("other", "127.0.0.1:8700")
    assert here.base_url("other") == "http://127.0.0.1:8700"
    assert here.base_url("eea") == "https://eea.okx.com"
    broken = machine({"OKX_SITE": "mars"}, tmp_path)
    assert dict(broken.sites()).keys() == {"global", "eea", "us"}


@pytest.mark.parametrize("environment", ["demo", "live"])
def test_typed_credentials_get_the_settings_of_the_machine(
    tmp_path: Path, environment: str
) -> None:
    """Environment and site are as chosen, the timeout is that of the variables."""
    variables = {"OKX_TIMEOUT_MS": "5000", "OKX_DEMO": "1", "OKX_SITE": "us"}
    account = machine(variables, tmp_path).entered(
        Credentials(KEY, "F" * 32, "Offered-1!"),
        environment,  # type: ignore[arg-type]  # one of the two
        "https://eea.okx.com",
    )
    assert (account.name, account.environment) == (environment, environment)
    assert (account.host, account.timeout, account.source) == ("eea.okx.com", 5.0, "typed in")


def test_typed_live_credentials_do_not_travel_in_the_clear(tmp_path: Path) -> None:
    """Not even to this machine, whatever host the variables name."""
    credentials = Credentials(KEY, "F" * 32, "Offered-1!")
    with pytest.raises(CredentialsError, match="plain http"):
        machine({}, tmp_path).entered(credentials, "live", "http://127.0.0.1:8700")


def test_a_machine_of_strangers_says_so(tmp_path: Path) -> None:
    """On a Binder no credentials are wanted, and the reason is there to be shown."""
    assert machine({}, tmp_path).refusal == ""
    assert "Binder" in machine({"BINDER_REQUEST": "v2/gh/x/y/HEAD"}, tmp_path).refusal
