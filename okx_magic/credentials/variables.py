"""Reads an account from ``OKX_…`` variables, whichever store keeps them.

The environment, a keyring and Colab's secrets use the same names. They are those of OKX's own
agent-trade-kit, with the two other spellings that clients of OKX have in use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.credentials.credentials import BLANKS
from okx_magic.credentials.found import Found, Settings, site_url, timeout_seconds, whole_triple
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

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
    given = {name: variables[name] for name in aliases if variables.get(name, "").strip(BLANKS)}
    if len({value.strip(BLANKS) for value in given.values()}) > 1:
        raise CredentialsError(
            f"{' and '.join(given)} have different values", remedy="keep the right one of them"
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
