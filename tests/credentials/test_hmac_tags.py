"""174 tags, right and wrong, as signatures: judged by openssl, by the signer, and by the sandbox, whose
judge shares no code with the signer.
"""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest
from openssl import NEEDS_OPENSSL, tags

from okx_magic.credentials.credentials import signature
from okx_magic.sandbox.gateway import RawRequest, authenticate
from okx_magic.sandbox.keys import Keys
from okx_magic.sandbox.replies import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = NEEDS_OPENSSL

KEY = "00000000-aaaa-bbbb-cccc-000000000001"
PASSPHRASE = "fake-pass-1"
STAMP = "2024-05-06T07:08:09.010Z"
BEFORE = f"{STAMP}POST/x".encode()


@dataclass(frozen=True)
class Tag:
    """``message`` is what is signed of a request with a body of any bytes."""

    secret: str
    message: bytes
    tag: bytes
    valid: bool


def _secrets(chance: random.Random) -> Iterator[str]:
    """Of every length around a block of the hash, and beyond ASCII."""
    for length in (*range(1, 34), 55, 56, 63, 64, 65, 66, 100, 127, 128, 129, 200):
        yield "".join(chance.choice("0123456789ABCDEF") for _ in range(length))
    for length in range(1, 23):
        yield "".join(chance.choice("aé测\U0001f4b9") for _ in range(length))


def _wrong(tag: bytes, other: bytes, chance: random.Random) -> Iterator[bytes]:
    bit = chance.randrange(256)
    yield bytes(byte ^ (1 << bit % 8 if place == bit // 8 else 0) for place, byte in enumerate(tag))
    yield chance.choice(
        [tag[:-1], tag[:16], tag + b"\0", tag[::-1], b"", bytes(32), b"\xff" * 32, other]
    )


@cache
def all_tags() -> tuple[Tag, ...]:
    """66 that are right and 108 that are wrong: a bit changed, cut, longer, turned round, another's."""
    chance = random.Random(256)  # noqa: S311  # not for secrets
    pairs = [
        (secret, BEFORE + chance.randbytes(place * 1000 // 65))
        for place, secret in enumerate(_secrets(chance))
    ]
    right = tags((secret.encode(), message) for secret, message in pairs)
    found = [Tag(*pair, tag, valid=True) for pair, tag in zip(pairs, right, strict=True)]
    wrong = [
        Tag(each.secret, each.message, tag, valid=False)
        for each, other in zip(found, [*right[1:], right[0]], strict=True)
        for tag in _wrong(each.tag, other, chance)
    ]
    return (*found, *wrong[:108])


def test_tags_are_judged_as_openssl_does() -> None:
    """Of 174 tags the signer makes the 66 right ones and none of the 108 others."""
    judged = [
        base64.b64decode(signature(each.secret, each.message)) == each.tag for each in all_tags()
    ]
    assert judged == [each.valid for each in all_tags()]
    assert (sum(judged), len(judged)) == (66, 174)


def test_the_sandbox_judges_them_in_the_same_way() -> None:
    """Each as the signature of a request whose body fits: 66 pass, 108 do not."""
    for each in all_tags():
        headers = {
            "ok-access-key": KEY,
            "ok-access-sign": base64.b64encode(each.tag).decode(),
            "ok-access-timestamp": STAMP,
            "ok-access-passphrase": PASSPHRASE,
        }
        asked = RawRequest("POST", "/x", headers, each.message.removeprefix(BEFORE))
        keyring = {KEY: Keys(KEY, each.secret, PASSPHRASE, "live")}
        if each.valid:
            assert authenticate(asked, keyring, 1_714_979_289.01).key == KEY
        else:
            with pytest.raises(RefusalError) as caught:
                authenticate(asked, keyring, 1_714_979_289.01)
            assert caught.value.code == ("50113" if each.tag else "50106")
