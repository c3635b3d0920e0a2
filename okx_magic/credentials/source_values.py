"""What one source says of an account, in one shape for all sources, and read from ``OKX_…`` variables.

The environment, a keyring and Colab's secrets use the same names of variables. They are those of
OKX's own agent-trade-kit, with the two other spellings that clients of OKX use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.account import DEFAULT_TIMEOUT, SITES
from okx_magic.credentials.checks import WHITESPACE
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from datetime import date

KEY: Final = "OKX_API_KEY"

_ALIASES: Final = (
    (KEY,),
    ("OKX_SECRET_KEY", "OKX_API_SECRET"),
    ("OKX_PASSPHRASE", "OKX_API_PASSPHRASE"),
)
NAMES: Final = (
    *(name for aliases in _ALIASES for name in aliases),
    "OKX_DEMO",
    "OKX_SITE",
    "OKX_API_BASE_URL",
    "OKX_TIMEOUT_MS",
)
_TRUTH: Final = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
_LONGEST_TIMEOUT_MS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a source, without its credentials.

    ``demo`` is None where the source does not say; ``timeout`` is in seconds.
    """

    demo: bool | None = None
    base_url: str = SITES["global"].base_url
    timeout: float = DEFAULT_TIMEOUT
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    created: date | None = None
    allow: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A whole set of credentials and its settings, all from one ``source``.

    ``profile`` is the name of the profile, None for the sources that have no names.
    """

    source: str
    credentials: Credentials
    settings: Settings = Settings()
    profile: str | None = None


def whole_triple(source: str, values: Mapping[str, str]) -> Credentials | None:
    """The credentials of a source, or None when it has none of the three values.

    ``values`` are key, secret and passphrase in this order, under the labels by which the person
    knows them, "" for one that is not there. A part of a set is a ``CredentialsError`` that says
    what is missing; it is never completed from elsewhere.
    """
    present = [label for label, value in values.items() if value.strip(WHITESPACE)]
    missing = [label for label in values if label not in present]
    if not present:
        return None
    if missing:
        raise CredentialsError(
            f"part of the credentials is missing in {source}: {' and '.join(missing)}",
            remedy=f"set {' and '.join(missing)} there too, or remove {' and '.join(present)}",
        )
    key, secret, passphrase = values.values()
    return Credentials(key, secret, passphrase, source=source)


def site_url(site: str, label: str) -> str:
    """The base URL of one of OKX's sites by its name: global, eea or us."""
    known = SITES.get(site.strip().lower())
    if known is None:
        raise CredentialsError(
            f"{label} does not name a site of OKX", remedy=f"the sites are {', '.join(SITES)}"
        )
    return known.base_url


def timeout_seconds(milliseconds: int | None, label: str) -> float:
    """A timeout in seconds from one in whole milliseconds, which is None if it was unreadable."""
    if milliseconds is None or not 1 <= milliseconds <= _LONGEST_TIMEOUT_MS:
        raise CredentialsError(
            f"{label} is not a number of milliseconds from 1 to {_LONGEST_TIMEOUT_MS}"
        )
    return milliseconds / 1000


def read_variables(variables: Mapping[str, str], source: str) -> Found | None:
    """The account that the variables of one store describe; None when no credential is among them.

    An empty variable counts as absent. Two spellings of one value that disagree, a partial set or
    an unreadable setting is a ``CredentialsError``, which names the variables.
    """
    values = dict(_one_of(variables, aliases) for aliases in _ALIASES)
    credentials = whole_triple(source, values)
    if credentials is None:
        return None
    return Found(source, credentials, read_settings(variables))


def read_settings(variables: Mapping[str, str]) -> Settings:
    """The settings among the variables, each with its default where it is not set."""
    site, base_url, timeout = (
        variables.get(name, "").strip()
        for name in ("OKX_SITE", "OKX_API_BASE_URL", "OKX_TIMEOUT_MS")
    )
    default = Settings()
    if not base_url:
        base_url = site_url(site, "OKX_SITE") if site else default.base_url
    return Settings(
        demo=_demo(variables.get("OKX_DEMO", "")),
        base_url=base_url,
        timeout=_timeout(timeout) if timeout else default.timeout,
    )


def unset(variables: MutableMapping[str, str]) -> tuple[str, ...]:
    """Takes key, secret and passphrase out of the variables; returns the names of those there were."""
    names = [name for aliases in _ALIASES for name in aliases if name in variables]
    for name in names:
        del variables[name]
    return tuple(names)


def _one_of(variables: Mapping[str, str], aliases: tuple[str, ...]) -> tuple[str, str]:
    """The name and value in use of several names for one thing; "" when none is set."""
    given = {name: variables[name] for name in aliases if variables.get(name, "").strip(WHITESPACE)}
    if len({value.strip(WHITESPACE) for value in given.values()}) > 1:
        raise CredentialsError(
            f"{' and '.join(given)} have different values", remedy="keep the right one"
        )
    return next(iter(given.items()), (aliases[0], ""))


def _demo(text: str) -> bool | None:
    word = text.strip().lower()
    if word and word not in _TRUTH:
        raise CredentialsError("OKX_DEMO is neither 1 (true) nor 0 (false)")
    return _TRUTH.get(word)


def _timeout(text: str) -> float:
    # isdecimal alone takes other scripts' digits and any length; seven digits are past the limit.
    fit = text.isascii() and text.isdecimal() and len(text) <= 7
    return timeout_seconds(int(text) if fit else None, "OKX_TIMEOUT_MS")
