"""Credentials that sign and do not tell.

The three values live in the closure of two functions and nowhere else, so no attribute, repr, copy,
pickle or traceback of a :class:`Credentials` holds them. This guards against accidents, not against
code in the same process: ``__closure__`` still reaches them.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, Never

from okx_magic.credentials.derived import sealed, slipped_forms, wrong_forms
from okx_magic.credentials.filling import filled_macs
from okx_magic.credentials.redaction import pseudonym, redactor, replacer
from okx_magic.credentials.signing import prehash, signature
from okx_magic.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.credentials.derived import Derived
    from okx_magic.credentials.macs import Mac, Scheme

# What copying drags along at either end. Narrower than str.strip, which would also take off a
# no-break space: that one is a mistake the person should hear of.
BLANKS: Final = " \t\r\n"

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_HEX32: Final = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
# OKX asks for 8 to 32 characters when a key is made (OKX docs, Overview, API key Creation).
_SHORTEST_PASSPHRASE: Final = 8
# Of a shorter key, six characters would be most of it.
_LONG_ENOUGH: Final = 12


class Credentials:
    """An API key with its secret and passphrase, able to sign and unable to be read.

    Blanks around the values are taken off. An empty value, or one with a character that cannot
    stand in an HTTP header, is a ``CredentialsError`` that names the field, ``source`` and the
    position of the character, never the value. ``hint`` is the shortened key (``985…083``),
    ``tail`` its last four characters, ``key_hash`` tells keys apart without showing them;
    ``warnings`` says what looks unusual about the values without showing them.

    Two credentials are equal only if they are the same object; they cannot be pickled or copied.
    """

    __slots__ = (
        "_disguise",
        "_filled",
        "_headers",
        "_name",
        "_redact",
        "_slipped",
        "_wrong",
        "hint",
        "key_hash",
        "tail",
        "warnings",
    )

    hint: Final[str]
    key_hash: Final[str]
    tail: Final[str]
    warnings: Final[tuple[str, ...]]

    def __init__(self, key: str, secret: str, passphrase: str, *, source: str = "") -> None:
        origin = f" from {source}" if source else ""
        plain_key = _checked(f"key{origin}", key)
        plain_secret = _checked(f"secret{origin}", secret)
        plain_passphrase = _checked(f"passphrase{origin}", passphrase, spaces=True)
        self._headers = _signer(plain_key, plain_secret, plain_passphrase)
        self._wrong, self._slipped = _deriver(plain_key, plain_secret, plain_passphrase)
        self._filled = filled_macs(plain_secret, plain_key, plain_passphrase)
        self._redact = redactor((plain_secret, plain_passphrase))
        self._name, self._disguise = _disguiser(plain_key, plain_secret, plain_passphrase)
        self.hint = _hint(plain_key)
        self.tail = plain_key[-4:] if len(plain_key) >= _LONG_ENOUGH else ""
        self.key_hash = hashlib.sha256(plain_key.encode()).hexdigest()[:16]
        self.warnings = tuple(_doubts(plain_key, plain_secret, plain_passphrase))

    def headers(self, timestamp: str, method: str, target: str, body: bytes) -> dict[str, str]:
        """The four ``OK-ACCESS-*`` headers of a request with exactly this target and body.

        OKX docs, Overview, REST Authentication, Making Requests.
        """
        # The message is made here, where no secret is in sight should an argument be unfit.
        return self._headers(timestamp, prehash(timestamp, method, target, body))

    def wrong_forms(self) -> tuple[Derived, ...]:
        """The secret, and each wrong form of it that people sign with, as digest functions.

        The first is the right form. Forms that are the same for these values are one.
        """
        return self._wrong()

    def slipped_forms(self) -> tuple[Derived, ...]:
        """The some thousand forms that one slip of typing makes of the secret, as digest functions."""
        return self._slipped()

    def filled_mac(self, scheme: Scheme) -> Mac:
        """The digest function under the secret for messages with the marks of
        :mod:`okx_magic.credentials.filling`, in whose places the key, the secret and the passphrase go.
        """
        return self._filled(scheme)

    def redact(self, text: str) -> str:
        """The text with the secret and the passphrase replaced by ``«secret»``.

        They are found in each form in which they could have got into it: plain, URL, JSON, HTML,
        Base64 and repr. The key stays; it is no secret.
        """
        return self._redact(text)

    def pseudonyms(self, salt: bytes) -> dict[str, str]:
        """What ``disguise`` puts in the place of ``key``, ``secret`` and ``passphrase``."""
        return self._name(salt)

    def disguise(self, text: str, salt: bytes) -> str:
        """As ``redact``, for a text that strangers may read: the key and its hint go as well, and
        each value has a pseudonym that is the same wherever the salt is the same.
        """
        return self._disguise(salt, text)

    def __repr__(self) -> str:
        return f"<okx credentials {self.hint}>"

    # pickle, copy.copy and copy.deepcopy all come through here.
    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("credentials cannot be pickled or copied")


def _signer(key: str, secret: str, passphrase: str) -> Callable[[str, bytes], dict[str, str]]:
    def headers(timestamp: str, message: bytes) -> dict[str, str]:
        return {
            "OK-ACCESS-KEY": key,
            "OK-ACCESS-SIGN": signature(secret, message),
            "OK-ACCESS-TIMESTAMP": timestamp,
            "OK-ACCESS-PASSPHRASE": passphrase,
        }

    return headers


def _disguiser(
    key: str, secret: str, passphrase: str
) -> tuple[Callable[[bytes], dict[str, str]], Callable[[bytes, str], str]]:
    values = {"passphrase": passphrase, "secret": secret, "key": key}

    def name(salt: bytes) -> dict[str, str]:
        return {kind: pseudonym(kind, value, salt) for kind, value in values.items()}

    def disguise(salt: bytes, text: str) -> str:
        names = name(salt)
        marks = {value: names[kind] for kind, value in values.items()}
        return replacer({_hint(key): names["key"], **marks})(text)

    return sealed(name), sealed(disguise)


def _deriver(
    key: str, secret: str, passphrase: str
) -> tuple[Callable[[], tuple[Derived, ...]], Callable[[], tuple[Derived, ...]]]:
    def wrong() -> tuple[Derived, ...]:
        return wrong_forms(secret, key, passphrase)

    def slipped() -> tuple[Derived, ...]:
        return slipped_forms(secret)

    return sealed(wrong), sealed(slipped)


def _checked(field: str, value: str, *, spaces: bool = False) -> str:
    """The value without blanks at its ends; an error tells a character by its place alone."""
    plain = value.strip(BLANKS)
    if not plain:
        raise CredentialsError(f"the {field} is empty")
    start = value.index(plain) + 1
    for position, character in enumerate(plain, start):
        fault = _fault(character, spaces=spaces)
        if fault:
            raise CredentialsError(
                f"the {field} has {fault} at position {position}",
                remedy="copy it again from the page of the key on OKX",
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


def _hint(key: str) -> str:
    return f"{key[:3]}…{key[-3:]}" if len(key) >= _LONG_ENOUGH else "…"


def _doubts(key: str, secret: str, passphrase: str) -> Iterator[str]:
    """What is unusual, yet not certainly wrong: OKX alone knows which values it has given out."""
    if _HEX32.fullmatch(key) and _UUID.fullmatch(secret):
        yield "key and secret seem to be swapped"
        return
    if not _UUID.fullmatch(key):
        yield "the key is not a UUID, as OKX's are"
    if _HEX32.fullmatch(passphrase) and not _HEX32.fullmatch(secret):
        yield "the secret and the passphrase seem to be swapped"
        return
    if secret == passphrase:
        yield "secret and passphrase are the same"
    elif not _HEX32.fullmatch(secret):
        quoted = ", and stands in quotation marks" if _in_quotes(secret) else ""
        yield f"the secret is not 32 hexadecimal digits, as OKX's are{quoted}"
    if len(passphrase) < _SHORTEST_PASSPHRASE:
        yield "the passphrase is shorter than the 8 characters that OKX asks for"
    if _in_quotes(passphrase):
        yield "the passphrase stands in quotation marks, which are sent as part of it"


def _in_quotes(text: str) -> bool:
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
