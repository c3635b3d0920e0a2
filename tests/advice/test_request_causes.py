"""Causes that are in the request: the clock, the path, the limits, who answered."""

from __future__ import annotations

import dataclasses
import re

import pytest
from cases import SENT_AT, account, exchange
from hypothesis import given
from hypothesis import strategies as st
from refusals import EARLIER, HTML, advice, date, found, order, text

from okx_magic.advice.case import Known
from okx_magic.advice.causes import Case, causes, remedy_after
from okx_magic.credentials.credentials import Credentials
from okx_magic.errors import CredentialsError
from okx_magic.model import Environment, Request


@pytest.mark.parametrize(
    ("code", "offset", "milliseconds", "answered", "holds", "words"),
    [
        (
            "50102",
            3_600_000,
            80,
            date(0),
            False,
            "3600.0 s behind the exchange's, and the timestamp",
        ),
        ("50102", 0, 80, date(45), True, "45 s behind the date of the answer"),
        ("50102", 0, 80, date(-3600), True, "3600 s ahead of the date of the answer"),
        ("50102", 0, 41_000, date(41), True, "the request took 41 s"),
        ("50102", 0, 80, (), None, "no date to compare"),
        ("50102", None, 80, (), None, "was not measured"),
        ("50102", 0, 80, (("date", "soon"),), None, "no date to compare"),
    ],
)
def test_the_clock_is_measured(
    code: str,
    offset: int | None,
    milliseconds: float,
    answered: tuple[tuple[str, str], ...],
    holds: bool | None,  # noqa: FBT001 - a table
    words: str,
) -> None:
    """The timestamp against the date of the very answer that refused it, and the offset as measured."""
    refused = exchange(offset=offset, milliseconds=milliseconds, answered=answered)
    seen = causes(Case(code, account(), dataclasses.replace(refused, code=code)))
    assert seen[0].name == "clock"
    assert seen[0].holds is holds
    assert words in seen[0].found


@pytest.mark.parametrize(("offset", "holds"), [(200, False), (-45_000, True), (None, None)])
def test_a_clock_without_a_request(offset: int | None, holds: bool | None) -> None:  # noqa: FBT001 - a table
    """A code of a WebSocket login is checked by what the session knows of the clock."""
    log = (exchange(offset=offset),)
    (cause,) = causes(Case("60006", account(), known=Known(log)))
    assert cause.holds is holds


@pytest.mark.parametrize(
    ("value", "holds", "words"),
    [
        ("1714979289", True, "13 digits"),
        ("soon", True, "13 digits"),
        (str(round(SENT_AT * 1000) - 2_000), True, "2.0 s before"),
        (str(round(SENT_AT * 1000) + 40), True, "0.0 s after"),
        (str(round(SENT_AT * 1000) + 5_000), None, "5.0 s after"),
    ],
)
def test_exp_time_is_held_against_the_exchanges_clock(
    value: str,
    holds: bool | None,  # noqa: FBT001 - a table
    words: str,
) -> None:
    """In milliseconds, and not over before the order could arrive."""
    cause = found("50036", exchange(order(("expTime", value))))["expTime"]
    assert cause.holds is holds
    assert words in cause.found


def test_a_limit_is_counted() -> None:
    """The requests sent in its time; if that is within the limit, another program uses it too."""
    path = "/api/v5/account/config"
    one = exchange(Request("GET", path), "50011", "50011 Too Many Requests")
    many = [dataclasses.replace(one, sent_at=SENT_AT - number / 10) for number in range(9)]
    cause = found("50011", many[0], known=Known(tuple(reversed(many))))["limit"]
    assert "5 requests in 2 s per user; 9 were sent from here" in cause.found
    assert cause.holds
    few = found("50011", many[0], known=Known(many[:2]))["limit"]
    assert "2 were sent from here: others use it too" in few.found
    assert few.holds is None


def test_the_headers_that_were_sent_are_known() -> None:
    """A request that the catalogue has as public went without them, which explains 50103."""
    assert found("50103", exchange(signed=False))["headers"].holds
    assert found("50103")["headers"].holds is None


