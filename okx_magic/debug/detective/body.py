"""The body in wrong forms: left out, serialised afresh, or of other content than was sent."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import parse_qsl, quote, unquote_plus

from okx_magic.debug.detective.jsonforms import COMPACT, DEFAULT, form_texts, json_forms
from okx_magic.debug.detective.mistakes import KNOWN, RARE, USUAL, Mistake, Wrong, wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from okx_magic.debug.detective.jsonforms import Form, Writer

_BYTES = (
    "make the text of the body once, sign it and send that very text (data=, not json=):"
    " no second serialiser"
)
_PRESENT = "sign exactly the body that is sent: all of it, and nothing where none is sent"
_CONTENT = "sign the very values that are sent: change nothing between signing and sending"
_CODING = "sign the bytes that are sent: the body's text in UTF-8"
_SHAPE = "send and sign the same shape: an object for one order, an array for a batch"

# More would make more signatures than there is time for.
_LONGEST_BODY = 20_000
_MOST_MEMBERS = 40

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
    (" ", "a blank for a body", KNOWN),
    ("false", "the word false for a body", RARE),
    ("0", "a 0 for a body", RARE),
)


def once(query: str, body: str) -> Iterator[Wrong]:
    """The bodies of one mistake, for a request with ``body``."""
    yield wrong("", Mistake("the body left out", _PRESENT, USUAL))
    value = read(body)
    if value is not None and len(body) <= _LONGEST_BODY:
        forms = tuple(json_forms(value))
        yield from _serialised(value, forms)
        yield from _reshaped(value, own_writers(body, forms))
    for text, name, reach in _WORDS:
        yield wrong(text, Mistake(name, _PRESENT, reach))
    if body:
        yield from _texts(body)
        yield from _codings(body)
    elif query:
        yield from _query_as_body(query)


def twice(body: str, reach: int) -> Iterator[Wrong]:
    """The bodies of two mistakes of this reach: other content, and serialised otherwise than sent."""
    value = read(body)
    if value is None or len(body) > _LONGEST_BODY:
        return
    for name, changed, correction, content_reach in _contents(value):
        if content_reach < reach:
            continue
        content = Mistake(name, correction, content_reach)
        for form in json_forms(changed):
            if form.reach >= reach:
                serialised = Mistake(f"the body as {form.name}", _BYTES, form.reach)
                yield wrong(form.text, content, serialised)


def read(body: str) -> Any:
    """The value that a body holds: of JSON, of a printed Python object, or of a form; else None."""
    for reader in (json.loads, ast.literal_eval):
        try:
            value = reader(body)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
        if isinstance(value, str):  # encoded twice
            try:
                value = json.loads(value)
            except ValueError:
                return None
        return value if isinstance(value, dict | list) and _is_plain(value) else None
    pairs = parse_qsl(body, keep_blank_values=True)
    return dict(pairs) if pairs and re.fullmatch(r"[^\s{}\[\]]+", body) else None


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


# ---- other content --------------------------------------------------------------------------------


def _reshaped(value: Any, writers: tuple[Writer, ...]) -> Iterator[Wrong]:
    for name, changed, correction, reach in _contents(value):
        for writer in writers:
            yield wrong(writer.write(changed), Mistake(name, correction, reach))
    for name, changed, correction in _leavings(value):
        for writer in writers:
            yield wrong(writer.write(changed), Mistake(name, correction))


def _contents(value: Any) -> Iterator[tuple[str, Any, str, int]]:
    """Values that take another's place as a whole: name, value, correction and reach."""
    if isinstance(value, dict):
        yield "the body in an array of its own", [value], _SHAPE, USUAL
    elif len(value) == 1:
        yield "the body's array left off", value[0], _SHAPE, USUAL
    else:
        yield "only the first item of the body's array", value[0] if value else {}, _SHAPE, KNOWN
    for name, change, reach in _CHANGES:
        changed = _everywhere(value, change)
        # 1 == 1.0 == True, so the texts are compared.
        if repr(changed) != repr(value):
            yield name, changed, _CONTENT, reach
    for name, left_out in (
        ("the body without its null members", (None,)),
        ("the body without its empty members", (None, "")),
    ):
        yield name, _without(value, left_out), _CONTENT, KNOWN


