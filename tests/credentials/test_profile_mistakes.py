"""``~/.okx/config.toml``: how its mistakes are told (module: credentials/profiles)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from profile_files import SECRET, TRIPLE, main, write

from okx_magic.credentials.profiles import CONFIG, read_profiles
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["Main", "main ", "mai", "mian", "MAIN"])
def test_names_are_matched_exactly(tmp_path: Path, name: str) -> None:
    """A name that is merely close is refused, with the names that exist and the nearest."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}\n[profiles.other]\n{TRIPLE}")
    with pytest.raises(CredentialsError, match="the profiles are main, other") as caught:
        read_profiles(tmp_path).read(name)
    assert caught.value.remedy == "did you mean main?"


def test_a_name_that_is_near_none_is_told_what_there_is(tmp_path: Path) -> None:
    """The accounts that need no profile, how to make one, and where that is shown."""
    for text in ("", f"[profiles.main]\n{TRIPLE}"):
        write(tmp_path, text)
        with pytest.raises(CredentialsError, match="no profile called nosuch") as caught:
            read_profiles(tmp_path).read("nosuch")
        for word in ("sandbox, demo, live", "[profiles.NAME]", CONFIG, "%okx_login --help"):
            assert word in caught.value.remedy


def test_a_secret_in_place_of_a_name_is_not_repeated(tmp_path: Path) -> None:
    """What is too long for a name may be a secret, so the error leaves it out."""
    with pytest.raises(CredentialsError, match="no profile of that name") as caught:
        read_profiles(tmp_path).read(SECRET)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("missing", ["api_key", "secret_key", "passphrase"])
def test_a_partial_profile_says_what_is_missing(tmp_path: Path, missing: str) -> None:
    """One of the three absent is an error that names it and the profile."""
    lines = [line for line in TRIPLE.splitlines() if not line.startswith(missing)]
    write(tmp_path, "\n".join(["[profiles.main]", *lines]))
    with pytest.raises(CredentialsError, match=f"is missing in profile main .*: {missing}$"):
        read_profiles(tmp_path).read("main")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('default_profil = "main"', "did you mean default_profile?"),
        ('Default-Profile = "main"', "did you mean default_profile?"),
        ('site = "eea"', "site belongs in a profile, under [profiles.NAME]"),
        (f'secret_key = "{SECRET}"', "secret_key belongs in a profile"),
    ],
)
def test_a_key_outside_of_the_profiles_is_told(tmp_path: Path, line: str, said: str) -> None:
    """It has no effect there: the default would be another profile, the site another site."""
    write(tmp_path, f"{line}\n[profiles.main]\n{TRIPLE}")
    found = main(tmp_path)
    (warning,) = found.settings.warnings
    assert said in warning
    assert SECRET not in warning


def test_a_profile_that_is_there_twice_is_told_so(tmp_path: Path) -> None:
    """Not as a value without quotes."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}\n[profiles.main]\n{TRIPLE}")
    with pytest.raises(CredentialsError, match="not valid TOML at line") as caught:
        read_profiles(tmp_path)
    assert "is there twice" in caught.value.remedy


BROKEN = [
    (f"[profiles.main]\nsecret_key = {SECRET}\n", "is not valid TOML at line 2"),
    (f'secret_key = "{SECRET}\n', "is not valid TOML at line 1"),
    (f'secret_key = "{SECRET}"'.encode() + b"\xff", "is not in UTF-8"),
    (f"profiles = '{SECRET}'", "profiles in ~/.okx/config.toml is not a table"),
    (f"default_profile = ['{SECRET}']", "default_profile in ~/.okx/config.toml is not the name"),
    (f"[profiles.sandbox]\nsecret_key = '{SECRET}'", "is called sandbox"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    """The error says what is wrong and where, and holds nothing of the content."""
    write(tmp_path, text)
    with pytest.raises(CredentialsError) as caught:
        read_profiles(tmp_path)
    assert message in caught.value.message
    assert "\n" not in str(caught.value)
    assert SECRET not in repr((caught.value, caught.value.args, vars(caught.value)))
    assert caught.value.__context__ is None


UNFIT = [
    ("demo = 1", "demo in profile main of .* is not true or false"),
    ("demo = 'false'", "demo in profile main of .* is not true or false"),
    ("site = 'mars'", "site in profile main of .* does not name a site"),
    ("site = 1", "site in profile main of .* is not the name"),
    ("base_url = 1", "base_url in profile main of .* is not a URL"),
    ("timeout_ms = true", "timeout_ms in profile main of .* is not a whole number"),
    ("timeout_ms = 1.5", "timeout_ms in profile main of .* is not a whole number"),
    ("timeout_ms = 0", "timeout_ms in profile main of .* from 1 to"),
    ("proxy_url = 'socks5://x:1'", "proxy_url in profile main of .* is not the URL"),
    ("ca_bundle = '~/none.pem'", "ca_bundle in profile main of .* is not a file"),
    ("created = '2026-01-31'", "created in profile main of .* is not a date without quotes"),
    ("allow = 'withdraw'", "allow in profile main of .* is not a list"),
    ("allow = [1]", "allow in profile main of .* is not a list"),
    (
        "allow = ['withdrawals']",
        "allow in profile main of .* has a name that is not a guarded action",
    ),
]


@pytest.mark.parametrize(("line", "message"), UNFIT)
def test_an_unfit_value_names_key_and_profile(tmp_path: Path, line: str, message: str) -> None:
    """A value of the wrong type or out of range is refused where it stands, not guessed at."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}\n{line}\n")
    with pytest.raises(CredentialsError, match=message):
        read_profiles(tmp_path).read("main")


