"""Names of the function around the cursor, before it runs: ``ui/function_names``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_completion import offered

from okx_magic.ui.function_names import function_names

CELL = """\
import json
def outer(given):
    once = 1
    async def last(inst, /, size, *rest, depth=5, **more):
        prices = [each for each in rest]
        with open(inst) as file, file as (left, right):
            for number, row in enumerate(file):
                before = %okx GET /api/v5/market/ticker?instId={{ inst }}
                df = %okx GET /api/v5/market/books?instId={{ |
        if (walrus := len(rest)):
            later += 1
        import pandas as pd
"""


def test_parameters_and_assigned_names_are_offered_before_the_notebooks() -> None:
    """Of the innermost function, in the order in which they stand."""
    assert offered(CELL) == (
        *("inst", "size", "depth", "rest", "more", "prices", "each", "file", "left", "right"),
        *("number", "row", "before", "df", "walrus", "later", "pd"),
        *("order", "orange"),
    )


def test_what_is_typed_narrows_them() -> None:
    """Those that begin with it first; a name of an outer function is not seen from here."""
    assert offered(CELL.replace("{{ |", "{{ le|"))[0] == "left"
    assert "given" not in offered(CELL)
    assert offered(CELL.replace("{{ |", "{{ on|")) == ()


def test_attributes_of_a_functions_name_are_not_guessed_from_the_notebook() -> None:
    """The notebook's ``order`` is another thing than the function's."""
    text = "def f({}):\n    x = %okx GET /api/v5/trade/order?ordId={{{{ order.|"
    assert offered(text.format("order")) == ()
    assert offered(text.format("other")) == ("ordId", "clOrdId")


@pytest.mark.parametrize(
    "text",
    ["", "x = 1\n%okx GET /", "def f(:\n  %okx GET", "class A:\n    x = 1\n    %okx GET {{", "((("],
)
def test_outside_of_functions_there_are_none(text: str) -> None:
    """Nor where the text cannot be read."""
    assert function_names(text, text.count("\n")) == ()


@given(st.text(alphabet="def f(x):\n %okx=[]{}'\"\\\0", max_size=80), st.integers(0, 5))
def test_no_half_typed_text_raises(text: str, line: int) -> None:
    """A person is still typing."""
    function_names(text, line)
