"""What traders call things leads to the endpoint or channel that they mean (catalogue/topics, and the
searches for both).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from okx_magic import catalogue
from okx_magic.catalogue import answer_columns, endpoint_search
from okx_magic.catalogue.channel_search import channel_example, live, search_channels
from okx_magic.catalogue.channels import channels
from okx_magic.catalogue.endpoint_search import search
from okx_magic.catalogue.finder import find
from okx_magic.catalogue.topics import topics, words_of
from okx_magic.cell import parse

Questions = list[tuple[str, list[str]]]


def asked(name: str, *, of_channels: bool = False) -> Questions:
    """The questions of a file, each with its right answers."""
    return [
        (question.strip(), [each.strip() for each in answers.split(",")])
        for line in Path(__file__).with_name(name).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
        for question, _, answers in [line.partition("|")]
        if ("CHANNEL" in answers) == of_channels
    ]


# The first was written by the hand that wrote the wordings; the others by hands that had not seen them.
SETS = {
    name: asked(name)
    for name in (
        "questions.txt",
        "unseen_questions.txt",
        "more_questions.txt",
        "newcomer_questions.txt",
        "later_questions.txt",
    )
}
STREAMS = [each for name in SETS for each in asked(name, of_channels=True)]


def found(question: str) -> list[str]:
    return [f"{each.method} {each.path[8:]}" for each in search(question)[:3]]


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_most_questions_find_their_answer_first(name: str) -> None:
    """Of the questions that people ask, 85 % have a right endpoint first, 97 % among the first three."""
    questions = SETS[name]
    assert len(questions) >= 100
    first, among = 0, 0
    for question, answers in questions:
        three, right = found(question), set(answers)
        magic = any(each.startswith("%") and find(question)[0].startswith(each) for each in right)
        first += magic or not right.isdisjoint(three[:1])
        among += magic or not right.isdisjoint(three)
    assert first >= 0.85 * len(questions)
    assert among >= 0.97 * len(questions)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SETS)[:2])
def test_without_the_topics_few_questions_are_answered(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The words of OKX's paths alone are not those of traders: the control of the test above."""
    bare = topics().__class__({}, {}, {}, frozenset(), frozenset(), frozenset())
    monkeypatch.setattr(endpoint_search, "topics", lambda: bare)
    endpoint_search._entries.cache_clear()
    endpoint_search._rarity.cache_clear()
    questions = SETS[name]
    first = [answers for question, answers in questions if set(found(question)[:1]) & set(answers)]
    endpoint_search._entries.cache_clear()
    endpoint_search._rarity.cache_clear()
    assert len(first) < 0.5 * len(questions)


@pytest.mark.parametrize(("question", "answers"), STREAMS)
def test_who_asks_for_a_stream_finds_its_channel(question: str, answers: list[str]) -> None:
    """It stands in the first line of what the finder says, before any endpoint."""
    assert live(question)
    assert f"CHANNEL {search_channels(question)[0].name}" in answers
    assert find(question)[0].split()[:2] == ["SUBSCRIBE", search_channels(question)[0].name]


def test_who_asks_for_no_stream_finds_endpoints_first() -> None:
    """A channel with the same rows is one line below them; nothing of streams is added elsewhere."""
    lines = find("funding rate")
    assert lines[0].startswith("GET")
    assert [line.split()[1] for line in lines if line.startswith("SUBSCRIBE")] == ["funding-rate"]
    assert not any(line.startswith("SUBSCRIBE") for line in find("set leverage"))
    assert not live("what is the price of BTC")


def test_every_channel_has_a_card_with_a_cell_that_parses() -> None:
    """``x = SUBSCRIBE …`` with each key that is needed, and a name of its own."""
    for known in channels().values():
        (line,) = channel_example(known)
        name, _, rest = line.partition(" = ")
        assert name.isidentifier()
        assert rest.startswith(f"SUBSCRIBE {known.name}")
        assert find(rest)[-1] == line
        assert all(f"{key}=" in line for key, need in known.args.items() if need == "yes")
        assert parse(line)


def test_every_topic_leads_to_what_exists() -> None:
    """Each is an endpoint of the catalogue, or a channel."""
    for wording, keys in topics().endpoints.items():
        assert wording
        for key in keys:
            assert key in catalogue.endpoints(), wording
    for wording, keys in topics().channels.items():
        assert wording
        assert all(name in channels() for _, name in keys), wording


