"""Removes secrets from texts by their value, whatever the text calls them.

Tested in ``tests/credentials/test_redaction.py`` and ``tests/credentials/test_credentials.py``.
"""

from __future__ import annotations

import base64
import hmac
import html
import json
import re
from contextlib import suppress
from functools import cache, partial
from html.entities import codepoint2name
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Failure = TypeVar("Failure", bound=BaseException)

MARK: Final = "«secret»"

# Shorter values occur in ordinary words: removing them would make texts unreadable and would
# show, by the holes, what was removed.
_SHORTEST: Final = 4
# As many characters are a passphrase of OKX's at least.
_UNLIKE: Final = 8
# Whatever has none of these has no character escaped, and no line break.
_ESCAPES: Final = ("%", "\\", "&", "\n", "\r")
# What Python's own errors hold beside their arguments.
_HELD: Final = (
    "__notes__",
    "object",
    "filename",
    "strerror",
    "code",
    "value",
    "msg",
    "text",
    "name",
)
_QUOTED: Final = frozenset("\"'/\\`")
# A line break between two characters, as it is, continued, of quoted-printable or escaped; with indent.
# All repetitions have an end, so that no text takes long.
_BREAK: Final = r"(?:(?:=|\\)?(?:\r?\n|\r)[ \t]{0,40}|(?:\\{1,4}r)?\\{1,4}n[ \t]{0,40})?"


def redactor(values: Iterable[str]) -> Callable[[str], str]:
    """A function that replaces each of the values in a text by ``«secret»``.

    They are found in the forms in which libraries write them: plain, URL-encoded, JSON-escaped,
    HTML-escaped, as a Python literal and in Base64, also in the midst of another text; longer ones in
    hexadecimal, with another case, each character escaped or not, and with line breaks in between, too.
    Values shorter than 4 characters are left alone.
    """
    return replacer(dict.fromkeys(values, MARK))


def replacer(marks: Mapping[str, str]) -> Callable[[str], str]:
    """As ``redactor``, with a mark of its own for each value."""
    exact = _exactly(marks)
    lower = {value.lower(): mark for value, mark in marks.items() if _is_unlike_words(value)}
    found_loosely = cache(partial(_loosely, lower))

    def replace(text: str) -> str:
        text = exact(text)
        # Most texts have none of these; to look for each form of each character takes far longer.
        if any(each in text for each in _ESCAPES) or _holds(text.lower(), lower):
            return found_loosely()(text)
        return text

    return replace if lower else exact


def _exactly(marks: Mapping[str, str]) -> Callable[[str], str]:
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


def _loosely(lower: Mapping[str, str]) -> Callable[[str], str]:
    """What finds values in whatever case, with each character plain or escaped, and with line breaks."""
    values = sorted(lower, key=len, reverse=True)
    firsts = "".join({re.escape(value[0]) for value in values})
    either = "|".join(f"({_BREAK.join(map(_any_form, value))})" for value in values)
    # What no value begins with is passed over at once.
    pattern = re.compile(rf"(?=[{firsts} +%&\\])(?:{either})", re.IGNORECASE)
    return partial(pattern.sub, lambda found: lower[values[(found.lastindex or 1) - 1]])


def _any_form(char: str) -> str:
    """One character of a value in small letters, in each form that a text may have it in."""
    codes = sorted({ord(char), ord(char.upper())})
    digits = "|".join(f"{code:02x}" for code in codes)
    named = f"|&{codepoint2name[codes[0]]};" if codes[0] in codepoint2name else ""
    escaped = (
        rf"%(?:25){{0,4}}(?:{digits})|\\{{1,4}}(?:u00|x)(?:{digits})"
        rf"|&\#(?:0{{0,4}}(?:{'|'.join(map(str, codes))})|x0{{0,4}}(?:{digits}));{named}"
    )
    before = r"\\{0,4}" if char in _QUOTED else ""
    plain = "[ +]" if char == " " else before + re.escape(char)
    return f"(?:{plain}|{escaped})"


def _is_unlike_words(value: str) -> bool:
    """Whether it cannot be a word of another text, whatever its case: OKX wants letters, digits and marks
    in a passphrase.
    """
    return len(value) >= _UNLIKE and not value.isalpha() and not value.isdecimal()


def _holds(text: str, values: Iterable[str]) -> bool:
    return any(value in text for value in values)


def without_frames(error: Failure) -> Failure:
    """The error without the frames that it came through, nor those of its causes: a verbose traceback
    shows what their locals hold.
    """
    for each in _linked(error):
        each.__traceback__ = None
    return error


def without_values(error: Failure, redact: Callable[[str], str]) -> Failure:
    """A foreign error, and those that it is linked to, without what ``redact`` takes out of what they say
    and hold: a library may put the headers that it was given into its error.
    """
    for each in _linked(error):
        each.args = tuple(_without(value, redact) for value in each.args)
        for name in (*vars(each), *_HELD):
            value = getattr(each, name, None)
            if value is not None and (clean := _without(value, redact)) is not value:
                # Of an attribute that cannot be set, args has the value.
                with suppress(AttributeError, TypeError):
                    setattr(each, name, clean)
    return error


def _without(value: Any, redact: Callable[[str], str]) -> Any:
    text = value if isinstance(value, str) else repr(value)
    clean = redact(text)
    return value if clean == text else clean


def _linked(error: BaseException) -> Iterator[BaseException]:
    """An error with its causes, its contexts and the errors of a group, each once."""
    chain: list[BaseException | None] = [error]
    seen: set[int] = set()
    while chain:
        each = chain.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            chain += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


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
    cases = {value, value.lower(), value.upper()} if _is_unlike_words(value) else {value}
    for each in cases:
        yield from _in_base64(each.encode())
    if _is_unlike_words(value):
        yield value.encode().hex()
        yield value.encode().hex().upper()


def _in_base64(value: bytes) -> Iterator[str]:
    """A value in Base64, alone and in the midst of another text: what its neighbours have no part in."""
    for coded in (base64.b64encode(value), base64.urlsafe_b64encode(value)):
        yield coded.decode("ascii")
        yield coded.decode("ascii").rstrip("=")
    if len(value) < _UNLIKE:
        return
    for before, first in enumerate((0, 2, 3)):
        coded = base64.b64encode(bytes(before) + value)
        whole = (before + len(value)) // 3 * 4
        inner = coded[first:whole].decode("ascii")
        yield inner
        yield inner.replace("+", "-").replace("/", "_")
