"""What one source says of an account, in the same shape whatever the source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.account import DEFAULT_TIMEOUT, SITES
from okx_magic.credentials.credentials import BLANKS, Credentials
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_LONGEST_TIMEOUT_MS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands beside the credentials.

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
    present = [label for label, value in values.items() if value.strip(BLANKS)]
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
