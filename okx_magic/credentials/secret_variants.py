"""A secret in the wrong forms that people end up signing with, each with its mistake.

The functions run inside of :class:`okx_magic.credentials.credentials.Credentials` alone. They take the
secret, the key and the passphrase, all printable ASCII, and fail on none: what cannot be formed is
None. A name tells a place in the secret, never a character.

Tested in ``tests/credentials/test_derived.py``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from okx_magic.credentials.changes import Change, Cost, Mistake, changes, operation, rows, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def derivations(
    secret: str, key: str, passphrase: str
) -> Iterator[tuple[Mistake, str | bytes | None]]:
    """All wrong forms of a secret that have a row in the table of changes, each with its mistake."""
    for mistake, of, _ in _of_secret():
        yield mistake, of(secret)
    values = {"secret": secret, "key": key, "passphrase": passphrase}
    for mistake, _, pieces in rows("other values"):
        template = "".join(pieces or ())
        yield mistake, template.format_map({**values, "bare_key": key.replace("-", "")})


@cache
def _of_secret() -> tuple[Change, ...]:
    return (*changes("s"), *rows("secret"), *_of_words())


def _of_words() -> Iterator[Change]:
    """What is written around, cut off at, or put in the place of a secret, for each of such words."""
    for variable in table()["variables"]:
        yield _row(f"{variable}= before the secret", "around", Cost.ALONE, f"{variable}=…")
    for noun, left, right, _ in table()["around"]:
        name = f"{noun} around the secret and a line break behind"
        yield _row(name, "around", Cost.RARE, f"{left}…{right}\n")
    for mark in table()["marks"]:
        # A shell, a .env file or TOML reads on from here as something else.
        usual = Cost.USUAL if mark in "#$" else Cost.KNOWN
        yield _row(f"the secret cut off at its {mark}", "lost", usual, ["before", mark])
        yield _row(f"the secret cut off up to its {mark}", "lost", Cost.KNOWN, ["behind", mark])
        yield _row(f"the {mark} in the secret lost", "lost", Cost.KNOWN, ["replace", mark, ""])
    for word in table()["placeholders"]:
        yield _row(f"the placeholder {word} for a secret", "placeholder", Cost.ALONE, word)


def _row(name: str, kind: str, cost: int, row: str | list[str]) -> Change:
    return Change(Mistake.of(name, f"s {kind}", cost), operation(row))


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
