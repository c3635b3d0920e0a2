"""A prehash as it is printed, cut into its parts again.

Tested in ``tests/detective/test_comparison.py``.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any, NamedTuple

_TIME = (
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\d{10,19}(?:\.\d{1,9})?"
)
_PARTS = {
    "time": rf"(?P<time>{_TIME})\s*",
    "method": r"(?P<method>GET|POST|PUT|DELETE|PATCH)\s*",
    "target": r"(?P<target>(?:https?://[^\s/{\[]+)?/[^\s{\[]*)",
    "root": r"(?P<target>/(?:api/v5|users/self)/[^\s{\[]*?)",
    "body": r"[\r\n]*(?P<body>.*)",
}


def _in_order(*names: str) -> re.Pattern[str]:
    return re.compile("".join(_PARTS[name] for name in names), re.DOTALL | re.IGNORECASE)


_PREHASH = _in_order("time", "method", "target", "body")
# As some print it whose prehash is wrong: without the method, or the time behind the path.
_DISORDERED = (_in_order("time", "target", "body"), _in_order("method", "root", "time", "body"))
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
    return _split(text, _PREHASH)


def disordered(text: str) -> Prehash | None:
    """The parts of a text that lacks the method of a prehash, or has its parts in another order. A method
    that is not there is the one that the request must have had: POST with a body.
    """
    return next(filter(None, (_split(text, each) for each in _DISORDERED)), None)


def _split(text: str, pattern: re.Pattern[str]) -> Prehash | None:
    plain = text.strip()
    if label := _LABEL.match(plain):
        plain = plain[label.end() :]
    match = pattern.fullmatch(_unquoted(plain))
    if match is None:
        return None
    parts = match.groupdict()
    method = parts.get("method") or ("POST" if parts["body"] else "GET")
    return Prehash(parts["time"], method, parts["target"], parts["body"])


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
