"""What people paste, read as evidence; and what must not be pasted, refused."""

from __future__ import annotations

import json
import pickle
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.cell import fill, parse
from okx_magic.credentials.account import Account
from okx_magic.credentials.credentials import Credentials
from okx_magic.detective import Evidence
from okx_magic.detective.evidence import read, told
from okx_magic.errors import CellError, OkxMagicError

if TYPE_CHECKING:
    from collections.abc import Callable

    from okx_magic.model import Request

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SIGN = "gt4nbHi773+uM7MCYXA0TYVFldQQrBpLV49WvHT8KYc="
NOW = "2024-05-06T07:08:09.010Z"
BODY = '{"instId": "BTC-USDT", "sz": "1"}'
EXPECTED = Evidence(SIGN, NOW, "POST", "/api/v5/trade/order", BODY)
HEADERS = {"OK-ACCESS-KEY": KEY, "OK-ACCESS-SIGN": SIGN, "OK-ACCESS-TIMESTAMP": NOW}


def cell(text: str) -> Callable[[], Request]:
    """As the magic reads a cell of one request."""
    (template,) = parse(text, hosts={"www.okx.com"}).templates
    return partial(fill, template, {})


def lines(headers: dict[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


PASTED = {
    "an HTTP request": f"POST /api/v5/trade/order\n{lines(HEADERS)}\n\n{BODY}",
    "with its version and other headers": (
        f"POST /api/v5/trade/order HTTP/1.1\nHost: www.okx.com\nContent-Length: 33\n"
        f"{lines(HEADERS)}\nContent-Type: application/json\n\n{BODY}\n"
    ),
    "names in small letters": f"POST /api/v5/trade/order\n{lines(HEADERS).lower()}\n{BODY}".replace(
        SIGN.lower(), SIGN
    ).replace(NOW.lower(), NOW),
    "a printed dict": f"POST /api/v5/trade/order\n{HEADERS}\n{BODY}",
    "a dict over several lines": (
        f"POST /api/v5/trade/order\nheaders = {{\n  'OK-ACCESS-SIGN': b'{SIGN}',\n"
        f'  "OK-ACCESS-TIMESTAMP": "{NOW}",\n}}\n{BODY}'
    ),
    "headers as JSON": f"{json.dumps(HEADERS, indent=2)}\nPOST /api/v5/trade/order\n{BODY}",
    "a list of pairs": f"{list(HEADERS.items())}\nPOST /api/v5/trade/order\n{BODY}",
    "a curl command": (
        f"curl -X POST 'https://www.okx.com/api/v5/trade/order' \\\n -H 'OK-ACCESS-SIGN: {SIGN}' \\\n"
        f" -H \"OK-ACCESS-TIMESTAMP:{NOW}\" \\\n -d '{BODY}'"
    ),
    "a curl command with a hidden passphrase": (
        f"curl -X POST 'https://www.okx.com/api/v5/trade/order' -H 'OK-ACCESS-SIGN: {SIGN}'"
        f" -H 'OK-ACCESS-TIMESTAMP: {NOW}' -H 'OK-ACCESS-PASSPHRASE: ***' -d '{BODY}'"
    ),
    "what http.client prints": "send: b'"
    + f"POST /api/v5/trade/order HTTP/1.1\r\nHost: www.okx.com\r\n{lines(HEADERS)}\r\n\r\n{BODY}".replace(
        "\r\n", "\\r\\n"
    ).replace("\n", "\\r\\n")
    + "'",
    "a hidden passphrase": (
        f"POST /api/v5/trade/order\n{lines(HEADERS)}\nOK-ACCESS-PASSPHRASE: ***\n\n{BODY}"
    ),
}


@pytest.mark.parametrize("how", PASTED)
def test_headers_are_read_in_any_notation(how: str) -> None:
    """Signature, timestamp and request come out of whatever the headers stand in."""
    assert read(PASTED[how], cell) == EXPECTED


PRINTED = f"{NOW}POST/api/v5/trade/order{BODY}"


@pytest.mark.parametrize(
    "text",
    [
        PRINTED,
        f"  {PRINTED}\n",
        f"prehash: {PRINTED}",
        f"message = {PRINTED!r}",
        f"{PRINTED.encode()!r}",
        json.dumps(PRINTED),
        f"[DEBUG] pre-hash string: {PRINTED}",
    ],
)
def test_a_printed_prehash_is_cut_into_its_parts(text: str) -> None:
    """With a label or quotes around it or not; the signature is given apart."""
    assert read(text, cell, signature=SIGN) == EXPECTED


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("1714979289GET/users/self/verify", ("1714979289", "GET", "/users/self/verify", "")),
        (f"{NOW}get/api/v5/x?a=1&b=%20", (NOW, "get", "/api/v5/x?a=1&b=%20", "")),
        ("1714979289.01POST/api/v5/x[1]", ("1714979289.01", "POST", "/api/v5/x", "[1]")),
        ("2024-05-06 07:08:09GET/x", ("2024-05-06 07:08:09", "GET", "/x", "")),
        (f"{NOW}/api/v5/x?a=1", (NOW, "GET", "/api/v5/x?a=1", "")),
        (f'text: {NOW}/api/v5/x{{"a":1}}', (NOW, "POST", "/api/v5/x", '{"a":1}')),
        (f"GET/api/v5/x{NOW}", (NOW, "GET", "/api/v5/x", "")),
        ("POST/api/v5/x1714979289010[1]", ("1714979289010", "POST", "/api/v5/x", "[1]")),
    ],
)
def test_prehashes_of_other_forms(text: str, parts: tuple[str, ...]) -> None:
    """What was printed is taken as it is, right or wrong, also without a method or in another order."""
    seen = read(text, cell, signature=SIGN)
    assert (seen.timestamp, seen.method, seen.target, seen.body) == parts


