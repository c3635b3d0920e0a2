"""The seam to the secret: digests under its wrong forms, and never a form."""

from __future__ import annotations

import base64
import hmac
import json
import pickle
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.derived import derivations, slips
from okx_magic.credentials.macs import RIGHT

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"
VECTORS = json.loads((Path(__file__).parent / "signing_vectors.json").read_text("utf-8"))


def test_the_first_form_is_the_right_one() -> None:
    """Its digests are the known signatures, and no mistake is named for it."""
    made = Credentials(VECTORS["key"], VECTORS["secret"], VECTORS["passphrase"])
    right = made.wrong_forms()[0]
    assert right.mistakes == ()
    for vector in VECTORS["vectors"]:
        digest = right.what(RIGHT)(vector["prehash"].encode())
        assert base64.b64encode(digest).decode() == vector["signature"]


@pytest.mark.parametrize("secret", [SECRET, "aB#1$x&y;z=%41", "lower-case-only", "0" * 8])
def test_no_form_is_there_twice(secret: str) -> None:
    """Forms that are the same for these values are one, with all names; none is the right one."""
    forms = Credentials(KEY, secret, PASSPHRASE).wrong_forms()
    digests = [form.what(RIGHT)(b"message") for form in forms]
    assert len(set(digests)) == len(digests)
    assert all(form.mistakes for form in forms[1:])
    names = [name for form in forms for name in form.names]
    assert len(set(names)) == len(names)


def test_a_form_that_changes_nothing_is_left_out() -> None:
    """Upper case is no mistake in a secret without small letters; lower case is."""
    forms = Credentials(KEY, SECRET, PASSPHRASE).wrong_forms()
    told = {name for form in forms for name in form.names}
    assert "the secret in upper case" not in told
    assert "the secret in lower case" in told
    assert not any(name.startswith("the secret cut off") for name in told)


@settings(max_examples=50)
@given(
    *[st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)] * 3,
)
def test_no_derivation_fails(secret: str, key: str, passphrase: str) -> None:
    """Whatever printable text the three are, each form is text, bytes or nothing."""
    for _, form in derivations(secret, key, passphrase):
        assert isinstance(form, str | bytes | None)


def test_names_are_unique_and_tell_no_value() -> None:
    """No two derivations share a name, and none has the values in it."""
    names = [mistake.name for mistake, _ in derivations(SECRET, KEY, PASSPHRASE)]
    assert len(set(names)) == len(names)
    told = "\n".join([*names, *(name for name, _ in slips(SECRET))])
    assert SECRET not in told
    assert PASSPHRASE not in told


def test_slips_are_one_keystroke_away() -> None:
    """Each slip differs from the secret by one character left out, doubled, swapped or replaced."""
    forms = Credentials(KEY, SECRET, PASSPHRASE).slipped_forms()
    digests = {form.what(RIGHT)(b"m") for form in forms}
    expected = {
        hmac.digest(wrong.encode(), b"m", "sha256")
        for at in range(32)
        for wrong in (
            SECRET[:at] + SECRET[at + 1 :],
            SECRET[:at] + SECRET[at] + SECRET[at:],
            SECRET[:at] + "z" + SECRET[at + 1 :],
            SECRET[:at] + SECRET[at : at + 2][::-1] + SECRET[at + 2 :],
        )
        if wrong != SECRET
    }
    assert expected <= digests
    assert hmac.digest(SECRET.encode(), b"m", "sha256") not in digests


def test_a_part_of_the_secret_of_any_length_is_among_the_slips() -> None:
    """Both ends of the secret, from four characters to all but one, and nothing shorter."""
    forms = Credentials(KEY, SECRET, PASSPHRASE).slipped_forms()
    digests = {form.what(RIGHT)(b"m") for form in forms}
    for length in range(1, 32):
        for part in (SECRET[:length], SECRET[-length:]):
            digest = hmac.digest(part.encode(), b"m", "sha256")
            assert (digest in digests) == (length >= 4), length


def test_a_form_cannot_leave_the_process() -> None:
    """A derived form is as unfit to be pickled as the credentials that made it."""
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(Credentials(KEY, SECRET, PASSPHRASE).wrong_forms()[0])
