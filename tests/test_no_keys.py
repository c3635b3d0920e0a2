"""No key of OKX's lies about in the repository: scanners in common use do not know its shape."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]

# A key is a UUID, its secret 32 hexadecimal digits (OKX docs: Overview, API key Creation).
KEY = re.compile(
    r"(?<![0-9a-f-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-f-])", re.IGNORECASE
)
SECRET = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{32}|[0-9A-F]{32})(?![0-9a-zA-Z])")
PASSPHRASE = re.compile(
    r"""pass_?phrase\w*["']?\s*[=:]\s*\\?["'](?P<value>[^"'\\{\s]{8,32})["'\\]""", re.IGNORECASE
)
# The keys of the tests: made up, and fit for no account.
MADE_UP = {
    "985d5b66-57ce-40fb-b714-afc0b9787083",
    "00000000-aaaa-bbbb-cccc-000000000001",
    "00000000-aaaa-bbbb-cccc-000000000002",
    "00000000-aaaa-bbbb-cccc-000000000003",
    "11111111-2222-3333-4444-555555555555",
    "0123456789ABCDEF0123456789ABCDEF",
}
# Passphrases have no shape: in tests, where each is made up, they are not looked for.
PLACES_OF_MADE_UP_PASSPHRASES = "tests/"


def findings(name: str, text: str) -> Iterator[str]:
    """What looks like a part of somebody's credentials."""
    for pattern in (KEY, SECRET):
        yield from (each for each in pattern.findall(text) if each not in MADE_UP)
    if not name.startswith(PLACES_OF_MADE_UP_PASSPHRASES):
        yield from (found["value"] for found in PASSPHRASE.finditer(text))


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607  # wherever git is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git repository: what belongs to it is not known")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_in_the_repository_looks_like_credentials() -> None:
    """Code, notebooks with their outputs, data and texts."""
    found = {
        name: list(findings(name, (ROOT / name).read_text("utf-8", "replace")))
        for name in tracked()
        if name != Path(__file__).relative_to(ROOT).as_posix()
    }
    assert not {name: parts for name, parts in found.items() if parts}


REAL = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
HEX = "9F86D081884C7D659A2FEAA0C55AD015"
WORDS = "Tr0ub4dor&3-okx"
NOTEBOOK = json.dumps(
    {"cells": [{"source": [f'key = "{REAL}"\n', f'okx.passphrase = "{WORDS}"']}]}, indent=1
)
PLANTED = [
    ("a.py", f'OKX_API_KEY = "{REAL}"'),
    ("a.py", f'secret = "{HEX}"'),
    ("a.py", f"secret={HEX.lower()}"),
    ("a.py", f'passphrase = "{WORDS}"'),
    (".env", f"OKX_API_KEY={REAL.upper()}"),
    (".env", f"OKX_PASSPHRASE='{WORDS}'"),
    ("config.toml", f'passphrase = "{WORDS}"'),
    ("a.ipynb", NOTEBOOK),
    ("a.ipynb", json.dumps({"outputs": [{"text": [f"{{'OK-ACCESS-KEY': '{REAL}'}}"]}]})),
    ("a.md", f"OK-ACCESS-KEY: {REAL}\nOK-ACCESS-SIGN: …"),
]


@pytest.mark.parametrize(("name", "text"), PLANTED)
def test_what_is_planted_is_found(name: str, text: str) -> None:
    """The control: ten ways to leave credentials lying about, and each is noticed."""
    assert list(findings(name, text))


def test_names_and_hashes_are_left_alone() -> None:
    """Longer digests, ids of orders and words about passphrases are no credentials."""
    assert not list(findings("a.py", "0" * 64 + " om66e0" + "a" * 26 + " passphrase = ask()"))
