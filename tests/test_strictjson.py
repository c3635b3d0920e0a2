from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import cost

from okx_magic import strictjson

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\u6d4b", max_size=3), inner),
    max_leaves=20,
)


@settings(max_examples=100)
@given(value=JSON_VALUES, ascii_only=st.booleans(), indent=st.sampled_from([None, 2]))
def test_reads_what_json_reads(value: Any, ascii_only: bool, indent: int | None) -> None:  # noqa: FBT001 - drawn
    """Whatever Python writes as JSON is read back equal, from text and from UTF-8."""
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert strictjson.loads(text) == value
    assert strictjson.loads(text.encode()) == value


@settings(max_examples=200)
@given(
    pairs=st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from(["1", '":"', "{}", "[[]]"]))
    ),
    colon=st.sampled_from([":", " : "]),
)
def test_a_key_given_twice_is_always_found(pairs: list[tuple[str, str]], colon: str) -> None:
    """An object with equal keys is refused, and one without is not, at any depth and spacing."""
    text = "{" + ",".join(f'"{key}"{colon}{value}' for key, value in pairs) + "}"
    for inside in (text, f'[{text},"["]', f'{{"x":{text}}}'):
        if len(dict(pairs)) == len(pairs):
            assert strictjson.loads(inside) == json.loads(inside)
        else:
            with pytest.raises(ValueError, match="given twice"):
                strictjson.loads(inside)


MARKS = '{}[],:-1 \n\x0b\x00\ufeffé"'
WORDS = ("true", "null", "NaN", "Infinity", "'a'", "-0", "01", "1.", ".5", "1.50", "1e5", "1E+400")
STRINGS = ('"a"', '"b"', '":"', r'"\ud83d"', r'"\udc00"', r'"\ud83d\ude00"', "9" * 30)
ALMOST_JSON = st.lists(st.sampled_from([*MARKS, *WORDS, *STRINGS]), max_size=8)


@settings(max_examples=500)
@given(text=ALMOST_JSON.map("".join) | JSON_VALUES.map(json.dumps), inside=st.booleans())
def test_the_quick_reader_takes_nothing_that_the_careful_one_refuses(
    text: str, *, inside: bool
) -> None:
    """What is read quickly is what Python's own reader gives with all checks, or is refused as by it."""
    text = f'{{"x":[{text}]}}' if inside else text
    try:
        careful = strictjson._loads_slowly(text, 64)
    except ValueError as refused:
        with pytest.raises(ValueError, match=re.escape(str(refused))):
            strictjson.loads(text.encode())
    else:
        value = strictjson.loads(text.encode())
        assert repr(value) == repr(careful)


def test_numbers_keep_their_digits() -> None:
    """Whole numbers are int, all others Decimal with every digit that was written."""
    value = strictjson.loads("[1, 1.10, 1e-7, 12345678901234567890]")
    assert value == [1, Decimal("1.10"), Decimal("1e-7"), 12345678901234567890]
    assert str(value[1]) == "1.10"
    assert [type(number) for number in value] == [int, Decimal, Decimal, int]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":2}', 'the key "a" is given twice'),
        ('{"x":[{"\\u0061":1,"a":1}]}', 'the key "a" is given twice'),
        ('{"a" :1,"a":2}', 'the key "a" is given twice'),
        ('{"a":":","a":2}', 'the key "a" is given twice'),
        ('{"a":{"b":1,"c":[{}]},"a":{}}', 'the key "a" is given twice'),
        ("[NaN]", "NaN is not JSON"),
        ('{"a":Infinity}', "Infinity is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ('"\\ud800"', "half a surrogate pair"),
        ('{"\\udc00":1}', "half a surrogate pair"),
        ('["\ud83d"]', "half a surrogate pair"),
        ("[" * 65 + "]" * 65, "deeper than 64"),
        ('{"a":' * 100_000, "deeper than 64"),
        ("9" * 5_000, "a number of 5000 digits"),
        ("1e" + "9" * 30, "exponent"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        ('{"a":1,}', "char"),
        ('{"a":1} x', "Extra data"),
        ('"a\nb"', "Invalid control character"),
        ("", "Expecting value"),
    ],
)
def test_refuses_what_two_readers_could_read_differently(text: str | bytes, reason: str) -> None:
    """Each of these is a ValueError with its reason, at any depth."""
    with pytest.raises(ValueError, match=reason):
        strictjson.loads(text)


@pytest.mark.parametrize("text", ['"\\ud83d\\ude00"', '"\\\\ud800"', '"😀"'])
def test_whole_surrogate_pairs_are_text(text: str) -> None:
    """Two escapes that make one character, an escaped backslash and the character itself pass."""
    assert strictjson.loads(text) == json.loads(text)


def test_brackets_in_strings_are_no_depth() -> None:
    """Only brackets outside strings count, and exactly ``max_depth`` levels are allowed."""
    assert strictjson.loads('["' + '[{\\"' * 100 + '"]')
    assert strictjson.loads("[" * 64 + "]" * 64)
    assert strictjson.loads("[[]]", max_depth=2) == [[]]
    with pytest.raises(ValueError, match="deeper than 2"):
        strictjson.loads("[[[]]]", max_depth=2)


@pytest.mark.parametrize("text", ['"' + '\\"' * 200_000, '"a' * 200_000])
def test_unclosed_strings_take_one_pass(text: str) -> None:
    """A text of unclosed quotes is refused in linear time."""

    def refused() -> None:
        with pytest.raises(json.JSONDecodeError):
            strictjson.loads(text)

    assert cost(refused, rounds=3) < 500


def test_the_key_that_is_given_twice_is_found_in_one_pass() -> None:
    """Among very many others: an answer of that kind must not outlast its deadline."""
    text = "{" + "".join(f'"{number}":1,' for number in range(60_000)) + '"z":1,"z":1}'

    def refused() -> None:
        with pytest.raises(ValueError, match='the key "z" is given twice'):
            strictjson.loads(text)

    assert cost(refused, rounds=3) < 500
