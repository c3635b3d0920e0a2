"""What traders call things leads to the endpoint or channel that they mean (catalogue/topics, and the
searches for both).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from okx_magic import catalogue
from okx_magic.catalogue import answer_columns, endpoint_search
from okx_magic.catalogue.asked import questions, read_questions
from okx_magic.catalogue.channel_search import channel_example, live, search_channels
from okx_magic.catalogue.channels import channels
from okx_magic.catalogue.endpoint_search import Search, known_texts, search
from okx_magic.catalogue.finder import find
from okx_magic.catalogue.topics import topics, words_of
from okx_magic.cell import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from okx_magic.catalogue.asked import Question

# Written from OKX's API alone, over the whole of it, by a hand that had seen neither the finder's words
# nor its search: one half was there while the search was made, the other was asked once, at its end.
NEW_SETS = ("wide_questions.txt", "locked_questions.txt")
SETS = questions()
STREAMS = [
    (each.text, each.answers)
    for several in SETS.values()
    for each in several
    if any(answer.startswith("CHANNEL") for answer in each.answers)
]


def found(question: str) -> list[str]:
    return [f"{each.method} {each.path[8:]}" for each in search(question)[:3]]


def right(search: Search, questions: Iterable[Question]) -> tuple[float, float]:
    """The shares of questions with a right answer first, and among the first three."""
    firsts = []
    for each in questions:
        three = [f"{known.method} {known.path[8:]}" for known in search.best(each.text)[:3]]
        if live(each.text):
            three = [f"CHANNEL {known.name}" for known in search_channels(each.text)[:3]]
        if each.answers[0].startswith("%") and find(each.text)[0].startswith(each.answers[0]):
            three = [each.answers[0]]
        firsts.append(next((n for n, known in enumerate(three) if known in each.answers), 3))
    return firsts.count(0) / len(firsts), 1 - firsts.count(3) / len(firsts)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_known_questions_find_their_answers(name: str) -> None:
    """Of the questions that the finder's data has, 85 % have a right answer first, 97 % among three."""
    assert len(SETS[name]) >= 100
    first, among = right(Search(known_texts()), SETS[name])
    assert first >= 0.85
    assert among >= 0.97


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least_first", "least_among"),
    [
        ("first", 0.92, 0.97),
        ("unseen", 0.92, 0.97),
        ("more", 0.90, 0.97),
        ("newcomer", 0.85, 0.95),
        ("later", 0.90, 0.97),
    ],
)
def test_a_set_is_answered_from_the_others(
    name: str, least_first: float, least_among: float
) -> None:
    """Without its own questions, with the others and the wordings, that some of its words came into."""
    first, among = right(Search(known_texts(without=name)), SETS[name])
    assert first >= least_first
    assert among >= least_among


@pytest.mark.slow
def test_a_set_is_answered_from_the_questions_of_others_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the wordings, too: no word came from the set that is asked. From titles, paths and what
    people say for their words alone, under a half have their answer first: the control.
    """
    bare = replace(topics(), endpoints={})
    monkeypatch.setattr(endpoint_search, "topics", lambda: bare)
    number = {name: len(several) for name, several in SETS.items()}
    whole = sum(number.values())
    of_others = {name: right(Search(known_texts(name)), SETS[name]) for name in SETS}
    assert sum(number[name] * first for name, (first, _) in of_others.items()) >= 0.77 * whole
    assert sum(number[name] * among for name, (_, among) in of_others.items()) >= 0.88 * whole
    without = Search([])
    assert sum(number[name] * right(without, SETS[name])[0] for name in SETS) < 0.5 * whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "least_first", "least_among"),
    [(NEW_SETS[0], 0.76, 0.93), (NEW_SETS[1], 0.66, 0.83)],
)
def test_questions_that_are_no_data_find_their_answers(
    name: str, least_first: float, least_among: float
) -> None:
    """Over all that OKX offers, loans and bots and copied traders too. By wordings alone 52 and 63 % of
    the first set, and 55 and 68 % of the second, had a right answer first, and among three.
    """
    text = Path(__file__).with_name(name).read_text("utf-8")
    first, among = right(Search(known_texts()), read_questions(text))
    assert first >= least_first
    assert among >= least_among


@pytest.mark.parametrize(("question", "answers"), STREAMS)
def test_who_asks_for_a_stream_finds_its_channel(question: str, answers: Sequence[str]) -> None:
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
