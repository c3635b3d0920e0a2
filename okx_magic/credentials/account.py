"""An account: whose credentials, in which environment, at which host, through which proxy.

It checks on creation that these fit together. A proxy is named by the profile, or taken once from the
environment at log-in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from okx_magic.credentials.credentials import Credentials
    from okx_magic.model import Environment

DEFAULT_TIMEOUT: Final = 15.0


class Site(NamedTuple):
    """One of OKX's sites: where its REST API is, and under which hosts the same API answers."""

    base_url: str
    hosts: frozenset[str]


# OKX docs, Overview, Production Trading Services. A key works only at the site of its account
# (elsewhere 50119); demo and live share the hosts.
SITES: Final[Mapping[str, Site]] = MappingProxyType(
    {
        "global": Site(
            "https://openapi.okx.com",
            frozenset({"openapi.okx.com", "www.okx.com", "aws.okx.com"}),
        ),
        "eea": Site("https://eea.okx.com", frozenset({"eea.okx.com", "my.okx.com"})),
        "us": Site("https://us.okx.com", frozenset({"us.okx.com", "app.okx.com"})),
    }
)
OFFICIAL_HOSTS: Final[frozenset[str]] = frozenset().union(*(site.hosts for site in SITES.values()))
# In the order of the standard library: the small spelling first, the scheme's own before the
# general.
PROXY_VARIABLES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXEMPTIONS: Final = ("no_proxy", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a session needs to know of the other side. Immutable, and free of secrets but
    for what ``credentials`` keeps to itself and the userinfo that ``proxy`` may carry.

    ``base_url`` is scheme and host only. Demo and live accounts go to OKX's own hosts by https, or
    to loopback (where plain http will do for demo); the sandbox is always on loopback. Anything
    else is a ``CredentialsError``. ``source`` says where the credentials came from; ``timeout`` is
    in seconds; ``created`` is the day the key was made; ``allow`` names the guarded actions that
    the profile permits; ``warnings`` are lines for the receipt of the log-in.
    """

    name: str
    environment: Environment
    credentials: Credentials | None
    base_url: str
    source: str
    timeout: float = DEFAULT_TIMEOUT
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    created: date | None = None
    allow: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    host: str = field(init=False, repr=False, compare=False)
    """The host as in a URL, with the port where it is not the scheme's default."""
    loopback: bool = field(init=False, repr=False, compare=False)
    """Whether the other side is on this machine."""
    hosts: frozenset[str] = field(init=False, repr=False, compare=False)
    """The hosts that a pasted URL may name: the account's own and the other names of its site. On
    loopback these are all of OKX's: such a URL only lends its path, nothing is sent there.
    """

    def __post_init__(self) -> None:
        origin = parse_origin(self.base_url)
        _check_meeting(self.environment, origin)
        if origin.loopback and self.proxy is not None:
            raise CredentialsError("loopback is never reached through a proxy")
        host = origin.netloc
        hosts = OFFICIAL_HOSTS | {host}
        if not origin.loopback:
            hosts = next(site.hosts for site in SITES.values() if host in site.hosts)
        for name, value in (
            ("base_url", str(origin)),
            ("host", host),
            ("loopback", origin.loopback),
            ("hosts", hosts),
        ):
            object.__setattr__(self, name, value)

    @property
    def proxy_name(self) -> str | None:
        """The proxy as it may be shown: without user and password."""
        return None if self.proxy is None else without_userinfo(self.proxy)


class Origin(NamedTuple):
    """Scheme, host and port of a base URL; its text is the URL in its one canonical form."""

    scheme: str
    hostname: str
    port: int | None

    @property
    def netloc(self) -> str:
        """Host and port as in a URL."""
        host = f"[{self.hostname}]" if ":" in self.hostname else self.hostname
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether the host is this machine: ``localhost`` or a loopback address."""
        if self.hostname == "localhost":
            return True
        try:
            return ip_address(self.hostname).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def parse_origin(base_url: str) -> Origin:
    """The origin that a base URL names.

    A base URL with a path, a query, a fragment or userinfo, of another scheme than http and https,
    or without a host is a ``CredentialsError``, which does not repeat it.
    """
    origin = _origin(base_url)
    if origin is None:
        raise CredentialsError(
            "the base URL is not of the form https://host",
            remedy="give scheme and host only, as in https://openapi.okx.com",
        )
    return origin


def _origin(base_url: str) -> Origin | None:
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        return None
    beyond = "@" in parts.netloc or parts.path not in {"", "/"} or parts.query or parts.fragment
    if beyond or not parts.hostname or parts.scheme not in _PORTS:
        return None
    return Origin(parts.scheme, parts.hostname, None if port == _PORTS[parts.scheme] else port)


_PORTS: Final[Mapping[str, int]] = MappingProxyType({"http": 80, "https": 443})


def _check_meeting(environment: Environment, origin: Origin) -> None:
    """Refuses to send credentials to a place where they are not safe or do not belong."""
    if environment == "sandbox" and not origin.loopback:
        raise CredentialsError(f"the sandbox is on this machine only, not at {origin.hostname}")
    if origin.scheme == "http" and not (origin.loopback and environment != "live"):
        raise CredentialsError(
            f"{environment} credentials are not sent over plain http",
            remedy="use https; plain http is for the sandbox on this machine",
        )
    if not origin.loopback and origin.netloc not in OFFICIAL_HOSTS:
        raise CredentialsError(
            f"{origin.netloc} is not a host of OKX: credentials are not sent there",
            remedy=f"OKX's hosts are {', '.join(sorted(OFFICIAL_HOSTS))}",
        )


def proxy_for(host: str, environ: Mapping[str, str]) -> str | None:
    """The proxy that the environment names for https to ``host``.

    None if it names none, or where ``NO_PROXY`` exempts the host or a domain above it.
    """
    name = next((name for name in PROXY_VARIABLES if environ.get(name)), None)
    if name is None or _exempt(host, environ):
        return None
    return checked_proxy(environ[name], name)


def checked_proxy(text: str, label: str) -> str:
    """The URL of a proxy, with ``http://`` put before a bare ``host:port``.

    Anything but the URL of an http or https proxy is a ``CredentialsError`` that names ``label``,
    never the text: it may hold a password.
    """
    url = text.strip()
    if "://" not in url:
        url = f"http://{url}"
    if not _is_proxy(url):
        raise CredentialsError(
            f"{label} is not the URL of an http proxy",
            remedy="write it as http://host:port; other kinds, SOCKS among them, are not supported",
        )
    return url


def without_userinfo(url: str) -> str:
    """The URL of a proxy without the user and the password that it may carry."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        return False
    spaced = any(character.isspace() for character in url)
    bare = parts.path in {"", "/"} and not parts.query and not parts.fragment
    known = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return known and bare and port_fits and not spaced


def _exempt(host: str, environ: Mapping[str, str]) -> bool:
    text = next((environ[name] for name in _EXEMPTIONS if environ.get(name)), "")
    entries = (entry.strip().lower().partition(":")[0] for entry in text.split(","))
    domains = {entry if entry == "*" else entry.removeprefix("*").lstrip(".") for entry in entries}
    parts = host.split(".")
    above = {".".join(parts[start:]) for start in range(len(parts))}
    return "*" in domains or not domains.isdisjoint(above)
