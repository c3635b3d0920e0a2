"""The seam by which signatures are examined: digests under a secret's wrong forms, and no form itself.

Whoever asks gets names and functions from messages to digests. The secret's text stays in frames
that no traceback shows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from okx_magic.credentials.macs import mac
from okx_magic.credentials.secret_variants import DERIVATIONS
from okx_magic.credentials.typos import remains, slips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.credentials.macs import Mac, Scheme
    from okx_magic.credentials.secret_variants import Kind

# Of SHA-256, in bytes; longer keys are hashed instead of filled up.
_BLOCK = 64

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Derived(NamedTuple):
    """One form of a secret, unseen.

    ``names`` are all mistakes that give this form, each with its kind; none for the right form.
    ``mac`` gives the digest function under this form.
    """

    names: tuple[tuple[str, Kind], ...]
    mac: Callable[[Scheme], Mac]


def wrong_forms(secret: str, key: str, passphrase: str) -> tuple[Derived, ...]:
    """The right form, then every different one, with all mistakes that lead to it."""
    named = (
        (each.name, each.kind, form)
        for each in DERIVATIONS
        if (form := each.of(secret, key, passphrase)) is not None
    )
    right, *wrong = _grouped(secret.encode(), named)
    return (right, *wrong)


def slipped_forms(secret: str) -> tuple[Derived, ...]:
    """Every form that a slip of typing or reading makes of the secret, and all that can be left of it."""
    named: list[tuple[str, Kind, str | bytes]] = [
        *((name, "lost", form) for name, form in remains(secret)),
        *((name, "slip", form) for name, form in slips(secret)),
    ]
    _, *wrong = _grouped(secret.encode(), named)
    return tuple(wrong)


def _grouped(right: bytes, named: Iterable[tuple[str, Kind, str | bytes]]) -> list[Derived]:
    forms = {_as_key(right): right}
    names: dict[bytes, list[tuple[str, Kind]]] = {_as_key(right): []}
    for name, kind, form in named:
        plain = form.encode() if isinstance(form, str) else form
        key = _as_key(plain)
        if key != _as_key(right):
            forms.setdefault(key, plain)
            names.setdefault(key, []).append((name, kind))
    make = sealed(_maker(tuple(forms.values())))
    return [
        Derived(tuple(all_names), partial(make, number))
        for number, all_names in enumerate(names.values())
    ]


def _as_key(form: bytes) -> bytes:
    """The form without NULs at its end: HMAC fills up a key with them (RFC 2104, section 2)."""
    return form.rstrip(b"\0") if len(form) <= _BLOCK else form


def _maker(forms: tuple[bytes, ...]) -> Callable[[int, Scheme], Mac]:
    def make(number: int, scheme: Scheme) -> Mac:
        return mac(forms[number], scheme)

    return make


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
