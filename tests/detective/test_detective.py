"""What the detective says of a right signature, of mistakes alone and together, and of the unknown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest
from byhand import Sent, signed_with
from chance import credentials, evidence, told, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.credentials.credentials import Credentials
from okx_magic.detective import Evidence, investigate
from okx_magic.detective.wrapping import unwrapped

VECTORS = json.loads(
    (Path(__file__).parent.parent / "credentials" / "signing_vectors.json").read_text("utf-8")
)
SECRET = "0123456789ABCDEF0123456789ABCDEF"
GET = Sent("2024-05-06T07:08:09.010Z", "GET", "/api/v5/account/balance", "", "", SECRET)
QUERY = Sent("2024-05-06T07:08:09.010Z", "GET", "/api/v5/account/balance", "?ccy=BTC", "", SECRET)
ORDER = Sent(
    "2024-05-06T07:08:09.010Z",
    "POST",
    "/api/v5/trade/order",
    "",
    '{"instId": "BTC-USDT", "tdMode": "cash", "side": "buy", "px": "2.15", "sz": "2"}',
    SECRET,
)
LOGIN = Sent("1714979289", "GET", "/users/self/verify", "", "", SECRET)


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_known_signatures_are_right(vector: dict[str, str]) -> None:
    """Each known vector is found right, by its own credentials."""
    holder = Credentials(VECTORS["key"], VECTORS["secret"], VECTORS["passphrase"])
    seen = Evidence(
        vector["signature"],
        vector["timestamp"],
        vector["method"],
        vector["target"],
        vector["body"],
    )
    assert investigate(seen, holder).kind == "right"


def test_right_says_what_that_leaves() -> None:
    """A right signature leaves changed bytes or another key's secret; other codes' causes it excludes."""
    lines = verdict(ORDER).lines()
    assert lines[0] == "the signature is right for these inputs"
    text = "\n".join(lines)
    assert "changed after they were signed" in text
    assert "another key" in text
    assert "50105" in text
    assert "50102" in text


def test_one_mistake_is_one_sentence_and_its_correction() -> None:
    """The first line says what was signed, the second what to do."""
    found = verdict(ORDER, "the body left out")
    assert found.lines() == (
        "signed with the body left out",
        "  instead sign exactly the body that is sent: all of it, and nothing where none is sent",
    )


def test_two_mistakes_are_both_told() -> None:
    """A pair is one sentence, with both corrections."""
    found = verdict(ORDER, "a line break behind the secret", "the digest in hexadecimal")
    assert [each.sentence for each in found.explanations] == [
        "signed with a line break behind the secret and the digest in hexadecimal"
    ]
    assert "secret.strip()" in found.explanations[0].correction
    assert "b64encode" in found.explanations[0].correction


@pytest.mark.slow
def test_three_mistakes_are_found() -> None:
    """Three usual mistakes are found together."""
    names = ("a line break behind the secret", "the timestamp without its Z", "the body left out")
    assert told(verdict(ORDER, *names)) == [names]


def test_three_with_a_wrapping_are_found() -> None:
    """What is wrapped around the signature counts as a mistake of its own."""
    names = (
        "the method in lower case",
        "the body left out",
        "the Base64 of the digest in hexadecimal",
    )
    assert told(verdict(ORDER, *names)) == [names]


@pytest.mark.slow
def test_nothing_is_said_of_an_unknown_way() -> None:
    """A signature by another secret has no explanation, and the verdict says so plainly."""
    foreign = base64.b64encode(hashlib.sha256(b"chance").digest()).decode()
    found = investigate(evidence(ORDER, foreign), credentials(ORDER))
    assert found.kind == "unexplained"
    assert found.explanations == ()
    assert found.lines()[0].startswith("no explanation found")
    assert found.tried > 100_000


@pytest.mark.parametrize("text", ["", "?", "not a signature", "AAAA", "é" * 44, "=" * 44, "\0"])
def test_what_is_no_signature_is_not_explained(text: str) -> None:
    """A text that holds no digest has no explanation either."""
    assert investigate(evidence(GET, text), credentials(GET)).kind == "unexplained"


@settings(max_examples=100)
@given(st.text(max_size=120) | st.text("0123456789abcdefABC+/=-_%'\" \\\n", max_size=120))
def test_no_text_upsets_the_unwrapping(text: str) -> None:
    """Whatever is pasted for a signature is read or not read; it never fails."""
    for reading in unwrapped(text):
        assert len(reading.digest) in (16, 20, 28, 32, 48, 64)


@settings(max_examples=20)
@given(
    timestamp=st.text(max_size=30),
    method=st.text(max_size=8),
    target=st.text(max_size=60).map(lambda text: "/" + text),
    body=st.text(max_size=80)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    ).map(json.dumps),
)
def test_no_input_upsets_the_search(timestamp: str, method: str, target: str, body: str) -> None:
    """Whatever the inputs are, a right signature of them is found right and a hexadecimal one named."""
    holder = credentials(GET)
    parts = [each.encode("utf-8", "surrogatepass") for each in (timestamp, method, target, body)]
    digest = hmac.digest(SECRET.encode(), b"".join(parts), "sha256")
    right = base64.b64encode(digest).decode()
    lowered = base64.b64encode(
        hmac.digest(SECRET.lower().encode(), b"".join(parts), "sha256")
    ).decode()
    assert investigate(Evidence(right, timestamp, method, target, body), holder).kind == "right"
    found = investigate(Evidence(digest.hex(), timestamp, method, target, body), holder)
    assert told(found) == [("the digest in hexadecimal",)]
    found = investigate(Evidence(lowered, timestamp, method, target, body), holder)
    assert told(found) == [("the secret in lower case",)]


def test_a_mistake_that_changes_nothing_is_not_blamed() -> None:
    """Without a query none was left out, and a sorted body was not sorted wrongly."""
    names = {name for mistakes in told(verdict(GET, "the method left out")) for name in mistakes}
    assert names == {"the method left out"}
    found = verdict(ORDER, "the body as compact JSON")
    also = [name for each in found.explanations for name in (*each.mistakes, *each.also)]
    assert not any("sorted" in name for name in also)


def test_causes_of_one_effect_are_both_shown() -> None:
    """A line break behind the body is one at the end of the prehash: both places are named."""
    ended = Sent(**{**GET.__dict__, "query": "?ccy=BTC"})
    found = verdict(ended, "a blank at the end of the prehash")
    assert len(found.explanations) > 1
    assert found.lines()[0].startswith(f"{len(found.explanations)} explanations fit")
    assert {"a blank at the end of the prehash"} <= {*sum(told(found), ())}


def test_forms_of_one_effect_are_named_together() -> None:
    """A # at the end of the secret: cut off there, or its last character lost."""
    sent = Sent(**{**GET.__dict__, "secret": SECRET[:-1] + "#"})
    found = verdict(sent, "the secret cut off at its #")
    assert len(found.explanations) == 1
    both = {*found.explanations[0].mistakes, *found.explanations[0].also}
    assert {"the secret cut off at its #", "the last character of the secret lost"} <= both


