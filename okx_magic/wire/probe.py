"""Where else a refused key may be known: at another of OKX's sites, or in the other environment.

A key is known at the site of its account alone (elsewhere 50119), and in one environment alone
(in the other 50101). Asking shows the key to more hosts, so it is done only for a person who agreed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from okx_magic.credentials.account import SITES
from okx_magic.errors import CredentialsError, OkxError, OkxMagicError, TransportError
from okx_magic.model import Request
from okx_magic.servertext import on_a_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.credentials.account import Account
    from okx_magic.model import Envelope, Environment

# Harmless, private and answered to every key: it proves key, secret, passphrase and clock at once.
PROOF: Final = "/api/v5/account/config"

_UNKNOWN_HERE: Final = "50119"
_OTHER_ENVIRONMENT: Final = "50101"


@dataclass(frozen=True, slots=True)
class Asked:
    """What one place said to the key.

    ``account`` is whose request it was, and where; ``code`` is OKX's code, "0" if the key was
    accepted and "" if no answer came; ``said`` is the answer in words.
    """

    account: Account
    code: str
    said: str

    @property
    def home(self) -> Account | None:
        """The account whose key it is, by this answer; None if it is not of this place."""
        if self.code == "0":
            return self.account
        if self.code == _OTHER_ENVIRONMENT:
            return next(_in_other_environment(self.account), None)
        return None

    def __str__(self) -> str:
        return f"{self.account.host} · {self.account.environment} · {self.said}"


def config_in(envelope: Envelope) -> Mapping[str, Any]:
    """The account's configuration, the one row of the answer that proves a log-in."""
    if not envelope.data:
        raise TransportError(
            "the account's configuration is missing in the answer",
            written=True,
            status=envelope.status,
            request=Request("GET", PROOF),
        )
    # Its texts go into the receipt of the log-in, the panel and reports.
    config: Mapping[str, Any] = on_a_line(envelope.data[0])
    return config


def elsewhere(account: Account, code: str) -> tuple[Account, ...]:
    """The accounts to ask after a log-in was refused with this code; none where it says enough."""
    if account.credentials is None:
        return ()
    if code == _UNKNOWN_HERE:
        return tuple(_at_other_sites(account))
    if code == _OTHER_ENVIRONMENT:
        return tuple(_in_other_environment(account))
    return ()


def ask(account: Account) -> Asked:
    """Send the one signed request that proves an account, and bring what was said."""
    from okx_magic.wire.connection import Connection  # noqa: PLC0415  # requests, on first use

    connection = Connection(account)
    try:
        connection.read(Request("GET", PROOF))
    except OkxError as refusal:
        return Asked(account, refusal.code, refusal.message)
    except OkxMagicError as error:
        return Asked(account, "", error.message)
    finally:
        connection.close()
    return Asked(account, "0", "accepted")


def setting(account: Account) -> str:
    """What to set so that the next log-in goes there: ``OKX_SITE=eea, or site = "eea" in …``."""
    site = next((name for name, each in SITES.items() if account.host in each.hosts), "")
    live = account.environment == "live"
    pairs = [("OKX_SITE", site, "site", f'"{site}"')] if site else []
    pairs.append(("OKX_DEMO", "0" if live else "1", "demo", "false" if live else "true"))
    variables = " ".join(f"{variable}={value}" for variable, value, _, _ in pairs)
    lines = ", ".join(f"{name} = {value}" for _, _, name, value in pairs)
    return f"{variables} in the environment, or {lines} in the profile"


def _at_other_sites(account: Account) -> Iterator[Account]:
    own = next((site for site in SITES.values() if account.host in site.hosts), None)
    if own is None:
        # Loopback, or a host that belongs to no site: there is nowhere else.
        return
    for site in SITES.values():
        if site is not own:
            yield replace(account, base_url=site.base_url)


def _in_other_environment(account: Account) -> Iterator[Account]:
    other: Environment = "live" if account.environment != "live" else "demo"
    try:
        yield replace(account, environment=other, name=_renamed(account, other))
    except CredentialsError:
        # Live credentials do not go over plain http, not even to this computer.
        return


def _renamed(account: Account, environment: Environment) -> str:
    """An account that is called by its environment changes its name with it."""
    return environment if account.name == account.environment else account.name
