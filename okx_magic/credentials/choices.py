"""What you can log in with here: each source and what it says of itself, without secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.account import SITES, parse_origin
from okx_magic.credentials.checks import refuse_on_binder
from okx_magic.credentials.external import read_colab, read_keyring, why_no_keyring
from okx_magic.credentials.profiles import CONFIG, read_profiles
from okx_magic.credentials.source_values import Found, read_settings, read_variables, site_url
from okx_magic.credentials.sources import SANDBOX, VARIABLES, Ports, account_of, environment_of
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from okx_magic.credentials.account import Account
    from okx_magic.credentials.credentials import Credentials
    from okx_magic.model import Environment

TYPED: Final = "typed"
OTHER_SITE: Final = "other"
_VARIABLES: Final = "variables"
_KEYRING: Final = "keyring"
_COLAB: Final = "colab"
_PROFILE: Final = "profile "


@dataclass(frozen=True, slots=True)
class Choice:
    """A source of credentials under its ``key``.

    ``environment``, ``host`` and ``hint`` (the shortened key) are those it holds, None and "" where
    that is known only once it is read. ``problem`` says why it cannot be used as it is. ``first``
    is the one that is opened when nobody says which.
    """

    key: str
    label: str
    environment: Environment | None = None
    host: str = ""
    hint: str = ""
    problem: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """The sources of one machine: its environment variables, its ``home`` and its ``ports``."""

    environ: Mapping[str, str]
    home: Path
    ports: Ports

    @property
    def refusal(self) -> str:
        """Why credentials should not be used on this machine; "" where they may."""
        try:
            refuse_on_binder(self.environ)
        except CredentialsError as error:
            return error.message
        return ""

    def read(self) -> tuple[Choice, ...]:
        """The sources that are read at once, in the order in which they are searched: the environment
        variables, the profiles (the default one first) and the sandbox.
        """
        found = [_choice(_VARIABLES, VARIABLES, partial(read_variables, self.environ, VARIABLES))]
        try:
            profiles = read_profiles(self.home)
        except CredentialsError as error:
            default = _PROFILE
            found.append(Choice(_PROFILE, CONFIG, problem=error.message))
        else:
            default = _PROFILE + (profiles.default or "")
            names = sorted(profiles.tables, key=lambda name: name != profiles.default)
            found += [
                _choice(_PROFILE + name, f"profile {name}", partial(profiles.read, name))
                for name in names
            ]
        sandbox = Choice(SANDBOX, "the built-in sandbox", SANDBOX, "this kernel")
        listed = [*filter(None, found), sandbox]
        searched = {_VARIABLES, default, SANDBOX}
        first = next(choice for choice in listed if choice.key in searched)
        return tuple(replace(choice, first=choice is first) for choice in listed)

    def unread(self) -> tuple[Choice, ...]:
        """The keyring and Colab's secrets, where there are such. They are offered unread: reading may
        ask the person for permission. Importing a keyring takes a tenth of a second.
        """
        found = []
        if not why_no_keyring(self.ports.keyring()):
            found.append(Choice(_KEYRING, "the keyring"))
        if self.ports.colab() is not None:
            found.append(Choice(_COLAB, "the Colab secrets"))
        return tuple(found)

    def account(self, key: str) -> Account | None:
        """The account of the source with this key; None is the sandbox.

        Raises CredentialsError where the source has none that can be used as it is.
        """
        if key == SANDBOX:
            return None
        found = self._found(key)
        if found is None:
            raise CredentialsError(f"no credentials in this source: {key}")
        environment = environment_of(found, asked=found.profile)
        return account_of(found, environment, self.environ, self.ports.today())

    def sites(self) -> tuple[tuple[str, str], ...]:
        """Key and host of each site that credentials can be typed in for, the one to suggest first.

        These are OKX's, and the host that the environment variables name if it is not one of them.
        """
        known = {name: parse_origin(site.base_url).netloc for name, site in SITES.items()}
        try:
            suggested = parse_origin(read_settings(self.environ).base_url).netloc
        except CredentialsError:
            return tuple(known.items())
        if suggested not in known.values():
            known[OTHER_SITE] = suggested
        return tuple(sorted(known.items(), key=lambda item: item[1] != suggested))

    def base_url(self, site: str) -> str:
        """The base URL of one of the ``sites`` by its key."""
        if site == OTHER_SITE:
            return read_settings(self.environ).base_url
        return site_url(site, "the site")

    def entered(self, credentials: Credentials, environment: Environment, base_url: str) -> Account:
        """The account of credentials that the person has typed in, in the environment they chose.

        What is a setting of the machine (timeout, proxy) is that of the environment variables.
        """
        settings = replace(read_settings(self.environ), base_url=base_url)
        found = Found("typed in", credentials, settings)
        return account_of(found, environment, self.environ, self.ports.today())

    def _found(self, key: str) -> Found | None:
        if key == _VARIABLES:
            return read_variables(self.environ, VARIABLES)
        if key == _KEYRING:
            return read_keyring(self.ports.keyring())
        if key == _COLAB:
            return read_colab(self.ports.colab())
        return read_profiles(self.home).read(key.removeprefix(_PROFILE))


def _choice(key: str, label: str, read: Callable[[], Found | None]) -> Choice | None:
    """What a source says of itself; None for one without credentials."""
    try:
        found = read()
        if found is None:
            return None
        environment = environment_of(found, asked=found.profile)
        host = parse_origin(found.settings.base_url).netloc
    except CredentialsError as error:
        return Choice(key, label, problem=error.message)
    return Choice(key, label, environment, host, found.credentials.hint)
