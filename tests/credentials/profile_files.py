"""Config files as the tests write them, and the profile that is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from okx_magic.credentials.profiles import read_profiles

if TYPE_CHECKING:
    from pathlib import Path

    from okx_magic.credentials.source_values import Found

SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"
TRIPLE = f"""
api_key = "985d5b66-57ce-40fb-b714-afc0b9787083"
secret_key = "{SECRET}"
passphrase = "{PASSPHRASE}"
"""


def write(home: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = home / ".okx" / "config.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    path.chmod(mode)
    return path


def main(home: Path) -> Found:
    """The profile main, which is there."""
    found = read_profiles(home).read("main")
    assert found is not None
    return found
