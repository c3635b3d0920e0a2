"""Reads profiles from ``~/.okx/config.toml``, in the form of OKX's own agent-trade-kit.

Such a file looks like this::

    default_profile = "main"

    [profiles.main]
    api_key = "…"
    secret_key = "…"
    passphrase = "…"
    demo = true            # the default; false for a live key
    site = "eea"           # global, eea or us
    created = 2026-01-31   # when the key was made

and may have ``base_url``, ``timeout_ms``, ``proxy_url``, ``ca_bundle`` and ``allow`` (a list of
names) too.
"""

from __future__ import annotations

import os
import re
import ssl
import stat
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from okx_magic.catalogue.effects import GUARDED
from okx_magic.credentials.account import checked_proxy
from okx_magic.credentials.source_values import (
    Found,
    Settings,
    site_url,
    timeout_seconds,
    whole_triple,
)
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONFIG: Final = "~/.okx/config.toml"

# The longest name that an error repeats. Keys and secrets are longer: one typed in place of a name
# must not come back in the message.
_LONGEST_SHOWN: Final = 24
# Accounts that need no profile (credentials.sources).
_WITHOUT_PROFILE: Final = ("sandbox", "demo", "live")
HOW_TO_MAKE_ONE: Final = (
    f"a profile is a table [profiles.NAME] in {CONFIG}: %okx_login --help shows one"
)

_BACKSLASHES: Final = "put a path with backslashes in single quotes, as in 'C:\\Users\\me\\ca.pem'"
_TWICE: Final = "a profile, or a key of it, is there twice: keep one of the two"
# What a profile may have.
_KEYS: Final = (
    *("api_key", "secret_key", "passphrase", "demo", "site", "created", "base_url"),
    *("timeout_ms", "proxy_url", "ca_bundle", "allow"),
)

_TOP: Final = ("default_profile", "profiles")

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Profiles:
    """The config file as read: raw tables with secrets, so it is never shown or kept."""

    home: Path
    tables: Mapping[str, Any]
    default: str | None
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<profiles {', '.join(self.tables)}>"

    def read(self, name: str) -> Found | None:
        """The account of the profile of exactly this name; None when it has no credentials.

        An unknown name, a partial set or an invalid value raises ``CredentialsError``.
        """
        if name not in self.tables:
            raise _unknown(name, sorted(self.tables))
        source = f"profile {name} of {CONFIG}"
        table = _Table(self.tables[name], source)
        fields = ("api_key", "secret_key", "passphrase")
        values = {field: table.get(field, str, "a text in quotes") or "" for field in fields}
        credentials = whole_triple(source, values)
        if credentials is None:
            return None
        settings = self._settings(table)
        settings = replace(settings, warnings=settings.warnings + table.unknown())
        return Found(source, credentials, settings, profile=name)

    def _settings(self, table: _Table) -> Settings:
        default = Settings()
        return Settings(
            demo=table.get("demo", bool, "true or false"),
            base_url=_base_url(table) or default.base_url,
            timeout=_timeout(table) or default.timeout,
            proxy=_proxy(table),
            ca_bundle=_ca_bundle(table, self.home),
            created=_created(table),
            allow=_allow(table),
            warnings=self.warnings,
        )


def read_profiles(home: Path) -> Profiles:
    """The profiles of ``~/.okx/config.toml``; no profiles when there is no such file.

    A file that is not TOML or not of the expected form raises ``CredentialsError``, with the line
    where that is known, never with the content.
    """
    path = home / ".okx" / "config.toml"
    text = _text(path)
    if text is None:
        return Profiles(home, {}, None, ())
    document = _Table(_parsed(text), CONFIG)
    tables = document.get("profiles", dict, "a table, as in [profiles.main]") or {}
    default = document.get("default_profile", str, "the name of a profile in quotes")
    if "sandbox" in tables:
        raise CredentialsError(
            f"a profile of {CONFIG} is called sandbox, the name of the built-in exchange",
            remedy="give the profile another name",
        )
    return Profiles(home, tables, default, (*_mode_warning(path), *document.misplaced()))