def test_a_wrong_method_is_found_in_the_catalogue() -> None:
    """50115 names the method that the path has; an unknown path what is near it."""
    wrong = exchange(Request("POST", "/api/v5/account/balance"))
    assert "as a GET, not a POST" in found("50115", wrong)["path"].found
    unknown = exchange(Request("GET", "/api/v5/account/balances"))
    assert "near it: /api/v5/account/balance" in found("50115", unknown)["path"].found


def test_an_answer_that_is_not_okxs_is_traced_to_its_sender() -> None:
    """Who answered, by the answer's own headers; host, proxy and path as they are."""
    answered = (("server", "squid/6.1"), ("content-type", "text/html"))
    refused = exchange(outcome=HTML, status=502, answered=answered)
    seen = found("", refused, proxy="http://me:pw@proxy.example:3128")
    assert "HTTP 502, from squid/6.1, text/html: HTML came" in seen["answer"].found
    assert seen["host"].holds is False
    assert "went through http://proxy.example:3128" in seen["proxy"].found
    assert "pw" not in "".join(map(str, seen.values()))
    assert seen["path"].holds is False


@given(
    key=text,
    secret=text,
    passphrase=text,
    offset=st.none() | st.integers(-(10**8), 10**8),
    late=st.floats(0, 10**5),
    away=st.integers(-(10**5), 10**5),
    stamped=st.sampled_from(["2024-05-06T07:08:09.010Z", "1714979289", "2024-05-06T08:00:00.000Z"]),
    accepted=st.booleans(),
)
def test_50113_blames_neither_passphrase_nor_key_nor_clock(
    key: str,
    secret: str,
    passphrase: str,
    offset: int | None,
    late: float,
    away: int,
    stamped: str,
    accepted: bool,  # noqa: FBT001 - a table
) -> None:
    """However odd those look and however wrong the clock is: OKX has other codes for them."""
    try:
        credentials = Credentials(key, secret, passphrase)
    except CredentialsError:
        return
    refused = exchange(offset=offset, milliseconds=late, answered=date(away))
    assert refused.sent is not None
    refused = dataclasses.replace(
        refused, sent=dataclasses.replace(refused.sent, timestamp=stamped)
    )
    known = Known((EARLIER,) if accepted else ())
    seen = causes(Case("50113", account(credentials=credentials), refused, known))
    assert {cause.name for cause in seen} <= {
        "parts",
        "bytes",
        "secret",
        "proxy",
        "method",
        "target",
        "body",
    }
    for cause in seen:
        # That a secret may belong to another key blames the secret.
        said = cause.found.replace("to another API key", "").replace("a key of", "")
        assert not re.search("passphrase|clock|timestamp|key|UUID", said), said


@pytest.mark.parametrize("environment", ["demo", "live"])
def test_the_sandboxs_limits_are_its_own(environment: Environment) -> None:
    """However it is dressed: it is never called demo trading, and real money never advised."""
    local = {"base_url": "http://127.0.0.1:1" if environment != "live" else "https://127.0.0.1:1"}
    seen = causes(Case("50038", account(environment, **local), exchange()))
    text = " ".join(map(str, seen)) + remedy_after(seen, "fixed")
    assert "the sandbox does not offer" in text
    assert "demo" not in text
    assert "live" not in text


@pytest.mark.parametrize(
    ("outcome", "remedy"),
    [
        ("50038 The sandbox does not offer this", "%okx_find"),
        ("50038 The sandbox does not offer orders of options", "it trades spot pairs"),
    ],
)
def test_what_the_sandbox_has_instead_follows_from_what_it_refused(
    outcome: str, remedy: str
) -> None:
    """Another endpoint helps where it has not this one; else what it does trade."""
    refused = dataclasses.replace(exchange(), outcome=outcome)
    seen = causes(Case("50038", account("demo", base_url="http://127.0.0.1:1"), refused))
    assert remedy_after(seen, "fixed").startswith(remedy)


def test_demo_tradings_limits_do_not_point_to_real_money() -> None:
    """Whatever demo trading lacks, a live account is not the advice."""
    text, remedy = advice("50038", exchange())
    assert "not available in demo trading" in text
    assert "live" not in remedy
