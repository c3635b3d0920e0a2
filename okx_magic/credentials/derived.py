"""The seam by which signatures are examined: digests under a secret's wrong forms, and no form itself.

Whoever asks gets mistakes and functions from messages to digests. The secret's text stays in frames
that no traceback shows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, ParamSpec, TypeVar

from okx_magic.credentials.changes import Cost, Mistake
from okx_magic.credentials.macs import mac
from okx_magic.credentials.secret_variants import derivations, remains, slips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.credentials.macs import Mac, Scheme

# Of SHA-256, in bytes; longer keys are hashed instead of filled up.
_BLOCK: Final = 64
# No prehash holds such bytes. They stand for the values, which are put in within the seam.
KEY: Final = b"\0key\0"
SECRET: Final = b"\0secret\0"
PASSPHRASE: Final = b"\0passphrase\0"

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Derived(NamedTuple):
    """One form of a secret, unseen.

    ``mistakes`` are all that give this form; none for the right form. ``mac`` gives the digest
    function under this form.
    """

    mistakes: tuple[Mistake, ...]
    mac: Callable[[Scheme], Mac]


def wrong_forms(secret: str, key: str, passphrase: str) -> tuple[Derived, ...]:
    """The right form, then every different one, with all mistakes that lead to it."""
    made = derivations(secret, key, passphrase)
    return _grouped(secret.encode(), ((told, form) for told, form in made if form is not None))


def slipped_forms(secret: str) -> tuple[Derived, ...]:
    """Every form that a slip of typing or reading makes of the secret, and all that can be left of it."""
    made = (
        *((Mistake.of(name, "s lost", Cost.RARE), form) for name, form in remains(secret)),
        *((Mistake.of(name, "s slip", Cost.RARE), form) for name, form in slips(secret)),
    )
    return _grouped(secret.encode(), made)[1:]


def _grouped(right: bytes, made: Iterable[tuple[Mistake, str | bytes]]) -> tuple[Derived, ...]:
    forms = {_as_key(right): right}
    mistakes: dict[bytes, list[Mistake]] = {_as_key(right): []}
    for mistake, form in made:
        plain = form.encode() if isinstance(form, str) else form
        key = _as_key(plain)
        if key != _as_key(right):
            forms.setdefault(key, plain)
            mistakes.setdefault(key, []).append(mistake)
    make = sealed(_maker(tuple(forms.values())))
    return tuple(
        Derived(tuple(each), partial(make, number)) for number, each in enumerate(mistakes.values())
    )


def _as_key(form: bytes) -> bytes:
    """The form without NULs at its end: HMAC fills up a key with them (RFC 2104, section 2)."""
    return form.rstrip(b"\0") if len(form) <= _BLOCK else form


def _maker(forms: tuple[bytes, ...]) -> Callable[[int, Scheme], Mac]:
    return lambda number, scheme: mac(forms[number], scheme)


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