@pytest.mark.parametrize("mistake", ["the method in lower case", "a line break behind the secret"])
def test_microseconds_beside_another_mistake(mistake: str) -> None:
    """Digits that the header does not show are found with a mistake in a part or in the secret."""
    fine = replace(QUERY, timestamp=f"{QUERY.timestamp[:-1]}789Z")
    assert told(investigate(evidence(QUERY, signed_with(fine, mistake)), credentials(QUERY))) in (
        [(mistake, "the timestamp with microseconds")],
        [("the timestamp with microseconds", mistake)],
    )


def test_the_recipe_of_another_exchange() -> None:
    """Bybit's own, its timestamp and its digest in hexadecimal with it, is told as what it is."""
    text = f"1714979289010{QUERY.key}5000ccy=BTC"
    signature = hmac.digest(SECRET.encode(), text.encode(), "sha256").hex()
    assert told(investigate(evidence(QUERY, signature), credentials(QUERY))) == [
        (
            "the timestamp as epoch milliseconds",
            "the recipe of Bybit: timestamp, API key, recv_window 5000, parameters",
            "the digest in hexadecimal",
        )
    ]


@pytest.mark.slow
def test_the_recipe_of_another_secret_is_not_named() -> None:
    """Control: the same text under another secret is no recipe."""
    text = f"1714979289010{QUERY.key}5000ccy=BTC"
    signature = hmac.digest(b"another", text.encode(), "sha256").hex()
    assert investigate(evidence(QUERY, signature), credentials(QUERY)).kind == "unexplained"


