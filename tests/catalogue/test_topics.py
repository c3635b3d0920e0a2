"""What traders call things leads to the endpoint that they mean (catalogue/topics, endpoint_search)."""

from __future__ import annotations

from pathlib import Path

import pytest

from okx_magic import catalogue
from okx_magic.catalogue.endpoint_search import search
from okx_magic.catalogue.topics import topics, words_of

QUESTIONS = [
    (question.strip(), [each.strip() for each in answers.split(",")])
    for line in Path(__file__).with_name("questions.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for question, _, answers in [line.partition("|")]
    if "CHANNEL" not in answers
]


def found(question: str) -> list[str]:
    return [f"{each.method} {each.path[8:]}" for each in search(question)[:3]]


@pytest.mark.slow
def test_most_questions_find_their_answer_first() -> None:
    """Of the questions that people ask, 85 % have a right endpoint first, 97 % among the first three."""
    assert len(QUESTIONS) >= 120
    first = [answers for question, answers in QUESTIONS if set(found(question)[:1]) & set(answers)]
    among = [answers for question, answers in QUESTIONS if set(found(question)) & set(answers)]
    assert len(first) >= 0.85 * len(QUESTIONS)
    assert len(among) >= 0.97 * len(QUESTIONS)


@pytest.mark.slow
def test_without_the_topics_few_questions_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of OKX's paths alone are not those of traders: the control of the test above."""
    bare = topics().__class__({}, frozenset(), frozenset(), 0)
    monkeypatch.setattr("okx_magic.catalogue.endpoint_search.topics", lambda: bare)
    first = [answers for question, answers in QUESTIONS if set(found(question)[:1]) & set(answers)]
    assert len(first) < 0.5 * len(QUESTIONS)


def test_every_topic_leads_to_endpoints_that_exist() -> None:
    """Each is in the catalogue, and is found first, or among the first few, by its own wording."""
    for wording, keys in topics().endpoints.items():
        assert wording
        for key in keys:
            assert key in catalogue.endpoints(), wording


def test_filler_words_change_nothing() -> None:
    """A question finds what its bare words find."""
    assert found("how do I place an order please") == found("place order")
    assert found("what is the funding rate of this") == found("funding rate")


@pytest.mark.parametrize(
    ("text", "words"),
    [("Dead man's switch", ["dead", "man", "switch"]), ("K-lines", ["k", "line"]), ("", [])],
)
def test_words_are_lower_case_and_singular(text: str, words: list[str]) -> None:
    """An apostrophe, a hyphen and a plural make no other word."""
    assert words_of(text)[-1:] == words[-1:]
    assert len(words_of(text)) == len(words)
