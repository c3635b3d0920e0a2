"""Credentials that sign and cannot be read.

The three values live in the closure of two functions and nowhere else, so no attribute, repr, copy,
pickle or traceback of a :class:`Credentials` holds them. This protects from accidents, not from
code in the same process: ``__closure__`` still reaches them.

The signature of OKX v5 is three pure functions. OKX docs, Overview, REST Authentication: it is the
Base64 text of the HMAC-SHA256, under the secret, of ``timestamp + METHOD + target + body``. The target is
the path with its query and the body is the text, both exactly as they travel: nothing here sorts, encodes
or completes them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Never

from okx_magic.credentials.checks import checked, doubts, is_like_a_secret
from okx_magic.credentials.derived import filled_macs, sealed, slipped_forms, wrong_forms
from okx_magic.credentials.redaction import MARK, pseudonym, redactor, replacer, without_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from okx_magic.credentials.changes import Wrong
    from okx_magic.credentials.derived import MacOf
    from okx_magic.credentials.macs import Mac, Scheme
    from okx_magic.errors import OkxMagicError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# Of a shorter key, six characters would be most of it.
_LONG_ENOUGH: Final = 12
# A passphrase may be a common word; nothing has so many characters of a secret by chance.
_NO_CHANCE: Final = 16
_BETWEEN: Final = re.compile(r"[\s,;|]+")


def timestamp_text(milliseconds: int) -> str:
    """A time in ms since 1970 as OKX wants it in ``OK-ACCESS-TIMESTAMP``.

    That is ISO 8601 in UTC, always with three digits of milliseconds and ``Z``: 24 characters, as
    in ``2020-12-08T09:08:57.715Z``.
    """
    # Whole numbers throughout: as a float of seconds, some milliseconds would come out one lower.
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def prehash(timestamp: str, method: str, target: str, body: bytes) -> bytes:
    """The bytes that are signed.

    ``target`` and ``body`` are those of the request as it will be sent, ``timestamp`` is the text
    of the header; an absent body is ``b""``.
    """
    return f"{timestamp}{method}{target}".encode() + body


def signature(secret: str, message: bytes) -> str:
    """Base64 (standard alphabet, padded) of the HMAC-SHA256 of ``message``.

    The secret is taken as text: it looks like hexadecimal digits, but OKX does not decode it.
    """
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode("ascii")


class Credentials:
    """An API key with its secret and passphrase, able to sign and unable to be read.

    Spaces and line breaks around the values are removed. An empty value, or a character that an
    HTTP header cannot have, raises ``CredentialsError``, which names the field, ``source`` and the
    position of the character, never the value. ``hint`` is the shortened key (``985…083``),
    ``tail`` its last four characters, ``key_hash`` tells keys apart without showing them;
    ``warnings`` says what looks unusual about the values without showing them.

    Two credentials are equal only if they are the same object; they cannot be pickled or copied.
    """

    __slots__ = (
        "_filled",
        "_headers",
        "_name",
        "_pseudonymize",
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
        plain_key = checked(f"key{origin}", key)
        plain_secret = checked(f"secret{origin}", secret)
        plain_passphrase = checked(f"passphrase{origin}", passphrase, spaces=True)
        self._headers = _signer(plain_key, plain_secret, plain_passphrase)
        self._wrong, self._slipped = _deriver(plain_key, plain_secret, plain_passphrase)
        self._filled = filled_macs(plain_secret, plain_key, plain_passphrase)
        # A key that looks like a secret is one: the two were swapped.
        swapped = is_like_a_secret(plain_key)
        self._redact = redactor((plain_secret, plain_passphrase, *([plain_key] * swapped)))
        self._name, self._pseudonymize = _pseudonymizer(plain_key, plain_secret, plain_passphrase)
        self.hint = "…" if swapped else _hint(plain_key)
        self.tail = plain_key[-4:] if len(plain_key) >= _LONG_ENOUGH and not swapped else ""
        self.key_hash = hashlib.sha256(plain_key.encode()).hexdigest()[:16]
        self.warnings = tuple(doubts(plain_key, plain_secret, plain_passphrase))

    def headers(self, timestamp: str, method: str, target: str, body: bytes) -> dict[str, str]:
        """The four ``OK-ACCESS-*`` headers of a request with exactly this target and body.

        OKX docs, Overview, REST Authentication, Making Requests.
        """
        # The message is made here: should an argument be invalid, no secret is in the traceback.
        return self._headers(timestamp, prehash(timestamp, method, target, body))

    def wrong_forms(self) -> tuple[Wrong[MacOf], ...]:
        """The secret, and each wrong form of it that people sign with, as digest functions.

        The first is the right form. Forms that are the same for these values are one.
        """
        return self._wrong()

    def slipped_forms(self) -> tuple[Wrong[MacOf], ...]:
        """The thousands of forms that one typing mistake makes of the secret, as digest functions."""
        return self._slipped()

    def filled_mac(self, scheme: Scheme) -> Mac:
        """The digest function under the secret for messages with the marks of
        :mod:`okx_magic.credentials.filling`, which stand for the key, the secret and the passphrase.
        """
        return self._filled(scheme)

    def redact(self, text: str) -> str:
        """The text with the secret and the passphrase replaced by ``«secret»``.

        They are found in each form in which they could have got into it: plain, URL, JSON, HTML,
        Base64 and repr. The key stays; it is no secret.
        """
        try:
            return self._redact(text)
        except BaseException as failure:  # noqa: BLE001  # raised again, whatever it is
            # The secrets are in its frames.
            raise without_frames(failure) from None

    def clean(self, error: OkxMagicError) -> None:
        """Take the secrets out of what an error says: the value of an expression, or of an option, may be
        one. Then it has no causes either, which would say it as well.
        """
        said, remedy = self.redact(error.message), self.redact(error.remedy)
        if (said, remedy) != (error.message, error.remedy):
            error.message, error.remedy, error.args = said, remedy, (said,)
            error.__cause__ = error.__context__ = None

    def owns(self, text: str) -> bool:
        """Whether the text is the secret or the passphrase, in any of the forms that ``redact`` finds, or
        has one of them as a piece of its own, or as a part that is too long to be there by chance.
        """
        left = self.redact(text)
        found = left.count(MARK)
        if left == MARK or not found:
            return left == MARK
        removed = len(text) - len(left) + found * len(MARK)
        return removed >= found * _NO_CHANCE or MARK in _BETWEEN.split(left)

    def owned(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Those of the texts that it ``owns``, each once."""
        return tuple(filter(self.owns, dict.fromkeys(texts)))

    def pseudonyms(self, salt: bytes) -> dict[str, str]:
        """What ``pseudonymize`` writes for ``key``, ``secret`` and ``passphrase``."""
        return self._name(salt)

    def pseudonymize(self, text: str, salt: bytes) -> str:
        """As ``redact``, for a text that strangers may read: the key and its hint go as well, and
        each value has a pseudonym that is the same wherever the salt is the same.
        """
        return self._pseudonymize(salt, text)

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


def _pseudonymizer(
    key: str, secret: str, passphrase: str
) -> tuple[Callable[[bytes], dict[str, str]], Callable[[bytes, str], str]]:
    values = {"passphrase": passphrase, "secret": secret, "key": key}

    def name(salt: bytes) -> dict[str, str]:
        return {kind: pseudonym(kind, value, salt) for kind, value in values.items()}

    def pseudonymize(salt: bytes, text: str) -> str:
        names = name(salt)
        marks = {value: names[kind] for kind, value in values.items()}
        return replacer({_hint(key): names["key"], **marks})(text)

    return sealed(name), sealed(pseudonymize)


def _deriver(
    key: str, secret: str, passphrase: str
) -> tuple[Callable[[], tuple[Wrong[MacOf], ...]], Callable[[], tuple[Wrong[MacOf], ...]]]:
    def wrong() -> tuple[Wrong[MacOf], ...]:
        return wrong_forms(secret, key, passphrase)

    def slipped() -> tuple[Wrong[MacOf], ...]:
        return slipped_forms(secret)

    return sealed(wrong), sealed(slipped)


def _hint(key: str) -> str:
    return f"{key[:3]}…{key[-3:]}" if len(key) >= _LONG_ENOUGH else "…"
