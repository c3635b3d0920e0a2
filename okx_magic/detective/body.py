"""The body in wrong forms: left out, serialised afresh, or of other content than was sent."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote_plus

from okx_magic.detective.contents import contents, leavings, reshaped
from okx_magic.detective.jsonforms import COMPACT, DEFAULT, form_texts, json_forms
from okx_magic.detective.literals import literal
from okx_magic.detective.mistakes import KNOWN, RARE, USUAL, Mistake, Wrong, wrong

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from okx_magic.detective.jsonforms import Form, Writer

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
        yield from _codings(body)
    elif query:
        yield from _query_as_body(query)


def twice(body: str, reach: int) -> Iterator[Wrong]:
    """The bodies of two mistakes of this reach: other content, and serialised otherwise than sent."""
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
        (body.strip().removeprefix("{").removesuffix("}"), "the body without its braces", RARE),
        (body.strip().removeprefix("[").removesuffix("]"), "the body without its brackets", RARE),
        (html.escape(body), "the body escaped for HTML", RARE),
        (_EXPONENT.sub(_written_out, body), "the body's numbers without exponents", KNOWN),
        (body.lower(), "the body in lower case", RARE),
        (body.upper(), "the body in capitals", RARE),
        (body * 2, "the body twice", KNOWN),
        (str(len(body.encode())), "the length of the body in its place", RARE),
        (unicodedata.normalize("NFC", body), "the body in Unicode's composed form", RARE),
        (unicodedata.normalize("NFD", body), "the body in Unicode's decomposed form", RARE),
    ):
        yield wrong(text, Mistake(name, _BYTES, reach))
    name = "the body without its quotes, as a shell takes them"
    yield wrong(body.replace('"', ""), Mistake(name, _QUOTES))


# A number outside of quotes, as far as its neighbours tell.
_EXPONENT = re.compile(r"(?<=[:\[,\s])-?\d+(?:\.\d+)?[eE][+-]?\d{1,3}(?=[,\]}\s])")


def _written_out(number: re.Match[str]) -> str:
    return format(Decimal(number[0]), "f")


def _decoded_once(body: str) -> str:
    try:
        inner = json.loads(body)
    except ValueError:
        return body
    return inner if isinstance(inner, str) else body


def _codings(body: str) -> Iterator[Wrong]:
    plain = body.encode("utf-8", "surrogatepass")
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
    for coding in ("latin-1", "cp1252", "gb18030", "shift_jis", "utf-16-le", "utf-16", "utf-8-sig"):
        # What a coding does not have becomes a ?, as most languages do it.
        coded = body.encode(coding, "replace")
        yield Wrong(coded, (Mistake(f"the body in the encoding {coding}", _CODING),))


def _hashed(hash_name: str, plain: bytes) -> str:
    try:
        return hashlib.new(hash_name, plain, usedforsecurity=False).hexdigest()
    except ValueError:
        return ""


def _query_as_body(query: str) -> Iterator[Wrong]:
    """The parameters of a GET signed as a body, behind the query."""
    text = query.removeprefix("?")
    correction = "sign the query alone: a GET has no body"
    for form in json_forms(dict(parse_qsl(text, keep_blank_values=True))):
        name = f"the query's parameters once more, as {form.name}, for a body"
        reach = KNOWN if form.reach == USUAL else RARE
        yield wrong(form.text, Mistake(name, correction, reach))
    yield wrong(text, Mistake("the query once more for a body", correction))
    yield wrong(query, Mistake("the query once more for a body", correction))
