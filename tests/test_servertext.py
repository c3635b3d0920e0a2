"""No odd character of a server's text passes the gate: ``servertext``."""

from __future__ import annotations

import unicodedata

import pytest

from okx_magic.servertext import on_a_line, plain, plain_within, printable

SEEN = ["é", "中文", "👨‍👩‍👧", "می‌خواهم", "a\tb", "x\ny", "1\u00a0000", "　"]
UNSEEN = [
    char
    for char in map(chr, range(0x110000))
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    and char not in "\t\n\r\u200c\u200d"
    # Signs that are seen, although Unicode calls them format characters: those of Arabic numbers, of
    # Syriac, Kaithi, hieroglyphs, shorthand and music.
    and not (
        0x600 <= ord(char) <= 0x605 or 0x6DD <= ord(char) <= 0x8E2 or 0x110BD <= ord(char) < 0xE0000
    )
]


def test_what_cannot_be_seen_is_dropped_from_a_message() -> None:
    """Escapes, directions of reading, signs without width, halves of a pair: none is on the line."""
    assert len(UNSEEN) > 2000
    assert [char for char in UNSEEN if printable(f"a{char}b") != "ab"] == []
    assert printable("z" * 200) == "z" * 159 + "…"


def test_in_a_frame_it_becomes_its_escape() -> None:
    """The value stays what it was, to be read and told apart."""
    assert [char for char in UNSEEN if char in plain([f"a{char}"])[0]] == []
    assert plain(["\x1b[2J", "\u202e", "\U000e0041"]) == ["\\x1b[2J", "\\u202e", "\\U000e0041"]
    assert plain_within({"a": ["\ud800"]}) == {"a": ["\\ud800"]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("open\rdone", "open\\x0ddone"),
        ("a\r\nb", "a\r\nb"),
        ("\r", "\\x0d"),
        ("a\n\rb", "a\n\\x0db"),
    ],
)
def test_no_text_writes_over_the_line_it_stands_in(text: str, shown: str) -> None:
    """A return without a new line after it would show only what comes behind it."""
    assert plain([text]) == plain_within([text]) == [shown]


def test_in_a_line_of_ours_no_other_line_begins() -> None:
    """Nor a column: the state of an order cannot tell of another one."""
    told = on_a_line({"state": "live\n[live] placed", "a\tb": ["\r\n\x1b"]})
    assert told == {"state": "live\\x0a[live] placed", "a\\x09b": ["\\x0d\\x0a\\x1b"]}
    assert plain_within("live\nplaced") == "live\nplaced"


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_stays(text: str) -> None:
    """Other scripts, emoji, the blanks of a typesetter; a table itself escapes tabs and line breaks."""
    assert plain([text]) == [text]
    assert plain_within(text) == text