def test_a_time_in_a_query_is_the_querys() -> None:
    """A request is not taken for a prehash in another order, whatever its parameters hold."""
    target = "/api/v5/trade/orders-history?after=1764000000000&limit=20"
    seen = read(f"GET {target}", cell, signature=SIGN, timestamp=NOW)
    assert (seen.timestamp, seen.target, seen.body) == (NOW, target, "")


def test_a_cell_and_its_options() -> None:
    """A plain cell gives the request; signature and timestamp come from the line and win."""
    seen = read(f"POST /api/v5/trade/order\n{BODY}", cell, signature=SIGN, timestamp=NOW)
    assert seen == EXPECTED
    later = read(PASTED["a printed dict"], cell, timestamp="1714979289")
    assert later.timestamp == "1714979289"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (f"POST /api/v5/trade/order\nOK-ACCESS-TIMESTAMP: {NOW}", "there is no signature"),
        (f"GET /api/v5/account/balance\nOK-ACCESS-SIGN: {SIGN}", "there is no timestamp"),
    ],
)
def test_what_is_missing_is_named(text: str, missing: str) -> None:
    """Without a signature or a timestamp there is nothing to look at."""
    with pytest.raises(CellError, match=missing) as caught:
        read(text, cell)
    assert caught.value.remedy.startswith("give it by --")


def test_headers_without_a_request_are_refused_by_the_cell() -> None:
    """What request they belong to can't be guessed."""
    with pytest.raises(CellError):
        read(lines(HEADERS), cell)


PASSPHRASE = "Correct-Horse-9!"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
REQUEST = f"POST /api/v5/trade/order\n{lines(HEADERS)}\n"
REFUSED = {
    "the passphrase header": f"{REQUEST}OK-ACCESS-PASSPHRASE: {PASSPHRASE}\n{BODY}",
    "in a dict": f"{ {**HEADERS, 'OK-ACCESS-PASSPHRASE': PASSPHRASE} }\n{REQUEST}{BODY}",
    "in curl": f"curl https://www.okx.com/x -H 'OK-ACCESS-PASSPHRASE: {PASSPHRASE}'",
    "a named secret": f"{REQUEST}secret_key = '{SECRET[:12]}'\n{BODY}",
    "a named passphrase": f'{REQUEST}{{"passphrase": "{PASSPHRASE}"}}',
    "of the environment": f"export OKX_SECRET_KEY={SECRET[:20].lower()}\n{REQUEST}",
    "the shape of a secret": f"{REQUEST}{SECRET}\n{BODY}",
    "beside a prehash": f"{PRINTED}\n{SECRET}",
}


def everything_in(error: OkxMagicError) -> str:
    return "\n".join(
        [
            str(error),
            repr(vars(error)),
            pickle.dumps(error).decode("latin-1"),
            *error._render_traceback_(),
        ]
    )


@pytest.mark.parametrize("case", REFUSED)
def test_secrets_are_refused_and_not_repeated(case: str) -> None:
    """A text with a secret or passphrase is refused, with a reason and without the value."""
    with pytest.raises(CellError, match="it is not read") as caught:
        read(REFUSED[case], cell, signature=SIGN)
    told = everything_in(caught.value)
    assert "make a new key" in told
    assert PASSPHRASE not in told
    assert SECRET[:12] not in told


def test_the_accounts_own_secret_is_known_in_any_form() -> None:
    """What the account's credentials would redact is refused, whatever it is called."""
    holder = Credentials(KEY, "plain-words-as-secret", "four words or so")
    account = Account("demo", "demo", holder, "https://www.okx.com", "a test")
    text = f"POST /api/v5/trade/order\n{lines(HEADERS)}\nX-Note: plain-words-as-secret\n{BODY}"
    with pytest.raises(CellError, match="of the account") as caught:
        read(text, cell, account=account)
    assert "plain-words" not in everything_in(caught.value)


def test_the_host_is_the_accounts() -> None:
    """It is needed to find a signature over a full URL."""
    account = Account("demo", "demo", None, "https://eea.okx.com", "a test")
    assert read(PASTED["a printed dict"], cell, account=account).host == "eea.okx.com"


@pytest.mark.parametrize("word", ["***", "<hidden>", "«secret»", "", "$OKX_PASSPHRASE"])
def test_a_hidden_value_is_none(word: str) -> None:
    """A value that is blotted out, or a variable in its place, does not count."""
    text = f"{REQUEST}OK-ACCESS-PASSPHRASE: {word}\n\n{BODY}"
    assert read(text, cell) == EXPECTED


def test_client_order_ids_are_no_secrets() -> None:
    """32 hexadecimal digits in small letters are an id, as uuid4().hex makes them."""
    body = f'{{"clOrdId": "{"0123456789abcdef" * 2}"}}'
    assert read(f"{REQUEST}{body}", cell).body == body


@given(st.text(max_size=200))
def test_no_text_upsets_the_reading(text: str) -> None:
    """Any text is evidence or a CellError."""

    def refuse(_text: str) -> Any:
        raise CellError("no request")

    try:
        seen = read(text, refuse, signature=SIGN, timestamp=NOW)
    except CellError:
        return
    assert seen.timestamp == NOW


def test_what_was_read_is_told_with_signs_for_what_no_eye_sees() -> None:
    """Blanks at an end and line breaks have a sign; a blank inside stays one."""
    lines_told = told(Evidence(SIGN, f"{NOW} ", "POST", "/api/v5/trade/order", ' {"a": "b"}\n'))
    assert lines_told[1] == f"  read    timestamp {NOW}␠"
    assert lines_told[2] == '  read    body 12 bytes: ␠{"a": "b"}␊'
