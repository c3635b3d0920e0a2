"""Which source an account comes from, and that no account is put together from two."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest
from worlds import SOURCES, VARIABLES, World, triple

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from okx_magic.credentials.account import Account


def headers(account: Account | None) -> dict[str, str]:
    assert account is not None
    assert account.credentials is not None
    return account.credentials.headers("", "GET", "/", b"")


def is_that_of(account: Account | None, number: int) -> bool:
    """Whether all three values of an account are those of this number."""
    from okx_magic.credentials.credentials import Credentials  # noqa: PLC0415 - beside its one use

    values = triple(number)
    expected = Credentials(*(values[name] for name in VARIABLES))
    return headers(account) == expected.headers("", "GET", "/", b"")


def test_nothing_set_up_is_the_sandbox(world: World) -> None:
    """Without credentials anywhere, and an empty answer, there is no account."""
    assert world.find() is None
    assert world.find(ask=False) is None


def test_the_sandbox_by_its_name(world: World) -> None:
    """The name sandbox never looks for credentials."""
    world.put("environment", {"OKX_API_KEY": "only a part, which would be an error"})
    assert world.find("sandbox") is None


NAMES = ["environment variables", "profile main of ~/.okx/config.toml", "keyring", "Colab secrets"]


@pytest.mark.parametrize("first", range(len(SOURCES)))
def test_the_first_whole_triple_wins(world: World, first: int) -> None:
    """Of several sources the earlier one is taken whole, and those after it are not opened."""
    for number in range(first, len(SOURCES)):
        world.put(SOURCES[number], triple(number))
    account = world.find()
    assert is_that_of(account, first)
    assert account is not None
    assert account.source == [*NAMES, "typed in"][first]
    assert bool(world.asked) == (first >= SOURCES.index("colab"))


@pytest.mark.parametrize(
    ("source", "missing", "other"),
    [
        (source, missing, other)
        for source, missing, other in product(SOURCES[:3], VARIABLES, SOURCES)
        if source != other
    ],
)
def test_a_partial_triple_is_never_completed(
    world: World, source: str, missing: str, other: str
) -> None:
    """A source that lacks one value is an error naming it, even when another source has it."""
    values = triple(1)
    del values[missing]
    world.put(other, triple(2))
    world.put(source, values)
    if SOURCES.index(other) < SOURCES.index(source):
        assert is_that_of(world.find(), 2)
        return
    with pytest.raises(CredentialsError, match="part of the credentials is missing") as caught:
        world.find()
    field = {"OKX_API_KEY": "api_key", "OKX_SECRET_KEY": "secret_key"}.get(missing, "passphrase")
    assert caught.value.message.endswith(field if source == "config" else missing)
    told = repr((caught.value, vars(caught.value)))
    assert not any(value in told for number in (1, 2) for value in triple(number).values())


@pytest.mark.parametrize("missing", VARIABLES[1:])
def test_partial_colab_secrets(world: World, missing: str) -> None:
    """Colab with the key but without another value is an error too."""
    values = triple(1)
    del values[missing]
    world.put("colab", values)
    with pytest.raises(CredentialsError, match=f"missing in the Colab secrets: {missing}"):
        world.find()


def test_empty_variables_count_as_absent(world: World) -> None:
    """Variables that are set to nothing, as CI systems do, are no partial set."""
    world.put("environment", dict.fromkeys(VARIABLES, " "))
    world.put("config", triple(2))
    assert is_that_of(world.find(), 2)


@pytest.mark.parametrize(
    ("said", "environment"),
    [("", "demo"), ("1", "demo"), ("TRUE", "demo"), ("0", "live"), ("false", "live")],
)
def test_credentials_are_demo_unless_told_live(world: World, said: str, environment: str) -> None:
    """OKX_DEMO decides, demo when it is silent, and the account takes that name."""
    world.put("environment", {**triple(1), "OKX_DEMO": said})
    account = world.find()
    assert account is not None
    assert account.environment == account.name == environment
    assert world.find(environment) is not None


@pytest.mark.parametrize(("asked", "said"), [("live", "1"), ("live", ""), ("demo", "0")])
def test_a_name_does_not_overrule_the_source(world: World, asked: str, said: str) -> None:
    """Asking for live while OKX_DEMO says demo, or the reverse, is an error that says so."""
    world.put("environment", {**triple(1), "OKX_DEMO": said})
    with pytest.raises(CredentialsError, match=f"asked for {asked}, but the environment variables"):
        world.find(asked)


@pytest.mark.parametrize("name", ["demo", "live"])
def test_demo_and_live_need_variables(world: World, name: str) -> None:
    """Without variables, demo and live are an error that says which to set; nobody is asked."""
    world.put("keyring", triple(1))
    with pytest.raises(CredentialsError, match=f"no credentials for {name}"):
        world.find(name)
    assert not world.asked


def test_a_profile_may_be_called_live(world: World) -> None:
    """Without variables a profile of that name is taken, if it says the same as its name."""
    world.config("live", triple(1), "demo = false")
    account = world.find("live")
    assert is_that_of(account, 1)
    assert account is not None
    assert account.environment == "live"
    world.config("live", triple(1))
    for name in ("live", None):
        with pytest.raises(CredentialsError, match="is called live, but says demo"):
            world.find(name)


def test_a_profile_by_its_name(world: World) -> None:
    """A name takes that profile, whatever the other sources hold, and needs no default."""
    world.put("environment", triple(1))
    world.config("second", triple(2), "demo = false", default=False)
    account = world.find("second")
    assert is_that_of(account, 2)
    assert account is not None
    assert (account.name, account.environment) == ("second", "live")
    assert is_that_of(world.find(), 1)


def test_a_profile_without_a_default_is_not_taken_unasked(world: World) -> None:
    """Only the default profile takes part when no name is given."""
    world.config("second", triple(2), default=False)
    assert world.find(ask=False) is None


def test_a_named_profile_needs_credentials(world: World) -> None:
    """A profile of settings only cannot be logged in with."""
    world.config("public", {}, 'site = "eea"')
    with pytest.raises(CredentialsError, match=r"profile public .* has no credentials"):
        world.find("public")
    assert world.find(ask=False) is None


def test_control_field_by_field_two_accounts_become_one() -> None:
    """The control: who takes each field from the first source that has it signs with a mixture."""
    half = {name: value for name, value in triple(1).items() if name != "OKX_SECRET_KEY"}
    mixed = triple(2) | half
    assert mixed != triple(1)
    assert mixed != triple(2)
    assert set(mixed) == set(VARIABLES)