def _leavings(value: Any) -> Iterator[tuple[str, Any, str]]:
    """The object, or each object of an array, without one member."""
    objects = [value] if isinstance(value, dict) else value
    names = dict.fromkeys(key for each in objects if isinstance(each, dict) for key in each)
    for left in list(names)[:_MOST_MEMBERS]:
        less = [
            {key: member for key, member in each.items() if key != left}
            if isinstance(each, dict)
            else each
            for each in objects
        ]
        changed = less if isinstance(value, list) else less[0]
        yield f"the body without its {left}", changed, _CONTENT


_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_MOST_DIGITS = 300  # a float can't hold more


def _number_as_text(member: Any) -> Any:
    number = isinstance(member, int | float) and not isinstance(member, bool)
    return str(member) if number else member


def _text_as_number(member: Any) -> Any:
    if not _is_digits(member):
        return member
    return int(member) if _INTEGER.fullmatch(member) else float(member)


def _text_as_float(member: Any) -> Any:
    return float(member) if _is_digits(member) else member


def _is_digits(member: Any) -> TypeGuard[str]:
    return (
        isinstance(member, str)
        and len(member) <= _MOST_DIGITS
        and _DECIMAL.fullmatch(member) is not None
    )


def _whole_as_integer(member: Any) -> Any:
    whole = isinstance(member, float) and member.is_integer()
    return int(member) if whole else member


def _integer_as_float(member: Any) -> Any:
    integer = isinstance(member, int) and not isinstance(member, bool)
    return float(member) if integer and abs(member) < 10**15 else member


_BOOLEANS = {"true": True, "false": False, "True": True, "False": False}

_CHANGES: tuple[tuple[str, Callable[[Any], Any], int], ...] = (
    ("the body's numbers as text", _number_as_text, USUAL),
    ("the body's text as numbers, where it is digits", _text_as_number, USUAL),
    ("the body's text as floats, where it is digits", _text_as_float, KNOWN),
    ("the body's whole floats as integers", _whole_as_integer, RARE),
    ("the body's integers as floats", _integer_as_float, RARE),
    (
        "the body's true and false as text",
        lambda member: str(member).lower() if isinstance(member, bool) else member,
        KNOWN,
    ),
    (
        "the body's true and false as Python's words in text",
        lambda member: str(member) if isinstance(member, bool) else member,
        KNOWN,
    ),
    (
        "the body's texts true and false as booleans",
        lambda member: _BOOLEANS.get(member, member) if isinstance(member, str) else member,
        KNOWN,
    ),
    ("the body's null as empty text", lambda member: "" if member is None else member, RARE),
    ("the body's empty text as null", lambda member: None if member == "" else member, RARE),
    (
        "the body's text without blanks at its ends",
        lambda member: member.strip() if isinstance(member, str) else member,
        RARE,
    ),
)


def _everywhere(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _everywhere(member, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_everywhere(item, change) for item in value]
    return change(value)


def _without(value: Any, left_out: tuple[Any, ...]) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(member, left_out)
            for key, member in value.items()
            if not (member is None or isinstance(member, str)) or member not in left_out
        }
    return [_without(item, left_out) for item in value] if isinstance(value, list) else value


# ---- the same text, touched -----------------------------------------------------------------------


