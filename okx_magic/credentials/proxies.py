"""The proxy of an account: named by its profile, or taken once from the environment at log-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order of the standard library: the small spelling first, the scheme's own before the
# general.
PROXY_VARIABLES: Final = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXEMPTIONS: Final = ("no_proxy", "NO_PROXY")


def proxy_for(host: str, environ: Mapping[str, str]) -> str | None:
    """The proxy that the environment names for https to ``host``.

    None where it names none, or where ``NO_PROXY`` exempts the host or a domain above it.
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
