from __future__ import annotations

import pytest

from okx_magic import catalogue
from okx_magic.advice.explain import explain


def test_an_explanation_says_meaning_and_remedy() -> None:
    """50113 is explained by what it is and what it never is."""
    text = "\n".join(explain("50113"))
    assert "never the passphrase" in text
    assert "%okx_debug shows what was signed" in text
    assert "HTTP    401" in text


def test_success_is_not_a_failure_that_may_come_again() -> None:
    """Whether to send it again is told of refusals only."""
    assert not any("again" in line for line in explain("0"))
    assert any("again" in line for line in explain("51000"))


def test_every_known_code_is_explained() -> None:
    """No code of the table is without a meaning or OKX's own text, or the word that there is none."""
    for code in catalogue.codes():
        lines = explain(code)
        assert lines[0].startswith(code)
        assert lines[1].startswith("  means   ")
        assert lines[1] != "  means   None"


def test_an_unknown_code_names_its_neighbours() -> None:
    """A mistyped code leads to the right one."""
    assert "50113" in explain("501133")[0]


@pytest.mark.parametrize("code", ["50105", "50111", "50113", "50119", "50101", "50102", "50110"])
def test_the_codes_of_authentication_have_a_way_out(code: str) -> None:
    """Whoever is refused at the door is told what to do."""
    known = catalogue.explain(code)
    assert known is not None
    assert known.remedy