def _texts(body: str) -> Iterator[Wrong]:
    for text, name, reach in (
        (body.strip(), "the body without blanks at its ends", KNOWN),
        (re.sub(r"\s", "", body), "the body without all blanks and line breaks", KNOWN),
        (body.replace(" ", ""), "the body without all blanks", KNOWN),
        (re.sub(r"[\r\n]+", "", body), "the body without its line breaks", KNOWN),
        (re.sub(r"\s*\n\s*", " ", body), "the body's lines joined by blanks", RARE),
        (body.replace("\n", "\r\n"), "the body with Windows line breaks", KNOWN),
        (body.replace("\r\n", "\n"), "the body with plain line breaks", KNOWN),
        (body.replace('"', "'"), "the body with single quotes", KNOWN),
        (body.replace("'", '"'), "the body with double quotes", KNOWN),
        (body.replace('"', '\\"'), "the body with escaped quotes", KNOWN),
        (json.dumps(body), "the body encoded as JSON a second time", USUAL),
        (_decoded_once(body), "the body encoded as JSON only once", USUAL),
        (repr(body.encode()), "the body as b'…'", USUAL),
        (f"'{body}'", "the body in single quotes", KNOWN),
        (f'"{body}"', "the body in double quotes", KNOWN),
        (f"?{body}", "a ? before the body", KNOWN),
        (f" {body}", "a blank before the body", KNOWN),
        (body.removeprefix("{").removesuffix("}"), "the body without its braces", RARE),
        (body.lower(), "the body in lower case", RARE),
        (body.upper(), "the body in capitals", RARE),
        (body * 2, "the body twice", KNOWN),
        (str(len(body.encode())), "the length of the body in its place", RARE),
        (unicodedata.normalize("NFC", body), "the body in Unicode's composed form", RARE),
        (unicodedata.normalize("NFD", body), "the body in Unicode's decomposed form", RARE),
    ):
        yield wrong(text, Mistake(name, _BYTES, reach))


def _decoded_once(body: str) -> str:
    try:
        inner = json.loads(body)
    except ValueError:
        return body
    return inner if isinstance(inner, str) else body


def _codings(body: str) -> Iterator[Wrong]:
    plain = body.encode("utf-8", "surrogatepass")
    for coding in ("latin-1", "cp1252", "gb18030", "shift_jis", "utf-16-le", "utf-16", "utf-8-sig"):
        try:
            coded = body.encode(coding)
        except UnicodeEncodeError:
            continue
        yield Wrong(coded, (Mistake(f"the body in the encoding {coding}", _CODING),))
    for text, name, reach in (
        (plain.decode("latin-1"), "the body's UTF-8 read as latin-1", KNOWN),
        (body.encode("ascii", "replace").decode(), "the body with ? for all non-ASCII", KNOWN),
        (body.encode("ascii", "ignore").decode(), "the body without its non-ASCII", KNOWN),
        (quote(body, safe=""), "the body percent-encoded", KNOWN),
        (quote(body), "the body percent-encoded but for its slashes", RARE),
        (unquote_plus(body), "the body percent-decoded", KNOWN),
        (base64.b64encode(plain).decode(), "the body in Base64", KNOWN),
        (plain.hex(), "the body in hexadecimal", RARE),
        (_hashed("sha256", plain), "the SHA-256 of the body in its place", KNOWN),
        (_hashed("sha512", plain), "the SHA-512 of the body in its place", RARE),
        (_hashed("md5", plain), "the MD5 of the body in its place", RARE),
    ):
        yield wrong(text, Mistake(name, _CODING, reach))


def _hashed(hash_name: str, plain: bytes) -> str:
    try:
        return hashlib.new(hash_name, plain, usedforsecurity=False).hexdigest()
    except ValueError:
        return ""


def _query_as_body(query: str) -> Iterator[Wrong]:
    """The parameters of a GET signed as a body, behind the query."""
    text = query.removeprefix("?")
    correction = "a GET has no body: sign its query alone"
    for form in json_forms(dict(parse_qsl(text, keep_blank_values=True))):
        name = f"the query's parameters once more, as {form.name}, for a body"
        reach = KNOWN if form.reach == USUAL else RARE
        yield wrong(form.text, Mistake(name, correction, reach))
    yield wrong(text, Mistake("the query once more for a body", correction))
    yield wrong(query, Mistake("the query once more for a body", correction))
