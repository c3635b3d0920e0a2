"""Python literals in pasted texts: what ``repr`` and ``print`` have left behind."""

from __future__ import annotations

import ast
import warnings
from typing import Any


def literal(text: str) -> Any:
    """The value of a Python literal; None for any other text, and for the literal None."""
    with warnings.catch_warnings():
        # An odd escape in a pasted text is nobody's mistake here.
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
