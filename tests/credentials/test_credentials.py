"""What credentials take, what they refuse, and what they say of it."""

from __future__ import annotations

import base64
import json
import pickle
from urllib.parse import quote, quote_plus

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"
FIELDS = ("key", "secret", "passphrase")

# The kinds of character that copying brings along and a header cannot carry, and how each is told.
BAD_CHARACTERS = [
    ("\n", "a line break"),
    ("\r", "a line break"),
    ("\t", "a control character"),
    ("\0", "a control character"),
    ("\xa0", "an invisible character"),
    ("\u200b", "an invisible character"),
    ("Ω", "a non-ASCII character"),
]


def values(**changed: str) -> dict[str, str]:
    return {"key": KEY, "secret": SECRET, "passphrase": PASSPHRASE, **changed}


def everything_in(error: BaseException) -> str:
    """All that an error can tell: its texts, arguments, attributes, causes and its pickle."""
    parts = [str(error), repr(error), repr(error.args), repr(vars(error))]
    parts.append(pickle.dumps(error).decode("latin-1"))
    parts += [everything_in(each) for each in (error.__cause__, error.__context__) if each]
    return "\n".join(parts)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(("character", "fault"), BAD_CHARACTERS)
def test_bad_character_is_told_by_its_place(field: str, character: str, fault: str) -> None:
    """A character that cannot travel is refused with field and position, without the value."""
    good = values()[field]
    bad = good[:5] + character + good[5:]
    with pytest.raises(CredentialsError) as caught:
        Credentials(**values(**{field: bad}))
    assert caught.value.message == f"the {field} has {fault} at position 6"
    told = everything_in(caught.value)
    assert not any(part in told for part in (good, bad, good[:5], good[5:]))


@pytest.mark.parametrize("character", ["\n", "\r\n", "Ω"])
def test_a_naive_client_tells_the_secret(character: str) -> None:
    """The control: what requests and http.client say of such a header holds the value."""
    secret = SECRET + character + "x"
    with pytest.raises((requests.RequestException, UnicodeError)) as caught:
        requests.get("http://127.0.0.1:9", headers={"OK-ACCESS-PASSPHRASE": secret}, timeout=1)
    assert SECRET in repr(caught.value)


def test_position_counts_from_the_value_as_given() -> None:
    """Spaces that are removed still count, so the position fits what the person pasted."""
    with pytest.raises(CredentialsError, match="a space at position 4"):
        Credentials(**values(secret="  a b"))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("edge", ["\ufeff{}", "{}\xa0", "{}\u200b"])
def test_invisible_edges_are_not_taken_off(field: str, edge: str) -> None:
    """White space other than a plain space is refused at the ends too: the person should know of it."""
    with pytest.raises(CredentialsError, match="an invisible character"):
        Credentials(**values(**{field: edge.format(values()[field])}))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("empty", ["", "  ", "\n"])
def test_empty_value_is_refused(field: str, empty: str) -> None:
    """An empty field is named."""
    with pytest.raises(CredentialsError, match=f"the {field} from here is empty"):
        Credentials(**values(**{field: empty}), source="here")


def test_spaces_around_are_removed() -> None:
    """A pasted line break or space at either end makes no difference to what is sent."""
    request = ("2024-05-06T07:08:09.010Z", "GET", "/api/v5/account/balance", b"")
    padded = Credentials(f" {KEY}\n", f"\t{SECRET} ", f"\r\n{PASSPHRASE}\r\n")
    assert padded.headers(*request) == Credentials(**values()).headers(*request)


def test_a_passphrase_may_hold_spaces() -> None:
    """A space inside is refused in key and secret only: passphrases are the person's own words."""
    made = Credentials(**values(passphrase="four words or so"))
    assert made.headers("", "GET", "/", b"")["OK-ACCESS-PASSPHRASE"] == "four words or so"


def test_usual_credentials_raise_no_doubts() -> None:
    """Values of OKX's own form come without a warning."""
    assert Credentials(**values()).warnings == ()


@pytest.mark.parametrize(
    ("changed", "warning"),
    [
        ({"key": "my-own-key-0001"}, "the key is not a UUID"),
        ({"key": KEY.upper()}, "the key has capitals"),
        ({"key": KEY[:-4] + "ABCD"}, "the key has capitals"),
        ({"secret": SECRET.lower()}, "the secret has small letters"),
        ({"secret": SECRET[:-1]}, "the secret is not 32 hexadecimal digits"),
        ({"passphrase": "short1!"}, "the passphrase is shorter than the 8 characters"),
        ({"passphrase": '"Correct-Horse-9!"'}, "the passphrase is in quotation marks"),
        ({"passphrase": SECRET}, "secret and passphrase are the same"),
        (
            {"secret": f'"{SECRET}"'},
            "the secret is not 32 hexadecimal digits, as OKX's are, and is",
        ),
        ({"secret": "Horse-9!", "passphrase": SECRET}, "the secret and the passphrase seem to be"),
        ({"key": SECRET, "secret": KEY}, "key and secret seem to be swapped"),
    ],
)
def test_unusual_values_are_doubted_not_refused(changed: dict[str, str], warning: str) -> None:
    """What looks wrong but could be right is one warning, which shows no value."""
    made = Credentials(**values(**changed))
    assert len(made.warnings) == 1
    assert made.warnings[0].startswith(warning)
    assert not any(value in made.warnings[0] for value in changed.values())


@pytest.mark.parametrize(("key", "hint"), [(KEY, "985…083"), ("short-key", "…")])
def test_hint_shows_the_ends_of_a_long_key(key: str, hint: str) -> None:
    """The hint tells keys apart without being one; of a short key it shows nothing."""
    made = Credentials(**values(key=key))
    assert made.hint == hint
    assert repr(made) == f"<okx credentials {hint}>"


def test_equal_only_to_itself() -> None:
    """Comparing with guesses tells nothing: equality is identity."""
    made = Credentials(**values())
    assert made == made  # noqa: PLR0124 - the property itself
    assert made != Credentials(**values())
    assert len({made, Credentials(**values())}) == 2


PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=32)


@settings(max_examples=100)
@given(secret=PRINTABLE, passphrase=PRINTABLE)
def test_redaction_finds_each_form(secret: str, passphrase: str) -> None:
    """No form in which a library would write a secret survives; the words around it do."""
    credentials = Credentials(KEY, secret, passphrase)
    for value in (secret, passphrase):
        forms = {
            value,
            quote(value, safe=""),
            quote_plus(value),
            json.dumps(value),
            repr(value),
            base64.b64encode(value.encode()).decode(),
            base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
        }
        for form in forms:
            redacted = credentials.redact(f"§ {form} §")
            assert form.strip("\"'") not in redacted
            assert "«secret»" in redacted
            assert redacted.startswith("§ ")
            assert redacted.endswith(" §")


def test_redaction_leaves_other_texts_alone() -> None:
    """Control: texts without a secret, the key among them, come back as they were."""
    text = f"50113 Invalid Sign for {KEY}"
    assert Credentials(**values()).redact(text) == text


def test_redaction_leaves_very_short_values() -> None:
    """A value of three characters would take holes into ordinary words, so it stays."""
    assert Credentials(KEY, "abc", "xyz").redact("abc xyz") == "abc xyz"