@pytest.mark.parametrize(
    ("question", "magic"),
    [
        ("cancel everything on ETH", "%okx_kill"),
        ("how was my request signed", "%okx_debug"),
        ("what does this error code mean", "%okx_explain"),
        ("why 51008 insufficient balance", "%okx_explain 51008"),
        ("record a stream to a file", "%%okx --record"),
        ("download years to csv", "%%okx --to"),
    ],
)
def test_what_a_magic_does_is_said_first(question: str, magic: str) -> None:
    """A magic does in a word what takes some requests; no other question hears of magics."""
    assert find(question)[0].startswith(magic)
    assert not any(line.startswith(magic) for line in find("funding rate"))


@pytest.mark.parametrize(
    ("question", "is_live"),
    [("amend order", False), ("update my order", False), ("updates of my order", True)],
)
def test_to_change_an_order_is_no_stream(question: str, is_live: bool) -> None:  # noqa: FBT001
    """An update is wanted, or updates are: only who wants to hear of them finds channels first."""
    assert live(question) is is_live
    assert find(question)[0].startswith("SUBSCRIBE") is is_live


@pytest.mark.parametrize(
    ("question", "first", "column"),
    [
        ("liqPx", "/api/v5/account/positions", "liqPx"),
        ("bePx", "/api/v5/account/positions", "bePx"),
        ("my liquidation price", "/api/v5/account/positions", "liqPx"),
        ("break even price of my long", "/api/v5/account/positions", "bePx"),
    ],
)
def test_a_column_is_found_by_its_name_and_by_a_traders_words(
    question: str, first: str, column: str
) -> None:
    """The endpoint that has it stands first, and a line names the column; others have no such line."""
    lines = find(question)
    assert first in lines[0]
    assert any(line.startswith(f"column {column} of ") for line in lines)
    assert not any(line.startswith("column ") for line in find("place an order"))


def test_every_column_with_a_note_is_in_the_endpoint_that_it_names() -> None:
    """``data/columns.txt`` tells of answers as the catalogue has them."""
    for name, noted, what, _ in answer_columns._lines():
        known = answer_columns.column(name)
        assert known, name
        assert f"{known.of[0].method} {known.of[0].path}" == noted.replace(" ", " /api/v5/"), name
        assert what


@pytest.mark.parametrize(
    ("question", "instrument"),
    [
        ("cancel all orders on ETH", "ETH-USDT"),
        ("cancel everything on SOL-USDT-SWAP", "SOL-USDT-SWAP"),
        ("cancel all open orders of one pair", "BTC-USDT"),
        ("cancel all my orders", None),
        ("cancel an order", None),
    ],
)
def test_what_takes_two_requests_has_a_cell(question: str, instrument: str | None) -> None:
    """It names the instrument that was asked about, and parses."""
    lines = find(question)
    assert ("%%okx" in lines) is (instrument is not None)
    if instrument:
        cell = "\n".join(lines[lines.index("%%okx") + 1 :])
        assert f"instId={instrument}" in cell
        assert len(parse(cell).templates) == 2


def test_filler_words_change_nothing() -> None:
    """A question finds what its bare words find."""
    assert found("how do I place an order please") == found("place order")
    assert found("what is the funding rate of this") == found("funding rate")


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("status of my single order", "order status"),
        ("cancel some of my orders by id", "cancel order by id"),
    ],
)
def test_the_words_of_a_wording_may_stand_apart(question: str, same: str) -> None:
    """Near each other and in any order they mean the same; far apart they are words of their own."""
    assert found(question)[0] == found(same)[0]
    far = "order " + "and this thing " * 3 + "status"
    assert ("order", "status") not in topics().split(words_of(far), topics().endpoints)[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [("Dead man's switch", ["dead", "man", "switch"]), ("K-lines", ["k", "line"]), ("", [])],
)
def test_words_are_lower_case_and_singular(text: str, words: list[str]) -> None:
    """An apostrophe, a hyphen and a plural make no other word."""
    assert words_of(text)[-1:] == words[-1:]
    assert len(words_of(text)) == len(words)