@pytest.mark.parametrize("mistakes", [(), ("the body left out",)])
@pytest.mark.parametrize(
    ("behind", "name"),
    [
        (b"", "the prehash itself in place of its digest"),
        (
            hmac.digest(SECRET.encode(), b"", "sha256"),
            "the prehash handed to Go's Sum, with nothing written to the hash before",
        ),
    ],
    ids=["nothing", "Sum"],
)
def test_a_prehash_that_was_not_digested(
    behind: bytes, name: str, mistakes: tuple[str, ...]
) -> None:
    """It stands in the signature, in Base64 or in hexadecimal, also if it is a wrong one."""
    text = f"{ORDER.timestamp}POST{ORDER.path}{'' if mistakes else ORDER.body}".encode() + behind
    for signature in (base64.b64encode(text).decode(), text.hex()):
        found = investigate(evidence(ORDER, signature), credentials(ORDER))
        assert told(found) == [(*mistakes, name)]


def test_a_plus_at_an_end_of_the_signature_may_be_a_blank() -> None:
    """A form reads + as a blank, and the one at the start is gone with the blanks around the text."""
    for millisecond in range(1000):
        sent = replace(GET, timestamp=f"2024-05-06T07:08:09.{millisecond:03d}Z")
        right = signed_with(sent)
        if right.startswith("+"):
            break
    pasted = right.replace("+", " ").strip()
    assert told(investigate(evidence(sent, pasted), credentials(sent))) == [
        ("the signature with each + turned into a blank",)
    ]


def test_a_log_in_signed_like_a_request() -> None:
    """A WebSocket log-in signed with an ISO time, and a request signed like a log-in."""
    assert told(verdict(LOGIN, "the timestamp in ISO 8601 with milliseconds and Z")) == [
        ("the timestamp in ISO 8601 with milliseconds and Z",)
    ]
    names = ("the timestamp as epoch seconds", "the path of the WebSocket log-in")
    assert told(verdict(GET, *names)) == [names]


def test_a_slip_of_typing_is_placed_and_not_shown() -> None:
    """One wrong character is told by its position."""
    found = verdict(GET, "another character at position 9 of the secret")
    assert told(found) == [("another character at position 9 of the secret",)]


@pytest.mark.slow
def test_a_reused_signature() -> None:
    """That of another endpoint, with another method, is recognised."""
    names = ("the method GET", "the path of another request, /api/v5/account/config")
    sent = Sent(**{**ORDER.__dict__, "body": ""})
    found = verdict(sent, *names)
    assert set(told(found)[0]) == set(names)


def test_the_secret_of_another_account() -> None:
    """Asked with other credentials, their secret is tried and no other."""
    other = Sent(**{**GET.__dict__, "secret": SECRET[::-1]})
    signature = signed_with(other)
    assert investigate(evidence(GET, signature), credentials(other)).kind == "right"
    # Ours in reverse happens to be in the catalogue.
    assert told(investigate(evidence(GET, signature), credentials(GET))) == [
        ("the secret in reverse",)
    ]


def test_another_length_is_another_hash() -> None:
    """A signature of 64 bytes is no HMAC-SHA256, so only longer hashes are tried."""
    found = verdict(ORDER, "HMAC-SHA-512 in place of HMAC-SHA-256", "the body left out")
    assert told(found) == [("HMAC-SHA-512 in place of HMAC-SHA-256", "the body left out")]
    assert found.tried < 30_000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("'{}'", ("quotes around the signature",)),
        ("b'{}'", ("the signature as b'…', as Python prints bytes",)),
        (
            "\"b'{}'\"",
            ("the signature as b'…', as Python prints bytes", "quotes around the signature"),
        ),
        ("{}\n", ("a line break at the signature",)),
        ("(stdin)= {}", ("the label that openssl prints, before the signature",)),
    ],
)
def test_wrappings_come_off_layer_by_layer(text: str, names: tuple[str, ...]) -> None:
    """Each layer around a right signature is one mistake, the innermost first."""
    found = investigate(evidence(GET, text.format(signed_with(GET))), credentials(GET))
    assert told(found) == [names]
