"""A machine with variables, profiles, a keyring and Colab, as a test wants it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from okx_magic.credentials.sources import Ports, find_account

if TYPE_CHECKING:
    from collections.abc import Mapping
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
