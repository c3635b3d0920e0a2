from __future__ import annotations

import dataclasses
import re

import pytest
from cases import KEY, PASSPHRASE, SECRET, account, exchange
from hypothesis import given
from hypothesis import strategies as st
from refusals import EARLIER, HTML, advice, found, order

from okx_magic import catalogue
from okx_magic.advice.case import Known
from okx_magic.advice.causes import Case, causes
from okx_magic.credentials.account import SITES
from okx_magic.credentials.credentials import Credentials
from okx_magic.model import Environment, Request

REST = [str(code) for code in (50011, 50036, 50037, 50038, *range(50100, 50122)) if code != 50117]
WEBSOCKET = [str(code) for code in range(60004, 60033)]


@pytest.mark.parametrize("code", REST + WEBSOCKET)
def test_every_refusal_has_a_meaning_and_a_next_step(code: str) -> None:
    """Each authentication code says what it means and what to do."""
    known = catalogue.explain(code)
    assert known is not None
    assert known.meaning
    assert known.remedy


@pytest.mark.parametrize("code", [code for code in REST if code != "50117"] + [""])
def test_every_refusal_of_a_request_has_something_checked(code: str) -> None:
    """No code of the door is left to a list of what it might be."""
    assert found(code, exchange(outcome=HTML if code == "" else "x"))


def test_the_environment_is_what_was_sent() -> None:
    """50101 names the header that went out, and where that came from."""
    cause = found("50101")["environment"]
    assert cause.holds
    assert "sent as demo (with x-simulated-trading: 1), from environment variables" in cause.found
    assert "the key is for live trading" in cause.found
    live = exchange(Request("GET", "/api/v5/account/balance"))
    told = found("50101", live, environment="live", name="live")["environment"].found
    assert "without x-simulated-trading" in told
    assert "for demo trading" in told


@pytest.mark.parametrize("site", SITES)
def test_the_site_is_the_one_that_was_asked(site: str) -> None:
    """50119 names the site that was asked, and those that were not."""
    cause = found("50119", base_url=SITES[site].base_url)["site"]
    assert cause.holds is None
    asked, _, others = cause.found.partition(";")
    assert f"the site {site}" in asked
    assert all(name in others for name in SITES if name != site)


@pytest.mark.parametrize(
    ("site", "environment", "host"),
    [
        ("global", "live", "ws.okx.com"),
        ("global", "demo", "wspap.okx.com"),
        ("eea", "live", "wseea.okx.com"),
        ("us", "demo", "wsuspap.okx.com"),
    ],
)
def test_the_websocket_host_is_the_one_of_site_and_environment(
    site: str, environment: Environment, host: str
) -> None:
    """Demo keys have WebSocket hosts of their own, which REST has not."""
    asked = account(environment=environment, base_url=SITES[site].base_url)
    causes_of = {each.name: each for each in causes(Case("60032", asked))}
    assert f"wss://{host}:8443/ws/v5/private" in causes_of["URL"].found
    (elsewhere,) = causes(Case("60018", account(base_url="http://127.0.0.1:9")))
    assert elsewhere.found == "127.0.0.1:9 has no WebSocket of OKX"


def test_credentials_are_doubted_by_their_form_alone() -> None:
    """Unusual forms are told, never the values; usual ones are said to be so."""
    odd = Credentials("your-key", SECRET, "'quoted'")
    told = [str(cause) for cause in causes(Case("50111", account(credentials=odd), exchange()))]
    assert "? credentials: the key is not a UUID, as OKX's are" in told
    assert any("quotation marks" in line for line in told)
    assert "your-key" not in "".join(told)
    assert found("50111")["credentials"].holds is False
    capitals = Credentials(KEY.upper(), SECRET, "a-passphrase")
    (told,) = (
        cause
        for cause in causes(Case("50111", account(credentials=capitals), exchange()))
        if cause.name == "credentials"
    )
    assert (told.found, told.holds) == (capitals.warnings[0], None)
    assert "copy it again" in told.remedy


