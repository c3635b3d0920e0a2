"""That a person hears of the mistake made, and of no other that only looks like it."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import replace

import pytest
from byhand import Sent, signed_with
from chance import credentials, evidence, verdict

from okx_magic.detective import Verdict, investigate

SECRET = "0123456789ABCDEF0123456789ABCDEF"
T = "2024-05-06T17:08:09.010Z"
GET = Sent(T, "GET", "/api/v5/account/balance", "?ccy=BTC,ETH", "", SECRET)
KEYS = ("instId", "tdMode", "side", "ordType", "px", "sz", "clOrdId")
FIELDS = {key: f"{key}-1" for key in KEYS}
ORDER = Sent(T, "POST", "/api/v5/trade/order", "", json.dumps(FIELDS), SECRET)
LOGIN = Sent("1714979289", "GET", "/users/self/verify", "", "", SECRET)


def of_text(sent: Sent, text: str) -> Verdict:
    """The verdict on a signature of this very text."""
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
    return investigate(evidence(sent, signature), credentials(sent))


def sentences(found: Verdict) -> list[str]:
    return [each.sentence for each in found.explanations]


@pytest.mark.parametrize(
    "stamp",
    [
        *("1714979289010", "2024-05-06T17:08:09.010"),
        *("2024-05-06T17:08:09.010+00:00", "2024-05-06 17:08:09Z", "2024-05-06T17:08:09.3NZ", ""),
        *("1714979289010203", "2024-02-31T17:08:09.010Z"),
    ],
)
def test_a_timestamp_that_okx_cannot_read_is_told_beside_a_right_signature(stamp: str) -> None:
    """Signed and sent in one wrong form, it fits the signature and is refused all the same. That is the
    cause: no other is named beside it.
    """
    found = verdict(replace(GET, timestamp=stamp))
    assert found.kind == "right"
    too_fine = stamp.isdecimal() and len(stamp) > 10
    told = "as expired (50102)" if too_fine else "for its form (50112)"
    right, *but = found.lines()
    assert right == "the signature is right for these inputs"
    assert len(but) == 1
    assert but[0].startswith(f"  but     this timestamp is refused {told}")


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "/api/v5//account/balance"},
        {"timestamp": "1714979289"},
        {"timestamp": "1714979289.01"},
    ],
)
def test_a_fault_that_need_not_be_the_cause_leaves_the_others(changes: dict[str, str]) -> None:
    """Control: a path that HTTP libraries may change, and seconds of which no docs speak, are told, and
    so is what else can be.
    """
    found = verdict(replace(GET, **changes))
    assert found.kind == "right"
    assert [line.split()[0] for line in found.lines()[1:]] == ["but", "leaves", "or", "never"]


@pytest.mark.parametrize(
    "stamp", [T, "2024-05-06T17:08:09Z", "2024-05-06T17:08:09.09Z", "2024-05-06T17:08:09.010203Z"]
)
def test_a_timestamp_that_okx_reads_is_not_blamed(stamp: str) -> None:
    """Control: with other lengths of the fraction OKX takes it, and nothing is said."""
    assert verdict(replace(GET, timestamp=stamp)).remark == ""


@pytest.mark.parametrize("stamp", [T, "1714979289010", "1714979289.0"])
def test_a_log_in_takes_whole_seconds(stamp: str) -> None:
    """The documented form of a log-in is not that of a request."""
    found = verdict(replace(LOGIN, timestamp=stamp))
    assert found.kind == "right"
    assert "60004" in found.lines()[1]
    assert verdict(LOGIN).remark == ""


def test_the_timestamp_is_told_beside_another_mistake() -> None:
    """Put right as explained, the request would still be refused; that is said behind."""
    found = verdict(replace(GET, timestamp="1714979289010"), "the method in lower case")
    assert sentences(found) == ["signed with the method in lower case"]
    assert "50102" in found.lines()[-1]


def test_commas_encoded_once_are_not_called_encoded_twice() -> None:
    """The commonest slip of a GET with a list: signed by urlencode, sent as it stood."""
    found = verdict(GET, "the query as urlencode writes it")
    assert sentences(found) == ["signed with the query with its commas as %2C"]
    again = replace(GET, query="?ccy=BTC%2CETH")
    found = verdict(again, "the query encoded twice")
    assert sentences(found) == ["signed with the query encoded twice"]


def test_hours_up_to_twelve_are_told_before_a_zone_of_twelve_hours() -> None:
    """Both make the same text in the afternoon; the correction of each is shown."""
    found = verdict(ORDER, "the timestamp on a 12-hour clock")
    assert sentences(found)[0].startswith("signed with the timestamp on a 12-hour clock (here")
    assert "HH" in found.explanations[0].correction
    assert "UTC" in found.explanations[0].correction
    morning = replace(GET, timestamp="1714979289010")  # 07:08
    found = of_text(morning, f"2024-05-06T07:08:09.010ZGET{GET.path}{GET.query}")
    assert not any("12-hour" in each for each in sentences(found))
    assert found.kind == "explained"


def test_nothing_is_said_of_members_that_a_body_does_not_have() -> None:
    """A body without null and empty members is not told to have lost them."""
    sent = replace(ORDER, body=ORDER.body + "\n")
    assert sentences(verdict(sent, "the body as compact JSON")) == [
        "signed with the body as compact JSON"
    ]


def test_any_order_of_seven_keys_is_found() -> None:
    """As many as an order has, in the order of another program's map."""
    keys = ("px", "clOrdId", "side", "instId", "sz", "tdMode", "ordType")
    body = json.dumps({key: FIELDS[key] for key in keys}, separators=(",", ":"))
    assert sentences(of_text(ORDER, f"{T}POST/api/v5/trade/order{body}")) == [
        f"signed with the body with its keys in the order {', '.join(keys)}"
    ]


