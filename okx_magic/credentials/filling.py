"""Messages with places for the key, the secret and the passphrase, filled where nobody looks.

Some programs sign not only under the secret, but with it or with the key in the text. Whoever looks
for that builds the text with marks; the values are put in within the seam.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from okx_magic.credentials.derived import sealed
from okx_magic.credentials.macs import mac

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.credentials.macs import Mac, Scheme

# No prehash holds such bytes.
KEY: Final = b"\0key\0"
SECRET: Final = b"\0secret\0"
PASSPHRASE: Final = b"\0passphrase\0"


def filled_macs(secret: str, key: str, passphrase: str) -> Callable[[Scheme], Mac]:
    """The digest functions under the secret, by their scheme, for messages with marks."""
    values = {KEY: key.encode(), SECRET: secret.encode(), PASSPHRASE: passphrase.encode()}

    def filled(message: bytes) -> bytes:
        for mark, value in values.items():
            message = message.replace(mark, value)
        return message

    def made(scheme: Scheme) -> Mac:
        digest = mac(values[SECRET], scheme)
        return sealed(lambda message: digest(filled(message)))

    return sealed(made)