def test_a_profile_that_is_no_table(tmp_path: Path) -> None:
    """A name with a value in place of a table is told as such."""
    write(tmp_path, f"[profiles]\nmain = '{SECRET}'\n")
    with pytest.raises(CredentialsError, match="is not a table") as caught:
        read_profiles(tmp_path).read("main")
    assert SECRET not in str(caught.value)


def test_a_directory_in_place_of_the_file(tmp_path: Path) -> None:
    """A file that cannot be opened is an error with the system's reason."""
    (tmp_path / ".okx" / "config.toml").mkdir(parents=True)
    with pytest.raises(CredentialsError, match="cannot be read"):
        read_profiles(tmp_path)


@pytest.mark.parametrize("content", ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA"])
def test_a_bundle_without_certificates_is_told_at_the_log_in(tmp_path: Path, content: str) -> None:
    """A ca_bundle that holds no certificate is named as such, before anybody is connected to."""
    (tmp_path / "ca.pem").write_text(content)
    write(tmp_path, f"[profiles.main]\n{TRIPLE}\nca_bundle = 'ca.pem'")
    with pytest.raises(
        CredentialsError, match=r"ca_bundle in profile main .* without certificates"
    ):
        read_profiles(tmp_path).read("main")


@pytest.mark.parametrize("path", [r"C:\Users\me\ca.pem", r"C:\temp\new.pem", r"\\share\x.pem"])
def test_a_path_with_backslashes_is_one_line(tmp_path: Path, path: str) -> None:
    """In double quotes TOML reads them as escapes: the way out is single quotes."""
    write(tmp_path, f'[profiles.main]\n{TRIPLE}\nca_bundle = "{path}"\n')
    with pytest.raises(CredentialsError) as caught:
        read_profiles(tmp_path).read("main")
    said = str(caught.value)
    assert "single quotes" in caught.value.remedy or path.startswith("\\\\")
    assert "\n" not in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("api-key2", "api_key"),
        ("Demo", "demo"),
        ("timeout", "timeout_ms"),
        ("proxyurl", "proxy_url"),
        ("ca_bundel", "ca_bundle"),
    ],
)
def test_a_key_that_no_profile_has_is_told(tmp_path: Path, key: str, near: str) -> None:
    """With the near one: a misspelt ``demo`` would choose the wrong environment without a word."""
    write(tmp_path, f"[profiles.main]\n{TRIPLE}\n{key} = 1\n")
    found = main(tmp_path)
    (line,) = found.settings.warnings
    assert line.startswith(f"{key} in profile main")
    assert f"did you mean {near}?" in line


def test_a_secret_in_place_of_a_key_is_not_repeated(tmp_path: Path) -> None:
    """What is too long for a name is not shown."""
    write(tmp_path, f'[profiles.main]\n{TRIPLE}\n{SECRET} = "x"\n')
    found = main(tmp_path)
    assert len(found.settings.warnings) == 1
    assert SECRET not in found.settings.warnings[0]
