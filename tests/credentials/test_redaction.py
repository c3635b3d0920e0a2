"""A secret is known by its value, whatever became of its letters: ``credentials/redaction``."""

from __future__ import annotations

import base64
import html
import json
import random
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from okx_magic import catalogue
from okx_magic.cell.check import refuse_secrets, typed_secrets
from okx_magic.credentials.credentials import Credentials
from okx_magic.credentials.redaction import redactor
from okx_magic.errors import CredentialsError
from okx_magic.model import Request

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "FAKE0123456789ABCDEF0123456789AB"
PASSPHRASE = 'Correct-"Horse"/9!'
KEYS = Credentials("00000000-aaaa-bbbb-cccc-000000000001", SECRET, PASSPHRASE)
DRAW = random.Random(12)  # noqa: S311 - a choice of forms, no secret


def each(char: Callable[[str], str], share: float = 1.0) -> Callable[[str], str]:
    """Writes all characters of a value, or a share of them, in a form of its own."""
    return lambda value: "".join(char(one) if DRAW.random() < share else one for one in value)


def every(number: int, between: str) -> Callable[[str], str]:
    """Writes a value with something between so many characters each."""
    return lambda value: between.join(
        value[at : at + number] for at in range(0, len(value), number)
    )


def in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "swapped": str.swapcase,
    "title": str.title,
    "percent": each(lambda char: f"%{ord(char):02X}"),
    "percent, small": each(lambda char: f"%{ord(char):02x}"),
    "some percent": each(lambda char: f"%{ord(char):02x}", 0.3),
    "percent of small letters": lambda value: each(lambda char: f"%{ord(char):02X}")(value.lower()),
    "percent twice": lambda value: quote(quote(value, safe=""), safe=""),
    "percent thrice": lambda value: quote(quote(quote(value, safe=""), safe=""), safe=""),
    "JSON": each(lambda char: f"\\u{ord(char):04x}"),
    "JSON, capitals": each(lambda char: f"\\u{ord(char):04X}"),
    "some JSON": each(lambda char: f"\\u{ord(char):04x}", 0.3),
    "JSON in JSON": lambda value: json.dumps(json.dumps(value))[3:-3],
    "slashes of PHP": lambda value: value.replace("/", "\\/"),
    "hexadecimal escapes": each(lambda char: f"\\x{ord(char):02x}"),
    "HTML": html.escape,
    "HTML by number": each(lambda char: f"&#{ord(char)};"),
    "HTML by hexadecimal": each(lambda char: f"&#x{ord(char):x};", 0.5),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal, capitals": lambda value: value.encode().hex().upper(),
    "Base64": in_base64,
    "Base64 of small letters": lambda value: in_base64(value.lower()),
    "Base64 for URLs": lambda value: base64.urlsafe_b64encode(value.encode()).decode(),
    "Base64, one before": lambda value: in_base64(f"a{value}"),
    "Base64, two before": lambda value: in_base64(f"ab{value}"),
    "Base64, both sides": lambda value: in_base64(f"user:{value}:more of it"),
    "line break": every(10, "\n"),
    "line break of Windows": every(10, "\r\n"),
    "escaped line break": every(10, "\\n"),
    "line break of a literal": every(12, "\\\n    "),
    "quoted-printable": every(10, "=\n"),
    "letter by letter": every(1, "\n"),
    "indented": every(8, "\n\t  "),
    "small letters over lines": lambda value: every(9, "\n  ")(value.lower()),
}
FORMS["percent over lines"] = lambda value: "\n".join(
    each(lambda char: f"%{ord(char):02x}")(value[at : at + 9]) for at in range(0, len(value), 9)
)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [SECRET, PASSPHRASE], ids=["secret", "passphrase"])
def test_each_form_of_a_value_is_taken_out(form: str, value: str) -> None:
    """In a server's text, in a list, and alone; what stands around it stays."""
    written = FORMS[form](value)
    for around in ("§ {} §", '{{"a":"{}","b":"1"}}', "{}", "BTC,{},ETH"):
        text = around.replace("{{", "{").replace("}}", "}").replace("{}", written)
        left = KEYS.redact(text)
        assert "«secret»" in left
        kept = left.replace("«secret»", "").lower()
        # Of Base64 in another text the few characters stay that neighbours have a part in.
        assert len(kept) <= len(text) - len(written) + (30 if "Base64" in form else 0)
        assert value[3:12].lower() not in kept
        assert left[:2] == text[:2] or around.startswith("{}")


@pytest.mark.parametrize(
    "form", [each for each in FORMS if "line" not in each and "Base64," not in each]
)
def test_a_request_with_it_is_refused(form: str) -> None:
    """Typed into a query or a body in whatever form: it is not sent, and the error does not repeat it."""
    written = FORMS[form](SECRET)
    body = json.dumps({"instId": "BTC-USDT", "tag": written})
    for request in (
        Request("GET", f"/api/v5/account/balance?ccy={quote(written)}"),
        Request("POST", "/api/v5/trade/order", body),
    ):
        with pytest.raises(CredentialsError) as caught:
            refuse_secrets(request, KEYS)
        assert written not in str(caught.value)
    assert any(written.rstrip("=") in each for each in typed_secrets(f"GET /x?ccy={written}", KEYS))


def test_over_several_lines_of_a_cell_it_is_found() -> None:
    """The whole cell is taken out of the history then, and one without it is left there."""
    cell = 'POST /api/v5/trade/order\n{"tag": "FAKE0123456789ab\n   CDEF0123456789AB"}'
    assert typed_secrets(cell, KEYS) == (cell,)
    assert typed_secrets(cell.replace("CDEF", "CDFE"), KEYS) == ()


COMMON = ("Trading1", "Password1!", "account-1", "USDT-swap9", "sub_code", "instId=1")


def test_texts_of_okx_are_left_alone() -> None:
    """The control: none of all texts, names and paths of the catalogue has a passphrase that is near a
    word in it, or what is left of a secret with one letter changed.
    """
    texts = [
        f"{each.code} {each.msg} {each.meaning} {each.seen}" for each in catalogue.codes().values()
    ]
    texts += [f"{each.path} {each.title} {each.fields}" for each in catalogue.endpoints().values()]
    redact = redactor((SECRET, *COMMON))
    for text in (*texts, SECRET[:-1].lower(), SECRET[1:], SECRET.replace("7", "8"), SECRET[::-1]):
        assert redact(text) == text
        assert redact(f"{text}\n%20\\u0020&amp;") == f"{text}\n%20\\u0020&amp;"


@pytest.mark.parametrize("word", ["tradings", "Passwords", "12345678", "USDTUSDC"])
def test_what_may_be_a_word_or_a_number_is_known_only_as_it_is(word: str) -> None:
    """In another case it may be anybody's: a hole there would show what was removed."""
    redact = redactor((word,))
    assert redact(f"a {word} b") == "a «secret» b"
    other = word.swapcase() if word.isalpha() else every(4, "\n")(word)
    assert redact(f"a {other} b") == f"a {other} b"


HOSTILE = (
    "\\",
    "%",
    "%25",
    "&#0",
    "&#x",
    "f\n",
    "F\\n",
    "FAKE01234567\n",
    "\\u00",
    "=\n",
    "f" + " " * 40,
)


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_no_text_takes_long(piece: str) -> None:
    """Made to be looked at again and again, twice as much of it takes about twice as long."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece)) + "\n"
        began = time.process_time()
        KEYS.redact(text)
        return time.process_time() - began

    seconds(1000)
    assert seconds(160_000) < 12 * seconds(40_000) + 0.05
