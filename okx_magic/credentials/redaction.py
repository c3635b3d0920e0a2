"""Removes secrets from texts by their value, whatever the text calls them.

Tested in ``tests/credentials/test_credentials.py``.
"""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Failure = TypeVar("Failure", bound=BaseException)

MARK: Final = "«secret»"

# Shorter values occur in ordinary words: removing them would make texts unreadable and would
# show, by the holes, what was removed.
_SHORTEST: Final = 4


def redactor(values: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each of the values in a text by ``«secret»``.

    They are found in the forms in which libraries write them: plain, URL-encoded, JSON-escaped,
    HTML-escaped, as a Python literal and in Base64. Values shorter than 4 characters are left
    alone.
    """
    return replacer(dict.fromkeys(values, MARK))


def replacer(marks: Mapping[str, str]) -> Callable[[str], str]:
    """As ``redactor``, with a mark of its own for each value."""
    forms = {
        form: mark
        for value, mark in marks.items()
        if len(value) >= _SHORTEST
        for form in _forms(value)
    }
    if not forms:
        return str
    # The longest first, so that no form leaves the rest of another.
    pattern = re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))
    return partial(pattern.sub, lambda found: forms[found[0]])


def without_frames(error: Failure) -> Failure:
    """The error without the frames that it came through, nor those of its causes: a verbose traceback
    shows what their locals hold.
    """
    chain: list[BaseException | None] = [error]
    seen: set[int] = set()
    while chain:
        each = chain.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            each.__traceback__ = None
            chain += [each.__cause__, each.__context__]
    return error


def pseudonym(kind: str, value: str, salt: bytes) -> str:
    """``«kind 1f0c93ab»``: the same for the same value and salt.

    The salt should be random and stay in the process: without it nobody can try values until one fits,
    however few there are.
    """
    return f"«{kind} {hmac.digest(salt, value.encode(), 'sha256').hex()[:8]}»"


def _forms(value: str) -> Iterator[str]:
    yield value
    for encoded in (quote(value, safe=""), quote(value), quote_plus(value)):
        yield encoded
        yield re.sub("%..", lambda escape: escape[0].lower(), encoded)
    yield json.dumps(value)[1:-1]
    yield html.escape(value)
    yield repr(value)[1:-1]
    for coded in (base64.b64encode(value.encode()), base64.urlsafe_b64encode(value.encode())):
        yield coded.decode("ascii")
        yield coded.decode("ascii").rstrip("=")
