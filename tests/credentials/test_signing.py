"""The signature against fixed vectors, a standard, and implementations that nobody here wrote."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.credentials.credentials import Credentials, prehash, signature, timestamp_text

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = json.loads((Path(__file__).parent / "signing_vectors.json").read_text("utf-8"))
SECRET = FILE["secret"]
vectors = pytest.mark.parametrize("vector", FILE["vectors"], ids=lambda vector: vector["name"])

# RFC 4231, sections 4.2 to 4.8 (4.6 tests truncation, which OKX does not use).
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (
        b"Jefe",
        b"what do ya want for nothing?",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
]


def textbook_hmac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 from its definition (RFC 2104): a second implementation, for comparison."""
    if len(key) > 64:
        key = hashlib.sha256(key).digest()
    key = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()


@vectors
def test_prehash_is_that_of_the_vector(vector: dict[str, str]) -> None:
    """Stage 1: the bytes that are signed are the known ones."""
    body = vector["body"].encode()
    made = prehash(vector["timestamp"], vector["method"], vector["target"], body)
    assert made == vector["prehash"].encode()


@vectors
def test_signature_is_that_of_the_vector(vector: dict[str, str]) -> None:
    """Stage 2: the known bytes have the known signature."""
    assert signature(SECRET, vector["prehash"].encode()) == vector["signature"]


@vectors
def test_headers_are_those_of_the_vector(vector: dict[str, str]) -> None:
    """Stage 3: the credentials put key, signature, time and passphrase under OKX's four names."""
    credentials = Credentials(FILE["key"], SECRET, FILE["passphrase"])
    body = vector["body"].encode()
    made = credentials.headers(vector["timestamp"], vector["method"], vector["target"], body)
    assert made == {
        "OK-ACCESS-KEY": FILE["key"],
        "OK-ACCESS-SIGN": vector["signature"],
        "OK-ACCESS-TIMESTAMP": vector["timestamp"],
        "OK-ACCESS-PASSPHRASE": FILE["passphrase"],
    }


def test_vectors_differ_from_each_other() -> None:
    """Control: no two vectors share a signature, so a constant could not pass the three stages."""
    assert len({vector["signature"] for vector in FILE["vectors"]}) == len(FILE["vectors"]) == 15


@pytest.mark.parametrize(("key", "message", "digest"), RFC_4231)
def test_rfc_4231(key: bytes, message: bytes, digest: str) -> None:
    """The standard's own vectors hold for our signature and for the textbook implementation."""
    assert textbook_hmac(key, message).hex() == digest
    if key.isascii():
        assert base64.b64decode(signature(key.decode(), message)).hex() == digest


@settings(max_examples=100)
@given(secret=st.text(st.characters(codec="utf-8"), max_size=100), message=st.binary(max_size=300))
def test_agrees_with_the_definition(secret: str, message: bytes) -> None:
    """For any secret, also one longer than a block, and any bytes, it is Base64 of HMAC-SHA256."""
    expected = base64.b64encode(textbook_hmac(secret.encode(), message)).decode()
    assert signature(secret, message) == expected


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_agrees_with_openssl() -> None:
    """The program openssl computes the same signature of a body in UTF-8."""
    message = prehash("2024-05-06T07:08:09.010Z", "POST", "/api/v5/x", '{"label":"测试"}'.encode())
    digest = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-binary"],  # noqa: S607 - whichever there is
        input=message,
        capture_output=True,
        check=True,
    ).stdout
    assert signature(SECRET, message) == base64.b64encode(digest).decode()


@settings(max_examples=100)
@given(st.data())
def test_one_changed_bit_changes_the_signature(data: st.DataObject) -> None:
    """No bit of the message is left out of the signature."""
    message = data.draw(st.binary(min_size=1, max_size=200))
    bit = data.draw(st.integers(0, len(message) * 8 - 1))
    changed = bytearray(message)
    changed[bit // 8] ^= 1 << bit % 8
    assert signature(SECRET, bytes(changed)) != signature(SECRET, message)


def test_nothing_is_sorted_or_encoded() -> None:
    """Target and body enter the prehash as they are, in their order and with their spaces."""
    made = prehash("T", "POST", "/a?z=%2c&y=,&x=~", b'{"b": 1, "a":2}\n')
    assert made == b'TPOST/a?z=%2c&y=,&x=~{"b": 1, "a":2}\n'


@pytest.fixture(params=["UTC", "Asia/Shanghai", "America/St_Johns", "Pacific/Apia", "XYZ-5:45"])
def timezone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process in another time zone, for one test."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system has no time.tzset")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


def test_timestamp_ignores_the_time_zone(timezone: str) -> None:
    """The text is UTC wherever the machine believes to be."""
    assert timezone
    assert timestamp_text(1_607_418_537_715) == "2020-12-08T09:08:57.715Z"
    assert timestamp_text(0) == "1970-01-01T00:00:00.000Z"


@settings(max_examples=200)
@given(st.integers(0, 4_102_444_800_000))
def test_timestamp_has_one_form_and_loses_nothing(milliseconds: int) -> None:
    """Always 24 characters with three decimals and Z, and it reads back as the same millisecond."""
    text = timestamp_text(milliseconds)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    read: Any = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    assert round(read.total_seconds() * 1000) == milliseconds


def test_every_millisecond_of_a_second_is_exact() -> None:
    """No millisecond comes out one lower or higher, as it would by way of a float."""
    texts = [timestamp_text(1_714_979_289_000 + each)[-4:-1] for each in range(1000)]
    assert texts == [f"{each:03d}" for each in range(1000)]
