"""What can be logged in with, as it is offered before anything is read that asks for leave."""

from __future__ import annotations

import stat
from datetime import date
from typing import TYPE_CHECKING

import pytest

from okx_magic.errors import CredentialsError
from okx_magic.wire.credentials import Credentials
from okx_magic.wire.offers import (
    Offer,
    entered_account,
    entered_url,
    offered_account,
    offers,
    sites,
    unread_offers,
)
from okx_magic.wire.sources import Seams, find_account

if TYPE_CHECKING:
    from pathlib import Path

KEY = "0a57e79a-57ce-40fb-b714-afc0b9787083"
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


def seams(*, keyring: Store | None = None, colab: bool = False) -> Seams:
    return Seams(
        keyring=lambda: keyring,
        colab=lambda: (lambda _: "") if colab else None,
        today=lambda: date(2026, 6, 30),
    )


def write(home: Path, text: str) -> None:
    file = home / ".okx" / "config.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    file.chmod(stat.S_IRUSR | stat.S_IWUSR)


def keys(found: tuple[Offer, ...]) -> list[str]:
    return [offer.key for offer in found]


def test_with_nothing_set_up_the_sandbox_is_offered(tmp_path: Path) -> None:
    """It is the only offer, and what a cell would use."""
    (only,) = offers({}, tmp_path)
    assert (only.key, only.environment, only.first) == ("sandbox", "sandbox", True)
    assert offered_account("sandbox", environ={}, home=tmp_path, seams=seams()) is None


def test_each_source_says_where_it_leads_and_no_secret(tmp_path: Path) -> None:
    """Environment, host and shortened key are there, in the order in which sources are searched."""
    main, spare = PROFILE.format(name="main"), PROFILE.format(name="spare")
    write(tmp_path, f'default_profile = "main"\n{spare}demo = false\n{main}site = "eea"\n')
    found = offers(VARIABLES, tmp_path)
    assert [(each.key, each.environment, each.host) for each in found] == [
        ("variables", "demo", "openapi.okx.com"),
        ("profile main", "demo", "eea.okx.com"),
        ("profile spare", "live", "openapi.okx.com"),
        ("sandbox", "sandbox", "this kernel"),
    ]
    assert {each.hint for each in found[:3]} == {"0a5…083"}
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
    """The offer marked first is the account that is found when nobody says which."""
    write(tmp_path, config)
    (first,) = (offer for offer in offers(variables, tmp_path) if offer.first)
    by_offer = offered_account(first.key, environ=variables, home=tmp_path, seams=seams())
    opened = find_account(None, environ=variables, home=tmp_path, seams=seams())
    assert (by_offer and by_offer.source) == (opened and opened.source)


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
    first = offers(variables, tmp_path)[0]
    assert words in first.problem
    assert first.first
    with pytest.raises(CredentialsError, match=words):
        offered_account(first.key, environ=variables, home=tmp_path, seams=seams())


def test_keyring_and_colab_are_offered_unread(tmp_path: Path) -> None:
    """They are named where they exist; what they hold is asked for only at the log-in."""
    assert unread_offers(seams()) == ()
    found = unread_offers(seams(keyring=Store(), colab=True))
    assert keys(found) == ["keyring", "colab"]
    with pytest.raises(CredentialsError, match="colab"):
        offered_account("colab", environ={}, home=tmp_path, seams=seams(colab=True))


def test_sites_are_those_of_okx_and_the_one_of_the_machine() -> None:
    """The likeliest comes first: the site or the host that the environment variables name."""
    assert sites({})[0] == ("global", "openapi.okx.com")
    assert sites({"OKX_SITE": "us"})[0] == ("us", "us.okx.com")
    here = {"OKX_API_BASE_URL": "http://127.0.0.1:8700"}
    assert sites(here)[0] == ("other", "127.0.0.1:8700")
    assert entered_url("other", here) == "http://127.0.0.1:8700"
    assert entered_url("eea", here) == "https://eea.okx.com"
    assert dict(sites({"OKX_SITE": "mars"})).keys() == {"global", "eea", "us"}


@pytest.mark.parametrize("environment", ["demo", "live"])
def test_typed_credentials_get_the_settings_of_the_machine(environment: str) -> None:
    """Environment and site are as chosen, the timeout is that of the variables."""
    account = entered_account(
        Credentials(KEY, "F" * 32, "Offered-1!"),
        environment,  # type: ignore[arg-type]  # one of the two
        "https://eea.okx.com",
        environ={"OKX_TIMEOUT_MS": "5000", "OKX_DEMO": "1", "OKX_SITE": "us"},
        seams=seams(),
    )
    assert (account.name, account.environment) == (environment, environment)
    assert (account.host, account.timeout, account.source) == ("eea.okx.com", 5.0, "typed in")


def test_typed_live_credentials_do_not_travel_in_the_clear() -> None:
    """Not even to this machine, whatever host the variables name."""
    with pytest.raises(CredentialsError, match="plain http"):
        entered_account(
            Credentials(KEY, "F" * 32, "Offered-1!"),
            "live",
            "http://127.0.0.1:8700",
            environ={},
            seams=seams(),
        )
