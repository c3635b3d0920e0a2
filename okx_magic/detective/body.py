"""The body in wrong forms: left out, of other content, serialised afresh, its text touched.

Tested in ``tests/detective/test_detective_suite.py``.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cached_property, partial
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from okx_magic import catalogue
from okx_magic.credentials.changes import FUNCTIONS, Cost, Mistake, Wrong, changes, plain, rows
from okx_magic.detective.contents import contents, hashed
from okx_magic.detective.grammar import Part, Stage, Sweep, touching
from okx_magic.detective.jsonforms import form_texts, json_forms, usual_writers
from okx_magic.detective.line import MOST_PERMUTED, permuted
from okx_magic.detective.prehash import literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from okx_magic.detective.jsonforms import Writer

# More would make more signatures than there is time for.
_LONGEST: Final = 20_000


class Body:
    """A body in the making: its text, and the value that it holds, None if that cannot be read."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def value(self) -> Any:
        """What it holds: of JSON, of a printed Python object, or of a form."""
        value = _loaded(self.text) if len(self.text) <= _LONGEST else None
        if isinstance(value, str):  # encoded twice
            value = _loaded(value)
        if isinstance(value, dict | list):
            return value if _is_plain(value) else None
        pairs = parse_qsl(self.text, keep_blank_values=True)
        return dict(pairs) if pairs and re.fullmatch(r"[^\s{}\[\]]+", self.text) else None

    @cached_property
    def writers(self) -> tuple[Writer, ...]:
        """The serialiser that wrote it; where it is none of ours, the two commonest."""
        for form in json_forms(self.value, Cost.RARE):
            if form.text == self.text and form.writer is not None:
                return (form.writer,)
        return usual_writers()


class _Content(NamedTuple):
    """Another value in the place of a body's; it is written by the body's own serialiser."""

    value: Any
    writers: tuple[Writer, ...]


def part(method: str, path: str, query: str, body: str) -> Part:
    """How a body is made: its values, the order of its keys, a serialiser, its text."""

    def touched(text: str, most: int) -> Iterator[tuple[str | bytes, Mistake]]:
        if text:
            yield from texts.change(text, most)

    texts = touching((*changes("b"), *rows("numbers")))
    values = (Stage(partial(_values, contents), again=True), Stage(partial(_values, hashed)))
    stages = (*values, Stage(_serialised, _own), Stage(touched, again=True))
    words, many = partial(_words, query, body), partial(_many, method, path, body)
    return Part.of(body, Body(body), *stages, words=words, many=many)


def _words(query: str, body: str) -> Iterator[Wrong[bytes]]:
    """What can stand in place of any body; for a GET also its query once more."""
    for mistake, of, _ in rows("body"):
        yield Wrong(str(of("")).encode(), (mistake,))
    text = query.removeprefix("?")
    if body or not text:
        return
    name = "the query's parameters once more, as {}, for a body"
    members = dict(parse_qsl(text, keep_blank_values=True))
    for title, form, usual, _ in json_forms(members, Cost.SELDOM):
        cost = Cost.KNOWN if usual == Cost.USUAL else Cost.SELDOM
        yield Wrong(form.encode(), (Mistake.of(name.format(title), "no body", cost),))
    for again in (text, query):
        yield Wrong(plain(again), (Mistake.of("the query once more for a body", "no body"),))


def _values(
    of: Callable[[Any, int], Iterator[tuple[Any, Mistake]]], body: Body | _Content, most: int
) -> Iterator[tuple[_Content, Mistake]]:
    if body.value is not None:
        for value, mistake in of(body.value, most):
            yield _Content(value, body.writers), mistake


def _own(body: Body | _Content) -> Iterator[str]:
    if isinstance(body, Body):
        yield body.text
    else:
        yield from (writer.write(body.value) for writer in body.writers)


def _serialised(body: Body | _Content, most: int) -> Iterator[tuple[str, Mistake]]:
    value = body.value
    if value is None:
        return
    forms = form_texts(value, most) if isinstance(value, dict) else ()
    for form in (*json_forms(value, most), *forms):
        yield form.text, Mistake.of(f"the body as {form.name}", "b", form.cost)
    if isinstance(body, Body) and most >= Cost.KNOWN:
        for name, writer in zip(("compact JSON", "JSON with blanks"), usual_writers(), strict=True):
            again = json.dumps(writer.write(value))
            told = f"the body as {name}, encoded as JSON a second time"
            yield again, Mistake.of(told, "b", Cost.KNOWN)
            if most >= Cost.RARE:
                yield again[1:-1], Mistake.of(f"{told}, without quotes", "b", Cost.RARE)


