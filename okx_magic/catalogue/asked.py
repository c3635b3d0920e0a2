"""Questions as people asked them, with their answers: ``data/asked.txt``.

Each set was written by another hand that had not seen the sets before it, so that one set can be asked of
the others.

Tested in ``tests/catalogue/test_topics.py``.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from okx_magic.catalogue.reader import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from okx_magic.catalogue.topics import Key


class Question(NamedTuple):
    """``answers`` as the file has them, the likeliest first: "GET account/balance", "CHANNEL tickers",
    "%okx_kill".
    """

    text: str
    answers: Sequence[str]

    def endpoints(self) -> tuple[Key, ...]:
        """The answers that are endpoints, by method and path."""
        split = (each.split(" ", 1) for each in self.answers if each.startswith(("GET ", "POST ")))
        return tuple((method, f"/api/v5/{path}") for method, path in split)


@cache
def questions() -> Mapping[str, Sequence[Question]]:
    """The questions of each set."""
    _, *sets = read_text("asked.txt").split("## ")
    return {each.partition("\n")[0]: read_questions(each) for each in sets}


def read_questions(text: str) -> tuple[Question, ...]:
    """The questions of a text, a line each: ``question | answer, answer``."""
    told = (line.partition("|") for line in text.split("\n") if "|" in line and line[0] != "#")
    return tuple(
        Question(question.strip(), tuple(each.strip() for each in answers.split(",")))
        for question, _, answers in told
    )
