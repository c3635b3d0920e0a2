"""The signature of OKX v5, as three pure functions.

OKX docs, Overview, REST Authentication: the signature is the Base64 text of the HMAC-SHA256, under
the secret, of ``timestamp + METHOD + target + body``. The target is the path with its query and the
body is the text, both exactly as they travel: nothing here sorts, encodes or completes them.
"""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
