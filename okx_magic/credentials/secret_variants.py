"""A secret in the wrong forms that people end up signing with, each with the name of its mistake.

The functions run inside of :class:`okx_magic.credentials.credentials.Credentials` alone. They take the
secret, the key and the passphrase, all printable ASCII, and fail on none: what cannot be formed is
None.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from okx_magic.credentials.codings import CODED
from okx_magic.credentials.text_changes import AROUND, CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Change = Callable[[str], str | bytes | None]
    _Of = Callable[[str, str, str], str | bytes | None]

Kind = Literal["around", "lost", "case", "text", "other value", "placeholder", "coded", "slip"]


class Derivation(NamedTuple):
    """One wrong form of a secret.

    ``name`` completes "signed with …"; ``kind`` groups forms that one remedy puts right; ``of`` makes
    it, of secret, key and passphrase.
    """

    name: str
    kind: Kind
    of: _Of


# A shell, a .env file or TOML reads on from here as something else.
_CUT = "#$&;=:!%^*|<>@~\\"
_NOTHING = {
    "an empty secret": "",
    "the word None for a secret": "None",
    "the word null for a secret": "null",
    "the word undefined for a secret": "undefined",
    "the ********** of a masked value for a secret": "**********",
}
_PLACEHOLDERS = (
    *("{{secretKey}}", "{{secret_key}}", "{{SECRET_KEY}}", "{{apiSecret}}", "{{api_secret}}"),
    *("YOUR_SECRET_KEY", "YOUR_API_SECRET", "YOUR_SECRET", "your_secret_key", "your_api_secret"),
    *("your_secret", "your-secret-key", "your-api-secret", "your-secret", "<secret>", "secret"),
    *("SECRET_KEY", "API_SECRET", "secret_key", "api_secret", "secretKey", "apiSecret", "xxx"),
    *("OKX_SECRET_KEY", "OKX_API_SECRET", "OKX_SECRET", "$OKX_SECRET_KEY", "${OKX_SECRET_KEY}"),
    *("$OKX_API_SECRET", "${OKX_API_SECRET}", "{{ secret }}", "{{secret}}", "{secret}"),
    *("YourSecretKey", "your secret key", "test", "<your secret key>"),
    *("$SECRET_KEY", "${SECRET_KEY}", "%SECRET_KEY%", "%OKX_SECRET_KEY%"),
)


def _table() -> Iterator[Derivation]:
    for each in CHANGES["s"]:
        yield Derivation(each.name, each.kind, _changed(each.of))
    for name, left, right, _ in AROUND:
        line = f"{name} around the secret and a line break behind"
        yield Derivation(line, "around", _within(left, right + "\n"))
    for mark in _CUT:
        yield Derivation(f"the secret cut off at its {mark}", "lost", _before(mark))
        yield Derivation(f"the {mark} in the secret lost", "lost", _without(mark))
        yield Derivation(f"the secret cut off up to its {mark}", "lost", _behind(mark))
    for name, value in _NOTHING.items():
        yield Derivation(name, "placeholder", _constant(value))
    for word in _PLACEHOLDERS:
        yield Derivation(f"the placeholder {word} for a secret", "placeholder", _constant(word))
    for name, pick in _OTHER_VALUES.items():
        yield Derivation(name, "other value", pick)
    changes: tuple[tuple[Kind, dict[str, _Change]], ...] = (
        ("lost", _LOSSES),
        ("case", _CASES),
        ("coded", CODED),
    )
    for kind, table in changes:
        for name, change in table.items():
            yield Derivation(name, kind, _changed(change))


def _changed(change: _Change) -> _Of:
    return lambda secret, _key, _passphrase: change(secret)


def _constant(value: str) -> _Of:
    return lambda _secret, _key, _passphrase: value


def _within(left: str, right: str) -> _Of:
    return lambda secret, _key, _passphrase: left + secret + right


def _without(mark: str) -> _Of:
    return lambda secret, _key, _passphrase: secret.replace(mark, "")


def _before(mark: str) -> _Of:
    return lambda secret, _key, _passphrase: secret.partition(mark)[0] if mark in secret else None


def _behind(mark: str) -> _Of:
    return lambda secret, _key, _passphrase: secret.partition(mark)[2] if mark in secret else None


def _without_variables(secret: str) -> str:
    """What a shell leaves of ``$name`` and ``${name}`` that it does not know."""
    return re.sub(r"\$(?:\w+|\{\w+\})", "", secret)


_LOSSES: dict[str, _Change] = {
    "the first character of the secret lost": lambda secret: secret[1:],
    "the last character of the secret lost": lambda secret: secret[:-1],
    "the first two characters of the secret lost": lambda secret: secret[2:],
    "the last two characters of the secret lost": lambda secret: secret[:-2],
    "the last three characters of the secret lost": lambda secret: secret[:-3],
    "the first and the last character of the secret lost": lambda secret: secret[1:-1],
    "a $name in the secret filled in by the shell": _without_variables,
    "the dashes in the secret lost": lambda secret: secret.replace("-", ""),
    "the zeros at the front of the secret lost": lambda secret: secret.lstrip("0"),
    "only the first 8 characters of the secret": lambda secret: secret[:8],
    "only the first 16 characters of the secret": lambda secret: secret[:16],
    "only the last 16 characters of the secret": lambda secret: secret[-16:],
    "only the first 20 characters of the secret": lambda secret: secret[:20],
    "only the first 24 characters of the secret": lambda secret: secret[:24],
    "the secret written twice": lambda secret: secret * 2,
    "the secret's first character written twice": lambda secret: secret[:1] + secret,
    "the secret's last character written twice": lambda secret: secret + secret[-1:],
    "the secret in reverse": lambda secret: secret[::-1],
}
_CASES: dict[str, _Change] = {
    "the secret's upper and lower case exchanged": str.swapcase,
    "only the first letter of the secret in upper case": str.capitalize,
}
_OTHER_VALUES: dict[str, _Of] = {
    "the passphrase in place of the secret": lambda _s, _k, passphrase: passphrase,
    "the API key in place of the secret": lambda _s, key, _p: key,
    "the API key without dashes in place of the secret": lambda _s, key, _p: key.replace("-", ""),
    "the passphrase behind the secret": lambda secret, _k, passphrase: secret + passphrase,
    "the passphrase before the secret": lambda secret, _k, passphrase: passphrase + secret,
    "the API key behind the secret": lambda secret, key, _p: secret + key,
    "the API key before the secret": lambda secret, key, _p: key + secret,
    "secret and passphrase joined by a colon": lambda secret, _k, passphrase: (
        f"{secret}:{passphrase}"
    ),
    "API key and secret joined by a colon": lambda secret, key, _p: f"{key}:{secret}",
    "secret and passphrase joined by &": lambda secret, _k, passphrase: f"{secret}&{passphrase}",
    "an & behind the secret (as OAuth 1 does)": lambda secret, _k, _p: secret + "&",
}


DERIVATIONS: tuple[Derivation, ...] = tuple(_table())
