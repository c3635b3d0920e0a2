"""The client that is copied from page to page: what it signs and what its library then sends differ,
and the detective names by what.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
import requests

from okx_magic.credentials.credentials import Credentials
from okx_magic.detective import Evidence, compare, investigate

KEY = "985d5b66-57ce-40fb-b714-afc0b9787083"
SECRET = "0123456789ABCDEF0123456789ABCDEF"
PASSPHRASE = "Correct-Horse-9!"
NOW = "2024-05-06T07:08:09.010Z"
BASE = "https://www.okx.com"
BALANCE = "/api/v5/account/balance"
ORDER = "/api/v5/trade/order"
HOLDER = Credentials(KEY, SECRET, PASSPHRASE)


def prehash(method: str, endpoint: str, body: Any) -> str:
    """What the client signs: the endpoint as given, and the body as it would write it."""
    return NOW + method.upper() + endpoint + (json.dumps(body) if body else "")


def sign(text: str, secret: str = SECRET) -> str:
    return base64.b64encode(
        hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    ).decode()


def sent(method: str, endpoint: str, body: Any = None, base: str = BASE) -> Evidence:
    """What its library makes of the same, with the client's signature."""
    carried = None if method == "GET" else body
    prepared = requests.Request(method, base + endpoint, json=carried).prepare()
    return evidence(prepared, sign(prehash(method, endpoint, body)))


def evidence(prepared: requests.PreparedRequest, signature: str) -> Evidence:
    body = prepared.body or b""
    return Evidence(
        signature,
        NOW,
        str(prepared.method),
        prepared.path_url,
        body if isinstance(body, str) else body.decode(),
        "www.okx.com",
    )


def named(seen: Evidence) -> list[str]:
    """The mistakes of the likeliest explanation."""
    verdict = investigate(seen, HOLDER)
    return list(verdict.explanations[0].mistakes) if verdict.explanations else [verdict.kind]


QUERIES = {
    "BTC, ETH": "the query decoded",
    "龙虾": "the query decoded",
    "é": "the query decoded",
    "{}": "the query decoded",
    "[a": "the query decoded",
    "a|b": "the query decoded",
    '"BTC"': "the query decoded",
    "<BTC>": "the query decoded",
    "^": "the query decoded",
    "\\": "the query decoded",
    "%zz": "the query decoded",
    "BTC%2cETH": "the query with its escapes in small letters, as %2c",
    "%7E": "the query with its ~ encoded",
}


@pytest.mark.parametrize(("value", "mistake"), QUERIES.items())
def test_a_query_that_the_library_encodes_again(value: str, mistake: str) -> None:
    """Signed as typed, sent encoded."""
    seen = sent("GET", f"{BALANCE}?ccy={value}")
    if seen.target == f"{BALANCE}?ccy={value}":
        pytest.skip("this release of requests sends it as typed")
    assert named(seen) == [mistake]


def test_a_bare_question_mark() -> None:
    """The library drops it, the signature keeps it."""
    assert named(sent("GET", f"{BALANCE}?")) == ["a bare ? behind the path"]


@pytest.mark.parametrize(
    ("behind", "mistake"),
    [
        (" ", "a blank behind the path"),
        ("\n", "a line break behind the path"),
        ("\t", "a tab behind the path"),
    ],
)
def test_a_path_with_a_blank_at_its_end(behind: str, mistake: str) -> None:
    """The blank is signed and not sent."""
    seen = Evidence(sign(prehash("GET", BALANCE + behind, None)), NOW, "GET", BALANCE)
    # At the end of a prehash without a body, it could stand behind the prehash as well.
    verdict = investigate(seen, HOLDER)
    assert mistake in [name for each in verdict.explanations for name in each.mistakes]


def test_a_dot_in_the_path() -> None:
    """The library walks the path before it sends it."""
    assert named(sent("GET", "/api/v5/./account/balance")) == ["a /. behind /api/v5 in the path"]


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", [f"{BALANCE}#top", "/api/v5/trade/../account/balance"])
def test_what_was_never_sent_is_not_guessed(endpoint: str) -> None:
    """A fragment and a step back leave no trace: no explanation, but two prehashes side by side tell."""
    seen = sent("GET", endpoint)
    assert investigate(seen, HOLDER).kind == "unexplained"
    found = compare(NOW + seen.method + seen.target + seen.body, prehash("GET", endpoint, None))
    assert found.part in ("path", "end")


