from __future__ import annotations

import base64
import re
from urllib.parse import quote

import pytest
from cases import KEY, PASSPHRASE, SECRET, account, exchange
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.advice.case import Case, Known
from okx_magic.advice.pseudonymize import pseudonymize

SALT = b"0123456789abcdef"
CASE = Case(
    "50113",
    account(name="my-own-profile", proxy="http://proxy.example:3128"),
    exchange(),
    Known(config={"uid": "12345678", "mainUid": "87654321", "ip": "203.0.113.7,2001:db8::7"}),
)

PRIVATE = {
    "the secret": SECRET,
    "the key": KEY,
    "the shortened key": "985…083",
    "the passphrase": PASSPHRASE,
    "the passphrase in a URL": quote(PASSPHRASE, safe=""),
    "the secret in Base64": base64.b64encode(SECRET.encode()).decode(),
    "another secret": "F" * 32,
    "another key": "00000000-aaaa-bbbb-cccc-000000000001",
    "the uid": "12345678",
    "the main uid": "87654321",
    "any long number": "590908157585625111",
    "an address": "198.51.100.23",
    "an address and its port": "198.51.100.23:3128",
    "a bound address": "203.0.113.7",
    "an IPv6 address": "2001:db8::99",
    "a mail address": "who.am+i@mail.example",
    "the name of the profile": "my-own-profile",
    "the proxy": "http://proxy.example:3128",
}

PUBLIC = (
    "2024-05-06T07:08:09.010Z",
    "1714979289010",
    "127.0.0.1:8700",
    "::1",
    "https://www.okx.com/api/v5/account/balance?ccy=BTC,USDT&instId=BTC-USDT",
    '{"px": "0.1000000000000000555", "sz": "100", "side": "buy"}',
    "okx_magic 0.1.0 · Python 3.11.7 · urllib3 2.8.0 · 50113 Invalid Sign",
    "«secret 1f0c93ab»",
)


def pseudonymized(text: str, salt: bytes = SALT) -> str:
    return pseudonymize(text, CASE, salt=salt)


@pytest.mark.parametrize("what", PRIVATE)
@pytest.mark.parametrize("around", ["{}", "x={}&y=1", '{{"a": "{}"}}', "said {}, then", "'{}'"])
def test_what_is_private_goes(what: str, around: str) -> None:
    """In whatever it stands; a pseudonym takes its place, and all around it stays."""
    text = pseudonymized(around.format(PRIVATE[what]))
    assert PRIVATE[what] not in text
    before, after = around.format("\0").split("\0")
    assert re.fullmatch(re.escape(before) + "«[a-z]+ [0-9a-f]{8}»" + re.escape(after), text)


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_stays(text: str) -> None:
    """Times, hosts of OKX and this computer, prices, versions and codes can be read."""
    assert pseudonymized(text) == text


def test_the_same_value_has_the_same_pseudonym() -> None:
    """Within a text, and in another one with the same salt; without it nobody can compare."""
    twice = pseudonymized(f"{SECRET} and {SECRET}, not {KEY}")
    assert len(set(re.findall("«.*?»", twice))) == 2
    assert pseudonymized(SECRET) in twice
    assert pseudonymized(SECRET, b"another salt") not in twice


@pytest.mark.parametrize(
    "text",
    [
        '{"subAcct": "the \\"boss\\" himself"}',
        '{"uid":4711}',
        '{"passphrase" : "Sub-Account-1!"}',
        "/api/v5/users/subaccount/list?subAcct=the%20boss&limit=1",
        '{"toAddr": "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"}',
    ],
)
def test_fields_that_name_somebody_lose_their_value(text: str) -> None:
    """Of sub-accounts, addresses and the like the field stays, and the pseudonym is named for it."""
    told = pseudonymized(text)
    assert not any(word in told for word in ("boss", "himself", "4711", "Account-1", "bc1q"))
    assert re.search("«(subAcct|uid|passphrase|toAddr) [0-9a-f]{8}»", told)


def test_the_signature_goes_with_its_digest() -> None:
    """With the signed text beside it, a weak secret could be found out from either."""
    sent = exchange().sent
    assert sent is not None
    told = pseudonymized(f"{sent.signature} {base64.b64decode(sent.signature).hex()}")
    assert re.fullmatch("«signature [0-9a-f]{8}»= «digest [0-9a-f]{8}»", told)


@given(st.text())
def test_any_text_comes_through(text: str) -> None:
    """No text breaks it, and disguising a second time changes nothing more."""
    once = pseudonymized(text)
    assert pseudonymized(once) == once
