"""The body in wrong forms: left out, serialised afresh, or of other content than was sent."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from okx_magic.detective.contents import contents, leavings, reshaped
from okx_magic.detective.jsonforms import COMPACT, DEFAULT, form_texts, json_forms
from okx_magic.detective.literals import literal
from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake, touched, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from okx_magic.detective.jsonforms import Form, Writer
    from okx_magic.detective.mistakes import Wrong

_BYTES = (
    "make the text of the body once, sign it and send that very text (data=, not json=):"
    " no second serialiser"
)
_PRESENT = "sign exactly the body that is sent: all of it, and nothing where none is sent"
_QUOTES = "put the body in single quotes where a shell reads it, so that its own quotes stay"
_CODING = "sign the bytes that are sent: the body's text in UTF-8"

# More would make more signatures than there is time for.
_LONGEST_BODY = 20_000

_WORDS: tuple[tuple[str, str, int], ...] = (
    ("{}", "{} for a body", USUAL),
    ("None", "the word None for a body", USUAL),
    ("null", "the word null for a body", USUAL),
    ("[]", "[] for a body", USUAL),
    ('""', 'two double quotes ("") for a body', USUAL),
    ("undefined", "the word undefined for a body", KNOWN),
    ("''", "two single quotes ('') for a body", KNOWN),
    ("[{}]", "[{}] for a body", RARE),
    ("[object Object]", "[object Object] for a body", KNOWN),
    ("Array", "the word Array for a body", RARE),
    ("nil", "the word nil for a body", RARE),
    ("b''", "b'' for a body", KNOWN),
    ("{ }", "{ } for a body", RARE),
    ('"{}"', '"{}" for a body', RARE),
    ("NULL", "the word NULL for a body", RARE),
    ("<nil>", "<nil> for a body", RARE),
    ("map[]", "map[] for a body", RARE),
    (" ", "a blank for a body", KNOWN),
    ("false", "the word false for a body", RARE),
    ("False", "the word False for a body", RARE),
    *(
        (f"System.Collections.{name}", f"the name of .NET's {name} for a body", RARE)
        for name in (
            "Hashtable",
            "Generic.Dictionary`2[System.String,System.String]",
            "Generic.Dictionary`2[System.String,System.Object]",
        )
    ),
    ("0", "a 0 for a body", RARE),
    ("{{body}}", "the placeholder {{body}} itself", RARE),
    ("{body}", "the placeholder {body} itself", RARE),
)


def once(query: str, body: str) -> Iterator[Wrong]:
    """The bodies of one mistake, for a request with ``body``."""
    yield wrong("", Mistake("the body left out", _PRESENT, USUAL))
    value = read(body)
    if value is not None and len(body) <= _LONGEST_BODY:
        forms = tuple(json_forms(value))
        yield from _serialised(value, forms)
        yield from reshaped(value, own_writers(body, forms))
    for text, name, reach in _WORDS:
        yield wrong(text, Mistake(name, _PRESENT, reach))
    if body:
        yield from _texts(body)
    elif query:
        yield from _query_as_body(query)


def twice(body: str, reach: int) -> Iterator[Wrong]:
    """The bodies of two mistakes of this reach: other content, and serialised otherwise than sent; and
    either with the text changed after it.
    """
    value = read(body)
    if value is None or len(body) > _LONGEST_BODY:
        return
    for content in chain(contents(value), leavings(value)):
        if content.mistake.reach < reach:
            continue
        for form in json_forms(content.value):
            if form.reach >= reach:
                serialised = Mistake(f"the body as {form.name}", _BYTES, form.reach)
                yield wrong(form.text, content.mistake, serialised)
    forms = tuple(json_forms(value))
    texts = [*_serialised(value, forms), *reshaped(value, own_writers(body, forms))]
    for each in texts:
        if each.reach >= reach and each.reach > RARE:
            yield from _touched_too(each, reach)


def _touched_too(first: Wrong, reach: int) -> Iterator[Wrong]:
    """A body with one mistake, its text changed after it."""
    for second in _texts(first.text.decode("utf-8", "surrogatepass")):
        if second.reach >= max(reach, KNOWN):
            yield second._replace(mistakes=(*first.mistakes, *second.mistakes))


def read(body: str) -> Any:
    """The value that a body holds: of JSON, of a printed Python object, or of a form; else None."""
    value = _loaded(body)
    if isinstance(value, str):  # encoded twice
        value = _loaded(value)
    if isinstance(value, dict | list):
        return value if _is_plain(value) else None
    pairs = parse_qsl(body, keep_blank_values=True)
    return dict(pairs) if pairs and re.fullmatch(r"[^\s{}\[\]]+", body) else None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return literal(text)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(member) for key, member in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float | bool)


def _serialised(value: Any, forms: tuple[Form, ...]) -> Iterator[Wrong]:
    of_members = form_texts(value) if isinstance(value, dict) else ()
    for form in (*forms, *of_members):
        yield wrong(form.text, Mistake(f"the body as {form.name}", _BYTES, form.reach))
    for name, writer in (("compact JSON", COMPACT), ("JSON with blanks", DEFAULT)):
        again = json.dumps(writer.write(value))
        mistake = Mistake(f"the body as {name}, encoded as JSON a second time", _BYTES)
        yield wrong(again, mistake)
        yield wrong(
            again[1:-1], mistake._replace(name=f"{mistake.name}, without quotes", reach=RARE)
        )


def own_writers(body: str, forms: Iterable[Form]) -> tuple[Writer, ...]:
    """The serialiser that wrote the body; where it is none of ours, the two commonest."""
    for form in forms:
        if form.text == body and form.writer is not None:
            return (form.writer,)
    return COMPACT, DEFAULT


# ---- the same text, touched -----------------------------------------------------------------------


def _texts(body: str) -> Iterator[Wrong]:
    for each in touched("b", body, _BYTES, _CODING):
        (mistake,) = each.mistakes
        if "shell" in mistake.name:
            each = each._replace(mistakes=(mistake._replace(correction=_QUOTES),))  # noqa: PLW2901
        yield each
    yield wrong(_decoded_once(body), Mistake("the body encoded as JSON only once", _BYTES, USUAL))
    for name, change in REWRITTEN:
        yield wrong(change(body), Mistake(name, _BYTES))


# What stands outside of quotes, as far as its neighbours tell.
_NUMBER = re.compile(r"(?<=[:\[,\s])-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?(?=[,\]}\s])")
_IN_QUOTES = re.compile(r"(?<=\")-?\d+\.\d+(?=\")")
_PYTHON = {"true": "True", "false": "False", "null": "None"}
_DIGITS = {"true": "1", "false": "0"}
_WORD = re.compile(r"(?<=[:\[,\s])(?:true|false|null)(?=[,\]}\s])")


def _numbers(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda body: _NUMBER.sub(lambda match: write(match[0]), body)


def _written_out(number: str) -> str:
    return format(Decimal(number), "f") if "e" in number.lower() else number


def _in_javascript(number: str) -> str:
    """The number as JavaScript (ECMA-262, section 6.1.6.1.20) and Go's encoding/json write it."""
    value = float(number)
    if value.is_integer() and abs(value) < _LEAST_EXPONENT:
        return str(int(value))
    text = repr(value)
    if "e" not in text:
        return text
    digits, power = text.split("e")
    if int(power) < -6 or int(power) > 20:
        return f"{digits}e{int(power):+d}"
    return format(Decimal(text), "f")