def test_a_base_url_with_a_slash() -> None:
    """Sent with two slashes, signed with one."""
    made = sign(prehash("GET", BALANCE, None))
    # That requests would send "//api" depends on its release; the client's own URL does not.
    seen = Evidence(made, NOW, "GET", f"/{BALANCE}")
    assert named(seen) == ["one / before the path"]


def test_a_base_url_with_a_path() -> None:
    """/api/v5 in the base URL is sent and not signed."""
    seen = sent("GET", "/account/balance", base=f"{BASE}/api/v5")
    assert named(seen) == ["/api/v5 left off the path"]


def test_parameters_of_a_get_as_a_body() -> None:
    """They are signed as JSON and never sent; beside the request that was meant, that shows."""
    made = sign(prehash("GET", BALANCE, {"ccy": "BTC"}))
    meant = Evidence(made, NOW, "GET", f"{BALANCE}?ccy=BTC")
    assert named(meant) == [
        "the query's parameters as JSON with blanks, as json.dumps writes it, in place of the query"
    ]


@pytest.mark.parametrize("body", [{}, []])
def test_an_empty_body_is_sent_and_not_signed(body: Any) -> None:
    """``if body`` signs nothing, ``json=body`` sends the brackets."""
    assert named(sent("POST", ORDER, body)) == ["the body left out"]


BODY = {"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "ordType": "market", "sz": "1"}
WRITTEN = "the body as JSON with blanks, as json.dumps writes it"


@pytest.mark.parametrize(
    ("body", "written", "mistake"),
    [
        (BODY, json.dumps(BODY, separators=(",", ":")), WRITTEN),
        (
            {**BODY, "tag": "é"},
            json.dumps({**BODY, "tag": "é"}, separators=(",", ":"), ensure_ascii=False),
            f"{WRITTEN}, non-ASCII as \\u escapes",
        ),
        (BODY, json.dumps({**BODY, "clOrdId": "b15"}), "the body without its clOrdId"),
    ],
)
def test_a_second_serialiser(body: dict[str, str], written: str, mistake: str) -> None:
    """Another library, or a change in between, writes the body otherwise than it was signed."""
    prepared = requests.Request("POST", BASE + ORDER, data=written.encode()).prepare()
    assert named(evidence(prepared, sign(prehash("POST", ORDER, body)))) == [mistake]


def test_its_own_advice() -> None:
    """The advice "no extra spaces", followed by the signer alone."""
    compact = json.dumps(BODY, separators=(",", ":"))
    prepared = requests.Request("POST", BASE + ORDER, json=BODY).prepare()
    seen = evidence(prepared, sign(f"{NOW}POST{ORDER}{compact}"))
    assert named(seen) == ["the body as compact JSON"]


def test_a_body_encoded_twice_is_signed_rightly() -> None:
    """A JSON text as body is sent as a JSON string and signed as that: the signature is right."""
    seen = sent("POST", ORDER, json.dumps(BODY))
    assert investigate(seen, HOLDER).kind == "right"


@pytest.mark.parametrize(
    ("secret", "mistake"),
    [
        (SECRET + "\n", "a line break behind the secret"),
        (SECRET + " ", "a blank behind the secret"),
        ("\ufeff" + SECRET, "a byte order mark before the secret"),
        (f'"{SECRET}"', "double quotes around the secret"),
        (SECRET.lower(), "the secret in lower case"),
        ("YOUR_SECRET_KEY", "the placeholder YOUR_SECRET_KEY for a secret"),
        (PASSPHRASE, "the passphrase in place of the secret"),
    ],
)
def test_a_secret_that_nobody_strips(secret: str, mistake: str) -> None:
    """What came along with the secret, or stands in its place, is part of the key."""
    seen = Evidence(sign(prehash("GET", BALANCE, None), secret), NOW, "GET", BALANCE)
    assert named(seen) == [mistake]


def test_the_clock_is_read_once() -> None:
    """Checked and no defect: its header and its prehash have one time."""
    assert investigate(sent("GET", BALANCE), HOLDER).kind == "right"


@pytest.mark.parametrize("query", QUERIES)
def test_okx_magic_signs_what_is_sent(query: str) -> None:
    """The same bytes, signed by the credentials: right."""
    seen = sent("GET", f"{BALANCE}?ccy={query}")
    made = HOLDER.headers(NOW, seen.method, seen.target, seen.body.encode())
    own = Evidence(made["OK-ACCESS-SIGN"], NOW, seen.method, seen.target, seen.body)
    assert investigate(own, HOLDER).kind == "right"
