"""What OKX's docs print is accepted: ``docs_forms.txt`` has a few requests of each chapter and form."""

from __future__ import annotations

from pathlib import Path

import pytest

from okx_magic.cell import fill, parse
from okx_magic.cell.check import findings

LINES = [
    line
    for line in (Path(__file__).parent / "docs_forms.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_the_forms_are_there() -> None:
    """An empty list would pass whatever the catalogue says."""
    assert len(LINES) >= 150


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[:60])
def test_a_request_of_the_docs_passes_without_a_word(line: str) -> None:
    """It parses, nothing in it is unknown, and nothing of it is missing."""
    method, target, *body = line.split(" ", 2)
    cell = "\n".join((f"{method} {target}", *(("body", *body) if body else ())))
    (template,) = parse(cell).templates
    assert findings(fill(template, {})) == ()
