"""Finds the account to log in with.

By name: ``demo`` and ``live`` are the credentials in the environment variables, any other name is a
profile of ``~/.okx/config.toml``. Without a name the first source that holds a whole set wins: the
environment variables, the default profile, the keyring, Colab's secrets, the prompt. Fields of two
sources are never mixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.account import Account, parse_origin, proxy_for
from okx_magic.credentials.external import (
    colab_secrets,
    installed_keyring,
    read_colab,
    read_keyring,
    read_prompt,
)
from okx_magic.credentials.profiles import CONFIG, HOW_TO_MAKE_ONE, read_profiles
from okx_magic.credentials.source_values import read_variables
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from okx_magic.credentials.external import Keyring, Prompt
    from okx_magic.credentials.source_values import Found
    from okx_magic.model import Environment

SANDBOX: Final = "sandbox"
_ENVIRONMENTS: Final = ("demo", "live")
VARIABLES: Final = "the environment variables"
_KEY_IS_OLD_AFTER_DAYS: Final = 90


@dataclass(frozen=True, slots=True)
class Ports:
    """External dependencies; tests replace them."""

    keyring: Callable[[], Keyring | None] = installed_keyring
    colab: Callable[[], Callable[[str], str] | None] = colab_secrets
    today: Callable[[], date] = lambda: datetime.now(UTC).date()


def find_account(
    name: str | None,
    *,
    environ: Mapping[str, str],
    home: Path,
    prompt: Prompt | None = None,
    ports: Ports | None = None,
) -> Account | None:
    """The account of this name; without a name, the account of the first source that has one.

    None means the sandbox: it was asked for by its name, or no source has credentials. ``prompt``
    is asked last, and only without a name. Credentials that cannot be used as they are
    raise ``CredentialsError``.
    """
    if name == SANDBOX:
        return None
    ports = ports or Ports()
    if name is None:
        found = next(filter(None, _in_order(environ, home, prompt, ports)), None)
    else:
        found = _called(name, environ, home)
    if found is None:
        return None
    environment = environment_of(found, asked=name or found.profile)
    return account_of(found, environment, environ, ports.today())


def typed_account(
    prompt: Prompt, *, environ: Mapping[str, str], ports: Ports | None = None
) -> Account | None:
    """The account that the person types in, whatever else is set up; None when they leave the key
    empty, which means the sandbox.
    """
    found = read_prompt(prompt, environ)
    if found is None:
        return None
    return account_of(found, environment_of(found), environ, (ports or Ports()).today())


def account_names(environ: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """The names that ``find_account`` knows here and now.

    They are the sandbox, demo or live where the environment variables hold credentials, and the
    profiles.
    """
    found = read_variables(environ, VARIABLES)
    names = [SANDBOX]
    if found is not None:
        names.append(environment_of(found))
    names += read_profiles(home).tables
    return tuple(dict.fromkeys(names))


def _in_order(
    environ: Mapping[str, str], home: Path, prompt: Prompt | None, ports: Ports
) -> Iterator[Found | None]:
    """Each source in turn, opened only if all before it had nothing."""
    yield read_variables(environ, VARIABLES)
    profiles = read_profiles(home)
    if profiles.default is not None:
        yield profiles.read(profiles.default)
    yield read_keyring(ports.keyring())
    yield read_colab(ports.colab())
    if prompt is not None:
        yield read_prompt(prompt, environ)


def _called(name: str, environ: Mapping[str, str], home: Path) -> Found:
    found = read_variables(environ, VARIABLES) if name in _ENVIRONMENTS else None
    if found is not None:
        return found
    profiles = read_profiles(home)
    if name in _ENVIRONMENTS and name not in profiles.tables:
        listed = ", ".join(profiles.tables)
        other = f", or name a profile: {listed}" if listed else f" · {HOW_TO_MAKE_ONE}"
        raise CredentialsError(
            f"no credentials for {name}: {VARIABLES} have none",
            remedy=f"set OKX_API_KEY, OKX_SECRET_KEY and OKX_PASSPHRASE{other}",
        )
    found = profiles.read(name)
    if found is None:
        raise CredentialsError(
            f"profile {name} of {CONFIG} has no credentials",
            remedy="it needs api_key, secret_key and passphrase",
        )
    return found


def environment_of(found: Found, *, asked: str | None = None) -> Environment:
    """Demo unless the source says live.

    A name that says otherwise is an error: a key is made for one of the two, and its source says
    for which.
    """
    environment: Environment = "live" if found.settings.demo is False else "demo"
    if asked in _ENVIRONMENTS and asked != environment:
        raise CredentialsError(
            f"asked for {asked}, but {found.source} say {environment}"
            if found.profile is None
            else f"{found.source} is called {asked}, but says {environment}",
            remedy="OKX_DEMO=0 (in a profile demo = false) is live; 1 (true), or nothing, is demo",
        )
    return environment


def account_of(
    found: Found, environment: Environment, environ: Mapping[str, str], today: date
) -> Account:
    """The account of a source, in this environment; ``today`` is for the age of its key."""
    settings = found.settings
    origin = parse_origin(settings.base_url)
    proxy = None
    if not origin.loopback:
        proxy = settings.proxy or proxy_for(origin.hostname, environ)
    return Account(
        name=found.profile or environment,
        environment=environment,
        credentials=found.credentials,
        base_url=settings.base_url,
        source=found.source.removeprefix("the "),
        timeout=settings.timeout,
        proxy=proxy,
        ca_bundle=settings.ca_bundle,
        created=settings.created,
        allow=settings.allow,
        warnings=tuple(_warnings(found, environ, today)),
    )


def _warnings(found: Found, environ: Mapping[str, str], today: date) -> Iterator[str]:
    yield from found.credentials.warnings
    yield from found.settings.warnings
    created = found.settings.created
    if created is not None and (today - created).days > _KEY_IS_OLD_AFTER_DAYS:
        yield (
            f"the key was made {(today - created).days} days ago: make a new key, give it its "
            "own profile, log in with that, then delete the old key on OKX"
        )
    if environ.get("SSLKEYLOGFILE"):
        yield "SSLKEYLOGFILE is set: anyone with that file can read what is sent and received"
