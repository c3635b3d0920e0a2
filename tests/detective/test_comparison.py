"""Two prehashes side by side, without a secret."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okx_magic.detective import compare

MINE = '2024-05-06T07:08:09.010ZPOST/api/v5/trade/order?a=1{"x": "y"}'
PARTS = [
    ("timestamp", MINE.replace("010Z", "010")),
    ("method", MINE.replace("POST", "post")),
    ("path", MINE.replace("order", "ordre")),
    ("query", MINE.replace("a=1", "b=1")),
    ("body", MINE.replace(": ", ":")),
    ("end", MINE + "\n"),
]


@pytest.mark.parametrize(("part", "theirs"), PARTS)
def test_the_part_of_the_first_difference_is_named(part: str, theirs: str) -> None:
    """Each part of mine can be the one, or the end behind them all."""
    assert compare(MINE, theirs).part == part


def test_the_place_is_counted_in_bytes() -> None:
    """A character of three bytes counts three."""
    found = compare("1714979289POST/x{测试}", "1714979289POST/x{测識}")
    assert found.byte == len(b"1714979289POST/x{") + 3 + 1
    assert found.found == "the first has 试, the second 識"


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\n", "a line break"),
        (" ", "a blank"),
        ("\t", "a tab"),
        ("\ufeff", "a byte order mark"),
        ("\u200b", "a zero-width space"),
        ("\u2028", "line separator"),
        ("\x07", "u+0007"),
        ("x", "x"),
    ],
)
def test_characters_that_cannot_be_seen_are_named(character: str, name: str) -> None:
    """The difference is told in words, and the view has a sign for it."""
    found = compare(MINE, MINE + character)
    assert found.found == f"the first has nothing, the second {name}"
    assert not any(line != line.strip("\n\t\ufeff") for line in found.view)


def test_the_mark_stands_below_the_difference() -> None:
    """Both lines differ first in the column of the mark."""
    for _, theirs in PARTS:
        mine, other, mark = compare(MINE, theirs).view
        column = mark.index("^")
        assert mine[:column] == other[:column]
        assert mine[column : column + 1] != other[column : column + 1]


def test_the_mistake_is_named_without_a_secret() -> None:
    """What the detective finds by digests is found here by the texts."""
    found = compare(MINE, MINE.replace(": ", ":"))
    assert "the body as compact JSON" in [each.mistakes[0] for each in found.explanations]
    assert any(
        line == "the second was signed with the body as compact JSON" for line in found.lines()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        MINE.replace("POST", "post"),
        MINE.replace("?a=1", ""),
        MINE.partition("{")[0],
        MINE.removeprefix("2024-05-06T07:08:09.010Z"),
        MINE.replace("2024-05-06T07:08:09.010Z", "1714979289"),
        MINE.replace(": ", ":"),
    ],
)
def test_the_advice_is_for_the_one_that_is_wrong_wherever_it_stands(wrong: str) -> None:
    """In either order the same mistake is named, and of the same text, where the texts can tell; where
    they cannot, it is said that the first is taken for the right one.
    """
    found = compare(MINE, wrong)
    turned = compare(wrong, MINE)
    assert (found.fault, found.explanations != ()) == ("second", True)
    if turned.fault == "first":
        assert turned.explanations == found.explanations
        assert any(line.startswith("the first was signed with") for line in turned.lines())
    else:
        assert not turned.sure
        assert "  if      the second is the right one, put it first" in turned.lines()


def test_what_is_no_prehash_is_called_so() -> None:
    """A request line, or any text, beside a prehash, in either order; two such are only compared."""
    for text in ("POST /api/v5/trade/order?a=1", "hello"):
        assert compare(MINE, text).lines()[0] == "the second is not a prehash"
        assert compare(text, MINE).lines()[0] == "the first is not a prehash"
    assert compare("hello", "help").lines()[0].startswith("they differ from byte 4 on")


def test_both_are_shown_as_they_were_typed() -> None:
    """Also at another time, which is passed over."""
    later = MINE.replace("09.010Z", "44.321Z").replace("POST", "post")
    first, second, _ = compare(MINE, later).view
    assert first.startswith(MINE[:28])
    assert second.startswith(later[:28])


def test_two_mistakes_are_named() -> None:
    """Pairs, too."""
    theirs = MINE.replace("POST", "post").replace("?a=1", "")
    assert [each.mistakes for each in compare(MINE, theirs).explanations] == [
        ("the method in lower case", "the query left out")
    ]


def test_equal_texts_leave_the_secret() -> None:
    """Nothing to mark; what is left is said."""
    lines = compare(MINE, MINE).lines()
    assert lines[0] == f"both are the same {len(MINE)} bytes"
    assert "secret" in lines[1]


def test_a_text_without_parts_is_only_compared() -> None:
    """No part is named and no mistake guessed where mine is no prehash."""
    found = compare("abc", "abd")
    assert (found.byte, found.part, found.explanations) == (3, "", ())
    assert found.lines()[0] == "they differ from byte 3 on: the first has c, the second d"


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared(mine: str, theirs: str) -> None:
    """The place is the first at which the bytes differ, or the end of the shorter."""
    found = compare(mine, theirs)
    one, other = (each.encode("utf-8", "surrogatepass") for each in (mine, theirs))
    if one == other:
        assert found.byte is None
        return
    assert found.byte is not None
    same = found.byte - 1
    assert one[:same] == other[:same]
    assert mine.encode("utf-8", "surrogatepass")[same : same + 4] != other[same : same + 4]


def test_the_time_is_skipped_and_the_rest_compared() -> None:
    """Two programs never read the clock alike; the mistake behind it is found all the same."""
    later = MINE.replace("09.010Z", "44.321Z")
    assert compare(MINE, later).byte is None
    found = compare(MINE, later.replace("POST", "post"))
    assert (found.part, found.time_skipped) == ("method", True)
    assert [each.mistakes for each in found.explanations] == [("the method in lower case",)]
    assert "the times differ" in found.lines()[-1]


def test_a_notation_is_told_beside_another_mistake_at_another_time() -> None:
    """Epoch milliseconds of a later time, and the body left out."""
    found = compare(MINE, "1714979999123POST/api/v5/trade/order?a=1")
    told = {"the timestamp as epoch milliseconds", "the body left out"}
    assert {*found.explanations[0].mistakes} == told


@pytest.mark.parametrize(
    ("other", "name"), [("С", "cyrillic capital letter es"), ("\uff0d", "fullwidth hyphen-minus")]
)
def test_characters_that_look_alike_are_named(other: str, name: str) -> None:
    """A letter of another alphabet in place of a plain one is told by its name."""
    mine = "1714979289GET/api/v5/x?ccy=C-"
    found = compare(mine, mine.replace("C" if other == "С" else "-", other))
    assert found.found.endswith(f"the second {other} ({name})")
