"""The one table of changes, and how changes compose inside a part and across parts."""

from __future__ import annotations

import base64
import hmac
import json

import pytest
from byhand import Sent
from chance import credentials, evidence

from okx_magic.credentials.changes import COSTS, SUBJECTS, changes, plain, rows, table
from okx_magic.detective import investigate
from okx_magic.detective.grammar import Stage, made

SECRET = "0123456789ABCDEF0123456789ABCDEF"
T = "2024-05-06T17:08:09.010Z"
BODY = '{"instId": "BTC-USDT", "px": "2.15", "sz": 2}'
ORDER = Sent(T, "POST", "/api/v5/trade/order", "", BODY, SECRET)
HASHED = Sent(T, "POST", ORDER.path, "", '{"instId":"BTC-USDT","px":"60000","sz":"0.5"}', SECRET)
GET = Sent(T, "GET", "/api/v5/account/bills", "?ccy=USDT&after=1", "", SECRET)
# One of them is changed by each row.
TEXTS = (
    *("2024-05-06T17:08:09.010Z", "1714979289", "get", "POST", "/api/v5/a-b_c/", "/api/v3//x/"),
    *("?a=1&b=%2c&", "x=a b,c+d~&b=%2C%20", '{"a": "é\\n<&"}', "[1]\r\n", " x\n y ", "it's", "é"),
    *(
        "00Il1O-/+$name%41\\00Il1O-/+$name",
        "e\u0301",
        "MFRGGZA=",
        "YWJj",
        "616263",
        "abc",
        "xyz",
        "1e-7",
        "1" * 300,
    ),
)


def of_text(sent: Sent, text: str) -> list[set[str]]:
    """The mistakes in each explanation of a signature of this very text."""
    digest = hmac.digest(SECRET.encode(), text.encode(), "sha256")
    found = investigate(
        evidence(sent, base64.b64encode(digest).decode()), credentials(sent)
    ).explanations
    return [{*each.mistakes} for each in found]


@pytest.mark.parametrize("letter", SUBJECTS)
def test_every_row_of_a_letter_changes_some_text(letter: str) -> None:
    """No row is idle, and none fails on any of these texts."""
    for mistake, of, _ in changes(letter):
        made_of = [of(text) for text in TEXTS]
        same = zip(made_of, TEXTS, strict=True)
        assert any(new is not None and new not in (old, plain(old)) for new, old in same), mistake


def test_every_row_of_a_section_changes_some_text() -> None:
    """The same of those that happen to one part alone."""
    sections = ("timestamp", "method", "path", "log-in", "query", "writing", "values")
    for section in (*sections, "body", "secret"):
        for mistake, of, _ in rows(section):
            assert any(of(text) not in (text, None) for text in TEXTS), mistake


def test_every_row_says_what_to_do_instead_and_how_usual_it_is() -> None:
    """Each kind of correction that is written down is used, and each cost is one of the table's."""
    told = {mistake.correction for letter in SUBJECTS for mistake, _, _ in changes(letter)}
    assert told <= {*table()["instead"].values()}
    costs = {mistake.cost for letter in SUBJECTS for mistake, _, _ in changes(letter)}
    assert costs <= {*COSTS.values()}


def test_stages_compose_in_their_order() -> None:
    """Of two mistakes each is made in a stage of its own, and what they may cost together is kept."""
    first, second = changes("m")[0].mistake, changes("p")[0].mistake
    stages = (
        Stage(lambda text, _: [(f"{text}1", first)]),
        Stage(lambda text, _: [(f"{text}2", second)]),
    )
    both = first.cost + second.cost
    assert [each.what for each in made(stages, "x", 2, both)] == [b"x12"]
    assert {each.what for each in made(stages, "x", 1, both)} == {b"x1", b"x2"}
    assert [each.mistakes for each in made(stages, "x", 2, both)] == [(first, second)]


@pytest.mark.parametrize(
    ("sent", "text", "names"),
    [
        (
            ORDER,
            f'"1714979289010"POST{ORDER.path}{BODY}'.replace("1714979289", "1715015289"),
            {"the timestamp as epoch milliseconds", "the timestamp in double quotes"},
        ),
        (
            ORDER,
            f"2024-05-07 01:08:09POST{ORDER.path}{BODY}",
            {
                "a time 8 h ahead of the header's, as local time taken for UTC is",
                "the timestamp with a blank in place of T, without milliseconds and Z",
            },
        ),
        (
            ORDER,
            f"{T}POSThttps://www.okx.com{ORDER.path}\n{BODY}",
            {
                "the full URL https://www.okx.com… for a path",
                "a line break behind the path",
            },
        ),
        (
            ORDER,
            f"{T}POST{ORDER.path}'"
            + json.dumps({**json.loads(BODY), "sz": "2"}, separators=(",", ":"))
            + "'",
            None,
        ),
        (
            HASHED,
            f'{T}POST{ORDER.path}{{"instId":"BTC-USDT","sz":0.5,"px":60000.0}}',
            {
                "the body's text as floats, where it is digits",
                "the body with its keys as Java's HashMap orders them",
            },
        ),
        (
            ORDER,
            f'{T}POST{ORDER.path}{{"instId": "BTC-USDT", "px": 2.15, "sz": "2"}}',
            {"the body's px as a number", "the body's numbers as text"},
        ),
        (
            ORDER,
            f"{T}POST{ORDER.path}'{BODY}'".replace('"', '\\"'),
            {"the body with escaped quotes", "the body in single quotes"},
        ),
        (
            GET,
            f"{T}GET{GET.path}after=1&ccy=USDT",
            {"the query sorted by name", "the ? before the query left out"},
        ),
    ],
    ids=[
        "quoted number",
        "local notation",
        "URL and line break",
        "three in a body",
        "values and their order",
        "two values",
        "two of its text",
        "sorted, bare",
    ],
)
def test_mistakes_inside_one_part_are_named_together(
    sent: Sent, text: str, names: set[str] | None
) -> None:
    """Two changes of one part are found as such; three of one part are not looked for."""
    found = of_text(sent, text)
    assert (names in found) if names else (found == [])