def test_what_was_accepted_before_is_a_fact() -> None:
    """A secret that signed what OKX accepted is right; an account that was accepted has changed."""
    known = Known((EARLIER,))
    assert found("50113", known=known)["secret"].holds is False
    assert found("50113")["secret"].holds is None
    assert "12 s before" in found("50119", known=known)["before"].found
    assert "nothing of this account" in found("50119")["before"].found


def test_what_was_accepted_unsigned_proves_nothing() -> None:
    """A public answer says nothing of the secret."""
    public = exchange(Request("GET", "/api/v5/public/time"), "0", "ok", signed=False)
    assert found("50113", known=Known((public,)))["secret"].holds is None


@pytest.mark.parametrize(
    ("outcome", "ip", "holds", "words"),
    [
        ("Your IP 203.0.113.7 is not included", "", None, "203.0.113.7, an IPv4 address"),
        ("Your IP 2001:db8::7 is not included", "", None, "2001:db8::7, an IPv6 address"),
        ("Your IP 203.0.113.7 is not included", "198.51.100.1", True, "allowlist is 198.51.100.1"),
        ("Your IP 203.0.113.7 is not included", "1.1.1.1,203.0.113.7", None, "allowlist is"),
        ("You are not included", "", None, "does not name the address"),
    ],
)
def test_the_address_is_the_one_that_okx_saw(
    outcome: str,
    ip: str,
    holds: bool | None,  # noqa: FBT001 - a table
    words: str,
) -> None:
    """It is read from the message, and compared with those that the key is bound to."""
    cause = found("50110", exchange(outcome=outcome), known=Known(config={"ip": ip}))["address"]
    assert cause.holds is holds
    assert words in cause.found


@pytest.mark.parametrize(
    ("perm", "holds"), [("read_only", True), ("read_only,trade", False), ("", None)]
)
def test_the_permission_is_the_endpoints(perm: str, holds: bool | None) -> None:  # noqa: FBT001 - a table
    """What the catalogue says the endpoint needs, against what the account's config says of the key."""
    known = Known(config={"perm": perm} if perm else {})
    cause = found("50120", exchange(order()), known=known)["permission"]
    assert cause.holds is holds
    assert "needs Trade" in cause.found


def test_no_answer_is_no_refusal() -> None:
    """What the network did is told by the error itself."""
    lost = exchange(code="", outcome="no complete answer within 15 s", status=None)
    assert causes(Case("", account(), lost)) == ()


def test_other_codes_are_left_to_their_meaning() -> None:
    """A parameter that OKX does not like is no matter of authentication."""
    assert causes(Case("51000", account(), exchange(code="51000"))) == ()
    assert causes(Case("0", account(), exchange(code="0"))) == ()


def test_the_meaning_of_50113_blames_none_of_them_either() -> None:
    """Meaning and next step name passphrase, key and clock only to say that it is not them."""
    known = catalogue.explain("50113")
    assert known is not None
    assert (
        "never the passphrase: 50105, the key: 50111 or 50119, or the clock: 50102" in known.meaning
    )
    said = known.remedy.replace("another key", "").replace("this key", "")
    assert not re.search("passphrase|clock|timestamp|key", said)


@pytest.mark.parametrize("code", ["", *REST, *WEBSOCKET])
def test_no_secret_is_in_any_text(code: str) -> None:
    """Whatever is checked, the values are not told, with a request and without."""
    case = Case(code, account(), exchange(code=code), Known((EARLIER,), {"perm": "read_only"}))
    told = " ".join(map(str, causes(case) + causes(dataclasses.replace(case, exchange=None))))
    assert not any(value in told for value in (KEY, SECRET, PASSPHRASE))


@pytest.mark.slow
@given(
    code=st.sampled_from(["", *REST, *WEBSOCKET]),
    outcome=st.text(max_size=80),
    said=st.text(max_size=40),
    value=st.text(max_size=20),
    config=st.dictionaries(st.sampled_from(["perm", "ip", "uid"]), st.text(max_size=20)),
)
def test_nothing_that_a_server_says_breaks_a_check(
    code: str, outcome: str, said: str, value: str, config: dict[str, str]
) -> None:
    """Whatever stands in an answer, in its headers and in the account's config: no exception."""
    answered = (("date", said), ("server", said))
    refused = exchange(order(("expTime", value)), code, outcome, answered=answered)
    known = Known((refused, EARLIER), config)
    assert all(map(str, causes(Case(code, account(), refused, known))))
    assert all(map(str, causes(Case(code, account(), None, known))))


