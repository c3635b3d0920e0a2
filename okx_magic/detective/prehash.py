"""A prehash as it is printed, cut into its parts again."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any, NamedTuple

_PREHASH = re.compile(
    r"""
    ( \d{4}-\d\d-\d\d [T\ ] \d\d:\d\d (?::\d\d)? (?:[.,]\d{1,9})? (?:Z|[+-]\d\d:?\d\d)?
    | \d{10,19} (?:\.\d{1,9})? )
    \s* ( GET|POST|PUT|DELETE|PATCH )
    \s* ( (?:https?://[^\s/{\[]+)? / [^\s{\[]* )
    [\r\n]* ( .* )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
# What print and logging put before it, as in "prehash: …" or "message = '…'".
_LABEL = re.compile(r"(?!\d)[\w\s.\[\]-]{0,60}?[:=]\s*(?=b?[\"']?\d)")


class Prehash(NamedTuple):
    """The parts of a prehash."""

    timestamp: str
    method: str
    target: str
    body: str


def split(text: str) -> Prehash | None:
    """The parts of a printed prehash; None for another text.

    A label before it is left out, and so are the quotes of a Python or JSON string.
    """
    plain = text.strip()
    if label := _LABEL.match(plain):
        plain = plain[label.end() :]
    match = _PREHASH.fullmatch(_unquoted(plain))
    return None if match is None else Prehash(*match.groups())


def _unquoted(text: str) -> str:
    if not re.fullmatch(r"b?(['\"]).*\1", text, re.DOTALL):
        return text
    value = literal(text)
    if value is None:
        return text
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def literal(text: str) -> Any:
    """The value of a Python literal, as ``repr`` and ``print`` leave it behind; None for any other text,
    and for the literal None.
    """
    with warnings.catch_warnings():
        # An odd escape in a pasted text is nobody's mistake here.
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return None
