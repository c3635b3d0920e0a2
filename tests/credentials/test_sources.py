"""Which source an account comes from, and that no account is put together from two."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from okx_magic.credentials.sources import Ports, account_names, find_account
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from okx_magic.credentials.account import Account

SOURCES = ("environment", "config", "keyring", "colab", "prompt")
VARIABLES = ("OKX_API_KEY", "OKX_SECRET_KEY", "OKX_PASSPHRASE")
TODAY = date(2026, 6, 30)


def triple(number: int) -> dict[str, str]:
    """Three values that no other number has."""
    return {
        "OKX_API_KEY": f"{number:08d}-57ce-40fb-b714-afc0b978{number:04d}",
        "OKX_SECRET_KEY": f"{number:032d}",
        "OKX_PASSPHRASE": f"Passphrase-{number}!",
    }


class Store:
    """A keyring backend with the values given to it."""

    priority = 5.0

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def get_password(self, service: str, username: str) -> str | None:
        assert service == "okx_magic"
        return self.values.get(username)


class World:
    """All five sources, each with what it is to hold."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.held: dict[str, dict[str, str]] = {source: {} for source in SOURCES}
        self.environ: dict[str, str] = {}
        self.asked: list[str] = []

    def find(self, name: str | None = None, *, ask: bool = True) -> Account | None:
        return find_account(
            name,
            environ={**self.held["environment"], **self.environ},
            home=self.home,
            prompt=self.prompt if ask else None,
            ports=Ports(
                keyring=lambda: Store(self.held["keyring"]),
                colab=lambda: self.colab,
                today=lambda: TODAY,
            ),
        )

    def config(
        self, name: str, values: Mapping[str, str], *lines: str, default: bool = True
    ) -> None:
        """Write a profile of these values and further lines to the config file."""
        keys = {"OKX_API_KEY": "api_key", "OKX_SECRET_KEY": "secret_key"}
        fields = [f'{keys.get(key, "passphrase")} = "{value}"' for key, value in values.items()]
        head = [f'default_profile = "{name}"'] if default else []
        text = "\n".join([*head, f"[profiles.{name}]", *fields, *lines])
        (self.home / ".okx").mkdir(exist_ok=True)
        path = self.home / ".okx" / "config.toml"
        path.write_text(text)
        path.chmod(0o600)

    def put(self, source: str, values: dict[str, str]) -> None:
        self.held[source] = values
        if source == "config":
            self.config("main", values)

    def colab(self, name: str) -> str:
        self.asked.append(name)
        return self.held["colab"][name]

    def prompt(self, label: str, secret: bool) -> str:  # noqa: FBT001 - the shape of a prompt
        self.asked.append(label)
        if "live" in label:
            assert not secret
            return self.held["prompt"].get("answer", "")
        assert secret
        name = VARIABLES[["API key", "secret", "passphrase"].index(self.word(label))]
        return self.held["prompt"].get(name, "")

    @staticmethod
    def word(label: str) -> str:
        return next(word for word in ("API key", "secret", "passphrase") if word in label)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


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


def test_control_field_by_field_two_accounts_become_one() -> None:
    """The control: who takes each field from the first source that has it signs with a mixture."""
    half = {name: value for name, value in triple(1).items() if name != "OKX_SECRET_KEY"}
    mixed = triple(2) | half
    assert mixed != triple(1)
    assert mixed != triple(2)
    assert set(mixed) == set(VARIABLES)