_LEAST_EXPONENT = 1e21


def _in_go(number: str) -> str:
    """A float64 as Go's fmt prints it."""
    value = float(number)
    text = f"{value:.17g}" if float(f"{value:.16g}") != value else repr(value)
    return text.removesuffix(".0") if "e" not in text else text


def _without_zeros(text: str) -> str:
    return text.rstrip("0").removesuffix(".") if "." in text and "e" not in text.lower() else text


REWRITTEN: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("the body's numbers without exponents", _numbers(_written_out)),
    ("the body's numbers as JavaScript and Go's JSON write them", _numbers(_in_javascript)),
    ("the body's numbers as Python writes floats", _numbers(lambda text: repr(float(text)))),
    ("the body's numbers as Go prints floats", _numbers(_in_go)),
    ("the body's numbers with six decimals", _numbers(lambda text: f"{float(text):.6f}")),
    ("the body's numbers with two decimals", _numbers(lambda text: f"{float(text):.2f}")),
    ("the body's numbers with eight decimals", _numbers(lambda text: f"{float(text):.8f}")),
    ("the body's numbers without zeros at their end", _numbers(_without_zeros)),
    (
        "the body's numbers in quotes without zeros at their end",
        lambda body: _IN_QUOTES.sub(lambda match: _without_zeros(match[0]), body),
    ),
    (
        "the body's numbers in quotes with two decimals",
        lambda body: _IN_QUOTES.sub(lambda match: f"{float(match[0]):.2f}", body),
    ),
    (
        "the body's numbers in quotes as floats print themselves",
        lambda body: _IN_QUOTES.sub(lambda match: repr(float(match[0])), body),
    ),
    (
        "the body's true, false and null as Python's words",
        lambda body: _WORD.sub(lambda match: _PYTHON[match[0]], body),
    ),
    (
        "the body's true and false as 1 and 0",
        lambda body: _WORD.sub(lambda match: _DIGITS.get(match[0], match[0]), body),
    ),
)


def _decoded_once(body: str) -> str:
    try:
        inner = json.loads(body)
    except ValueError:
        return body
    return inner if isinstance(inner, str) else body


def _query_as_body(query: str) -> Iterator[Wrong]:
    """The parameters of a GET signed as a body, behind the query."""
    text = query.removeprefix("?")
    correction = "sign the query alone: a GET has no body"
    for form in json_forms(dict(parse_qsl(text, keep_blank_values=True))):
        name = f"the query's parameters once more, as {form.name}, for a body"
        reach = KNOWN if form.reach == USUAL else min(form.reach, RARE)
        yield wrong(form.text, Mistake(name, correction, reach))
    yield wrong(text, Mistake("the query once more for a body", correction))
    yield wrong(query, Mistake("the query once more for a body", correction))
