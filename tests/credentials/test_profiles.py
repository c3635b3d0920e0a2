"""``~/.okx/config.toml``: what is read from it."""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING

import pytest
import trustme
from profile_files import TRIPLE, main, write

from okx_magic.credentials.profiles import read_profiles

if TYPE_CHECKING:
    from pathlib import Path


def test_no_file_is_no_profiles(tmp_path: Path) -> None:
    """Without a config file there are no profiles, and no error."""
    profiles = read_profiles(tmp_path)
    assert profiles.default is None
    assert not profiles.tables


def test_every_setting_is_read(tmp_path: Path) -> None:
    """Each key of a profile arrives with its type."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    write(
        tmp_path,
        f"""
        default_profile = "main"
        [profiles.main]
        {TRIPLE}
        demo = false
        site = "eea"
        timeout_ms = 2500
        proxy_url = "proxy.example:3128"
        ca_bundle = "~/ca.pem"
        created = 2026-01-31
        allow = ["withdraw", "transfer"]
        """,
    )
    profiles = read_profiles(tmp_path)
    assert profiles.default == "main"
    found = profiles.read("main")
    assert found is not None
    assert found.profile == "main"
    assert found.source == "profile main of ~/.okx/config.toml"
    assert found.settings.demo is False
    assert found.settings.base_url == "https://eea.okx.com"
    assert found.settings.timeout == 2.5
    assert found.settings.proxy == "http://proxy.example:3128"
    assert found.settings.ca_bundle == str(tmp_path / "ca.pem")
    assert found.settings.created == date(2026, 1, 31)
    assert found.settings.allow == {"withdraw", "transfer"}


def test_defaults(tmp_path: Path) -> None:
    """A profile of three lines does not say demo or live, and goes to the global site for 15 s."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}")
    found = main(tmp_path)
    assert found.settings.demo is None
    assert found.settings.base_url == "https://openapi.okx.com"
    assert found.settings.timeout == 15.0
    assert found.settings.warnings == ()


def test_a_profile_without_credentials_is_no_account(tmp_path: Path) -> None:
    """A profile of settings only is not a partial set."""
    write(tmp_path, '[profiles.public]\nsite = "eea"\n')
    assert read_profiles(tmp_path).read("public") is None


def test_keys_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    """The file is shared with OKX's own tools."""
    write(tmp_path, f"theme = 'dark'\n[profiles.main]\n{TRIPLE}\n[cache]\nsize = 1\n")
    found = main(tmp_path)
    assert found.settings.warnings == ()


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_file_from_windows_is_read(tmp_path: Path, newline: str) -> None:
    """A byte-order mark and other line ends, as Notepad writes them, do no harm."""
    write(tmp_path, ("\ufeff[profiles.main]\n" + TRIPLE).replace("\n", newline))
    assert read_profiles(tmp_path).read("main") is not None


@pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")
@pytest.mark.parametrize(("mode", "warned"), [(0o600, 0), (0o400, 0), (0o644, 1), (0o640, 1)])
def test_a_file_open_to_others_is_warned_of(tmp_path: Path, mode: int, warned: int) -> None:
    """A mode wider than 0600 is one warning with the command that mends it."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}", mode)
    found = main(tmp_path)
    assert len(found.settings.warnings) == warned
    assert all("chmod 600 ~/.okx/config.toml" in each for each in found.settings.warnings)


def test_profiles_do_not_show_themselves(tmp_path: Path) -> None:
    """The repr of what was read from the file shows names only."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}")
    assert repr(read_profiles(tmp_path)) == "<profiles main>"