@pytest.mark.parametrize("signed", ["1714979289.678", "1714979289.67", "1714979289.6"])
def test_the_seconds_of_javascript_at_a_log_in(signed: str) -> None:
    """Date.now() / 1000 signed, and whole seconds sent."""
    found = of_text(LOGIN, f"{signed}GET/users/self/verify")
    assert sentences(found) == ["signed with the timestamp as epoch seconds with a fraction"]


@pytest.mark.parametrize("label", ["", "(stdin)= ", "SHA2-256(stdin)= ", "HMAC-SHA2-256(stdin)= "])
def test_openssl_without_binary_is_one_mistake(label: str) -> None:
    """Its line piped into base64, whatever that openssl puts before the digits."""
    digest = base64.b64decode(signed_with(GET)).hex()
    signature = base64.b64encode(f"{label}{digest}\n".encode()).decode()
    found = investigate(evidence(GET, signature), credentials(GET))
    assert len(found.explanations) == 1
    assert len(found.explanations[0].mistakes) == 1
    assert "-binary" in found.explanations[0].correction


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("0123****CDEF", "the secret masked, 4 characters, four stars, 4 characters"),
        ("012…DEF", "the secret masked, 3 characters, an ellipsis, 3 characters"),
        ("*" * 32, "stars in place of the secret"),
        ("•" * 32, "dots in place of the secret"),
        ("0123456789", "only the first 10 characters of the secret"),
    ],
)
def test_a_secret_copied_as_it_is_shown(shown: str, name: str) -> None:
    """Masked by a page or a log, or cut off by a field: what is left of it is recognised."""
    found = verdict(GET, name)
    signed = replace(GET, secret=shown)
    assert signed_with(signed) == signed_with(GET, name)
    assert sentences(found) == [f"signed with {name}"]


def test_a_log_in_is_never_told_to_sign_a_base_path() -> None:
    """What is right advice for a request is wrong for the log-in, whose path has no /api/v5."""
    found = verdict(LOGIN, "the path /api/v5/users/self/verify for the log-in")
    assert len(found.explanations) == 1
    correction = found.explanations[0].correction
    assert correction.startswith("sign GET and /users/self/verify")
    assert "/api/v5" not in correction


def test_a_post_signed_as_the_log_in() -> None:
    """One function for both, called for a request: method, path and body are the log-in's."""
    found = verdict(ORDER, "the prehash of the WebSocket log-in")
    assert sentences(found) == ["signed with the prehash of the WebSocket log-in"]
    plain = replace(GET, query="")
    assert len(verdict(plain, "the path of the WebSocket log-in").explanations) == 1
