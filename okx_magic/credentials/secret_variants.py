"""A secret in the wrong forms that people end up signing with, each with its mistake.

The functions run inside of :class:`okx_magic.credentials.credentials.Credentials` alone. They take the
secret, the key and the passphrase, all printable ASCII, and fail on none: what cannot be formed is
None. A name tells a place in the secret, never a character.

Tested in ``tests/credentials/test_derived.py``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from okx_magic.credentials.changes import (
    ALONE,
    KNOWN,
    RARE,
    USUAL,
    Mistake,
    changes,
    operation,
    rows,
    table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    _Of = Callable[[str, str, str], str | bytes | None]


class Derivation(NamedTuple):
    """One wrong form of a secret: its mistake, and ``of``, which makes it, of secret, key, passphrase."""

    mistake: Mistake
    of: _Of


@cache
def derivations() -> tuple[Derivation, ...]:
    """All wrong forms that have a row in the table of changes."""
    return tuple(_derivations())


def _derivations() -> Iterator[Derivation]:
    for mistake, of, _ in (*changes("s"), *rows("secret")):
        yield Derivation(mistake, _of_secret(of))
    for variable in table()["variables"]:
        yield _made(f"{variable}= before the secret", "around", ALONE, f"{variable}=…")
    for noun, left, right, _ in table()["around"]:
        name = f"{noun} around the secret and a line break behind"
        yield _made(name, "around", RARE, f"{left}…{right}\n")
    for mark in table()["marks"]:
        # A shell, a .env file or TOML reads on from here as something else.
        usual = USUAL if mark in "#$" else KNOWN
        yield _made(f"the secret cut off at its {mark}", "lost", usual, ["before", mark])
        yield _made(f"the secret cut off up to its {mark}", "lost", KNOWN, ["behind", mark])
        yield _made(f"the {mark} in the secret lost", "lost", KNOWN, ["replace", mark, ""])
    for word in table()["placeholders"]:
        yield _made(f"the placeholder {word} for a secret", "placeholder", ALONE, word)
    for mistake, _, pieces in rows("other values"):
        yield Derivation(mistake, _filled("".join(pieces or ())))


def _made(name: str, kind: str, cost: int, row: str | list[str]) -> Derivation:
    return Derivation(Mistake.of(name, f"s {kind}", cost), _of_secret(operation(row)))


def _of_secret(change: Callable[[str], str | bytes | None]) -> _Of:
    return lambda secret, _key, _passphrase: change(secret)


def _filled(template: str) -> _Of:
    return lambda secret, key, passphrase: template.format(
        secret=secret, key=key, bare_key=key.replace("-", ""), passphrase=passphrase
    )


# A field of a database, or a selection by hand, holds fewer characters than that.
_SHORTEST_CUT: Final = 4
# What pages and logs put between the ends of a secret that they show.
_MASKS: Final = {
    "three dots": "...",
    "an ellipsis": "…",
    "three stars": "***",
    "four stars": "****",
}
# What a keyboard can type.
_CHARACTERS: Final = "".join(map(chr, range(33, 127)))


def remains(secret: str) -> Iterator[tuple[str, str]]:
    """What is left of a secret that was cut off anywhere, or masked: name and text of each."""
    for length in range(_SHORTEST_CUT, len(secret)):
        yield f"only the first {length} characters of the secret", secret[:length]
        yield f"only the last {length} characters of the secret", secret[-length:]
    yield "stars in place of the secret", "*" * len(secret)
    yield "dots in place of the secret", "•" * len(secret)
    for name, mask in _MASKS.items():
        for ends in (3, 4):
            told = f"the secret masked, {ends} characters, {name}, {ends} characters"
            yield told, secret[:ends] + mask + secret[-ends:]


def slips(secret: str) -> Iterator[tuple[str, str]]:
    """The secret with one slip of typing or reading, for each: its name and the wrong text."""
    for at in range(len(secret)):
        before, here, behind = secret[:at], secret[at], secret[at + 1 :]
        place = f"character at position {at + 1} of the secret"
        yield f"the {place} left out", before + behind
        yield f"the {place} typed twice", before + here + here + behind
        if behind:
            both = f"the characters at positions {at + 1} and {at + 2} of the secret swapped"
            yield both, before + behind[0] + here + behind[1:]
        for other in _CHARACTERS:
            yield f"another {place}", before + other + behind
