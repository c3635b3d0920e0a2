"""Reasons not to use credentials: their values, the machine, what the key may do. Pure.

Tested in ``tests/credentials/test_credentials.py``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from okx_magic.credentials.account import Account

# What copying adds at either end. Narrower than str.strip, which would also remove a no-break
# space: the person should hear of that one.
WHITESPACE: Final = " \t\r\n"

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX32: Final = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
# OKX asks for 8 to 32 characters when a key is made (OKX docs, Overview, API key Creation).
_SHORTEST_PASSPHRASE: Final = 8

INSIST: Final = "OKX_KEYS_ON_BINDER"

# BinderHub sets these in each of its notebooks (mybinder.readthedocs.io, "Environment variables").
_BINDER: Final = ("BINDER_LAUNCH_HOST", "BINDER_REPO_URL", "BINDER_REQUEST")

_REFUSED = "the key may withdraw: anyone who reads it from this process could empty the account"
_UNBOUND = (
    "the key has no IP allowlist: it works from anywhere, and OKX deletes it after 14 days"
    " without use"
)


def checked(field: str, value: str, *, spaces: bool = False) -> str:
    """The value without spaces at its ends; an error names a character by its position only."""
    plain = value.strip(WHITESPACE)
    if not plain:
        raise CredentialsError(f"the {field} is empty")
    start = value.index(plain) + 1
    for position, character in enumerate(plain, start):
        fault = _fault(character, spaces=spaces)
        if fault:
            raise CredentialsError(
                f"the {field} has {fault} at position {position}",
                remedy="copy it again from the key's page at OKX",
            )
    return plain


def _fault(character: str, *, spaces: bool) -> str:
    """What is wrong with a character, by its class: its own name would tell part of the value."""
    if character in "\r\n":
        return "a line break"
    if character == " ":
        return "" if spaces else "a space"
    if character < " " or character == "\x7f":
        return "a control character"
    if character > "~":
        return "an invisible character" if not character.isprintable() else "a non-ASCII character"
    return ""


def doubts(key: str, secret: str, passphrase: str) -> Iterator[str]:
    """What is unusual but not certainly wrong: only OKX knows which values it has issued."""
    if _HEX32.fullmatch(key) and _UUID.fullmatch(secret):
        yield "key and secret seem to be swapped"
        return
    if not _UUID.fullmatch(key):
        yield "the key is not a UUID, as OKX's are"
    elif key != key.lower():
        yield "the key has capitals, and OKX's have small letters only"
    if _HEX32.fullmatch(passphrase) and not _HEX32.fullmatch(secret):
        yield "the secret and the passphrase seem to be swapped"
        return
    if secret == passphrase:
        yield "secret and passphrase are the same"
    elif not _HEX32.fullmatch(secret):
        quoted = ", and is in quotation marks" if _in_quotes(secret) else ""
        yield f"the secret is not 32 hexadecimal digits, as OKX's are{quoted}"
    elif secret != secret.upper():
        yield "the secret has small letters, and OKX's have capitals only"
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        yield "the passphrase is shorter than the 8 characters that OKX asks for"
    if _in_quotes(passphrase):
        yield "the passphrase is in quotation marks, which are sent as part of it"


def is_like_a_secret(key: str) -> bool:
    """Whether what is said to be a key has the form of a secret."""
    return _HEX32.fullmatch(key) is not None


def _in_quotes(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"


def on_binder(environ: Mapping[str, str]) -> bool:
    """Whether this is a Binder, where strangers run the machine; False where the person insists."""
    insists = environ.get(INSIST, "").strip() == "1"
    return not insists and any(environ.get(name) for name in _BINDER)


def refuse_on_binder(environ: Mapping[str, str]) -> None:
    """Raise CredentialsError where credentials should not be used."""
    if on_binder(environ):
        raise CredentialsError(
            "this is a Binder: its operator can read every key that is used here",
            remedy=f"%okx_login sandbox needs no key; %env {INSIST}=1 insists",
        )


def key_warnings(config: Mapping[str, Any], account: Account) -> tuple[str, ...]:
    """Lines for the receipt. Raises CredentialsError for a key that may withdraw, unless the profile
    has ``allow = ["withdraw"]``.
    """
    rights = {right.strip() for right in str(config.get("perm", "")).split(",")}
    if "withdraw" in rights and "withdraw" not in account.allow:
        raise CredentialsError(
            _REFUSED,
            remedy="make a key without the withdraw permission, or set"
            ' allow = ["withdraw"] in the profile',
        )
    # Keys of demo trading are not deleted.
    if account.environment == "live" and "trade" in rights and not config.get("ip"):
        return (_UNBOUND,)
    return ()
