"""The seam by which signatures are examined: digests under a secret's wrong forms, and no form itself.

Whoever asks gets mistakes and functions from messages to digests. The secret's text stays in frames
that no traceback shows. A mistake tells a place in the secret, never a character. The three texts are
printable ASCII, and no form fails: what cannot be made is None.

Tested in ``tests/credentials/test_derived.py``.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from okx_magic.credentials.changes import (
    Change,
    Cost,
    Mistake,
    Wrong,
    changes,
    operation,
    rows,
    table,
)
from okx_magic.credentials.macs import mac

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from okx_magic.credentials.macs import Mac, Scheme

    # One form of a secret, unseen: it gives the digest function of a scheme.
    MacOf = Callable[[Scheme], Mac]

# Of SHA-256, in bytes; longer keys are hashed instead of filled up.
_BLOCK: Final = 64
# No prehash holds such bytes. They stand for the values, which are put in within the seam.
KEY: Final = b"\0key\0"
SECRET: Final = b"\0secret\0"
PASSPHRASE: Final = b"\0passphrase\0"

_P = ParamSpec("_P")
_R = TypeVar("_R")


def wrong_forms(secret: str, key: str, passphrase: str) -> tuple[Wrong[MacOf], ...]:
    """The right form, then every different one, with all mistakes that lead to it."""
    made = derivations(secret, key, passphrase)
    return _grouped(secret.encode(), ((told, form) for told, form in made if form is not None))


def slipped_forms(secret: str) -> tuple[Wrong[MacOf], ...]:
    """Every form that a slip of typing or reading makes of the secret, and all that can be left of it."""
    found = (("s lost", _remains(secret)), ("s slip", slips(secret)))
    made = (
        (Mistake.of(name, kind, Cost.RARE), form) for kind, each in found for name, form in each
    )
    return _grouped(secret.encode(), made)[1:]


def _grouped(right: bytes, made: Iterable[tuple[Mistake, str | bytes]]) -> tuple[Wrong[MacOf], ...]:
    forms = {_as_key(right): right}
    mistakes: dict[bytes, list[Mistake]] = {_as_key(right): []}
    for mistake, form in made:
        plain = form.encode() if isinstance(form, str) else form
        key = _as_key(plain)
        if key != _as_key(right):
            forms.setdefault(key, plain)
            mistakes.setdefault(key, []).append(mistake)
    known = tuple(forms.values())
    make = sealed(lambda number, scheme: mac(known[number], scheme))
    return tuple(
        Wrong(partial(make, number), tuple(told[:1]), tuple(told[1:]))
        for number, told in enumerate(mistakes.values())
    )


def _as_key(form: bytes) -> bytes:
    """The form without NULs at its end: HMAC fills up a key with them (RFC 2104, section 2)."""
    return form.rstrip(b"\0") if len(form) <= _BLOCK else form


def filled_macs(secret: str, key: str, passphrase: str) -> Callable[[Scheme], Mac]:
    """The digest functions under the secret, by their scheme, for messages with marks in them.

    Some programs sign not only under the secret, but with it or with the key in the text.
    """
    values = {KEY: key.encode(), SECRET: secret.encode(), PASSPHRASE: passphrase.encode()}

    def filled(message: bytes) -> bytes:
        for mark, value in values.items():
            message = message.replace(mark, value)
        return message

    def made(scheme: Scheme) -> Mac:
        digest = mac(values[SECRET], scheme)
        return sealed(lambda message: digest(filled(message)))

    return sealed(made)


def sealed(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, whose failure or interruption comes out without the frames it went through.

    Their locals hold the secret, and a verbose traceback would show them.
    """

    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return function(*args, **kwargs)
        except BaseException as failure:  # noqa: BLE001 - raised again, whatever it is
            raise failure.with_traceback(None) from None

    return call


# ---- the forms ------------------------------------------------------------------------------------


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
    around = (
        Change(
            Mistake.of(f"{noun} around the secret and a line break behind", "s around", Cost.RARE),
            operation(f"{left}…{right}\n"),
        )
        for noun, left, right, _ in table()["around"]
    )
    return (*changes("s"), *rows("secret"), *rows("secret words"), *around)


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


def _remains(secret: str) -> Iterator[tuple[str, str]]:
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
