"""The names that an expression sees: ``cell/filling``."""

from __future__ import annotations

import pytest

from okx_magic.cell import Names, fill, names, parse
from okx_magic.errors import CellError

(TICKER,) = parse("GET /api/v5/market/ticker?instId={{ inst }}").templates


def test_the_nearest_name_is_meant() -> None:
    """What the function calls so comes before what the notebook calls so."""
    several = Names({"inst": "A"}, {"inst": "B", "other": 1})
    assert fill(TICKER, several).target.endswith("=A")
    assert fill(TICKER, several.over({"inst": "C"})).target.endswith("=C")
    assert dict(several) == {"inst": "A", "other": 1}
    assert len(several) == 2
    assert several["other"] == 1
    assert "none" not in several
    assert names(several) is several


def test_a_hidden_name_is_an_error_and_not_the_notebooks() -> None:
    """The reason and the way out are those that were given; a nearer name of the cell is seen."""
    hidden = Names({"inst": "A"}, hidden=lambda name: ("why", "how") if name == "inst" else None)
    with pytest.raises(CellError, match=r"\{\{ inst \}\}: why") as caught:
        fill(TICKER, hidden)
    assert caught.value.remedy == "how"
    assert fill(TICKER, hidden.over({"inst": "C"})).target.endswith("=C")


@pytest.mark.parametrize(
    "expression",
    ["[inst for inst in 'ab'][0]", "(lambda inst: inst)('a')", "x.inst", "dict(inst=1)['inst']"],
)
def test_names_that_an_expression_binds_are_not_looked_for(expression: str) -> None:
    """Nor are attributes and keywords: only what is read from around the expression."""
    (template,) = parse(f"GET /api/v5/market/ticker?instId={{{{ {expression} }}}}").templates
    hidden = Names({"x": TypeX}, hidden=lambda name: ("why", "") if name == "inst" else None)
    assert fill(template, hidden).target


class TypeX:
    inst = "a"


@pytest.mark.parametrize("expression", ["[inst for x in 'a']", "(lambda: inst)()", "f'{inst}'"])
def test_a_hidden_name_is_found_inside_of_an_expression(expression: str) -> None:
    """Also where a comprehension, a lambda or an f-string reads it."""
    (template,) = parse(f"GET /api/v5/market/ticker?instId={{{{ {expression} }}}}").templates
    hidden = Names({"inst": "A"}, hidden=lambda name: ("why", "") if name == "inst" else None)
    with pytest.raises(CellError, match="why"):
        fill(template, hidden)
