from __future__ import annotations

import re

from cases import KEY, PASSPHRASE, SECRET, SENT_AT, account, exchange

from okx_magic.advice.case import Known
from okx_magic.model import Exchange, Request
from okx_magic.ui.report import Surroundings, report

ACCOUNT = account(
    name="main",
    source="profile main of ~/.okx/config.toml",
    ca_bundle="/home/somebody/bundle.pem",
)
AROUND = Surroundings("okx_magic 0", ("Linux",), "/home/somebody")


def order(body: str = '{"sz":"1"}') -> Request:
    return Request("POST", "/api/v5/trade/order", body)


def posted(refused: Exchange, salt: bytes = b"one") -> str:
    known = Known((exchange(order("{}"), sent_at=SENT_AT - 9),))
    return report(refused, ACCOUNT, known, AROUND, salt=salt)


def test_a_report_tells_the_whole_story_without_secrets() -> None:
    """Versions, account, what went before, parts, checks and causes are there; key, secret,
    passphrase, profile, home and signature are not.
    """
    refused = exchange(order())
    assert refused.sent is not None
    signature = refused.sent.signature.rstrip("=")
    text = posted(refused)
    for word in ("okx_magic 0", "Linux", "https://www.okx.com", "before    9.0 s: POST", "took "):
        assert word in text
    for word in ("rule: ", "? secret", "~/bundle.pem", "OK-ACCESS-PASSPHRASE: «passphrase "):
        assert word in text
    for private in (KEY, SECRET, PASSPHRASE, "985…083", "main", "somebody", signature):
        assert private not in text


def test_a_report_can_be_pasted_whatever_is_in_it() -> None:
    """The fence around it is longer than any run of backticks inside."""
    text = posted(exchange(order('{"a":"````"}')))
    first, *_, last = text.split("\n")
    assert (first, last) == ("`````text", "`````")
    assert posted(exchange(order())).startswith("```text\n")


def test_reports_of_one_kernel_can_be_compared() -> None:
    """The same salt gives the same pseudonyms, another one others."""
    names = re.compile("«[a-z]+ [0-9a-f]{8}»")
    refused = exchange(order())
    first, second, other = (
        names.findall(posted(refused, salt)) for salt in (b"one", b"one", b"other")
    )
    assert first == second
    assert first
    assert not set(first) & set(other)
