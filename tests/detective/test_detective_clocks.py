"""Timestamps that were read twice, or written in another notation."""

from __future__ import annotations

import base64
import hmac

import pytest
from byhand import Sent
from chance import credentials, evidence, told, verdict

from okx_magic.detective import Evidence, investigate

SECRET = "0123456789ABCDEF0123456789ABCDEF"
GET = Sent("2024-05-06T07:08:09.010Z", "GET", "/api/v5/account/balance", "", "", SECRET)
ORDER = Sent(
    "2024-05-06T07:08:09.010Z",
    "POST",
    "/api/v5/trade/order",
    "",
    '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "px": "2.15", "sz": "2"}',
    SECRET,
)


def test_the_clock_read_twice() -> None:
    """Any millisecond within half a minute is found, and how far it is."""
    assert told(verdict(ORDER, "a second reading of the clock, 29876 ms after the header's")) == [
        ("a second reading of the clock, 29876 ms after the header's",)
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "signed", "name"),
    [
        (
            "1714979289010",
            "1714979289017",
            "a second reading of the clock, 7 ms after the header's",
        ),
        ("1714979289", "1714979291", "a second reading of the clock, 2 s after the header's"),
        (
            "2024-05-06T07:08:09.010203Z",
            "2024-05-06T07:08:09.010199Z",
            "a second reading of the clock, 4 µs before the header's",
        ),
        (
            "2024-05-06T07:08:09.010Z",
            "2024-05-06T07:08:09.010203",
            "the timestamp with microseconds and without Z",
        ),
        ("2024-05-06T07:08:09.010Z", "1714979289.0102034", None),
        (
            "1714979289010",
            "2024-05-06T07:08:09.010Z",
            "the timestamp in ISO 8601 with milliseconds and Z",
        ),
        (
            "2024-05-06T15:08:09.010Z",
            "2024-05-06T07:08:09.010Z",
            "a time 8 h behind the header's, as local time taken for UTC is",
        ),
        (
            "2024-05-06 07:08:09",
            "2024-05-06T07:08:09Z",
            "the timestamp without milliseconds",
        ),
    ],
)
def test_headers_in_other_notations(header: str, signed: str, name: str | None) -> None:
    """The header's own notation is read, and what was signed in its place is found."""
    text = f"{signed}GET/api/v5/account/balance"
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
    seen = Evidence(signature, header, "GET", "/api/v5/account/balance")
    expected = name or "the timestamp as epoch seconds with a fraction"
    assert told(investigate(seen, credentials(GET)))[0] == (expected,)


@pytest.mark.slow
def test_two_readings_in_two_notations() -> None:
    """The header in ISO 8601 and the prehash in epoch milliseconds, from two readings."""
    text = "1714979289017GET/api/v5/account/balance"
    signature = base64.b64encode(hmac.digest(SECRET.encode(), text.encode(), "sha256")).decode()
    assert told(investigate(evidence(GET, signature), credentials(GET))) == [
        (
            "a second reading of the clock, 7 ms after the header's",
            "the timestamp as epoch milliseconds",
        )
    ]


@pytest.mark.slow
def test_a_second_reading_beside_another_mistake() -> None:
    """Two readings a few milliseconds apart are also found with a mistake elsewhere."""
    names = ("a second reading of the clock, 3 ms before the header's", "the body left out")
    assert told(verdict(ORDER, *names)) == [names]


@pytest.mark.slow
def test_a_second_reading_by_whole_seconds_beside_another_mistake() -> None:
    """A clock that shows whole seconds moves by 1 s between two readings."""
    names = ("a second reading of the clock, 1 s after the header's", "the method in lower case")
    assert told(verdict(ORDER, *names)) == [names]
