from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac

import pytest
from cases import KEY, PASSPHRASE, SECRET, SENT_AT, TIMESTAMP, account, exchange, sent
from hypothesis import given
from hypothesis import strategies as st

from okx_magic.advice.trace import trace
from okx_magic.model import Exchange, Request, Sent

ORDER = Request(
    "POST", "/api/v5/trade/order", '{"instId": "BTC-USDT", "note": "ü \' 龙"}', (("expTime", "1"),)
)


def part(name: str, which: Exchange) -> tuple[bool | None, str]:
    """Whether the part keeps its rule, and what was found."""
    found = next(each for each in trace(which, account()).parts if each.name == name)
    return found.kept, found.found


def changed(**changes: str | bytes) -> Exchange:
    """An exchange of which other bytes were signed than sent."""
    return exchange(sent=dataclasses.replace(sent(exchange().request), **changes))


def test_the_parts_make_the_signature() -> None:
    """The HMAC of the joined parts under the secret gives digest and signature."""
    seen = trace(exchange(ORDER), account())
    joined = "".join(part.text for part in seen.parts).encode()
    digest = hmac.new(SECRET.encode(), joined, hashlib.sha256).digest()
    assert [part.name for part in seen.parts] == ["timestamp", "method", "target", "body"]
    assert seen.size == len(joined)
    assert seen.digest == digest.hex()
    assert seen.signature == base64.b64encode(digest).decode()
    assert all(part.kept for part in seen.parts)


def test_the_title_says_how_it_ended() -> None:
    """Request, HTTP status and OKX's answer; of an answer that never came, that."""
    assert (
        trace(exchange(ORDER), account()).title
        == "POST /api/v5/trade/order · HTTP 401 · 50113 Invalid Sign"
    )
    lost = exchange(code="", outcome="no complete answer within 15 s", status=None)
    assert "· no answer · no complete" in trace(lost, account()).title


def test_no_secret_is_in_it() -> None:
    """Neither key, secret nor passphrase; the key is shortened, the passphrase named hidden."""
    text = repr(trace(exchange(ORDER), account()))
    assert not any(secret in text for secret in (KEY, SECRET, PASSPHRASE))
    assert "985…083" in text
    assert "('OK-ACCESS-PASSPHRASE', 'hidden')" in text


@pytest.mark.parametrize(
    ("timestamp", "kept"),
    [
        (TIMESTAMP, True),
        ("2024-05-06T07:08:39.009Z", True),
        ("2024-05-06T07:08:40.000Z", False),
        ("2024-05-06T07:07:39.000Z", False),
        ("2024-05-06T07:08:09Z", False),
        ("2024-05-06T07:08:09.010+00:00", False),
        ("1714979289010", False),
    ],
)
def test_a_timestamp_has_one_form_and_is_fresh(timestamp: str, kept: bool) -> None:  # noqa: FBT001 - a table
    """24 characters with milliseconds and Z, within 30 s of the exchange's clock."""
    assert part("timestamp", changed(timestamp=timestamp))[0] is kept


def test_the_clock_that_counts_is_the_exchanges() -> None:
    """A computer an hour behind has a timestamp an hour ahead of its own clock, and that is right."""
    behind = exchange(sent_at=SENT_AT - 3600, offset=3_600_000)
    kept, found = part("timestamp", behind)
    assert kept
    assert "3600.0 s behind the exchange's" in found
    assert part("timestamp", exchange(sent_at=SENT_AT - 3600, offset=0))[0] is False


@pytest.mark.parametrize(
    ("target", "kept", "words"),
    [
        ("/api/v5/account/balance?ccy=BTC,ETH", True, "the catalogue has the path"),
        ("/api/v5/account/balance?ccy=BTC%2CETH", True, "the catalogue has the path"),
        ("/api/v5/account/balances", True, "near it: /api/v5/account/balance"),
        ("https://www.okx.com/api/v5/account/balance", False, "does not begin with /api/v5/"),
        ("/account/balance", False, "does not begin with /api/v5/"),
        ("/api/v5/account/balance?ccy=BTC ETH", False, "character 32 must be percent-encoded"),
        ("/api/v5/account/balance?ccy=é", False, "must be percent-encoded"),
        ("/api/v5/account/balance?ccy=%zz", False, "must be percent-encoded"),
        ("/api/v5/account/balance#top", False, "must be percent-encoded"),
        ("/api/v5/account/balance?", False, "a bare ?"),
        ("/api/v5//account/balance", False, "//"),
        ("/api/v5/account/../balance", False, "/../"),
    ],
)
def test_a_target_is_what_travels(target: str, kept: bool, words: str) -> None:  # noqa: FBT001 - a table
    """From /api/v5/ on, percent-encoded, nothing that a library would change; and known, or what is
    near it.
    """
    found = part("target", exchange(Request("GET", target)))
    assert found[0] is kept
    assert words in found[1]


@pytest.mark.parametrize(
    ("request_", "kept", "words"),
    [
        (Request("GET", "/api/v5/account/balance"), True, "no body"),
        (Request("POST", "/api/v5/trade/order"), True, "no body"),
        (ORDER, True, "42 bytes of JSON"),
        (Request("POST", "/api/v5/trade/order", "[]"), True, "2 bytes"),
        (Request("GET", "/api/v5/account/balance", '{"ccy":"BTC"}'), False, "a GET with a body"),
        (Request("POST", "/api/v5/trade/order", "{'sz': 1}"), False, "not JSON"),
        (Request("POST", "/api/v5/trade/order", "sz=1"), False, "not JSON"),
        (Request("POST", "/api/v5/trade/order", '"{}"'), False, "encoded twice"),
    ],
)
def test_a_body_is_json_and_only_of_a_post(request_: Request, kept: bool, words: str) -> None:  # noqa: FBT001 - a table
    """JSON text, an object or an array; a GET has none."""
    found = part("body", exchange(request_))
    assert found[0] is kept
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("method", {"method": "get"}),
        ("target", {"target": "/api/v5/account/balance"}),
        ("body", {"body": b"{}"}),
    ],
)
def test_what_was_signed_is_what_was_sent(name: str, changes: dict[str, str | bytes]) -> None:
    """A part that was signed in another form than it was sent does not keep its rule; all others do."""
    seen = trace(changed(**changes), account())
    assert [part.name for part in seen.parts if part.kept is False] == [name]


def test_an_unsigned_request_has_no_signature() -> None:
    """A public endpoint has no timestamp, no HMAC and no OK-ACCESS header."""
    seen = trace(exchange(Request("GET", "/api/v5/public/time"), signed=False), account())
    assert (seen.size, seen.digest, seen.signature) == (0, "", "")
    assert seen.parts[0].kept is None
    assert "OK-ACCESS" not in repr(seen.headers) + seen.curl


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_that_was_signed_breaks_it(
    timestamp: str, method: str, target: str, body: str
) -> None:
    """Whatever stands in the parts, there is a trace of it, with the parts as they are."""
    signed = Sent(method, target, body.encode(), timestamp, "AAAA")
    parts = trace(exchange(sent=signed), account()).parts
    assert [part.text for part in parts] == [timestamp, method, target, body]