def _many(method: str, path: str, text: str) -> Iterator[Wrong[bytes]]:
    """Other orders of keys; then documented parameters that were not sent, as a program writes them when
    they have no value.
    """
    orders = key_orders(text, MOST_PERMUTED)
    yield from map(orders.__getitem__, range(len(orders)))
    endpoint, body = catalogue.endpoint(method.upper(), path), Body(text)
    if endpoint is None or not isinstance(body.value, dict):
        return
    names = [param.name for param in endpoint.params if param.name not in body.value]
    for name, (word, value) in product(names, (("null", None), ("empty", ""))):
        told = Mistake.of(f"the parameter {name}, {word}, in the body", "content", Cost.SELDOM)
        for writer in body.writers:
            yield Wrong(plain(writer.write({**body.value, name: value})), (told,))


def key_orders(text: str, most: int) -> Sweep:
    """Every order of the keys of a body's objects, as its own serialiser and the usual ones write it; of
    more keys than ``most`` those in which one has moved or two have changed.
    """
    body = Body(text)
    found = [body.value] if isinstance(body.value, dict) else body.value or []
    keys = list(dict.fromkeys(key for row in found if isinstance(row, dict) for key in row))
    writers = list(dict.fromkeys((*body.writers, *usual_writers()))) if keys else []

    def texts() -> Iterator[str]:
        flat = isinstance(body.value, dict)
        members = {
            writer: {key: writer.write({key: body.value[key]})[1:-1] for key in keys}
            for writer in writers
            if flat and writer.layout.indent is None
        }
        for order in permuted(keys, most):
            for writer in writers:
                if own := members.get(writer):
                    yield f"{{{writer.layout.comma.join([own[key] for key in order])}}}"
                else:
                    value = [_reordered(each, order) for each in found]
                    yield writer.write(value[0] if flat else value)

    def told(number: int) -> tuple[Mistake, ...]:
        order = next(islice(permuted(keys, most), number // len(writers), None))
        name = f"the body with its keys in the order {', '.join(order)}"
        return (Mistake.of(name, "keys", _ORDERED),)

    return Sweep(list(map(plain, texts())), told)


# With one more usual or known mistake they are looked for.
_ORDERED: Final = 13


def _reordered(row: Any, keys: Any) -> Any:
    return {key: row[key] for key in keys if key in row} | row if isinstance(row, dict) else row


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


# What stands outside of quotes, as far as its neighbours tell.
_NUMBER: Final = re.compile(r"(?<=[:\[,\s])-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?(?=[,\]}\s])")
_IN_QUOTES: Final = re.compile(r"(?<=\")-?\d+\.\d+(?=\")")
_WORD: Final = re.compile(r"(?<=[:\[,\s])(?:true|false|null)(?=[,\]}\s])")
_LEAST_EXPONENT: Final = 1e21


def _in_javascript(number: str) -> str:
    """The number as JavaScript (ECMA-262, section 6.1.6.1.20) and Go's encoding/json write it."""
    value = float(number)
    if value.is_integer() and abs(value) < _LEAST_EXPONENT:
        return format(Decimal(repr(value)), ".0f")
    digits, mark, power = repr(value).partition("e")
    if mark and (int(power) < -6 or int(power) > 20):
        return f"{digits}e{int(power):+d}"
    return format(Decimal(repr(value)), "f") if mark else digits


def _in_go(number: str) -> str:
    """A float64 as Go's fmt prints it."""
    value = float(number)
    text = f"{value:.17g}" if float(f"{value:.16g}") != value else repr(value)
    return text.removesuffix(".0") if "e" not in text else text


def _without_zeros(text: str) -> str:
    return text.rstrip("0").removesuffix(".") if "." in text and "e" not in text.lower() else text


def _decoded_once(body: str) -> str:
    try:
        inner = json.loads(body)
    except (ValueError, RecursionError):
        return body
    return inner if isinstance(inner, str) else body


def _within(pattern: re.Pattern[str]) -> Callable[..., str]:
    """A function of rows: all that fits, rewritten by another function."""
    return lambda text, do, *to: pattern.sub(lambda found: FUNCTIONS[do](found[0], *to), text)


FUNCTIONS.update(
    {
        "numbers": _within(_NUMBER),
        "numbers in quotes": _within(_IN_QUOTES),
        "words": _within(_WORD),
        "plain": lambda number: format(Decimal(number), "f") if "e" in number.lower() else number,
        "javascript": _in_javascript,
        "go": _in_go,
        "float": lambda number: repr(float(number)),
        "fixed": lambda number, digits: f"{float(number):.{digits}f}",
        "trimmed": _without_zeros,
        "as": lambda word, *words: words[("true", "false", "null").index(word)],
        "decoded once": _decoded_once,
    }
)
