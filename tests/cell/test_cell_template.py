from __future__ import annotations

import pytest

from okx_magic.cell.template import MARK, Variable, end_of_variable, mask, unmask
from okx_magic.errors import CellError


@pytest.mark.parametrize(
    "variable",
    [
        "{{x}}",
        "{{ x }}",
        '{{ {"a":1}["a"] }}',
        '{{{"a":1}}}',
        '{{ {"a": {"b": 1}} }}',
        '{{ {"a": {"b": {}}}["a"] }}',
        "{{{}}}",
        '{{ "{{" }}',
        '{{ "}}" }}',
        "{{ '}}' + f\"{x}}}\" }}",
        "{{ [y for y in {1: {2: 3}}] }}",
        "{{ {**x, 'a': {}} }}",
        "{{ [\n1,\n2] }}",
    ],
)
@pytest.mark.parametrize("behind", ["", " }}", "&b={{ y }}", '"}}', "}"])
def test_a_variable_ends_where_its_expression_ends(variable: str, behind: str) -> None:
    """The end is the first ``}}`` that leaves a whole expression before it."""
    if variable.endswith("}}}") and behind == "}":
        return  # then the further brace would be read as a part of neither
    assert end_of_variable("ab" + variable + behind, 2, line=1) == 2 + len(variable)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ x", "not closed"),
        ("{{ x }", "not closed"),
        ("{{}}", "not a Python expression"),
        ("{{ a b }}", "{{ a b }} is not a Python expression: invalid syntax"),
        ("{{ x = 1 }}", "not a Python expression"),
        ("{{ import os }}", "not a Python expression"),
        ("{{ await x }}", "not a Python expression"),
        ("{{ (yield) }}", "not a Python expression"),
        ('{{ d[\\"bid\\"] }}', "not a Python expression"),
        ("{{ " + "(" * 5000 + " }}", "not a Python expression"),
        ("{{ " + "-" * 100_000 + "1 }}", "not a Python expression"),
    ],
)
def test_what_is_no_expression_is_refused_when_parsed(text: str, reason: str) -> None:
    """An open variable and bad syntax are known before anything is sent, with the line."""
    with pytest.raises(CellError, match=reason.replace("{", r"\{")) as refusal:
        mask(text, line=7, place="query")
    assert refusal.value.line == 7
    assert len(refusal.value.message) < 200


def test_masking_and_unmasking_give_the_text_back() -> None:
    """A masked text holds one mark a variable, and unmasking restores every piece."""
    masked, variables = mask("a{{ x }}{{ y }}b", line=3, place="header")
    assert masked == f"a{MARK}{MARK}b"
    assert unmask(masked, variables) == (
        "a",
        Variable("{{ x }}", 3, "header"),
        Variable("{{ y }}", 3, "header"),
        "b",
    )
    assert unmask("", ()) == ()
