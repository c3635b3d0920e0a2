from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from okx_magic.cell import fill, parse
from okx_magic.errors import CellError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["GET /x", "// no comment", "# none", "}", "]]", '"', "\\", "\n", "body", "?a=1", "测试😀"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
BODIES = st.lists(VALUES, max_size=4) | st.dictionaries(TEXT, VALUES, max_size=4)
COMMENTS = st.text(st.characters(exclude_characters="\0\n", exclude_categories=["Cs"]))
WHITESPACE = st.sampled_from(["", " ", "  ", "\t", "\n", "\n\n   ", " \t\n"])


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """JSON with odd blanks between its tokens."""
    compact = json.dumps(draw(BODIES), ensure_ascii=draw(st.booleans()))
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', compact)
    first, *others = tokens
    return first + "".join(draw(WHITESPACE) + token for token in others)


@settings(max_examples=150)
@given(body=json_texts())
def test_bodies_arrive_byte_for_byte(body: str) -> None:
    """Any JSON between two requests is the second one's body, exactly as typed."""
    # Both would be read as variables, ours or another language's: refusals of their own.
    assume("{{" not in body)
    assume(not re.search(r'"(\$|\{)', body))
    cell = f"GET /api/v5/public/time\nPOST /api/v5/x\n  {body}  \n\nx = GET /api/v5/public/time\n"
    before, request, after = (fill(template, {}) for template in parse(cell).templates)
    assert request.body == body
    assert (before.body, after.body, after.name) == ("", "", "x")


@settings(max_examples=100)
@given(body=json_texts(), comment=COMMENTS)
def test_only_whole_comment_lines_go(body: str, comment: str) -> None:
    """A comment line before every line of the body changes no byte of it."""
    assume("{{" not in body)
    assume(not re.search(r'"(\$|\{)', body))
    commented = "".join(f"  # {comment}\n//{comment}\n{line}\n" for line in body.split("\n"))
    (template,) = parse(f"POST /api/v5/x\n{commented}").templates
    assert template.body == body


def test_the_line_of_an_error_counts_comments_and_variables() -> None:
    """Dropped comment lines and variables over several lines do not shift the line of an error."""
    cell = 'POST /x\n// one\n{"a": {{ [\n1] }},\n# two\n"b": 1,\n"c": oops}'
    with pytest.raises(CellError, match="not JSON") as refusal:
        parse(cell)
    assert refusal.value.line == 7


def test_atoms_beside_variables_keep_their_shape() -> None:
    """A variable can complete no number, word, escape or string that stands beside it."""
    for body in (
        '{"a": 1{{ x }}}',
        '{"a": {{ x }}1}',
        '{"a": -{{ x }}}',
        '{"a": {{ x }}{{ x }}}',
        '{"a": tru{{ x }}}',
        '{"a": "b"{{ x }}}',
        r'{"a": "\{{ x }}"}',
        r'{"a": "\u12{{ x }}"}',
        r'{"a": "\ud83d{{ x }}"}',
        "{{{ x }}: 1}",
        "[{{ x }} {{ x }}]",
    ):  # fmt: skip
        with pytest.raises(CellError):
            parse(f"POST /x\n{body}")


def test_keys_and_parts_of_strings_may_look_foreign() -> None:
    """Only a whole string value that is another language's variable is refused."""
    body = '{"$x": "$1", "{y}": "a $x", "z": "{a b}", "w": "{}", "v": "\\"$x"}'
    assert parse(f"POST /x\n{body}").templates[0].body == body


@pytest.mark.parametrize("depth", [1, 63, 64])
def test_depth_up_to_the_limit_passes(depth: int) -> None:
    """64 levels of brackets are sent; the refused cells hold 65."""
    body = "[" * depth + "]" * depth
    assert parse(f"POST /x\n{body}").templates[0].body == body


def test_json_dumps_of_any_value_is_what_the_control_reads() -> None:
    """Control: the generator's texts are JSON, so that a refusal would be ours."""
    value: Any = json.loads('{"a": [1, "\\u2028"]}')
    assert json.loads(parse('POST /x\n{"a": [1, "\\u2028"]}').templates[0].body) == value