class _Table:
    """A TOML table whose values are asked for by type. It has no repr that shows them."""

    __slots__ = ("_source", "_values")

    def __init__(self, values: object, source: str) -> None:
        if not isinstance(values, dict):
            raise CredentialsError(f"{source} is not a table")
        self._values = values
        self._source = source

    def label(self, key: str) -> str:
        return f"{key} in {self._source}"

    def unknown(self) -> tuple[str, ...]:
        """One line for each key that no profile has, with the near one."""
        from difflib import get_close_matches  # noqa: PLC0415 - needed only for these

        lines = []
        for key in sorted(self._values.keys() - set(_KEYS)):
            near = get_close_matches(key.lower().replace("-", "_"), _KEYS, n=1)
            # There may be a secret in place of a name.
            shown = key if len(key) <= _LONGEST_SHOWN and key.isprintable() else "a long name"
            meant = f"did you mean {near[0]}?" if near else f"the keys are {', '.join(_KEYS)}"
            lines.append(f"{self.label(shown)} is unknown and has no effect: {meant}")
        return tuple(lines)

    def misplaced(self) -> tuple[str, ...]:
        """One line for each key outside of the profiles that is a typo, or belongs in one. Other
        programs may have keys of their own there.
        """
        from difflib import get_close_matches  # noqa: PLC0415 - needed only for these

        lines = []
        for key in sorted(self._values.keys() - set(_TOP)):
            near = get_close_matches(
                key.lower().replace("-", "_"), (*_TOP, *_KEYS), n=1, cutoff=0.8
            )
            if near and len(key) <= _LONGEST_SHOWN and key.isprintable():
                meant = (
                    f"did you mean {near[0]}?"
                    if near[0] in _TOP
                    else f"{near[0]} belongs in a profile, under [profiles.NAME]"
                )
                lines.append(f"{self.label(key)} is unknown and has no effect: {meant}")
        return tuple(lines)

    def get(self, key: str, kind: type[_Value], form: str) -> _Value | None:
        value = self._values.get(key)
        # bool is an int to Python and not to TOML.
        if value is None or (isinstance(value, kind) and (kind is bool) is isinstance(value, bool)):
            return value
        raise CredentialsError(f"{self.label(key)} is not {form}")


def _text(path: Path) -> str | None:
    # The error is made outside the handlers: inside, it would carry the cause along, and a
    # UnicodeDecodeError holds the bytes of the file.
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
    except UnicodeDecodeError:
        reason = "is not in UTF-8"
    raise CredentialsError(f"{CONFIG} {reason}")


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - needed only where there is a config file

    # As above: the cause may hold the whole text.
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+), column \d+", str(error))
        twice = re.search(r"twice|overwrite", str(error)) is not None
    where = f" {place[0]}" if place else ""
    line = text.split("\n")[int(place[1]) - 1] if place else text
    quotes = _BACKSLASHES if "\\" in line else 'texts are in quotes, as in site = "eea"'
    remedy = _TWICE if twice else quotes
    raise CredentialsError(f"{CONFIG} is not valid TOML{where}", remedy=remedy)


def _mode_warning(path: Path) -> tuple[str, ...]:
    if os.name != "posix" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ()
    return (f"other users of this machine may open {CONFIG}: chmod 600 {CONFIG}",)


def _unknown(name: str, names: list[str]) -> CredentialsError:
    from difflib import get_close_matches  # noqa: PLC0415 - needed only for this error

    shown = f"called {name}" if len(name) <= _LONGEST_SHOWN else "of that name"
    known = f"the profiles are {', '.join(names)}" if names else "it has no profiles"
    others = {each.lower(): each for each in (*_WITHOUT_PROFILE, *names)}
    near = get_close_matches(name.lower(), others, n=1)
    return CredentialsError(
        f"no profile {shown} in {CONFIG}; {known}",
        remedy=f"did you mean {others[near[0]]}?"
        if near
        else f"{', '.join(_WITHOUT_PROFILE)} need no profile · {HOW_TO_MAKE_ONE}",
    )


def _base_url(table: _Table) -> str | None:
    base_url = table.get("base_url", str, "a URL in quotes")
    site = table.get("site", str, "the name of a site in quotes")
    if base_url or not site:
        return base_url
    return site_url(site, table.label("site"))


def _timeout(table: _Table) -> float | None:
    milliseconds = table.get("timeout_ms", int, "a whole number of milliseconds")
    return (
        None if milliseconds is None else timeout_seconds(milliseconds, table.label("timeout_ms"))
    )


def _proxy(table: _Table) -> str | None:
    proxy = table.get("proxy_url", str, "a URL in quotes")
    return checked_proxy(proxy, table.label("proxy_url")) if proxy else None


def _ca_bundle(table: _Table, home: Path) -> str | None:
    name = table.get("ca_bundle", str, "a path in quotes")
    if not name:
        return None
    path = home / name.removeprefix("~/")
    if not path.is_file():
        # In double quotes TOML reads \t and \n of a path as a tab and a line break.
        odd = "" if name.isprintable() else _BACKSLASHES
        raise CredentialsError(f"{table.label('ca_bundle')} is not a file", remedy=odd)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # as ssl.SSLError is
        raise CredentialsError(
            f"{table.label('ca_bundle')} is a file without certificates in PEM form"
        ) from None
    return str(path)


def _created(table: _Table) -> date | None:
    created = table.get("created", date, "a date without quotes, as in created = 2026-01-31")
    return created.date() if isinstance(created, datetime) else created


def _allow(table: _Table) -> frozenset[str]:
    names = table.get("allow", list, "a list of names") or []
    if not all(isinstance(name, str) for name in names):
        raise CredentialsError(f"{table.label('allow')} is not a list of names in quotes")
    if not GUARDED.issuperset(names):
        # A misspelled name would allow nothing, without a word.
        raise CredentialsError(
            f"{table.label('allow')} has a name that is not a guarded action",
            remedy=f"the names are {', '.join(sorted(GUARDED))}",
        )
    return frozenset(names)