@pytest.mark.parametrize(
    ("values", "code", "means"),
    [
        # key, secret and passphrase as they were typed, and what helps
        ((KEY, PASSPHRASE, SECRET), "50113", "swap the two"),
        ((KEY, PASSPHRASE, SECRET), "50105", "swap the two"),
        ((SECRET, KEY, PASSPHRASE), "50111", "swap the two"),
        ((KEY, SECRET, '"quoted-1!"'), "50105", "leave the quotation marks out"),
        ((KEY, "short", PASSPHRASE), "50113", "copy it again"),
        ((KEY, SECRET, PASSPHRASE), "50113", "fixed"),
    ],
)
def test_the_advice_follows_from_what_was_checked(
    values: tuple[str, str, str], code: str, means: str
) -> None:
    """A new key is not advised where two values were only swapped."""
    _, remedy = advice(code, exchange(), credentials=Credentials(*values))
    assert means in remedy
    assert "new key" not in remedy


def test_a_secret_in_small_letters_is_told_as_that() -> None:
    """Not as one that looks like another of the three values."""
    text, remedy = advice("50113", exchange(), credentials=Credentials(KEY, "ab" * 16, PASSPHRASE))
    assert "the secret has small letters" in text
    assert "another of the three" not in text
    assert "copy it again" in remedy


def test_a_secret_that_was_accepted_is_not_blamed() -> None:
    """After an accepted request the bytes are looked at, not the secret."""
    text, remedy = advice("50113", exchange(), Known((EARLIER,)))
    assert "✓ secret" in text
    assert "belongs to another key" not in remedy
    assert "%okx_debug" in remedy


def test_an_environment_that_was_accepted_is_not_called_another() -> None:
    """50101 straight after an accepted request says nothing certain of the key."""
    text, _ = advice("50101", exchange(), Known((EARLIER,)))
    assert "the key is for" not in text
    text, _ = advice("50101", exchange())
    assert "the key is for" in text


@pytest.mark.parametrize(
    ("msg", "body", "told", "remedy"),
    [
        (
            "Parameter side  error",
            '{"side": "long"}',
            "side was sent as long",
            "side is buy or sell",
        ),
        ("Parameter posSide error", '{"side": "buy"}', "no posSide was sent", "posSide is long or"),
        ("Parameter px can not be empty.", '{"sz": "1"}', "needed for limit", "px is a price"),
        ("Parameter tpOrdPx error", '{"tpOrdPx": "x"}', "goes with tpTriggerPx", "-1 for a market"),
        ("Parameter attachAlgoOrds.slOrdPx error", "{}", "goes with slTriggerPx", "slOrdPx is"),
        ("Parameter stpMode error", '{"stpMode": "x"}', "documented values: cancel_maker", "fixed"),
    ],
)
@pytest.mark.parametrize("code", ["51000", "50014"])
def test_the_parameter_that_okx_names_is_spoken_of(
    code: str, msg: str, body: str, told: str, remedy: str
) -> None:
    """What was sent, what it takes, when it is needed, with what it goes."""
    asked = Request("POST", "/api/v5/trade/order", body)
    refused = dataclasses.replace(exchange(), request=asked, outcome=msg, code=code)
    text, advised = advice(code, refused)
    assert told in text
    assert remedy in advised


def test_the_accounts_mode_is_told_with_a_side() -> None:
    """What the log-in read decides what posSide has to be."""
    asked = Request("POST", "/api/v5/trade/order", "{}")
    refused = dataclasses.replace(exchange(), request=asked, outcome="Parameter posSide error")
    text, _ = advice("51000", refused, Known((), {"posMode": "long_short_mode"}))
    assert "posMode is long_short_mode" in text


def test_a_refusal_without_a_name_is_left_alone() -> None:
    """OKX does not always say which parameter it means."""
    assert advice("51000", exchange(outcome="something else")) == ("", "fixed")
