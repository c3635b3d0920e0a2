"""What fingers and eyes make of a secret: the wrong texts of which there are hundreds or thousands.

They run where ``secret_variants`` does. A name tells the place, never a character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# A field of a database, or a selection by hand, holds fewer characters than that.
_SHORTEST_CUT = 4
# What pages and logs put between the ends of a secret that they show.
_MASKS = {"three dots": "...", "an ellipsis": "\u2026", "three stars": "***", "four stars": "****"}


def remains(secret: str) -> Iterator[tuple[str, str]]:
    """What is left of a secret that was cut off anywhere, or masked: name and text of each."""
    for length in range(_SHORTEST_CUT, len(secret)):
        yield f"only the first {length} characters of the secret", secret[:length]
        yield f"only the last {length} characters of the secret", secret[-length:]
    yield "stars in place of the secret", "*" * len(secret)
    yield "dots in place of the secret", "\u2022" * len(secret)
    for name, mask in _MASKS.items():
        for ends in (3, 4):
            told = f"the secret masked, {ends} characters, {name}, {ends} characters"
            yield told, secret[:ends] + mask + secret[-ends:]


# What a keyboard can type.
_CHARACTERS = "".join(map(chr, range(33, 127)))


def slips(secret: str) -> Iterator[tuple[str, str]]:
    """The secret with one slip of typing or reading, for each: its name and the wrong text.

    The name tells the place, never a character.
    """
    for at in range(len(secret)):
        before, here, behind = secret[:at], secret[at], secret[at + 1 :]
        yield f"the character at position {at + 1} of the secret left out", before + behind
        yield (
            f"the character at position {at + 1} of the secret typed twice",
            (before + here + here + behind),
        )
        if behind:
            swapped = before + behind[0] + here + behind[1:]
            yield (
                f"the characters at positions {at + 1} and {at + 2} of the secret swapped",
                swapped,
            )
        for other in _CHARACTERS:
            yield f"another character at position {at + 1} of the secret", before + other + behind
